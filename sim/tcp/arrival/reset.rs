//! Judges a reset (RFC 9293 §3.10.7.4, second; RFC 5961 §3.2).

use std::ops::ControlFlow::Break;

use super::super::connection::Connection;
use super::super::quirk::Quirk;
use super::super::segments::StepContext;
use super::super::state::State;
use super::{Disposition, GO_ON, Incoming, Passage};

pub(super) fn second(connection: &mut Connection, step: &mut StepContext<'_>, incoming: &Incoming<'_>) -> Passage {
    if !incoming.segment.flags.rst() {
        return GO_ON;
    }
    if connection.state == State::TimeWait {
        // RFC 1337: no segment may end TIME-WAIT early.
        return Break(Disposition::Drop);
    }
    if incoming.segment.seq != connection.receive.nxt && !step.settings.is(Quirk::ResetAnywhere) {
        return Break(Disposition::Challenge);
    }
    Break(match connection.state {
        State::SynReceived => Disposition::Refuse,
        State::Closing | State::LastAck => Disposition::Delete,
        _ => Disposition::Aborted,
    })
}
