//! What the return of a shutdown, close, flush or disconnect may say, and what it establishes.

use super::Judge;
use crate::contract::{CloseWaits, Mode, Outcome};
use crate::oracle::Seq;
use crate::oracle::ledger::Site;
use crate::oracle::ruling::Findings;
use crate::oracle::state::{Doubt, EndState, Pending, first};
use crate::rules::Rule;

impl Judge<'_> {
    pub(super) fn shutdown_returned(&mut self, pending: &Pending, mode: Mode, outcome: &Outcome) {
        self.book.exercise(Rule::ShutdownReturns);
        let mut found = Findings::default();
        let me = self.me();
        let earlier_write =
            mode.writes() && (me.halves.shut_write().called.is_some_and(|at| at != pending.called) || me.halves.close().called.is_some());
        let earlier_read = mode.reads() && me.halves.shut_read().called.is_some_and(|at| at != pending.called);
        self.repeated(pending, earlier_write || earlier_read, outcome, &mut found);
        let at = self.at;
        let me = self.me_mut();
        me.halves.shutdown_returned(mode, matches!(outcome, Outcome::Done), at);
        me.calm = false;
        self.enter(pending, found);
        if mode.writes() && matches!(outcome, Outcome::Done) {
            self.pushed_out(pending.called.seq);
        }
    }

    pub(super) fn close_returned(&mut self, pending: &Pending, outcome: &Outcome) {
        self.book.exercise(Rule::CloseReturns);
        let mut found = Findings::default();
        let me = self.me();
        let earlier = me.halves.close().called.is_some_and(|at| at != pending.called) || me.halves.shut_write().called.is_some();
        self.repeated(pending, earlier, outcome, &mut found);
        self.close_waits(pending, outcome, &mut found);
        let at = self.at;
        let me = self.me_mut();
        me.halves.close_returned(at);
        me.calm = false;
        if me.halves.closes_fully() {
            self.book.exercise(Rule::CallerKeepsOff);
        }
        self.enter(pending, found);
        self.pushed_out(pending.called.seq);
    }

    /// An end without a connection has nothing to end.
    pub(super) fn ended_nothing(&mut self, pending: &Pending) {
        let me = self.me_mut();
        me.halves.undo(pending.called);
        me.calm = false;
    }

    pub(super) fn flush_returned(&mut self, pending: &Pending, outcome: &Outcome) {
        match outcome {
            Outcome::Ok => self.pushed_out(pending.called.seq),
            Outcome::Panic => self.panicked(pending),
            _ => {}
        }
    }

    pub(super) fn disconnect_returned(&mut self, pending: &Pending, outcome: &Outcome) {
        self.book.exercise(Rule::DisconnectNeverFails);
        let mut found = Findings::default();
        if !matches!(outcome, Outcome::Done) {
            let (end, word) = (self.end, outcome.word());
            found.add(Rule::DisconnectNeverFails, &[pending.called], || format!("the {end}'s disconnect returned `{word}`"));
        }
        let at = self.at;
        let me = self.me_mut();
        me.halves.disconnect_returned(at);
        me.calm = false;
        self.enter(pending, found);
    }

    /// A second or concurrent shutdown or close ends as the first would.
    fn repeated(&mut self, pending: &Pending, earlier: bool, outcome: &Outcome, found: &mut Findings) {
        let me = self.me();
        let overlapping = me.pending.iter().any(|other| other.asked == pending.asked);
        let again = earlier || overlapping;
        if again {
            self.book.exercise(Rule::CloseIsIdempotent);
        }
        let me = self.me();
        let sockets = matches!(me.contract.base, "posix" | "async-io");
        let excused = sockets || me.life.is_gone() || me.opening.is_closed_to(pending.called.seq);
        let wrong = match outcome {
            Outcome::Panic => true,
            Outcome::Done => false,
            _ => again && !excused,
        };
        if wrong {
            let (end, word, what) = (self.end, outcome.clone().into_error(), pending.asked.word());
            let because =
                first([me.halves.close().called, me.halves.shut_write().called, me.halves.shut_read().called]).unwrap_or(pending.called);
            found.add(Rule::CloseIsIdempotent, &[because, pending.called], || {
                format!("the {end}'s {what} ended with `{word}` instead of `done`")
            });
        }
    }

    /// `close_waits_for_peer=yes`: close does not return before the peer has called it too.
    fn close_waits(&mut self, pending: &Pending, outcome: &Outcome, found: &mut Findings) {
        let (me, peer) = (self.me(), self.peer());
        if me.contract.close_waits_for_peer != CloseWaits::Yes || *outcome != Outcome::Done {
            return;
        }
        let aborted = |end: &EndState| end.life.aborted_at();
        // On the wire a shutdown of writing and a half close are the same.
        let arrivals = &self.flow.arrivals;
        let unclear = arrivals.tells_fates && arrivals.arrived_of(self.end.peer()).is_none();
        let shut = peer.halves.shut_write().called.filter(|_| unclear || arrivals.fin_arrived(self.end.peer()));
        let lost = first([me.life.stack_left(), peer.life.stack_left()]);
        // Where nobody reads any more, its stack waits for the peer so long, and no longer.
        let limit = self.header.limits[self.end].fin_wait_2;
        let shut_read = first([me.halves.shut_read().called, me.halves.maybe_read().map(Doubt::stamp)]);
        let left = shut_read.filter(|shut| self.at.t >= shut.t + limit);
        let cause = [
            peer.halves.close_begun(),
            peer.halves.disconnect().called,
            aborted(me),
            aborted(peer),
            me.halves.disconnect().called,
            shut,
            lost,
            left,
        ];
        let early = first(cause).is_none() && me.halves.close().returned.is_none() && !me.life.is_maybe_dead() && !self.flow.is_unopened();
        self.book.exercise(Rule::CloseWaits);
        if early {
            let end = self.end;
            found.add(Rule::CloseWaits, &[pending.called], || {
                format!("the {end}'s close returned before the {} had called close", end.peer())
            });
        }
    }

    /// What was written before `seq` is accepted for good; a clean EOF that the peer has read without it came too early.
    fn pushed_out(&mut self, seq: Seq) {
        let (end, at) = (self.end, self.at);
        let stream = &mut self.flow.streams[end];
        let late = stream.clean_eof.filter(|_| self.flow.ends[end].contract.accepted_means == crate::contract::AcceptedMeans::Flushed);
        let before = late.map_or(0, |_| stream.owed(true, 0));
        stream.flush(seq);
        let Some((eof, op)) = late else { return };
        let owed = stream.owed(true, 0);
        let lower = self.flow.ends[end].halves.write_end_called().is_some_and(|called| called.seq < eof.seq);
        if owed > before && lower && !self.flow.ends[end.peer()].faulted {
            let mut found = Findings::default();
            found.add(Rule::EofComplete, &[at], || {
                format!("the {}'s read returned EOF without {owed} bytes that the {end} had written and flushed", end.peer())
            });
            self.book.enter(Site { at: eof, flow: self.flow.id, end: end.peer(), op: Some(op) }, found);
        }
    }
}
