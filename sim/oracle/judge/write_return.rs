//! Judges the return of a write, and applies what it establishes.

use super::Judge;
use crate::contract::Outcome;
use crate::oracle::events::ReturnedWrite;
use crate::oracle::ledger::ViolationSite;
use crate::oracle::order;
use crate::oracle::rooms::{cancelled_close, closed_has_cause};
use crate::oracle::ruling::Findings;
use crate::oracle::state::{Asked, Pending};
use crate::oracle::stream::Status;
use crate::rules::Rule;

impl Judge<'_> {
    pub(super) fn write_returned(&mut self, pending: &Pending, outcome: &Outcome, accepted: Option<u64>) {
        let Asked::Write { len, vectored, void, nodelay } = pending.asked else { return };
        let write = ReturnedWrite { pending, len, vectored, void, nodelay, accepted, outcome, unexplained: false, shows: None };
        match outcome {
            Outcome::Ok if len > 0 => {
                if self.is_calm() {
                    self.calm_write_ok(&write);
                } else {
                    self.write_ok(&self.having_succeeded(write));
                }
                self.note_isolation(pending);
            }
            Outcome::Ok => self.unjudged_write(&write),
            Outcome::Panic(said) => {
                self.unjudged_write(&write);
                self.panicked(pending, said);
            }
            _ => self.write_failed(&self.having_failed(write)),
        }
    }

    /// A write that returned ok, with what that shows.
    fn having_succeeded<'w>(&self, write: ReturnedWrite<'w>) -> ReturnedWrite<'w> {
        ReturnedWrite { shows: cancelled_close::shown_by_success(&self.scene(), write.called()), ..write }
    }

    /// A write that failed, with what that shows.
    fn having_failed<'w>(&self, write: ReturnedWrite<'w>) -> ReturnedWrite<'w> {
        let scene = self.scene();
        let explained = closed_has_cause::is_explained(&scene, write.called());
        let shows = cancelled_close::shown_by_failure(&scene).filter(|_| !explained);
        let unexplained = !explained && !cancelled_close::may_have_ended_writing(&scene);
        ReturnedWrite { unexplained, shows, ..write }
    }

    fn calm_write_ok(&mut self, write: &ReturnedWrite<'_>) {
        let found = order::write_ok(&self.scene(), write);
        self.settle(write);
        self.enter(write.pending, found);
    }

    fn write_ok(&mut self, write: &ReturnedWrite<'_>) {
        let scene = self.scene();
        let (found, late) = (order::write_ok(&scene, write), order::late_write(&scene, write));
        self.enter_at_eof(late);
        self.settle(write);
        let me = self.me_mut();
        if let Some(doubt) = write.shows {
            me.halves.settle_write(doubt);
        }
        self.enter(write.pending, found);
    }

    fn write_failed(&mut self, write: &ReturnedWrite<'_>) {
        let scene = self.scene();
        let (found, late) = (order::failed_write(&scene, write), order::late_write(&scene, write));
        self.enter_at_eof(late);
        self.settle(write);
        let at = self.at;
        let me = self.me_mut();
        me.calm = false;
        me.writing.failed(at);
        if let Some(doubt) = write.shows {
            me.halves.settle_write(doubt);
        }
        self.enter(write.pending, found);
    }

    fn unjudged_write(&mut self, write: &ReturnedWrite<'_>) {
        let found = order::unjudged_write(&self.scene(), write);
        self.settle(write);
        self.enter(write.pending, found);
    }

    /// The write's bytes: all of them, a prefix, or none.
    fn settle(&mut self, write: &ReturnedWrite<'_>) {
        if write.len == 0 {
            return;
        }
        let (at, op) = (self.at, write.pending.op);
        let is_ok = *write.outcome == Outcome::Ok;
        let status = match (is_ok, write.void) {
            // An ok that must not be is judged once: its bytes may be read, and none of them is owed.
            (true, true) => Status::Prefix,
            (true, false) if write.short().is_some() => Status::Prefix,
            (true, false) => Status::Ok,
            (false, true) => Status::Void,
            (false, false) => Status::Prefix,
        };
        let exact = write.accepted.filter(|_| !is_ok).map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX));
        if !is_ok {
            self.blame(op, Rule::FailedWriteIsPrefix);
        }
        self.flow.streams[self.end].settle(op, at, status, exact, &mut self.book.effort);
    }

    /// Writes down what is wrong with the clean EOF that the peer has read of this end's bytes.
    pub(super) fn enter_at_eof(&mut self, findings: Findings) {
        let Some((at, op)) = self.flow.streams[self.end].clean_eof else { return };
        self.enter_at(ViolationSite { at, flow: self.flow.id, end: self.end.peer(), op: Some(op) }, findings);
    }
}
