//! Ends a pipe: shutdown of halves, close (half or full), abort. Each end's own contract decides what its calls do.

use crate::contract::{BlockedWriteAtShutdown, End, Error, Mode, Outcome};
use crate::trace::{Abort, By, Env, EnvWhat, What};

use super::super::Op;
use super::super::core::Core;
use super::Pipe;
use super::direction::{Fin, StreamParcel};
use super::quirk::PipeQuirk;

impl Pipe {
    /// This end has fully closed: by its close, or with both halves.
    pub(super) fn is_gone(&self, end: End) -> bool {
        let side = &self.sides[end];
        side.closed || (side.shut_read && side.shut_write)
    }

    /// Nothing that is sent to this end will be read.
    pub(super) fn is_deaf(&self, end: End) -> bool {
        let side = &self.sides[end];
        side.dead.is_some() || self.is_gone(end) || (side.shut_read && side.discards_when_shut())
    }

    /// What is sent to this end takes no room.
    pub(super) fn takes_no_room(&self, end: End) -> bool {
        self.is_deaf(end) && !self.is(PipeQuirk::ShutReaderHoldsRoom)
    }

    /// This end's writes are to fail because the peer reads no more.
    pub(super) fn sees_shut_read(&self, end: End) -> bool {
        self.sides[end].sees_shut_reader() && self.sides[end.peer()].shut_read
    }

    /// This end has no connection any more.
    pub(super) fn has_ended(&self, end: End) -> bool {
        let (outgoing, incoming) = (self.directions[end].fin, self.directions[end.peer()].fin);
        let has_left = self.is_gone(end) && matches!(outgoing, Fin::Sent | Fin::Arrived);
        self.sides[end].dead.is_some() || has_left || (outgoing == Fin::Arrived && incoming == Fin::Arrived)
    }

    pub(super) fn shutdown(&mut self, core: &mut Core, end: End, op: Op, mode: Mode) {
        if mode.writes() {
            self.shut_write(core, end);
            self.directions[end].wait(op, false);
        } else {
            core.finish(op, Outcome::Done, None);
        }
        if mode.reads() {
            self.shut_read(core, end);
        }
        self.leave_if_gone(core, end);
        self.settle(core, end);
    }

    pub(super) fn close(&mut self, core: &mut Core, end: End, op: Op) {
        self.sides[end].close_called = true;
        if self.sides[end].closes_fully() {
            self.close_fully(core, end);
            if self.is(PipeQuirk::FullCloseWaits) && !self.sides[end.peer()].close_called {
                return self.sides[end].closing.push(op);
            }
            core.finish(op, Outcome::Done, None);
        } else {
            self.shut_write(core, end);
            self.sides[end].closing.push(op);
            self.leave_if_gone(core, end);
            self.settle_close(core, end);
        }
        self.settle_close(core, end.peer());
    }

    /// A stack that leaves takes its ends with it.
    pub(super) fn disconnect(&mut self, core: &mut Core, end: End, op: Op) {
        self.sides[end].close_called = true;
        self.close_fully(core, end);
        core.finish(op, Outcome::Done, None);
        self.settle_close(core, end.peer());
    }

    /// Asks for the end of the stream, behind the writes that are pending (unless these are to fail).
    pub(super) fn shut_write(&mut self, core: &mut Core, end: End) {
        if std::mem::replace(&mut self.sides[end].shut_write, true) || self.sides[end].dead.is_some() {
            return;
        }
        self.directions[end].fin = Fin::Asked;
        if self.sides[end].contract.blocked_write_at_shutdown == BlockedWriteAtShutdown::Fail {
            self.refuse_writers(core, end);
        }
        self.pump(core, end);
    }

    pub(super) fn shut_read(&mut self, core: &mut Core, end: End) {
        self.sides[end].shut_read = true;
        if self.is_gone(end) {
            return self.leave_if_gone(core, end);
        }
        if self.sides[end].discards_when_shut() {
            self.directions[end.peer()].discard();
        }
        if self.sees_shut_read(end.peer()) {
            self.refuse_writers(core, end.peer());
        }
        self.pump(core, end.peer());
        if !self.is(PipeQuirk::PendingReadOutlivesShutdown) {
            self.wake_reader(core, end);
        }
    }

    /// What is pending at a full close ends at once: reads with the end of the stream, writes with what they got accepted, or
    /// (where they are to complete) by being accepted beyond the capacity, since no call may wait for the peer any more.
    pub(in super::super) fn close_fully(&mut self, core: &mut Core, end: End) {
        if std::mem::replace(&mut self.sides[end].closed, true) {
            return;
        }
        if self.sides[end].contract.blocked_write_at_shutdown != BlockedWriteAtShutdown::Complete {
            self.refuse_writers(core, end);
        }
        self.shut_write(core, end);
        self.pump(core, end);
        self.leave_if_gone(core, end);
        self.settle(core, end);
    }

    /// Once an end has fully closed, what is sent to it is dropped and the peer's writes fail.
    fn leave_if_gone(&mut self, core: &mut Core, end: End) {
        if !self.is_gone(end) {
            return;
        }
        if !self.is(PipeQuirk::DataAfterClose) {
            self.directions[end.peer()].discard();
        }
        if self.is(PipeQuirk::WriterForgotten) {
            return;
        }
        self.refuse_writers(core, end.peer());
        self.pump(core, end.peer());
        self.wake_reader(core, end);
    }

    fn refuse_writers(&mut self, core: &mut Core, from: End) {
        let direction = &self.directions[from];
        if direction.writers.is_empty() && !direction.has_waiting() {
            return;
        }
        let is_own_close = self.is(PipeQuirk::BlockedWriteOk) && self.sides[from].closed;
        let outcome = if is_own_close { Outcome::Ok } else { self.sides[from].contract.closed_write() };
        self.fail_writers(core, from, &outcome);
        while let Some(waiter) = self.directions[from].next_waiting() {
            let outcome = if waiter.is_flush { Outcome::Error(Error::Closed) } else { Outcome::Done };
            core.finish(waiter.op, outcome, None);
        }
    }

    fn fail_writers(&mut self, core: &mut Core, from: End, outcome: &Outcome) {
        while let Some(writer) = self.directions[from].writers.pop() {
            if self.is(PipeQuirk::FailedWriteSendsRest)
                && let Some(last) = writer.rest().last()
            {
                self.send(core, from, StreamParcel::Data(last.clone()));
            }
            core.finish(writer.op, outcome.clone(), Some(writer.accepted));
            if self.is(PipeQuirk::AbortWakesOneWriter) && self.sides[from].dead.is_some() {
                return;
            }
        }
    }

    /// Ends the half closes that have nothing to wait for any more.
    #[inline]
    pub(super) fn settle_close(&mut self, core: &mut Core, end: End) {
        if !self.sides[end].closing.is_empty() {
            self.return_closes(core, end);
        }
    }

    fn return_closes(&mut self, core: &mut Core, end: End) {
        if !self.may_close_return(end) {
            return;
        }
        for op in std::mem::take(&mut self.sides[end].closing) {
            core.finish(op, Outcome::Done, None);
        }
    }

    pub(super) fn may_close_return(&self, end: End) -> bool {
        let side = &self.sides[end];
        if self.is(PipeQuirk::CloseHangs) && side.close_waits() {
            return false;
        }
        let is_sent = matches!(self.directions[end].fin, Fin::Sent | Fin::Arrived);
        let reads_no_more = self.directions[end.peer()].fin == Fin::Arrived || self.is_gone(end);
        let has_peer_ended = self.sides[end.peer()].close_called && reads_no_more;
        let waits = side.close_waits() && !self.is(PipeQuirk::CloseDoesNotWait);
        side.dead.is_some() || (side.closed && !self.is(PipeQuirk::FullCloseWaits)) || (is_sent && (!waits || has_peer_ended))
    }

    /// The caller learns this outcome now: an error that is given once has been given.
    pub(in super::super) fn note_told(&mut self, end: End, outcome: &Outcome) {
        let side = &mut self.sides[end];
        side.told |= side.dead.is_some() && matches!(outcome, Outcome::Error(_));
    }

    /// Fault injection.
    pub(in super::super) fn fault(&mut self, core: &mut Core, end: End, abort: Abort) -> bool {
        let is_struck = !self.has_ended(end);
        self.abort(core, end, abort, By::Fault);
        self.check(core);
        is_struck
    }

    /// The connection of this end is gone: all its pending calls end at once. A reset tells the peer (unless the peer sent it);
    /// after any other abort the peer learns it from the answer to what it sends.
    fn abort(&mut self, core: &mut Core, end: End, abort: Abort, by: By) {
        if self.has_ended(end) {
            return;
        }
        core.log(|| What::Env(Env { flow: Some(self.flow), end: Some(end), what: EnvWhat::Abort(abort, by) }));
        let keep = !self.is_deaf(end) && self.sides[end].keeps_data_at_abort() && !self.is(PipeQuirk::UnreadLostAtAbort);
        self.sides[end].dead = Some(abort);
        self.end_pending_calls(core, end);
        self.directions[end.peer()].sever(keep);
        if abort == Abort::Reset && by != By::Stack {
            self.send(core, end, StreamParcel::Reset);
        }
        self.wake_reader(core, end);
        self.pump(core, end.peer());
    }

    /// A reset arrived; it is not answered.
    pub(super) fn abort_by_peer(&mut self, core: &mut Core, end: End) {
        self.abort(core, end, Abort::Reset, By::Stack);
    }

    fn end_pending_calls(&mut self, core: &mut Core, end: End) {
        let outcome = self.sides[end].aborted_write();
        self.fail_writers(core, end, &outcome);
        if self.directions[end].fin == Fin::Asked {
            // An end of the stream that was not sent yet never will be: what is missing before it must not look like a clean end.
            self.directions[end].fin = Fin::Open;
        }
        while let Some((_, op)) = self.directions[end].unacknowledged.pop() {
            core.finish(op, outcome.clone(), None);
        }
        let flush = self.sides[end].aborted_flush();
        while let Some(waiter) = self.directions[end].next_waiting() {
            let outcome = if waiter.is_flush { flush.clone() } else { Outcome::Done };
            core.finish(waiter.op, outcome, None);
        }
        self.settle_close(core, end);
    }
}
