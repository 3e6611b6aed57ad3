//! Which rule do bytes break that fit nowhere, and how does judging go on after them?
//!
//! A read returned bytes that no order of the writes gives. They are looked for where bytes go wrong in practice: read twice,
//! out of order, with a piece missing, from a write that failed, from nowhere. Some names must wait: bytes from nowhere are
//! bytes from the future if a write with them is called later, and a gap is a disorder if what is missing comes later. Those
//! are [`Suspect`]s.

use bytes::Bytes;

use super::fact::fact;
use super::judge::Judge;
use super::ruling::Findings;
use super::state::Pending;
use super::stream::{Status, Stream};
use crate::contract::{CancelRead, ConcurrentWrites, End, Payload};
use crate::rules::Rule;

/// The longest stretch of unread bytes that is searched.
const REACH: usize = 4 << 20;

/// The most unread writes that are searched.
const PARTS: usize = 1024;

/// How many of the bytes read last are compared with bytes that come again.
const AGAIN: usize = 1 << 16;

/// The most misfits that are named in one direction: after them nobody could tell what belongs where.
const MISFITS: u32 = 100;

/// The most suspects that are kept.
const SUSPECTS: usize = 64;

/// A violation whose name may change when more is known.
#[derive(Clone, Debug)]
pub(super) struct Suspect {
    /// Which one, in the ledger.
    violation: usize,
    /// Whose writes are concerned.
    writer: End,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    /// Bytes that no write had when they were read.
    Early(Payload),
    /// Bytes that were skipped; whole writes or not.
    Skipped { bytes: Vec<u8>, whole: bool },
}

/// Where judging goes on.
enum Resume {
    /// These bytes are none of the stream's.
    Here,
    /// So many unread bytes are done with.
    After(usize),
}

/// A name for bytes that do not fit.
struct Name {
    rules: Vec<Rule>,
    message: String,
    resume: Resume,
    suspect: Option<What>,
    /// The pending write in which a piece is missing.
    blames: Option<u64>,
}

/// The bytes that could come next, in the order of the calls.
struct Unread {
    bytes: Vec<u8>,
    /// Where each write's part begins in `bytes`: the write's index, its offset there, where in the write that is.
    parts: Vec<Part>,
}

#[derive(Clone, Copy)]
struct Part {
    write: usize,
    start: usize,
    from: usize,
    len: usize,
}

impl Unread {
    fn of(stream: &Stream) -> Self {
        let mut unread = Unread { bytes: Vec::new(), parts: Vec::new() };
        for (index, write) in stream.writes.iter().enumerate() {
            let from = stream.taken_at_most(index);
            let Some(rest) = write.bytes().map(|bytes| &bytes[from..]) else { break };
            if unread.bytes.len() > REACH || unread.parts.len() > PARTS {
                break;
            }
            unread.parts.push(Part { write: index, start: unread.bytes.len(), from, len: rest.len() });
            unread.bytes.extend_from_slice(rest);
        }
        unread
    }

    /// The part that holds this offset.
    fn part(&self, offset: usize) -> Option<Part> {
        self.parts.iter().rev().find(|part| part.start <= offset && offset < part.start + part.len).copied()
    }

    /// Does a write begin here, nothing of it taken?
    fn begins_write(&self, offset: usize) -> bool {
        self.part(offset).is_some_and(|part| part.start == offset && part.from == 0)
    }
}

impl Judge<'_> {
    /// Names bytes that do not fit, and goes on from the most permissive state.
    pub(super) fn name_misfit(&mut self, pending: &Pending, data: &Payload, mut found: Findings) {
        let writer = self.end.peer();
        self.flow.streams[writer].misfits += 1;
        if self.flow.streams[writer].misfits > MISFITS {
            return self.flow.streams[writer].lose_track();
        }
        let judged_already = !found.is_empty();
        let Some(bytes) = data.bytes().filter(|_| self.flow.streams[writer].writes.iter().all(|write| write.data.bytes().is_some())) else {
            return self.name_excess(pending, data.len(), found);
        };
        let (reader, whole) = (self.reader(pending), self.peer().contract.concurrent_writes == ConcurrentWrites::Whole);
        let fit = self.flow.streams[writer].read_what_fits(bytes, reader, whole);
        let rest = &bytes[fit..];
        if self.arrives_late(writer, rest) {
            self.enter(pending, found);
            return;
        }
        let unread = Unread::of(&self.flow.streams[writer]);
        let name = self.name(pending, bytes, fit, &unread);
        if let Resume::After(skip) = name.resume {
            self.advance(&unread, skip);
        }
        for (index, rule) in name.rules.iter().enumerate() {
            match index {
                0 => found.add(*rule, &[pending.called], || name.message.clone()),
                _ => found.also(*rule),
            }
        }
        let violation = self.enter(pending, found);
        if let (Some(violation), false) = (violation, judged_already) {
            if let Some(write) = name.blames.and_then(|op| self.flow.streams[writer].write(op)) {
                write.blamed = Some(violation);
            }
            self.suspect(violation, writer, name.suspect);
        }
    }

    fn suspect(&mut self, violation: usize, writer: End, what: Option<What>) {
        if let Some(what) = what.filter(|_| self.flow.suspects.len() < SUSPECTS) {
            self.flow.suspects.push(Suspect { violation, writer, what });
        }
    }

    /// Marks unread bytes as done with.
    fn advance(&mut self, unread: &Unread, bytes: usize) {
        let stream = &mut self.flow.streams[self.end.peer()];
        let Some(last) = unread.parts.last() else { return };
        let (index, head) = match unread.part(bytes) {
            Some(part) => (part.write, part.from + bytes - part.start),
            None => (last.write, last.from + last.len),
        };
        stream.bytes_read += bytes as u64;
        stream.jump(index, head);
    }

    /// More bytes than were written, where only their number is known.
    fn name_excess(&mut self, pending: &Pending, len: usize, mut found: Findings) {
        let writer = self.end.peer();
        let stream = &mut self.flow.streams[writer];
        let left = (0..stream.writes.len()).map(|index| stream.writes[index].len - stream.taken_at_most(index)).sum::<usize>();
        let excess = len.saturating_sub(left);
        stream.bytes_read += left as u64;
        let end = stream.writes.len();
        match end.checked_sub(1).map(|last| (last, stream.writes[last].len)) {
            Some((last, len)) => stream.jump(last, len),
            None => stream.jump(0, 0),
        }
        let end = self.end;
        found.add(Rule::StreamPrefix, &[pending.called], || {
            format!("the {end}'s read returned {excess} bytes more than the {writer} had written")
        });
        let violation = self.enter(pending, found);
        if let Some(violation) = violation.filter(|_| excess > 0) {
            self.suspect(violation, writer, Some(What::Early(Payload::Count(excess))));
        }
    }

    fn name(&self, pending: &Pending, bytes: &Bytes, fit: usize, unread: &Unread) -> Name {
        let rest = &bytes[fit..];
        let gap = position(&unread.bytes, rest).filter(|&gap| gap > 0);
        let mut name = match gap {
            None => self.said_again(&bytes[..fit], rest, unread),
            Some(_) => None,
        }
        .unwrap_or_else(|| self.common_name(rest, gap, unread));
        let rules = [
            (Rule::OneReaderPerByte, gap.is_none() && self.read_by_another(pending, rest)),
            (Rule::CancelledRead, gap.is_some() && self.reads_are_safely_cancelled()),
            (Rule::FailedWriteIsPrefix, self.is_of_failed_write(rest, gap, unread)),
            (Rule::WritevIsConcat, self.is_of_torn_vector(rest, gap, unread)),
            (Rule::WriteOrder, self.swaps_writes(rest, unread)),
            (Rule::WritesNotInterleaved, self.mixes_writes(rest, unread)),
            (Rule::OkMeansWhole, gap.is_some_and(|gap| ends_a_write(gap, unread, &self.flow.streams[self.end.peer()]))),
        ];
        let broken: Vec<Rule> = rules.into_iter().filter(|(_, holds)| *holds).map(|(rule, _)| rule).collect();
        let whole = matches!(broken.first(), Some(Rule::WritevIsConcat | Rule::WriteOrder | Rule::WritesNotInterleaved));
        if whole && gap.is_none() {
            name.resume = Resume::After(rest.len());
            name.suspect = None;
        }
        name.rules.splice(0..0, broken);
        name
    }

    /// The last bytes come a second time, and then the stream goes on as it should.
    fn said_again(&self, fitted: &[u8], rest: &[u8], unread: &Unread) -> Option<Name> {
        let stream = &self.flow.streams[self.end.peer()];
        let read: Vec<u8> = stream.history.iter().flat_map(|piece| piece.data.iter()).chain(fitted).copied().collect();
        let read = &read[read.len().saturating_sub(AGAIN)..];
        let goes_on = |again: &usize| rest.starts_with(&read[read.len() - again..]) && unread.bytes.starts_with(&rest[*again..]);
        let again = (1..=read.len().min(rest.len())).find(goes_on)?;
        let end = self.end;
        let message = format!("the {end}'s read returned {again} bytes a second time, right after they had come");
        let resume = Resume::After(rest.len() - again);
        Some(Name { rules: vec![Rule::StreamPrefix], message, resume, suspect: None, blames: None })
    }

    /// What is wrong in the plainest terms: the bytes are missing, doubled, changed or foreign.
    fn common_name(&self, rest: &[u8], gap: Option<usize>, unread: &Unread) -> Name {
        let (end, writer) = (self.end, self.end.peer());
        let stream = &self.flow.streams[writer];
        let ahead = &unread.bytes;
        let len = rest.len();
        let expected = unread.part(0).map(|part| {
            let write = &stream.writes[part.write];
            format!("bytes {}.. of the {writer}'s write #{}", part.from, write.op)
        });
        let expected = expected.unwrap_or_else(|| "nothing more".to_owned());
        let plain = |message: String, resume, suspect| Name { rules: vec![Rule::StreamPrefix], message, resume, suspect, blames: None };
        if let Some(piece) = stream.history.iter().rev().find(|piece| gap.is_none() && position(&piece.data, rest).is_some()) {
            let message =
                format!("the {end}'s read returned {len} bytes again that its read #{} had returned; expected: {expected}", piece.op);
            return plain(message, Resume::Here, None);
        }
        let equal = rest.iter().zip(ahead).filter(|(a, b)| a == b).count();
        if len >= 2 && ahead.len() >= len && equal * 2 >= len && gap.is_none_or(|_| equal + 1 >= len) {
            let at = common(rest, ahead);
            let message = format!("the {end}'s read returned changed bytes: byte {at} of {len} differs; expected: {expected}");
            return plain(message, Resume::After(len), None);
        }
        if let Some(gap) = gap {
            let skipped = ahead[..gap].to_vec();
            let whole = unread.begins_write(0) && unread.begins_write(gap);
            let message = format!("the {end}'s read skipped {gap} bytes; expected: {expected}");
            let mut name = plain(message, Resume::After(gap + len), Some(What::Skipped { bytes: skipped, whole }));
            let inside = unread.part(gap).filter(|part| part.start < gap).map(|part| &stream.writes[part.write]);
            name.blames = inside.filter(|write| write.status == Status::Pending).map(|write| write.op);
            return name;
        }
        if ahead.is_empty() {
            let message = format!("the {end}'s read returned {len} bytes more than the {writer} had written");
            return plain(message, Resume::Here, Some(What::Early(Payload::Bytes(Bytes::copy_from_slice(rest)))));
        }
        let message = format!("the {end}'s read returned {len} bytes that the {writer} did not write there; expected: {expected}");
        let resume = if ahead.len() >= len { Resume::After(len) } else { Resume::Here };
        plain(message, resume, None)
    }

    /// A read that overlapped this one returned the same bytes.
    fn read_by_another(&self, pending: &Pending, rest: &[u8]) -> bool {
        let history = &self.flow.streams[self.end.peer()].history;
        history.iter().any(|piece| piece.returned > pending.called.seq && position(&piece.data, rest).is_some())
    }

    fn reads_are_safely_cancelled(&self) -> bool {
        self.me().contract.cancel_read == CancelRead::Safe && self.me().reading.cancelled().is_some()
    }

    /// Bytes of a failed or cancelled write that can't be its prefix, or that come too late.
    fn is_of_failed_write(&self, rest: &[u8], gap: Option<usize>, unread: &Unread) -> bool {
        let stream = &self.flow.streams[self.end.peer()];
        let failed = |status| matches!(status, Status::Prefix | Status::RunsOn | Status::Void);
        match gap {
            Some(gap) => unread.part(gap).is_some_and(|part| part.start < gap && failed(stream.writes[part.write].status)),
            None => stream.dead.iter().any(|write| write.data.bytes().is_some_and(|bytes| position(bytes, rest).is_some())),
        }
    }

    /// The buffers of a vectored write, with one missing or in another order.
    fn is_of_torn_vector(&self, rest: &[u8], gap: Option<usize>, unread: &Unread) -> bool {
        let stream = &self.flow.streams[self.end.peer()];
        let Some(part) = unread.part(0) else { return false };
        let write = &stream.writes[part.write];
        if !write.vectored() {
            return false;
        }
        let at = part.from;
        if let Some(gap) = gap {
            let there = at + gap;
            return there < write.len && write.ends.contains(&there);
        }
        let Some(bytes) = write.bytes() else { return false };
        let starts = std::iter::once(0).chain(write.ends.iter().copied());
        let buffers: Vec<&[u8]> =
            starts.zip(write.ends.iter().copied()).map(|(from, to)| &bytes[from.min(bytes.len())..to.min(bytes.len())]).collect();
        is_shuffled(rest, &buffers)
    }

    /// Whole writes that did not overlap, in another order.
    fn swaps_writes(&self, rest: &[u8], unread: &Unread) -> bool {
        if !unread.begins_write(0) {
            return false;
        }
        let parts = unread.parts.iter().take(8);
        let writes: Vec<&[u8]> = parts.map(|part| &unread.bytes[part.start..part.start + part.len]).collect();
        writes.len() > 1 && is_shuffled(rest, &writes)
    }

    /// The bytes would fit if overlapping writes could mix.
    fn mixes_writes(&self, rest: &[u8], unread: &Unread) -> bool {
        let whole = self.peer().contract.concurrent_writes == ConcurrentWrites::Whole;
        let writes = &self.flow.streams[self.end.peer()].writes;
        let overlap = writes.iter().zip(writes.iter().skip(1)).any(|(first, second)| !first.precedes(second));
        if !(whole && overlap) {
            return false;
        }
        let mut parts: Vec<&[u8]> = unread.parts.iter().map(|part| &unread.bytes[part.start..part.start + part.len]).collect();
        rest.iter().all(|byte| match parts.iter_mut().find(|part| part.first() == Some(byte)) {
            Some(part) => {
                *part = &part[1..];
                true
            }
            None => false,
        })
    }

    /// Are these bytes that were skipped before? Then what was missing has only come out of order.
    fn arrives_late(&mut self, writer: End, rest: &[u8]) -> bool {
        for suspect in self.flow.suspects.iter_mut().filter(|suspect| suspect.writer == writer) {
            let What::Skipped { bytes, whole } = &mut suspect.what else { continue };
            let Some(at) = position(bytes, rest) else { continue };
            let rule = if *whole { Rule::WriteOrder } else { Rule::StreamPrefix };
            self.book.rename(suspect.violation, rule, |said| fact!("{said}; the skipped bytes came later", said));
            bytes.drain(at..at + rest.len());
            return true;
        }
        false
    }

    /// A write is called: were its bytes read before?
    pub(super) fn meet_suspects(&mut self, op: u64) {
        let writer = self.end;
        let Some(index) = self.flow.suspects.iter().position(|suspect| suspect.writer == writer && matches!(suspect.what, What::Early(_)))
        else {
            return;
        };
        let What::Early(early) = self.flow.suspects[index].what.clone() else { return };
        let stream = &mut self.flow.streams[writer];
        let Some(write) = stream.write(op) else { return };
        let run = early.len().min(write.len);
        if let (Some(early), Some(bytes)) = (early.bytes(), write.bytes())
            && early[..run] != bytes[..run]
        {
            return;
        }
        let alone = stream.writes.len() == 1 && stream.frontier.is_none();
        if alone {
            stream.head = run;
            stream.bytes_read += run as u64;
        }
        let later = self.at.t;
        let violation = self.flow.suspects[index].violation;
        self.book.rename(violation, Rule::StreamCausal, |said| {
            fact!("{said}; a write with these bytes was called later, at {later}", said, later)
        });
        self.flow.suspects.remove(index);
    }

    /// A write ends badly: a piece that is missing inside it is its own fault.
    pub(super) fn blame(&mut self, op: u64, rule: Rule) {
        let Some(violation) = self.flow.streams[self.end].write(op).and_then(|write| write.blamed) else { return };
        self.book.rename(violation, rule, |said| said);
    }
}

/// A gap that ends where a write ends.
fn ends_a_write(offset: usize, unread: &Unread, stream: &Stream) -> bool {
    unread.parts.iter().any(|part| part.start == offset && offset > 0 && part.from == 0 && stream.writes[part.write].len > 0)
}

/// How many bytes are equal at the start.
fn common(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

/// Where `needle` stands in `hay`.
fn position(hay: &[u8], needle: &[u8]) -> Option<usize> {
    let last = (hay.len() + 1).checked_sub(needle.len())?;
    let first = needle.first()?;
    (0..last).find(|&at| hay[at] == *first && hay[at..].starts_with(needle))
}

/// Are these bytes whole parts (the last one perhaps cut) in an order other than theirs?
fn is_shuffled(mut bytes: &[u8], parts: &[&[u8]]) -> bool {
    let mut left: Vec<&[u8]> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    let mut used = 0;
    while !bytes.is_empty() {
        let fits = |part: &&[u8]| bytes.starts_with(part) || part.starts_with(bytes);
        let Some(index) = left.iter().position(fits) else { return false };
        let part = left.remove(index);
        bytes = &bytes[part.len().min(bytes.len())..];
        used += 1;
    }
    used > 1
}
