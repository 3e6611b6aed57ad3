//! Counts segments by sender and kind, and transmissions by octet: which occasion a packet is.

use super::address::fits;
use super::{Meaning, PacketName, SegmentKind};

/// What the senders of one direction have sent so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    /// Sorted by entity.
    senders: Vec<(u32, Sender)>,
    /// The sender of the last packet: most often the next one's too.
    last: usize,
}

impl Counts {
    /// Counts a packet, and returns what its sender has sent, this packet included.
    pub(super) fn note(&mut self, meaning: &Meaning) -> &Sender {
        let at = self.place(meaning.entity);
        self.last = at;
        let sender = &mut self.senders[at].1;
        sender.note(meaning);
        sender
    }

    /// What this sender has sent, if anything.
    pub(super) fn of(&self, entity: u32) -> Option<&Sender> {
        self.senders.binary_search_by_key(&entity, |(entity, _)| *entity).ok().map(|at| &self.senders[at].1)
    }

    fn place(&mut self, entity: u32) -> usize {
        if self.senders.get(self.last).is_some_and(|(last, _)| *last == entity) {
            return self.last;
        }
        self.senders.binary_search_by_key(&entity, |(entity, _)| *entity).unwrap_or_else(|at| {
            self.senders.insert(at, (entity, Sender::default()));
            at
        })
    }
}

/// What one sender has sent so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Sender {
    kinds: [u64; SegmentKind::ALL.len()],
    carried: Carried,
    /// How often the first octet of the latest packet was carried by now.
    transmission: u64,
}

impl Sender {
    fn note(&mut self, meaning: &Meaning) {
        self.kinds[meaning.kind as usize] += 1;
        if meaning.is_data() {
            self.kinds[SegmentKind::Data as usize] += u64::from(meaning.kind != SegmentKind::Data);
            let stream = meaning.stream();
            self.transmission = self.carried.note(stream.start, stream.end);
        }
    }

    /// How many segments of this kind there were.
    pub(super) fn nth(&self, kind: SegmentKind) -> u64 {
        self.kinds[kind as usize]
    }

    /// How often this octet was carried.
    pub(super) fn transmissions(&self, octet: u64) -> u64 {
        self.carried.times(octet)
    }

    /// The name of the packet that was noted last: no other of this sender has it.
    pub(super) fn name(&self, meaning: &Meaning) -> PacketName {
        if meaning.kind == SegmentKind::Data && meaning.is_data() && fits(meaning.offset, self.transmission) {
            return PacketName::Carries { offset: meaning.offset, transmission: self.transmission };
        }
        PacketName::Nth { kind: meaning.kind, nth: self.nth(meaning.kind) }
    }
}

/// How often each octet of a stream was carried. What is carried once, in order, costs a compare and an addition.
#[derive(Clone, Debug, Default)]
struct Carried {
    /// Octets from here on were not carried yet.
    end: u64,
    /// From which octet on how often, sorted; octets before the first step were carried once.
    steps: Vec<(u64, u64)>,
}

impl Carried {
    /// Notes that these octets are carried (at least one): how often the first was by now.
    fn note(&mut self, from: u64, to: u64) -> u64 {
        if from == self.end {
            self.end = to;
            return 1;
        }
        if from > self.end {
            self.skip(from);
        } else {
            self.again(from, to.min(self.end));
        }
        self.end = self.end.max(to);
        self.times(from)
    }

    fn times(&self, octet: u64) -> u64 {
        if octet < self.end { self.height(octet) } else { 0 }
    }

    /// A hole before `from`: it was not carried.
    fn skip(&mut self, from: u64) {
        let (start, until) = (self.split(self.end), self.split(from));
        self.steps[start..until].iter_mut().for_each(|(_, times)| *times = 0);
    }

    fn again(&mut self, from: u64, to: u64) {
        let (start, end) = (self.split(from), self.split(to));
        self.steps[start..end].iter_mut().for_each(|(_, times)| *times += 1);
    }

    /// Makes a step begin here; its place.
    fn split(&mut self, at: u64) -> usize {
        self.steps.binary_search_by_key(&at, |(from, _)| *from).unwrap_or_else(|place| {
            // What was not carried yet will be carried once.
            let times = if at < self.end { self.height(at) } else { 1 };
            self.steps.insert(place, (at, times));
            place
        })
    }

    fn height(&self, octet: u64) -> u64 {
        let after = self.steps.partition_point(|(from, _)| *from <= octet);
        after.checked_sub(1).map_or(1, |at| self.steps[at].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn noted(ranges: &[(u64, u64)]) -> Carried {
        let mut carried = Carried::default();
        ranges.iter().for_each(|(from, to)| {
            carried.note(*from, *to);
        });
        carried
    }

    #[test]
    fn new_data_in_order_leaves_nothing_to_remember() {
        assert!(noted(&[(0, 10), (10, 25), (25, 26)]).steps.is_empty());
    }

    #[test]
    fn what_was_carried_again_is_counted_to_the_octet() {
        let carried = noted(&[(0, 10), (10, 20), (5, 15), (10, 11)]);
        let times = [0, 4, 5, 9, 10, 11, 14, 15, 19, 20].map(|octet| carried.times(octet));
        assert_eq!(times, [1, 1, 2, 2, 3, 2, 2, 1, 1, 0]);
    }

    proptest! {
        #[test]
        fn counts_are_those_of_a_plain_table(ranges in prop::collection::vec((0..40_u64, 1..12_u64), 0..40)) {
            let (mut carried, mut table) = (Carried::default(), [0_u64; 64]);
            for (from, len) in ranges {
                table[from as usize..(from + len) as usize].iter_mut().for_each(|times| *times += 1);
                prop_assert_eq!(carried.note(from, from + len), table[from as usize]);
                let seen = (0..64).map(|octet| carried.times(octet)).collect::<Vec<_>>();
                prop_assert_eq!(&seen[..], &table[..]);
            }
        }
    }
}
