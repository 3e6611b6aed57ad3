//! Composes one connection of the parts that own its fields, and holds the two things in which every step ends: a change of state,
//! and [`Connection::settle`].

use std::hash::{Hash, Hasher};
use std::time::Duration;

use crate::contract::{Abort, Resources};
use crate::time::Instant;
use crate::wire::Seq;

use super::congestion::Congestion;
use super::connections::Key;
use super::limit::Limit;
use super::notice::{Notice, Socket};
use super::quirk::Quirk;
use super::receive::Receive;
use super::rtt::Rtt;
use super::segments::StepContext;
use super::send::Send;
use super::settings::Settings;
use super::side::{Attempt, UserSide};
use super::state::{State, Trigger};
use super::timers::Timers;

#[derive(Clone, Debug)]
pub(super) struct Connection {
    pub(super) socket: Socket,
    pub(super) key: Key,
    pub(super) state: State,
    pub(super) origin: Origin,
    pub(super) side: UserSide,
    pub(super) send: Send,
    pub(super) receive: Receive,
    pub(super) rtt: Rtt,
    pub(super) congestion: Congestion,
    pub(super) timers: Timers,
    pub(super) challenges: Limit,
    /// What is owed to the peer.
    pub(super) ack: AckDue,
    /// The peer has not answered what was sent.
    pub(super) silence: Option<Silence>,
    /// Probes in a row that found the window closed.
    pub(super) probes: u32,
    /// When something that takes a number left last.
    pub(super) last_sent: Instant,
    /// The SYN, or its answer, had to be sent again.
    pub(super) was_syn_lost: bool,
    /// Bytes were left unread at a close that still delivers: a reset is due once our FIN is acknowledged.
    pub(super) owes_reset: bool,
    /// Both ends shift their windows (RFC 7323 §2.2).
    pub(super) is_scaled: bool,
    /// When it is to be woken, as the stack's deadlines has it.
    pub(super) armed: Option<Instant>,
    /// Something happened that pending calls may wait for.
    pub(super) has_progress: bool,
}

/// The end that began (RFC 9293 §3.5.1, MUST-11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Origin {
    /// Our user connected.
    Active,
    /// A SYN came to a listening port.
    Passive,
}

/// How long the peer has been silent: what R1 and R2 are counted in (RFC 9293 §3.8.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Silence {
    /// When the first transmission left that nothing has answered.
    since: Instant,
    /// How often something was sent again since then.
    tries: u32,
}

/// R1: how often something is sent again before the peer may be given up.
const TRIES_MIN: u32 = 3;

impl Silence {
    pub(super) const fn new(since: Instant) -> Self {
        Silence { since, tries: 0 }
    }

    pub(super) fn try_again(&mut self) {
        self.tries = self.tries.saturating_add(1);
    }

    fn fingerprint(&self, mut hasher: &mut dyn Hasher, now: Instant) {
        (now - self.since, self.tries).hash(&mut hasher);
    }

    /// When the peer is given up, if that may be done at all.
    pub(super) fn limit(&self, patience: Duration) -> Option<Instant> {
        (self.tries >= TRIES_MIN).then(|| self.since + patience)
    }
}

/// The acknowledgement that is owed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum AckDue {
    /// None.
    #[default]
    No,
    /// With the next segment, or when the timer expires.
    Later,
    /// In this step.
    Now,
}

impl Connection {
    pub(super) fn new(socket: Socket, key: Key, origin: Origin, iss: Seq, settings: &Settings) -> Self {
        let mss = settings.mss.max(1);
        Connection {
            socket,
            key,
            state: if origin == Origin::Active { State::Closed } else { State::Listen },
            origin,
            side: UserSide::new(),
            send: Send::new(iss, settings.send_buffer, mss),
            receive: Receive::new(settings.receive_buffer),
            rtt: Rtt::new(settings),
            congestion: Congestion::new(u32::from(mss), iss, false),
            timers: Timers::default(),
            challenges: Limit::default(),
            ack: AckDue::No,
            silence: None,
            probes: 0,
            last_sent: Instant::ZERO,
            was_syn_lost: false,
            owes_reset: false,
            is_scaled: false,
            armed: None,
            has_progress: false,
        }
    }

    /// The one place where a state changes. What comes with the new state is done here too.
    pub(super) fn advance(&mut self, step: &mut StepContext<'_>, event: Trigger) {
        let Some(to) = self.state.after(event) else { return };
        let from = std::mem::replace(&mut self.state, to);
        step.out.note(Notice::State { socket: self.socket, from, to });
        self.has_progress = true;
        match to {
            State::Established => self.establish(step),
            State::FinWait2 => self.enter_fin_wait_2(step),
            State::TimeWait if from == State::Closing && step.settings.is(Quirk::TimeWaitForEver) => self.timers.linger = None,
            State::TimeWait if step.settings.is(Quirk::NoTimeWait) => self.delete(step),
            State::TimeWait => self.timers.linger = Some(step.now + step.settings.msl * 2),
            _ => {}
        }
    }

    fn establish(&mut self, step: &mut StepContext<'_>) {
        self.side.opening = Attempt::Done;
        self.congestion = Congestion::new(self.send.mss, self.send.iss, self.was_syn_lost);
        if self.was_syn_lost {
            self.rtt.restart_after_lost_syn(step.settings);
        }
        if self.origin == Origin::Passive {
            for _ in 0..if step.settings.is(Quirk::AcceptedTwice) { 2 } else { 1 } {
                step.out.note(Notice::Accepted { port: self.key.local, socket: self.socket, remote: self.key.remote });
            }
        }
        if self.side.shut_write || self.side.closed {
            self.advance(step, Trigger::Close);
        }
    }

    /// A handshake from outside, on this port, that is not over.
    pub(super) fn is_greeting(&self, port: u16) -> bool {
        self.state == State::SynReceived && self.origin == Origin::Passive && self.key.local == port
    }

    /// The end of a step: sends what may be sent, acknowledges what must be, and arms the timers.
    pub(super) fn settle(&mut self, step: &mut StepContext<'_>) {
        if !self.state.is_over() {
            self.transmit(step);
            self.acknowledge_if_due(step);
            self.arm(step);
        }
        if self.state.is_over() {
            self.timers = Timers::default();
        }
        if std::mem::take(&mut self.has_progress) {
            step.out.note(Notice::Progress(self.socket));
        }
        self.check(step.settings);
    }

    /// How long the peer may leave us without an answer.
    pub(super) fn patience(&self, settings: &Settings) -> Duration {
        if self.state.is_opening() { settings.syn_give_up } else { settings.give_up }
    }

    /// What it will do from here on: no absolute time, no absolute number.
    pub(super) fn fingerprint(&self, mut hasher: &mut dyn Hasher, now: Instant) {
        let iss = self.send.iss;
        (self.key.local, self.key.remote, self.state, self.origin, self.side, self.ack).hash(&mut hasher);
        let idle = (now - self.last_sent).min(self.rtt.timeout() + Duration::from_nanos(1));
        (self.probes, idle, self.was_syn_lost, self.owes_reset, self.is_scaled).hash(&mut hasher);
        self.silence.is_some().hash(&mut hasher);
        if let Some(silence) = &self.silence {
            silence.fingerprint(hasher, now);
        }
        self.send.fingerprint(hasher, self.receive.irs);
        self.receive.fingerprint(hasher);
        self.rtt.fingerprint(hasher, iss, now);
        self.congestion.fingerprint(hasher, iss);
        self.timers.fingerprint(hasher, now);
        self.challenges.fingerprint(hasher, now);
    }

    pub(super) fn held(&self) -> Resources {
        if self.state.is_over() {
            return Resources::default();
        }
        let buffered = self.send.queued() + self.receive.buffered();
        Resources { connections: 1, timers: self.timers.armed(), buffered: buffered as u64, ports: 1 }
    }

    /// The connection ends without a word to the user.
    pub(super) fn delete(&mut self, step: &mut StepContext<'_>) {
        self.advance(step, Trigger::Delete);
    }

    /// The attempt to open it has failed.
    pub(super) fn fail_to_open(&mut self, step: &mut StepContext<'_>, why: Attempt) {
        self.side.opening = why;
        let event = if self.origin == Origin::Passive && why == Attempt::Refused { Trigger::Refused } else { Trigger::Delete };
        self.advance(step, event);
    }

    /// The stack aborts it: by a reset that it took or sent, or by giving up.
    pub(super) fn abort(&mut self, step: &mut StepContext<'_>, abort: Abort) {
        // First the cause, then the change of state: at the change its cause is known.
        step.out.note(Notice::Aborted { socket: self.socket, abort });
        self.die(step, abort);
    }

    /// The connection is gone, and its user will learn why.
    pub(super) fn die(&mut self, step: &mut StepContext<'_>, abort: Abort) {
        self.side.abort(abort, &step.settings.contract, &mut self.receive.unread);
        self.advance(step, Trigger::Delete);
    }
}
