//! Counts virtual time: unsigned nanoseconds since the start of a run. Nothing here reads a clock.

use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

/// A moment of virtual time, in nanoseconds since the start of the run (or since a recording's own origin).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub u64);

impl Instant {
    /// The start of every run.
    pub const ZERO: Instant = Instant(0);

    /// The time that has passed since `earlier`; zero if that lies ahead.
    pub fn since(self, earlier: Instant) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Instant {
    type Output = Instant;

    /// Saturates at the end of time (about 584 years).
    fn add(self, span: Duration) -> Instant {
        Instant(self.0.saturating_add(u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)))
    }
}

impl Sub for Instant {
    type Output = Duration;

    fn sub(self, earlier: Instant) -> Duration {
        self.since(earlier)
    }
}

/// As a person writes it: `31 ms`, `1.5 s`, `250 ns`.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&span(Duration::from_nanos(self.0)))
    }
}

/// A span of time as a person writes it, in the largest unit that it fills, with every digit that it has: `31 ms`, `1.5 s`,
/// `5.904038 ms`.
pub fn span(span: Duration) -> String {
    let nanos = span.as_nanos();
    for (unit, size, digits) in [("s", 1_000_000_000_u128, 9), ("ms", 1_000_000, 6), ("us", 1_000, 3)] {
        if nanos >= size {
            let decimals = format!("{:0digits$}", nanos % size);
            let number = format!("{}.{}", nanos / size, decimals);
            return format!("{} {unit}", number.trim_end_matches('0').trim_end_matches('.'));
        }
    }
    format!("{nanos} ns")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_in_the_unit_that_a_person_would_choose() {
        let cases = [
            (0, "0 ns"),
            (250, "250 ns"),
            (1_500, "1.5 us"),
            (31_000_000, "31 ms"),
            (1_500_000_000, "1.5 s"),
            (1_000_000_001, "1.000000001 s"),
            (10_007_000_000, "10.007 s"),
        ];
        for (nanos, text) in cases {
            assert_eq!(Instant(nanos).to_string(), text);
        }
    }

    #[test]
    fn sums_saturate() {
        assert_eq!(Instant(u64::MAX) + Duration::from_secs(1), Instant(u64::MAX));
        assert_eq!(Instant(1) - Instant(2), Duration::ZERO);
    }
}
