//! Shows the writes as one way sees them: which can come next, and what their next bytes are.

use std::cell::Cell;
use std::collections::VecDeque;

use bytes::Bytes;
use smallvec::SmallVec;

use super::way::Way;
use crate::oracle::Ordinal;
use crate::oracle::written::{Status, Write};

/// The writes, as one way sees them.
pub(super) struct View<'a> {
    writes: &'a VecDeque<Write>,
    /// A write that has begun goes on before another one does.
    whole: bool,
    /// When the bytes were returned that are looked at: what was called later can't have been among them.
    now: Cell<Ordinal>,
    /// Data that fits at the front is looked for further on too, among overlapping writes as well.
    pub far: bool,
    /// What looking may still cost.
    left: Cell<u64>,
    /// What looking has cost.
    cost: Cell<u64>,
    /// Some ways were left out.
    cut: Cell<bool>,
    /// Places were not looked at that `far` would have shown.
    skipped: Cell<bool>,
}

impl<'a> View<'a> {
    /// Looking may cost this much.
    pub fn new(writes: &'a VecDeque<Write>, whole: bool, left: u64) -> Self {
        let far = false;
        View {
            writes,
            whole,
            far,
            now: Cell::new(Ordinal::MAX),
            left: Cell::new(left),
            cost: Cell::new(0),
            cut: Cell::new(false),
            skipped: Cell::new(false),
        }
    }
}

impl View<'_> {
    /// Looks at what was returned at that moment.
    pub fn look_at(&self, now: Ordinal) {
        self.now.set(now);
    }

    /// What looking has cost.
    pub fn cost(&self) -> u64 {
        self.cost.get()
    }

    pub fn charge(&self, cost: u64) {
        self.cost.set(self.cost.get() + cost);
        self.left.set(self.left.get().saturating_sub(cost));
    }

    pub fn is_spent(&self) -> bool {
        self.left.get() == 0
    }

    /// Were some ways left out?
    pub fn is_cut(&self) -> bool {
        self.cut.get()
    }

    pub fn cut(&self) {
        self.cut.set(true);
    }

    /// Were places not looked at that a far look would have shown?
    pub fn has_skipped(&self) -> bool {
        self.skipped.get()
    }

    pub fn skip(&self) {
        self.skipped.set(true);
    }

    /// The writes whose next byte can come next, from this one on.
    pub fn eligible(&self, way: &Way, from: usize) -> SmallVec<[usize; 8]> {
        let mut found = SmallVec::new();
        if let Some(begun) = self.must_go_on(way, from) {
            found.push(begun);
            return found;
        }
        let last = way.begun().checked_sub(1).map(|index| self.writes[index].called.seq);
        let mut barrier = self.now.get();
        let mut looked = 1;
        for (index, write) in self.writes.iter().enumerate().skip(from) {
            if write.called.seq > barrier {
                break;
            }
            looked += 1;
            if way.taken(index) >= write.len {
                continue;
            }
            let returned = write.returned.map(|at| at.seq);
            let is_over = write.status == Status::Prefix && returned < last && returned.is_some();
            if !is_over {
                found.push(index);
            }
            if write.status == Status::Ok {
                barrier = barrier.min(returned.unwrap_or(Ordinal::MAX));
            }
        }
        self.charge(looked);
        found
    }

    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// The write that has begun and must stay in one piece.
    fn must_go_on(&self, way: &Way, from: usize) -> Option<usize> {
        let is_begun = |&index: &usize| {
            let write = &self.writes[index];
            let taken = way.taken(index);
            let was_pending = write.returned.is_none_or(|at| at.seq > self.now.get());
            taken > 0 && taken < write.len && (was_pending || write.status == Status::Ok)
        };
        if self.whole { (from..way.begun()).find(is_begun) } else { None }
    }

    pub fn write(&self, index: usize) -> &Write {
        &self.writes[index]
    }

    /// What a way has not taken of a write.
    pub fn rest(&self, way: &Way, index: usize) -> &[u8] {
        self.writes[index].bytes().and_then(|bytes| bytes.get(way.taken(index)..)).unwrap_or_default()
    }

    pub fn next(&self, way: &Way, index: usize) -> Option<u8> {
        self.rest(way, index).first().copied()
    }

    /// What of each write lies between two positions; in one piece where its order is beyond doubt.
    pub fn between(&self, from: &Way, to: &Way) -> Vec<Bytes> {
        let parts = (0..to.begun()).filter(|&index| to.taken(index) > from.taken(index)).collect::<Vec<_>>();
        let bytes = |&index: &usize| self.writes[index].data.bytes().map(|bytes| bytes.slice(from.taken(index)..to.taken(index)));
        let bytes: Vec<Bytes> = parts.iter().filter_map(bytes).collect();
        let is_line = parts.windows(2).all(|pair| self.writes[pair[0]].precedes(&self.writes[pair[1]]));
        self.charge(bytes.iter().map(|bytes| bytes.len() as u64 / 16).sum());
        if is_line && bytes.len() > 1 { vec![bytes.concat().into()] } else { bytes }
    }
}
