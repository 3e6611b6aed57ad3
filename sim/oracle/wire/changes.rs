//! What is judged of a change of state.

use super::Spur;
use super::states::{self, State};
use crate::oracle::judge::Judge;
use crate::oracle::ruling::Findings;
use crate::rules::Rule;
use crate::time::Instant;
use crate::trace::Clock;

impl Judge<'_> {
    /// A change of state; names that are none of RFC 9293's say nothing.
    pub(in crate::oracle) fn state(&mut self, from: &str, to: &str) {
        if !self.header.records.segments {
            return;
        }
        let (Some(from), Some(to), None) = (State::find(from), State::find(to), self.me().life.crashed()) else {
            return self.wire().chain.forget();
        };
        self.book.exercise(Rule::StateTransition);
        let (end, line) = (self.end, self.at.line());
        let broken = self.wire().chain.go(from, to, line);
        let mut found = Findings::default();
        if let Some((was, line)) = broken {
            let (was, from) = (was.name(), from.name());
            found.add(Rule::StateTransition, &[self.earlier(line)], || format!("the {end} left {from}, but it was in {was}"));
        }
        if !from.may_become(to) {
            let (from, to) = (from.name(), to.name());
            found.add(Rule::StateTransition, &[], || format!("the {end} went from {from} to {to}; the diagram has no such arrow"));
        } else if to == states::CLOSED && from.owes_time_wait() && self.both_are_finished() {
            let from = from.name();
            found.add(Rule::StateTransition, &[], || {
                format!("the {end} went from {from} to CLOSED without TIME-WAIT, though both FINs had arrived and nothing had reset it")
            });
            found.also(Rule::TimeWaitHeld);
        }
        self.time_wait(from, to, &mut found);
        if from.is_synchronised() && to.is_none() {
            self.reset_taken(&mut found);
        }
        if to.is_none() {
            self.wire().sent.over = true;
        }
        self.write_down(found);
    }

    /// `time-wait-held`: of a simulated stack it is known how long that is. A SYN that arrives, for whatever flow it is, may open the
    /// next connection (RFC 9293 §3.6.1, MAY-2); a reset may end it where RFC 1337 is not heeded.
    fn time_wait(&mut self, from: State, to: State, found: &mut Findings) {
        let (at, end) = (self.at, self.end);
        if to == states::TIME_WAIT && from != to && self.header.simulated {
            self.wire().waits = Some(at);
            let is_known = !self.header.limits[end].msl.is_zero();
            self.book.exercise_where([(Rule::TimeWaitHeld, is_known)]);
        }
        let Some(since) = self.flow.wire[end].waits.filter(|_| from == states::TIME_WAIT && to == states::CLOSED) else { return };
        self.wire().waits = None;
        let (held, owed) = (at.t - since.t, self.header.limits[end].msl.saturating_mul(2));
        let reopened = self.hosts[end].greeted == Some(at.t);
        let left =
            self.me().life.aborted().is_some() || self.me().halves.disconnect().called.is_some() || self.me().life.stack_left().is_some();
        if held < owed && !reopened && !left && !self.wire().reset {
            found.add(Rule::TimeWaitHeld, &[since], || {
                let [held, owed] = [held, owed].map(|span| Instant::ZERO + span);
                format!("the {end} left TIME-WAIT after {held}; twice the lifetime of a segment is {owed}")
            });
        }
    }

    /// `reset-in-window`: the connection ended in the instant in which nothing but a reset arrived.
    fn reset_taken(&mut self, found: &mut Findings) {
        let (end, now) = (self.end, self.at.t);
        let fin = self.far().sent.fin.map(|(fin, _)| fin);
        let own = self.wire();
        let Some(Spur { line, seq, .. }) = own.spur.filter(|spur| spur.t == now) else { return };
        let excluded = own.arrived.excludes(seq, fin);
        self.book.exercise(Rule::ResetInWindow);
        if excluded {
            found.add(Rule::ResetInWindow, &[self.earlier(line)], || {
                let seq = self.far_number(seq);
                format!("the {end} took a reset with sequence number {seq}, which is not the next one that it expected")
            });
        }
    }

    /// Both FINs have arrived, the own one was acknowledged, and nothing cut the connection short.
    fn both_are_finished(&mut self) -> bool {
        let left = self.me().life.aborted().is_some() || self.me().halves.disconnect().called.is_some();
        let whole = self.header.records.network && self.header.clock == Clock::Shared;
        let (t, far_fin) = (self.at.t, self.far().sent.fin);
        let own = self.wire();
        let acknowledged = far_fin.is_some_and(|(fin, _)| own.arrived.expects() == Some(fin + 1));
        let heard = acknowledged || own.fin_heard == Some(t);
        whole && !left && !own.missed && !own.sent.over && heard && own.sent.is_finished()
    }
}
