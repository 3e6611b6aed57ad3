//! Takes the acknowledgement and the window (RFC 9293 §3.10.7.4, fifth; RFC 5961 §5.2).

use std::ops::ControlFlow::Break;

use crate::contract::Payload;
use crate::wire::Flags;

use super::super::congestion::Repair;
use super::super::connection::Connection;
use super::super::quirk::Quirk;
use super::super::segments::StepContext;
use super::super::state::{State, Trigger};
use super::super::timers::Resend;
use super::{Disposition, GO_ON, Incoming, Passage};

pub(super) fn fifth(connection: &mut Connection, step: &mut StepContext<'_>, incoming: &Incoming<'_>) -> Passage {
    let segment = &incoming.segment;
    if !segment.flags.ack() {
        return Break(Disposition::Drop);
    }
    if connection.state == State::SynReceived {
        complete_handshake(connection, step, incoming)?;
    }
    if connection.send.is_future(segment.ack) || connection.send.is_ancient(segment.ack) {
        return Break(Disposition::Challenge);
    }
    let is_new = match step.settings.is(Quirk::NumbersUnsigned) {
        true => segment.ack.0 > connection.send.una.0,
        false => segment.ack.is_after(connection.send.una),
    };
    if is_new {
        advance(connection, step, incoming);
    } else if is_duplicate(connection, incoming) {
        duplicate(connection, step);
    }
    update_window(connection, incoming);
    if connection.state.is_over() { Break(Disposition::Drop) } else { GO_ON }
}

fn complete_handshake(connection: &mut Connection, step: &mut StepContext<'_>, incoming: &Incoming<'_>) -> Passage {
    let segment = &incoming.segment;
    if incoming.has_length && step.settings.is(Quirk::StuckInSynReceived) {
        return Break(Disposition::Drop);
    }
    if !segment.ack.is_after(connection.send.una) || connection.send.is_future(segment.ack) {
        return Break(Disposition::Reset);
    }
    connection.send.set_window(segment.seq, segment.ack, incoming.window);
    take(connection, step, incoming);
    connection.advance(step, Trigger::SynAcked);
    GO_ON
}

/// Takes a new acknowledgement: how many numbers it covers.
pub(super) fn take(connection: &mut Connection, step: &StepContext<'_>, incoming: &Incoming<'_>) -> u32 {
    let count = connection.send.acknowledge(incoming.segment.ack);
    connection.rtt.acknowledged(connection.send.una, step.now, step.settings);
    if !step.settings.is(Quirk::ProgressIgnored) {
        connection.silence = None;
    }
    connection.probes = 0;
    connection.has_progress = true;
    connection.timers.resend = Resend::Off;
    count
}

fn advance(connection: &mut Connection, step: &mut StepContext<'_>, incoming: &Incoming<'_>) {
    let running = connection.timers.resend;
    let count = take(connection, step, incoming);
    let (una, flight, mss) = (connection.send.una, connection.send.flight(), connection.send.mss);
    if let Repair::Hole { restarts_timer } = connection.congestion.acknowledged(una, count, flight, mss) {
        if !restarts_timer {
            connection.timers.resend = running;
        }
        connection.retransmit_head(step);
    }
    if connection.send.is_fin_acknowledged() {
        let is_skipped = connection.state == State::Closing && step.settings.is(Quirk::TimeWaitSkipped);
        connection.advance(step, if is_skipped { Trigger::Delete } else { Trigger::FinAcked });
        if step.settings.is(Quirk::FinSentAgain) && connection.state == State::FinWait2 {
            connection.emit(step, connection.send.una - 1, Flags::FIN | Flags::ACK, Payload::EMPTY);
        }
    }
}

/// RFC 5681 §2: something is in flight, and the segment says nothing new, not even of the window.
fn is_duplicate(connection: &Connection, incoming: &Incoming<'_>) -> bool {
    let send = &connection.send;
    send.flight() > 0 && !incoming.has_length && send.is_known(incoming.segment.ack, incoming.window)
}

fn duplicate(connection: &mut Connection, step: &mut StepContext<'_>) {
    let (send, mss) = (&connection.send, connection.send.mss);
    if connection.congestion.duplicate(send.una, send.max, send.flight(), mss) {
        connection.retransmit_head(step);
        connection.timers.resend = Resend::Off;
    }
}

fn update_window(connection: &mut Connection, incoming: &Incoming<'_>) {
    let segment = &incoming.segment;
    if segment.ack.is_before(connection.send.una) {
        return;
    }
    connection.send.update_window(segment.seq, segment.ack, incoming.window);
    // A peer that says that its window is closed is there, and may say so for ever (RFC 9293 §3.8.6.1, MUST-37), as long as our
    // user holds the connection.
    if connection.send.window() == 0 && !connection.side.is_gone() {
        connection.silence = None;
    }
}
