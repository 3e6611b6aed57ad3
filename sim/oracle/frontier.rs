//! Every way in which the bytes read so far can have come about.
//!
//! Overlapping writes may be taken in several orders; a failed write may have contributed any prefix; of several pending reads
//! one may hold bytes that another one's data came after; a cancelled read may have swallowed a piece. Each possibility is a
//! [`Way`]. What no way allows is a misfit. Where there are more ways than can be followed, the likeliest are kept, and what they
//! do not allow is undecided, never guessed.

mod view;

use std::collections::VecDeque;

use super::hole::Hole;
use super::stream::{Misfit, Reader, Status, Write};
use crate::contract::Payload;
use view::View;

/// The most possibilities that are followed at once.
pub(super) const MOST: usize = 64;

/// Nothing that was followed fits, and not everything could be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Undecided;

/// One way in which the stream can have been taken.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Way {
    /// Bytes taken of each write.
    taken: VecDeque<usize>,
    holes: Vec<Hole>,
    /// Cancelled reads that have not swallowed their piece yet.
    phantoms: usize,
}

/// The set of possible ways; never empty.
#[derive(Clone, Debug)]
pub(super) struct Frontier {
    ways: Vec<Way>,
    /// Contents are unknown where order is too: only numbers of bytes are compared from here on.
    counted: bool,
    /// Counted bytes of failed writes that are done with: as many may have been the next one's.
    slack: usize,
    /// Counted bytes that a pending read was thought to hold: they can still be read, though their writes are done with.
    loose: usize,
    /// Some ways were left out.
    pruned: bool,
    /// How many bytes there are to read was open: a failed write's were among them, or a cancelled read may have swallowed some.
    open: bool,
}

impl Frontier {
    pub fn new(writes: usize, head: usize) -> Self {
        let mut taken = VecDeque::from(vec![0; writes]);
        if let Some(first) = taken.front_mut() {
            *first = head;
        }
        Frontier {
            ways: vec![Way { taken, holes: Vec::new(), phantoms: 0 }],
            counted: false,
            slack: 0,
            loose: 0,
            pruned: false,
            open: false,
        }
    }

    pub fn add_write(&mut self) {
        self.ways.iter_mut().for_each(|way| way.taken.push_back(0));
    }

    pub fn add_phantom(&mut self) {
        self.open = true;
        self.ways.iter_mut().for_each(|way| way.phantoms += 1);
    }

    pub fn taken_at_most(&self, index: usize) -> usize {
        self.ways.iter().map(|way| way.taken[index]).max().unwrap_or(0)
    }

    pub fn taken_at_least(&self, index: usize) -> usize {
        self.ways.iter().map(|way| way.taken[index]).min().unwrap_or(0)
    }

    /// A read returned these bytes; `overtaken`: a read called later has already taken bytes at the front.
    pub fn read(
        &mut self,
        writes: &VecDeque<Write>,
        data: &Payload,
        reader: Reader,
        overtaken: bool,
        whole: bool,
    ) -> Result<Result<(), Misfit>, Undecided> {
        if data.bytes().is_none() || is_unknown(writes) {
            self.only_count();
        }
        let Some(bytes) = data.bytes().filter(|_| !self.counted) else {
            return Ok(self.count(writes, data.len()));
        };
        let view = View::new(writes, whole, self.pruned);
        let mut next = Vec::new();
        let mut overtook = false;
        for way in &self.ways {
            let front = view.front(way, bytes, reader);
            overtook |= overtaken && !front.is_empty();
            view.merge(&mut next, view.fill(way, bytes, reader));
            view.merge(&mut next, if overtaken { Vec::new() } else { front });
        }
        self.pruned = view.is_pruned();
        if next.is_empty() {
            let misfit = if overtook { Misfit::Order } else { Misfit::Bytes };
            return if self.pruned { Err(Undecided) } else { Ok(Err(misfit)) };
        }
        self.ways = next;
        Ok(Ok(()))
    }

    /// Where contents are unknown, only numbers can be compared; what other readers were thought to hold can still be read.
    fn only_count(&mut self) {
        if !self.counted {
            self.counted = true;
            self.ways.truncate(1);
            self.loose = self.ways[0].held();
            self.ways[0].holes.clear();
        }
    }

    /// Takes a number of bytes, in the order of the calls.
    fn count(&mut self, writes: &VecDeque<Write>, mut bytes: usize) -> Result<(), Misfit> {
        let way = &mut self.ways[0];
        let available: usize = writes.iter().zip(&way.taken).map(|(write, taken)| write.len - taken).sum();
        if bytes > available + self.loose {
            return Err(Misfit::Bytes);
        }
        let loose = self.loose.min(bytes);
        self.loose -= loose;
        bytes -= loose;
        for (write, taken) in writes.iter().zip(&mut way.taken) {
            let run = (write.len - *taken).min(bytes);
            *taken += run;
            bytes -= run;
        }
        self.ways.truncate(1);
        Ok(())
    }

    /// How many writes at the front no way can take from any more.
    pub fn finished(&mut self, writes: &VecDeque<Write>) -> usize {
        let over = |way: &Way, index: usize| {
            let write = &writes[index];
            let passed = || writes.iter().zip(&way.taken).skip(index + 1).any(|(later, taken)| *taken > 0 && write.precedes(later));
            write.returned.is_some() && (way.taken[index] >= write.len || write.status == Status::Prefix && !self.counted && passed())
        };
        let count = (0..writes.len()).take_while(|&index| self.ways.iter().all(|way| over(way, index))).count();
        self.open |= writes.iter().take(count).any(is_doubtful);
        if self.counted {
            let dropped = writes.iter().zip(&self.ways[0].taken).take(count);
            self.slack += dropped.filter(|(write, _)| is_doubtful(write)).map(|(_, taken)| *taken).sum::<usize>();
        }
        for way in &mut self.ways {
            way.taken.drain(..count);
        }
        count
    }

    /// The position, where one way remains and nothing can branch it again but what comes later.
    pub fn single(&self, writes: &VecDeque<Write>) -> Option<usize> {
        let [way] = self.ways.as_slice() else { return None };
        let plain = way.holes.is_empty() && way.phantoms == 0 && self.slack + self.loose == 0;
        let settled = writes.iter().all(|write| matches!(write.status, Status::Ok | Status::Pending));
        let in_line = writes.iter().zip(writes.iter().skip(1)).all(|(first, second)| first.precedes(second));
        let ahead = way.taken.iter().skip(1).all(|&taken| taken == 0);
        // Ways that were left out have taken as much: all there was, if that was known.
        let drained = !self.open && writes.iter().zip(&way.taken).all(|(write, taken)| *taken >= write.len);
        (plain && settled && in_line && ahead && (drained || !self.pruned)).then(|| way.taken.front().copied().unwrap_or(0))
    }

    /// Accepted bytes that no way has taken, at least.
    pub fn owed(&self, writes: &VecDeque<Write>, accepted: impl Fn(&Write) -> bool + Copy, others: usize) -> u64 {
        self.ways.iter().map(|way| way.owed(writes, accepted, others, self.slack())).min().unwrap_or(0) as u64
    }

    /// Keeps the ways in which nothing is owed; where another reader must hold the rest, it is noted as that reader's.
    pub fn end(&mut self, writes: &VecDeque<Write>, accepted: impl Fn(&Write) -> bool + Copy, reader: Reader) {
        if is_unknown(writes) {
            self.only_count();
        }
        let slack = self.slack();
        let fits = |way: &Way| way.owed(writes, accepted, reader.others, slack) == 0;
        debug_assert!(self.pruned || self.ways.iter().any(fits));
        if self.ways.iter().any(fits) {
            self.ways.retain(fits);
        }
        if self.counted {
            return;
        }
        let view = View::new(writes, false, false);
        for way in &mut self.ways {
            let missing = way.unread(writes, accepted);
            if missing == 0 {
                continue;
            }
            let before = way.clone();
            view.take_all(way, accepted);
            way.holes.push(Hole::new(view.between(&before, way), reader.now));
        }
    }

    /// Keeps the ways whose holes the remaining readers can have filled; if there is none, all stay and the answer is false.
    pub fn reader_left(&mut self, others: usize) -> bool {
        let fits = |way: &Way| way.holes.len() <= others + way.phantoms;
        if self.ways.iter().any(fits) {
            self.ways.retain(fits);
            return true;
        }
        self.ways.truncate(1);
        self.ways[0].holes.clear();
        self.pruned
    }

    /// A write says how much of it was accepted: ways that took more are not what happened.
    pub fn accepted(&mut self, index: usize, bytes: usize) {
        let fits = |way: &Way| way.taken[index] <= bytes;
        if self.ways.iter().any(fits) {
            self.ways.retain(fits);
        }
    }

    /// How many bytes that were counted as failed writes' may have been others', where bytes are counted.
    fn slack(&self) -> Option<usize> {
        self.counted.then_some(self.slack)
    }

    /// Were some ways left out? Then what none of the others allows may still have happened.
    pub fn is_pruned(&self) -> bool {
        self.pruned
    }
}

impl Way {
    /// Accepted bytes that are not taken.
    fn unread(&self, writes: &VecDeque<Write>, accepted: impl Fn(&Write) -> bool) -> usize {
        let rest = |(write, taken): (&Write, &usize)| write.len - taken;
        writes.iter().zip(&self.taken).filter(|(write, _)| accepted(write)).map(rest).sum()
    }

    fn owed(&self, writes: &VecDeque<Write>, accepted: impl Fn(&Write) -> bool, others: usize, slack: Option<usize>) -> usize {
        let missing = self.unread(writes, accepted);
        // Bytes that were counted as a failed write's may as well have been the next one's.
        let doubtful = || writes.iter().zip(&self.taken).filter(|(write, _)| is_doubtful(write)).map(|(_, taken)| *taken).sum::<usize>();
        let slack = slack.map_or(0, |slack| slack + doubtful());
        // A reader that is still pending, or a cancelled one, can have taken the rest in one piece.
        if others + self.phantoms > self.holes.len() {
            return 0;
        }
        let held = if self.holes.len() > others + self.phantoms { self.held() } else { 0 };
        missing.saturating_sub(slack) + held
    }

    /// How many bytes other readers must hold.
    fn held(&self) -> usize {
        self.holes.iter().map(Hole::len).sum()
    }

    /// How far it has come: what was read, and what other reads must have taken.
    fn reach(&self) -> usize {
        self.taken.iter().sum()
    }

    /// All that the other way allows from here on this one allows too.
    fn covers(&self, other: &Way) -> bool {
        self.phantoms >= other.phantoms && self.taken == other.taken && self.holes == other.holes
    }

    fn advance(&mut self, index: usize, bytes: usize) {
        self.taken[index] += bytes;
    }
}

/// Perhaps none of it, perhaps all belongs to the stream.
fn is_doubtful(write: &Write) -> bool {
    matches!(write.status, Status::Prefix | Status::RunsOn)
}

/// Are the contents of some write not known?
fn is_unknown(writes: &VecDeque<Write>) -> bool {
    writes.iter().any(|write| write.data.bytes().is_none())
}

#[cfg(test)]
mod tests;
