//! Keeps a flow over two stacks: the calls of each end that have not ended, and what its segments mean.

use smallvec::SmallVec;

use crate::contract::{Both, Call, CloseIs, ConcurrentReads, Contract, End, Mode};
use crate::link::{Meaning, SegmentKind};
use crate::trace::Place;
use crate::wire::{Segment, Seq};

use super::super::queue::{Queue, Rare};
use super::super::stack::Socket;
use super::super::{Conn, Op};

/// A flow whose segments cross a path.
#[derive(Clone, Debug)]
pub(super) struct Wired {
    pub(super) flow: u32,
    pub(super) path: u32,
    pub(super) ends: Both<WiredSide>,
}

/// One end: the calls that wait for its stack.
#[derive(Clone, Debug)]
pub(super) struct WiredSide {
    /// Its connection, once it has one.
    pub(super) socket: Option<Socket>,
    /// Calls so far: the last operation's number.
    pub(super) calls: u64,
    pub(super) readers: Queue<Op>,
    /// Writes, and what takes its turn behind them: flush, the end of writing.
    pub(super) line: Rare<WaitingCall>,
    /// Calls that wait for no turn, each kind in order.
    pub(super) apart: SmallVec<[(Op, Apart); 1]>,
    sent: SentNumbers,
    pub(super) offered: Offered,
    /// Its connection is in TIME-WAIT: the next SYN may be for another one.
    pub(super) lingers: bool,
    /// Its host knows of it.
    pub(super) is_guest: bool,
    pub(super) close_is: CloseIs,
    pub(super) concurrent_reads: ConcurrentReads,
}

/// A connection that came to an end which listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Offered {
    /// There is none.
    Nothing,
    /// It is established, on this port, and waits for an accept.
    On(u16),
    /// An accept has handed it out: the end gets no other one.
    HandedOut,
    /// It was handed out, and the stack offers it, or another one, again.
    Again(u16),
}

impl Offered {
    /// An accept has handed a connection out.
    pub(super) const fn is_handed_out(self) -> bool {
        matches!(self, Offered::HandedOut | Offered::Again(_))
    }
}

/// What a call waits for that waits for no turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Apart {
    /// A connect, for the stack.
    Opening,
    /// An accept, for a connection to this port.
    Accepting(u16),
    /// A close, for the peer.
    Closing,
}

/// A call that stands in line.
#[derive(Clone, Debug)]
pub(super) struct WaitingCall {
    pub(super) op: Op,
    /// What is left of it.
    pub(super) call: Call,
    /// How many bytes it had at first, where it is a write.
    pub(super) len: Option<u64>,
}

impl WaitingCall {
    /// Half of it was done when it was called: it is done as a whole, whether or not anybody still waits for it.
    fn has_begun(&self) -> bool {
        matches!(self.call, Call::Shutdown(Mode::ReadWrite))
    }

    /// How many bytes of it the stack has not taken.
    pub(super) fn left(&self) -> u64 {
        self.call.buffers().map_or(0, |buffers| buffers.iter().map(|buffer| buffer.len() as u64).sum())
    }
}

/// How far an end has come with sending: what turns sequence numbers into stream offsets.
#[derive(Clone, Copy, Debug, Default)]
struct SentNumbers {
    /// The sequence number of its first octet.
    start: Option<Seq>,
    /// The stream offset behind the last octet.
    high: u64,
}

impl Wired {
    pub(super) fn new(flow: u32, path: u32, contract: Both<Contract>) -> Self {
        let side = |end: End| WiredSide::new(contract[end].close_is, contract[end].concurrent_reads);
        Wired { flow, path, ends: Both { client: side(End::Client), server: side(End::Server) } }
    }

    pub(super) fn place(&self, end: End) -> Place {
        Place { flow: self.flow, end }
    }

    pub(super) fn conn(&self, end: End) -> Conn {
        Conn::new(self.flow, end)
    }

    /// The number of the first octet of what this end sends (as the client's), and of what its peer sends (as the server's).
    pub(super) fn starts(&self, from: End) -> Both<Seq> {
        let start = |end: End| self.ends[end].sent.start.unwrap_or_default();
        Both { client: start(from), server: start(from.peer()) }
    }

    /// What a segment of this end is, as a person would say it.
    pub(super) fn meaning(&mut self, from: End, segment: &Segment) -> Meaning {
        let (entity, len) = (self.conn(from).0, segment.data.len() as u32);
        let sent = &mut self.ends[from].sent;
        if segment.flags.syn() {
            *sent = SentNumbers { start: Some(segment.seq + 1), high: 0 };
        }
        let offset = if len > 0 { sent.offset(segment.seq + u32::from(segment.flags.syn()), len) } else { 0 };
        Meaning { entity, kind: segment_kind(segment), offset, len }
    }
}

impl WiredSide {
    fn new(close_is: CloseIs, concurrent_reads: ConcurrentReads) -> Self {
        WiredSide {
            socket: None,
            calls: 0,
            readers: Queue::default(),
            line: Rare::new(),
            apart: SmallVec::new(),
            sent: SentNumbers::default(),
            offered: Offered::Nothing,
            lingers: false,
            is_guest: false,
            close_is,
            concurrent_reads,
        }
    }

    /// Its host is gone, with all that it waited for.
    pub(super) fn abandon(&mut self) {
        *self = WiredSide { calls: self.calls, ..WiredSide::new(self.close_is, self.concurrent_reads) };
    }

    /// Is there a call that waits for this?
    pub(super) fn awaits(&self, what: Apart) -> bool {
        self.apart.iter().any(|(_, apart)| *apart == what)
    }

    /// Takes the calls that wait for something like this.
    pub(super) fn take(&mut self, is_meant: impl Fn(Apart) -> bool) -> SmallVec<[Op; 1]> {
        let taken = self.apart.iter().filter(|(_, apart)| is_meant(*apart)).map(|(op, _)| *op).collect();
        self.apart.retain(|(_, apart)| !is_meant(*apart));
        taken
    }

    /// Forgets a call that was given up.
    pub(super) fn forget(&mut self, op: Op) {
        self.readers.retain(|reader| *reader != op);
        self.line.retain(|waiting| waiting.op != op || waiting.has_begun());
        self.apart.retain(|(apart, _)| *apart != op);
    }
}

impl SentNumbers {
    /// The stream offset of a sequence number, found from how far it lies from the highest one.
    fn offset(&mut self, seq: Seq, len: u32) -> u64 {
        let start = *self.start.get_or_insert(seq);
        let next = start + self.high as u32;
        let ahead = i64::from(seq.since(next) as i32);
        let offset = self.high.saturating_add_signed(ahead);
        self.high = self.high.max(offset + u64::from(len));
        offset
    }
}

/// What a segment is for, as faults name it.
pub fn segment_kind(segment: &Segment) -> SegmentKind {
    match segment.flags {
        flags if flags.rst() => SegmentKind::Rst,
        flags if flags.syn() && flags.ack() => SegmentKind::SynAck,
        flags if flags.syn() => SegmentKind::Syn,
        flags if flags.fin() => SegmentKind::Fin,
        _ if !segment.data.is_empty() => SegmentKind::Data,
        _ => SegmentKind::Ack,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a flow takes here that does nothing. The bench has a row for all that an idle pair of connections holds.
    #[test]
    fn an_idle_flow_takes_little() {
        assert!(size_of::<Wired>() <= 200, "{}", size_of::<Wired>());
    }
}
