//! Carries a flow through memory, in every dialect: what each end does follows from the parameters of its contract.
//!
//! Two [`Direction`]s carry parcels, two [`PipeSide`]s know what their end has called; [`ending`] is everything about shutdown,
//! close and abort. What this is not: a network. Nothing is lost or reordered; room is seen at once, and only what a wire
//! would carry (bytes, the end of the stream, a reset) takes the pipe's delay.

mod canonical;
mod direction;
mod ending;
mod invariants;
mod side;
#[cfg(test)]
mod tests;

use std::time::Duration;

use bytes::Bytes;

use crate::choice::Site;
use crate::contract::{Both, Call, ConcurrentReads, End, Error, NodelayMeans, Outcome, Payload};
use crate::trace::{Place, Resources, What};

use self::direction::{Direction, Fin, PipeWriter, StreamParcel, contents};
use self::side::PipeSide;
use super::agenda::Occurrence;
use super::core::Core;
use super::op::OpState;
use super::{Conn, Op, PipeSettings};

#[derive(Clone, Debug)]
pub(super) struct Pipe {
    flow: u32,
    capacity: usize,
    delay: Duration,
    sides: Both<PipeSide>,
    /// By the end that sends.
    directions: Both<Direction>,
}

impl Pipe {
    pub(super) fn new(flow: u32, settings: &PipeSettings) -> Self {
        Pipe {
            flow,
            capacity: settings.capacity.max(1),
            delay: settings.delay,
            sides: Both { client: PipeSide::new(settings.contract.client), server: PipeSide::new(settings.contract.server) },
            directions: Both::default(),
        }
    }

    fn place(&self, end: End) -> Place {
        Place { flow: self.flow, end }
    }

    fn conn(&self, end: End) -> Conn {
        Conn::new(self.flow, end)
    }

    pub(super) fn call(&mut self, core: &mut Core, end: End, call: Call) -> Op {
        let side = &mut self.sides[end];
        side.calls += 1;
        let (number, at) = (side.calls, self.place(end));
        core.log(|| What::Call { at, op: number, call: call.clone() });
        let state = match call {
            Call::Read { max } => OpState::Reading { max: max.max(1) },
            _ => OpState::Waiting,
        };
        let op = core.begin(Some(self.conn(end)), number, state);
        match call {
            Call::Read { .. } => self.read(core, end, op),
            Call::Write(data) => self.write(core, end, op, [data], false),
            Call::Writev(list) => self.write(core, end, op, list, false),
            Call::WriteNodelay(data) => self.write(core, end, op, [data], true),
            Call::WritevNodelay(list) => self.write(core, end, op, list, true),
            Call::Flush => self.flush(core, end, op),
            Call::Shutdown(mode) => self.shutdown(core, end, op, mode),
            Call::Close => self.close(core, end, op),
            Call::Disconnect => self.disconnect(core, end, op),
            Call::Connect { .. } | Call::Accept { .. } | Call::Listen { .. } | Call::Unlisten { .. } | Call::Destination => {
                core.finish(op, Outcome::Error(Error::Other("unsupported".into())), None);
            }
        }
        self.check(core);
        op
    }

    pub(super) fn cancel(&mut self, core: &mut Core, end: End, op: Op) {
        self.directions[end.peer()].readers.retain(|reader| *reader != op);
        self.wake_reader(core, end);
        if self.directions[end].forget(op) {
            self.pump(core, end);
            self.settle(core, end);
        }
        self.sides[end].closing.retain(|closing| *closing != op);
        self.check(core);
    }

    // Reading.

    fn read(&mut self, core: &mut Core, end: End, op: Op) {
        self.directions[end.peer()].readers.push(op);
        self.wake_reader(core, end);
    }

    /// Tells the read that is first in line, if there is something for it. Only that one can take it; it passes the word on.
    fn wake_reader(&mut self, core: &mut Core, end: End) {
        let Some(&first) = self.directions[end.peer()].readers.front() else { return };
        if !self.is_readable(end) || core.ops.get(first).is_none_or(|pending| pending.announced) {
            return;
        }
        if !core.choice.is_benign() {
            self.choose_reader(core, end);
        }
        if let Some(&first) = self.directions[end.peer()].readers.front() {
            core.announce(first);
        }
    }

    fn choose_reader(&mut self, core: &mut Core, end: End) {
        if self.sides[end].contract.concurrent_reads != ConcurrentReads::Any {
            return;
        }
        let readers = &mut self.directions[end.peer()].readers;
        let count = u32::try_from(readers.len()).unwrap_or(u32::MAX);
        let pick = core.choice.pick_next(Conn::new(self.flow, end).0, Site::Reader, count);
        readers.bring_to_front(pick as usize);
    }

    fn is_readable(&self, end: End) -> bool {
        let incoming = &self.directions[end.peer()];
        let side = &self.sides[end];
        !incoming.ready.is_empty() || incoming.fin == Fin::Arrived || side.shut_read || side.closed || side.dead.is_some()
    }

    /// The outcome of the read that is first in line, if there is one; nothing for any other read.
    pub(super) fn take_read(&mut self, core: &mut Core, end: End, op: Op, max: usize) -> Option<Outcome> {
        if self.directions[end.peer()].readers.front() != Some(&op) {
            return None;
        }
        let outcome = self.next_outcome(end, max)?;
        self.directions[end.peer()].readers.pop();
        let number = core.remove(op)?.number;
        core.log_return(self.place(end), number, &outcome, None);
        self.note_told(end, &outcome);
        self.pump(core, end.peer());
        self.wake_reader(core, end);
        self.check(core);
        Some(outcome)
    }

    fn next_outcome(&mut self, end: End, max: usize) -> Option<Outcome> {
        let incoming = &mut self.directions[end.peer()];
        let side = &mut self.sides[end];
        if let Some(bytes) = incoming.read(max) {
            return Some(Outcome::Data(bytes.into()));
        }
        if side.closed {
            return Some(side.contract.closed_read());
        }
        if side.eof_seen || side.shut_read {
            return Some(Outcome::Eof);
        }
        if side.dead.is_some() {
            return Some(side.aborted_read());
        }
        side.eof_seen = incoming.fin == Fin::Arrived;
        side.eof_seen.then_some(Outcome::Eof)
    }

    // Writing.

    fn write(&mut self, core: &mut Core, end: End, op: Op, data: impl IntoIterator<Item = Payload>, nodelay: bool) {
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

    fn flush(&mut self, core: &mut Core, end: End, op: Op) {
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
    fn pump(&mut self, core: &mut Core, from: End) {
        let direction = &self.directions[from];
        if !direction.writers.is_empty() || direction.fin == Fin::Asked {
            self.push_out(core, from);
        }
    }

    fn push_out(&mut self, core: &mut Core, from: End) {
        while let Some(bytes) = self.accept(core, from) {
            self.send(core, from, StreamParcel::Data(bytes));
        }
        let direction = &mut self.directions[from];
        if direction.fin == Fin::Asked && direction.writers.is_empty() {
            direction.fin = Fin::Sent;
            self.send(core, from, StreamParcel::Fin);
        }
        self.settle(core, from);
    }

    /// Takes the next piece from the write that is first in line; a write that is whole by now ends with `ok`.
    fn accept(&mut self, core: &mut Core, from: End) -> Option<Bytes> {
        let (is_counted, is_bounded) = (!self.is_deaf(from.peer()), !self.sides[from].closed);
        let direction = &mut self.directions[from];
        let room = if is_counted && is_bounded { self.capacity.saturating_sub(direction.held) } else { usize::MAX };
        let bytes = direction.writers.front_mut()?.accept(room)?;
        if is_counted {
            direction.held += bytes.len();
        }
        direction.accepted += bytes.len() as u64;
        if direction.writers.front().is_some_and(PipeWriter::is_whole) {
            self.finish_writer(core, from);
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
    fn settle(&mut self, core: &mut Core, end: End) {
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

    // What is under way.

    fn send(&mut self, core: &mut Core, from: End, parcel: StreamParcel) {
        let direction = &mut self.directions[from];
        if self.delay.is_zero() {
            return self.deliver(core, from, parcel);
        }
        let (time, sequence) = (core.now + self.delay, core.agenda.next_sequence());
        if direction.transit.is_empty() {
            core.agenda.push(time, sequence, Occurrence::Arrival { pipe: self.flow, from });
        }
        direction.transit.push((time, sequence, parcel));
    }

    /// The next parcel of a direction arrives; false if there is none any more.
    pub(super) fn arrive(&mut self, core: &mut Core, from: End) -> bool {
        let direction = &mut self.directions[from];
        let Some((_, _, parcel)) = direction.transit.pop() else { return false };
        if let Some(&(time, sequence, _)) = direction.transit.front() {
            core.agenda.push(time, sequence, Occurrence::Arrival { pipe: self.flow, from });
        }
        self.deliver(core, from, parcel);
        self.check(core);
        true
    }

    fn deliver(&mut self, core: &mut Core, from: End, parcel: StreamParcel) {
        let target = from.peer();
        match parcel {
            StreamParcel::Data(bytes) => {
                self.note_arrived(core, from, bytes.len());
                if !self.is_deaf(target) {
                    self.directions[from].ready.push(bytes);
                }
            }
            StreamParcel::Fin => self.directions[from].fin = Fin::Arrived,
            StreamParcel::Reset => return self.abort_by_peer(core, target),
        }
        if self.sides[target].dead.is_some() {
            return self.send(core, target, StreamParcel::Reset);
        }
        self.wake_reader(core, target);
        self.settle_close(core, target);
    }

    /// `write_nodelay` that waits for arrival: everything up to here has arrived.
    fn note_arrived(&mut self, core: &mut Core, from: End, count: usize) {
        let direction = &mut self.directions[from];
        direction.arrived += count as u64;
        while direction.unacknowledged.front().is_some_and(|(upto, _)| *upto <= direction.arrived) {
            if let Some((_, op)) = direction.unacknowledged.pop() {
                core.finish(op, Outcome::Ok, None);
            }
        }
    }

    /// What this end still holds.
    pub(super) fn resources(&self, end: End) -> Resources {
        if self.has_ended(end) {
            return Resources::default();
        }
        let buffered = self.directions[end].under_way() + self.directions[end.peer()].unread();
        Resources { connections: 1, buffered: buffered as u64, ..Resources::default() }
    }
}
