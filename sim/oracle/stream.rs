//! One direction of a flow as data: which writes its bytes come from, and how far the reader has got.
//!
//! As long as there is only one possibility (writes follow each other, one reader at a time) the state is a position. Where
//! documents and overlapping calls leave several, a [`Frontier`] keeps them all; it is given up again when one remains.

use std::collections::VecDeque;

use bytes::Bytes;

use super::frontier::{Effort, Frontier, Undecided};
pub(super) use super::written::{Misfit, OpenRead, Status, Write, same};
use super::{Ordinal, Stamp};
use crate::contract::Payload;

/// How many read pieces and dead writes are kept to name what a wrong byte is.
const MEMORY: usize = 16;

/// A piece that a read took.
#[derive(Clone, Debug)]
pub(super) struct TakenPiece {
    pub data: Bytes,
    pub op: u64,
    pub returned: Ordinal,
}

/// One direction of a flow.
#[derive(Clone, Debug, Default)]
pub(super) struct ByteStream {
    /// The writes that can still contribute, in call order.
    pub writes: VecDeque<Write>,
    /// How many writes were ever called (zero-length ones too).
    pub called: u64,
    /// Bytes in all writes that were called and may contribute.
    pub bytes_called: u64,
    /// Bytes of the writes that returned ok.
    pub bytes_ok: u64,
    /// Bytes that were read.
    pub bytes_read: u64,
    /// How many writes are pending.
    pub open: usize,
    /// Bytes taken of the first write, as long as there is only one possibility.
    pub head: usize,
    /// All possibilities, where there are several.
    pub frontier: Option<Box<Frontier>>,
    /// How often bytes did not fit.
    pub misfits: u32,
    /// It can't be told any more which bytes come next: none is judged.
    pub lost: bool,
    /// The latest call among reads that took bytes at the front.
    pub front_called: Ordinal,
    /// What was read last.
    pub history: VecDeque<TakenPiece>,
    /// Failed and cancelled writes, kept to recognise their bytes.
    pub dead: VecDeque<Write>,
    /// The clean EOF that the reader got.
    pub clean_eof: Option<(Stamp, u64)>,
}

impl ByteStream {
    /// Takes the memory of a stream that is over.
    pub fn inherit(&mut self, old: &mut ByteStream) {
        (self.writes, self.history, self.dead) = (emptied(&mut old.writes), emptied(&mut old.history), emptied(&mut old.dead));
    }

    /// A write begins.
    pub fn call(&mut self, write: Write) {
        self.bytes_called += write.len as u64;
        if self.lost {
            self.open += 1;
            return;
        }
        if self.open > 0 {
            self.branch();
        }
        self.open += 1;
        if let Some(frontier) = &mut self.frontier {
            frontier.add_write();
        }
        // Many flows see one write only.
        if self.writes.capacity() == 0 {
            self.writes.reserve_exact(1);
        }
        self.writes.push_back(write);
    }

    /// The write of that operation, if it can still contribute.
    pub fn write(&mut self, op: u64) -> Option<&mut Write> {
        self.writes.iter_mut().rev().find(|write| write.op == op)
    }

    /// A pending write has ended; `exact`: so many bytes of it were accepted, where that is known.
    pub fn settle(&mut self, op: u64, at: Stamp, status: Status, exact: Option<usize>, effort: &mut Effort) {
        self.open -= 1;
        let Some(write) = self.writes.iter_mut().rev().find(|write| write.op == op) else { return };
        write.returned = Some(at);
        if status == Status::Ok {
            self.bytes_ok += write.len as u64;
        }
        write.status = if status == Status::Void { Status::Prefix } else { status };
        if status != Status::Ok {
            self.end_in_doubt(op, status, exact, effort);
        }
        self.tidy();
    }

    /// A write that has failed, or was cancelled: perhaps it is not known how much of it belongs to the stream.
    fn end_in_doubt(&mut self, op: u64, status: Status, exact: Option<usize>, effort: &mut Effort) {
        let Some(dead) = self.write(op).map(|write| write.clone()) else { return };
        let most = if status == Status::Void { Some(0) } else { exact.map(|accepted| accepted.min(dead.len)) };
        if let Some(most) = most {
            self.limit(op, most, effort);
        }
        remember(&mut self.dead, dead);
        if self.write(op).is_some_and(|write| matches!(write.status, Status::Prefix | Status::RunsOn)) {
            self.branch();
        }
    }

    /// All of a write that can belong to the stream does: so many bytes, or as many as were taken.
    fn limit(&mut self, op: u64, most: usize, effort: &mut Effort) {
        let taken = match &mut self.frontier {
            Some(frontier) => frontier.limit(&mut self.writes, op, most, effort),
            None if self.writes.front().is_some_and(|front| front.op == op) => self.head,
            None => 0,
        };
        let Some(write) = self.write(op) else { return };
        let cut = write.len - most.max(taken);
        write.len -= cut;
        // More was taken in each way that is known: then nothing of it is surely owed.
        write.status = if taken > most { Status::Prefix } else { Status::Ok };
        self.bytes_called -= cut as u64;
    }

    /// Most bytes of a write that some possibility has taken, as far as they have been gone through.
    pub fn taken_at_most(&self, index: usize) -> usize {
        match &self.frontier {
            Some(frontier) => frontier.taken_at_most(&self.writes, index),
            None if index == 0 => self.head,
            None => 0,
        }
    }

    /// Keeps several possibilities from now on.
    pub fn branch(&mut self) {
        if self.frontier.is_none() {
            self.frontier = Some(Box::new(Frontier::new(self.head)));
        }
    }

    /// A cancelled read may take one contiguous piece, now or later.
    pub fn lose_one_piece(&mut self) {
        self.branch();
        if let Some(frontier) = &mut self.frontier {
            frontier.add_phantom();
        }
    }

    /// A read returned these bytes.
    pub fn read(&mut self, data: &Payload, reader: OpenRead, whole: bool, effort: &mut Effort) -> Result<Result<(), Misfit>, Undecided> {
        if self.lost {
            self.bytes_read += data.len() as u64;
            return Ok(Ok(()));
        }
        // Where contents are unknown it can't be told which bytes came first.
        let is_known = || data.bytes().is_some() && self.writes.front().is_none_or(|front| front.data.bytes().is_some());
        let overtaken = reader.fifo && reader.called < self.front_called && is_known();
        if self.frontier.is_none() && reader.others == 0 {
            if overtaken {
                return Ok(Err(Misfit::Order));
            }
            if let Some(head) = self.follow_within(data).or_else(|| self.follow(data)) {
                self.head = head;
                self.took(data.len(), reader.called);
                return Ok(Ok(()));
            }
            return Ok(Err(Misfit::Bytes));
        }
        self.branch();
        let Some(frontier) = &mut self.frontier else { return Ok(Ok(())) };
        let fits = frontier.read(&mut self.writes, data, reader, overtaken, whole, effort)?;
        if fits.is_ok() {
            self.took(data.len(), reader.called);
        }
        Ok(fits)
    }

    #[inline]
    fn took(&mut self, bytes: usize, called: Ordinal) {
        self.bytes_read += bytes as u64;
        self.front_called = self.front_called.max(called);
        self.tidy();
    }

    /// As [`ByteStream::follow`], where the bytes reach into no second write: nearly always.
    #[inline]
    fn follow_within(&self, data: &Payload) -> Option<usize> {
        let (front, end) = (self.writes.front()?, self.head + data.len());
        let is_within = end < front.len || end == front.len && self.writes.len() == 1;
        let fits = match (&front.data, data) {
            (Payload::Bytes(want), Payload::Bytes(got)) => is_within && same(&want[self.head..end], got),
            _ => is_within,
        };
        fits.then_some(end)
    }

    /// Follows bytes along the only possibility: the new position in the write where they end, used-up writes being dropped.
    fn follow(&mut self, data: &Payload) -> Option<usize> {
        let (mut head, mut done, mut used) = (self.head, 0, 0);
        while done < data.len() {
            let write = self.writes.get(used)?;
            let run = (write.len - head).min(data.len() - done);
            if let (Some(want), Some(got)) = (write.data.bytes(), data.bytes())
                && !same(&want[head..head + run], &got[done..done + run])
            {
                return None;
            }
            done += run;
            head += run;
            if head == write.len && used + 1 < self.writes.len() {
                (head, used) = (0, used + 1);
            } else if done < data.len() {
                return None;
            }
        }
        if used > 0 {
            self.writes.drain(..used);
        }
        Some(head)
    }

    /// Gives up telling which bytes come next.
    pub fn lose_track(&mut self) {
        self.lost = true;
        self.frontier = None;
        self.writes.clear();
        self.head = 0;
    }

    /// Drops writes that are used up, and gives the frontier up where one possibility remains.
    #[inline]
    pub fn tidy(&mut self) {
        if self.frontier.is_some() {
            self.tidy_frontier();
        }
        while self.is_first_used_up() {
            self.writes.pop_front();
            self.head = 0;
        }
    }

    /// The first write has returned, and all of it was taken.
    #[inline]
    fn is_first_used_up(&self) -> bool {
        self.writes.front().is_some_and(|front| self.head >= front.len && front.returned.is_some()) && self.frontier.is_none()
    }

    fn tidy_frontier(&mut self) {
        let Some(frontier) = &mut self.frontier else { return };
        frontier.finish(&mut self.writes);
        if let Some(head) = frontier.single(&self.writes) {
            self.head = head;
            self.frontier = None;
        }
    }

    /// Accepted bytes that were not read, whichever possibility is true. `flushed`: only flushed writes count as accepted.
    pub fn owed(&self, flushed: bool, others: usize) -> u64 {
        if self.lost {
            return 0;
        }
        let accepted = |write: &Write| write.is_accepted(flushed);
        match &self.frontier {
            Some(frontier) => frontier.owed(&self.writes, accepted, others),
            // One of the other readers can hold the rest.
            None if others > 0 => 0,
            None => {
                let rest = |(index, write): (usize, &Write)| write.len - if index == 0 { self.head } else { 0 };
                self.writes.iter().enumerate().filter(|(_, write)| accepted(write)).map(rest).sum::<usize>() as u64
            }
        }
    }

    /// A clean EOF: only possibilities in which everything owed was taken remain.
    pub fn end(&mut self, flushed: bool, others: usize, effort: &mut Effort) -> Result<(), Undecided> {
        if others > 0 {
            self.branch();
        }
        if let Some(frontier) = &mut self.frontier {
            frontier.end(&mut self.writes, flushed, others, effort)?;
        }
        self.tidy();
        Ok(())
    }

    /// One read fewer is pending, and it took nothing: false if bytes that only it can have taken are lost.
    pub fn reader_left(&mut self, others: usize, effort: &mut Effort) -> bool {
        let fits = self.frontier.as_mut().is_none_or(|frontier| frontier.reader_left(&mut self.writes, others, effort));
        self.tidy();
        fits
    }

    /// How many bytes of a write are unread, in every possibility.
    pub fn unread_of(&self, op: u64) -> usize {
        let Some(write) = self.writes.iter().rfind(|write| write.op == op) else { return 0 };
        write.len - self.taken_of(op).1
    }

    /// How many bytes of a write were read, in every possibility.
    pub fn read_of(&self, op: u64) -> usize {
        self.taken_of(op).0
    }

    /// Fewest and most bytes of a write that were read.
    fn taken_of(&self, op: u64) -> (usize, usize) {
        match &self.frontier {
            Some(frontier) => frontier.taken_of(&self.writes, op),
            None if self.writes.front().is_some_and(|front| front.op == op) => (self.head, self.head),
            None => (0, 0),
        }
    }

    /// A write that failed or was cancelled may have left bytes that are unread.
    pub fn has_doubtful(&self) -> bool {
        self.writes.iter().any(|write| write.is_doubtful() && self.unread_of(write.op) > 0)
    }

    /// Some bytes may not have been read yet.
    pub fn may_be_unread(&self) -> bool {
        self.writes.iter().any(|write| self.read_of(write.op) < write.len)
    }

    /// How many bytes are unread, where only their number is known.
    pub fn unread(&self) -> usize {
        match &self.frontier {
            Some(frontier) => frontier.unread(&self.writes),
            None => self.writes.iter().map(|write| write.len).sum::<usize>().saturating_sub(self.head),
        }
    }

    /// When the write was called that holds the last of the next `len` bytes, where that is beyond doubt.
    pub fn source(&self, len: usize) -> Option<Stamp> {
        let mut rest = len + if self.frontier.is_some() { return None } else { self.head };
        let holds = |write: &&Write| {
            let found = rest <= write.len;
            rest = rest.saturating_sub(write.len);
            found
        };
        self.writes.iter().find(holds).map(|write| write.called)
    }

    /// Do the next `len` bytes reach into a second write?
    pub fn reaches_next(&self, len: usize) -> bool {
        let (index, head) = self.frontier.as_ref().map_or((0, self.head), |frontier| frontier.latest());
        let Some(write) = self.writes.get(index) else { return false };
        self.called > write.number && head + len > write.len || write.number > 1 && head == 0
    }

    /// Did another read that returned data overlap one that was called then?
    pub fn overlaps(&self, called: Ordinal) -> bool {
        self.history.back().is_some_and(|piece| piece.returned > called)
    }

    /// When the first write returned (or was called, if it has not) that can still contribute.
    pub fn next_unread(&self) -> Option<Stamp> {
        self.writes.front().map(|write| write.returned.unwrap_or(write.called))
    }

    /// So many bytes of a write were read before it was called; where it is the only one, they are not expected again.
    pub fn was_read_early(&mut self, bytes: usize) {
        if self.writes.len() == 1 && self.frontier.is_none() {
            self.head = bytes;
            self.bytes_read += bytes as u64;
        }
    }

    /// Marks what a flush, shutdown or close called at `seq` has pushed out.
    pub fn flush(&mut self, seq: Ordinal) {
        let before = |write: &&mut Write| write.returned.is_some_and(|at| at.seq < seq);
        self.writes.iter_mut().filter(before).for_each(|write| write.flushed = true);
    }

    /// The same along the only possibility.
    fn follow_what_fits(&mut self, bytes: &Bytes) -> usize {
        let (mut fit, mut head) = (0, self.head);
        for write in &self.writes {
            let Some(want) = write.bytes().map(|bytes| &bytes[head..]) else { break };
            let run = want.iter().zip(&bytes[fit..]).take_while(|(want, got)| want == got).count();
            fit += run;
            head = 0;
            if run < want.len() {
                break;
            }
        }
        if let Some(head) = self.follow(&Payload::Bytes(bytes.slice(..fit))).filter(|_| fit > 0) {
            self.head = head;
            self.took(fit, 0);
        }
        fit
    }

    /// How many of these bytes fit, at most; they count as read.
    pub fn read_what_fits(&mut self, bytes: &Bytes, reader: OpenRead, whole: bool, effort: &mut Effort) -> usize {
        if self.frontier.is_none() && reader.others == 0 {
            return self.follow_what_fits(bytes);
        }
        let mut fits = |stream: &ByteStream, len: usize| {
            let mut trial = stream.clone();
            matches!(trial.read(&Payload::Bytes(bytes.slice(..len)), reader, whole, effort), Ok(Ok(()))).then_some(trial)
        };
        let (mut low, mut high) = (0, bytes.len());
        while low + 1 < high {
            let middle = low + (high - low) / 2;
            if fits(self, middle).is_some() { low = middle } else { high = middle }
        }
        if low > 0
            && let Some(stream) = fits(self, low)
        {
            *self = stream;
        }
        if let Some(frontier) = &mut self.frontier {
            frontier.resolve(&mut self.writes, effort);
        }
        self.tidy();
        low
    }

    /// Do these bytes come next if overlapping writes may mix?
    pub fn is_mixture(&self, bytes: &Bytes, reader: OpenRead, effort: &mut Effort) -> bool {
        let mut trial = self.clone();
        trial.branch();
        !bytes.is_empty() && matches!(trial.read(&Payload::Bytes(bytes.clone()), reader, false, effort), Ok(Ok(())))
    }

    /// Notes what a read took, to recognise it if it comes again.
    pub fn remember_read(&mut self, data: &Bytes, op: u64, returned: Ordinal) {
        remember(&mut self.history, TakenPiece { data: data.clone(), op, returned });
    }

    /// Goes on from this place: all writes before `index` (and `head` bytes of that one) are done with.
    pub fn jump(&mut self, index: usize, head: usize) {
        self.writes.drain(..index.min(self.writes.len()));
        self.frontier = None;
        self.head = head;
        let in_line = |(first, second): (&Write, &Write)| first.precedes(second);
        if !self.writes.iter().zip(self.writes.iter().skip(1)).all(in_line) {
            self.branch();
        }
        self.tidy();
    }
}

/// What is left of a list whose flow is over: its memory, unless it has grown large.
pub(super) fn emptied<T>(list: &mut VecDeque<T>) -> VecDeque<T> {
    list.clear();
    if list.capacity() > MEMORY { VecDeque::new() } else { std::mem::take(list) }
}

fn remember<T>(memory: &mut VecDeque<T>, item: T) {
    if memory.len() == MEMORY {
        memory.pop_front();
    }
    memory.push_back(item);
}

/// Where `needle` stands in `hay`, if it is not empty.
pub(super) fn position(hay: &[u8], needle: &[u8]) -> Option<usize> {
    if needle.is_empty() { None } else { memchr::memmem::find(hay, needle) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_has_grown_large_leaves_no_memory() {
        for (capacity, kept) in [(MEMORY, true), (MEMORY + 1, false)] {
            let mut list = VecDeque::with_capacity(capacity);
            list.push_back(1);
            let left = emptied(&mut list);
            assert_eq!((left.len(), left.capacity() > 0), (0, kept));
        }
    }
}
