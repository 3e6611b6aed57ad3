//! Says which numbers and spans of time are simpler than a given one.

use std::time::Duration;

/// Numbers from `least` on that are less than `number`: the least first, then those that halve what is more than it must be, at last
/// the one before it. What comes out at the end can't be one less.
pub(super) fn numbers(number: u64, least: u64) -> impl Iterator<Item = u64> {
    let spare = number.saturating_sub(least);
    let halves = (0..u64::BITS).map(move |halved| spare >> halved).take_while(|less| *less > 0);
    halves.map(move |less| number - less)
}

/// Spans as a person would say them, the shortest first.
const PLAIN: [Duration; 12] = [
    Duration::ZERO,
    Duration::from_micros(1),
    Duration::from_micros(100),
    Duration::from_millis(1),
    Duration::from_millis(10),
    Duration::from_millis(100),
    Duration::from_secs(1),
    Duration::from_secs(10),
    Duration::from_secs(60),
    Duration::from_secs(600),
    Duration::from_secs(3_600),
    Duration::from_secs(36_000),
];

/// Spans that are shorter and plain, the shortest first; then shorter ones of fewer digits.
pub(super) fn spans(span: Duration) -> impl Iterator<Item = Duration> {
    let digits = (0..u32::BITS).rev().filter_map(move |digits| rounded(span, 10_u64.checked_pow(digits)?));
    PLAIN.into_iter().filter(move |plain| *plain < span).chain(digits)
}

/// Smaller numbers from 1 on as a person would say them: powers of ten, the least first; then those of fewer digits.
pub(super) fn plain(number: u64) -> impl Iterator<Item = u64> {
    let powers = || (0..u32::BITS).map_while(|digits| 10_u64.checked_pow(digits)).take_while(move |power| *power < number);
    let rounded: Vec<u64> = powers().map(|power| number - number % power).filter(|rounded| *rounded < number).collect();
    powers().chain(rounded.into_iter().rev())
}

/// Rounded down to so many nanoseconds, if that leaves something, and something less.
fn rounded(span: Duration, to: u64) -> Option<Duration> {
    let nanos = u64::try_from(span.as_nanos()).ok()?;
    let rounded = nanos - nanos % to;
    (rounded > 0 && rounded < nanos).then(|| Duration::from_nanos(rounded))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smaller_numbers_close_in_on_the_number() {
        assert_eq!(numbers(100, 1).collect::<Vec<_>>(), [1, 51, 76, 88, 94, 97, 99]);
        assert_eq!(numbers(2, 1).collect::<Vec<_>>(), [1]);
        assert!(numbers(1, 1).chain(numbers(0, 1)).next().is_none());
        assert_eq!(numbers(u64::MAX, 0).last(), Some(u64::MAX - 1));
    }

    #[test]
    fn plain_numbers_are_powers_of_ten_or_have_fewer_digits() {
        assert_eq!(plain(2_345).collect::<Vec<_>>(), [1, 10, 100, 1_000, 2_000, 2_300, 2_340]);
        assert_eq!(plain(200).collect::<Vec<_>>(), [1, 10, 100]);
        assert!(plain(1).chain(plain(0)).next().is_none());
    }

    #[test]
    fn shorter_spans_are_plain_or_have_fewer_digits() {
        let spans = |micros| spans(Duration::from_micros(micros)).map(|span| span.as_micros()).collect::<Vec<_>>();
        assert_eq!(spans(37_120), [0, 1, 100, 1_000, 10_000, 30_000, 37_000, 37_100]);
        assert_eq!(spans(1_000), [0, 1, 100]);
        assert!(spans(0).is_empty());
    }
}
