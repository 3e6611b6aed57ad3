//! Keeps the ports of a stack: those that it listens on, and those that it begins connections from.
//!
//! Connections are begun from one port after the other: the dynamic ports (RFC 6335 §6), then the others from 1,024 on, then those
//! again from which there is no connection to the same remote end. Two connections may have the same port if their remote ends
//! differ.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, SocketAddr};

use smallvec::SmallVec;

use crate::contract::{Error, SecondListen};

use super::connections::Key;
use super::settings::Settings;

/// The first of the dynamic ports.
const DYNAMIC_FIRST: u16 = 49_152;
/// How many there are.
const DYNAMIC: u16 = u16::MAX - DYNAMIC_FIRST + 1;
/// The first port that is not a system port.
const USER_FIRST: u16 = 1_024;

/// How many ports connections can be begun from.
pub(super) const BEGUN_MAX: u16 = u16::MAX - USER_FIRST + 1;

/// The port in this place of the order.
const fn nth(place: u16) -> u16 {
    if place < DYNAMIC { DYNAMIC_FIRST + place } else { USER_FIRST + (place - DYNAMIC) }
}

/// The place of a port in the order.
const fn place(port: u16) -> u16 {
    if port >= DYNAMIC_FIRST { port - DYNAMIC_FIRST } else { port - USER_FIRST + DYNAMIC }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Ports {
    /// Sorted.
    listening: SmallVec<[u16; 4]>,
    /// The place where the search for a port to connect from begins.
    next: u16,
    /// The places from which there are connections, by remote end; nothing until each place was used once.
    begun: Option<BTreeMap<SocketAddr, Runs>>,
}

impl Ports {
    pub(super) fn listen(&mut self, port: u16, settings: &Settings) -> Result<(), Error> {
        if port == 0 {
            return Err(Error::Other("port_out_of_range".into()));
        }
        match self.listening.binary_search(&port) {
            Err(at) => self.listening.insert(at, port),
            Ok(_) if settings.contract.second_listen == Some(SecondListen::Replace) => {}
            Ok(_) => return Err(Error::Other("in_use".into())),
        }
        Ok(())
    }

    pub(super) fn unlisten(&mut self, port: u16) {
        self.listening.retain(|listening| *listening != port);
    }

    pub(super) fn unlisten_all(&mut self) {
        self.listening.clear();
    }

    #[inline]
    pub(super) fn is_listening(&self, port: u16) -> bool {
        self.listening.binary_search(&port).is_ok()
    }

    pub(super) fn fingerprint(&self, mut hasher: &mut dyn Hasher) {
        (&self.listening, self.next).hash(&mut hasher);
    }

    /// The next port to begin a connection from that was never used for that. Where there is none any more, those that are in use
    /// must be [known](Ports::know).
    pub(super) fn fresh(&mut self, settings: &Settings, address: IpAddr, port: u16, is_taken: impl Fn(&Key) -> bool) -> Option<Key> {
        while self.begun.is_none() && self.next < count(settings) {
            let key = Key::new(nth(self.next), address, port);
            self.next += 1;
            if !self.is_listening(key.local) && !is_taken(&key) {
                return Some(key);
            }
        }
        None
    }

    /// From now on remembers which ports connections were begun from: these, to begin with.
    pub(super) fn know<'a>(&mut self, begun: impl Iterator<Item = &'a Key>) {
        if self.begun.is_none() {
            self.begun = Some(BTreeMap::new());
            self.next = 0;
            begun.for_each(|key| self.note_begun(key));
        }
    }

    /// The next port from which there is no connection to this remote end.
    pub(super) fn free(&mut self, settings: &Settings, address: IpAddr, port: u16, is_taken: impl Fn(&Key) -> bool) -> Option<Key> {
        let count = count(settings);
        let runs = self.begun.as_ref().and_then(|begun| begun.get(&SocketAddr::new(address, port)));
        let (mut from, mut first) = (self.next % count, None);
        loop {
            let free = |from| runs.map_or(from, |runs| runs.gap(from));
            let found = Some(free(from)).filter(|found| *found < count).unwrap_or_else(|| free(0));
            if found >= count || first == Some(found) {
                return None;
            }
            first.get_or_insert(found);
            let key = Key::new(nth(found), address, port);
            from = (found + 1) % count;
            if !self.is_listening(key.local) && !is_taken(&key) {
                self.next = from;
                return Some(key);
            }
        }
    }

    /// A connection was begun from a port of ours.
    pub(super) fn note_begun(&mut self, key: &Key) {
        if let Some(begun) = &mut self.begun {
            begun.entry(key.remote).or_default().insert(place(key.local));
        }
    }

    /// A connection that was begun from a port of ours has ended.
    pub(super) fn note_ended(&mut self, key: &Key) {
        let Some(begun) = &mut self.begun else { return };
        let Some(runs) = begun.get_mut(&key.remote) else { return };
        runs.remove(place(key.local));
        if runs.0.is_empty() {
            begun.remove(&key.remote);
        }
    }
}

/// From how many ports connections are begun.
fn count(settings: &Settings) -> u16 {
    settings.ports.clamp(1, BEGUN_MAX)
}

/// A set of places that mostly stand side by side: the first of each run, and the one behind its last.
#[derive(Clone, Debug, Default)]
struct Runs(BTreeMap<u16, u16>);

impl Runs {
    /// The first place from here on that is not in it.
    fn gap(&self, from: u16) -> u16 {
        match self.0.range(..=from).next_back() {
            Some((_, end)) if *end > from => *end,
            _ => from,
        }
    }

    fn insert(&mut self, place: u16) {
        if self.gap(place) != place {
            return;
        }
        let before = self.0.range(..place).next_back().filter(|(_, end)| **end == place).map(|(start, _)| *start);
        let end = self.0.remove(&(place + 1)).unwrap_or(place + 1);
        self.0.insert(before.unwrap_or(place), end);
    }

    fn remove(&mut self, place: u16) {
        let Some((&start, &end)) = self.0.range(..=place).next_back().filter(|(_, end)| **end > place) else { return };
        if start == place {
            self.0.remove(&start);
        } else {
            self.0.insert(start, place);
        }
        if place + 1 < end {
            self.0.insert(place + 1, end);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn runs_are_a_set(steps in prop::collection::vec((0_u16..20, any::<bool>()), 0..80)) {
            let (mut runs, mut model) = (Runs::default(), BTreeSet::new());
            for (place, is_in) in steps {
                if is_in {
                    runs.insert(place);
                    model.insert(place);
                } else {
                    runs.remove(place);
                    model.remove(&place);
                }
                for from in 0..22 {
                    let gap = (from..).find(|place| !model.contains(place));
                    prop_assert_eq!(Some(runs.gap(from)), gap);
                }
                let joints = runs.0.iter().zip(runs.0.iter().skip(1));
                prop_assert!(joints.clone().all(|((_, end), (start, _))| end < start), "runs don't touch: {:?}", runs);
            }
        }
    }

    #[test]
    fn every_port_from_1024_on_has_one_place() {
        assert_eq!([nth(0), nth(DYNAMIC - 1), nth(DYNAMIC), nth(BEGUN_MAX - 1)], [49_152, u16::MAX, 1_024, 49_151]);
        assert!((0..BEGUN_MAX).all(|at| place(nth(at)) == at));
    }
}
