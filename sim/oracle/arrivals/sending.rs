//! What one end has sent, and what of it is known to have arrived.

use crate::oracle::Stamp;
use crate::oracle::wire::seq::is_after;
use crate::time::Instant;
use crate::trace::Wire;

/// The greatest shift of a window (RFC 7323 §2.3).
const SHIFT_MAX: u8 = 14;

/// The shift of an end's windows, at least and at most.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Shifts(pub u8, pub u8);

impl Default for Shifts {
    fn default() -> Self {
        Shifts(0, SHIFT_MAX)
    }
}

/// What one end has sent, and what of it has arrived at the other.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct Sending {
    /// The number of its SYN.
    pub syn: Option<u32>,
    /// How often it sent that SYN.
    pub syns: u32,
    /// The shift that its SYN asks for.
    pub shift: Option<u8>,
    /// The shift of its windows, at least and at most.
    pub shifts: Shifts,
    /// The number after the last one that it ever sent.
    pub end: Option<u32>,
    /// The highest acknowledgement that it sent.
    pub ack: Option<u32>,
    /// The right edges that it offered: at least, and at most.
    pub edge: Option<(u32, u32)>,
    /// Since when something that it sent is not acknowledged, or the last time that some of it was.
    pub waiting: Option<Instant>,
    /// The number of the stream's first byte.
    pub base: Option<u32>,
    /// The number of the next byte that is to arrive.
    pub next: u32,
    /// The number after the last one that has arrived, in order or not.
    pub reach: u32,
    /// Bytes that have arrived, in order.
    pub arrived: u64,
    /// The number of its FIN, once that arrived.
    pub fin: Option<u32>,
    /// The highest acknowledgement that has arrived.
    pub ack_arrived: Option<u32>,
    /// The widest window that has arrived, at least.
    pub widest: u32,
    /// Where the window was read off last: the sequence number of the segment.
    pub window_at: Option<u32>,
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

impl Sending {
    /// The stream's first byte has this number.
    pub fn begin(&mut self, base: u32) {
        (self.base, self.next, self.reach) = (Some(base), base, base);
    }

    /// The acknowledgement of a segment is neither of what its peer never sent, up to `sent`, nor of what is older than a window:
    /// with those a segment is dropped, and the data on it (RFC 5961 §5.2).
    pub fn is_acceptable(&self, wire: &Wire, sent: Option<u32>) -> bool {
        let too_new = sent.is_some_and(|end| is_after(wire.ack, end));
        let too_old = self.ack_arrived.is_some_and(|una| is_after(una.wrapping_sub(self.widest), wire.ack));
        !wire.flags.ack() || !too_new && !too_old
    }

    /// What came in order, inside the window that its receiver had offered.
    pub fn data_arrived(&mut self, wire: &Wire, edge: Option<u32>) {
        if self.base.is_none() || wire.flags.syn() || !wire.flags.ack() {
            return;
        }
        let after = wire.seq.wrapping_add(wire.len);
        if wire.flags.fin() {
            self.fin = Some(after);
        }
        let end = end_of(wire);
        if is_after(end, self.reach) {
            self.reach = end;
        }
        let sure = edge.filter(|edge| is_after(after, *edge)).unwrap_or(after);
        if !is_after(wire.seq, self.next) {
            self.arrived_up_to(sure);
        }
    }

    /// Says how much it has, and how much it takes. Is it more than it said before?
    pub fn acknowledges(&mut self, wire: &Wire) -> bool {
        let more = self.ack.is_some_and(|ack| is_after(wire.ack, ack));
        if more || self.ack.is_none() {
            self.ack = Some(wire.ack);
        }
        let window = |shift: u8| wire.ack.wrapping_add(wire.win << shift);
        let Shifts(low, high) = if wire.flags.syn() { Shifts(0, 0) } else { self.shifts };
        let (least, most) = (window(low), window(high));
        let widest = |old: u32, new: u32| if is_after(new, old) { new } else { old };
        self.edge = Some(self.edge.map_or((least, most), |edge| (widest(edge.0, least), widest(edge.1, most))));
        more
    }

    /// The receiver has acknowledged so much, and so much has come to it.
    pub fn acknowledged_up_to(&mut self, ack: u32) {
        if self.base.is_some() && !is_after(ack, self.reach) {
            let end = self.fin.filter(|fin| is_after(ack, *fin)).unwrap_or(ack);
            self.arrived_up_to(end);
        }
    }

    pub fn arrived_up_to(&mut self, end: u32) {
        if is_after(end, self.next) {
            self.arrived += u64::from(end.wrapping_sub(self.next));
            self.next = end;
        }
    }

    /// The window of the newest segment counts (RFC 9293 §3.10.7.4, SND.WL1 and SND.WL2).
    pub fn window_arrived(&mut self, wire: &Wire, shift: u8) {
        let old = |at: u32| is_after(at, wire.seq) || at == wire.seq && self.ack_arrived.is_some_and(|ack| is_after(ack, wire.ack));
        if !self.window_at.is_some_and(old) {
            self.window_at = Some(wire.seq);
            self.closed = wire.win == 0;
            self.widest = self.widest.max(wire.win << shift);
        }
    }

    /// Does it acknowledge more than ever before?
    pub fn ack_arrived(&mut self, ack: u32) -> bool {
        let more = self.ack_arrived.is_none_or(|known| is_after(ack, known));
        if more {
            self.ack_arrived = Some(ack);
        }
        more
    }
}

/// The number after the last one that a segment takes.
pub(super) fn end_of(wire: &Wire) -> u32 {
    wire.seq.wrapping_add(wire.len).wrapping_add(u32::from(wire.flags.syn())).wrapping_add(u32::from(wire.flags.fin()))
}

/// An acknowledgement or data, and nothing else.
pub(super) fn is_plain(wire: &Wire) -> bool {
    !wire.flags.syn() && !wire.flags.fin() && !wire.flags.rst()
}
