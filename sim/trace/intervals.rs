//! A set of numbers that are mostly consecutive, in memory that grows with its gaps, not with its size.

use std::collections::BTreeMap;

/// A set of numbers, as the first and last of each run without a gap.
#[derive(Clone, Debug, Default)]
pub(super) struct Intervals(BTreeMap<u64, u64>);

impl Intervals {
    pub(super) fn contains(&self, number: u64) -> bool {
        self.0.range(..=number).next_back().is_some_and(|(_, last)| number <= *last)
    }

    /// Adds a number; false if it was there.
    pub(super) fn insert(&mut self, number: u64) -> bool {
        let below = self.0.range_mut(..=number).next_back();
        if below.as_ref().is_some_and(|(_, last)| number <= **last) {
            return false;
        }
        let joined = below.filter(|(_, last)| **last + 1 == number).map(|(first, last)| {
            *last = number;
            *first
        });
        let first = joined.unwrap_or(number);
        let above = number.checked_add(1).and_then(|next| self.0.remove(&next));
        if joined.is_none() || above.is_some() {
            self.0.insert(first, above.unwrap_or(number));
        }
        true
    }

    /// How many runs there are.
    #[cfg(test)]
    fn runs(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn consecutive_numbers_take_no_memory() {
        let mut set = Intervals::default();
        assert!((1..100_000).all(|number| set.insert(number)));
        assert_eq!(set.runs(), 1);
        assert!(set.contains(99_999) && !set.contains(100_000) && !set.contains(0));
        assert!(set.insert(100_001) && set.runs() == 2);
        assert!(set.insert(100_000) && set.runs() == 1);
    }

    #[test]
    fn the_ends_of_the_range_are_numbers_too() {
        let mut set = Intervals::default();
        assert!([0, u64::MAX, u64::MAX - 1, 1].iter().all(|&number| set.insert(number)));
        assert!([0, u64::MAX, u64::MAX - 1, 1].iter().all(|&number| !set.insert(number) && set.contains(number)));
        assert_eq!(set.runs(), 2);
    }

    #[test]
    fn it_is_a_set() {
        let (mut set, mut model) = (Intervals::default(), BTreeSet::new());
        for step in 0..4000_u64 {
            let number = step.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 54;
            assert_eq!(set.insert(number), model.insert(number));
        }
        assert!((0..1100).all(|number| set.contains(number) == model.contains(&number)));
        let runs = model.iter().filter(|number| **number == 0 || !model.contains(&(**number - 1))).count();
        assert_eq!(set.runs(), runs);
    }
}
