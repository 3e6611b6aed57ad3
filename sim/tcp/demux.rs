//! Which connection a segment belongs to: a table with a fixed hash, as flat for 100,000 connections as for one.

use std::net::{IpAddr, SocketAddr};

/// What tells the connections of a stack apart. Its own address is not among it: a stack has only one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub local: u16,
    pub remote: SocketAddr,
}

impl Key {
    pub(super) const fn new(local: u16, address: IpAddr, port: u16) -> Self {
        Key { local, remote: SocketAddr::new(address, port) }
    }

    #[inline]
    fn is(&self, local: u16, address: IpAddr, port: u16) -> bool {
        self.local == local && self.remote.port() == port && self.remote.ip() == address
    }

    /// A fixed mixing of all its bits.
    fn hash(&self) -> u64 {
        let address = match self.remote.ip() {
            IpAddr::V4(address) => u64::from(address.to_bits()),
            IpAddr::V6(address) => fold(address.to_bits() as u64 ^ MIX, (address.to_bits() >> 64) as u64 ^ SPREAD),
        };
        let ports = u64::from(self.local) << 16 | u64::from(self.remote.port());
        fold(address ^ MIX, ports ^ SPREAD)
    }
}

/// The digits of π and of the golden ratio: any odd constants without pattern would do.
const MIX: u64 = 0x243f_6a88_85a3_08d3;
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ (product >> 64) as u64
}

/// Open addressing with linear probing; at most half full.
#[derive(Clone, Debug, Default)]
pub(super) struct Demux {
    /// A power of two of places, or none.
    places: Vec<Option<(Key, u32)>>,
    len: usize,
    /// Where what was looked up last stands.
    last: usize,
}

impl Demux {
    /// As [`get`](Demux::get), and quickest for the one that was looked up last: most often the next segment is of the same
    /// connection.
    #[inline]
    pub(super) fn look_up(&mut self, local: u16, address: IpAddr, port: u16) -> Option<u32> {
        match self.places.get(self.last) {
            Some(Some((known, value))) if known.is(local, address, port) => Some(*value),
            _ => self.search(&Key::new(local, address, port)),
        }
    }

    #[inline(never)]
    fn search(&mut self, key: &Key) -> Option<u32> {
        self.last = self.find(key)?;
        self.places[self.last].map(|(_, value)| value)
    }

    #[inline]
    pub(super) fn get(&self, key: &Key) -> Option<u32> {
        let (_, value) = self.places.get(self.find(key)?)?.as_ref()?;
        Some(*value)
    }

    /// The place of this key, or the empty one where it would stand.
    fn find(&self, key: &Key) -> Option<usize> {
        let mask = self.places.len().checked_sub(1)?;
        let mut at = key.hash() as usize & mask;
        while self.places[at].as_ref().is_some_and(|(other, _)| other != key) {
            at = (at + 1) & mask;
        }
        Some(at)
    }

    pub(super) fn insert(&mut self, key: Key, value: u32) {
        if self.places.len() < (self.len + 1) * 2 {
            self.grow();
        }
        let Some(at) = self.find(&key) else { return };
        self.len += usize::from(self.places[at].is_none());
        self.places[at] = Some((key, value));
    }

    fn grow(&mut self) {
        let size = (self.places.len() * 2).max(4);
        let old = std::mem::replace(&mut self.places, vec![None; size]);
        self.len = 0;
        old.into_iter().flatten().for_each(|(key, value)| self.insert(key, value));
    }

    pub(super) fn remove(&mut self, key: &Key) {
        let Some(mut hole) = self.find(key).filter(|at| self.places[*at].is_some()) else { return };
        self.len -= 1;
        let mask = self.places.len() - 1;
        let mut at = hole;
        loop {
            at = (at + 1) & mask;
            let Some((next, _)) = &self.places[at] else { break };
            let home = next.hash() as usize & mask;
            // What stands between its home and here may move into the hole only if the hole lies between them.
            if (at.wrapping_sub(home) & mask) >= (at.wrapping_sub(hole) & mask) {
                self.places[hole] = self.places[at];
                hole = at;
            }
        }
        self.places[hole] = None;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(number: u16) -> Key {
        let address = if number.is_multiple_of(2) { IpAddr::from([10, 0, 0, 1]) } else { IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]) };
        Key::new(number % 7, address, number)
    }

    proptest! {
        #[test]
        fn finds_what_was_put_in_and_not_taken_out(steps in prop::collection::vec((0_u16..40, any::<bool>()), 0..200)) {
            let (mut demux, mut model) = (Demux::default(), std::collections::BTreeMap::new());
            for (number, is_in) in steps {
                if is_in {
                    demux.insert(key(number), u32::from(number));
                    model.insert(number, u32::from(number));
                } else {
                    demux.remove(&key(number));
                    model.remove(&number);
                }
                for number in 0..40 {
                    prop_assert_eq!(demux.get(&key(number)), model.get(&number).copied());
                    let Key { local, remote } = key(number);
                    prop_assert_eq!(demux.look_up(local, remote.ip(), remote.port()), model.get(&number).copied());
                    prop_assert_eq!(demux.look_up(local, remote.ip(), remote.port()), model.get(&number).copied());
                }
            }
        }
    }
}
