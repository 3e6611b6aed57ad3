//! Keeps the sending half: what was written and is not acknowledged, and how far it has come (RFC 9293 §3.3.1, figure 3).
//!
//! ```text
//!        una            nxt         max          end of the data
//!   ──────┼──────────────┼───────────┼──────────────┼──[FIN]
//!         │  in flight   │ was sent, │  never sent  │
//!         │              │ goes again│              │
//! ```

use std::hash::{Hash, Hasher};

use crate::contract::Payload;
use crate::wire::Seq;

use super::pieces::Pieces;

#[derive(Clone, Debug)]
pub(super) struct Send {
    pub(super) iss: Seq,
    /// The oldest number that is not acknowledged.
    pub(super) una: Seq,
    /// The next to send. After a timeout it goes back to `una`.
    pub(super) nxt: Seq,
    /// Behind the highest number that was ever sent inside a window.
    pub(super) max: Seq,
    /// The SYN is acknowledged. That `una` is not `iss` does not say so: 4 GiB later it is again.
    is_open: bool,
    /// The octet at `max` was shown to the peer beyond its window: it may acknowledge that too.
    has_probed: bool,
    /// Nothing has come from the peer since then.
    is_probe_unheard: bool,
    /// The right edge of the peer's window.
    edge: Seq,
    /// The greatest window that the peer has offered.
    max_window: u32,
    /// The segment of the last window update: SND.WL1 and SND.WL2.
    updated_by: (Seq, Seq),
    /// By how much the peer's windows are shifted.
    pub(super) scale: u8,
    /// The largest payload that the peer takes and we send.
    pub(super) mss: u32,
    /// From `una`, or from behind the SYN, on.
    queue: Pieces,
    capacity: usize,
    /// Nagle's algorithm holds nothing back up to here.
    hurried: Seq,
    /// The number of the FIN, once the stream has an end.
    fin: Option<Seq>,
}

/// What a peer that names no maximum takes (RFC 9293 §3.7.1, MUST-15).
pub(super) const MSS_DEFAULT: u16 = 536;

/// A segment that may be sent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Transmission {
    pub(super) seq: Seq,
    pub(super) len: u32,
    pub(super) fin: bool,
    /// It empties the queue.
    pub(super) push: bool,
}

/// What decides whether a small segment may leave.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leave {
    /// How many octets may be in flight.
    pub(super) limit: u32,
    /// Nagle's algorithm is on.
    pub(super) nagle: bool,
    /// The override timer has expired (RFC 9293 §3.8.6.2.1): send what fits.
    pub(super) forced: bool,
    /// How many octets more than the window takes.
    pub(super) beyond: u32,
    /// Nothing but full segments may leave.
    pub(super) only_full: bool,
}

impl Send {
    pub(super) fn new(iss: Seq, capacity: usize, mss: u16) -> Self {
        Send {
            iss,
            una: iss,
            nxt: iss,
            max: iss,
            is_open: false,
            has_probed: false,
            is_probe_unheard: false,
            edge: iss,
            max_window: 0,
            updated_by: (Seq(0), iss),
            scale: 0,
            mss: u32::from(mss.max(1)),
            queue: Pieces::default(),
            capacity: capacity.max(1),
            hurried: iss,
            fin: None,
        }
    }

    // What the user gives.

    /// How much more may be written.
    #[inline]
    pub(super) fn room(&self) -> usize {
        self.capacity.saturating_sub(self.queue.len())
    }

    /// Takes the first `count` bytes off a buffer.
    pub(super) fn push(&mut self, buffer: &mut Payload, count: usize) {
        debug_assert!(self.fin.is_none(), "nothing is written behind the end");
        self.queue.push_from(buffer, count);
    }

    /// The stream ends behind what was written.
    pub(super) fn end(&mut self) {
        if self.fin.is_none() {
            self.fin = Some(self.data_end());
        }
    }

    /// What was written so far waits for no acknowledgement.
    pub(super) fn hurry(&mut self) {
        self.hurried = self.data_end();
    }

    /// Something that was to wait for nothing is not acknowledged yet.
    #[inline]
    pub(super) fn is_hurried(&self) -> bool {
        self.hurried.is_after(self.una)
    }

    // Where what stands.

    /// The number of the first octet of the queue.
    #[inline]
    fn base(&self) -> Seq {
        if self.is_open { self.una } else { self.iss + 1 }
    }

    /// The number behind the last octet of data.
    #[inline]
    pub(super) fn data_end(&self) -> Seq {
        self.fin.unwrap_or_else(|| self.base() + self.queue.len() as u32)
    }

    /// Octets that are not acknowledged.
    #[inline]
    pub(super) fn queued(&self) -> usize {
        self.queue.len()
    }

    /// Everything that was written has been sent once, beside a FIN.
    #[inline]
    pub(super) fn is_all_sent(&self) -> bool {
        self.max.is_at_least(self.data_end())
    }

    #[inline]
    pub(super) fn is_syn_acknowledged(&self) -> bool {
        self.is_open
    }

    pub(super) fn has_fin(&self) -> bool {
        self.fin.is_some()
    }

    #[inline]
    pub(super) fn is_fin_acknowledged(&self) -> bool {
        self.fin.is_some_and(|fin| self.una.is_after(fin))
    }

    #[inline]
    pub(super) fn is_fin_sent(&self) -> bool {
        self.fin.is_some_and(|fin| self.max.is_after(fin))
    }

    /// The FIN is in flight and nothing else.
    pub(super) fn has_only_fin_in_flight(&self) -> bool {
        self.is_fin_sent() && self.fin == Some(self.una)
    }

    /// Octets in flight.
    #[inline]
    pub(super) fn flight(&self) -> u32 {
        self.nxt.since(self.una)
    }

    /// The peer's window, from the oldest number that is not acknowledged.
    #[inline]
    pub(super) fn window(&self) -> u32 {
        if self.edge.is_after(self.una) { self.edge.since(self.una) } else { 0 }
    }

    /// What it will do, with numbers counted from its first.
    pub(super) fn fingerprint(&self, mut hasher: &mut dyn Hasher, irs: Seq) {
        let own = [self.una, self.nxt, self.max, self.edge, self.hurried, self.updated_by.1].map(|seq| seq.since(self.iss));
        let peers = self.updated_by.0.since(irs);
        (own, peers, self.has_probed, self.is_probe_unheard, self.max_window, self.scale, self.mss).hash(&mut hasher);
        (self.capacity, self.fin.map(|fin| fin.since(self.iss))).hash(&mut hasher);
        self.queue.fingerprint(hasher);
    }

    // What may leave.

    /// The next segment that may be sent (RFC 9293 §3.7.4 and §3.8.6.2.1).
    #[inline]
    pub(super) fn plan(&self, leave: Leave) -> Option<Transmission> {
        let left = self.unsent();
        let fin_left = self.fin.is_some_and(|fin| self.nxt.is_at_most(fin));
        if left == 0 && !fin_left {
            return None;
        }
        let edge = self.edge + leave.beyond;
        let window = if edge.is_after(self.nxt) { edge.since(self.nxt) } else { 0 };
        let allowed = leave.limit.saturating_sub(self.flight());
        let len = left.min(self.mss).min(window).min(allowed);
        let push = len == left;
        // A FIN needs a number of its own inside the window.
        let fin = fin_left && push && window > len && allowed > 0;
        let may_leave = fin || (len > 0 && self.is_worth_sending(len, push, leave));
        may_leave.then_some(Transmission { seq: self.nxt, len, fin, push })
    }

    /// Octets from `nxt` to the end of the data.
    #[inline]
    fn unsent(&self) -> u32 {
        let end = self.data_end();
        if end.is_after(self.nxt) { end.since(self.nxt) } else { 0 }
    }

    #[inline]
    fn is_worth_sending(&self, len: u32, is_all: bool, leave: Leave) -> bool {
        if leave.only_full {
            return len == self.mss;
        }
        let is_alone = self.flight() == 0;
        let may_be_small = is_alone || !leave.nagle || (self.nxt + len).is_at_most(self.hurried);
        len == self.mss
            || leave.forced
            || (may_be_small && (is_all || len >= self.max_window.div_ceil(2)))
            || (self.nxt.is_before(self.max) && (is_alone || (self.nxt + len).is_at_least(self.max)))
    }

    /// The first segment in flight, to be sent again. With a closed window one octet: a probe.
    pub(super) fn head(&self) -> Option<Transmission> {
        let end = self.data_end();
        let sent = if self.max.is_before(end) { self.max } else { end };
        let data = if sent.is_after(self.una) { sent.since(self.una) } else { 0 };
        let len = data.min(self.mss).min(self.window().max(1));
        let fin = self.is_fin_sent() && (self.una + len) == end && !self.is_fin_acknowledged();
        (len > 0 || fin).then_some(Transmission { seq: self.una, len, fin, push: self.una + len == end })
    }

    /// The octet behind what the window lets out.
    pub(super) fn probe(&self) -> Option<Transmission> {
        (self.unsent() > 0).then_some(Transmission { seq: self.nxt, len: 1, fin: false, push: true })
    }

    /// Something waits to be sent.
    #[inline]
    pub(super) fn has_unsent(&self) -> bool {
        self.unsent() > 0 || self.fin.is_some_and(|fin| self.nxt.is_at_most(fin))
    }

    pub(super) fn data(&mut self, plan: Transmission) -> Payload {
        let at = plan.seq.since(self.base()) as usize;
        if plan.len == 0 { Payload::EMPTY } else { self.queue.slice(at, plan.len as usize) }
    }

    /// Numbers from `nxt` to `end` have left. True: for the first time.
    #[inline]
    pub(super) fn note_sent(&mut self, end: Seq) -> bool {
        let is_new = self.nxt == self.max;
        self.nxt = end;
        self.max = self.max.latest(end);
        is_new
    }

    pub(super) fn note_probed(&mut self) {
        self.has_probed |= self.nxt == self.max;
        self.is_probe_unheard |= self.nxt == self.max;
    }

    /// The number that a reset has (RFC 9293 §3.10.5): the one behind all that was sent, the octet of a probe included that the
    /// peer may have taken and we have not heard of.
    pub(super) fn reset_at(&self) -> Seq {
        self.max + u32::from(self.is_probe_unheard)
    }

    /// All in flight is to be sent again.
    pub(super) fn go_back(&mut self) {
        self.nxt = self.una;
    }

    // What the peer says.

    /// An acknowledgement of something that was never sent.
    #[inline]
    pub(super) fn is_future(&self, ack: Seq) -> bool {
        !ack.is_at_most(self.max + u32::from(self.has_probed))
    }

    /// An acknowledgement so old that it can't be of this connection's peer (RFC 5961 §5.2).
    #[inline]
    pub(super) fn is_ancient(&self, ack: Seq) -> bool {
        ack.is_before(self.una - self.max_window.min(1 << 30))
    }

    /// Takes an acknowledgement of something new; how many numbers.
    #[inline]
    pub(super) fn acknowledge(&mut self, ack: Seq) -> u32 {
        let (base, end) = (self.base(), self.data_end());
        let upto = if ack.is_before(end) { ack } else { end };
        if upto.is_after(base) {
            self.queue.skip(upto.since(base) as usize);
        }
        let count = ack.since(self.una);
        self.has_probed &= ack.is_at_most(self.max);
        self.is_open = true;
        self.una = ack;
        self.nxt = self.nxt.latest(ack);
        self.max = self.max.latest(ack);
        self.hurried = self.hurried.latest(ack);
        count
    }

    /// Takes the window of a segment, unless an older one comes late (RFC 9293 §3.10.7.4, fifth).
    #[inline]
    pub(super) fn update_window(&mut self, seq: Seq, ack: Seq, window: u32) {
        self.is_probe_unheard = false;
        let (wl1, wl2) = self.updated_by;
        if wl1.is_before(seq) || (wl1 == seq && wl2.is_at_most(ack)) {
            self.set_window(seq, ack, window);
        }
    }

    /// Takes the window of the first segment of the peer that counts.
    pub(super) fn set_window(&mut self, seq: Seq, ack: Seq, window: u32) {
        self.updated_by = (seq, ack);
        self.edge = ack + window;
        self.max_window = self.max_window.max(window);
    }

    /// This acknowledgement and window say what is known already.
    #[inline]
    pub(super) fn is_known(&self, ack: Seq, window: u32) -> bool {
        ack == self.una && ack + window == self.edge
    }
}
