//! Holds one way in which the stream can have been taken.

use std::cmp::Ordering;

use smallvec::SmallVec;

use super::hole::Hole;
use crate::oracle::written::{OpenRead, Write};

/// One way in which the stream can have been taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Way {
    /// Bytes taken of each write, up to the last one of which any were.
    taken: SmallVec<[usize; 4]>,
    /// What other reads must have taken.
    pub holes: Vec<Hole>,
    /// How many cancelled reads may each have swallowed a piece.
    pub phantoms: usize,
}

impl Way {
    /// The only way in which `head` bytes of the first write can have been taken.
    pub fn new(head: usize) -> Self {
        let mut way = Way::default();
        way.advance(0, head);
        way
    }

    /// Bytes taken of a write.
    pub fn taken(&self, index: usize) -> usize {
        self.taken.get(index).copied().unwrap_or(0)
    }

    /// How many writes there are up to the last one of which bytes were taken.
    pub fn begun(&self) -> usize {
        self.taken.len()
    }

    /// Takes bytes of a write.
    pub fn advance(&mut self, index: usize, bytes: usize) {
        if bytes == 0 {
            return;
        }
        if index >= self.taken.len() {
            self.taken.resize(index + 1, 0);
        }
        self.taken[index] += bytes;
    }

    /// Takes a write back to what had been taken of it before it was forgotten.
    pub fn recall(&mut self, taken: impl IntoIterator<Item = usize>) {
        self.taken.insert_many(0, taken);
        while self.taken.last() == Some(&0) {
            self.taken.pop();
        }
    }

    /// Forgets the first write; what was taken of it.
    pub fn forget_first(&mut self) -> usize {
        if self.taken.is_empty() { 0 } else { self.taken.remove(0) }
    }

    /// What it costs to copy and compare it.
    pub fn size(&self) -> u64 {
        8 + self.taken.len() as u64 / 4 + self.holes.len() as u64 * 4
    }

    /// How far it has come: what was read, and what other reads must have taken.
    pub fn reach(&self) -> usize {
        self.taken.iter().sum()
    }

    /// How many bytes other reads must have taken.
    pub fn held(&self) -> usize {
        self.holes.iter().map(Hole::len).sum()
    }

    /// How many pieces pending and cancelled reads can still have taken.
    pub fn free(&self, others: usize) -> usize {
        (others + self.phantoms).saturating_sub(self.holes.len())
    }

    /// Can the reads that are pending or were cancelled have taken all that they must?
    pub fn fits(&self, others: usize) -> bool {
        self.holes.len() <= others + self.phantoms
    }

    /// Where no read is pending, cancelled ones have swallowed what is missing.
    pub fn settle(&mut self, others: usize) {
        if others == 0 {
            self.phantoms -= self.holes.len().min(self.phantoms);
            self.holes.clear();
        }
    }

    /// Another read must have taken what lies between.
    pub fn leave(&mut self, hole: Hole, reader: OpenRead) {
        self.holes.push(hole);
        self.settle(reader.others);
    }

    /// Accepted bytes that are not taken.
    pub fn unread<'a>(&self, writes: impl IntoIterator<Item = &'a Write>, accepted: impl Fn(&Write) -> bool) -> usize {
        let writes = writes.into_iter().enumerate().filter(|(_, write)| accepted(write));
        writes.map(|(index, write)| write.len.saturating_sub(self.taken(index))).sum()
    }

    /// Accepted bytes that are lost, if no more than `others` pending reads can have taken them.
    pub fn owed<'a>(&self, writes: impl IntoIterator<Item = &'a Write>, accepted: impl Fn(&Write) -> bool, others: usize) -> usize {
        // One of the reads can have taken the rest in one piece.
        if self.free(others) > 0 {
            return 0;
        }
        self.unread(writes, accepted) + if self.fits(others) { 0 } else { self.held() }
    }

    /// The likeliest first: it leaves the least to other reads, and takes the writes one after the other. Of ways that differ in
    /// nothing else the one comes first that allows the most.
    pub fn likelier(&self, other: &Way) -> Ordering {
        let reach = self.reach().cmp(&other.reach());
        reach.then_with(|| other.taken.cmp(&self.taken)).then_with(|| self.holes.cmp(&other.holes)).then(other.phantoms.cmp(&self.phantoms))
    }

    /// Have the same bytes been taken?
    pub fn is_same_place(&self, other: &Way) -> bool {
        self.taken == other.taken && self.holes == other.holes
    }
}
