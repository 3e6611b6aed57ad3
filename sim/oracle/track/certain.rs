//! Keeps what is certain of one end: lower bounds of what it has sent, of what of that has arrived, and of what it has learned.
//!
//! Bytes count as arrived when they came in order inside the offered window, or were acknowledged.

use super::window::{SHIFT_MAX, shift_of};
use crate::oracle::Stamp;
use crate::time::Instant;
use crate::trace::SegmentEvent;
use crate::wire::{Segment, Seq};

/// The shift of an end's windows, at least and at most.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shifts(pub u8, pub u8);

impl Default for Shifts {
    fn default() -> Self {
        Shifts(0, SHIFT_MAX)
    }
}

/// What one end has sent, and what of it has arrived at the other.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::oracle) struct Certain {
    /// How often it sent that SYN.
    pub syns: u32,
    /// The shift that its SYN asks for.
    pub shift: Option<u8>,
    /// The shift of its windows, at least and at most.
    pub(super) shifts: Shifts,
    /// The number after the last one that it ever sent.
    pub end: Option<Seq>,
    /// The highest acknowledgement that it sent.
    pub ack: Option<Seq>,
    /// The right edges that it offered: at least, and at most.
    pub edge: Option<(Seq, Seq)>,
    /// Since when something that it sent is not acknowledged, or the last time that some of it was, beyond doubt.
    pub waiting: Option<Instant>,
    /// The number of the stream's first byte.
    pub base: Option<Seq>,
    /// The number of the next byte that is to arrive.
    pub next: Seq,
    /// The number after the last one that has arrived, in order or not.
    pub reach: Seq,
    /// Bytes that have arrived, in order.
    pub arrived: u64,
    /// The number of its FIN, once that arrived.
    pub fin: Option<Seq>,
    /// The highest acknowledgement that has arrived.
    pub ack_arrived: Option<Seq>,
    /// The highest acknowledgement that arrived on a segment which its receiver can't have dropped as an old one.
    pub ack_taken: Option<Seq>,
    /// The widest window that has arrived, at least.
    pub widest: u32,
    /// Where the window was read off last: the sequence number of the segment.
    pub window_at: Option<Seq>,
    /// The window that the peer knows of is closed.
    pub closed: bool,
    /// When a reset arrived that the peer may have accepted.
    pub reset: Option<Stamp>,
    /// When a reset arrived that refuses the peer's SYN beyond doubt.
    pub refusal: Option<Stamp>,
    /// When it last probed a peer that owes nothing.
    pub probed: Option<Instant>,
    /// When the last segment arrived.
    pub heard: Option<Instant>,
    /// When the last one arrived whose acknowledgement counts.
    pub answered: Option<Instant>,
    /// When data first arrived at a peer that had closed for good.
    pub late: Option<Instant>,
}

impl Certain {
    /// The stream's first byte has this number.
    pub fn begin(&mut self, base: Seq) {
        (self.base, self.next, self.reach) = (Some(base), base, base);
    }

    /// The acknowledgement of a segment is neither of what its peer never sent, up to `sent`, nor of what is older than a window:
    /// with those a segment is dropped, and the data on it (RFC 5961 §5.2).
    pub fn is_acceptable(&self, segment: &Segment, sent: Option<Seq>) -> bool {
        let too_new = sent.is_some_and(|end| segment.ack.is_after(end));
        let too_old = self.ack_arrived.is_some_and(|una| (una - self.widest).is_after(segment.ack));
        !segment.flags.ack() || !too_new && !too_old
    }

    /// This end has acknowledged all of a segment that reaches it: that is dropped, and its acknowledgement with it (RFC 9293
    /// §3.10.7.4, first).
    #[inline]
    pub fn has_taken(&self, segment: &Segment) -> bool {
        let (seq, end) = (segment.seq, segment.end());
        let is_old = |ack: Seq| if end == seq { ack.is_after(end) } else { !end.is_after(ack) };
        self.ack.is_some_and(is_old)
    }

    /// What came in order, inside the window that its receiver had offered.
    pub fn data_arrived(&mut self, segment: &Segment, edge: Option<Seq>) {
        if self.base.is_none() || segment.flags.syn() || !segment.flags.ack() {
            return;
        }
        let after = segment.data_end();
        if segment.flags.fin() {
            self.fin = Some(after);
        }
        let end = segment.end();
        if end.is_after(self.reach) {
            self.reach = end;
        }
        let sure = edge.filter(|edge| after.is_after(*edge)).unwrap_or(after);
        if !segment.seq.is_after(self.next) {
            self.arrived_up_to(sure);
        }
    }

    /// The right edges that a segment with an acknowledgement offers beyond those offered before: at least, and at most.
    #[inline]
    pub fn edge_with(&self, event: &SegmentEvent) -> (Seq, Seq) {
        let segment = &event.segment;
        let Shifts(low, high) = if segment.flags.syn() { Shifts(0, 0) } else { self.shifts };
        let window = event.window();
        let (least, most) = (segment.ack + (window << low), segment.ack + (window << high));
        self.edge.map_or((least, most), |edge| (edge.0.latest(least), edge.1.latest(most)))
    }

    /// It acknowledges what lies before this number, and offers what lies before these edges.
    #[inline]
    pub fn acknowledges(&mut self, ack: Seq, edge: (Seq, Seq)) {
        if self.ack.is_none_or(|known| ack.is_after(known)) {
            self.ack = Some(ack);
        }
        self.edge = Some(edge);
    }

    /// The receiver has acknowledged so much, and so much has come to it.
    pub fn acknowledged_up_to(&mut self, ack: Seq) {
        if self.base.is_some() && !ack.is_after(self.reach) {
            let end = self.fin.filter(|fin| ack.is_after(*fin)).unwrap_or(ack);
            self.arrived_up_to(end);
        }
    }

    pub fn arrived_up_to(&mut self, end: Seq) {
        if end.is_after(self.next) {
            self.arrived += u64::from(end.since(self.next));
            self.next = end;
        }
    }

    /// The window of the newest segment counts (RFC 9293 §3.10.7.4, SND.WL1 and SND.WL2).
    #[inline]
    pub fn tells_window(&self, segment: &Segment) -> bool {
        let newer =
            |at: Seq| at.is_after(segment.seq) || at == segment.seq && self.ack_arrived.is_some_and(|ack| ack.is_after(segment.ack));
        segment.flags.ack() && !self.window_at.is_some_and(newer)
    }

    /// A segment arrived whose window counts.
    #[inline]
    pub fn window_arrived(&mut self, event: &SegmentEvent, shift: u8) {
        let window = event.window();
        self.window_at = Some(event.segment.seq);
        self.closed = window == 0;
        self.widest = self.widest.max(window << shift);
    }

    /// A SYN begins another connection. What its peer heard, of its own numbers, is the peer's, which may know nothing of this one.
    pub fn begin_anew(&mut self, syn: &Segment) {
        let Certain { ack_arrived, ack_taken, reset, refusal, .. } = *self;
        *self = Certain { ack_arrived, ack_taken, reset, refusal, shift: shift_of(syn), ..Certain::default() };
        self.begin(syn.seq + 1);
    }

    /// The peer begins another connection: nothing that was said of the last one answers it.
    pub fn forget_answers(&mut self) {
        (self.ack_arrived, self.ack_taken, self.reset, self.refusal) = (None, None, None, None);
    }

    /// An acknowledgement arrives.
    pub fn ack_arrives(&mut self, ack: Seq) {
        self.ack_arrived = Some(self.ack_arrived.map_or(ack, |known| known.latest(ack)));
    }
}
