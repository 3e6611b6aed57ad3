//! Reads and prints probabilities exactly, without floating point.

use std::fmt;
use std::str::FromStr;

/// A probability, as a share of 2³²: exact on every machine. `u32::MAX` is certainty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Probability(pub u32);

/// The whole that a [`Probability`] is a share of.
const WHOLE: u128 = 1 << 32;

/// More decimals than these make no difference to a share of 2³².
const DECIMALS_MAX: usize = 18;

impl Probability {
    /// It does not happen.
    pub const NEVER: Probability = Probability(0);
    /// It happens every time.
    pub const ALWAYS: Probability = Probability(u32::MAX);

    /// `part` of `whole`, rounded to the nearest share; what is not certain stays so.
    fn of(part: u128, whole: u128) -> Result<Self, NoProbability> {
        match (part, (part * WHOLE + whole / 2) / whole) {
            (0, _) => Ok(Self::NEVER),
            (_, 0) => Err(NoProbability::TooSmall),
            (part, _) if part == whole => Ok(Self::ALWAYS),
            (part, _) if part > whole => Err(NoProbability::MoreThanCertain),
            (_, share) => Ok(Probability(u32::try_from(share).unwrap_or(u32::MAX).min(u32::MAX - 1))),
        }
    }

    /// The nearest number of percent with this many decimals, in units of the last one.
    fn percent(self, decimals: u32) -> u128 {
        (u128::from(self.0) * 100 * 10_u128.pow(decimals) + WHOLE / 2) / WHOLE
    }
}

/// `1%`, `0.1%`, `0.05`, `1`, `1/1000`.
impl FromStr for Probability {
    type Err = NoProbability;

    fn from_str(text: &str) -> Result<Self, NoProbability> {
        if let Some((part, whole)) = text.split_once('/') {
            let (part, whole) = (integer(part)?, integer(whole)?);
            return if whole == 0 { Err(NoProbability::OfNothing) } else { Self::of(part, whole) };
        }
        let (number, hundred) = text.strip_suffix('%').map_or((text, 1), |number| (number.trim_end(), 100));
        let (part, whole) = decimal(number)?;
        Self::of(part, whole * hundred)
    }
}

/// A whole number below 2⁶⁴, in digits alone.
fn integer(text: &str) -> Result<u128, NoProbability> {
    let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse::<u64>().ok().filter(|_| is_digits);
    number.map(u128::from).ok_or(if is_digits { NoProbability::TooLong } else { NoProbability::NoNumber })
}

/// `12.5` as 125 of 10.
fn decimal(text: &str) -> Result<(u128, u128), NoProbability> {
    let (before, after) = text.split_once('.').unwrap_or((text, "0"));
    let (before, digits) = (integer(before)?, after.trim_end_matches('0'));
    if after.is_empty() || !after.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NoProbability::NoNumber);
    }
    if digits.len() > DECIMALS_MAX {
        return Err(NoProbability::TooLong);
    }
    let whole = 10_u128.pow(digits.len() as u32);
    let rest = if digits.is_empty() { 0 } else { integer(digits)? };
    // More than the whole is refused by the caller; beyond a hundred no number of percent is less.
    Ok((before.min(1000) * whole + rest, whole))
}

/// As the percentage with the fewest decimals that reads back the same: `1%`, `0.1%`, `33.333333%`.
impl fmt::Display for Probability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let read = |units: u128, decimals: u32| Self::of(units, 100 * 10_u128.pow(decimals));
        let exact = (0..DECIMALS_MAX as u32).find(|decimals| read(self.percent(*decimals), *decimals) == Ok(*self));
        let decimals = exact.unwrap_or(DECIMALS_MAX as u32);
        let (units, one) = (self.percent(decimals), 10_u128.pow(decimals));
        match decimals as usize {
            0 => write!(f, "{units}%"),
            width => write!(f, "{}.{:0width$}%", units / one, units % one),
        }
    }
}

/// Why a text is no [`Probability`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoProbability {
    /// It is not of the forms that are understood.
    NoNumber,
    /// It is above 1.
    MoreThanCertain,
    /// It is above 0 and nearer to 0 than to 2⁻³².
    TooSmall,
    /// It has more digits than can matter.
    TooLong,
    /// It is a share of 0.
    OfNothing,
}

impl NoProbability {
    /// What would have been understood.
    pub const HELP: &str = "a share between 0 and 1, as `1%`, `0.05` or `1/1000`";
}

/// Goes on from the text that was read: `150%` … `is more than certain`.
impl fmt::Display for NoProbability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NoProbability::NoNumber => "is no probability",
            NoProbability::MoreThanCertain => "is more than certain",
            NoProbability::TooSmall => "is too small to be told from never",
            NoProbability::TooLong => "has too many digits",
            NoProbability::OfNothing => "is a share of nothing",
        })
    }
}

impl std::error::Error for NoProbability {}

#[cfg(test)]
mod tests {
    use super::*;
    use NoProbability::{MoreThanCertain, NoNumber, OfNothing, TooLong, TooSmall};
    use proptest::prelude::*;

    fn read(text: &str) -> Result<u32, NoProbability> {
        text.parse::<Probability>().map(|probability| probability.0)
    }

    #[test]
    fn shares_are_read_exactly_and_printed_in_percent() {
        let cases = [
            ("0", 0, "0%"),
            ("0%", 0, "0%"),
            ("0/7", 0, "0%"),
            ("1", u32::MAX, "100%"),
            ("100%", u32::MAX, "100%"),
            ("1.000", u32::MAX, "100%"),
            ("3/3", u32::MAX, "100%"),
            ("50%", 1 << 31, "50%"),
            ("0.25", 1 << 30, "25%"),
            ("1%", 42_949_673, "1%"),
            ("0.01", 42_949_673, "1%"),
            ("1/100", 42_949_673, "1%"),
            ("12.5 %", 1 << 29, "12.5%"),
            ("0.1%", 4_294_967, "0.1%"),
            ("1/1000", 4_294_967, "0.1%"),
            ("1/3", 1_431_655_765, "33.33333333%"),
            ("1/4294967296", 1, "0.00000002%"),
        ];
        for (text, share, canonical) in cases {
            assert_eq!(read(text), Ok(share), "{text}");
            assert_eq!(Probability(share).to_string(), canonical);
        }
    }

    #[test]
    fn what_is_no_probability_says_why() {
        let cases = [
            ("", NoNumber),
            ("%", NoNumber),
            (".5", NoNumber),
            ("1.", NoNumber),
            ("-1%", NoNumber),
            ("+1", NoNumber),
            ("1e-3", NoNumber),
            ("1/2/3", NoNumber),
            ("1/", NoNumber),
            ("0.5.5", NoNumber),
            ("1.5", MoreThanCertain),
            ("101%", MoreThanCertain),
            ("18446744073709551615", MoreThanCertain),
            ("4/3", MoreThanCertain),
            ("18446744073709551616", TooLong),
            ("0.0000000000000000001", TooLong),
            ("1/0", OfNothing),
            ("0.0000000001", TooSmall),
        ];
        for (text, why) in cases {
            assert_eq!(read(text), Err(why), "{text}");
        }
    }

    #[test]
    fn the_smallest_and_the_largest_share_that_are_neither_never_nor_certain() {
        assert_eq!(read("1/8589934592"), Ok(1), "half a share is rounded up");
        assert_eq!(read("1/8589934593"), Err(TooSmall));
        assert_eq!(read("0.999999999999999999"), Ok(u32::MAX - 1));
    }

    proptest! {
        #[test]
        fn every_share_reads_back_from_what_it_prints(share: u32) {
            prop_assert_eq!(read(&Probability(share).to_string()), Ok(share));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[0-9./% e+-]{0,24}") {
            let _ = read(&text);
        }
    }
}
