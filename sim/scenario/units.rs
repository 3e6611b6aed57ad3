//! Reads sizes (`64`, `4KiB`), spans of time (`20ms`, `1.5s`) and rates (`10Mbit/s`) as people write them, and writes them in the
//! canonical spelling.

use std::fmt;
use std::time::Duration;

use super::mistake::Mistake;

/// The largest size that may stand anywhere: 1 TiB.
pub(super) const MAX_SIZE: u64 = 1 << 40;

const SIZE_HELP: &str = "a number of bytes, as `64`, `4KiB` or `1MB`";
const SPAN_HELP: &str = "a number and its unit, as `250us`, `20ms` or `1.5s`";

/// The units of sizes. The first of those that divide a number exactly is its canonical unit.
const SIZES: [(&str, u64); 8] = [
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("B", 1),
    ("kB", 1_000),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
];

/// The units of time. The first of those that divide a span exactly is its canonical unit.
const SPANS: [(&str, u64); 8] = [
    ("h", 3_600_000_000_000),
    ("min", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
    ("µs", 1_000),
    ("m", 60_000_000_000),
];

/// The fastest link.
const MAX_RATE: u64 = 1_000_000_000_000;
/// The units of rates. The first of those that divide a rate exactly is its canonical unit.
const RATES: [(&str, u64); 4] = [("Gbit/s", 1_000_000_000), ("Mbit/s", 1_000_000), ("kbit/s", 1_000), ("bit/s", 1)];

/// Splits `4KiB` into its digits and its unit.
fn split(text: &str) -> (&str, &str) {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    text.split_at(digits)
}

/// Reads a size in bytes.
pub(super) fn size(text: &str) -> Result<u64, Mistake> {
    let mistake = |message: String, help: &str| Mistake::new(0..text.len(), message, help);
    let (digits, unit) = split(text);
    if digits.is_empty() || digits.contains('.') {
        return Err(mistake(format!("`{text}` is no size"), SIZE_HELP));
    }
    let unit = if unit.is_empty() { "B" } else { unit };
    let Some((_, scale)) = SIZES.iter().find(|(name, _)| *name == unit) else {
        return Err(mistake(format!("`{unit}` is no unit of size"), "one of: B, KiB, MiB, GiB, kB, MB, GB"));
    };
    let bytes = digits.parse::<u64>().ok().and_then(|number| number.checked_mul(*scale));
    bytes.filter(|bytes| *bytes <= MAX_SIZE).ok_or_else(|| mistake(format!("`{text}` is too large"), "at most 1024GiB"))
}

/// Reads a rate in bits per second.
pub(super) fn rate(text: &str) -> Result<u64, Mistake> {
    let mistake = |message: String, help: &str| Mistake::new(0..text.len(), message, help);
    let (digits, unit) = split(text);
    if digits.is_empty() || digits.contains('.') {
        return Err(mistake(format!("`{text}` is no rate"), "a whole number and its unit, as `10Mbit/s`"));
    }
    let Some((_, scale)) = RATES.iter().find(|(name, _)| *name == unit) else {
        let what = if unit.is_empty() { format!("`{text}` has no unit") } else { format!("`{unit}` is no unit of rate") };
        return Err(mistake(what, "one of: bit/s, kbit/s, Mbit/s, Gbit/s"));
    };
    let bits = digits.parse::<u64>().ok().and_then(|number| number.checked_mul(*scale));
    let fits = bits.filter(|bits| (1..=MAX_RATE).contains(bits));
    fits.ok_or_else(|| mistake(format!("no link has a rate of `{text}`"), "from 1bit/s to 1000Gbit/s"))
}

/// Reads a span of time.
pub(super) fn span(text: &str) -> Result<Duration, Mistake> {
    let mistake = |message: String, help: &str| Mistake::new(0..text.len(), message, help);
    let (digits, unit) = split(text);
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
    if whole.is_empty() || decimals.is_empty() || decimals.contains('.') {
        return Err(mistake(format!("`{text}` is no span of time"), SPAN_HELP));
    }
    let Some((_, scale)) = SPANS.iter().find(|(name, _)| *name == unit) else {
        let what = if unit.is_empty() { format!("`{text}` has no unit") } else { format!("`{unit}` is no unit of time") };
        return Err(mistake(what, "one of: ns, us, ms, s, min, h, as in `20ms`"));
    };
    let nanos = nanos(whole, decimals.trim_end_matches('0'), *scale).map_err(|(what, help)| mistake(format!("`{text}` {what}"), help))?;
    Ok(Duration::from_nanos(nanos))
}

/// `whole.decimals` units of `scale` nanoseconds each.
fn nanos(whole: &str, decimals: &str, scale: u64) -> Result<u64, (&'static str, &'static str)> {
    const LONG: (&str, &str) = ("is too long", "at most 584 years");
    const FINE: (&str, &str) = ("is finer than a nanosecond", "a whole number of nanoseconds");
    let whole = whole.parse::<u64>().ok().and_then(|number| number.checked_mul(scale)).ok_or(LONG)?;
    if decimals.is_empty() {
        return Ok(whole);
    }
    let parts = u32::try_from(decimals.len()).ok().and_then(|len| 10_u128.checked_pow(len)).ok_or(FINE)?;
    let scaled = decimals.parse::<u128>().ok().and_then(|number| number.checked_mul(scale.into())).ok_or(FINE)?;
    if scaled % parts != 0 {
        return Err(FINE);
    }
    u64::try_from(scaled / parts).ok().and_then(|rest| whole.checked_add(rest)).ok_or(LONG)
}

/// A size in its canonical spelling: whole units of 1024 where it has them.
pub(super) struct Size(pub(super) u64);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match SIZES[..3].iter().find(|(_, scale)| self.0 > 0 && self.0.is_multiple_of(*scale)) {
            Some((unit, scale)) => write!(f, "{}{unit}", self.0 / scale),
            None => self.0.fmt(f),
        }
    }
}

/// A span of time in its canonical spelling: a whole number of the largest unit of a second or less that fits.
pub(super) struct Span(pub(super) Duration);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.0.as_nanos();
        let exact = |unit: &&(&str, u64)| nanos.is_multiple_of(unit.1.into());
        let (unit, scale) = SPANS[2..6].iter().find(exact).unwrap_or(&("ns", 1));
        write!(f, "{}{unit}", nanos / u128::from(*scale))
    }
}

/// A rate in its canonical spelling: a whole number of the largest unit that fits.
pub(super) struct Rate(pub(super) u64);

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, scale) = RATES.iter().find(|(_, scale)| self.0.is_multiple_of(*scale)).unwrap_or(&("bit/s", 1));
        write!(f, "{}{unit}", self.0 / scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_and_printed() {
        let cases = [
            ("1bit/s", 1, "1bit/s"),
            ("9600bit/s", 9600, "9600bit/s"),
            ("64kbit/s", 64_000, "64kbit/s"),
            ("1000kbit/s", 1_000_000, "1Mbit/s"),
            ("1000Gbit/s", MAX_RATE, "1000Gbit/s"),
        ];
        for (text, bits, canonical) in cases {
            assert_eq!(rate(text), Ok(bits));
            assert_eq!(Rate(bits).to_string(), canonical);
        }
    }

    #[test]
    fn wrong_rates_say_why() {
        let message = |text: &str| rate(text).unwrap_err().message;
        assert_eq!(message("Mbit/s"), "`Mbit/s` is no rate");
        assert_eq!(message("1.5Mbit/s"), "`1.5Mbit/s` is no rate");
        assert_eq!(message("10"), "`10` has no unit");
        assert_eq!(message("10mbit"), "`mbit` is no unit of rate");
        assert_eq!(message("0Mbit/s"), "no link has a rate of `0Mbit/s`");
        assert_eq!(message("1001Gbit/s"), "no link has a rate of `1001Gbit/s`");
        assert_eq!(message("99999999999999999999bit/s"), "no link has a rate of `99999999999999999999bit/s`");
    }

    #[test]
    fn sizes_are_read_and_printed() {
        let cases = [
            ("0", 0, "0"),
            ("64", 64, "64"),
            ("64B", 64, "64"),
            ("1000", 1000, "1000"),
            ("1kB", 1000, "1000"),
            ("1024", 1024, "1KiB"),
            ("4KiB", 4096, "4KiB"),
            ("1MB", 1_000_000, "1000000"),
            ("2MiB", 2 << 20, "2MiB"),
            ("1024GiB", MAX_SIZE, "1024GiB"),
        ];
        for (text, bytes, canonical) in cases {
            assert_eq!(size(text), Ok(bytes));
            assert_eq!(Size(bytes).to_string(), canonical);
        }
    }

    #[test]
    fn wrong_sizes_say_why() {
        let message = |text: &str| size(text).unwrap_err().message;
        assert_eq!(message(""), "`` is no size");
        assert_eq!(message("1.5KiB"), "`1.5KiB` is no size");
        assert_eq!(message("-1"), "`-1` is no size");
        assert_eq!(message("4kb"), "`kb` is no unit of size");
        assert_eq!(message("1025GiB"), "`1025GiB` is too large");
        assert_eq!(message("99999999999999999999999"), "`99999999999999999999999` is too large");
        assert_eq!(message("18446744073709551615GiB"), "`18446744073709551615GiB` is too large");
    }

    #[test]
    fn spans_are_read_and_printed() {
        let cases = [
            ("0", 0, "0s"),
            ("0s", 0, "0s"),
            ("0ms", 0, "0s"),
            ("250ns", 250, "250ns"),
            ("20ms", 20_000_000, "20ms"),
            ("1.5s", 1_500_000_000, "1500ms"),
            ("1.50us", 1_500, "1500ns"),
            ("2µs", 2_000, "2us"),
            ("2min", 120_000_000_000, "120s"),
            ("1h", 3_600_000_000_000, "3600s"),
            ("18446744073709551615ns", u64::MAX, "18446744073709551615ns"),
        ];
        for (text, nanos, canonical) in cases {
            assert_eq!(span(text), Ok(Duration::from_nanos(nanos)), "{text}");
            assert_eq!(Span(Duration::from_nanos(nanos)).to_string(), canonical);
        }
    }

    #[test]
    fn wrong_spans_say_why() {
        let message = |text: &str| span(text).unwrap_err().message;
        assert_eq!(message(""), "`` is no span of time");
        assert_eq!(message(".5s"), "`.5s` is no span of time");
        assert_eq!(message("1.s"), "`1.s` is no span of time");
        assert_eq!(message("1.2.3s"), "`1.2.3s` is no span of time");
        assert_eq!(message("20"), "`20` has no unit");
        assert_eq!(message("20 ms"), "` ms` is no unit of time");
        assert_eq!(message("20msec"), "`msec` is no unit of time");
        assert_eq!(message("0.5ns"), "`0.5ns` is finer than a nanosecond");
        assert_eq!(message("1.0000000001s"), "`1.0000000001s` is finer than a nanosecond");
        assert!(message(&format!("0.{}1s", "0".repeat(90))).ends_with("finer than a nanosecond"));
        assert_eq!(message("18446744073709551616ns"), "`18446744073709551616ns` is too long");
        assert_eq!(message("18446744073.8s"), "`18446744073.8s` is too long");
    }
}
