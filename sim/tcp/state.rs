//! Lists what leads from one state of a connection to the next (RFC 9293 §3.3.2, figure 5, with its notes and §3.10).

pub(super) use crate::wire::State;

/// What changes a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Trigger {
    /// The user connects: a SYN is sent.
    Open,
    /// A SYN arrived that acknowledges nothing.
    Syn,
    /// Our SYN is acknowledged and the peer's has arrived.
    SynAcked,
    /// The user has no more to send (CLOSE, or a shutdown of writing).
    Close,
    /// The FIN leaves for the first time.
    FinSent,
    /// Our FIN is acknowledged.
    FinAcked,
    /// The peer's FIN arrived in sequence.
    Fin,
    /// An acceptable reset of a handshake that came from outside.
    Refused,
    /// Reset, aborted, given up, or waited long enough.
    Delete,
}

use State as S;
use Trigger as E;

/// Every change that there is, but for [`Trigger::Delete`], which leads from anywhere to CLOSED.
const TRANSITIONS: &[(State, Trigger, State)] = &[
    (S::Closed, E::Open, S::SynSent),
    (S::Listen, E::Syn, S::SynReceived),
    (S::SynSent, E::Syn, S::SynReceived),
    (S::SynSent, E::SynAcked, S::Established),
    (S::SynReceived, E::SynAcked, S::Established),
    (S::SynReceived, E::Refused, S::Listen),
    (S::Established, E::Close, S::FinWait1),
    (S::Established, E::Fin, S::CloseWait),
    (S::FinWait1, E::FinAcked, S::FinWait2),
    (S::FinWait1, E::Fin, S::Closing),
    (S::FinWait2, E::Fin, S::TimeWait),
    (S::CloseWait, E::FinSent, S::LastAck),
    (S::Closing, E::FinAcked, S::TimeWait),
    (S::LastAck, E::FinAcked, S::Closed),
];

/// How many states and events there are.
const STATES: usize = S::TimeWait as usize + 1;
const EVENTS: usize = E::Delete as usize + 1;

/// The same, by state and event.
static AFTER: [[Option<State>; EVENTS]; STATES] = {
    let mut after = [[None; EVENTS]; STATES];
    let mut at = 0;
    while at < TRANSITIONS.len() {
        let (from, event, to) = TRANSITIONS[at];
        after[from as usize][event as usize] = Some(to);
        at += 1;
    }
    after
};

impl State {
    /// The state that the event leads to; nothing where it changes none.
    pub(super) fn after(self, event: Trigger) -> Option<State> {
        if event == E::Delete {
            return (self != S::Closed).then_some(S::Closed);
        }
        AFTER[self as usize][event as usize]
    }

    /// There is no connection (any more).
    #[inline]
    pub(super) const fn is_over(self) -> bool {
        matches!(self, S::Closed | S::Listen)
    }

    /// The handshake is not over.
    #[inline]
    pub(super) const fn is_opening(self) -> bool {
        matches!(self, S::SynSent | S::SynReceived)
    }

    /// Data and a FIN of ours may be under way or still to be sent.
    #[inline]
    pub(super) const fn may_send(self) -> bool {
        matches!(self, S::Established | S::CloseWait | S::FinWait1 | S::Closing | S::LastAck)
    }

    /// The peer may still send data (RFC 9293 §3.10.7.4, seventh).
    #[inline]
    pub(super) const fn may_receive(self) -> bool {
        matches!(self, S::Established | S::FinWait1 | S::FinWait2)
    }

    /// An abort tells the peer with a reset (RFC 9293 §3.10.5).
    pub(super) const fn resets_on_abort(self) -> bool {
        matches!(self, S::SynReceived | S::Established | S::FinWait1 | S::FinWait2 | S::CloseWait)
    }
}
