//! What a close leaves unread: the peer is to be told by a reset, not by a FIN as if all were well.

use super::WireState;
use crate::contract::{CloseSendsPending, End};
use crate::oracle::Stamp;
use crate::oracle::judge::Judge;
use crate::oracle::ledger::{Ledger, Site};
use crate::oracle::ruling::Findings;
use crate::oracle::state::Aborted;
use crate::oracle::state::Flow;
use crate::rules::Rule;
use crate::trace::{Abort, Header};
use crate::wire::Segment;

/// A full close, and how many bytes had arrived that nobody had read and nobody will.
struct Left {
    close: Stamp,
    bytes: u64,
}

impl Left {
    /// What this end's close leaves unread for certain, of so many bytes that have arrived.
    fn behind(flow: &Flow, end: End, arrived: Option<u64>) -> Option<Left> {
        let me = &flow.ends[end];
        let binding = me.halves.closes_fully() && me.contract.close_sends_pending == CloseSendsPending::UnlessUnread;
        let close = me.halves.close().called.filter(|_| binding)?;
        // Such a read may have taken bytes that no return shows; an end that had shut reading down had given them up before.
        let unclear =
            me.pending.reads() > 0 || me.reading.is_lossy() || me.halves.shut_read().called.is_some() || me.halves.maybe_read().is_some();
        let gone =
            me.life.is_maybe_dead() || me.life.stack_left().is_some() || me.life.aborted().is_some_and(|abort| !is_own(abort, close));
        let ended = gone || me.is_void() || me.is_opening() || flow.is_unopened() || flow.is_untaken(end);
        let bytes = arrived?.saturating_sub(flow.streams[end.peer()].bytes_read);
        (bytes > 0 && !unclear && !ended).then_some(Left { close, bytes })
    }
}

/// The stack itself reset the connection, after this close was called: that may be the reset that the peer is owed.
fn is_own(abort: Aborted, close: Stamp) -> bool {
    abort.by_stack && abort.kind == Abort::Reset && abort.at.seq > close.seq
}

impl WireState {
    /// Its FIN had gone out before this.
    fn has_finished_before(&self, at: Stamp) -> bool {
        self.sent.fin.is_some_and(|(_, line)| line < at.line())
    }
}

impl Judge<'_> {
    /// `reset-on-unread-close`: a FIN that says that all was well, where bytes that it acknowledges were thrown away.
    pub(super) fn tells_of_unread(&mut self, segment: &Segment, found: &mut Findings) {
        if !segment.flags.fin() && !segment.flags.rst() || self.wire().reset {
            return;
        }
        self.wire().reset |= segment.flags.rst();
        let (end, peer) = (self.end, self.end.peer());
        let arrivals = &self.flow.arrivals;
        let arrived = if segment.flags.rst() { arrivals.arrived_of(peer) } else { arrivals.arrived_before(peer, segment.ack) };
        let Some(Left { close, bytes }) = Left::behind(self.flow, end, arrived) else { return };
        self.book.exercise(Rule::ResetOnUnreadClose);
        // A FIN that the caller asked for before may have been on its way.
        let late = self.me().halves.shut_write().called.is_some() || self.wire().has_finished_before(close);
        if segment.flags.fin() && !late {
            self.wire().reset = true;
            found.add(Rule::ResetOnUnreadClose, &[close], || {
                format!("the {end} sent a FIN and no reset, although {bytes} bytes were unread when it closed")
            });
        }
    }
}

/// At quiet: an end that closed with bytes unread, or got some after that, and has never told its peer.
pub(in crate::oracle) fn at_quiet(flow: &mut Flow, book: &mut Ledger, header: &Header, end: End, at: Stamp) {
    let own = &flow.wire[end];
    if !header.records.segments || own.reset {
        return;
    }
    let Some(Left { close, bytes }) = Left::behind(flow, end, flow.arrivals.arrived_of(end.peer())) else { return };
    // Both directions were over when it closed: nothing is left to be reset (RFC 9293 §3.10.5, TIME-WAIT).
    if own.has_finished_before(close) && flow.arrivals.fin_arrived(end.peer()) {
        return;
    }
    book.exercise(Rule::ResetOnUnreadClose);
    let mut found = Findings::default();
    found.add(Rule::ResetOnUnreadClose, &[close], || {
        format!("the {end} never sent a reset, although {bytes} bytes that had arrived were unread when it closed, or came after that")
    });
    book.enter(Site { at: close.seen_at(at), flow: flow.id, end, op: None }, found);
}
