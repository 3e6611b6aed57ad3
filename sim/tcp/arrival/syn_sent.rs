//! Judges a segment in SYN-SENT (RFC 9293 §3.10.7.3).

use std::ops::ControlFlow::Break;

use super::super::connection::{AckDue, Connection};
use super::super::quirk::Quirk;
use super::super::segments::StepContext;
use super::super::state::Trigger;
use super::super::timers::Resend;
use super::{Disposition, GO_ON, Incoming, Passage, acknowledgement, fin, text};

#[inline(never)]
pub(super) fn process(connection: &mut Connection, step: &mut StepContext<'_>, incoming: &mut Incoming<'_>) -> Passage {
    let segment = &incoming.segment;
    let is_acknowledged = segment.flags.ack();
    if is_acknowledged && (!segment.ack.is_after(connection.send.iss) || connection.send.is_future(segment.ack)) {
        return Break(Disposition::Reset);
    }
    if segment.flags.rst() && step.settings.is(Quirk::RefusalIgnored) {
        return Break(Disposition::Drop);
    }
    if segment.flags.rst() {
        return Break(if is_acknowledged { Disposition::Refuse } else { Disposition::Drop });
    }
    if !segment.flags.syn() {
        return Break(Disposition::Drop);
    }
    connection.meet(step, incoming.segment);
    incoming.segment.seq += 1;
    if is_acknowledged { finish(connection, step, incoming) } else { cross(connection, step) }
}

/// The answer to our SYN.
fn finish(connection: &mut Connection, step: &mut StepContext<'_>, incoming: &mut Incoming<'_>) -> Passage {
    acknowledgement::take(connection, step, incoming);
    connection.owe(AckDue::Now);
    connection.advance(step, Trigger::SynAcked);
    text::seventh(connection, step, incoming)?;
    fin::eighth(connection, step, incoming)
}

/// Both ends have begun at once (RFC 9293 §3.5, figure 7): our SYN goes out again as an answer.
fn cross(connection: &mut Connection, step: &mut StepContext<'_>) -> Passage {
    connection.send.go_back();
    connection.timers.resend = Resend::Off;
    connection.advance(step, Trigger::Syn);
    GO_ON
}
