//! One end of a flow: which calls are pending, and what has been established about its halves.

use std::collections::BTreeMap;

use smallvec::SmallVec;

use super::hosts::Found;
use super::{Seq, Stamp};
use crate::contract::{CloseIs, Contract, DataAfterShutdownRead, Keepalive, Mode};
use crate::trace::Abort;

/// A call that has not returned.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pending {
    pub op: u64,
    pub called: Stamp,
    pub kind: Kind,
    /// How many reads of the peer had returned when it was called.
    pub peer_reads: u64,
    /// A late return was already held against it.
    pub overdue: bool,
    /// Its host had crashed, and nothing had been heard of it since: perhaps nobody was there to take the call.
    pub unheard: bool,
}

/// What a pending call is, as far as its return needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Read {
        max: usize,
    },
    Write {
        len: usize,
        vectored: bool,
        void: bool,
    },
    Flush,
    Shutdown(Mode),
    Close,
    Disconnect,
    /// The port, where it is known.
    Connect(Option<u16>),
    Accept(u16),
    Listen(u16, Found),
    Unlisten(u16),
    Destination,
}

impl Kind {
    /// Is it a call on the flow, or the one that opens it? All others are calls on the stack.
    pub const fn is_of_flow(self) -> bool {
        !matches!(self, Kind::Accept(_) | Kind::Listen(..) | Kind::Unlisten(_) | Kind::Destination | Kind::Disconnect)
    }

    pub const fn word(self) -> &'static str {
        match self {
            Kind::Read { .. } => "read",
            Kind::Write { .. } => "write",
            Kind::Flush => "flush",
            Kind::Shutdown(Mode::Read) => "shutdown read",
            Kind::Shutdown(Mode::Write) => "shutdown write",
            Kind::Shutdown(Mode::ReadWrite) => "shutdown read_write",
            Kind::Close => "close",
            Kind::Disconnect => "disconnect",
            Kind::Connect(_) => "connect",
            Kind::Accept(_) => "accept",
            Kind::Listen(..) => "listen",
            Kind::Unlisten(_) => "unlisten",
            Kind::Destination => "destination",
        }
    }
}

/// The pending calls of an end: nearly always few, so a short list first.
#[derive(Clone, Debug, Default)]
pub(super) struct Pendings {
    few: SmallVec<[Pending; 2]>,
    many: BTreeMap<u64, Pending>,
}

impl Pendings {
    const FEW: usize = 16;

    pub fn add(&mut self, pending: Pending) {
        if self.few.len() < Self::FEW {
            self.few.push(pending);
        } else {
            self.many.insert(pending.op, pending);
        }
    }

    pub fn take(&mut self, op: u64) -> Option<Pending> {
        match self.few.iter().rposition(|pending| pending.op == op) {
            Some(index) if index + 1 == self.few.len() => self.few.pop(),
            Some(index) => Some(self.few.remove(index)),
            None => self.many.remove(&op),
        }
    }

    pub fn get_mut(&mut self, op: u64) -> Option<&mut Pending> {
        match self.few.iter().rposition(|pending| pending.op == op) {
            Some(index) => self.few.get_mut(index),
            None => self.many.get_mut(&op),
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = &Pending> {
        self.few.iter().chain(self.many.values())
    }

    /// Those that somebody was there to take, as far as is known.
    pub fn heard(&self) -> impl Iterator<Item = &Pending> {
        self.iter().filter(|pending| !pending.unheard)
    }

    pub fn len(&self) -> usize {
        self.few.len() + self.many.len()
    }

    /// When the first of the pending calls of this kind was made.
    pub fn earliest(&self, is: impl Fn(Kind) -> bool) -> Option<Stamp> {
        self.iter().filter(|pending| is(pending.kind)).map(|pending| pending.called).min_by_key(|at| at.seq)
    }

    pub fn is_empty(&self) -> bool {
        self.few.is_empty() && self.many.is_empty()
    }

    pub fn clear(&mut self) {
        self.few.clear();
        self.many.clear();
    }
}

/// Something that a call begins and its return establishes: the first of each.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Step {
    pub called: Option<Stamp>,
    pub returned: Option<Stamp>,
}

impl Step {
    pub fn call(&mut self, at: Stamp) {
        self.called.get_or_insert(at);
    }

    pub fn end(&mut self, at: Stamp) {
        self.returned.get_or_insert(at);
    }

    /// Had it returned when `seq` came?
    pub fn before(&self, seq: Seq) -> bool {
        self.returned.is_some_and(|at| at.seq < seq)
    }
}

/// Whether a cancelled shutdown or close took effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Not known yet.
    Open(Stamp),
    /// Established by that event.
    Yes(Stamp),
    /// Refuted by that event.
    No(Stamp),
}

impl Answer {
    pub fn stamp(self) -> Stamp {
        match self {
            Answer::Open(at) | Answer::Yes(at) | Answer::No(at) => at,
        }
    }
}

/// That an end was aborted, and how it is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Aborted {
    pub at: Stamp,
    pub kind: Abort,
    /// Known only from the error word of a call.
    pub by_word: bool,
    /// The stack itself decided it.
    pub by_stack: bool,
}

/// What follows from the calls that end halves: worked out when one of them changes, read at every other event.
#[derive(Clone, Copy, Debug, Default)]
struct Ended {
    write_called: Option<Stamp>,
    write_returned: Option<Stamp>,
    full_called: Option<Stamp>,
    full_returned: Option<Stamp>,
    strong_returned: Option<Stamp>,
    reading_over: Option<Stamp>,
}

/// One end of a flow.
#[derive(Clone, Debug)]
pub(super) struct EndState {
    pub contract: Contract,
    /// `data-nonempty` and `fresh-buffer` belong to this end's contract.
    pub judges_content: bool,
    pub pending: Pendings,
    pub reads_pending: usize,
    pub writes_pending: usize,
    /// Shutdowns and closes.
    pub endings_pending: usize,
    pub reads_returned: u64,
    /// Any call at all was made.
    pub used: bool,
    /// Nothing but reads and writes has happened here, and all of them went well.
    pub calm: bool,
    /// Shutdown of writing.
    pub shut_write: Step,
    /// Shutdown of reading.
    pub shut_read: Step,
    /// Close, whatever it ends here.
    pub close: Step,
    /// The first close that was called, whatever became of it.
    pub close_begun: Option<Stamp>,
    /// The stack's disconnect.
    pub disconnect: Step,
    ended: Ended,
    /// A cancelled end of writing, a cancelled end of reading.
    pub maybe_write: Option<Answer>,
    pub maybe_read: Option<Answer>,
    pub aborted: Option<Aborted>,
    pub crashed: Option<Stamp>,
    /// The abort, and the stream offset up to which bytes had arrived, where arrivals are known.
    pub arrived: Option<(Stamp, u64)>,
    /// The first EOF that a read gave, and the first clean one.
    pub eof: Option<Stamp>,
    pub clean_eof: Option<Stamp>,
    /// An EOF other than that of own shutdown of reading.
    pub peer_eof: Option<Stamp>,
    pub read_error: Option<Stamp>,
    pub write_error: Option<Stamp>,
    /// A call returned the error of an abort.
    pub told: Option<Stamp>,
    /// A call failed with the reset that the peer's full close may be.
    pub reset_by_close: Option<Stamp>,
    /// A write that was called after the peer's full close had returned.
    pub wrote_to_closed: Option<Stamp>,
    /// A read was cancelled, where that must not consume anything.
    pub cancelled_read: Option<Stamp>,
    /// A read was cancelled, where that may have consumed something.
    pub lossy_read: bool,
    /// The first zero-length write, and how many bytes had been written before the latest one.
    pub zero_write: Option<(Stamp, u64)>,
    /// The caller did what must not be done: nothing is judged here any more.
    pub faulted: bool,
    /// How this end came to be connected.
    pub opening: Opening,
    /// It was aborted before it was known to be connected: what it has since is not known.
    pub maybe_dead: bool,
    /// A disconnect was called on another flow of what may be the same stack.
    pub stack_left: Option<Stamp>,
    /// How its connection is probed.
    pub keepalive: Option<Keepalive>,
    /// Whom it is connected to.
    pub destination: Option<Box<str>>,
}

/// How an end came to be connected: from the start, unless its first call on the flow is connect or accept.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Opening {
    /// The first connect or accept, where it is the first call on the flow.
    pub begun: Option<Stamp>,
    /// It was a connect.
    pub connects: bool,
    /// One returned ok: when, and its operation.
    pub opened: Option<(Stamp, u64)>,
    /// One failed.
    pub failed: Option<Stamp>,
    /// A call on the flow was made.
    pub used: bool,
}

impl Opening {
    /// Not connected yet when `seq` came, as far as is known.
    pub fn is_closed_to(&self, seq: Seq) -> bool {
        self.begun.is_some() && self.opened.is_none_or(|(at, _)| at.seq > seq)
    }
}

impl EndState {
    pub fn new(contract: Contract) -> Self {
        EndState {
            judges_content: contract.base != "v1",
            contract,
            pending: Pendings::default(),
            reads_pending: 0,
            writes_pending: 0,
            endings_pending: 0,
            reads_returned: 0,
            used: false,
            calm: true,
            ended: Ended::default(),
            shut_write: Step::default(),
            shut_read: Step::default(),
            close: Step::default(),
            close_begun: None,
            disconnect: Step::default(),
            maybe_write: None,
            maybe_read: None,
            aborted: None,
            crashed: None,
            arrived: None,
            eof: None,
            clean_eof: None,
            peer_eof: None,
            read_error: None,
            write_error: None,
            told: None,
            reset_by_close: None,
            wrote_to_closed: None,
            cancelled_read: None,
            lossy_read: false,
            zero_write: None,
            faulted: false,
            opening: Opening::default(),
            maybe_dead: false,
            stack_left: None,
            keepalive: None,
            destination: None,
        }
    }

    pub fn closes_fully(&self) -> bool {
        self.contract.close_is == CloseIs::Full
    }

    /// Late data can be read after own shutdown of reading.
    pub fn late_data(&self) -> bool {
        matches!(self.contract.data_after_shutdown_read, Some(DataAfterShutdownRead::Readable | DataAfterShutdownRead::Either))
    }

    /// Late data is thrown away after own shutdown of reading.
    pub fn discards(&self) -> bool {
        self.contract.data_after_shutdown_read == Some(DataAfterShutdownRead::Discard)
    }

    /// A call that ends a half began, returned, or is in doubt.
    pub fn refresh(&mut self) {
        let full = self.closes_fully();
        let (close_called, close_returned) = (self.close.called, self.close.returned);
        let write_called = sooner(self.shut_write.called, close_called);
        let write_returned = sooner(self.shut_write.returned, close_returned);
        let both_called = both(write_called, self.shut_read.called);
        let both_returned = both(write_returned, self.shut_read.returned);
        let strong_returned = sooner(close_returned.filter(|_| full), self.disconnect.returned);
        self.calm = false;
        self.ended = Ended {
            write_called: sooner(write_called, self.disconnect.called),
            write_returned: sooner(write_returned, self.disconnect.returned),
            full_called: sooner(sooner(close_called.filter(|_| full), self.disconnect.called), both_called),
            full_returned: sooner(strong_returned, both_returned),
            strong_returned,
            reading_over: sooner(strong_returned, both_returned.filter(|_| self.discards())),
        };
    }

    /// When a call began that ends writing: shutdown write or both, close, disconnect; cancelled ones apart.
    pub fn write_end_called(&self) -> Option<Stamp> {
        self.ended.write_called
    }

    /// When the first call that ends writing had returned.
    pub fn write_end_returned(&self) -> Option<Stamp> {
        self.ended.write_returned
    }

    /// When both halves were asked to end.
    pub fn full_close_called(&self) -> Option<Stamp> {
        self.ended.full_called
    }

    /// As [`EndState::full_close_called`], a cancelled or failed call that may have taken effect included.
    pub fn full_close_possible(&self) -> Option<Stamp> {
        let maybe = |answer: Option<Answer>| answer.filter(|answer| !matches!(answer, Answer::No(_))).map(Answer::stamp);
        let write = first([self.write_end_called(), maybe(self.maybe_write)]);
        let read = first([self.shut_read.called, maybe(self.maybe_read)]);
        first([self.full_close_called(), both(write, read), self.stack_left])
    }

    /// When both halves had ended.
    pub fn full_close_returned(&self) -> Option<Stamp> {
        self.ended.full_returned
    }

    /// A close of the whole flow, or a disconnect, has returned.
    pub fn strong_close_returned(&self) -> Option<Stamp> {
        self.ended.strong_returned
    }

    /// When reading was over for good: a full close, or both halves shut where late data is thrown away.
    pub fn reading_over(&self) -> Option<Stamp> {
        self.ended.reading_over
    }

    /// Is `seq` after the return of own full close?
    pub fn fully_closed_before(&self, seq: Seq) -> bool {
        self.full_close_returned().is_some_and(|at| at.seq < seq)
    }

    /// It is connected from now on: what failed before tells nothing of what comes.
    pub fn forget_failures(&mut self) {
        self.maybe_dead |= self.aborted.is_some();
        self.aborted = None;
        (self.read_error, self.write_error, self.told) = (None, None, None);
        (self.eof, self.peer_eof) = (None, None);
    }

    /// A connect, or accept, is pending.
    pub fn is_opening(&self) -> bool {
        self.opening.begun.is_some() && self.pending.earliest(|kind| matches!(kind, Kind::Connect(_) | Kind::Accept(_))).is_some()
    }

    /// It was aborted, or may have been.
    pub fn is_gone(&self) -> bool {
        self.aborted.is_some() || self.maybe_dead || self.stack_left.is_some()
    }

    /// Nothing is expected of it any more.
    pub fn is_void(&self) -> bool {
        self.crashed.is_some() || self.faulted
    }
}

/// The earliest of several moments.
pub(super) fn first<const N: usize>(stamps: [Option<Stamp>; N]) -> Option<Stamp> {
    let mut earliest: Option<Stamp> = None;
    for stamp in stamps.iter().flatten() {
        if earliest.is_none_or(|known| stamp.seq < known.seq) {
            earliest = Some(*stamp);
        }
    }
    earliest
}

#[inline]
fn sooner(a: Option<Stamp>, b: Option<Stamp>) -> Option<Stamp> {
    match (a, b) {
        (Some(one), Some(other)) => Some(if one.seq <= other.seq { one } else { other }),
        (one, None) => one,
        (None, other) => other,
    }
}

/// The moment from which both hold.
fn both(a: Option<Stamp>, b: Option<Stamp>) -> Option<Stamp> {
    Some(if a?.seq > b?.seq { a? } else { b? })
}
