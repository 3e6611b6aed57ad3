//! Bends calls: what a defect does in place of what was asked for, or before it.

use bytes::Bytes;

use crate::contract::{Call, End, Error, Mode, Outcome, Payload};

use super::super::super::Op;
use super::super::super::core::Core;
use super::super::Pipe;
use super::super::direction::StreamParcel;
use super::PipeQuirk;

impl Pipe {
    /// Performs a call as its defect has it: something in its place, or nothing where it is answered already, or never will be.
    #[cold]
    pub(in super::super) fn perform_bent(&mut self, core: &mut Core, end: End, op: Op, call: Call) {
        let Some(quirk) = self.quirk() else { return };
        if let Some(call) = self.bend(quirk, core, end, op, call) {
            self.perform(core, end, op, call);
        }
    }

    fn bend(&mut self, quirk: PipeQuirk, core: &mut Core, end: End, op: Op, call: Call) -> Option<Call> {
        match call {
            Call::Write(data) => self.bend_write(quirk, core, end, op, vec![data]),
            Call::Writev(list) => self.bend_write(quirk, core, end, op, list),
            Call::Flush if quirk == PipeQuirk::UnflushedLost => {
                _ = self.is_first(quirk, end);
                Some(call)
            }
            Call::Shutdown(mode) => self.bend_shutdown(quirk, core, end, op, mode).map(Call::Shutdown),
            Call::Close => self.bend_close(quirk, core, end, op),
            call => Some(call),
        }
    }

    fn bend_write(&mut self, quirk: PipeQuirk, core: &mut Core, end: End, op: Op, mut list: Vec<Payload>) -> Option<Call> {
        self.count_write(end);
        let is_empty = list.iter().all(Payload::is_empty);
        let outcome = match quirk {
            PipeQuirk::ZeroWriteIsEmptyRead if is_empty && !self.is_deaf(end.peer()) => {
                self.send(core, end, StreamParcel::Data(Bytes::new()));
                None
            }
            PipeQuirk::ZeroWriteEnds if is_empty => {
                self.send(core, end, StreamParcel::Fin);
                None
            }
            PipeQuirk::ShutdownWriteIgnored => self.sides[end].shut_write.then_some(Outcome::Ok),
            PipeQuirk::OtherErrorAfterClose => self.sides[end].closed.then(|| Outcome::Error(Error::Other("bad_descriptor".into()))),
            PipeQuirk::CancelReopens if self.sides[end].shut_write && self.is_owed(end) => {
                self.sides[end].shut_write = false;
                Some(self.sides[end].contract.closed_write())
            }
            PipeQuirk::WritesFail => (self.directions[end].accepted > 1000).then(|| self.sides[end].contract.closed_write()),
            PipeQuirk::ClosedPeerTakesWrites => self.sides[end.peer()].closed.then_some(Outcome::Ok),
            PipeQuirk::WriteAfterErrorOk => self.sides[end].told.then_some(Outcome::Ok),
            PipeQuirk::RefusedOnce if self.is_gone(end.peer()) => (!self.is_first(quirk, end)).then_some(Outcome::Ok),
            _ => None,
        };
        if let Some(outcome) = outcome {
            core.finish(op, outcome, None);
            return None;
        }
        match quirk {
            PipeQuirk::WritevReversed => list.reverse(),
            PipeQuirk::CancelledWriteAgain => self.put_before(end, &mut list),
            PipeQuirk::CancelledRestSent => list.extend(self.kept(end).into_iter().map(Payload::Bytes)),
            PipeQuirk::CancelledSentInstead => self.put_in_place(end, &mut list),
            _ => {}
        }
        Some(Call::Writev(list))
    }

    /// The write before this one goes out again first, if it was cancelled.
    fn put_before(&mut self, end: End, list: &mut Vec<Payload>) {
        let last: Vec<Payload> = self.kept(end).into_iter().map(Payload::Bytes).collect();
        if self.is_owed(end) {
            list.splice(0..0, last);
        }
        let whole: Vec<Bytes> = list.iter().filter_map(Payload::bytes).cloned().collect();
        self.keep(end, whole);
    }

    /// What was left of a cancelled write goes out, and not this one.
    fn put_in_place(&mut self, end: End, list: &mut Vec<Payload>) {
        let rest: Vec<Payload> = self.kept(end).into_iter().map(Payload::Bytes).collect();
        if !rest.is_empty() {
            *list = rest;
        }
    }

    fn bend_shutdown(&mut self, quirk: PipeQuirk, core: &mut Core, end: End, op: Op, mode: Mode) -> Option<Mode> {
        let is_full = self.directions[end.peer()].held >= self.capacity;
        match (quirk, mode) {
            (PipeQuirk::ShutdownReadIgnored | PipeQuirk::LateDataReadable, Mode::Read) | (PipeQuirk::ShutdownDoesNothing, Mode::Write) => {
                if quirk == PipeQuirk::LateDataReadable {
                    self.drop_unread(core, end);
                }
                core.finish(op, Outcome::Done, None);
                return None;
            }
            (PipeQuirk::FirstShutdownFails, Mode::Write) if self.is_first(quirk, end) => {
                core.finish(op, Outcome::Error(Error::Other("try_again".into())), None);
                return None;
            }
            (PipeQuirk::FullShutdownHangs, Mode::Read) if is_full => return None,
            (PipeQuirk::ShutdownBothHalf, Mode::ReadWrite) => return Some(Mode::Write),
            (PipeQuirk::ShutdownWriteEndsReading, Mode::Write) => self.shut_read(core, end),
            (PipeQuirk::ShutdownReadEndsWriting, Mode::Read) => self.sides[end].shut_write = true,
            (PipeQuirk::ShutdownReadEndsStream, Mode::Read) => self.send(core, end, StreamParcel::Fin),
            _ => {}
        }
        Some(mode)
    }

    fn bend_close(&mut self, quirk: PipeQuirk, core: &mut Core, end: End, op: Op) -> Option<Call> {
        let is_second = self.sides[end].close_called;
        match quirk {
            PipeQuirk::CloseDoesNothing => {
                core.finish(op, Outcome::Done, None);
                return None;
            }
            PipeQuirk::SecondClosePanics if is_second => {
                core.finish(op, Outcome::Panic("closed already".into()), None);
                return None;
            }
            PipeQuirk::CloseDropsBytes => self.drop_under_way(end),
            PipeQuirk::UnflushedLost if self.is_first(quirk, end) => self.directions[end].discard(),
            PipeQuirk::CloseDropsUnread if !self.sides[end].closes_fully() => self.drop_unread(core, end),
            _ => {}
        }
        Some(Call::Close)
    }

    fn drop_unread(&mut self, core: &mut Core, end: End) {
        self.directions[end.peer()].discard();
        self.pump(core, end.peer());
    }

    fn drop_under_way(&mut self, from: End) {
        self.directions[from].transit.retain(|(_, _, parcel)| !matches!(parcel, StreamParcel::Data(_)));
    }
}
