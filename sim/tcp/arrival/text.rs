//! Takes the data (RFC 9293 §3.10.7.4, seventh).

use std::ops::ControlFlow::Break;

use super::super::connection::{AckDue, Connection};
use super::super::quirk::Quirk;
use super::super::receive::Taken;
use super::super::segments::StepContext;
use super::super::side::delivers_at_close;
use super::{Disposition, GO_ON, Incoming, Passage, sequence};

pub(super) fn seventh(connection: &mut Connection, step: &StepContext<'_>, incoming: &mut Incoming<'_>) -> Passage {
    if incoming.segment.data.is_empty() || !connection.state.may_receive() {
        return GO_ON;
    }
    if incoming.segment.seq.is_before(connection.receive.nxt) && step.settings.is(Quirk::OverlapTrimOff) {
        incoming.segment.seq += 1;
    }
    let start = sequence::trim(connection, incoming);
    if is_for_nobody(connection, step) && !incoming.segment.data.is_empty() {
        return Break(Disposition::Abort);
    }
    if start.is_after(connection.receive.nxt) && step.settings.is(Quirk::OutOfOrderDelivered) {
        connection.receive.unread.push(incoming.segment.data.clone());
    }
    let taken = connection.receive.take_data(start, std::mem::take(&mut incoming.segment.data));
    connection.has_progress |= taken != Taken::Nothing;
    // A closed end that still delivers loses what comes meanwhile: the peer will be told.
    connection.owes_reset |= connection.side.is_gone() && taken != Taken::Nothing;
    owe(connection, step, taken);
    GO_ON
}

/// Data after a full close shows that some of it is lost (RFC 9293 §3.6.1, SHLD-3); but where a close delivers all, only once
/// all is delivered.
fn is_for_nobody(connection: &Connection, step: &StepContext<'_>) -> bool {
    connection.side.is_gone() && (!delivers_at_close(&step.settings.contract) || connection.send.is_fin_acknowledged())
}

/// Every second segment is acknowledged at once, and so is whatever shows or fills a hole (RFC 9293 §3.8.6.3, RFC 5681 §4.2).
fn owe(connection: &mut Connection, step: &StepContext<'_>, taken: Taken) {
    let may_wait = taken == Taken::InSequence && connection.ack == AckDue::No && !step.settings.delayed_ack.is_zero();
    connection.owe(if may_wait { AckDue::Later } else { AckDue::Now });
}
