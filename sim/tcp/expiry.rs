//! Handles a timer that expires (RFC 9293 §3.10.8, RFC 6298 §5).

use crate::contract::Abort;
use crate::time::Instant;

use super::connection::{AckDue, Connection};
use super::quirk::Quirk;
use super::segments::StepContext;
use super::side::Attempt;
use super::state::State;
use super::timers::Resend;

/// So many probes in a row are counted: the pause between them has long grown to its longest.
const PROBES_COUNTED: u32 = 31;

impl Connection {
    /// Does what is due by now.
    pub(super) fn expire(&mut self, step: &mut StepContext<'_>) {
        let is_due = |at: Option<Instant>| at.is_some_and(|at| at <= step.now);
        if is_due(self.timers.linger) && step.settings.is(Quirk::EofWhenIdle) && self.state == State::Established {
            self.timers.linger = None;
            (self.side.peer_done, self.has_progress) = (true, true);
            return;
        }
        if is_due(self.timers.linger) {
            let is_killed = self.state == State::FinWait2 && step.settings.is(Quirk::HalfClosedKilled);
            return if is_killed { self.abort(step, Abort::Timeout) } else { self.delete(step) };
        }
        if is_due(self.timers.delayed_ack) {
            self.timers.delayed_ack = None;
            self.owe(AckDue::Now);
        }
        if is_due(self.timers.resend.at()) {
            self.resend(step);
        }
    }

    fn resend(&mut self, step: &mut StepContext<'_>) {
        if self.has_waited_enough(step) {
            return self.give_up(step);
        }
        if let Some(silence) = &mut self.silence {
            silence.try_again();
        }
        match std::mem::take(&mut self.timers.resend) {
            Resend::Off => {}
            Resend::Retransmit(_) => self.retransmit(step),
            Resend::Persist(_) => self.persist(step),
        }
    }

    /// R2 of RFC 9293 §3.8.3 is reached.
    fn has_waited_enough(&self, step: &StepContext<'_>) -> bool {
        let is_endless = match step.settings.quirk {
            Some(Quirk::NeverGivesUp) => true,
            Some(Quirk::FinEverySecond) => self.send.has_only_fin_in_flight(),
            _ => false,
        };
        let limit = self.silence.and_then(|silence| silence.limit(self.patience(step.settings)));
        !is_endless && limit.is_some_and(|limit| limit <= step.now)
    }

    fn give_up(&mut self, step: &mut StepContext<'_>) {
        if self.state.is_opening() {
            return self.fail_to_open(step, Attempt::TimedOut);
        }
        self.abort(step, Abort::Timeout);
    }

    /// Everything in flight counts as lost; the first of it goes out again (RFC 6298 §5.4 to §5.6).
    fn retransmit(&mut self, step: &mut StepContext<'_>) {
        if self.state.is_opening() {
            self.was_syn_lost = true;
        } else {
            self.congestion.timed_out(self.send.max, self.send.flight(), self.send.mss);
        }
        let is_steady = step.settings.is(Quirk::FinEverySecond) && self.send.has_only_fin_in_flight();
        if !is_steady && !step.settings.is(Quirk::NoBackoff) {
            self.rtt.back_off(step.settings);
        }
        self.send.go_back();
        if !self.state.is_opening() && self.send.window() == 0 {
            self.transmit_forced(step);
        }
    }

    /// Asks after the window (RFC 9293 §3.8.6.1), ever more rarely.
    fn persist(&mut self, step: &mut StepContext<'_>) {
        self.probes = (self.probes + 1).min(PROBES_COUNTED);
        self.transmit_forced(step);
    }
}
