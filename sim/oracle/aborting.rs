//! That an end was aborted: how it is known, what it establishes, and whether the stack had a reason.

use super::judge::Judge;
use super::ledger::Site;
use super::ruling::Findings;
use super::state::{Aborted, Asked, EndState, Pending, first};
use crate::contract::{End, Error, Outcome, YesNo};
use crate::rules::Rule;
use crate::trace::{Abort, By};

impl Judge<'_> {
    /// Without a record of the network an error word is its own evidence of an abort.
    pub(super) fn evidence(&mut self, pending: &Pending, error: &Error) {
        let flowing = matches!(pending.asked, Asked::Read { .. } | Asked::Write { .. } | Asked::Flush | Asked::Shutdown(_) | Asked::Close);
        if self.header.records.network || self.me().life.aborted().is_some() || !flowing {
            return;
        }
        let peer = self.peer();
        let peer_left =
            peer.halves.write_end_called().is_some() || peer.halves.shut_read().called.is_some() || peer.halves.maybe_write().is_some();
        let own = self.me().halves.write_end_called().is_some() || self.me().halves.maybe_write().is_some();
        let kind = match error {
            Error::Reset | Error::ConnectionAborted => Abort::Reset,
            Error::TimedOut => Abort::Timeout,
            Error::BrokenPipe if !peer_left && !own => Abort::Reset,
            _ => return,
        };
        let at = self.at;
        let me = self.me_mut();
        me.calm = false;
        me.life.abort(Aborted { at, kind, by_word: true, by_stack: false });
    }

    /// A call that returned the error of an abort has told this end.
    pub(super) fn tell(&mut self, outcome: &Outcome) {
        let at = self.at;
        if matches!(outcome, Outcome::Error(_)) {
            self.me_mut().life.tell(at);
        }
    }

    /// In a pipe what was accepted has arrived; elsewhere segments show what has.
    fn note_arrivals(&mut self) {
        if self.me().life.arrived().is_some() || self.me().life.crashed().is_some() {
            return;
        }
        let writer = self.end.peer();
        let stream = &self.flow.streams[writer];
        let arrived = match (self.header.records.segments, self.me().contract.accepted_is_arrived) {
            (true, _) => self.flow.arrivals.arrived_of(writer).map(|bytes| bytes.min(stream.bytes_called)),
            (false, YesNo::Yes) => Some(stream.bytes_read + stream.owed(false, 0)),
            (false, YesNo::No) => None,
        };
        let at = self.at;
        if let Some(bytes) = arrived {
            self.me_mut().life.had_arrived(at, bytes);
        }
    }

    /// The environment says that this end was aborted.
    pub(super) fn abort(&mut self, kind: Abort, by: By) {
        let (at, id) = (self.at, self.flow.id);
        self.stir();
        self.book.trouble(Some(id), at);
        if by == By::Stack && self.header.records.network && self.me().life.aborted().is_none() {
            self.abort_cause(kind);
        }
        if self.flow.is_untaken(self.end) {
            // Whether it will be handed out, and what it is then, is the stack's affair.
            let me = self.me_mut();
            me.calm = false;
            me.life.doubt();
            return;
        }
        self.note_arrivals();
        let me = self.me_mut();
        me.calm = false;
        me.life.abort(Aborted { at, kind, by_word: false, by_stack: by == By::Stack });
    }

    /// A stack that aborts an end by itself has a reason, as far as calls, the network's record and segments can show it.
    fn abort_cause(&mut self, kind: Abort) {
        self.book.exercise(Rule::AbortHasCause);
        if self.is_beyond_judging() {
            return;
        }
        let wrong = match kind {
            Abort::Reset => self.reset_without_cause(),
            Abort::Timeout => self.timeout_without_cause(),
            Abort::KeepaliveDeath => self.death_without_cause(),
        };
        let Some(wrong) = wrong else { return };
        let mut found = Findings::default();
        found.add(Rule::AbortHasCause, &[], || wrong);
        let unlistened = self.book.trouble_of_stack();
        if let Some(unlistened) = unlistened.filter(|at| at.seq < self.at.seq) {
            found.add(Rule::FlowsAreIsolated, &[unlistened], String::new);
        }
        let site = Site { at: self.at, flow: self.flow.id, end: self.end, op: None };
        self.book.enter(site, found);
    }

    /// A connection that is not established for certain, or one that nobody took: a stack may drop it as it likes.
    fn is_beyond_judging(&self) -> bool {
        let (me, peer) = (self.me(), self.peer());
        let pending = me.is_opening() || peer.is_opening() || !(me.used || peer.used);
        let untaken = self.flow.is_unopened() || End::BOTH.iter().any(|&end| self.flow.is_untaken(end));
        pending || untaken || me.is_void() || me.life.is_gone()
    }

    /// Something befell the network between the ends, or the peer.
    fn is_network_troubled(&self) -> bool {
        self.flow.is_cut() || self.flow.was_cut || self.peer().life.is_gone()
    }

    fn reset_without_cause(&self) -> Option<String> {
        let (me, peer, end) = (self.me(), self.peer(), self.end);
        let arrivals = &self.flow.arrivals;
        let over = me.halves.write_end_called().is_some() && peer.halves.write_end_called().is_some();
        let seen = arrivals.tells_fates;
        let came = arrivals.of(end.peer()).reset.is_some();
        let reads_on = me.halves.shut_read().called.is_none() && me.halves.maybe_read().is_none() || me.discards();
        if has_left(me) || over || seen && !reads_on {
            return None;
        }
        if seen && !came {
            return Some(format!("the {end}'s connection was reset by the stack, although no reset had come that it could accept"));
        }
        let reason = has_left(peer) || self.is_network_troubled() || arrivals.injected_reset(end);
        (!reason).then(|| format!("the {end}'s connection was reset by the stack, although nobody had closed or aborted it"))
    }

    fn timeout_without_cause(&self) -> Option<String> {
        let (me, end) = (self.me(), self.end);
        let idle = || format!("the {end}'s stack gave the connection up, although nothing it had sent was unanswered");
        if self.flow.arrivals.tells_fates {
            if self.flow.arrivals.probes_in_vain(end) {
                return None;
            }
            let written = self.flow.streams[end].bytes_called as u32;
            if self.flow.arrivals.all_acknowledged(end) == Some(written) && !has_left(me) {
                return Some(idle());
            }
            return self.gave_up_early();
        }
        let reason = !self.is_all_answered() || self.at.t - self.flow.active >= self.header.limits[end].data || self.is_network_troubled();
        (!reason).then(idle)
    }

    /// The simulator's stacks try for so long as they were set to, from the last progress on (R2, RFC 9293 §3.8.3).
    fn gave_up_early(&self) -> Option<String> {
        let (end, now) = (self.end, self.at.t);
        let (mine, theirs) = (self.flow.arrivals.of(end), self.flow.arrivals.of(end.peer()));
        // A peer that answers probes of its closed window is alive.
        let alive = theirs.answered.filter(|_| self.flow.arrivals.meets_closed_window(end));
        let progress = mine.waiting.max(alive)?;
        let early = self.header.simulated && now - progress < self.header.limits[end].data && !has_left(self.me());
        early.then(|| format!("the {end}'s stack gave the connection up, although there was progress as late as {progress}"))
    }

    fn death_without_cause(&self) -> Option<String> {
        let (end, now) = (self.end, self.at.t);
        let wrong = || format!("keep-alive gave the {end}'s connection up, although the peer and the network were alive");
        // The peer's own probes are old segments: they show that it lives, but answer nothing.
        let heard = self.flow.arrivals.of(end.peer()).answered.filter(|_| self.header.records.segments);
        match (heard, self.me().opening.keepalive().or(self.header.keepalive)) {
            _ if self.is_network_troubled() => None,
            (Some(heard), Some(settings)) => {
                let least = settings.after.saturating_add(settings.interval.saturating_mul(settings.probes));
                (now - heard < least).then(|| format!("{}: it had been heard at {heard}", wrong()))
            }
            (Some(_), None) if self.flow.arrivals.lossy || self.flow.arrivals.probes_in_vain(end) => None,
            _ => Some(wrong()),
        }
    }

    /// The peer has read all that this end wrote, and its end of stream if it ended writing.
    fn is_all_answered(&self) -> bool {
        let (me, peer) = (self.me(), self.peer());
        let stream = &self.flow.streams[self.end];
        let ended = me.halves.write_end_called().is_none() || peer.reading.eof().is_some();
        ended && me.pending.writes() == 0 && stream.bytes_read >= stream.bytes_called
    }
}

/// An end that closed, or left the network, or perhaps did.
fn has_left(end: &EndState) -> bool {
    first([end.halves.close_begun(), end.full_close_possible(), end.halves.disconnect().called]).is_some()
}
