//! Judges whether the segment is in the window (RFC 9293 §3.10.7.4, first).

use std::ops::ControlFlow::Break;

use crate::wire::{Flags, Segment, Seq};

use super::super::connection::{AckDue, Connection};
use super::super::quirk::Quirk;
use super::super::segments::StepContext;
use super::super::state::State;
use super::{Disposition, GO_ON, Incoming, Passage};

pub(super) fn first(connection: &mut Connection, step: &mut StepContext<'_>, incoming: &mut Incoming<'_>) -> Passage {
    if connection.state == State::SynReceived && incoming.segment.flags.syn() && incoming.segment.seq == connection.receive.irs {
        greeted_again(incoming)?;
    }
    let segment = &incoming.segment;
    let is_cut = segment.flags.fin() && !segment.data.is_empty() && step.settings.is(Quirk::FinOfOldDataLost);
    let length = if segment.flags.rst() { 0 } else { segment.length() - u32::from(is_cut) };
    let seq = segment.seq;
    if !connection.receive.accepts(seq, length) {
        if is_answer_from_beyond(connection, incoming) {
            return GO_ON;
        }
        let segment = &mut incoming.segment;
        let is_probe = connection.receive.window() == 0 && seq == connection.receive.nxt;
        if is_probe && step.settings.is(Quirk::ProbesIgnored) {
            return Break(Disposition::Drop);
        }
        let is_unaware = is_unaware(connection, segment) && !step.settings.is(Quirk::EndsCorrectEachOther);
        if !is_probe && !is_unaware {
            return Break(outside(connection, step, incoming));
        }
        // A closed window keeps data out, but not acknowledgements (RFC 9293 §3.8.6.1, MUST-66).
        segment.data.truncate(0);
        incoming.fin_at = None;
        incoming.has_length = true;
        connection.owe(AckDue::Now);
    }
    GO_ON
}

/// An empty segment one number too low: a probe, or from a peer that has not heard yet that its probe was taken. What it
/// acknowledges counts, or two ends would correct each other for ever after their probes crossed (RFC 9293 appendix A.2).
fn is_unaware(connection: &Connection, segment: &Segment) -> bool {
    let is_bare = segment.length() == 0 && !segment.flags.rst();
    is_bare && segment.seq + 1 == connection.receive.nxt && !connection.state.is_opening()
}

/// A bare acknowledgement of a sender that has filled our window, or probed it with an octet more, and lost that on the way: it
/// stands behind what we take, and counts all the same, or a peer that answers every probe would be given up (RFC 9293 §3.10.7.4,
/// first; §3.8.6.1, MUST-37).
fn is_answer_from_beyond(connection: &Connection, incoming: &Incoming<'_>) -> bool {
    let (segment, receive) = (&incoming.segment, &connection.receive);
    let is_bare = segment.flags.ack() && !segment.flags.rst() && segment.length() == 0;
    is_bare && !connection.state.is_opening() && segment.seq.since(receive.nxt + receive.window()) <= 1
}

/// The peer's SYN again, in SYN-RECEIVED. With an acknowledgement of ours (a simultaneous open) it completes the handshake;
/// without one our answer was lost.
fn greeted_again(incoming: &mut Incoming<'_>) -> Passage {
    let segment = &mut incoming.segment;
    if !segment.flags.ack() {
        return Break(Disposition::Repeat);
    }
    segment.seq += 1;
    segment.flags = Flags(segment.flags.0 & !Flags::SYN.0);
    GO_ON
}

/// The sender of something outside the window is told where we stand, unless it was a reset.
fn outside(connection: &mut Connection, step: &StepContext<'_>, incoming: &Incoming<'_>) -> Disposition {
    let segment = &incoming.segment;
    if segment.flags.rst() {
        return Disposition::Drop;
    }
    if connection.state == State::TimeWait && segment.flags.fin() {
        // The peer has not heard that its FIN arrived (RFC 9293 §3.10.7.4, eighth).
        connection.timers.linger = Some(step.now + step.settings.msl * 2);
    }
    let is_old = segment.seq.is_before(connection.receive.nxt);
    if is_old && step.settings.is(Quirk::DuplicateDelivered) {
        connection.receive.unread.push(segment.data.clone());
    }
    let is_ignored = match step.settings.quirk {
        Some(Quirk::OldDataUnanswered) => is_old && incoming.has_length,
        Some(Quirk::FinOfOldDataLost) => is_old && segment.flags.fin() && !segment.data.is_empty(),
        Some(Quirk::FinInTimeWaitUnanswered) => connection.state == State::TimeWait && segment.flags.fin(),
        _ => false,
    };
    if is_ignored {
        return Disposition::Drop;
    }
    let wants_answer = incoming.has_length || is_old;
    if segment.flags.syn() || !wants_answer { Disposition::Challenge } else { Disposition::Acknowledge }
}

/// The segment's data, as far as it is new and lies in the window.
pub(super) fn trim(connection: &Connection, incoming: &mut Incoming<'_>) -> Seq {
    connection.receive.trim(incoming.segment.seq, &mut incoming.segment.data)
}
