//! Every way in which the bytes read so far can have come about.
//!
//! Overlapping writes may be taken in several orders; a failed write may have contributed any prefix; of several pending reads
//! one may hold bytes that another one's data came after; a cancelled read may have swallowed a piece. Each possibility is a
//! [`Way`]. What no way allows is a misfit; more than [`MOST`] ways are given up as undecided, never guessed.

use std::collections::VecDeque;

use super::Seq;
use super::stream::{Misfit, Reader, Status, Write, same};
use crate::contract::Payload;

/// The most possibilities that are followed.
const MOST: usize = 64;

/// The longest stretch of unread bytes that is searched for where a reader's data begins.
const REACH: usize = 1 << 20;

/// There are too many possibilities to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Undecided;

/// Bytes that a pending (or cancelled) read must have taken, since another read's data came after them.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Hole {
    data: Vec<u8>,
    /// Only reads called before this can have taken them.
    before: Seq,
}

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
}

impl Frontier {
    pub fn new(writes: usize, head: usize) -> Self {
        let mut taken = VecDeque::from(vec![0; writes]);
        if let Some(first) = taken.front_mut() {
            *first = head;
        }
        Frontier { ways: vec![Way { taken, holes: Vec::new(), phantoms: 0 }], counted: false, slack: 0, loose: 0 }
    }

    pub fn add_write(&mut self) {
        self.ways.iter_mut().for_each(|way| way.taken.push_back(0));
    }

    pub fn add_phantom(&mut self) {
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
        self.count_unknown(writes, data.bytes().is_none());
        let Some(bytes) = data.bytes().filter(|_| !self.counted) else {
            return Ok(self.count(writes, data.len()));
        };
        match self.follow(&View { writes, whole }, bytes, reader, overtaken) {
            Ok(Ok(next)) => self.ways = next,
            Ok(Err(misfit)) => return Ok(Err(misfit)),
            Err(undecided) => {
                self.give_up();
                let _ = self.count(writes, bytes.len());
                return Err(undecided);
            }
        }
        Ok(Ok(()))
    }

    /// All ways in which these bytes can have been read.
    fn follow(&self, view: &View<'_>, bytes: &[u8], reader: Reader, overtaken: bool) -> Result<Result<Vec<Way>, Misfit>, Undecided> {
        let mut next = Vec::new();
        let mut overtook = false;
        for way in &self.ways {
            let fills = view.fill(way, bytes, reader);
            let front = view.front(way, bytes, reader)?;
            overtook |= overtaken && !front.is_empty();
            merge(&mut next, fills)?;
            merge(&mut next, if overtaken { Vec::new() } else { front })?;
        }
        let misfit = if overtook { Misfit::Order } else { Misfit::Bytes };
        Ok(if next.is_empty() { Err(misfit) } else { Ok(next) })
    }

    /// How many bytes that were counted as failed writes' may have been others', where bytes are counted.
    fn slack(&self) -> Option<usize> {
        self.counted.then_some(self.slack)
    }

    /// Where contents are unknown, only numbers can be compared.
    fn count_unknown(&mut self, writes: &VecDeque<Write>, unknown: bool) {
        if !self.counted && (unknown || writes.iter().any(|write| write.data.bytes().is_none())) {
            self.give_up();
        }
    }

    /// Contents can't be told any more: from here on only numbers of bytes are compared, so that nothing is held against
    /// bytes that nobody can place. What other readers were thought to hold can still be read.
    fn give_up(&mut self) {
        self.counted = true;
        self.ways.truncate(1);
        let held = |way: &mut Way| way.holes.drain(..).map(|hole| hole.data.len()).sum::<usize>();
        self.loose = self.ways.iter_mut().map(held).sum();
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
        // Counted bytes have no position, unless there are no others.
        if self.counted && (self.loose > 0 || writes.iter().zip(&way.taken).any(|(write, taken)| *taken < write.len)) {
            return None;
        }
        let plain = way.holes.is_empty() && way.phantoms == 0;
        let settled = writes.iter().all(|write| matches!(write.status, Status::Ok | Status::Pending));
        let in_line = writes.iter().zip(writes.iter().skip(1)).all(|(first, second)| first.precedes(second));
        let ahead = way.taken.iter().skip(1).all(|&taken| taken == 0);
        (plain && settled && in_line && ahead).then(|| way.taken.front().copied().unwrap_or(0))
    }

    /// Accepted bytes that no way has taken, at least.
    pub fn owed(&self, writes: &VecDeque<Write>, accepted: impl Fn(&Write) -> bool + Copy, others: usize) -> u64 {
        self.ways.iter().map(|way| way.owed(writes, accepted, others, self.slack())).min().unwrap_or(0) as u64
    }

    /// Keeps the ways in which nothing is owed; where another reader must hold the rest, it is noted as that reader's.
    pub fn end(&mut self, writes: &VecDeque<Write>, accepted: impl Fn(&Write) -> bool + Copy, reader: Reader) {
        self.count_unknown(writes, false);
        let slack = self.slack();
        self.ways.retain(|way| way.owed(writes, accepted, reader.others, slack) == 0);
        debug_assert!(!self.ways.is_empty());
        if self.counted {
            return;
        }
        let view = View { writes, whole: false };
        for way in &mut self.ways {
            let missing = way.unread(writes, accepted);
            if missing == 0 {
                continue;
            }
            if let Ok(mut line) = view.line(way, missing) {
                line.truncate(missing);
                view.walk(way, line.len());
                way.holes.push(Hole { data: line, before: reader.now });
            }
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
        false
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
        let free = (others + self.phantoms).saturating_sub(self.holes.len());
        if free > 0 {
            return 0;
        }
        let held: usize = if self.holes.len() > others + self.phantoms { self.holes.iter().map(|hole| hole.data.len()).sum() } else { 0 };
        missing.saturating_sub(slack) + held
    }

    fn advance(&mut self, index: usize, bytes: usize) {
        self.taken[index] += bytes;
    }
}

/// The writes, as one way sees them.
struct View<'a> {
    writes: &'a VecDeque<Write>,
    whole: bool,
}

impl View<'_> {
    /// The writes whose next byte can come next.
    fn eligible(&self, way: &Way) -> Result<Vec<usize>, Undecided> {
        if self.whole
            && let Some(begun) = (0..self.writes.len()).find(|&index| self.is_begun(way, index))
        {
            return Ok(vec![begun]);
        }
        let last = self.writes.iter().zip(&way.taken).filter(|(_, taken)| **taken > 0).map(|(write, _)| write.called.seq).max();
        let mut barrier = Seq::MAX;
        let mut found = Vec::new();
        for (index, write) in self.writes.iter().enumerate() {
            if write.called.seq > barrier {
                break;
            }
            if found.len() > MOST {
                return Err(Undecided);
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
        Ok(found)
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

    /// All ways in which these bytes come next, none left out.
    fn take(&self, way: Way, data: &[u8]) -> Result<Vec<Way>, Undecided> {
        let mut ways = vec![way];
        let mut done = 0;
        while done < data.len() && !ways.is_empty() {
            if let [way] = ways.as_mut_slice()
                && let [index] = self.eligible(way)?[..]
            {
                let rest = &self.writes[index].bytes().ok_or(Undecided)?[way.taken[index]..];
                let run = rest.len().min(data.len() - done);
                if !same(&rest[..run], &data[done..done + run]) {
                    return Ok(Vec::new());
                }
                way.advance(index, run);
                done += run;
                continue;
            }
            let mut next = Vec::new();
            for way in &ways {
                for index in self.eligible(way)? {
                    if self.byte(way, index) == Some(data[done]) {
                        let mut step = way.clone();
                        step.advance(index, 1);
                        merge(&mut next, vec![step])?;
                    }
                }
            }
            ways = next;
            done += 1;
        }
        Ok(ways)
    }

    /// Ways in which the data was taken at the front: at once, or after bytes that another reader holds or swallowed.
    fn front(&self, way: &Way, data: &[u8], reader: Reader) -> Result<Vec<Way>, Undecided> {
        let mut found = self.take(way.clone(), data)?;
        let free = (reader.others + way.phantoms).saturating_sub(way.holes.len());
        // A piece that was swallowed may as well lie further on, as long as what is read fits without it.
        if free == 0 || reader.others == 0 && !found.is_empty() {
            return Ok(found);
        }
        let rest = self.line(way, data.len())?;
        for skip in occurrences(&rest, data).filter(|&skip| skip > 0) {
            let mut later = way.clone();
            self.walk(&mut later, skip + data.len());
            if reader.others > later.holes.len() {
                let mut held = later.clone();
                held.holes.push(Hole { data: rest[..skip].to_vec(), before: reader.now });
                merge(&mut found, vec![held])?;
            }
            if later.phantoms > 0 {
                later.phantoms -= 1;
                merge(&mut found, vec![later])?;
            }
        }
        Ok(found)
    }

    /// The unread bytes, where their order is beyond doubt.
    fn line(&self, way: &Way, want: usize) -> Result<Vec<u8>, Undecided> {
        let mut way = way.clone();
        let mut line = Vec::new();
        loop {
            match self.eligible(&way)?[..] {
                [] => return Ok(line),
                [index] => {
                    let rest = &self.writes[index].bytes().ok_or(Undecided)?[way.taken[index]..];
                    line.extend_from_slice(rest);
                    way.advance(index, rest.len());
                }
                // Where the order is open, looking further would be guessing; what lies before it is certain.
                _ if line.len() >= want => return Ok(line),
                _ => return Err(Undecided),
            }
            if line.len() > REACH {
                return Err(Undecided);
            }
        }
    }

    /// Takes a number of bytes along a line that is beyond doubt.
    fn walk(&self, way: &mut Way, mut bytes: usize) {
        while bytes > 0
            && let Ok([index]) = self.eligible(way).as_deref()
            && let index = *index
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
            for at in occurrences(&hole.data, data) {
                let mut filled = way.clone();
                let hole = filled.holes.remove(index);
                let parts = [&hole.data[..at], &hole.data[at + data.len()..]];
                let left = parts.into_iter().filter(|part| !part.is_empty());
                filled.holes.extend(left.map(|part| Hole { data: part.to_vec(), before: hole.before }));
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

/// Every place where `needle` stands in `hay`.
fn occurrences(hay: &[u8], needle: &[u8]) -> impl Iterator<Item = usize> {
    let last = if needle.is_empty() { 0 } else { (hay.len() + 1).saturating_sub(needle.len()) };
    (0..last).filter(move |&at| hay[at] == needle[0] && hay[at..].starts_with(needle))
}

fn merge(ways: &mut Vec<Way>, more: Vec<Way>) -> Result<(), Undecided> {
    for way in more {
        if !ways.contains(&way) {
            ways.push(way);
        }
    }
    if ways.len() > MOST { Err(Undecided) } else { Ok(()) }
}
