//! Orders what is due: the heads of pipes' queues and the timers, in a total order by (time, sequence).

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::contract::End;
use crate::time::Instant;

use super::Op;

/// A thing that will happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Occurrence {
    /// The next parcel that this end of this pipe sent arrives.
    Arrival {
        /// Which pipe.
        pipe: u32,
        /// The end that sent it.
        from: End,
    },
    /// The next packet that this end of a path sent arrives, if it is this one.
    Link {
        /// Which path.
        path: u32,
        /// The end that sent it.
        from: End,
    },
    /// A host wants to be woken.
    Host {
        /// On which path.
        path: u32,
        /// At which end of it.
        end: End,
    },
    /// A fault of the network strikes, or is over.
    Fault(u32),
    /// A timer fires, unless it was cancelled.
    Timer(Op),
}

/// A thing and when it will happen. What happens at one instant happens in the order of the sequence numbers, and no two share one.
#[derive(Clone, Copy, Debug)]
pub(super) struct AgendaEntry {
    pub(super) time: Instant,
    pub(super) sequence: u64,
    pub(super) due: Occurrence,
}

impl AgendaEntry {
    #[inline]
    const fn place(&self) -> u128 {
        (self.time.0 as u128) << 64 | self.sequence as u128
    }
}

impl PartialEq for AgendaEntry {
    fn eq(&self, other: &Self) -> bool {
        self.place() == other.place()
    }
}

impl Eq for AgendaEntry {}

impl PartialOrd for AgendaEntry {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The one that comes first is the greatest: `BinaryHeap` gives the greatest first.
impl Ord for AgendaEntry {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        other.place().cmp(&self.place())
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Agenda {
    /// What comes next, the next one last. Nothing in the heap comes before any of these.
    near: Vec<AgendaEntry>,
    heap: BinaryHeap<AgendaEntry>,
    sequence: u64,
    /// Timers in the heap that were cancelled.
    stale: usize,
}

/// How many stand beside the heap: small worlds never have more, and a short row is put in order with a few compares.
const NEAR_MAX: usize = 8;

/// How many cancelled timers are left lying before they are swept.
const STALE_MAX: usize = 64;

impl Agenda {
    /// The number that orders what happens at one instant.
    pub(super) fn next_sequence(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }

    #[inline]
    pub(super) fn push(&mut self, time: Instant, sequence: u64, due: Occurrence) {
        let entry = AgendaEntry { time, sequence, due };
        if self.heap.peek().is_some_and(|first| entry < *first) {
            return self.heap.push(entry);
        }
        if self.near.is_empty() {
            self.near.reserve(NEAR_MAX + 1);
        }
        let mut at = self.near.len();
        while at > 0 && entry < self.near[at - 1] {
            at -= 1;
        }
        self.near.insert(at, entry);
        if self.near.len() > NEAR_MAX {
            self.heap.push(self.near.remove(0));
        }
    }

    #[inline]
    pub(super) fn pop(&mut self) -> Option<AgendaEntry> {
        self.near.pop().or_else(|| self.heap.pop())
    }

    /// When what comes next is due.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.near.last().or_else(|| self.heap.peek()).map(|entry| entry.time)
    }

    /// A timer was popped that had been cancelled.
    pub(super) fn note_stale_popped(&mut self) {
        self.stale = self.stale.saturating_sub(1);
    }

    /// A timer was cancelled; `is_live` tells which are not, should it be time to sweep.
    pub(super) fn note_cancelled(&mut self, is_live: impl Fn(Op) -> bool) {
        self.stale += 1;
        if self.stale > STALE_MAX && self.stale > self.heap.len() / 2 {
            let is_stale = |entry: &AgendaEntry| matches!(entry.due, Occurrence::Timer(op) if !is_live(op));
            self.heap.retain(|entry| !is_stale(entry));
            self.near.retain(|entry| !is_stale(entry));
            self.stale = 0;
        }
    }

    /// Everything in the order in which it will happen.
    pub(super) fn in_order(&self) -> Vec<(Instant, Occurrence)> {
        let mut all: Vec<_> = self.heap.iter().chain(&self.near).copied().collect();
        all.sort_unstable_by_key(AgendaEntry::place);
        all.into_iter().map(|entry| (entry.time, entry.due)).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn earlier_first_then_first_come_first_served() {
        let mut agenda = Agenda::default();
        for (time, op) in [(5, 1), (3, 2), (5, 3), (3, 4)] {
            let sequence = agenda.next_sequence();
            agenda.push(Instant(time), sequence, Occurrence::Timer(Op(op)));
        }
        let order: Vec<_> = std::iter::from_fn(|| agenda.pop()).map(|entry| (entry.time, entry.due)).collect();
        assert_eq!(order, [(3, 2), (3, 4), (5, 1), (5, 3)].map(|(time, op)| (Instant(time), Occurrence::Timer(Op(op)))));
    }

    proptest! {
        #[test]
        fn what_comes_first_is_always_popped_first(steps in prop::collection::vec(prop::option::weighted(0.6, 0_u64..50), 0..200)) {
            let (mut agenda, mut model) = (Agenda::default(), BTreeSet::new());
            for step in steps {
                if let Some(time) = step {
                    let sequence = agenda.next_sequence();
                    agenda.push(Instant(time), sequence, Occurrence::Fault(0));
                    model.insert((Instant(time), sequence));
                } else {
                    let popped = agenda.pop().map(|entry| (entry.time, entry.sequence));
                    prop_assert_eq!(popped, model.pop_first());
                }
            }
            let times: Vec<_> = model.into_iter().map(|(time, _)| time).collect();
            prop_assert_eq!(agenda.in_order().into_iter().map(|(time, _)| time).collect::<Vec<_>>(), times);
        }
    }

    #[test]
    fn cancelled_timers_do_not_pile_up() {
        let mut agenda = Agenda::default();
        for op in 0..10_000 {
            let sequence = agenda.next_sequence();
            agenda.push(Instant(u64::MAX), sequence, Occurrence::Timer(Op(op)));
            agenda.note_cancelled(|_| false);
        }
        assert!(agenda.heap.len() + agenda.near.len() <= STALE_MAX);
    }
}
