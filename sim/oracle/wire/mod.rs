//! What segments and states show.
//!
//! Each end has what it `sent` (with the `contents` that may have to be sent again), what has `arrived` at it, and the `window`
//! that reached it, each in sequence numbers as they stand on the wire; `reset` holds what must not follow a reset, `states` the
//! diagram; `sending`, `changes` and `unread` judge with them, and `common` what nearly all segments are, in fewer steps. Here
//! every event goes to the parts that it concerns, and what they find is written down.
//!
//! What this is not: a TCP. It knows no timers and holds no connection; where a recording begins in the middle, leaves out
//! options or what was delivered, or shows several connections at once, it judges only what is certain all the same.

mod arrived;
mod changes;
mod common;
mod contents;
mod reset;
mod sending;
mod sent;
mod states;
pub(super) mod unread;
mod window;

use super::Stamp;
use super::judge::Judge;
use super::ledger::Site;
use super::ruling::Findings;
use crate::rules::Rule;
use crate::time::Instant;
use crate::trace::{Clock, Fate, SegmentEvent};
use crate::wire::{Segment, Seq};
use arrived::Arrived;
use common::Terms;
use reset::Spur;
use sent::Sent;
use states::Chain;
pub(in crate::oracle) use window::shift_of;
use window::{Offer, Syns};

/// One end of a connection on the wire.
#[derive(Clone, Debug, Default)]
pub(super) struct WireState {
    sent: Sent,
    arrived: Arrived,
    offer: Offer,
    syns: Syns,
    chain: Chain,
    /// A reset has just arrived.
    spur: Option<Spur>,
    /// When a segment arrived that nothing was sent after yet.
    heard: Option<Instant>,
    /// What becomes of this end's segments is recorded.
    fates: bool,
    /// The right edge of the window that it offered last, and the line.
    offered: Option<(Seq, u64)>,
    /// When the peer's FIN arrived in sequence, by itself.
    fin_heard: Option<Instant>,
    /// What it last heard to be acknowledged it may not have taken.
    missed: bool,
    /// What holds of all that it sends, once that is settled.
    terms: Option<Terms>,
    /// When it last began a connection.
    begun: Option<Stamp>,
    /// Its peer has begun another connection, of which nothing it says shows that it knows.
    outdated: bool,
    /// Since when it is in TIME-WAIT.
    waits: Option<Stamp>,
    /// It has sent a reset, or one has reached it.
    reset: bool,
}

impl WireState {
    /// Takes the memory of an end that is over.
    pub fn inherit(&mut self, old: &mut WireState) {
        self.sent.inherit(&mut old.sent);
    }

    /// Did it begin a connection after this?
    pub fn has_begun_after(&self, at: Stamp) -> bool {
        self.begun.is_some_and(|begun| begun.seq > at.seq)
    }

    /// Has it sent a reset, or has one reached it?
    pub fn has_reset(&self) -> bool {
        self.reset
    }

    /// The caller does something: what is sent from now on may be his doing.
    pub fn interrupt(&mut self) {
        self.spur = None;
    }
}

impl Judge<'_> {
    fn wire(&mut self) -> &mut WireState {
        &mut self.flow.wire[self.end]
    }

    fn far(&mut self) -> &mut WireState {
        &mut self.flow.wire[self.end.peer()]
    }

    /// A segment, at the end that sent it.
    pub(super) fn segment(&mut self, event: &SegmentEvent) {
        if !self.header.records.segments {
            return;
        }
        if self.header.clock != Clock::Shared {
            if event.fate == Fate::Sent {
                self.segment_sent(event);
            }
            return;
        }
        if self.is_as_expected(event) {
            return self.common_arrival(event);
        }
        self.segment_in_full(event);
        self.arrival(event);
    }

    fn segment_in_full(&mut self, event: &SegmentEvent) {
        match event.fate {
            Fate::Sent => self.segment_sent(event),
            Fate::Delivered => self.segment_delivered(event),
            // It may arrive, if no line says so.
            Fate::Injected => self.reach_peer(event),
            Fate::Dropped | Fate::Duplicated | Fate::Corrupted => self.wire().fates = true,
        }
        self.come_to_terms(&event.segment);
    }

    fn segment_sent(&mut self, event: &SegmentEvent) {
        let mut found = Findings::default();
        if event.segment.flags.syn() {
            self.syn_sent(event, &mut found);
        }
        self.answers(&event.segment, &mut found);
        self.tells_of_unread(&event.segment, &mut found);
        if event.segment.flags.rst() {
            self.wire().sent.over = true;
        } else {
            self.places(&event.segment, &mut found);
            self.repeats(&event.segment, &mut found);
            self.extents(&event.segment, &mut found);
            self.acknowledgement(&event.segment, &mut found);
            self.offers(event, &mut found);
            let line = self.at.line();
            self.wire().sent.note(&event.segment, line);
        }
        self.write_down(found);
    }

    fn write_down(&mut self, found: Findings) {
        if !found.is_empty() {
            let site = Site { at: self.at, flow: self.flow.id, end: self.end, op: None };
            self.book.enter(site, found);
        }
    }

    /// A sequence number of this end's as the ladder shows it: counted from its SYN, and absolute where that was not seen.
    fn own_number(&self, number: Seq) -> u32 {
        number.since(self.flow.wire[self.end].sent.syn.unwrap_or_default())
    }

    /// As [`Judge::own_number`], of the peer's.
    fn far_number(&self, number: Seq) -> u32 {
        number.since(self.flow.wire[self.end.peer()].sent.syn.unwrap_or_default())
    }

    /// The event of an earlier line.
    fn earlier(&self, line: u64) -> Stamp {
        Stamp::new(self.at.seq, line, self.at.t)
    }
}

/// What reaches an end; the scene is the sender's.
impl Judge<'_> {
    fn segment_delivered(&mut self, event: &SegmentEvent) {
        let segment = &event.segment;
        self.wire().fates = true;
        self.reach_peer(event);
        if segment.flags.rst() {
            self.book.exercise(Rule::NoResetToReset);
        }
        let (t, line) = (self.at.t, self.at.line());
        let far = self.far();
        // What arrived in the same instant before the reset may still be answered.
        let alone = segment.flags.rst() && far.heard != Some(t);
        far.spur = alone.then(|| Spur::new(&event.segment, far.arrived.expects(), t, line));
        let ends = segment.flags.fin() && segment.data_len() == 0 && far.arrived.has_reached(segment.end());
        far.fin_heard = ends.then_some(t).or(far.fin_heard);
        far.heard = (!segment.flags.rst()).then_some(t).or(far.heard);
    }

    /// The other end may take this segment.
    fn reach_peer(&mut self, event: &SegmentEvent) {
        let segment = &event.segment;
        let line = self.at.line();
        if segment.flags.rst() {
            let far = self.far();
            (far.sent.over, far.reset) = (true, true);
            return;
        }
        if segment.flags.syn() {
            self.wire().syns.arrive(event);
            self.hosts[self.end.peer()].greeted = Some(self.at.t);
        }
        let window = window::in_bytes(event.window(), self.window_shift(segment));
        let far = self.far();
        // What is wholly old is dropped, and its acknowledgement with it (RFC 9293 §3.10.7.4, first).
        let end = segment.end();
        let is_old = end != segment.seq && far.arrived.expects().is_some_and(|next| next.is_at_least(end));
        far.arrived.take(&event.segment, line);
        if segment.flags.ack() {
            far.missed = is_old && (far.missed || !far.sent.is_finished());
            far.sent.acknowledge(segment.ack);
            if far.sent.could_acknowledge(segment.ack) {
                far.offer.widen(segment.ack + window, line);
            }
        } else if segment.flags.syn() {
            far.offer.meet(window, line, far.sent.syn);
        }
    }

    /// By how much the window of this segment is shifted; that of a SYN never is (RFC 7323 §2.2).
    fn window_shift(&self, segment: &Segment) -> u8 {
        let (own, far) = (&self.flow.wire[self.end], &self.flow.wire[self.end.peer()]);
        if segment.flags.syn() { 0 } else { window::shift(&own.syns, own.fates, &far.syns, far.fates) }
    }
}
