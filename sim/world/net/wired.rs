//! A flow over two stacks: the calls of each end that have not ended, and what its segments mean.

use smallvec::SmallVec;

use crate::contract::{Both, Call, Contract, End};
use crate::link::{Meaning, SegmentKind};
use crate::trace::Place;
use crate::wire::{Segment, Seq};

use super::super::queue::Queue;
use super::super::stack::Socket;
use super::super::{Conn, Op};

/// A flow whose segments cross a path.
#[derive(Clone, Debug)]
pub(super) struct Wired {
    pub(super) flow: u32,
    pub(super) path: u32,
    pub(super) ends: Both<Side>,
}

/// One end: the calls that wait for its stack.
#[derive(Clone, Debug)]
pub(super) struct Side {
    pub(super) contract: Contract,
    /// Its connection, once it has one.
    pub(super) socket: Option<Socket>,
    /// Calls so far: the last operation's number.
    pub(super) calls: u64,
    pub(super) readers: Queue<Op>,
    /// Writes, and what takes its turn behind them: flush, the end of writing.
    pub(super) line: Queue<Waiting>,
    /// Closes that wait for the peer.
    pub(super) closing: SmallVec<[Op; 1]>,
    /// Connects that wait for the stack.
    pub(super) opening: SmallVec<[Op; 1]>,
    /// Accepts that wait for a connection to this port.
    pub(super) accepting: SmallVec<[(Op, u16); 1]>,
    /// The port that its connection was taken on, once it is established.
    pub(super) accepted: Option<u16>,
    /// Its connection is in TIME-WAIT: the next SYN may be for another one.
    pub(super) lingers: bool,
    sent: Sent,
}

/// A call that stands in line.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    pub(super) op: Op,
    /// What is left of it.
    pub(super) call: Call,
    /// How many bytes it had at first, where it is a write.
    pub(super) len: Option<u64>,
}

impl Waiting {
    /// How many bytes of it the stack has not taken.
    pub(super) fn left(&self) -> u64 {
        self.call.buffers().map_or(0, |buffers| buffers.iter().map(|buffer| buffer.len() as u64).sum())
    }
}

/// How far an end has come with sending: what turns sequence numbers into stream offsets.
#[derive(Clone, Copy, Debug, Default)]
struct Sent {
    /// The sequence number of its first octet.
    start: Option<Seq>,
    /// The stream offset behind the last octet.
    high: u64,
}

impl Wired {
    pub(super) fn new(flow: u32, path: u32, contract: Both<Contract>) -> Self {
        Wired { flow, path, ends: Both { client: Side::new(contract.client), server: Side::new(contract.server) } }
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
            *sent = Sent { start: Some(segment.seq + 1), high: 0 };
        }
        let offset = if len > 0 { sent.offset(segment.seq + u32::from(segment.flags.syn()), len) } else { 0 };
        Meaning { entity, kind: kind(segment), offset, len }
    }
}

impl Side {
    fn new(contract: Contract) -> Self {
        Side {
            contract,
            socket: None,
            calls: 0,
            readers: Queue::default(),
            line: Queue::default(),
            closing: SmallVec::new(),
            opening: SmallVec::new(),
            accepting: SmallVec::new(),
            accepted: None,
            lingers: false,
            sent: Sent::default(),
        }
    }

    /// Its host is gone, with all that it waited for.
    pub(super) fn abandon(&mut self) {
        *self = Side { calls: self.calls, ..Side::new(self.contract) };
    }

    /// Forgets a call that was given up.
    pub(super) fn forget(&mut self, op: Op) {
        self.readers.retain(|reader| *reader != op);
        self.line.retain(|waiting| waiting.op != op);
        self.closing.retain(|closing| *closing != op);
        self.opening.retain(|opening| *opening != op);
        self.accepting.retain(|(accepting, _)| *accepting != op);
    }
}

impl Sent {
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

fn kind(segment: &Segment) -> SegmentKind {
    match segment.flags {
        flags if flags.rst() => SegmentKind::Rst,
        flags if flags.syn() && flags.ack() => SegmentKind::SynAck,
        flags if flags.syn() => SegmentKind::Syn,
        flags if flags.fin() => SegmentKind::Fin,
        _ if !segment.data.is_empty() => SegmentKind::Data,
        _ => SegmentKind::Ack,
    }
}
