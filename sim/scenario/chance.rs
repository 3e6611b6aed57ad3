//! Probabilities (`1%`, `0.05`), as people write them, and back in the shortest spelling.

use std::fmt;

use super::mistake::Mistake;
use crate::link::Probability;

const HELP: &str = "from `0%` to `100%`, or from `0` to `1`, as `1%` or `0.05`";
/// More decimals than any share of 2³² needs.
const MAX_DECIMALS: usize = 18;

/// Reads a probability: the nearest share of 2³².
pub(super) fn probability(text: &str) -> Result<Probability, Mistake> {
    let mistake = |message: String| Mistake::new(0..text.len(), message, HELP);
    let (number, percent) = text.strip_suffix('%').map_or((text, 0), |number| (number, 2));
    let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(decimals) || decimals.len() > MAX_DECIMALS {
        return Err(mistake(format!("`{text}` is no probability")));
    }
    let parts = 10_u128.pow(decimals.len() as u32 + percent);
    let digits = format!("{whole}{decimals}").parse::<u128>().ok().filter(|digits| *digits <= parts);
    let digits = digits.ok_or_else(|| mistake(format!("`{text}` is more than certain")))?;
    let share = ((digits << 32) + parts / 2) / parts;
    Ok(Probability(u32::try_from(share).unwrap_or(u32::MAX)))
}

/// A probability in percent, with as few decimals as tell it from its neighbours.
pub(super) struct Chance(pub(super) Probability);

impl fmt::Display for Chance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spelled = (0..MAX_DECIMALS).map(|decimals| percent(self.0, decimals as u32));
        let shortest = spelled.into_iter().find(|text| probability(text) == Ok(self.0));
        f.write_str(&shortest.unwrap_or_default())
    }
}

fn percent(probability: Probability, decimals: u32) -> String {
    if probability.0 == u32::MAX {
        return "100%".to_owned();
    }
    let scale = 10_u128.pow(decimals);
    let rounded = (u128::from(probability.0) * 100 * scale + (1 << 31)) >> 32;
    match decimals {
        0 => format!("{rounded}%"),
        _ => format!("{}.{:0width$}%", rounded / scale, rounded % scale, width = decimals as usize),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn probabilities_are_read_and_printed() {
        let cases =
            [("0", "0%"), ("0%", "0%"), ("1%", "1%"), ("0.01", "1%"), ("0.1%", "0.1%"), ("50%", "50%"), ("1", "100%"), ("100.0%", "100%")];
        for (text, canonical) in cases {
            assert_eq!(Chance(probability(text).expect(text)).to_string(), canonical);
        }
        assert_eq!((probability("50%"), probability("100%")), (Ok(Probability(1 << 31)), Ok(Probability(u32::MAX))));
    }

    #[test]
    fn wrong_probabilities_say_why() {
        let message = |text: &str| probability(text).unwrap_err().message;
        for text in ["", "%", "-1%", "1e-3", ".5", "5.", "1 %", "0.0000000000000000001"] {
            assert_eq!(message(text), format!("`{text}` is no probability"));
        }
        for text in ["2", "100.1%", "1.000000001", &"9".repeat(60)] {
            assert_eq!(message(text), format!("`{text}` is more than certain"));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_probability_is_read_as_it_is_printed(share: u32) {
            prop_assert_eq!(probability(&Chance(Probability(share)).to_string()), Ok(Probability(share)));
        }
    }
}
