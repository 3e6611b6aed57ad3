//! Follows how the bytes read so far can have come about, where calls overlap.
//!
//! Overlapping writes may be taken in several orders; a failed write may have contributed any prefix; of several pending reads
//! one may hold bytes that another one's data came after; a cancelled read may have swallowed a piece. Each possibility is a
//! [`Way`]. One of them is followed, the likeliest; what was read since it was the only one is kept. Where it leads nowhere, all
//! ways are gone through from there. What none of them allows is a misfit. Where there are more than can be gone through
//! ([`Effort`]), the likeliest are kept, and what they do not allow is undecided, never guessed.

mod effort;
mod guess;
mod hole;
mod places;
mod read;
mod search;
mod tally;
mod view;
mod way;

use std::collections::VecDeque;

pub(super) use effort::Effort;
use guess::Guess;
use hole::Hole;
use read::DataRead;
use tally::Lengths;
use view::View;
use way::Way;

use super::written::{Misfit, OpenRead, Status, Write};
use crate::contract::Payload;

/// The most events that are kept to go through them again.
const EVENTS: usize = 1 << 10;

/// The most bytes that are kept to go through them again.
const BYTES: usize = 1 << 20;

/// Nothing that was followed fits, and not everything could be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Undecided;

/// What has happened since one way was the only one.
#[derive(Clone, Debug)]
enum Since {
    DataRead(DataRead),
    /// A cancelled read may have swallowed a piece.
    Phantom,
    /// A read ended without bytes: so many others are pending.
    Left(usize),
}

/// All ways there were, and what has happened since.
#[derive(Clone, Debug, Default)]
struct Past {
    ways: Vec<Way>,
    since: Vec<Since>,
    /// Bytes that were read since.
    bytes: usize,
    /// Writes that are done with in the way that is followed, and what it took of them: others may not be done with them.
    done: Vec<(Write, usize)>,
}

/// The set of possible ways.
#[derive(Clone, Debug)]
pub(super) struct Frontier {
    /// The way that is followed.
    way: Way,
    /// Where others can lead too.
    past: Option<Box<Past>>,
    /// Contents say nothing: only numbers of bytes are compared from here on.
    tally: Option<Lengths>,
    /// A write that has begun goes on before another one does.
    whole: bool,
    /// Bytes taken of failed and cancelled writes that are done with.
    slack: usize,
    /// Some ways were left out.
    pruned: bool,
    /// How many bytes there are to read was open: a failed write's were among them, or a cancelled read may have swallowed some.
    open: bool,
    /// A cancelled read may have swallowed some.
    lossy: bool,
    /// How many reads were pending when another one got the end of the stream: they must have taken what is unread.
    awaited: usize,
    /// Only what was flushed is owed at the end of the stream.
    flushed: bool,
}

impl Frontier {
    pub fn new(head: usize) -> Self {
        Frontier {
            way: Way::new(head),
            past: None,
            tally: None,
            whole: false,
            slack: 0,
            pruned: false,
            open: false,
            lossy: false,
            awaited: 0,
            flushed: false,
        }
    }

    pub fn add_write(&mut self) {
        if let Some(tally) = &mut self.tally {
            tally.add_write();
        }
    }

    /// A cancelled read may have swallowed a piece, or may yet.
    pub fn add_phantom(&mut self) {
        (self.open, self.lossy) = (true, true);
        self.way.phantoms += 1;
        if let Some(tally) = &mut self.tally {
            tally.phantoms += 1;
        }
        self.note(Since::Phantom);
    }

    fn note(&mut self, event: Since) {
        if let Some(past) = &mut self.past {
            past.since.push(event);
        }
    }

    /// A read returned these bytes; `overtaken`: a read called later has already taken bytes at the front.
    pub fn read(
        &mut self,
        writes: &mut VecDeque<Write>,
        data: &Payload,
        reader: OpenRead,
        overtaken: bool,
        whole: bool,
        effort: &mut Effort,
    ) -> Result<Result<(), Misfit>, Undecided> {
        self.whole = whole;
        self.awaited = self.awaited.saturating_sub(1);
        if data.bytes().is_none() || is_unknown(writes) {
            self.only_count(writes);
        }
        if let Some(tally) = &mut self.tally {
            return Ok(if tally.take(writes, data.len()) { Ok(()) } else { Err(Misfit::Bytes) });
        }
        let data = data.bytes().cloned().unwrap_or_default();
        let read = DataRead { data, reader, overtaken };
        if effort.is_spent() {
            return Err(Undecided);
        }
        let view = View::new(writes, whole, effort.left());
        let guess = view.guess(&self.way, &read);
        effort.spend(view.cost());
        match guess {
            Some(guess) => self.follow(writes, guess, read, effort),
            None => return self.search(writes, read, effort),
        }
        Ok(Ok(()))
    }

    /// Goes on along the likeliest way.
    fn follow(&mut self, writes: &mut VecDeque<Write>, guess: Guess, read: DataRead, effort: &mut Effort) {
        let before = std::mem::replace(&mut self.way, guess.way);
        if guess.is_sure && self.past.is_none() {
            return;
        }
        let past = self.past.get_or_insert_with(|| Box::new(Past { ways: vec![before], ..Past::default() }));
        past.bytes += read.data.len();
        let others = read.reader.others;
        past.since.push(Since::DataRead(read));
        let is_long = past.since.len() > EVENTS || past.bytes > BYTES;
        if others == 0 && self.is_plain(writes) || is_long && self.pruned {
            self.past = None;
        } else if is_long || others == 0 && self.is_plain_but_open(writes) {
            self.resolve(writes, effort);
        }
    }

    /// No read is pending, and nothing was open: where the writes do not overlap, so many bytes read leave one way only.
    fn is_plain(&self, writes: &VecDeque<Write>) -> bool {
        let mut done = self.past.iter().flat_map(|past| &past.done);
        !self.open && self.is_plain_but_open(writes) && done.all(|(write, _)| writes.front().is_none_or(|front| write.precedes(front)))
    }

    fn is_plain_but_open(&self, writes: &VecDeque<Write>) -> bool {
        let way = &self.way;
        way.holes.is_empty() && way.phantoms == 0 && is_settled_line(writes)
    }

    /// Goes through all ways, since the one that was followed leads nowhere.
    fn search(&mut self, writes: &mut VecDeque<Write>, read: DataRead, effort: &mut Effort) -> Result<Result<(), Misfit>, Undecided> {
        let past = self.reopen(writes);
        for far in [false, true] {
            let mut view = View::new(writes, self.whole, if far { effort.far() } else { effort.share() });
            view.far = far;
            let ways = past.replay(&view);
            let (next, overtook) = view.step(&ways, &read);
            effort.spend(view.cost());
            if !next.is_empty() {
                self.pruned |= view.is_cut();
                self.go_on(past, next, read, view.has_skipped());
                return Ok(Ok(()));
            }
            if far || !view.has_skipped() {
                self.pruned |= view.is_cut();
                self.take_up(ways);
                return self.misfit(writes, &read.data, overtook);
            }
        }
        Err(Undecided)
    }

    /// Follows the likeliest of the ways that a search has found. If it has not seen all, what it has gone through is kept.
    fn go_on(&mut self, mut past: Past, next: Vec<Way>, read: DataRead, is_partial: bool) {
        if !is_partial {
            return self.take_up(next);
        }
        self.way = next[0].clone();
        past.bytes += read.data.len();
        past.since.push(Since::DataRead(read));
        self.past = Some(Box::new(past));
    }

    /// Bytes that no way allows. Where some were left out that is certain only if there are not enough of these bytes.
    fn misfit(&self, writes: &VecDeque<Write>, data: &[u8], overtook: bool) -> Result<Result<(), Misfit>, Undecided> {
        if self.pruned && (self.open || !self.lacks(writes, data)) {
            return Err(Undecided);
        }
        Ok(Err(if overtook { Misfit::Order } else { Misfit::Bytes }))
    }

    /// Is some byte value more frequent in the data than in all that is unread, whichever way is true?
    fn lacks(&self, writes: &VecDeque<Write>, data: &[u8]) -> bool {
        let view = View::new(writes, self.whole, 0);
        let mut there = [0_usize; 256];
        let rests = (0..writes.len()).flat_map(|index| view.rest(&self.way, index));
        let held = self.way.holes.iter().flat_map(Hole::bytes);
        rests.chain(held).for_each(|byte| there[usize::from(*byte)] += 1);
        let mut wanted = [0_usize; 256];
        data.iter().for_each(|byte| wanted[usize::from(*byte)] += 1);
        wanted.iter().zip(there).any(|(wanted, there)| *wanted > there)
    }

    /// What can be gone through again: with the writes that only the way that is followed is done with.
    fn reopen(&mut self, writes: &mut VecDeque<Write>) -> Past {
        let Some(mut past) = self.past.take() else { return Past { ways: vec![self.way.clone()], ..Past::default() } };
        let done = std::mem::take(&mut past.done);
        self.slack -= done.iter().filter(|(write, _)| write.is_doubtful()).map(|(_, taken)| *taken).sum::<usize>();
        self.way.recall(done.iter().map(|(_, taken)| *taken));
        done.into_iter().rev().for_each(|(write, _)| writes.push_front(write));
        *past
    }

    /// Goes through all that is possible by now.
    pub fn resolve(&mut self, writes: &mut VecDeque<Write>, effort: &mut Effort) {
        if self.past.is_none() {
            return;
        }
        let past = self.reopen(writes);
        let view = View::new(writes, self.whole, effort.share());
        let mut ways = past.replay(&view);
        effort.spend(view.cost());
        self.pruned |= view.is_cut() || view.has_skipped();
        if self.pruned && !ways.contains(&self.way) {
            ways.insert(0, self.way.clone());
        }
        self.take_up(ways);
    }

    /// These are all ways there are.
    fn take_up(&mut self, ways: Vec<Way>) {
        if let Some(first) = ways.first() {
            self.way = first.clone();
        }
        self.past = (ways.len() > 1).then(|| Box::new(Past { ways, ..Past::default() }));
    }

    /// The ways that are possible, once they have been gone through; else the one that is followed.
    fn ways(&self) -> &[Way] {
        match &self.past {
            Some(past) if past.since.is_empty() && past.done.is_empty() => &past.ways,
            _ => std::slice::from_ref(&self.way),
        }
    }

    /// The same with all ways gone through.
    fn resolved(&self, writes: &VecDeque<Write>) -> (Self, VecDeque<Write>) {
        let (mut frontier, mut writes) = (self.clone(), writes.clone());
        frontier.resolve(&mut writes, &mut Effort::SMALL.clone());
        (frontier, writes)
    }

    /// Where contents are unknown, only numbers can be compared; what other readers were thought to hold can still be read.
    fn only_count(&mut self, writes: &VecDeque<Write>) {
        if self.tally.is_none() {
            let read = self.way.reach().saturating_sub(self.way.held());
            self.tally = Some(Lengths::new(writes.len(), read, self.slack, self.way.phantoms));
            self.past = None;
        }
    }

    /// Lets go of writes at the front that are done with, in the way that is followed.
    pub fn finish(&mut self, writes: &mut VecDeque<Write>) {
        if let Some(tally) = &mut self.tally {
            let count = tally.finish(writes);
            writes.drain(..count);
            return;
        }
        while let Some(write) = writes.front()
            && self.is_over(writes, write)
            && let Some(write) = writes.pop_front()
        {
            let taken = self.way.forget_first();
            if write.is_doubtful() {
                self.open = true;
                self.slack += taken;
            }
            if let Some(past) = &mut self.past {
                past.done.push((write, taken));
            }
        }
    }

    /// Can nothing more be taken of the first write?
    fn is_over(&self, writes: &VecDeque<Write>, first: &Write) -> bool {
        let last = self.way.begun().checked_sub(1).map(|index| &writes[index]);
        let is_passed = || first.status == Status::Prefix && last.is_some_and(|last| first.precedes(last));
        first.returned.is_some() && (self.way.taken(0) >= first.len || is_passed())
    }

    /// The position, where one way remains and nothing can branch it again but what comes later.
    pub fn single(&self, writes: &VecDeque<Write>) -> Option<usize> {
        if self.awaited > 0 {
            return None;
        }
        if let Some(tally) = &self.tally {
            let fits = writes.front().map_or(0, |front| front.len) >= tally.read;
            return (fits && tally.slack + tally.phantoms == 0 && is_settled_line(writes)).then_some(tally.read);
        }
        let way = &self.way;
        if way.begun() > 1 || !way.holes.is_empty() || way.phantoms > 0 {
            return None;
        }
        // Ways that were left out have taken as much: all there was, if that was known.
        let is_drained = || !self.open && writes.iter().enumerate().all(|(index, write)| way.taken(index) >= write.len);
        let is_known = self.past.is_none() && !self.pruned || is_drained();
        (is_known && is_settled_line(writes)).then(|| way.taken(0))
    }

    /// Accepted bytes that no way has taken, at least.
    pub fn owed(&self, writes: &VecDeque<Write>, accepted: impl Fn(&Write) -> bool + Copy, others: usize) -> u64 {
        if let Some(tally) = &self.tally {
            return tally.owed(writes, accepted, others) as u64;
        }
        let owed = |frontier: &Self, writes: &VecDeque<Write>| frontier.ways().iter().map(|way| way.owed(writes, accepted, others)).min();
        let least = owed(self, writes).unwrap_or(0);
        let surely = self.surely_owed(writes, accepted, others);
        if least <= surely || self.past.is_none() && !self.pruned {
            return least as u64;
        }
        let (frontier, writes) = self.resolved(writes);
        (if frontier.pruned { surely } else { owed(&frontier, &writes).unwrap_or(0) }) as u64
    }

    /// Accepted bytes beyond all that were read, which no way can have taken.
    fn surely_owed(&self, writes: &VecDeque<Write>, accepted: impl Fn(&Write) -> bool, others: usize) -> usize {
        let read = (self.way.reach() + self.slack).saturating_sub(self.way.held());
        let accepted: usize = writes.iter().filter(|write| accepted(write)).map(|write| write.len).sum();
        if self.lossy || others > 0 { 0 } else { accepted.saturating_sub(read) }
    }

    /// The stream has ended for one reader: keeps the ways in which nothing is owed, or the other pending reads can have taken it.
    pub fn end(&mut self, writes: &mut VecDeque<Write>, flushed: bool, others: usize, effort: &mut Effort) -> Result<(), Undecided> {
        (self.awaited, self.flushed) = (others, flushed);
        self.resolve(writes, effort);
        if self.tally.is_some() {
            return Ok(());
        }
        let mut ways = self.ways().to_vec();
        ways.retain(|way| way.owed(&*writes, |write| write.is_accepted(flushed), others) == 0);
        if ways.is_empty() {
            return Err(Undecided);
        }
        self.take_up(ways);
        Ok(())
    }

    /// A read ended without bytes: keeps the ways in which the remaining ones can have taken what they must. If there is none, all
    /// stay and the answer is false.
    pub fn reader_left(&mut self, writes: &mut VecDeque<Write>, others: usize, effort: &mut Effort) -> bool {
        let (awaits, flushed) = (self.awaited > 0, self.flushed);
        self.awaited = self.awaited.saturating_sub(1);
        if let Some(tally) = &self.tally {
            return !awaits || tally.owed(writes, |write| write.is_accepted(flushed), others) == 0;
        }
        let lacks = |way: &Way, writes: &VecDeque<Write>| awaits && way.owed(writes, |write| write.is_accepted(flushed), others) > 0;
        let fits = |way: &Way, writes: &VecDeque<Write>| way.fits(others) && !lacks(way, writes);
        if (!awaits || self.past.is_none()) && fits(&self.way, writes) {
            self.way.settle(others);
            self.note(Since::Left(others));
            return true;
        }
        self.resolve(writes, effort);
        let mut ways = self.ways().to_vec();
        ways.retain(|way| fits(way, writes));
        let is_possible = !ways.is_empty();
        if !is_possible {
            ways.push(self.way.clone());
            ways[0].holes.clear();
        }
        ways.iter_mut().for_each(|way| way.settle(others));
        self.take_up(ways);
        is_possible || self.pruned
    }

    /// A write can have contributed so many bytes at most: ways that took more are not what happened. Where there are no others,
    /// they stay. How many bytes some way has taken.
    pub fn limit(&mut self, writes: &mut VecDeque<Write>, op: u64, most: usize, effort: &mut Effort) -> usize {
        let Some(index) = writes.iter().rposition(|write| write.op == op) else { return 0 };
        if let Some(tally) = &self.tally {
            return tally.taken_at_least(writes, index);
        }
        let taken = self.way.taken(index);
        if taken <= most {
            if let Some(past) = &mut self.past {
                let index = index + past.done.len();
                past.ways.retain(|way| way.taken(index) <= most);
            }
            return taken;
        }
        self.resolve(writes, effort);
        let index = writes.iter().rposition(|write| write.op == op).unwrap_or(index);
        let mut ways = self.ways().to_vec();
        if ways.iter().any(|way| way.taken(index) <= most) {
            ways.retain(|way| way.taken(index) <= most);
        }
        self.take_up(ways);
        self.taken_at_most(writes, index)
    }

    /// Most bytes of a write that a way has taken, of those that have been gone through.
    pub fn taken_at_most(&self, writes: &VecDeque<Write>, index: usize) -> usize {
        match &self.tally {
            Some(tally) => tally.taken_at_most(writes, index),
            None => self.ways().iter().map(|way| way.taken(index)).max().unwrap_or(0),
        }
    }

    /// The latest write of which bytes were taken (else the first one) and how many, in the way that is followed.
    pub fn latest(&self) -> (usize, usize) {
        let index = self.way.begun().saturating_sub(1);
        (index, self.way.taken(index))
    }

    /// How many bytes are unread, at most.
    pub fn unread(&self, writes: &VecDeque<Write>) -> usize {
        let (read, slack) = match &self.tally {
            Some(tally) => (tally.read, tally.slack),
            // A read that was given up may have taken more than this way has gone through.
            None => (self.way.reach().saturating_sub(self.way.held()), 0),
        };
        (writes.iter().map(|write| write.len).sum::<usize>() + slack).saturating_sub(read)
    }

    /// Fewest and most bytes of a write that any way has taken.
    pub fn taken_of(&self, writes: &VecDeque<Write>, op: u64) -> (usize, usize) {
        let (frontier, writes) = self.resolved(writes);
        let Some(index) = writes.iter().rposition(|write| write.op == op) else { return (0, 0) };
        let least = match &frontier.tally {
            Some(tally) => tally.taken_at_least(&writes, index),
            None => frontier.ways().iter().map(|way| way.taken(index)).min().unwrap_or(0),
        };
        let most = if frontier.way.phantoms > 0 { writes[index].len } else { frontier.taken_at_most(&writes, index) };
        (least, most)
    }
}

impl Past {
    /// The ways that are possible by now.
    fn replay(&self, view: &View<'_>) -> Vec<Way> {
        let mut ways = self.ways.clone();
        for event in &self.since {
            match event {
                Since::DataRead(read) => ways = view.step(&ways, read).0,
                Since::Phantom => ways.iter_mut().for_each(|way| way.phantoms += 1),
                Since::Left(others) => {
                    ways.retain(|way| way.fits(*others));
                    ways.iter_mut().for_each(|way| way.settle(*others));
                }
            }
        }
        ways
    }
}

/// Are the contents of some write not known?
fn is_unknown(writes: &VecDeque<Write>) -> bool {
    writes.iter().any(|write| write.data.bytes().is_none())
}

/// Does each write follow the one before it, and none of them is doubtful?
fn is_settled_line(writes: &VecDeque<Write>) -> bool {
    let in_line = |(first, second): (&Write, &Write)| first.precedes(second);
    !writes.iter().any(Write::is_doubtful) && writes.iter().zip(writes.iter().skip(1)).all(in_line)
}

#[cfg(test)]
mod tests;
