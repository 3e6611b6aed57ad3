//! One event of one end: what a call begins, what its return establishes, what giving it up leaves open.

use bytes::Bytes;

use super::Stamp;
use super::flow::Flow;
use super::hosts::Host;
use super::ledger::{Ledger, Site};
use super::state::{Asked, EndState, Pending};
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
        Reader { called: pending.called.seq, now: self.at.seq, others: me.pending.reads(), fifo }
    }

    /// As [`Scene::reader`], counting only those that can have been served before it.
    pub fn reader_in_line(&self, pending: &Pending) -> Reader {
        let reader = self.reader(pending);
        if !reader.fifo || reader.others == 0 {
            return reader;
        }
        let ahead = |other: &&Pending| matches!(other.asked, Asked::Read { .. }) && other.called.seq < reader.called;
        Reader { others: self.me().pending.iter().filter(ahead).count(), ..reader }
    }
}

impl Scene<'_> {
    pub(super) fn call(&mut self, op: u64, call: &Call) {
        if self.me().pending.len() >= PENDING {
            return self.too_many_pending();
        }
        self.stir();
        let asked = self.begin(op, call);
        let site = self.site(op);
        self.duties(site, asked);
        let at = self.at;
        self.flow.wire[self.end].interrupt();
        let me = self.me_mut();
        me.used = true;
        if asked.is_of_flow() && !matches!(asked, Asked::Connect(_)) {
            me.opening.used();
        }
        me.calm &= !matches!(asked, Asked::Shutdown(_) | Asked::Close | Asked::Disconnect);
        match asked {
            Asked::Shutdown(mode) => {
                me.halves.shutdown_called(mode, at);
                self.shutting_read(mode.reads());
            }
            Asked::Close => me.halves.close_called(at),
            Asked::Disconnect => me.halves.disconnect_called(at),
            Asked::Connect(_) | Asked::Accept(_) => self.opening_begins(asked),
            Asked::Read { .. } | Asked::Write { .. } | Asked::Flush => {}
            Asked::Listen(..) | Asked::Unlisten(_) | Asked::Destination => {}
        }
        let (peer_reads, unheard) = (self.peer().reading.returned(), self.hosts[self.end].down);
        self.me_mut().pending.add(Pending { op, called: at, asked, peer_reads, overdue: false, unheard });
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
    fn begin(&mut self, op: u64, call: &Call) -> Asked {
        match call {
            Call::Read { max } => Asked::Read { max: *max },
            Call::Flush => Asked::Flush,
            Call::Shutdown(mode) => Asked::Shutdown(*mode),
            Call::Close => Asked::Close,
            Call::Disconnect => Asked::Disconnect,
            Call::Connect { to, keepalive } => self.connect_called(to.as_deref(), *keepalive),
            Call::Accept { port, keepalive } => self.accept_called(*port, *keepalive),
            Call::Listen { port, .. } => self.listen_called(*port),
            Call::Unlisten { port } => self.unlisten_called(*port),
            Call::Destination => Asked::Destination,
            Call::Write(data) | Call::WriteNodelay(data) => self.write_called(op, std::slice::from_ref(data)),
            Call::Writev(list) | Call::WritevNodelay(list) => self.write_called(op, list),
        }
    }

    fn write_called(&mut self, op: u64, buffers: &[Payload]) -> Asked {
        let (data, ends) = join(buffers);
        let void = self.is_void_write();
        let at = self.at;
        if self.me().pending.writes() > 0 && !data.is_empty() {
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
            self.me_mut().writing.wrote_nothing(at, written);
            self.book.exercise(Rule::ZeroLengthIsInvisible);
        }
        Asked::Write { len, vectored, void }
    }

    /// Must a write that is called now contribute nothing, unless it returns ok?
    fn is_void_write(&self) -> bool {
        let me = self.me();
        let ended = me.halves.write_end_returned().is_some() || me.halves.full_close_returned().is_some();
        let failed = me.contract.write_error_is_final == crate::contract::YesNo::Yes && me.writing.error().is_some();
        ended || failed || self.peer().reading.clean_eof().is_some()
    }

    /// What the caller must not do.
    fn duties(&mut self, site: Site, kind: Asked) {
        let me = self.me();
        let contract = me.contract;
        let overlap = match kind {
            Asked::Read { .. } => me.pending.reads() > 0 && contract.concurrent_reads == ConcurrentReads::Forbidden,
            Asked::Write { .. } => me.pending.writes() > 0 && contract.concurrent_writes == ConcurrentWrites::Forbidden,
            _ => false,
        };
        let closing = kind == Asked::Close && contract.blocked_read_at_close == BlockedReadAtClose::Fault;
        let under = closing && me.pending.reads() + me.pending.writes() > 0;
        let after = matches!(kind, Asked::Read { .. } | Asked::Write { .. } | Asked::Flush) && me.halves.strong_close_returned().is_some();
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
        let beside = forbids && self.me().pending.reads() + self.me().pending.writes() > 0;
        if overlap || under || after || beside {
            self.book.exercise(Rule::CallerKeepsOff);
        }
        self.me_mut().faulted |= overlap || under;
        if overlap && matches!(kind, Asked::Write { .. }) {
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
        match pending.asked {
            Asked::Shutdown(_) | Asked::Close if is_nowhere => self.ended_nothing(&pending),
            Asked::Read { .. } | Asked::Write { .. } if is_nowhere => self.failed_nowhere(&pending, answered),
            Asked::Read { max } => self.read_returned(&pending, max, outcome),
            Asked::Write { .. } => self.write_returned(&pending, outcome, accepted),
            Asked::Shutdown(mode) => self.shutdown_returned(&pending, mode, outcome),
            Asked::Close => self.close_returned(&pending, outcome),
            Asked::Disconnect => self.disconnect_returned(&pending, outcome),
            Asked::Flush => self.flush_returned(&pending, outcome),
            Asked::Connect(port) => self.connect_returned(&pending, port, answered),
            Asked::Accept(port) => self.accept_returned(&pending, port, answered),
            Asked::Listen(port, found) => self.listen_returned(&pending, port, found, outcome),
            Asked::Unlisten(port) => self.unlisten_returned(&pending, port, outcome),
            Asked::Destination => self.destination_returned(&pending, answered),
        }
        self.tell(outcome);
    }

    /// A read or write failed since its end had no connection yet: the one that comes has not failed by that.
    fn failed_nowhere(&mut self, pending: &Pending, Answered { outcome, accepted, .. }: Answered<'_>) {
        let (read_error, write_error) = (self.me().reading.error(), self.me().writing.error());
        match pending.asked {
            Asked::Read { max } => self.read_returned(pending, max, outcome),
            _ => self.write_returned(pending, outcome, accepted),
        }
        let me = self.me_mut();
        me.reading.forget_error_since(read_error);
        me.writing.forget_error_since(write_error);
    }

    /// What the return of any call establishes.
    fn note_return(&mut self, pending: &Pending) {
        let me = self.me_mut();
        if matches!(pending.asked, Asked::Read { .. }) {
            me.reading.count();
        }
        if me.life.aborted().is_some_and(|abort| !abort.by_word) {
            self.book.exercise(Rule::AbortIsTold);
        }
    }

    /// The reset that the peer's full close may be needs no line of the network: the error shows that it came.
    fn note_reset_by_close(&mut self, error: &Error) {
        let reset = matches!(error, Error::Reset | Error::ConnectionAborted);
        if reset && self.peer().full_close_possible().is_some() && self.peer_close_may_reset() {
            let at = self.at;
            self.me_mut().life.was_reset_by_close(at);
        }
    }

    pub(super) fn cancel(&mut self, op: u64) {
        let Some(pending) = self.me_mut().pending.take(op) else { return };
        self.stir();
        let at = self.at;
        let contract = self.me().contract;
        self.me_mut().calm = false;
        match pending.asked {
            Asked::Read { .. } => self.cancel_read(&pending, contract.cancel_read),
            Asked::Write { len, .. } => {
                if len > 0 {
                    let runs_on = contract.cancel_write == CancelWrite::RunsOn;
                    self.book.exercise(Rule::FailedWriteIsPrefix);
                    self.blame(op, Rule::FailedWriteIsPrefix);
                    self.flow.streams[self.end].settle(op, at, if runs_on { Status::RunsOn } else { Status::Prefix }, None);
                }
            }
            Asked::Shutdown(mode) => {
                let me = self.me_mut();
                let reads = me.pending.earliest(|asked| matches!(asked, Asked::Shutdown(mode) if mode.reads()));
                let writes = me.pending.earliest(|asked| matches!(asked, Asked::Shutdown(mode) if mode.writes()));
                me.halves.shutdown_cancelled(mode, reads, writes, at);
            }
            Asked::Close => {
                let me = self.me_mut();
                let other = me.pending.earliest(|asked| asked == Asked::Close);
                me.halves.close_cancelled(other, at);
            }
            Asked::Listen(port, _) | Asked::Unlisten(port) => self.hosts[self.end].doubts(port),
            Asked::Connect(_) | Asked::Accept(_) | Asked::Flush | Asked::Disconnect | Asked::Destination => {}
        }
    }

    fn cancel_read(&mut self, pending: &Pending, means: CancelRead) {
        let at = self.at;
        self.book.exercise(Rule::CancelledRead);
        let others = self.me().pending.reads();
        let stream = &mut self.flow.streams[self.end.peer()];
        let lossy = means == CancelRead::Lossy;
        let fits = if lossy {
            stream.lose_one_piece();
            true
        } else {
            stream.reader_left(others)
        };
        self.me_mut().reading.cancel(at, lossy);
        if !fits {
            self.lost_with(pending, Rule::CancelledRead);
        }
    }

    pub(super) fn env(&mut self, what: &EnvWhat) {
        let at = self.at;
        match what {
            EnvWhat::Abort(kind, by) => self.abort(*kind, *by),
            EnvWhat::Crash(_) => {
                self.abort(Abort::Reset, By::Fault);
                let me = self.me_mut();
                me.life.crash(at);
                me.pending.clear();
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
