//! Begins a call: checks the caller's duties, and notes what is pending from now on.

use bytes::Bytes;

use super::Judge;
use crate::contract::{BlockedReadAtClose, Call, ConcurrentReads, ConcurrentWrites, End, Payload};
use crate::oracle::ledger::Site;
use crate::oracle::rooms::failed_write_is_prefix;
use crate::oracle::state::{Asked, Pending};
use crate::oracle::stream::{Status, Write};
use crate::rules::Rule;

/// The most pending calls of one end that are watched.
const PENDING: usize = 1 << 18;

impl Judge<'_> {
    pub fn call(&mut self, op: u64, call: &Call) {
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
        let void = failed_write_is_prefix::must_be_void(&self.scene());
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
