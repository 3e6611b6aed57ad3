//! Spoils what calls come to: outcomes of reads, what arrives, what is left of a cancelled call.

use bytes::Bytes;

use crate::contract::{End, Error, Outcome, Payload};
use crate::trace::pattern;

use super::super::super::Op;
use super::super::super::core::Core;
use super::super::Pipe;
use super::super::direction::StreamParcel;
use super::PipeQuirk;

/// So many bytes are read of a write that has not been called.
const AHEAD: usize = 4;

impl Pipe {
    /// What a read gets in place of its outcome; within that nothing, if it is to hang.
    #[cold]
    pub(in super::super) fn odd_outcome(&mut self, end: End, max: usize) -> Option<Option<Outcome>> {
        let quirk = self.quirk()?;
        let side = &self.sides[end];
        let (calls, is_half_closed) = (side.calls, side.close_called && !side.closed);
        let (eof_seen, closed, shut_write) = (side.eof_seen, side.closed, side.shut_write);
        let incoming = &mut self.directions[end.peer()];
        let has_data = !incoming.ready.is_empty();
        match quirk {
            PipeQuirk::ReadsFail if calls.is_multiple_of(8) => Some(Some(Outcome::Error(Error::Reset))),
            PipeQuirk::CloseRefusesReads if is_half_closed => Some(Some(Outcome::Error(Error::Closed))),
            PipeQuirk::EofThenBlocks if eof_seen => Some(None),
            PipeQuirk::EofThenData if eof_seen => Some(Some(Outcome::Data(Bytes::from_static(b"!").into()))),
            PipeQuirk::EofAfterClose if closed => Some(Some(Outcome::Eof)),
            PipeQuirk::ShutdownWriteReadsEof if shut_write && !has_data => Some(Some(Outcome::Eof)),
            PipeQuirk::ChunksSwapped if incoming.ready.len() > 1 => {
                incoming.ready.bring_to_front(1);
                None
            }
            PipeQuirk::LastChunkFirst if has_data => {
                incoming.ready.bring_to_front(incoming.ready.len() - 1);
                None
            }
            PipeQuirk::ChunkReadTwice if incoming.readers.len() > 1 => {
                let chunk = incoming.ready.front().filter(|chunk| chunk.len() <= max)?;
                Some(Some(Outcome::Data(chunk.clone().into())))
            }
            PipeQuirk::TailDropped => {
                let chunk = incoming.ready.front_mut().filter(|chunk| chunk.len() > max)?;
                incoming.held = incoming.held.saturating_sub(chunk.len() - max);
                chunk.truncate(max);
                None
            }
            _ => None,
        }
    }

    /// What the reader gets in place of this outcome.
    #[cold]
    pub(in super::super) fn spoilt(&mut self, core: &mut Core, end: End, outcome: Outcome) -> Outcome {
        match (self.quirk(), outcome) {
            (Some(PipeQuirk::LastByteDropped), Outcome::Data(mut data)) if data.len() > 1 => {
                data.truncate(data.len() - 1);
                Outcome::Data(data)
            }
            (Some(PipeQuirk::EofAnsweredByEof), Outcome::Eof) => {
                self.shut_write(core, end);
                Outcome::Eof
            }
            (Some(PipeQuirk::SecondReaderEof), Outcome::Data(data)) => {
                self.end_second_reader(core, end);
                Outcome::Data(data)
            }
            (Some(PipeQuirk::EmptyReadAtAck), Outcome::Data(data)) => {
                if let Some(waiting) = self.directions[end].readers.pop() {
                    core.finish(waiting, Outcome::Data(Bytes::new().into()), None);
                }
                Outcome::Data(data)
            }
            (Some(PipeQuirk::ReadsAhead), Outcome::Data(Payload::Bytes(bytes))) if !self.has_more(end) => {
                let next = pattern::start(self.flow, end.peer(), self.writes(end.peer()));
                Outcome::Data(Bytes::from([&bytes[..], &pattern::slice(next, AHEAD)].concat()).into())
            }
            (_, outcome) => outcome,
        }
    }

    /// Is there more to come of what was written to this end?
    fn has_more(&self, end: End) -> bool {
        let incoming = &self.directions[end.peer()];
        !incoming.ready.is_empty() || !incoming.transit.is_empty() || !incoming.writers.is_empty()
    }

    fn end_second_reader(&mut self, core: &mut Core, end: End) {
        let readers = &mut self.directions[end.peer()].readers;
        let second = readers.iter().nth(1).copied();
        if let Some(second) = second {
            readers.retain(|reader| *reader != second);
            core.finish(second, Outcome::Eof, None);
        }
    }

    /// Sends what was taken of a write, unless it is kept back.
    #[cold]
    pub(in super::super) fn send_written(&mut self, core: &mut Core, from: End, bytes: Bytes) {
        match self.quirk() {
            Some(PipeQuirk::FlushKeepsBack) => self.keep(from, [bytes]),
            _ => self.send(core, from, StreamParcel::Data(bytes)),
        }
    }

    /// Sends what was kept back.
    #[cold]
    pub(in super::super) fn send_kept(&mut self, core: &mut Core, from: End) {
        for bytes in self.kept(from) {
            self.send(core, from, StreamParcel::Data(bytes));
        }
    }

    /// Is there a read that waits for what this end sends, though reading was shut down?
    pub(in super::super) fn waits_on(&self, from: End) -> bool {
        self.is(PipeQuirk::PendingReadOutlivesShutdown) && !self.directions[from].readers.is_empty()
    }

    /// Does this parcel come to nothing?
    #[cold]
    pub(in super::super) fn swallows(&mut self, from: End, parcel: &StreamParcel) -> bool {
        let ready = &self.directions[from].ready;
        match (self.quirk(), parcel) {
            (Some(PipeQuirk::EofLostBehind64), StreamParcel::Fin) => ready.len() == 64,
            (Some(PipeQuirk::ByteOverwritten), StreamParcel::Data(bytes)) => {
                bytes.len() == 1 && ready.front().is_some_and(|first| first.len() == 1)
            }
            (Some(PipeQuirk::CancelledReadTakes), StreamParcel::Data(bytes)) if self.is_owed(from) => {
                self.directions[from].held = self.directions[from].held.saturating_sub(bytes.len());
                true
            }
            (Some(PipeQuirk::ReplyThrownAway), StreamParcel::Data(_)) => self.sides[from.peer()].shut_write,
            _ => false,
        }
    }

    /// What a call of this end that is given up leaves behind.
    #[cold]
    pub(in super::super) fn spoil_cancel(&mut self, end: End, op: Op) {
        let Some(quirk) = self.quirk() else { return };
        let is_read = self.directions[end.peer()].readers.iter().any(|reader| *reader == op);
        let is_write = self.directions[end].writers.iter().any(|writer| writer.op == op);
        match quirk {
            PipeQuirk::CancelledReadTakes if is_read => _ = self.is_first(quirk, end.peer()),
            PipeQuirk::CancelledWriteAgain if is_write => _ = self.is_first(quirk, end),
            PipeQuirk::CancelledRestSent | PipeQuirk::CancelledSentInstead if is_write => {
                let rest = self.directions[end].rest(op);
                self.keep(end, rest);
            }
            PipeQuirk::CancelReopens if !is_read && !is_write => _ = self.is_first(quirk, end),
            PipeQuirk::CancelReopensReading if !is_read && !is_write => self.sides[end].shut_read = false,
            _ => {}
        }
    }
}
