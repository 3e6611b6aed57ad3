//! Remembers which operations of all places were called, in memory that grows with the gaps in their numbering and not with their
//! count: at each place numbers are mostly consecutive.

use std::collections::BTreeMap;

use super::Place;

/// A set of numbers for each place, as the first and last of each run without a gap. One map holds all places, so that a place
/// with a single run costs a few dozen bytes.
#[derive(Clone, Debug, Default)]
pub(super) struct Intervals(BTreeMap<(Place, u64), u64>);

impl Intervals {
    pub(super) fn contains(&self, at: Place, number: u64) -> bool {
        self.0.range((at, 0)..=(at, number)).next_back().is_some_and(|(_, last)| number <= *last)
    }

    /// Adds a number; false if it was there.
    pub(super) fn insert(&mut self, at: Place, number: u64) -> bool {
        let below = self.0.range_mut((at, 0)..=(at, number)).next_back();
        if below.as_ref().is_some_and(|(_, last)| number <= **last) {
            return false;
        }
        let joined = below.filter(|(_, last)| **last + 1 == number).map(|(first, last)| {
            *last = number;
            *first
        });
        let above = number.checked_add(1).and_then(|next| self.0.remove(&(at, next)));
        if joined.is_none() || above.is_some() {
            self.0.insert(joined.unwrap_or((at, number)), above.unwrap_or(number));
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
    use crate::contract::End;

    const AT: Place = Place { flow: 1, end: End::Client };

    #[test]
    fn consecutive_numbers_take_no_memory() {
        let mut set = Intervals::default();
        assert!((1..100_000).all(|number| set.insert(AT, number)));
        assert_eq!(set.runs(), 1);
        assert!(set.contains(AT, 99_999) && !set.contains(AT, 100_000) && !set.contains(AT, 0));
        assert!(set.insert(AT, 100_001) && set.runs() == 2);
        assert!(set.insert(AT, 100_000) && set.runs() == 1);
    }

    #[test]
    fn places_do_not_touch() {
        let mut set = Intervals::default();
        let places = [AT, Place { end: End::Server, ..AT }, Place { flow: 0, ..AT }, Place { flow: 2, ..AT }];
        assert!([5, 0, u64::MAX].iter().all(|&number| places.iter().all(|&at| set.insert(at, number))));
        assert!(places.iter().all(|&at| set.contains(at, 5) && !set.contains(at, 4) && !set.contains(at, 6)));
        assert_eq!(set.runs(), 12);
    }

    #[test]
    fn the_ends_of_the_range_are_numbers_too() {
        let mut set = Intervals::default();
        assert!([0, u64::MAX, u64::MAX - 1, 1].iter().all(|&number| set.insert(AT, number)));
        assert!([0, u64::MAX, u64::MAX - 1, 1].iter().all(|&number| !set.insert(AT, number) && set.contains(AT, number)));
        assert_eq!(set.runs(), 2);
    }

    #[test]
    fn it_is_a_set() {
        let (mut set, mut model) = (Intervals::default(), BTreeSet::new());
        for step in 0..4000_u64 {
            let number = step.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 54;
            assert_eq!(set.insert(AT, number), model.insert(number));
        }
        assert!((0..1100).all(|number| set.contains(AT, number) == model.contains(&number)));
        let runs = model.iter().filter(|number| **number == 0 || !model.contains(&(**number - 1))).count();
        assert_eq!(set.runs(), runs);
    }
}
