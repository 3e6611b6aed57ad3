//! Applies aborts: how they are known, and what they establish.

use super::Judge;
use crate::contract::{AbortByWord, Error, Outcome, YesNo};
use crate::oracle::Stamp;
use crate::oracle::events::UntoldEof;
use crate::oracle::events::abort::AbortedByStack;
use crate::oracle::ledger::ViolationSite;
use crate::oracle::order;
use crate::oracle::rooms::eof_after_reset;
use crate::oracle::state::{Aborted, Asked, Pending};
use crate::trace::{Abort, By};

impl Judge<'_> {
    /// Without a record of the network an error word is its own evidence of an abort.
    pub fn evidence(&mut self, pending: &Pending, error: &Error) {
        let flowing = matches!(pending.asked, Asked::Read { .. } | Asked::Write { .. } | Asked::Flush | Asked::Shutdown(_) | Asked::Close);
        if self.header.records.network || self.me().life.aborted().is_some() || !flowing {
            return;
        }
        let peer = self.peer();
        let has_reason = peer.life.is_gone() || peer.full_close_possible().is_some();
        if self.me().contract.abort_by_word == AbortByWord::WithReason && !has_reason {
            return;
        }
        let peer_left =
            peer.halves.write_end_called().is_some() || peer.halves.shut_read().called.is_some() || peer.halves.maybe_write().is_some();
        let earlier = |at: Stamp| at.seq < pending.called.seq || matches!(pending.asked, Asked::Write { .. });
        let own = self.me().halves.write_end_called().is_some_and(earlier) || self.me().halves.maybe_write().is_some();
        let ends = matches!(pending.asked, Asked::Shutdown(_) | Asked::Close | Asked::Flush);
        let kind = match error {
            Error::Reset | Error::ConnectionAborted => Abort::Reset,
            Error::TimedOut => Abort::Timeout,
            Error::BrokenPipe if !peer_left && !own => Abort::Reset,
            Error::NotConnected if ends && !peer_left && !own => Abort::Reset,
            _ => return,
        };
        let at = self.at;
        let me = self.me_mut();
        me.calm = false;
        me.life.abort(Aborted { at, kind, by_word: true, by_stack: false });
    }

    /// A call that returned the error of an abort has told this end: EPIPE may be written as `closed`.
    #[inline]
    pub fn tell(&mut self, asked: Asked, outcome: &Outcome) {
        let at = self.at;
        if matches!(outcome, Outcome::Error(_) | Outcome::Closed) && eof_after_reset::can_tell(asked) {
            self.me_mut().life.tell(at);
        }
        self.settle_untold();
    }

    /// An EOF waits for a pending call to return the error of the abort: is any left that was pending then?
    #[inline(always)]
    pub fn settle_untold(&mut self) {
        if let Some((eof, _)) = self.me().life.untold() {
            self.look_for_teller(eof);
        }
    }

    fn look_for_teller(&mut self, eof: Stamp) {
        let first = self.me().pending.earliest(eof_after_reset::can_tell);
        if first.is_none_or(|first| first.seq > eof.seq) {
            self.stays_untold();
        }
    }

    /// No call will return the error of the abort that an EOF has passed over.
    pub fn stays_untold(&mut self) {
        let Some((eof, op)) = self.me().life.untold() else { return };
        let found = order::untold_eof(&self.scene(), &UntoldEof);
        self.me_mut().life.wait_no_longer();
        self.enter_at(ViolationSite { at: eof, ..self.site(op) }, found);
    }

    /// In a pipe what was accepted has arrived; elsewhere segments show what has.
    fn note_arrivals(&mut self) {
        if self.me().life.arrived().is_some() || self.me().life.crashed().is_some() {
            return;
        }
        let writer = self.end.peer();
        let stream = &self.flow.streams[writer];
        let arrived = match (self.header.records.segments, self.me().contract.accepted_is_arrived) {
            (true, _) => self.flow.tracks().arrived_of(writer).map(|bytes| bytes.min(stream.bytes_called)),
            (false, YesNo::No) if self.header.records.transmitted => self.peer().writing.acknowledged(),
            (false, YesNo::Yes) => Some(stream.bytes_read + stream.owed(false, 0)),
            (false, YesNo::No) => None,
        };
        let at = self.at;
        if let Some(bytes) = arrived {
            self.me_mut().life.had_arrived(at, bytes);
        }
    }

    /// The environment says that this end was aborted.
    pub fn abort(&mut self, kind: Abort, by: By) {
        let at = self.at;
        self.stir();
        self.book.trouble(Some(self.flow.id), at);
        if by == By::Stack && self.header.records.network && self.me().life.aborted().is_none() {
            let found = order::aborted(&self.scene(), &AbortedByStack { kind });
            self.book.enter(self.site_of_end(), found);
        }
        if self.flow.is_untaken(self.end) {
            // Whether it will be handed out, and what it is then, is the stack's affair.
            let me = self.me_mut();
            me.calm = false;
            me.life.doubt();
            return;
        }
        self.note_arrivals();
        let me = self.me_mut();
        me.calm = false;
        me.life.abort(Aborted { at, kind, by_word: false, by_stack: by == By::Stack });
    }
}
