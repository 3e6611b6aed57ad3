//! Shows one event of one end to the rooms: all that judging it needs to see, and nothing that they could change.

use super::Stamp;
use super::ledger::Ledger;
use super::state::EndState;
use crate::contract::{AcceptedMeans, Both, CloseSendsPending, End};
use crate::oracle::state::Flow;
use crate::oracle::state::Host;
use crate::trace::{Clock, Header};

/// One event of one end, and what is known before it.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub flow: &'a Flow,
    pub book: &'a Ledger,
    pub header: &'a Header,
    pub hosts: &'a Both<Host>,
    pub end: End,
    pub at: Stamp,
}

impl<'a> Scene<'a> {
    pub fn me(&self) -> &'a EndState {
        &self.flow.ends[self.end]
    }

    pub fn peer(&self) -> &'a EndState {
        &self.flow.ends[self.end.peer()]
    }

    /// Nothing but reads and writes has happened on this flow, all of them went well, and nothing went wrong elsewhere.
    pub fn is_calm(&self) -> bool {
        self.me().calm && self.peer().calm && self.book.troubled.is_empty()
    }

    /// The event of an earlier line.
    pub fn earlier(&self, line: u64) -> Stamp {
        Stamp::new(self.at.seq, line, self.at.t)
    }

    /// The order between the ends is known.
    pub fn is_ordered(&self) -> bool {
        self.header.clock == Clock::Shared
    }

    /// It is not known whether this end is connected at all.
    pub fn may_be_dead(&self) -> bool {
        let me = self.me();
        me.life.is_maybe_dead() || me.life.stack_left().is_some() || me.opening.is_closed_to(self.at.seq)
    }

    /// Does a write of the peer count as accepted only once it was flushed?
    pub fn flushes_first(&self) -> bool {
        self.peer().contract.accepted_means == AcceptedMeans::Flushed
    }

    /// May the peer's full close show as a reset here? Where it must send what it had accepted, not while that is missing.
    pub fn peer_close_may_reset(&self) -> bool {
        let lost = self.flow.streams[self.end.peer()].owed(self.flushes_first(), 0) > 0;
        let unread = &self.flow.streams[self.end];
        match self.peer().contract.close_sends_pending {
            CloseSendsPending::Either => true,
            CloseSendsPending::UnlessUnread => !lost || unread.bytes_called > unread.bytes_read,
            CloseSendsPending::Yes => !lost,
        }
    }
}
