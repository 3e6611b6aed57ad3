//! Names what a schedule decides otherwise than is benign.

use std::fmt;
use std::hash::{Hash, Hasher};

use xxhash_rust::xxh3::Xxh3;

use crate::choice::Address;
use crate::scenario::{FaultKind, Scenario};

/// One decision that is not benign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Decision {
    /// Something happens to a segment, to an end or to a host.
    Fault(FaultKind),
    /// Of several that could go on, another one than the first in line does.
    Turn(Address, u32),
}

/// A kind of decision, to choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DecisionKind {
    /// A segment is lost.
    Drop,
    /// A segment is overtaken by the next.
    Reorder,
    /// A segment is late by more than a retransmission timeout.
    Delay,
    /// A copy of a segment arrives directly behind it.
    Duplicate,
    /// A copy of a segment arrives long after it.
    LateDuplicate,
    /// An end is reset at an instant at which something happens.
    Reset,
    /// A host stops at such an instant, for ever.
    Crash,
    /// A turn goes to another task.
    Order,
}

impl DecisionKind {
    /// All of them.
    pub const ALL: &'static [DecisionKind] = &[
        DecisionKind::Drop,
        DecisionKind::Reorder,
        DecisionKind::Delay,
        DecisionKind::Duplicate,
        DecisionKind::LateDuplicate,
        DecisionKind::Reset,
        DecisionKind::Crash,
        DecisionKind::Order,
    ];

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            DecisionKind::Drop => "drop",
            DecisionKind::Reorder => "reorder",
            DecisionKind::Delay => "delay",
            DecisionKind::Duplicate => "duplicate",
            DecisionKind::LateDuplicate => "late-duplicate",
            DecisionKind::Reset => "reset",
            DecisionKind::Crash => "crash",
            DecisionKind::Order => "order",
        }
    }

    /// The kind with that word.
    pub fn from_word(word: &str) -> Option<Self> {
        DecisionKind::ALL.iter().copied().find(|kind| kind.word() == word)
    }
}

impl Decision {
    /// Says it in a scenario.
    pub(super) fn add_to(&self, scenario: &mut Scenario) {
        match *self {
            Decision::Fault(fault) => scenario.faults.push(fault.into()),
            Decision::Turn(address, pick) => _ = scenario.schedule.insert(address, pick),
        }
    }
}

/// As a scenario file says it.
impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Decision::Fault(fault) => fault.fmt(f),
            Decision::Turn(address, pick) => write!(f, "{address} -> {pick}"),
        }
    }
}

/// Tells sets of decisions apart, in whatever order they were taken. Of a million sets two are taken for one with a chance of 10⁻²⁷.
pub(super) fn key(taken: &[Decision], more: Decision) -> u128 {
    let mut sorted = taken.to_vec();
    sorted.push(more);
    sorted.sort_unstable();
    let mut hasher = Fingerprint(Xxh3::new());
    sorted.hash(&mut hasher);
    hasher.0.digest128()
}

struct Fingerprint(Xxh3);

impl Hasher for Fingerprint {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        self.0.digest()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice::Site;

    #[test]
    fn a_set_is_the_same_in_any_order() {
        let turn = |index| Decision::Turn(Address::new(0, Site::Step, index), 1);
        assert_eq!(key(&[turn(1)], turn(2)), key(&[turn(2)], turn(1)));
        assert_ne!(key(&[], turn(1)), key(&[], turn(2)));
        assert_ne!(key(&[turn(1)], turn(2)), key(&[], turn(2)));
    }

    #[test]
    fn every_kind_has_a_word() {
        for kind in DecisionKind::ALL {
            assert_eq!(DecisionKind::from_word(kind.word()), Some(*kind));
        }
        assert_eq!(DecisionKind::from_word("dorp"), None);
    }
}
