//! Judges the return of a shutdown, close, flush or disconnect, and applies what it establishes.

use super::Judge;
use crate::contract::{AcceptedMeans, Mode, Outcome};
use crate::oracle::Ordinal;
use crate::oracle::events::{PushedOut, ReturnedEnd};
use crate::oracle::order;
use crate::oracle::state::Pending;

impl Judge<'_> {
    pub(super) fn shutdown_returned(&mut self, pending: &Pending, mode: Mode, outcome: &Outcome) {
        let found = order::returned_shutdown(&self.scene(), &ReturnedEnd { pending, outcome });
        let (at, done) = (self.at, *outcome == Outcome::Done);
        let me = self.me_mut();
        me.halves.shutdown_returned(mode, done, at);
        me.calm = false;
        self.enter(pending, found);
        if mode.writes() && done {
            self.pushed_out(pending.called.seq);
        }
    }

    pub(super) fn close_returned(&mut self, pending: &Pending, outcome: &Outcome) {
        let found = order::returned_close(&self.scene(), &ReturnedEnd { pending, outcome });
        let at = self.at;
        let me = self.me_mut();
        me.halves.close_returned(at);
        me.calm = false;
        self.enter(pending, found);
        self.pushed_out(pending.called.seq);
    }

    /// An end without a connection has nothing to end.
    pub(super) fn ended_nothing(&mut self, pending: &Pending) {
        let me = self.me_mut();
        me.halves.undo(pending.called);
        me.calm = false;
    }

    pub(super) fn flush_returned(&mut self, pending: &Pending, outcome: &Outcome) {
        let found = order::returned_flush(&self.scene(), &ReturnedEnd { pending, outcome });
        self.enter(pending, found);
        match outcome {
            Outcome::Ok => self.pushed_out(pending.called.seq),
            Outcome::Panic(said) => self.panicked(pending, said),
            _ => {}
        }
    }

    pub(super) fn disconnect_returned(&mut self, pending: &Pending, outcome: &Outcome) {
        let found = order::returned_disconnect(&self.scene(), &ReturnedEnd { pending, outcome });
        let at = self.at;
        let me = self.me_mut();
        me.halves.disconnect_returned(at);
        me.calm = false;
        self.enter(pending, found);
    }

    /// What was written before `seq` is accepted for good, and owed by a clean EOF that the peer has read.
    fn pushed_out(&mut self, seq: Ordinal) {
        let judged = self.me().contract.accepted_means == AcceptedMeans::Flushed;
        let stream = &mut self.flow.streams[self.end];
        if !judged || stream.clean_eof.is_none() {
            return stream.flush(seq);
        }
        let before = stream.owed(true, 0);
        stream.flush(seq);
        let owed = stream.owed(true, 0);
        let pushed = PushedOut { missing: if owed > before { owed } else { 0 } };
        let found = order::pushed_out(&self.scene(), &pushed);
        self.enter_at_eof(found);
    }
}
