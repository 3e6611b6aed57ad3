//! Takes the writes of a pipe's ends, as far as there is room, and the flushes behind them.

use bytes::Bytes;

use crate::contract::{End, Error, NodelayMeans, Outcome, Payload};

use super::super::Op;
use super::super::core::Core;
use super::Pipe;
use super::direction::{Fin, PipeWriter, StreamParcel, contents};
use super::quirk::PipeQuirk;

impl Pipe {
    pub(super) fn write(&mut self, core: &mut Core, end: End, op: Op, data: impl IntoIterator<Item = Payload>, nodelay: bool) {
        if let Some(outcome) = self.refusal(end) {
            return core.finish(op, outcome, Some(0));
        }
        let Some(buffers) = contents(data) else {
            return core.finish(op, Outcome::Error(Error::Other("contents_unknown".into())), Some(0));
        };
        if buffers.is_empty() {
            return core.finish(op, Outcome::Ok, None);
        }
        let until_arrival = nodelay && self.sides[end].contract.nodelay_means == Some(NodelayMeans::Acknowledged);
        self.directions[end].enqueue(PipeWriter::new(op, buffers, until_arrival));
        self.pump(core, end);
    }

    /// Why a write of this end must fail, if it must.
    fn refusal(&self, end: End) -> Option<Outcome> {
        let side = &self.sides[end];
        if side.dead.is_some() {
            return Some(side.aborted_write());
        }
        let refused = side.shut_write || self.is_gone(end.peer()) || self.sees_shut_read(end);
        refused.then(|| side.contract.closed_write())
    }

    pub(super) fn flush(&mut self, core: &mut Core, end: End, op: Op) {
        let side = &self.sides[end];
        if side.dead.is_some() {
            core.finish(op, side.aborted_flush(), None);
        } else if side.closed {
            core.finish(op, Outcome::Error(Error::Closed), None);
        } else {
            self.directions[end].wait(op, true);
            self.settle(core, end);
        }
    }

    /// Moves as much as there is room for; then the end of the stream, if it is asked for and its turn has come.
    #[inline]
    pub(super) fn pump(&mut self, core: &mut Core, from: End) {
        let direction = &self.directions[from];
        if !direction.writers.is_empty() || direction.fin == Fin::Asked {
            self.push_out(core, from);
        }
    }

    fn push_out(&mut self, core: &mut Core, from: End) {
        while let Some(bytes) = self.accept(core, from) {
            match self.broken.is_none() {
                true => self.send(core, from, StreamParcel::Data(bytes)),
                false => self.send_written(core, from, bytes),
            }
        }
        let overtakes = self.is(PipeQuirk::EofBeforeWrites);
        let direction = &mut self.directions[from];
        if direction.fin == Fin::Asked && (direction.writers.is_empty() || overtakes) {
            direction.fin = Fin::Sent;
            if self.broken.is_some() {
                self.send_kept(core, from);
            }
            self.send(core, from, StreamParcel::Fin);
        }
        self.settle(core, from);
    }

    /// Takes the next piece from the write that is first in line; a write that is whole by now ends with `ok`.
    fn accept(&mut self, core: &mut Core, from: End) -> Option<Bytes> {
        let (is_counted, is_bounded) = (!self.takes_no_room(from.peer()), !self.sides[from].closed);
        let (is_short, takes_turns) = (self.is(PipeQuirk::OkBeforeWhole), self.is(PipeQuirk::WritesInterleave));
        let direction = &mut self.directions[from];
        let room = if is_counted && is_bounded { self.capacity.saturating_sub(direction.held) } else { usize::MAX };
        let bytes = direction.writers.front_mut()?.accept(room)?;
        if is_counted {
            direction.held += bytes.len();
        }
        direction.accepted += bytes.len() as u64;
        if is_short || direction.writers.front().is_some_and(PipeWriter::is_whole) {
            self.finish_writer(core, from);
        } else if takes_turns {
            direction.writers.bring_to_front(direction.writers.len() - 1);
        }
        Some(bytes)
    }

    fn finish_writer(&mut self, core: &mut Core, from: End) {
        let direction = &mut self.directions[from];
        let Some(writer) = direction.writers.pop() else { return };
        if writer.until_arrival {
            direction.unacknowledged.push((direction.accepted, writer.op));
        } else {
            core.finish(writer.op, Outcome::Ok, None);
        }
    }

    /// Ends the calls that waited only for writes before them.
    #[inline]
    pub(super) fn settle(&mut self, core: &mut Core, end: End) {
        if self.directions[end].has_waiting() {
            self.settle_waiting(core, end);
        }
        self.settle_close(core, end);
    }

    fn settle_waiting(&mut self, core: &mut Core, end: End) {
        while let Some(waiter) = self.directions[end].next_settled() {
            let outcome = if waiter.is_flush { Outcome::Ok } else { Outcome::Done };
            core.finish(waiter.op, outcome, None);
        }
    }
}
