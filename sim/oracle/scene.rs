//! One event of one end: what a call begins, what its return establishes, what giving it up leaves open.

use bytes::Bytes;

use super::Stamp;
use super::end::{Answer, EndState, Kind, Pending, Step};
use super::flow::Flow;
use super::hosts::Host;
use super::ledger::{Ledger, Site};
use super::stream::{Reader, Status, Write};
use crate::contract::{
    BlockedReadAtClose, Both, Call, CancelRead, CancelWrite, ConcurrentReads, ConcurrentWrites, End, Error, Outcome, Payload,
};
use crate::rules::Rule;
use crate::trace::{Abort, By, EnvWhat, Header};

/// The most pending calls of one end that are watched.
const PENDING: usize = 1 << 18;

/// One event of one end, with all that judging it needs.
pub(super) struct Scene<'a> {
    pub flow: &'a mut Flow,
    pub book: &'a mut Ledger,
    pub header: &'a Header,
    pub hosts: &'a mut Both<Host>,
    pub end: End,
    pub at: Stamp,
}

/// What a return says.
#[derive(Clone, Copy)]
pub(super) struct Answered<'a> {
    pub outcome: &'a Outcome,
    pub accepted: Option<u64>,
    pub peer: Option<&'a str>,
    /// The flow that was made, if that is another.
    pub made: Option<u32>,
}

impl Scene<'_> {
    pub fn me(&self) -> &EndState {
        &self.flow.ends[self.end]
    }

    pub fn me_mut(&mut self) -> &mut EndState {
        &mut self.flow.ends[self.end]
    }

    pub fn peer(&self) -> &EndState {
        &self.flow.ends[self.end.peer()]
    }

    /// Nothing but reads and writes has happened on this flow, all of them went well, and nothing went wrong elsewhere.
    pub fn is_calm(&self) -> bool {
        self.me().calm && self.peer().calm && self.book.troubled.is_empty()
    }

    pub fn site(&self, op: u64) -> Site {
        Site { at: self.at, flow: self.flow.id, end: self.end, op: Some(op) }
    }

    /// The reader of a read that returns now; it is no longer counted among the pending ones.
    pub fn reader(&self, pending: &Pending) -> Reader {
        let me = self.me();
        let fifo = me.contract.concurrent_reads == ConcurrentReads::Fifo;
        Reader { called: pending.called.seq, now: self.at.seq, others: me.reads_pending, fifo }
    }

    /// As [`Scene::reader`], counting only those that can have been served before it.
    pub fn reader_in_line(&self, pending: &Pending) -> Reader {
        let reader = self.reader(pending);
        if !reader.fifo || reader.others == 0 {
            return reader;
        }
        let ahead = |other: &&Pending| matches!(other.kind, Kind::Read { .. }) && other.called.seq < reader.called;
        Reader { others: self.me().pending.iter().filter(ahead).count(), ..reader }
    }
}

impl Scene<'_> {
    pub(super) fn call(&mut self, op: u64, call: &Call) {
        if self.me().pending.len() >= PENDING {
            return self.too_many_pending();
        }
        self.stir();
        let kind = self.begin(op, call);
        let site = self.site(op);
        self.duties(site, kind);
        let at = self.at;
        self.flow.wire[self.end].interrupt();
        let me = self.me_mut();
        me.used = true;
        me.opening.used |= kind.is_of_flow() && !matches!(kind, Kind::Connect(_));
        match kind {
            Kind::Read { .. } => me.reads_pending += 1,
            Kind::Write { .. } => me.writes_pending += 1,
            Kind::Shutdown(mode) => {
                me.endings_pending += 1;
                if mode.reads() {
                    me.shut_read.call(at);
                }
                if mode.writes() {
                    me.shut_write.call(at);
                }
                me.refresh();
                self.shutting_read(mode.reads());
            }
            Kind::Close => {
                me.endings_pending += 1;
                me.close.call(at);
                me.close_begun.get_or_insert(at);
                me.refresh();
            }
            Kind::Disconnect => {
                me.disconnect.call(at);
                me.refresh();
            }
            Kind::Connect(_) | Kind::Accept(_) => self.opening_begins(kind),
            Kind::Flush | Kind::Listen(..) | Kind::Unlisten(_) | Kind::Destination => {}
        }
        let (peer_reads, unheard) = (self.peer().reads_returned, self.hosts[self.end].down);
        self.me_mut().pending.add(Pending { op, called: at, kind, peer_reads, overdue: false, unheard });
    }

    /// Memory is bounded: calls beyond the most that are watched are not judged, nor are bytes that may be theirs.
    fn too_many_pending(&mut self) {
        let end = self.end;
        self.book.give_up(|| format!("more than {PENDING} calls of the {end} are pending: not all were judged"));
        End::BOTH.into_iter().for_each(|end| self.flow.streams[end].lose_track());
    }

    /// What lies unread at own shutdown of reading may be thrown away in one piece, where late data can be read.
    fn shutting_read(&mut self, reads: bool) {
        if reads && (self.me().late_data() || self.me().contract.data_after_shutdown_read.is_none()) {
            self.flow.streams[self.end.peer()].lose_one_piece();
        }
    }

    /// The kind of a call; a write joins its stream.
    fn begin(&mut self, op: u64, call: &Call) -> Kind {
        match call {
            Call::Read { max } => Kind::Read { max: *max },
            Call::Flush => Kind::Flush,
            Call::Shutdown(mode) => Kind::Shutdown(*mode),
            Call::Close => Kind::Close,
            Call::Disconnect => Kind::Disconnect,
            Call::Connect { to, keepalive } => self.connect_called(to.as_deref(), *keepalive),
            Call::Accept { port, keepalive } => self.accept_called(*port, *keepalive),
            Call::Listen { port, .. } => self.listen_called(*port),
            Call::Unlisten { port } => self.unlisten_called(*port),
            Call::Destination => Kind::Destination,
            Call::Write(data) | Call::WriteNodelay(data) => self.write_called(op, std::slice::from_ref(data)),
            Call::Writev(list) | Call::WritevNodelay(list) => self.write_called(op, list),
        }
    }

    fn write_called(&mut self, op: u64, buffers: &[Payload]) -> Kind {
        let (data, ends) = join(buffers);
        let void = self.is_void_write();
        let at = self.at;
        if self.me().writes_pending > 0 && !data.is_empty() {
            self.book.exercise(Rule::WritesNotInterleaved);
        }
        let stream = &mut self.flow.streams[self.end];
        stream.called += 1;
        let (number, len) = (stream.called, data.len());
        let vectored = ends.len() > 1;
        if len > 0 {
            let status = Status::Pending;
            let write = Write { number, op, called: at, returned: None, status, data, len, flushed: false, ends, blamed: None };
            stream.call(write);
            self.meet_suspects(op);
        } else {
            let written = stream.bytes_called;
            self.me_mut().zero_write.get_or_insert((at, written)).1 = written;
            self.book.exercise(Rule::ZeroLengthIsInvisible);
        }
        Kind::Write { len, vectored, void }
    }

    /// Must a write that is called now contribute nothing, unless it returns ok?
    fn is_void_write(&self) -> bool {
        let me = self.me();
        let ended = me.write_end_returned().is_some() || me.full_close_returned().is_some();
        let failed = me.contract.write_error_is_final == crate::contract::YesNo::Yes && me.write_error.is_some();
        ended || failed || self.peer().clean_eof.is_some()
    }

    /// What the caller must not do.
    fn duties(&mut self, site: Site, kind: Kind) {
        let me = self.me();
        let contract = me.contract;
        let overlap = match kind {
            Kind::Read { .. } => me.reads_pending > 0 && contract.concurrent_reads == ConcurrentReads::Forbidden,
            Kind::Write { .. } => me.writes_pending > 0 && contract.concurrent_writes == ConcurrentWrites::Forbidden,
            _ => false,
        };
        let closing = kind == Kind::Close && contract.blocked_read_at_close == BlockedReadAtClose::Fault;
        let under = closing && me.reads_pending + me.writes_pending > 0;
        let after = matches!(kind, Kind::Read { .. } | Kind::Write { .. } | Kind::Flush) && me.strong_close_returned().is_some();
        if overlap {
            self.book.fault(site, format!("a {} was called while another one was pending", kind.word()));
        }
        if under {
            self.book.fault(site, "close was called under a pending read or write".to_owned());
        }
        if after {
            self.book.fault(site, format!("a {} was called after the flow was closed", kind.word()));
        }
        let forbids = contract.concurrent_reads == ConcurrentReads::Forbidden || contract.concurrent_writes == ConcurrentWrites::Forbidden;
        let beside = forbids && self.me().reads_pending + self.me().writes_pending > 0;
        if overlap || under || after || beside {
            self.book.exercise(Rule::CallerKeepsOff);
        }
        self.me_mut().faulted |= overlap || under;
        if overlap && matches!(kind, Kind::Write { .. }) {
            // Nobody has promised anything about the bytes of writes that must not overlap.
            self.flow.streams[self.end].lose_track();
        }
    }

    pub(super) fn answer(&mut self, op: u64, answered: Answered<'_>) {
        let Answered { outcome, accepted, .. } = answered;
        let Some(pending) = self.me_mut().pending.take(op) else { return };
        self.stir();
        self.hosts[self.end].down = false;
        self.note_return(&pending);
        if let Outcome::Error(error) = outcome {
            self.evidence(&pending, error);
            self.note_reset_by_close(error);
        }
        let is_nowhere = self.is_nowhere(&pending, outcome);
        match pending.kind {
            Kind::Shutdown(_) | Kind::Close if is_nowhere => self.ended_nothing(&pending),
            Kind::Read { .. } | Kind::Write { .. } if is_nowhere => self.failed_nowhere(&pending, answered),
            Kind::Read { max } => self.read_returned(&pending, max, outcome),
            Kind::Write { .. } => self.write_returned(&pending, outcome, accepted),
            Kind::Shutdown(mode) => self.shutdown_returned(&pending, mode, outcome),
            Kind::Close => self.close_returned(&pending, outcome),
            Kind::Disconnect => self.disconnect_returned(&pending, outcome),
            Kind::Flush => self.flush_returned(&pending, outcome),
            Kind::Connect(port) => self.connect_returned(&pending, port, answered),
            Kind::Accept(port) => self.accept_returned(&pending, port, answered),
            Kind::Listen(port, found) => self.listen_returned(&pending, port, found, outcome),
            Kind::Unlisten(port) => self.unlisten_returned(&pending, port, outcome),
            Kind::Destination => self.destination_returned(&pending, answered),
        }
        self.tell(outcome);
    }

    /// A read or write failed since its end had no connection yet: the one that comes has not failed by that.
    fn failed_nowhere(&mut self, pending: &Pending, Answered { outcome, accepted, .. }: Answered<'_>) {
        let (read_error, write_error) = (self.me().read_error, self.me().write_error);
        match pending.kind {
            Kind::Read { max } => self.read_returned(pending, max, outcome),
            _ => self.write_returned(pending, outcome, accepted),
        }
        let me = self.me_mut();
        (me.read_error, me.write_error) = (read_error, write_error);
    }

    /// What the return of any call establishes.
    fn note_return(&mut self, pending: &Pending) {
        let me = self.me_mut();
        match pending.kind {
            Kind::Read { .. } => {
                me.reads_pending -= 1;
                me.reads_returned += 1;
            }
            Kind::Write { .. } => me.writes_pending -= 1,
            Kind::Shutdown(_) | Kind::Close => me.endings_pending -= 1,
            _ => {}
        }
        if me.aborted.is_some_and(|abort| !abort.by_word) {
            self.book.exercise(Rule::AbortIsTold);
        }
    }

    /// The reset that the peer's full close may be needs no line of the network: the error shows that it came.
    fn note_reset_by_close(&mut self, error: &Error) {
        let reset = matches!(error, Error::Reset | Error::ConnectionAborted);
        if reset && self.peer().full_close_possible().is_some() && self.peer_close_may_reset() {
            let at = self.at;
            self.me_mut().reset_by_close.get_or_insert(at);
        }
    }

    pub(super) fn cancel(&mut self, op: u64) {
        let Some(pending) = self.me_mut().pending.take(op) else { return };
        self.stir();
        let at = self.at;
        let contract = self.me().contract;
        self.me_mut().calm = false;
        match pending.kind {
            Kind::Read { .. } => self.cancel_read(&pending, contract.cancel_read),
            Kind::Write { len, .. } => {
                self.me_mut().writes_pending -= 1;
                if len > 0 {
                    let runs_on = contract.cancel_write == CancelWrite::RunsOn;
                    self.book.exercise(Rule::FailedWriteIsPrefix);
                    self.blame(op, Rule::FailedWriteIsPrefix);
                    self.flow.streams[self.end].settle(op, at, if runs_on { Status::RunsOn } else { Status::Prefix }, None);
                }
            }
            Kind::Shutdown(mode) => {
                let me = self.me_mut();
                me.endings_pending -= 1;
                if mode.reads() {
                    let other = me.pending.earliest(|kind| matches!(kind, Kind::Shutdown(mode) if mode.reads()));
                    doubt(&mut me.shut_read, &mut me.maybe_read, other, at);
                }
                if mode.writes() {
                    let other = me.pending.earliest(|kind| matches!(kind, Kind::Shutdown(mode) if mode.writes()));
                    doubt(&mut me.shut_write, &mut me.maybe_write, other, at);
                }
            }
            Kind::Close => {
                let me = self.me_mut();
                me.endings_pending -= 1;
                if me.closes_fully() {
                    me.maybe_read.get_or_insert(Answer::Open(at));
                }
                let other = me.pending.earliest(|kind| kind == Kind::Close);
                doubt(&mut me.close, &mut me.maybe_write, other, at);
            }
            Kind::Listen(port, _) | Kind::Unlisten(port) => self.hosts[self.end].doubts(port),
            Kind::Connect(_) | Kind::Accept(_) | Kind::Flush | Kind::Disconnect | Kind::Destination => {}
        }
        self.me_mut().refresh();
    }

    fn cancel_read(&mut self, pending: &Pending, means: CancelRead) {
        let at = self.at;
        self.me_mut().reads_pending -= 1;
        self.book.exercise(Rule::CancelledRead);
        let others = self.me().reads_pending;
        let stream = &mut self.flow.streams[self.end.peer()];
        match means {
            CancelRead::Lossy => {
                stream.lose_one_piece();
                self.me_mut().lossy_read = true;
            }
            CancelRead::Safe => {
                let fits = stream.reader_left(others);
                self.me_mut().cancelled_read.get_or_insert(at);
                if !fits {
                    self.lost_with(pending, Rule::CancelledRead);
                }
            }
        }
    }

    pub(super) fn env(&mut self, what: &EnvWhat) {
        let at = self.at;
        match what {
            EnvWhat::Abort(kind, by) => self.abort(*kind, *by),
            EnvWhat::Crash(_) => {
                self.abort(Abort::Reset, By::Fault);
                let me = self.me_mut();
                me.crashed.get_or_insert(at);
                // What had arrived is gone with the host.
                me.arrived = None;
                me.pending.clear();
                (me.reads_pending, me.writes_pending, me.endings_pending) = (0, 0, 0);
            }
            EnvWhat::Resources(resources) => {
                self.flow.resources[self.end] = Some((at, *resources));
                super::remains::held_too_long(self.flow, self.book, self.header, self.end, at);
            }
            EnvWhat::Buffer { op, data } => self.buffer_seen(*op, data),
            EnvWhat::Transmitted { .. } | EnvWhat::Acknowledged { .. } => {}
            EnvWhat::Partition { .. } | EnvWhat::Heal { .. } | EnvWhat::Quiet | EnvWhat::End => {}
        }
    }
}

/// A cancelled call neither happened for certain nor certainly not; `other`: another call that asks the same is pending.
fn doubt(step: &mut Step, maybe: &mut Option<Answer>, other: Option<Stamp>, at: Stamp) {
    if step.returned.is_none() {
        step.called = other;
    }
    if step.called.is_none() && !matches!(maybe, Some(Answer::Yes(_))) {
        *maybe = Some(Answer::Open(at));
    }
}

/// The buffers of a write as one, and where each ends.
fn join(buffers: &[Payload]) -> (Payload, Box<[usize]>) {
    if let [only] = buffers {
        return (only.clone(), Box::default());
    }
    let ends = buffers
        .iter()
        .scan(0, |end, buffer| {
            *end += buffer.len();
            Some(*end)
        })
        .collect();
    let known: Option<Vec<&[u8]>> = buffers.iter().map(|buffer| buffer.bytes().map(Bytes::as_ref)).collect();
    let data = match known {
        Some(parts) => Payload::Bytes(parts.concat().into()),
        None => Payload::Count(buffers.iter().map(Payload::len).sum()),
    };
    (data, ends)
}
