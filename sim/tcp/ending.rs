//! Ends a connection: shutdown of halves, close, abort.

use std::time::Duration;

use crate::contract::{Abort, Mode, Payload, WriteOnClosed};
use crate::wire::Flags;

use super::connection::Connection;
use super::quirk::Quirk;
use super::segments::StepContext;
use super::side::{Attempt, UserSide, close_waits, delivers_at_close};
use super::state::{State, Trigger};

impl Connection {
    /// The user ends one half or both.
    pub(super) fn shut(&mut self, step: &mut StepContext<'_>, mode: Mode) {
        let before = self.side;
        self.side.shut(mode);
        self.end_halves(step, before);
    }

    /// The user closes: one half or the flow, as the contract says.
    pub(super) fn close(&mut self, step: &mut StepContext<'_>) {
        let before = self.side;
        self.side.close(&step.settings.contract);
        // One that is closed for good already has told when it will give up.
        self.side.waits |= close_waits(&step.settings.contract) && self.timers.linger.is_none();
        self.end_halves(step, before);
    }

    /// No close waits for the peer's any more.
    pub(super) fn give_close_up(&mut self, step: &mut StepContext<'_>) {
        self.side.waits = false;
        if self.state == State::FinWait2 && self.side.is_gone() {
            self.enter_fin_wait_2(step);
        }
    }

    /// The stack leaves the network.
    pub(super) fn close_fully(&mut self, step: &mut StepContext<'_>) {
        let before = self.side;
        self.side.closed = true;
        self.end_halves(step, before);
    }

    /// Does what the halves that the user has ended by now ask for.
    fn end_halves(&mut self, step: &mut StepContext<'_>, before: UserSide) {
        // A close that waits is asked for again and again: that alone is no news.
        self.has_progress |= before != self.side;
        let was_ended = self.send.is_fin_sent();
        let ends_writing = self.side.shut_write || self.side.closed;
        if self.state == State::SynSent && self.side.is_gone() {
            return self.fail_to_open(step, Attempt::Closed);
        }
        if was_ended && step.settings.is(Quirk::SecondFin) {
            self.emit(step, self.send.max, Flags::FIN | Flags::ACK, Payload::EMPTY);
        }
        if self.side.is_gone() && !before.is_gone() {
            self.leave(step);
        } else if self.side.is_deaf(&step.settings.contract) && !self.receive.is_deaf() {
            self.receive.deafen();
            self.tell_of_room(step.settings);
        }
        // What was unread may have ended the connection: then nothing is left to be ended in good order.
        if ends_writing && !self.send.has_fin() && !self.state.is_over() {
            self.send.end();
            self.advance(step, Trigger::Close);
        }
    }

    /// No call will read any more. Bytes that were not read are lost, and the peer is told so (RFC 9293 §3.6.1, SHLD-3): by a reset
    /// in the place of the FIN (RFC 2525 §2.17).
    fn leave(&mut self, step: &mut StepContext<'_>) {
        let has_lost = self.receive.deafen() > 0 && self.state != State::TimeWait && !step.settings.is(Quirk::CloseUnreadSendsFin);
        self.owes_reset |= has_lost;
        if has_lost && !delivers_at_close(&step.settings.contract) {
            self.abort_with_reset(step, Abort::Reset);
        } else if self.state == State::FinWait2 {
            self.enter_fin_wait_2(step);
        }
    }

    /// Our stream has arrived. An end that has left waits for the peer's FIN, but not for ever.
    pub(super) fn enter_fin_wait_2(&mut self, step: &mut StepContext<'_>) {
        if step.settings.is(Quirk::HalfClosedKilled) {
            self.timers.linger = Some(step.now + Duration::from_secs(10));
        }
        if !self.side.is_forgotten() || step.settings.is(Quirk::FinWait2ForEver) {
            return;
        }
        if self.owes_reset {
            return self.abort_with_reset(step, Abort::Reset);
        }
        self.timers.linger = Some(step.now + step.settings.fin_wait_2);
    }

    /// The stack aborts the connection and tells the peer (RFC 9293 §3.10.5).
    pub(super) fn abort_with_reset(&mut self, step: &mut StepContext<'_>, abort: Abort) {
        self.emit_reset(step);
        self.abort(step, abort);
    }

    /// The peer has reset the connection.
    pub(super) fn abort_by_peer(&mut self, step: &mut StepContext<'_>) {
        self.side.quiet_reset = self.state == State::CloseWait && says_closed_after_eof(step);
        if step.settings.is(Quirk::ResetAnswered) {
            self.emit(step, self.send.max, Flags::ACK, Payload::EMPTY);
        }
        if step.settings.is(Quirk::ResetReturned) {
            self.emit_reset(step);
        }
        self.abort(step, Abort::Reset);
        self.side.peer_done |= step.settings.is(Quirk::ResetIsEof);
    }

    /// Fault injection: aborted without a cause of its own. Of a reset the peer is told. False where that can't happen: nothing
    /// is kept alive before it lives (RFC 9293 §3.8.4).
    pub(super) fn suffer(&mut self, step: &mut StepContext<'_>, abort: Abort) -> bool {
        if abort == Abort::KeepaliveDeath && self.state.is_opening() {
            return false;
        }
        if abort == Abort::Reset && self.state.resets_on_abort() {
            self.emit_reset(step);
        }
        if self.state.is_opening() {
            self.side.opening = Attempt::Closed;
        }
        self.die(step, abort);
        true
    }

    /// A handshake from outside that no call waits for any more.
    pub(super) fn turn_away(&mut self, step: &mut StepContext<'_>) {
        self.emit_reset(step);
        self.fail_to_open(step, Attempt::Closed);
    }
}

/// Sockets show a reset that comes after the peer's FIN as a write that is `closed`, and as EOF.
fn says_closed_after_eof(step: &StepContext<'_>) -> bool {
    step.settings.contract.write_on_closed == WriteOnClosed::Error
}
