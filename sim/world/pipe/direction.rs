//! Keeps one direction of a pipe: pending writes, what is under way, what lies ready to be read.

use bytes::{Buf, Bytes, BytesMut};
use smallvec::SmallVec;

use crate::contract::Payload;
use crate::time::Instant;

use super::super::Op;
use super::super::queue::Queue;

/// How far the end of the stream has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) enum Fin {
    /// It was not asked for.
    #[default]
    Open,
    /// Asked for, behind writes that are not whole yet.
    Asked,
    /// Under way.
    Sent,
    /// At the peer, behind what lies ready.
    Arrived,
}

/// What travels.
#[derive(Clone, Debug)]
pub(super) enum StreamParcel {
    Data(Bytes),
    Fin,
    Reset,
}

/// A write that is not whole yet.
#[derive(Clone, Debug)]
pub(super) struct PipeWriter {
    pub(super) op: Op,
    /// Orders it against the calls that wait for it.
    serial: u64,
    /// The rest, none of it empty, the next buffer last.
    rest: SmallVec<[Bytes; 1]>,
    pub(super) accepted: u64,
    /// It ends only when the peer has the bytes.
    pub(super) until_arrival: bool,
}

impl PipeWriter {
    pub(super) fn new(op: Op, mut buffers: SmallVec<[Bytes; 1]>, until_arrival: bool) -> Self {
        buffers.reverse();
        PipeWriter { op, serial: 0, rest: buffers, accepted: 0, until_arrival }
    }

    /// Takes the next piece that fits into `room`.
    pub(super) fn accept(&mut self, room: usize) -> Option<Bytes> {
        let next = self.rest.last_mut()?;
        let count = next.len().min(room);
        if count == 0 {
            return None;
        }
        self.accepted += count as u64;
        if count == next.len() { self.rest.pop() } else { Some(next.split_to(count)) }
    }

    pub(super) fn is_whole(&self) -> bool {
        self.rest.is_empty()
    }

    /// The buffers that have not been accepted, in order.
    pub(super) fn rest(&self) -> impl Iterator<Item = &Bytes> {
        self.rest.iter().rev()
    }
}

/// A flush or a shutdown that ends when no write before its serial is left.
#[derive(Clone, Debug)]
pub(super) struct Waiter {
    pub(super) op: Op,
    serial: u64,
    pub(super) is_flush: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Direction {
    /// Pending writes in call order; only the first one moves.
    pub(super) writers: Queue<PipeWriter>,
    waiting: Queue<Waiter>,
    next_serial: u64,
    /// Parcels under way, with the time and the sequence of their arrival.
    pub(super) transit: Queue<(Instant, u64, StreamParcel)>,
    /// What has arrived and was not read.
    pub(super) ready: Queue<Bytes>,
    /// Bytes accepted and not read: what counts against the capacity.
    pub(super) held: usize,
    pub(super) accepted: u64,
    pub(super) arrived: u64,
    /// Writes that wait for the arrival of everything up to an offset.
    pub(super) unacknowledged: Queue<(u64, Op)>,
    pub(super) fin: Fin,
    /// The peer's pending reads; only the first one is served.
    pub(super) readers: Queue<Op>,
}

impl Direction {
    pub(super) fn enqueue(&mut self, mut writer: PipeWriter) {
        writer.serial = self.next_serial;
        self.next_serial += 1;
        self.writers.push(writer);
    }

    /// This call ends once the writes before it are whole.
    pub(super) fn wait(&mut self, op: Op, is_flush: bool) {
        self.waiting.push(Waiter { op, serial: self.next_serial, is_flush });
    }

    pub(super) fn has_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Is a write left that was called before what waits first?
    pub(super) fn is_behind_writes(&self) -> bool {
        let serial = self.waiting.front().map_or(0, |waiter| waiter.serial);
        self.writers.front().is_some_and(|writer| writer.serial < serial)
    }

    pub(super) fn next_settled(&mut self) -> Option<Waiter> {
        if self.is_behind_writes() { None } else { self.waiting.pop() }
    }

    /// Takes the next that waits, whatever is left of the writes before it.
    pub(super) fn next_waiting(&mut self) -> Option<Waiter> {
        self.waiting.pop()
    }

    /// The calls that wait for writes: how many writes are before each, and whether it is a flush.
    pub(super) fn waiting_behind(&self) -> impl Iterator<Item = (usize, bool)> {
        self.waiting.iter().map(|waiter| {
            let ahead = self.writers.iter().filter(|writer| writer.serial < waiter.serial).count();
            (ahead, waiter.is_flush)
        })
    }

    /// A cancelled call waits for nothing and writes nothing more; true if there was such a call.
    pub(super) fn forget(&mut self, op: Op) -> bool {
        let before = self.writers.len() + self.waiting.len() + self.unacknowledged.len();
        self.writers.retain(|writer| writer.op != op);
        self.waiting.retain(|waiter| waiter.op != op);
        self.unacknowledged.retain(|(_, waiting)| *waiting != op);
        before != self.writers.len() + self.waiting.len() + self.unacknowledged.len()
    }

    /// What is left of a pending write.
    pub(super) fn rest(&self, op: Op) -> Vec<Bytes> {
        self.writers.iter().filter(|writer| writer.op == op).flat_map(PipeWriter::rest).cloned().collect()
    }

    /// At most `max` bytes of what is ready. Pieces are joined only up to a `max` that the caller named.
    pub(super) fn read(&mut self, max: usize) -> Option<Bytes> {
        let first = self.ready.front()?.len();
        let bytes = if first > max {
            self.ready.front_mut()?.split_to(max)
        } else if first == max || max == usize::MAX || self.ready.len() == 1 {
            self.ready.pop()?
        } else {
            self.join(max)
        };
        self.held = self.held.saturating_sub(bytes.len());
        Some(bytes)
    }

    fn join(&mut self, max: usize) -> Bytes {
        let total: usize = self.ready.iter().map(Bytes::len).sum();
        let mut joined = BytesMut::with_capacity(total.min(max));
        while joined.len() < max {
            let Some(piece) = self.ready.front_mut() else { break };
            let count = piece.len().min(max - joined.len());
            joined.extend_from_slice(&piece[..count]);
            piece.advance(count);
            if piece.is_empty() {
                self.ready.pop();
            }
        }
        joined.freeze()
    }

    /// No call will read: what lies ready is gone, and what is under way counts for nothing (it is dropped on arrival).
    pub(super) fn discard(&mut self) {
        self.ready = Queue::default();
        self.held = 0;
    }

    /// The reader's connection is gone. What was accepted before counts as arrived, as a pipe has nothing between its ends;
    /// the emptied parcels still arrive, for the answer that they get.
    pub(super) fn sever(&mut self, keep: bool) {
        self.held = 0;
        if !keep {
            self.ready = Queue::default();
            return;
        }
        for (_, _, parcel) in self.transit.iter_mut() {
            if let StreamParcel::Data(bytes) = parcel {
                self.ready.push(std::mem::take(bytes));
            }
        }
    }

    /// Bytes that lie ready.
    pub(super) fn unread(&self) -> usize {
        self.ready.iter().map(Bytes::len).sum()
    }

    /// Bytes that were accepted and have not arrived.
    pub(super) fn under_way(&self) -> usize {
        self.transit.iter().map(|(_, _, parcel)| if let StreamParcel::Data(bytes) = parcel { bytes.len() } else { 0 }).sum()
    }
}

/// The buffers that have bytes; nothing if a buffer's contents are not known.
pub(super) fn contents(data: impl IntoIterator<Item = Payload>) -> Option<SmallVec<[Bytes; 1]>> {
    let mut buffers = SmallVec::new();
    for payload in data {
        match payload {
            Payload::Bytes(bytes) if bytes.is_empty() => {}
            Payload::Bytes(bytes) => buffers.push(bytes),
            Payload::Count(0) => {}
            Payload::Count(_) => return None,
        }
    }
    Some(buffers)
}
