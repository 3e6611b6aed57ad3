//! Begins a call: checks the caller's duties, and notes what is pending from now on.

use bytes::Bytes;

use super::Judge;
use crate::contract::{Call, End, Payload};
use crate::oracle::events::{BegunCall, BegunWrite};
use crate::oracle::fact::fact;
use crate::oracle::order;
use crate::oracle::rooms::{caller_keeps_off, failed_write_is_prefix};
use crate::oracle::state::{Asked, Pending};
use crate::oracle::stream::{Status, Write};

/// The most pending calls of one end that are watched.
const PENDING: usize = 1 << 18;

impl Judge<'_> {
    pub fn call(&mut self, op: u64, call: &Call) {
        if self.me().pending.len() >= PENDING {
            return self.too_many_pending();
        }
        self.stir();
        let asked = self.begin(op, call);
        self.duties(op, asked);
        let end = self.end;
        self.on_tracks(|tracks| tracks.called(end));
        self.note_use(asked);
        self.note_what_ends(asked);
        let (called, peer_reads, unheard) = (self.at, self.peer().reading.returned(), self.hosts[self.end].down);
        self.me_mut().pending.add(Pending { op, called, asked, peer_reads, overdue: false, unheard });
    }

    /// The end is used, and its flow, if the call is one on the flow.
    fn note_use(&mut self, asked: Asked) {
        let me = self.me_mut();
        me.used = true;
        match asked {
            Asked::Connect(_) | Asked::Accept(_) => self.opening_begins(asked),
            _ if asked.is_of_flow() => me.opening.used(),
            _ => {}
        }
    }

    /// What a call asks to end is ending from now on.
    fn note_what_ends(&mut self, asked: Asked) {
        let at = self.at;
        if asked == Asked::Close && self.me().halves.close_begun().is_none() {
            self.leave_unread();
        }
        let me = self.me_mut();
        match asked {
            Asked::Shutdown(mode) => me.halves.shutdown_called(mode, at),
            Asked::Close => me.halves.close_called(at),
            Asked::Disconnect => me.halves.disconnect_called(at),
            _ => return,
        }
        me.calm = false;
        if !self.flow.is_evidence() && self.header.proxies.is_empty() {
            self.book.begins_to_end(self.flow.id, at);
        }
        if matches!(asked, Asked::Shutdown(mode) if mode.reads()) {
            self.shutting_read();
        }
    }

    /// The first close leaves what has arrived and is not read.
    fn leave_unread(&mut self) {
        let writer = self.end.peer();
        let arrived = self.flow.tracks().arrived_of(writer).unwrap_or(0);
        let left = arrived.saturating_sub(self.flow.streams[writer].bytes_read);
        self.me_mut().reading.leaves(left);
    }

    /// Memory is bounded: calls beyond the most that are watched are not judged, nor are bytes that may be theirs.
    fn too_many_pending(&mut self) {
        let end = self.end;
        self.book.give_up(|| fact!("more than {most} calls of the {end} are pending: not all were judged", most = PENDING, end));
        End::BOTH.into_iter().for_each(|end| self.flow.streams[end].lose_track());
    }

    /// What lies unread at own shutdown of reading may be thrown away in one piece, where late data can be read.
    fn shutting_read(&mut self) {
        if self.me().late_data() || self.me().contract.data_after_shutdown_read.is_none() {
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
            Call::Listen { port, keepalive } => self.listen_called(*port, *keepalive),
            Call::Unlisten { port } => self.unlisten_called(*port),
            Call::Destination => Asked::Destination,
            Call::Write(data) => self.write_called(op, std::slice::from_ref(data), false),
            Call::WriteNodelay(data) => self.write_called(op, std::slice::from_ref(data), true),
            Call::Writev(list) => self.write_called(op, list, false),
            Call::WritevNodelay(list) => self.write_called(op, list, true),
        }
    }

    fn write_called(&mut self, op: u64, buffers: &[Payload], nodelay: bool) -> Asked {
        let (data, ends) = join(buffers);
        let (len, vectored) = (data.len(), ends.len() > 1);
        let scene = self.scene();
        let void = failed_write_is_prefix::must_be_void(&scene);
        let found = order::begun_write(&scene, &BegunWrite { len });
        self.count(&found);
        if len > 0 && self.peer().halves.full_close_returned().is_some() {
            let called = self.at;
            self.me_mut().writing.met_closed_peer(called);
        }
        let stream = &mut self.flow.streams[self.end];
        let nodelay = nodelay.then_some(stream.bytes_ok);
        stream.called += 1;
        if len > 0 {
            let (number, called, status) = (stream.called, self.at, Status::Pending);
            stream.call(Write { number, op, called, returned: None, status, data, len, flushed: false, ends, blamed: None });
            self.meet_suspects(op);
        } else {
            let (at, behind) = (self.at, stream.bytes_called);
            self.me_mut().writing.wrote_nothing(at, behind);
        }
        Asked::Write { len, vectored, void, nodelay }
    }

    /// What the caller must not do; where it did, nothing is promised any more.
    fn duties(&mut self, op: u64, asked: Asked) {
        if self.flow.is_evidence() {
            return;
        }
        let scene = self.scene();
        let call = BegunCall::new(&scene, asked);
        let duties = caller_keeps_off::begun_call(&scene, &call);
        self.book.charge(self.site(op), duties);
        self.me_mut().faulted |= call.overlaps || call.closes_under;
        if call.overlaps && matches!(asked, Asked::Write { .. }) {
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
