//! Every way in which the bytes read so far can have come about.
//!
//! Overlapping writes may be taken in several orders; a failed write may have contributed any prefix; of several pending reads
//! one may hold bytes that another one's data came after; a cancelled read may have swallowed a piece. Each possibility is a
//! [`Way`]. What no way allows is a misfit. Where there are more ways than can be followed, the likeliest are kept, and what they
//! do not allow is undecided, never guessed.

use std::cell::Cell;
use std::collections::{BTreeSet, VecDeque};

use super::Seq;
use super::hole::{Hole, occurrences};
use super::stream::{Misfit, Reader, Status, Write, same};
use crate::contract::Payload;

/// The most possibilities that are followed at once.
pub(super) const MOST: usize = 64;

/// The longest stretch of unread bytes that is searched for where a reader's data begins.
const REACH: usize = 1 << 20;

/// The most positions of overlapping writes that are tried as the place where a reader's data begins.
const PLACES: usize = 1 << 9;

/// How many steps of ways among overlapping writes one read may cost.
const EFFORT: usize = 1 << 13;

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
        let view = View { writes, whole, pruned: Cell::new(self.pruned), effort: Cell::new(EFFORT) };
        let mut next = Vec::new();
        let mut overtook = false;
        for way in &self.ways {
            let front = view.front(way, bytes, reader);
            overtook |= overtaken && !front.is_empty();
            view.merge(&mut next, view.fill(way, bytes, reader));
            view.merge(&mut next, if overtaken { Vec::new() } else { front });
        }
        self.pruned = view.pruned.get();
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
        let view = View { writes, whole: false, pruned: Cell::new(false), effort: Cell::new(EFFORT) };
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

/// Where data begins and ends, in one way.
struct Place {
    at: Way,
    after: Way,
}

/// The writes, as one way sees them.
struct View<'a> {
    writes: &'a VecDeque<Write>,
    whole: bool,
    /// Some ways were left out.
    pruned: Cell<bool>,
    /// How many steps of ways among overlapping writes may still be taken for one read.
    effort: Cell<usize>,
}

impl View<'_> {
    /// The writes whose next byte can come next.
    fn eligible(&self, way: &Way) -> Vec<usize> {
        if self.whole
            && let Some(begun) = (0..self.writes.len()).find(|&index| self.is_begun(way, index))
        {
            return vec![begun];
        }
        let last = self.writes.iter().zip(&way.taken).filter(|(_, taken)| **taken > 0).map(|(write, _)| write.called.seq).max();
        let mut barrier = Seq::MAX;
        let mut found = Vec::new();
        for (index, write) in self.writes.iter().enumerate() {
            if write.called.seq > barrier {
                break;
            }
            if found.len() > MOST {
                self.pruned.set(true);
                break;
            }
            let frozen = write.status != Status::RunsOn && write.returned.is_some_and(|at| last.is_some_and(|last| at.seq < last));
            let rest = write.len - way.taken[index];
            if rest > 0 && !(frozen && write.status == Status::Prefix) {
                found.push(index);
            }
            if rest > 0 && write.status == Status::Ok {
                barrier = barrier.min(write.returned.map_or(Seq::MAX, |at| at.seq));
            }
        }
        found
    }

    /// In the middle of a write that must stay in one piece?
    fn is_begun(&self, way: &Way, index: usize) -> bool {
        let write = &self.writes[index];
        let taken = way.taken[index];
        taken > 0 && taken < write.len && matches!(write.status, Status::Pending | Status::Ok)
    }

    fn byte(&self, way: &Way, index: usize) -> Option<u8> {
        self.writes[index].bytes()?.get(way.taken[index]).copied()
    }

    /// Adds ways that are not covered yet. Of too many the likeliest stay: they leave the least to other readers, and take the
    /// writes one after the other.
    fn merge(&self, ways: &mut Vec<Way>, more: Vec<Way>) {
        for way in more {
            if !ways.iter().any(|known| known.covers(&way)) {
                ways.push(way);
            }
        }
        if ways.len() > MOST {
            ways.sort_by(|one, other| one.reach().cmp(&other.reach()).then_with(|| other.taken.cmp(&one.taken)));
            ways.truncate(MOST);
            self.pruned.set(true);
        }
    }

    /// Bytes that could be any of several writes' cost effort; once it is spent only the likeliest way is followed.
    fn tire(&self, ways: usize) -> bool {
        self.effort.set(self.effort.get().saturating_sub(ways));
        let spent = self.effort.get() == 0;
        self.pruned.set(self.pruned.get() || spent);
        spent
    }

    /// The ways in which these bytes come next.
    fn take(&self, way: Way, data: &[u8]) -> Vec<Way> {
        let mut ways = vec![way];
        let mut done = 0;
        while done < data.len() && !ways.is_empty() {
            if let [way] = ways.as_mut_slice()
                && let [index] = self.eligible(way)[..]
            {
                let rest = &self.writes[index].bytes().unwrap_or_default()[way.taken[index]..];
                let run = rest.len().min(data.len() - done);
                if !same(&rest[..run], &data[done..done + run]) {
                    return Vec::new();
                }
                way.advance(index, run);
                done += run;
                continue;
            }
            if self.tire(ways.len()) {
                ways.truncate(1);
            }
            let mut next = Vec::new();
            for way in &ways {
                for index in self.eligible(way) {
                    if self.byte(way, index) == Some(data[done]) {
                        let mut step = way.clone();
                        step.advance(index, 1);
                        self.merge(&mut next, vec![step]);
                    }
                }
            }
            ways = next;
            done += 1;
        }
        ways
    }

    /// Ways in which the data was taken at the front: at once, or after bytes that another reader holds or swallowed.
    fn front(&self, way: &Way, data: &[u8], reader: Reader) -> Vec<Way> {
        let mut found = self.take(way.clone(), data);
        let free = (reader.others + way.phantoms).saturating_sub(way.holes.len());
        // A piece that was swallowed may as well lie further on, as long as what is read fits without it.
        if free == 0 || reader.others == 0 && !found.is_empty() {
            return found;
        }
        for mut later in self.places(way, data, !found.is_empty()) {
            if reader.others > way.holes.len() {
                let mut held = later.after.clone();
                held.holes.push(Hole::new(self.between(way, &later.at), reader.now));
                self.merge(&mut found, vec![held]);
            }
            if way.phantoms > 0 {
                later.after.phantoms -= 1;
                self.merge(&mut found, vec![later.after]);
            }
        }
        found
    }

    /// Places further on where the data can begin, and where it then ends. Among overlapping writes they are looked for only
    /// if the data does not fit at once: that it does is by far the likeliest.
    fn places(&self, way: &Way, data: &[u8], fits_at_once: bool) -> Vec<Place> {
        match self.line(way) {
            Some(line) => self.places_in_line(way, &line, data),
            None if fits_at_once => {
                self.pruned.set(true);
                Vec::new()
            }
            None => self.places_in_mixture(way, data),
        }
    }

    fn places_in_line(&self, way: &Way, line: &[u8], data: &[u8]) -> Vec<Place> {
        let place = |skip: usize| {
            let mut at = way.clone();
            self.walk(&mut at, skip);
            let mut after = at.clone();
            self.walk(&mut after, data.len());
            Place { at, after }
        };
        let places: Vec<Place> = occurrences(line, data).filter(|&skip| skip > 0).take(MOST + 1).map(place).collect();
        self.pruned.set(self.pruned.get() || places.len() > MOST);
        places
    }

    fn places_in_mixture(&self, way: &Way, data: &[u8]) -> Vec<Place> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::from([way.taken.clone()]);
        let mut ways = vec![way.clone()];
        while !ways.is_empty() {
            let mut next = Vec::new();
            for way in &ways {
                for index in self.eligible(way) {
                    let mut at = way.clone();
                    at.advance(index, 1);
                    if seen.insert(at.taken.clone()) {
                        next.push(at);
                    }
                }
            }
            for at in next.iter().filter(|at| self.can_begin(at, data)) {
                found.extend(self.take(at.clone(), data).into_iter().map(|after| Place { at: at.clone(), after }));
            }
            if seen.len() > PLACES || found.len() > MOST {
                self.pruned.set(true);
                return found;
            }
            ways = next;
        }
        found
    }

    /// Does the data's first byte come next here?
    fn can_begin(&self, way: &Way, data: &[u8]) -> bool {
        self.eligible(way).into_iter().any(|index| self.byte(way, index) == data.first().copied())
    }

    /// What of each write lies between two positions.
    fn between(&self, from: &Way, to: &Way) -> Vec<Vec<u8>> {
        let taken = from.taken.iter().zip(&to.taken).zip(self.writes);
        let part = |((from, to), write): ((&usize, &usize), &Write)| write.bytes().map(|bytes| bytes[*from..*to].to_vec());
        let parts: Vec<Vec<u8>> = taken.filter_map(part).filter(|part| !part.is_empty()).collect();
        let in_line = self.writes.iter().zip(self.writes.iter().skip(1)).all(|(first, second)| first.precedes(second));
        if in_line { vec![parts.concat()] } else { parts }
    }

    /// Takes all that is accepted.
    fn take_all(&self, way: &mut Way, accepted: impl Fn(&Write) -> bool) {
        for (write, taken) in self.writes.iter().zip(&mut way.taken) {
            if accepted(write) {
                *taken = write.len;
            }
        }
    }

    /// The unread bytes (as far as they are searched), where their order is beyond doubt.
    fn line(&self, way: &Way) -> Option<Vec<u8>> {
        let mut way = way.clone();
        let mut line = Vec::new();
        loop {
            match self.eligible(&way)[..] {
                [] => return Some(line),
                [index] => {
                    let rest = &self.writes[index].bytes().unwrap_or_default()[way.taken[index]..];
                    line.extend_from_slice(rest);
                    way.advance(index, rest.len());
                }
                _ => return None,
            }
            if line.len() > REACH {
                self.pruned.set(true);
                return Some(line);
            }
        }
    }

    /// Takes a number of bytes along a line that is beyond doubt.
    fn walk(&self, way: &mut Way, mut bytes: usize) {
        while bytes > 0
            && let [index] = self.eligible(way)[..]
        {
            let run = (self.writes[index].len - way.taken[index]).min(bytes);
            way.advance(index, run);
            bytes -= run;
        }
    }

    /// Ways in which the data was part of a hole that another read's data left.
    fn fill(&self, way: &Way, data: &[u8], reader: Reader) -> Vec<Way> {
        let mut found = Vec::new();
        for (index, hole) in way.holes.iter().enumerate().filter(|(_, hole)| reader.called < hole.before) {
            let (fillings, complete) = hole.filled(data);
            self.pruned.set(self.pruned.get() || !complete);
            for left in fillings {
                let mut filled = way.clone();
                filled.holes.remove(index);
                filled.holes.extend(left);
                if filled.holes.len() <= reader.others + filled.phantoms {
                    found.push(filled);
                }
            }
        }
        found
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
