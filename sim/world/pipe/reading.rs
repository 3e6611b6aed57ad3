//! Serves the reads of a pipe's ends, the first in line first.

use crate::choice::Site;
use crate::contract::{ConcurrentReads, End, Outcome};

use super::super::core::Core;
use super::super::{Conn, Op};
use super::Pipe;
use super::direction::Fin;
use super::quirk::PipeQuirk;

impl Pipe {
    pub(super) fn read(&mut self, core: &mut Core, end: End, op: Op) {
        self.directions[end.peer()].readers.push(op);
        self.wake_reader(core, end);
    }

    /// Tells the read that is first in line, if there is something for it. Only that one can take it; it passes the word on.
    pub(super) fn wake_reader(&mut self, core: &mut Core, end: End) {
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

    pub(super) fn is_readable(&self, end: End) -> bool {
        let incoming = &self.directions[end.peer()];
        let side = &self.sides[end];
        let has_ended = incoming.fin == Fin::Arrived || side.shut_read || side.closed || side.dead.is_some();
        !incoming.ready.is_empty() || has_ended || (side.shut_write && self.is(PipeQuirk::ShutdownWriteReadsEof))
    }

    /// The outcome of the read that is first in line, if there is one; nothing for any other read.
    pub(in super::super) fn take_read(&mut self, core: &mut Core, end: End, op: Op, max: usize) -> Option<Outcome> {
        if self.directions[end.peer()].readers.front() != Some(&op) {
            return None;
        }
        let outcome = self.next_outcome(end, max)?;
        let outcome = if self.broken.is_none() { outcome } else { self.spoilt(core, end, outcome) };
        self.directions[end.peer()].readers.pop();
        let number = core.remove(op)?.number;
        core.log_return(self.place(end), number, &outcome, None);
        self.note_told(end, &outcome);
        self.pump(core, end.peer());
        if !self.is(PipeQuirk::OneReaderWokenAtEof) || outcome != Outcome::Eof {
            self.wake_reader(core, end);
        }
        self.check(core);
        Some(outcome)
    }

    fn next_outcome(&mut self, end: End, max: usize) -> Option<Outcome> {
        if self.broken.is_some()
            && let Some(odd) = self.odd_outcome(end, max)
        {
            return odd;
        }
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
}
