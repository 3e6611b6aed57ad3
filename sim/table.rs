//! Finds numbers by the hashes of what they stand for, in the same time for 100,000 as for one. The hash is fixed, and nothing is
//! ever listed in its order.

use smallvec::SmallVec;

/// Numbers by hash: open addressing with linear probing. Hashes may collide, so that a search says which number is meant.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    /// A power of two of places, or none.
    places: SmallVec<[Bucket; PLACES_MIN]>,
    len: usize,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    hash: u32,
    /// [`EMPTY`] where nothing stands.
    number: u32,
}

/// The one number that can't be kept.
const EMPTY: u32 = u32::MAX;

const FREE: Bucket = Bucket { hash: 0, number: EMPTY };

/// How many places there are at first.
const PLACES_MIN: usize = 4;

impl Table {
    /// The number of this hash that is meant.
    #[inline]
    pub(crate) fn find(&self, hash: u32, is_meant: impl Fn(u32) -> bool) -> Option<u32> {
        self.at(hash, is_meant).map(|at| self.places[at].number)
    }

    /// Where it stands.
    #[inline]
    fn at(&self, hash: u32, is_meant: impl Fn(u32) -> bool) -> Option<usize> {
        let mask = self.places.len().checked_sub(1)?;
        let mut at = hash as usize & mask;
        loop {
            let place = self.places[at];
            if place.number == EMPTY {
                return None;
            }
            if place.hash == hash && is_meant(place.number) {
                return Some(at);
            }
            at = (at + 1) & mask;
        }
    }

    /// Adds a number that is not in it.
    pub(crate) fn insert(&mut self, hash: u32, number: u32) {
        debug_assert_ne!(number, EMPTY);
        if self.places.len() * 3 < (self.len + 1) * 4 {
            self.grow();
        }
        self.len += 1;
        self.put(Bucket { hash, number });
    }

    /// Puts it into the first free place from its home on.
    fn put(&mut self, place: Bucket) {
        let mask = self.places.len() - 1;
        let mut at = place.hash as usize & mask;
        while self.places[at].number != EMPTY {
            at = (at + 1) & mask;
        }
        self.places[at] = place;
    }

    #[cold]
    fn grow(&mut self) {
        let size = (self.places.len() * 2).max(PLACES_MIN);
        let old = std::mem::replace(&mut self.places, SmallVec::from_elem(FREE, size));
        old.into_iter().filter(|place| place.number != EMPTY).for_each(|place| self.put(place));
    }

    /// Takes another number for the one that is meant; false if it is not in it.
    pub(crate) fn replace(&mut self, hash: u32, is_meant: impl Fn(u32) -> bool, number: u32) -> bool {
        let found = self.at(hash, is_meant);
        found.is_some_and(|at| {
            self.places[at].number = number;
            true
        })
    }

    /// Removes the number that is meant.
    pub(crate) fn remove(&mut self, hash: u32, is_meant: impl Fn(u32) -> bool) {
        let Some(mut hole) = self.at(hash, is_meant) else { return };
        self.len -= 1;
        let mask = self.places.len() - 1;
        let mut at = hole;
        loop {
            at = (at + 1) & mask;
            let next = self.places[at];
            if next.number == EMPTY {
                break;
            }
            // What stands between its home and here may move into the hole only if the hole lies between them.
            if (at.wrapping_sub(next.hash as usize) & mask) >= (at.wrapping_sub(hole) & mask) {
                self.places[hole] = next;
                hole = at;
            }
        }
        self.places[hole] = FREE;
    }
}

/// Mixes the bits of a key. Other keys give other hashes: nothing else need be compared.
#[inline]
pub(crate) const fn mix(key: u32) -> u32 {
    // Steps that can be undone: a product with an odd number, and what is shifted to lower places.
    let key = (key ^ key >> 16).wrapping_mul(0x21f0_aaad);
    let key = (key ^ key >> 15).wrapping_mul(0x735a_2d97);
    key ^ key >> 15
}

/// Mixes all bits of a key into a hash.
#[inline]
pub(crate) const fn hash(key: u64) -> u32 {
    let product = (key ^ MIX) as u128 * SPREAD as u128;
    ((product as u64) ^ (product >> 64) as u64) as u32
}

/// The digits of π and of the golden ratio: any odd constants without pattern would do.
const MIX: u64 = 0x243f_6a88_85a3_08d3;
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn finds_what_was_put_in_and_not_taken_out(steps in prop::collection::vec((0_u32..40, any::<bool>()), 0..200), spread: bool) {
            // Without spreading, hashes collide.
            let hash_of = |key: u32| if spread { hash(key.into()) } else { key % 3 };
            let (mut table, mut model) = (Table::default(), BTreeMap::new());
            for (number, (key, is_in)) in (1000..).zip(steps) {
                // A number tells its key by its last digits.
                let number = number * 40 + key;
                let is_meant = |number: u32| number % 40 == key;
                match (is_in, model.contains_key(&key)) {
                    (true, true) => prop_assert!(table.replace(hash_of(key), is_meant, number)),
                    (true, false) => table.insert(hash_of(key), number),
                    (false, _) => table.remove(hash_of(key), is_meant),
                }
                if is_in { model.insert(key, number) } else { model.remove(&key) };
                for key in 0..40 {
                    prop_assert_eq!(table.find(hash_of(key), |number| number % 40 == key), model.get(&key).copied());
                }
            }
        }
    }

    proptest! {
        #[test]
        fn no_two_keys_mix_to_the_same(key: u32) {
            // The inverse of an odd factor is found by Newton's method.
            let inverse = |factor: u32| (0..5).fold(factor, |found, _| found.wrapping_mul(2_u32.wrapping_sub(factor.wrapping_mul(found))));
            let mixed = mix(key);
            let first = (mixed ^ mixed >> 15 ^ mixed >> 30).wrapping_mul(inverse(0x735a_2d97));
            let second = (first ^ first >> 15 ^ first >> 30).wrapping_mul(inverse(0x21f0_aaad));
            prop_assert_eq!(second ^ second >> 16, key);
        }
    }

    #[test]
    fn neighbours_are_spread() {
        let mut table = Table::default();
        (0..50_000).for_each(|key| table.insert(if key % 2 == 0 { hash(key.into()) } else { mix(key << 16 | 80) }, key));
        let mask = table.places.len() - 1;
        let away = |at: usize, place: &Bucket| at.wrapping_sub(place.hash as usize) & mask;
        let total: usize =
            table.places.iter().enumerate().filter(|(_, place)| place.number != EMPTY).map(|(at, place)| away(at, place)).sum();
        assert!(total < 100_000, "{total} steps from home");
    }
}
