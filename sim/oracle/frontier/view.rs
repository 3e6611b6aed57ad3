//! Where in the writes a reader's data can begin, and where it then ends: one way at a time.

use std::cell::Cell;
use std::collections::{BTreeSet, VecDeque};

use super::super::hole::{Hole, occurrences};
use super::super::stream::{Reader, Status, Write, same};
use super::{MOST, Way};
use crate::oracle::Seq;

/// The longest stretch of unread bytes that is searched for where a reader's data begins.
const REACH: usize = 1 << 20;

/// The most positions of overlapping writes that are tried as the place where a reader's data begins.
const PLACES: usize = 1 << 9;

/// How many steps of ways among overlapping writes one read may cost.
const EFFORT: usize = 1 << 13;

/// Where data begins and ends, in one way.
struct Place {
    at: Way,
    after: Way,
}

/// The writes, as one way sees them.
pub(super) struct View<'a> {
    writes: &'a VecDeque<Write>,
    whole: bool,
    /// Some ways were left out.
    pruned: Cell<bool>,
    /// How many steps of ways among overlapping writes may still be taken for one read.
    effort: Cell<usize>,
}

impl<'a> View<'a> {
    pub fn new(writes: &'a VecDeque<Write>, whole: bool, pruned: bool) -> Self {
        View { writes, whole, pruned: Cell::new(pruned), effort: Cell::new(EFFORT) }
    }

    /// Were some ways left out?
    pub fn is_pruned(&self) -> bool {
        self.pruned.get()
    }
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
    pub fn merge(&self, ways: &mut Vec<Way>, more: Vec<Way>) {
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
    pub fn front(&self, way: &Way, data: &[u8], reader: Reader) -> Vec<Way> {
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
    pub fn between(&self, from: &Way, to: &Way) -> Vec<Vec<u8>> {
        let taken = from.taken.iter().zip(&to.taken).zip(self.writes);
        let part = |((from, to), write): ((&usize, &usize), &Write)| write.bytes().map(|bytes| bytes[*from..*to].to_vec());
        let parts: Vec<Vec<u8>> = taken.filter_map(part).filter(|part| !part.is_empty()).collect();
        let in_line = self.writes.iter().zip(self.writes.iter().skip(1)).all(|(first, second)| first.precedes(second));
        if in_line { vec![parts.concat()] } else { parts }
    }

    /// Takes all that is accepted.
    pub fn take_all(&self, way: &mut Way, accepted: impl Fn(&Write) -> bool) {
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
    pub fn fill(&self, way: &Way, data: &[u8], reader: Reader) -> Vec<Way> {
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
