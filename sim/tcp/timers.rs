//! Arms the timers of a connection: all in one place, [`Timers::arm`], after every step, from what the connection waits for.

use std::hash::{Hash, Hasher};

use crate::time::Instant;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Timers {
    pub(super) resend: Resend,
    /// An acknowledgement is owed by then (RFC 9293 §3.8.6.3).
    pub(super) delayed_ack: Option<Instant>,
    /// The end of TIME-WAIT, or of FIN-WAIT-2 after a full close.
    pub(super) linger: Option<Instant>,
}

/// What is sent again if the peer stays silent. Of the two timers never both run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Resend {
    /// Nothing waits for the peer.
    #[default]
    Off,
    /// Something is in flight (RFC 6298 §5.1).
    Retransmit(Instant),
    /// Nothing is in flight, and the window does not let anything out (RFC 9293 §3.8.6.1).
    Persist(Instant),
}

/// What a connection waits for, as the timers see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waits {
    Nothing,
    /// For an acknowledgement of what is in flight.
    Acknowledgement,
    /// For a window.
    Window,
}

impl Resend {
    #[inline]
    pub(super) fn at(self) -> Option<Instant> {
        match self {
            Resend::Off => None,
            Resend::Retransmit(at) | Resend::Persist(at) => Some(at),
        }
    }
}

impl Timers {
    /// The earliest of them.
    #[inline]
    pub(super) fn deadline(&self) -> Option<Instant> {
        earlier(self.resend.at(), earlier(self.delayed_ack, self.linger))
    }

    /// How long each still runs.
    pub(super) fn fingerprint(&self, mut hasher: &mut dyn Hasher, now: Instant) {
        let kind = std::mem::discriminant(&self.resend);
        let left = [self.resend.at(), self.delayed_ack, self.linger].map(|at| at.map(|at| at - now));
        (kind, left).hash(&mut hasher);
    }

    /// How many are armed.
    pub(super) fn armed(&self) -> u64 {
        [self.resend.at(), self.delayed_ack, self.linger].into_iter().flatten().count() as u64
    }

    /// What is waited for needs no other timer than the one that runs, if one does.
    #[inline]
    pub(super) fn runs_for(&self, waits: Waits) -> bool {
        matches!(
            (waits, self.resend),
            (Waits::Nothing, Resend::Off) | (Waits::Acknowledgement, Resend::Retransmit(_)) | (Waits::Window, Resend::Persist(_))
        )
    }

    /// Arms retransmission or persist, whichever fits what is waited for, to expire at `at`.
    #[inline]
    pub(super) fn arm(&mut self, waits: Waits, at: Instant) {
        self.resend = match waits {
            Waits::Nothing => Resend::Off,
            Waits::Acknowledgement => Resend::Retransmit(at),
            Waits::Window => Resend::Persist(at),
        };
    }
}

/// The earlier of two that may not be.
#[inline]
fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        _ => one.or(other),
    }
}
