//! Takes the FIN (RFC 9293 §3.10.7.4, eighth). It counts in its turn, behind all data: one above a hole waits.

use super::super::connection::{AckDue, Connection};
use super::super::quirk::Quirk;
use super::super::segments::StepContext;
use super::super::state::Trigger;
use super::{GO_ON, Incoming, Passage};

pub(super) fn eighth(connection: &mut Connection, step: &mut StepContext<'_>, incoming: &Incoming<'_>) -> Passage {
    if !connection.state.may_receive() {
        return GO_ON;
    }
    if let Some(at) = incoming.fin_at {
        connection.owe(AckDue::Now);
        connection.receive.note_fin(at);
        if step.settings.is(Quirk::FinAboveHole) {
            connection.receive.nxt = at;
        }
    }
    if connection.receive.take_fin() {
        if incoming.fin_at.is_none() && step.settings.is(Quirk::FinBehindHoleLost) {
            connection.owe(AckDue::Now);
            return GO_ON;
        }
        connection.side.peer_done = true;
        connection.owe(AckDue::Now);
        connection.advance(step, Trigger::Fin);
    }
    GO_ON
}
