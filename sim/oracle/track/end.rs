//! Puts together what the segments show of one end of a connection.

use super::arrived::{Arrived, Wrong};
use super::certain::Certain;
use super::chain::Chain;
use super::reset::Spur;
use super::sent::Sent;
use super::window::{self, Offer, Syns, Terms};
use crate::oracle::Stamp;
use crate::time::Instant;
use crate::trace::SegmentEvent;
use crate::wire::{Segment, Seq, State};

/// One end of a connection on the wire.
#[derive(Clone, Debug, Default)]
pub(in crate::oracle) struct Track {
    pub(super) sent: Sent,
    pub(super) arrived: Arrived,
    pub(super) offer: Offer,
    pub(super) syns: Syns,
    pub(super) terms: Terms,
    pub(super) chain: Chain,
    pub(super) certain: Certain,
    /// A reset has just arrived.
    pub(super) spur: Option<Box<Spur>>,
    /// When a segment arrived that nothing was sent after yet.
    heard: Option<Instant>,
    /// What becomes of this end's segments is recorded.
    pub(super) fates: bool,
    /// It is held to the windows that it offers, as far as SYNs tell.
    pub(super) bound: bool,
    /// The right edge of the window that it offered last, and the line.
    pub(super) offered: Option<(Seq, u64)>,
    /// The largest window that it ever offered, SYNs apart.
    largest: u32,
    /// When the peer's FIN arrived in sequence, by itself.
    fin_heard: Option<Instant>,
    /// What it last heard to be acknowledged it may not have taken.
    missed: bool,
    /// When it last began a connection.
    begun: Option<Stamp>,
    /// Its peer has begun another connection, of which nothing it says shows that it knows.
    pub(super) outdated: bool,
    /// Since when it is in TIME-WAIT.
    waits: Option<Stamp>,
    /// It has sent a reset, or one has reached it; or it is known that it should have.
    reset: bool,
}

/// What the rooms ask.
impl Track {
    pub fn sent(&self) -> &Sent {
        &self.sent
    }

    pub fn arrived(&self) -> &Arrived {
        &self.arrived
    }

    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// What the SYNs have settled of what it sends.
    pub fn terms(&self) -> Terms {
        self.terms
    }

    /// The right edge of the window that reached it, and the line on which it came.
    pub fn limit(&self) -> Option<(Seq, u64)> {
        self.offer.edge()
    }

    /// The right edge of the window that it offered last, and the line.
    pub fn offered(&self) -> Option<(Seq, u64)> {
        self.offered
    }

    /// The largest window that it ever offered, SYNs apart.
    pub fn largest(&self) -> u32 {
        self.largest
    }

    /// Nothing has arrived since it sent its last segment.
    pub fn is_unasked(&self) -> bool {
        self.heard.is_none() && self.spur.is_none()
    }

    /// The reset that has just arrived.
    pub fn spur(&self) -> Option<&Spur> {
        self.spur.as_deref()
    }

    /// What becomes of this end's segments is recorded.
    pub fn tells_fates(&self) -> bool {
        self.fates
    }

    /// Is it held to the windows that it offers, as far as SYNs tell? Both are known, and their options; and its peer's has not just
    /// made void what was settled.
    pub fn is_bound(&self) -> bool {
        self.bound
    }

    /// Since when it is in TIME-WAIT.
    pub fn waits(&self) -> Option<Stamp> {
        self.waits
    }

    /// Did it begin a connection after this?
    pub fn has_begun_after(&self, at: Stamp) -> bool {
        self.begun.is_some_and(|begun| begun.seq > at.seq)
    }

    /// Has it sent a reset, or has one reached it?
    pub fn has_reset(&self) -> bool {
        self.reset
    }

    /// Its FIN had gone out before this.
    pub fn has_finished_before(&self, at: Stamp) -> bool {
        self.sent.fin.is_some_and(|(_, line)| line < at.line())
    }

    /// A sequence number of this end's as the ladder shows it: counted from its SYN, and absolute where that was not seen.
    pub fn relative(&self, number: Seq) -> u32 {
        number.since(self.sent.syn.unwrap_or_default())
    }

    /// The number of its SYN, if it moves by this segment, which is to be the same SYN again.
    pub fn moved_from(&self, syn: &Segment) -> Option<Seq> {
        let waits = matches!(self.chain.state(), Some(State::SynSent | State::SynReceived));
        self.sent.syn.filter(|known| waits && !self.sent.over && *known != syn.seq)
    }

    /// The right edge of the window that a segment offers, in its peer's numbers: that of a SYN is never scaled (RFC 7323 §2.2).
    #[inline]
    pub fn edge_of(&self, event: &SegmentEvent) -> Seq {
        let shift = if event.segment.flags.syn() { 0 } else { self.terms.shift };
        event.segment.ack + window::in_bytes(event.window(), shift)
    }

    /// Both FINs have arrived, the own one was acknowledged, and nothing cut the connection short.
    pub fn is_finished_with(&self, far: &Track, now: Instant) -> bool {
        let acknowledged = far.sent.fin.is_some_and(|(fin, _)| self.arrived.expects() == Some(fin + 1));
        let heard = acknowledged || self.fin_heard == Some(now);
        !self.missed && !self.sent.over && heard && self.sent.is_finished()
    }
}

/// What happens to it.
impl Track {
    /// Takes the memory of an end that is over.
    pub(super) fn inherit(&mut self, old: &mut Track) {
        self.sent.inherit(&mut old.sent);
    }

    /// The caller does something: what is sent from now on may be its doing.
    pub(super) fn interrupt(&mut self) {
        self.spur = None;
    }

    /// A SYN goes out that begins a connection: whether the end had begun one before.
    pub(super) fn begin(&mut self, syn: &Segment, at: Stamp) -> bool {
        // The same number may be that of a connection before, too.
        self.offered = None;
        if self.sent.syn != Some(syn.seq) {
            self.syns = Syns::default();
            self.offer.begin_anew(syn.seq);
        }
        let again = self.sent.syn.is_some();
        self.sent.begin_anew(syn);
        self.arrived.begin_anew(syn.flags.ack().then_some(syn.ack));
        (self.begun, self.outdated, self.reset, self.waits) = (Some(at), false, false, None);
        again
    }

    /// A segment goes out; `offers`: the window that it is held to from now on, `acknowledged`: what was said of its acknowledgement.
    #[inline]
    pub(super) fn says(&mut self, segment: &Segment, offers: Option<Seq>, acknowledged: Option<Result<(), Wrong>>, line: u64) {
        (self.heard, self.spur) = (None, None);
        if segment.flags.rst() {
            (self.reset, self.sent.over) = (true, true);
            return;
        }
        self.arrived.acknowledge(segment.ack, self.sent.syn.is_some(), acknowledged, line);
        if let Some(edge) = offers {
            self.offered = Some((edge, line));
            self.largest = self.largest.max(edge.since(segment.ack));
        }
        self.sent.note(segment, line);
    }

    /// It should have sent a reset: that is said once.
    pub(super) fn owed_reset(&mut self) {
        self.reset = true;
    }

    /// A segment reaches it that it may take; `edge`: that of the window that it tells of.
    #[inline(always)]
    pub(super) fn meets(&mut self, event: &SegmentEvent, edge: Seq, line: u64) {
        let segment = &event.segment;
        if segment.flags.rst() {
            (self.sent.over, self.reset) = (true, true);
            return;
        }
        // What is wholly old is dropped, and its acknowledgement with it (RFC 9293 §3.10.7.4, first).
        let end = segment.end();
        let is_old = end != segment.seq && self.arrived.expects().is_some_and(|next| next.is_at_least(end));
        self.arrived.take(segment, line);
        if segment.flags.ack() {
            self.missed = is_old && (self.missed || !self.sent.is_finished());
            if self.sent.acknowledge(segment.ack) {
                self.offer.widen(edge, line);
            }
        } else if segment.flags.syn() {
            self.offer.meet(window::in_bytes(event.window(), 0), line, self.sent.syn);
        }
    }

    /// A segment has reached it for certain.
    #[inline]
    pub(super) fn hears(&mut self, segment: &Segment, at: Stamp) {
        if segment.flags.rst() {
            // What arrived in the same instant before the reset may still be answered.
            let alone = self.heard != Some(at.t);
            self.spur = alone.then(|| Box::new(Spur::new(segment, self.arrived.expects(), at.t, at.line())));
            return;
        }
        (self.spur, self.heard) = (None, Some(at.t));
        if segment.flags.fin() && segment.data_len() == 0 && self.arrived.has_reached(segment.end()) {
            self.fin_heard = Some(at.t);
        }
    }

    /// Its state changes.
    pub(super) fn goes(&mut self, from: State, to: State, at: Stamp, simulated: bool) {
        self.chain.go(from, to, at.line());
        if to == State::TimeWait && from != to && simulated {
            self.waits = Some(at);
        } else if from == State::TimeWait && to == State::Closed {
            self.waits = None;
        }
        self.sent.over |= to.is_none();
    }
}
