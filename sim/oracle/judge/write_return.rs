//! What the return of a write may say.

use std::time::Duration;

use super::Judge;
use crate::contract::{
    BlockedWriteAtShutdown, CloseSendsPending, ClosedPeerWrites, Error, Outcome, Seen, WriteAfterFullClose, WriteOnClosed, YesNo,
};
use crate::oracle::ruling::Findings;
use crate::oracle::state::{Asked, Doubt, Pending, first};
use crate::oracle::stream::Status;
use crate::oracle::{Seq, Stamp};
use crate::rules::Rule;
use crate::time::Instant;

/// So soon a writer learns that its peer has closed for good, from the first bytes on that the peer can't take any more.
const TOLD_WITHIN: Duration = Duration::from_secs(1);

/// A write, as its return needs it.
#[derive(Clone, Copy)]
struct Return<'a> {
    pending: &'a Pending,
    called: Seq,
    len: usize,
    vectored: bool,
}

impl Judge<'_> {
    pub(super) fn write_returned(&mut self, pending: &Pending, outcome: &Outcome, accepted: Option<u64>) {
        let Asked::Write { len, vectored, void } = pending.asked else { return };
        let write = Return { pending, called: pending.called.seq, len, vectored };
        if self.is_calm() {
            if self.peer().reading.returned() > pending.peer_reads {
                self.book.exercise(Rule::WriteResolves);
            }
        } else {
            self.write_premises(write);
        }
        let ok = matches!(outcome, Outcome::Ok);
        if len > 0 {
            self.settle(write, ok, void, accepted);
        }
        match outcome {
            Outcome::Ok if len == 0 || accepted.is_none() && self.is_calm() => {}
            Outcome::Ok => self.write_ok(write, accepted),
            Outcome::Panic => self.panicked(pending),
            _ => self.write_failed(write, outcome),
        }
    }

    fn write_premises(&mut self, write: Return<'_>) {
        let called = write.called;
        let (me, peer) = (self.me(), self.peer());
        let before = |at: Option<Stamp>| at.is_some_and(|at| at.seq < called);
        let closed = me.halves.fully_closed_before(called);
        let open = me.halves.write_end_called().is_none() && me.life.aborted().is_none();
        let peer_half = peer.halves.write_end_called().is_some() && peer.halves.full_close_called().is_none();
        let exercised = [
            (Rule::ClosedAfterShutdown, self.writing_over(called).is_some()),
            (Rule::ErrorAfterClose, closed),
            (Rule::NoStuckCall, before(me.halves.write_end_returned())),
            (Rule::WriteErrorIsFinal, before(me.writing.error()) && me.contract.write_error_is_final == YesNo::Yes),
            (
                Rule::ShutdownReadKeepsWriting,
                before(me.halves.shut_read().called) && open && me.contract.data_after_shutdown_read.is_some(),
            ),
            (Rule::EofKeepsWriting, before(me.reading.peer_eof()) && open && peer_half),
            (Rule::HalfCloseKeepsReading, peer_half && open),
            (Rule::WriteResolves, peer.reading.returned() > write.pending.peer_reads),
            (Rule::PeerShutRead, peer.halves.shut_read().returned.is_some() && peer.discards()),
            (Rule::PendingAtShutdown, me.halves.write_end_called().is_some_and(|at| at.seq > called)),
            (Rule::AbortIsTold, self.told_before(write).is_some()),
            (Rule::CancelledClose, me.halves.maybe_write().is_some_and(|answer| answer.stamp().seq < called)),
            (Rule::FlowsAreIsolated, self.book.trouble_elsewhere(self.flow.id, self.at.seq).is_some()),
        ];
        self.book.exercise_where(exercised);
    }

    /// The write's bytes: all of them, a prefix, or none.
    fn settle(&mut self, write: Return<'_>, ok: bool, void: bool, accepted: Option<u64>) {
        let at = self.at;
        let short = accepted.is_some_and(|bytes| bytes < write.len as u64);
        let status = match (ok, void) {
            // An ok that must not be is judged once: its bytes may be read, and none of them is owed.
            (true, true) => Status::Prefix,
            (true, _) if short => Status::Prefix,
            (true, _) => Status::Ok,
            (false, true) => Status::Void,
            (false, false) => Status::Prefix,
        };
        let exact = accepted.filter(|_| !ok).map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX));
        if ok {
            self.late_for_eof(write);
            self.book.exercise(Rule::OkMeansWhole);
            if write.vectored {
                self.book.exercise(Rule::WritevIsConcat);
            }
        } else {
            self.book.exercise(Rule::FailedWriteIsPrefix);
            self.blame(write.pending.op, Rule::FailedWriteIsPrefix);
        }
        if status == Status::Void {
            self.void_write_was_read(write);
        }
        self.flow.streams[self.end].settle(write.pending.op, at, status, exact);
    }

    /// A write that must contribute nothing failed, but its bytes were read.
    fn void_write_was_read(&mut self, write: Return<'_>) {
        let taken = self.flow.streams[self.end].read_of(write.pending.op);
        if taken == 0 {
            return;
        }
        let mut found = Findings::default();
        let (end, op) = (self.end, write.pending.op);
        found.add(Rule::FailedWriteIsPrefix, &[write.pending.called], || {
            format!("{taken} bytes of the {end}'s write #{op} were read, but it was called after writing had ended, and failed")
        });
        self.enter(write.pending, found);
    }

    /// A write that was called before writing ended returns ok, and the peer has read a clean EOF without its bytes.
    fn late_for_eof(&mut self, write: Return<'_>) {
        let stream = &self.flow.streams[self.end];
        let Some((eof, op)) = stream.clean_eof.filter(|(eof, _)| eof.seq > write.called) else { return };
        let in_time = self.me().halves.write_end_returned().is_none_or(|at| at.seq > write.called);
        let unread = stream.unread_of(write.pending.op);
        if !in_time || unread == 0 || self.flow.ends[self.end.peer()].faulted {
            return;
        }
        let mut found = Findings::default();
        let (end, at) = (self.end, self.at);
        found.add(Rule::EofComplete, &[write.pending.called, at], || {
            format!(
                "the {}'s read returned EOF, and the {end}'s write #{} then returned ok: {unread} bytes lost",
                end.peer(),
                write.pending.op
            )
        });
        let site = crate::oracle::ledger::Site { at: eof, flow: self.flow.id, end: end.peer(), op: Some(op) };
        self.book.enter(site, found);
    }

    fn write_ok(&mut self, write: Return<'_>, accepted: Option<u64>) {
        let mut found = Findings::default();
        let (end, at) = (self.end, self.at);
        let me = self.me();
        let since = |at: Option<Stamp>| at.filter(|at| at.seq < write.called);
        let op = write.pending.op;
        if let Some(Doubt::Happened(shown)) = me.halves.maybe_write().filter(|answer| answer.stamp().seq < write.called) {
            found.add(Rule::CancelledClose, &[shown], || {
                format!("the {end}'s write #{op} returned ok, but a call at {} had shown that the cancelled close took effect", shown.t)
            });
        }
        if let Some(closed) = since(me.halves.full_close_returned()) {
            found.add(Rule::ErrorAfterClose, &[closed], || {
                format!("the {end}'s write #{op} returned ok, but it was called after the {end} had closed the flow")
            });
        }
        if let Some(over) = self.writing_over(write.called) {
            found.add(Rule::ClosedAfterShutdown, &[over], || {
                format!("the {end}'s write #{op} returned ok, but it was called after writing had been shut down")
            });
        }
        if let Some(failed) = since(me.writing.error()).filter(|_| me.contract.write_error_is_final == YesNo::Yes) {
            found.add(Rule::WriteErrorIsFinal, &[failed], || {
                format!("the {end}'s write #{op} returned ok, but an earlier write had failed at {}", failed.t)
            });
        }
        if let Some(aborted) = since(me.life.aborted_at()) {
            found.add(Rule::AbortIsTold, &[aborted], || {
                format!("the {end}'s write #{op} returned ok, but it was called after the {end} had been aborted")
            });
        }
        if let Some(short) = accepted.filter(|bytes| *bytes < write.len as u64) {
            let len = write.len;
            found.add(Rule::OkMeansWhole, &[], || format!("the {end}'s write #{op} returned ok with {short} of {len} bytes accepted"));
        }
        self.told_of_closed_peer(write, &mut found);
        self.blocked_write_fails(write, &mut found);
        if let Some(Doubt::Open(cancelled)) = self.me().halves.maybe_write()
            && cancelled.seq < write.called
        {
            self.me_mut().halves.settle_write(Doubt::Refuted(at));
        }
        self.enter(write.pending, found);
    }

    /// `blocked_write_at_shutdown=fail`: a write that is pending when writing is shut down fails.
    fn blocked_write_fails(&mut self, write: Return<'_>, found: &mut Findings) {
        let me = self.me();
        let pending_at = me.halves.shut_write().returned.filter(|at| at.seq > write.called);
        if me.contract.blocked_write_at_shutdown != BlockedWriteAtShutdown::Fail {
            return;
        }
        if let Some(shut) = pending_at {
            let (end, op) = (self.end, write.pending.op);
            found.add(Rule::PendingAtShutdown, &[write.pending.called, shut], || {
                format!("the {end}'s write #{op} was pending when writing was shut down, and returned ok where it must fail")
            });
        }
    }

    /// `closed_peer_writes=told`: the earlier write, called after the peer's full close, by which a writer must have been told
    /// when this one was called.
    fn told_before(&self, write: Return<'_>) -> Option<Stamp> {
        let me = self.me();
        let earlier = me.writing.first_to_closed().filter(|_| me.contract.closed_peer_writes == ClosedPeerWrites::Told)?;
        let called = write.pending.called.t;
        let ago = |since: Instant| called - since >= TOLD_WITHIN;
        // Word may take its time, or be lost, on its way: where that can be seen, the peer's stack must have sent none.
        let arrivals = &self.flow.arrivals;
        let is_silent = || arrivals.of(self.end).late.is_some_and(ago) && !self.flow.wire[self.end.peer()].has_reset();
        let has_come = if arrivals.tells_fates { is_silent() } else { !arrivals.lossy };
        // A close that delivers all has not come to its end while the writer leaves bytes unread, or some are under way.
        let delivers = self.peer().contract.close_sends_pending == CloseSendsPending::Yes;
        let unread = self.flow.streams[self.end.peer()].owed(false, 0) > 0;
        let is_held_up = delivers && (unread || arrivals.tells_fates && arrivals.is_waiting(self.end.peer()));
        let fair = has_come && !is_held_up && !self.flow.is_cut() && self.header.clock == crate::trace::Clock::Shared;
        (fair && ago(earlier.t)).then_some(earlier)
    }

    /// A writer learns of the peer's full close within a second.
    fn told_of_closed_peer(&mut self, write: Return<'_>, found: &mut Findings) {
        let Some(closed) = self.peer().halves.full_close_returned().filter(|at| at.seq < write.called) else { return };
        if let Some(earlier) = self.told_before(write) {
            let (end, op) = (self.end, write.pending.op);
            found.add(Rule::AbortIsTold, &[closed, earlier], || {
                format!("the {end}'s write #{op} returned ok although the peer had closed the flow, and an earlier write had told it so")
            });
        }
        let called = write.pending.called;
        self.me_mut().writing.met_closed_peer(called);
    }

    fn write_failed(&mut self, write: Return<'_>, outcome: &Outcome) {
        let mut found = Findings::default();
        self.book.exercise(Rule::ClosedHasCause);
        self.cause_of_failure(write, outcome, &mut found);
        self.word_of_failure(write, outcome, &mut found);
        self.blocked_write_completes(write, &mut found);
        let at = self.at;
        let me = self.me_mut();
        me.calm = false;
        me.writing.failed(at);
        self.enter(write.pending, found);
    }

    /// Does anything explain that the write failed?
    fn cause_of_failure(&mut self, write: Return<'_>, outcome: &Outcome, found: &mut Findings) {
        let (end, at) = (self.end, self.at);
        let (me, peer) = (self.me(), self.peer());
        let seen = !matches!(me.contract.shutdown_read_seen_by_peer, Some(Seen::No));
        let peer_shut_read = peer.halves.shut_read().called.filter(|_| seen);
        let known = [me.halves.write_end_called(), me.life.aborted_at(), me.writing.error(), peer.full_close_possible(), peer_shut_read];
        let unconnected = me.life.is_maybe_dead() || me.life.stack_left().is_some() || me.opening.is_closed_to(write.called);
        if first(known).is_some() || unconnected {
            return;
        }
        let word = outcome.clone().into_error();
        let op = write.pending.op;
        match me.halves.maybe_write() {
            Some(Doubt::Open(_)) => return self.me_mut().halves.settle_write(Doubt::Happened(at)),
            Some(Doubt::Happened(_)) => return,
            Some(Doubt::Refuted(shown)) => found.add(Rule::CancelledClose, &[shown], || {
                format!(
                    "the {end}'s write #{op} failed with `{word}`, but a call at {} had shown that the cancelled close did not happen",
                    shown.t
                )
            }),
            None => {}
        }
        let (me, peer) = (self.me(), self.peer());
        let message = || format!("the {end}'s write #{op} failed with `{word}`, and nothing that happened explains it");
        if let Some(shut) = me.halves.shut_read().called.filter(|_| me.contract.data_after_shutdown_read.is_some()) {
            found.add(Rule::ShutdownReadKeepsWriting, &[shut], message);
        }
        if let Some(eof) = me.reading.eof().filter(|_| peer.halves.write_end_called().is_some() || peer.halves.maybe_write().is_some()) {
            let half = first([peer.halves.write_end_called(), peer.halves.maybe_write().map(Doubt::stamp)]).unwrap_or(eof);
            found.add(Rule::EofKeepsWriting, &[half, eof], || {
                format!(
                    "the {end}'s write #{op} failed with `{word}`, although the peer had only ended its own writing (EOF read at {})",
                    eof.t
                )
            });
        }
        if let Some(half) = first([peer.halves.write_end_called(), peer.halves.maybe_write().map(Doubt::stamp)]) {
            found.add(Rule::HalfCloseKeepsReading, &[half], || {
                format!("the {end}'s write #{op} failed with `{word}`, although the peer had only ended its own writing")
            });
        }
        if let Some(trouble) = self.book.trouble_elsewhere(self.flow.id, at.seq) {
            found.add(Rule::FlowsAreIsolated, &[trouble], message);
        }
        found.add(Rule::ClosedHasCause, &[], message);
    }

    /// After own end of writing the failure has a prescribed word.
    fn word_of_failure(&mut self, write: Return<'_>, outcome: &Outcome, found: &mut Findings) {
        let contract = self.me().contract;
        let over = self.writing_over(write.called);
        let any = matches!(contract.write_on_closed, WriteOnClosed::Eof | WriteOnClosed::Any);
        let wrong_eof = *outcome == Outcome::Eof && !any;
        let aborted = self.me().life.aborted().is_some();
        // What never was connected has nothing that could have been closed.
        if matches!(outcome, Outcome::Error(Error::NotConnected)) && self.me().opening.is_closed_to(write.called) {
            return;
        }
        let (end, op, word) = (self.end, write.pending.op, outcome.clone().into_error());
        let Some(over) = over else {
            if wrong_eof {
                found.add(Rule::ClosedHasCause, &[], || {
                    format!("the {end}'s write #{op} returned `eof`, which is no result of a write here")
                });
            }
            return;
        };
        let full = contract.write_after_full_close.filter(|_| self.me().halves.fully_closed_before(write.called));
        let (asked, fits) = match (full, contract.write_on_closed) {
            (Some(WriteAfterFullClose::Closed), _) => ("closed", *outcome == Outcome::Closed),
            (Some(WriteAfterFullClose::Error), _) => ("closed or an error", *outcome != Outcome::Eof),
            (None, WriteOnClosed::Eof) => ("eof", *outcome == Outcome::Eof),
            (None, WriteOnClosed::Closed) => ("closed", *outcome == Outcome::Closed),
            (None, WriteOnClosed::Error) => ("closed or an error", *outcome != Outcome::Eof),
            (None, WriteOnClosed::Any) => ("a failure", true),
        };
        if !fits && (!aborted || wrong_eof) {
            found.add(Rule::ClosedAfterShutdown, &[over], || {
                format!("the {end}'s write #{op} was called after writing had ended and failed with `{word}`, where `{asked}` is asked for")
            });
        }
    }

    /// `blocked_write_at_shutdown=complete`: a write that is pending when writing is shut down goes on to its end.
    fn blocked_write_completes(&mut self, write: Return<'_>, found: &mut Findings) {
        let (me, peer) = (self.me(), self.peer());
        if me.contract.blocked_write_at_shutdown != BlockedWriteAtShutdown::Complete {
            return;
        }
        let Some(shut) = me.halves.write_end_called().filter(|at| at.seq > write.called) else { return };
        let other = [
            me.life.aborted_at(),
            me.halves.full_close_called(),
            peer.full_close_possible(),
            peer.halves.shut_read().called,
            me.writing.error(),
        ];
        if first(other).is_none() && !me.life.is_gone() {
            let (end, op) = (self.end, write.pending.op);
            found.add(Rule::PendingAtShutdown, &[write.pending.called, shut], || {
                format!("the {end}'s write #{op} was pending when writing was shut down, and failed where it must be completed")
            });
        }
    }

    /// What had ended this end's writing before a call: its own return, or that the peer has read the EOF.
    fn writing_over(&self, called: Seq) -> Option<Stamp> {
        let me = self.me();
        let begun = me.halves.write_end_called();
        let seen = self.peer().reading.clean_eof().filter(|eof| begun.is_some_and(|begun| begun.seq < eof.seq));
        first([me.halves.write_end_returned(), seen]).filter(|at| at.seq < called)
    }
}
