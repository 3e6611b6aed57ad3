//! Sends what may leave: the handshake, data and FIN as far as the windows let them, acknowledgements; and arms the timers then.

use std::time::Duration;

use bytes::Bytes;

use crate::contract::Payload;
use crate::time::Instant;
use crate::wire::{Flags, Options, Segment, Seq};

use super::connection::{AckDue, Connection, Silence};
use super::quirk::Quirk;
use super::segments::StepContext;
use super::send::{Leave, Transmission};
use super::settings::Settings;
use super::state::{State, Trigger};
use super::timers::Waits;

impl Connection {
    /// Sends everything that may leave now.
    pub(super) fn transmit(&mut self, step: &mut StepContext<'_>) {
        if self.state.is_opening() {
            return self.transmit_syn(step);
        }
        if !self.state.may_send() || !self.send.has_unsent() {
            return;
        }
        self.restart_after_idling(step.now);
        while let Some(plan) = self.send.plan(self.permit(step, false)) {
            self.transmit_data(step, plan);
        }
    }

    /// The SYN, or the answer to one, where it is not under way already.
    fn transmit_syn(&mut self, step: &mut StepContext<'_>) {
        if self.send.nxt != self.send.iss {
            return;
        }
        let end = self.send.iss + 1;
        self.note_sent(step.now, end);
        self.emit_syn(step);
    }

    /// The handshake's segment, first or again. Options stand in it and nowhere else (RFC 9293 §3.7.1, RFC 7323 §2.2).
    pub(super) fn emit_syn(&mut self, step: &mut StepContext<'_>) {
        let is_answer = self.state == State::SynReceived;
        let is_bare = is_answer && self.was_syn_lost && step.settings.is(Quirk::AnswerWithoutOptions);
        let options = Options {
            mss: Some(step.settings.mss.max(1)),
            window_scale: self.offers_scale(step).then(|| super::receive::scale_for(self.receive.capacity())),
            ..Options::default()
        };
        self.ack = AckDue::No;
        let segment = Segment {
            seq: self.send.iss,
            ack: if is_answer { self.receive.nxt } else { Seq(0) },
            flags: if is_answer { Flags::SYN | Flags::ACK } else { Flags::SYN },
            window: self.receive.window_in_syn(),
            options: if is_bare { Options::default() } else { options },
            ..self.blank()
        };
        step.out.send(self.key.remote.ip(), segment);
    }

    fn offers_scale(&self, step: &StepContext<'_>) -> bool {
        step.settings.window_scale && (self.state == State::SynSent || self.is_scaled)
    }

    fn permit(&self, step: &StepContext<'_>, forced: bool) -> Leave {
        let beyond = if step.settings.is(Quirk::SendsPastWindow) { self.send.mss } else { 0 };
        let nagle = step.settings.nagle && !self.send.has_fin();
        let only_full = step.settings.is(Quirk::SmallSegmentStuck) && !self.send.has_fin();
        Leave { limit: self.congestion.limit(self.send.mss), nagle, forced, beyond, only_full }
    }

    /// After a pause the path may have changed (RFC 5681 §4.1).
    fn restart_after_idling(&mut self, now: Instant) {
        if self.send.flight() == 0 && self.rtt.is_exceeded(self.last_sent, now) {
            self.congestion.restart(self.send.mss);
        }
    }

    fn transmit_data(&mut self, step: &mut StepContext<'_>, plan: Transmission) {
        let is_first_fin = plan.fin && !self.send.is_fin_sent();
        let data = self.payload(step, plan);
        self.note_sent(step.now, plan.seq + plan.len + u32::from(plan.fin));
        let is_early = self.send.has_fin() && plan.len > 0 && step.settings.is(Quirk::FinBeforeData);
        self.emit(step, plan.seq, if is_early { flags_of(plan) | Flags::FIN } else { flags_of(plan) }, data);
        if is_first_fin {
            self.advance(step, Trigger::FinSent);
        }
    }

    fn payload(&mut self, step: &StepContext<'_>, plan: Transmission) -> Payload {
        let is_again = plan.seq.is_before(self.send.max);
        let data = self.send.data(plan);
        if is_again && step.settings.is(Quirk::RetransmitDiffers) { changed(data) } else { data }
    }

    fn note_sent(&mut self, now: Instant, end: Seq) {
        if self.send.note_sent(end) {
            self.rtt.sent(end, now);
        } else {
            self.rtt.sent_again();
        }
        self.silence.get_or_insert(Silence::new(now));
        self.last_sent = now;
        // Nothing but `write_nodelay` waits for something to leave.
        self.has_progress |= self.send.is_hurried();
    }

    /// Sends the first segment in flight once more; the rest stays in flight.
    pub(super) fn retransmit_head(&mut self, step: &mut StepContext<'_>) {
        let Some(plan) = self.send.head().filter(|_| !step.settings.is(Quirk::NoRetransmission)) else { return };
        let data = self.payload(step, plan);
        self.rtt.sent_again();
        self.last_sent = step.now;
        self.emit(step, plan.seq, flags_of(plan), data);
    }

    /// The override timer has expired: sends what little the window takes, or asks whether it is still closed. One octet beyond
    /// it (RFC 9293 §3.8.6.1), or for want of one an old number: either is answered.
    pub(super) fn transmit_forced(&mut self, step: &mut StepContext<'_>) {
        self.silence.get_or_insert(Silence::new(step.now));
        if let Some(plan) = self.send.plan(self.permit(step, true)) {
            return self.transmit_data(step, plan);
        }
        let (seq, data) = match self.send.probe() {
            Some(plan) => {
                self.send.note_probed();
                (plan.seq, self.send.data(plan))
            }
            None => (self.send.una - 1, Payload::EMPTY),
        };
        self.rtt.sent_again();
        self.emit(step, seq, Flags::ACK, data);
    }

    /// A segment of a connection of which both ends know the numbers. It carries the acknowledgement that is owed.
    pub(super) fn emit(&mut self, step: &mut StepContext<'_>, seq: Seq, flags: Flags, data: Payload) {
        self.ack = AckDue::No;
        self.timers.delayed_ack = None;
        let least = if step.settings.is(Quirk::SillyWindow) { 1 } else { step.settings.mss.max(1) };
        let window = self.receive.offer(u32::from(least));
        let is_shrunk = !self.receive.unread.is_empty() && step.settings.is(Quirk::WindowShrinks);
        let window = if is_shrunk { window / 2 } else { window };
        let beyond = u32::from(step.settings.is(Quirk::AcksBeyond));
        let segment = Segment { seq, ack: self.receive.nxt + beyond, flags, window, data, ..self.blank() };
        step.out.send(self.key.remote.ip(), segment);
    }

    fn blank(&self) -> Segment {
        Segment { source: self.key.local, target: self.key.remote.port(), ..Segment::default() }
    }

    // Acknowledgements.

    /// Owes the peer an acknowledgement.
    #[inline]
    pub(super) fn owe(&mut self, due: AckDue) {
        self.ack = self.ack.max(due);
    }

    pub(super) fn acknowledge_if_due(&mut self, step: &mut StepContext<'_>) {
        if self.side.peer_done && step.settings.is(Quirk::SilentAfterFin) {
            self.ack = AckDue::No;
        }
        if self.ack == AckDue::Now {
            // Behind all that was sent: after a timeout `nxt` may be a number that the peer has long left.
            self.emit(step, self.send.max, Flags::ACK, Payload::EMPTY);
        }
    }

    /// Answers what should not have come, but not without end (RFC 5961 §7).
    pub(super) fn challenge(&mut self, step: &mut StepContext<'_>) {
        if self.challenges.allows(step.now) {
            self.owe(AckDue::Now);
        }
    }

    /// Ends the connection for the peer. A reset has to have exactly the number that the peer expects (RFC 5961 §3.2).
    pub(super) fn emit_reset(&mut self, step: &mut StepContext<'_>) {
        let segment = Segment { seq: self.send.reset_at(), ack: self.receive.nxt, flags: Flags::RST | Flags::ACK, ..self.blank() };
        step.out.send(self.key.remote.ip(), segment);
    }

    // Timers.

    /// Arms what has to run, from what is waited for; takes off the rest.
    pub(super) fn arm(&mut self, step: &mut StepContext<'_>) {
        let (now, settings) = (step.now, step.settings);
        let waits = self.waits(step);
        match waits {
            Waits::Nothing => self.silence = None,
            Waits::Acknowledgement => _ = self.silence.get_or_insert(Silence::new(now)),
            // A closed window is no silence: that begins with a probe.
            Waits::Window => {}
        }
        if !self.timers.runs_for(waits) {
            self.timers.arm(waits, self.expiry(step, waits));
        }
        if self.state == State::Established && settings.is(Quirk::EofWhenIdle) {
            self.timers.linger = Some(now + Duration::from_secs(10));
        }
        if self.ack == AckDue::Later && self.timers.delayed_ack.is_none() {
            self.timers.delayed_ack = Some(now + settings.delayed_ack.min(ACK_DELAY_MAX));
        }
    }

    /// When something is sent again, or the peer is given up.
    fn expiry(&self, step: &StepContext<'_>, waits: Waits) -> Instant {
        let limit = self.silence.and_then(|silence| silence.limit(self.patience(step.settings))).filter(|limit| *limit > step.now);
        let expiry = match waits {
            Waits::Window => step.now + self.pause(step.settings),
            Waits::Nothing | Waits::Acknowledgement => self.rtt.from(step.now),
        };
        limit.map_or(expiry, |limit| expiry.min(limit))
    }

    /// How long to wait between probes: ever longer (RFC 9293 §3.8.6.1, SHLD-30).
    fn pause(&self, settings: &Settings) -> Duration {
        let timeout = self.rtt.timeout();
        if settings.is(Quirk::NoBackoff) {
            return timeout;
        }
        timeout.saturating_mul(1 << self.probes).min(settings.rto_max).max(timeout)
    }

    fn waits(&self, step: &StepContext<'_>) -> Waits {
        if self.forgets(step) {
            return Waits::Nothing;
        }
        if self.send.flight() > 0 && (self.state.is_opening() || self.state.may_send()) {
            return Waits::Acknowledgement;
        }
        if self.state.may_send() && self.send.has_unsent() { Waits::Window } else { Waits::Nothing }
    }

    /// A defect keeps the timer off.
    fn forgets(&self, step: &StepContext<'_>) -> bool {
        match step.settings.quirk {
            Some(Quirk::FinNotRetransmitted) => self.send.has_only_fin_in_flight(),
            Some(Quirk::CloseWaitForgets) => self.state == State::CloseWait,
            Some(Quirk::LastAckForgets) => self.state == State::LastAck,
            Some(Quirk::SmallSegmentStuck) => self.send.flight() == 0 && !self.send.has_fin(),
            Some(Quirk::NoPersistProbe | Quirk::UpdateOnlyOfHalf) => {
                self.state.may_send() && self.send.flight() == 0 && self.send.window() == 0
            }
            Some(Quirk::StuckInSynReceived) => self.state == State::SynReceived,
            Some(Quirk::NoRetransmission) => self.send.flight() > 0 && self.state.may_send(),
            Some(Quirk::SynNotRetried) => self.state == State::SynSent,
            _ => false,
        }
    }
}

/// An acknowledgement waits less than that (RFC 9293 §3.8.6.3, MUST-40).
const ACK_DELAY_MAX: Duration = Duration::from_millis(499);

/// The same bytes but for the first.
fn changed(data: Payload) -> Payload {
    match data {
        Payload::Bytes(data) => data.iter().enumerate().map(|(at, byte)| if at == 0 { !byte } else { *byte }).collect::<Bytes>().into(),
        Payload::Count(_) => data,
    }
}

fn flags_of(plan: Transmission) -> Flags {
    let push = if plan.push && plan.len > 0 { Flags::PSH } else { Flags::NONE };
    let fin = if plan.fin { Flags::FIN } else { Flags::NONE };
    Flags::ACK | push | fin
}
