//! Tracks partitions: those of one flow, and those of the whole network.
//!
//! A partition of the whole network concerns every flow. Nothing is done to each of very many flows for that: the network counts
//! its changes, and a flow learns of them when it is looked at next.

use crate::contract::{Both, End};
use crate::oracle::Stamp;

/// Partitions that no flow was named for.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::oracle) struct Network {
    cut: Both<Option<Stamp>>,
    /// How often that changed, and when it last did.
    changes: u64,
    changed: Option<Stamp>,
}

impl Network {
    /// What these ends send is cut off from then on, or heals (`state` is none).
    pub fn set(&mut self, ends: impl Iterator<Item = End>, state: Option<Stamp>, at: Stamp) {
        ends.for_each(|end| self.cut[end] = state);
        (self.changes, self.changed) = (self.changes + 1, Some(at));
    }
}

/// What lies between the ends of a flow.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::oracle) struct Path {
    /// By the end that sends: since when what it sends is cut off.
    cut: Both<Option<Stamp>>,
    was_cut: bool,
    /// How many changes of the network it knows of.
    known: u64,
}

impl Path {
    /// The path of a flow that comes into being on this network.
    pub fn on(network: &Network) -> Self {
        let was_cut = End::BOTH.iter().any(|&end| network.cut[end].is_some());
        Path { cut: network.cut, was_cut, known: network.changes }
    }

    /// Learns what became of the network since it was looked at last: when that was, if anything did.
    #[inline]
    pub fn catch_up(&mut self, network: &Network) -> Option<Stamp> {
        if self.known == network.changes {
            return None;
        }
        *self = Path { cut: network.cut, was_cut: true, known: network.changes };
        network.changed
    }

    /// What these ends send on this flow is cut off from then on, or heals.
    pub fn set(&mut self, ends: impl Iterator<Item = End>, state: Option<Stamp>) {
        ends.for_each(|end| self.cut[end] = state);
        self.was_cut = true;
    }

    /// A partition stands between the ends.
    pub fn is_cut(&self) -> bool {
        End::BOTH.iter().any(|&end| self.cut[end].is_some())
    }

    /// Since when a partition stops what this end sends.
    pub fn cut_off(&self, end: End) -> Option<Stamp> {
        self.cut[end]
    }

    /// A partition once stood between the ends.
    pub fn was_cut(&self) -> bool {
        self.was_cut
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Instant;

    fn at(seq: u64) -> Stamp {
        Stamp::new(seq, seq, Instant(seq))
    }

    #[test]
    fn a_flow_learns_of_the_network_once_and_of_its_last_change() {
        let mut network = Network::default();
        let mut path = Path::on(&network);
        assert_eq!(path.catch_up(&network), None);
        network.set(End::BOTH.into_iter(), Some(at(1)), at(1));
        network.set([End::Client].into_iter(), None, at(2));
        assert_eq!((path.catch_up(&network), path.catch_up(&network)), (Some(at(2)), None));
        assert!(path.is_cut() && path.was_cut(), "what the server sends");
        network.set([End::Server].into_iter(), None, at(3));
        path.catch_up(&network);
        assert!(!path.is_cut() && path.was_cut());
        let late = Path::on(&network);
        assert!(!late.is_cut() && !late.was_cut(), "it came after that");
    }

    #[test]
    fn what_is_said_of_one_flow_stands_until_the_network_changes() {
        let mut network = Network::default();
        network.set(End::BOTH.into_iter(), Some(at(1)), at(1));
        let mut path = Path::on(&network);
        path.set(End::BOTH.into_iter(), None);
        assert_eq!((path.catch_up(&network), path.is_cut()), (None, false));
        network.set(End::BOTH.into_iter(), Some(at(2)), at(2));
        path.catch_up(&network);
        assert!(path.is_cut());
    }
}
