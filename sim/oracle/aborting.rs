//! That an end was aborted: how it is known, what it establishes, and whether the stack had a reason.

use std::time::Duration;

use super::end::{Aborted, EndState, Kind, Pending, first};
use super::ledger::{Findings, Site};
use super::scene::Scene;
use crate::contract::{Error, Outcome};
use crate::rules::Rule;
use crate::trace::{Abort, By};

/// No stack gives a connection up for want of an acknowledgement before this (R2, RFC 9293 §3.8.3).
const GIVE_UP: Duration = Duration::from_secs(100);

impl Scene<'_> {
    /// Without a record of the network an error word is its own evidence of an abort.
    pub(super) fn evidence(&mut self, pending: &Pending, error: &Error) {
        let flowing = matches!(pending.kind, Kind::Read { .. } | Kind::Write { .. } | Kind::Flush | Kind::Shutdown(_) | Kind::Close);
        if self.header.records.network || self.me().aborted.is_some() || !flowing {
            return;
        }
        let peer = self.peer();
        let peer_left = peer.write_end_called().is_some() || peer.shut_read.called.is_some() || peer.maybe_write.is_some();
        let own = self.me().write_end_called().is_some() || self.me().maybe_write.is_some();
        let kind = match error {
            Error::Reset | Error::ConnectionAborted => Abort::Reset,
            Error::TimedOut => Abort::Timeout,
            Error::BrokenPipe if !peer_left && !own => Abort::Reset,
            _ => return,
        };
        let at = self.at;
        let me = self.me_mut();
        me.calm = false;
        me.aborted = Some(Aborted { at, kind, by_word: true });
    }

    /// A call that returned the error of an abort has told this end.
    pub(super) fn tell(&mut self, outcome: &Outcome) {
        let at = self.at;
        if matches!(outcome, Outcome::Error(_)) && self.me().aborted.is_some() {
            self.me_mut().told.get_or_insert(at);
        }
    }

    /// In a pipe what was accepted has arrived; elsewhere arrivals are not known from calls.
    fn note_arrivals(&mut self) {
        if self.me().contract.base != "pipe" || self.me().arrived.is_some() {
            return;
        }
        let stream = &self.flow.streams[self.end.peer()];
        let arrived = (self.at, stream.bytes_read + stream.owed(false, 0));
        self.me_mut().arrived = Some(arrived);
    }

    /// The environment says that this end was aborted.
    pub(super) fn abort(&mut self, kind: Abort, by: By) {
        let (at, id) = (self.at, self.flow.id);
        self.book.trouble(id, at);
        if by == By::Stack && self.header.records.network && self.me().aborted.is_none() {
            self.abort_cause(kind);
        }
        self.note_arrivals();
        let me = self.me_mut();
        me.calm = false;
        // An error word was only a guess at the moment; the line itself is exact.
        if me.aborted.is_none_or(|abort| abort.by_word) {
            me.aborted = Some(Aborted { at, kind, by_word: false });
        }
    }

    /// A stack that aborts an end by itself has a reason. Only what calls and the network's record show is judged: a reset or
    /// keep-alive death out of nothing, and a timeout with nothing unacknowledged.
    fn abort_cause(&mut self, kind: Abort) {
        self.book.exercise(Rule::AbortHasCause);
        let (me, peer) = (self.me(), self.peer());
        let opening = me.opening || peer.opening || !(me.used || peer.used);
        let network = self.flow.is_cut() || self.flow.was_cut || peer.aborted.is_some();
        let left = |end: &EndState| first([end.close_begun, end.full_close_called(), end.disconnect.called]).is_some();
        let over = me.write_end_called().is_some() && peer.write_end_called().is_some();
        let reason = match kind {
            Abort::Reset => left(me) || left(peer) || over,
            Abort::Timeout => !self.is_all_answered() || self.at.t - self.flow.active >= GIVE_UP,
            Abort::KeepaliveDeath => false,
        };
        if opening || network || reason || me.is_void() {
            return;
        }
        let end = self.end;
        let mut found = Findings::default();
        found.add(Rule::AbortHasCause, &[], || match kind {
            Abort::Reset => format!("the {end}'s connection was reset by the stack, although nobody had closed or aborted it"),
            Abort::Timeout => format!("the {end}'s stack gave the connection up, although nothing it had sent was unanswered"),
            Abort::KeepaliveDeath => format!("keep-alive gave the {end}'s connection up, although the peer and the network were alive"),
        });
        let site = Site { at: self.at, flow: self.flow.id, end, op: None };
        self.book.enter(site, found);
    }

    /// The peer has read all that this end wrote, and its end of stream if it ended writing.
    fn is_all_answered(&self) -> bool {
        let (me, peer) = (self.me(), self.peer());
        let stream = &self.flow.streams[self.end];
        let ended = me.write_end_called().is_none() || peer.eof.is_some();
        ended && me.writes_pending == 0 && stream.bytes_read >= stream.bytes_called
    }
}
