//! Judges bytes that do not fit their stream, and says where judging goes on after them.

use bytes::Bytes;

use super::Judge;
use crate::contract::{ConcurrentWrites, Payload};
use crate::oracle::events::WrongBytes;
use crate::oracle::evidence::{Evidence, Flaw, Unread};
use crate::oracle::order;
use crate::oracle::rooms::{stream_causal, write_order};
use crate::oracle::ruling::Findings;
use crate::oracle::state::{Pending, Suspicion};
use crate::oracle::stream::{Misfit, Status};
use crate::rules::Rule;

/// The most misfits that are named in one direction: after them it can't be told any more what belongs where.
const MISFITS: u32 = 100;

impl Judge<'_> {
    /// A read returned bytes that do not fit: names them, and goes on from the most permissive state. `found`: that nothing else
    /// is wrong with it.
    #[cold]
    pub fn misread(&mut self, pending: &Pending, data: &Payload, why: Misfit, found: Findings) {
        let Some(evidence) = self.look_into(pending, data, why) else {
            self.enter(pending, found);
            return;
        };
        let read = WrongBytes { pending, evidence };
        let found = order::wrong_bytes(&self.scene(), &read).and_tested(found.exercised());
        let evidence = read.evidence;
        let is_moved = evidence.gap.is_none() && is_disorder(&found);
        let done = if is_moved { Some(evidence.rest.len()) } else { evidence.done() };
        done.into_iter().for_each(|bytes| self.go_on_after(&evidence.unread, bytes));
        if let Some(violation) = self.enter(pending, found) {
            self.blame_later(violation, &evidence);
            self.suspect(violation, suspicion(&evidence));
        }
    }

    /// What is wrong with the bytes; nothing if it is not to be said.
    fn look_into<'d>(&mut self, pending: &Pending, data: &'d Payload, why: Misfit) -> Option<Evidence<'d>> {
        if why == Misfit::Order {
            return Some(Evidence::bare(Flaw::Overtaken));
        }
        let stream = &mut self.flow.streams[self.end.peer()];
        stream.misfits += 1;
        if stream.misfits > MISFITS {
            stream.lose_track();
            return None;
        }
        match data.bytes().filter(|_| stream.is_known()) {
            Some(bytes) => self.look_into_bytes(pending, bytes),
            None => Some(self.look_into_number(data.len())),
        }
    }

    /// Bytes that were skipped before have only come late.
    fn look_into_bytes<'d>(&mut self, pending: &Pending, bytes: &'d Bytes) -> Option<Evidence<'d>> {
        let (reader, whole) = (self.reader(pending), self.peer().contract.concurrent_writes == ConcurrentWrites::Whole);
        let writer = self.end.peer();
        let fit = self.flow.streams[writer].read_what_fits(bytes, reader, whole, &mut self.book.effort);
        if self.came_late(&bytes[fit..]) {
            return None;
        }
        let stream = &self.flow.streams[writer];
        let is_mixed = whole && stream.is_mixture(&bytes.slice(fit..), reader, &mut self.book.effort);
        Some(Evidence { is_mixed, ..Evidence::of(stream, bytes, fit) })
    }

    /// Where only numbers are known there are more bytes than were written: these are done with.
    fn look_into_number(&mut self, len: usize) -> Evidence<'static> {
        let stream = &mut self.flow.streams[self.end.peer()];
        let left = stream.unread();
        stream.bytes_read += left as u64;
        let last = stream.writes.len().saturating_sub(1);
        stream.jump(last, stream.writes.back().map_or(0, |write| write.len));
        Evidence::bare(Flaw::Excess { bytes: len.saturating_sub(left) })
    }

    /// Marks unread bytes as done with.
    fn go_on_after(&mut self, unread: &Unread, bytes: usize) {
        let stream = &mut self.flow.streams[self.end.peer()];
        let Some(last) = unread.parts.last() else { return };
        let (index, head) = match unread.part(bytes) {
            Some(part) => (part.write, part.from + bytes - part.start),
            None => (last.write, last.from + last.len),
        };
        stream.bytes_read += bytes as u64;
        stream.jump(index, head);
    }

    fn suspect(&mut self, violation: usize, what: Option<Suspicion>) {
        let writer = self.end.peer();
        what.into_iter().for_each(|what| self.flow.suspects.add(violation, writer, what));
    }

    /// A piece is missing inside a pending write: it is that write's own fault if it ends badly.
    fn blame_later(&mut self, violation: usize, evidence: &Evidence<'_>) {
        let is_gap = matches!(evidence.flaw, Flaw::Skipped { .. });
        let torn = evidence.torn_write().filter(|part| is_gap && part.status == Status::Pending);
        let write = torn.and_then(|part| self.flow.streams[self.end.peer()].write(part.op));
        if let Some(write) = write {
            write.blamed = Some(violation);
        }
    }

    /// Are these bytes that were skipped before? Then what was missing has only come out of order.
    fn came_late(&mut self, rest: &[u8]) -> bool {
        let Some((violation, whole)) = self.flow.suspects.take_skipped(self.end.peer(), rest) else { return false };
        if self.book.violations[violation].rule == Rule::WritesNotInterleaved {
            return true;
        }
        let rule = if whole { Rule::WriteOrder } else { Rule::StreamPrefix };
        self.book.rename(violation, rule, write_order::skipped_came_later);
        true
    }

    /// A write is called: were its bytes read before?
    pub fn meet_suspects(&mut self, op: u64) {
        if self.flow.suspects.is_empty() {
            return;
        }
        let stream = &mut self.flow.streams[self.end];
        let Some(written) = stream.write(op).map(|write| write.data.clone()) else { return };
        let Some((violation, bytes)) = self.flow.suspects.take_early(self.end, &written) else { return };
        stream.was_read_early(bytes);
        let later = self.at.t;
        self.book.rename(violation, Rule::StreamCausal, |said| stream_causal::written_later(said, later));
    }

    /// A write ends badly: a piece that is missing inside it is its own fault.
    pub fn blame(&mut self, op: u64, rule: Rule) {
        let Some(violation) = self.flow.streams[self.end].write(op).and_then(|write| write.blamed) else { return };
        self.book.rename(violation, rule, |said| said);
    }
}

/// All of the bytes belong to the stream, but in another order.
fn is_disorder(found: &Findings) -> bool {
    matches!(found.first(), Some(Rule::WritevIsConcat | Rule::WriteOrder | Rule::WritesNotInterleaved))
}

/// What would give the violation another name.
fn suspicion(evidence: &Evidence<'_>) -> Option<Suspicion> {
    let unread = &evidence.unread;
    match evidence.flaw {
        Flaw::Skipped { bytes: gap } => {
            let whole = unread.begins_write(0) && unread.begins_write(gap);
            Some(Suspicion::Skipped { bytes: unread.bytes[..gap].to_vec(), whole })
        }
        Flaw::Excess { bytes } if evidence.rest.is_empty() => (bytes > 0).then_some(Suspicion::Early(Payload::Count(bytes))),
        Flaw::Excess { .. } => Some(Suspicion::Early(Payload::Bytes(Bytes::copy_from_slice(evidence.rest)))),
        Flaw::Overtaken | Flaw::Repeated { .. } | Flaw::ReadBefore { .. } | Flaw::Changed { .. } | Flaw::Foreign => None,
    }
}
