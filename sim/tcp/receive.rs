//! Keeps the receiving half: what has arrived in sequence, what waits above a hole, and the window that is offered (RFC 9293
//! §3.3.1, figure 4; §3.8.6).

use std::hash::{Hash, Hasher};

use crate::contract::Payload;
use crate::wire::Seq;

use super::pieces::Pieces;

#[derive(Clone, Debug)]
pub(super) struct Receive {
    /// The peer's initial sequence number.
    pub(super) irs: Seq,
    /// The next number expected.
    pub(super) nxt: Seq,
    /// The right edge of the window as it was offered: it never moves left.
    edge: Seq,
    /// In sequence, not read yet.
    pub(super) unread: Pieces,
    /// Above a hole: in order, without overlaps.
    held: Vec<(Seq, Payload)>,
    /// The number of the FIN, as soon as it is known; perhaps above a hole.
    fin: Option<Seq>,
    capacity: u32,
    /// By how much our windows are shifted.
    pub(super) scale: u8,
    /// No call will read: what arrives is acknowledged and dropped.
    is_deaf: bool,
}

/// What data changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// Nothing that was not there before.
    Nothing,
    /// The next octets in sequence.
    InSequence,
    /// They lie above a hole, or filled one: to be acknowledged at once (RFC 5681 §4.2).
    AroundHole,
}

/// The shift with which a window of this size can be written in 16 bits (RFC 7323 §2.3).
pub(super) fn scale_for(capacity: u32) -> u8 {
    (0..14).find(|shift| capacity >> shift <= u32::from(u16::MAX)).unwrap_or(14)
}

impl Receive {
    pub(super) fn new(capacity: usize) -> Self {
        Receive {
            irs: Seq(0),
            nxt: Seq(0),
            edge: Seq(0),
            unread: Pieces::default(),
            held: Vec::new(),
            fin: None,
            capacity: u32::try_from(capacity).unwrap_or(u32::MAX).clamp(1, 1 << 30),
            scale: 0,
            is_deaf: false,
        }
    }

    /// The peer's SYN: from here on its numbers are known, and with them the edge of the window that our SYN offers.
    pub(super) fn open(&mut self, irs: Seq) {
        (self.irs, self.nxt) = (irs, irs + 1);
        self.edge = self.nxt + u32::from(self.window_in_syn());
    }

    pub(super) fn capacity(&self) -> u32 {
        self.capacity
    }

    // The window.

    /// How much may arrive, as the peer was told.
    #[inline]
    pub(super) fn window(&self) -> u32 {
        if self.edge.is_after(self.nxt) { self.edge.since(self.nxt) } else { 0 }
    }

    /// Where the right edge could stand.
    #[inline]
    fn possible_edge(&self) -> Seq {
        self.nxt + self.capacity.saturating_sub(self.unread.len() as u32)
    }

    /// By how much the right edge could move.
    #[inline]
    fn growth(&self) -> u32 {
        let possible = self.possible_edge();
        if possible.is_after(self.edge) { possible.since(self.edge) } else { 0 }
    }

    /// The window field of a segment that leaves now. The edge moves only by steps that are worth it (RFC 9293 §3.8.6.2.2).
    #[inline]
    pub(super) fn offer(&mut self, mss: u32) -> u16 {
        if self.growth() >= mss.min(self.capacity / 2) {
            self.edge = self.possible_edge();
        }
        let most = u32::from(u16::MAX) << self.scale;
        (self.window().min(most) >> self.scale) as u16
    }

    /// The window field of a SYN, which is never shifted (RFC 7323 §2.2).
    pub(super) fn window_in_syn(&self) -> u16 {
        self.capacity.min(u32::from(u16::MAX)) as u16
    }

    /// The user has read enough for a sender that waits to be told.
    #[inline]
    pub(super) fn is_update_due(&self, mss: u32) -> bool {
        let (growth, half) = (self.growth(), self.capacity / 2);
        growth >= half.max(1) || (growth >= mss.min(half.max(1)) && self.window() < 2 * mss)
    }

    /// Some of these numbers lie in the window (RFC 9293 §3.10.7.4, first: table 6).
    #[inline]
    pub(super) fn accepts(&self, seq: Seq, len: u32) -> bool {
        let window = self.window();
        match (len, window) {
            (0, 0) => seq == self.nxt,
            (0, _) => seq.is_within(self.nxt, window),
            (_, 0) => false,
            (_, _) => seq.is_within(self.nxt, window) || (seq + (len - 1)).is_within(self.nxt, window) || self.is_around(seq, len),
        }
    }

    /// Begins before the window and ends behind it.
    fn is_around(&self, seq: Seq, len: u32) -> bool {
        seq.is_before(self.nxt) && (seq + len).is_after(self.nxt + self.window())
    }

    /// Cuts off what lies outside the window or behind a known FIN: where what is left begins.
    #[inline]
    pub(super) fn trim(&self, seq: Seq, data: &mut Payload) -> Seq {
        let mut start = seq;
        if start.is_before(self.nxt) {
            let known = (self.nxt.since(start) as usize).min(data.len());
            data.advance(known);
            start += known as u32;
        }
        let edge = self.fin.map_or(self.edge, |fin| self.edge.earliest(fin));
        let room = if edge.is_after(start) { edge.since(start) as usize } else { 0 };
        data.truncate(room);
        start
    }

    // What arrives.

    /// Takes data that was trimmed to the window.
    #[inline]
    pub(super) fn take_data(&mut self, seq: Seq, data: Payload) -> Taken {
        if data.is_empty() {
            return Taken::Nothing;
        }
        if seq != self.nxt {
            return if self.hold(seq, data) { Taken::AroundHole } else { Taken::Nothing };
        }
        self.append(data);
        if self.held.is_empty() {
            return Taken::InSequence;
        }
        self.append_held();
        Taken::AroundHole
    }

    #[inline]
    fn append(&mut self, data: Payload) {
        self.nxt += data.len() as u32;
        if !self.is_deaf {
            self.unread.push(data);
        }
    }

    /// Moves what has become in sequence.
    fn append_held(&mut self) {
        let mut moved = 0;
        while let Some((start, data)) = self.held.get_mut(moved) {
            if start.is_after(self.nxt) {
                break;
            }
            let (start, mut data) = (*start, std::mem::take(data));
            data.advance((self.nxt.since(start) as usize).min(data.len()));
            if !data.is_empty() {
                self.append(data);
            }
            moved += 1;
        }
        self.held.drain(..moved);
    }

    /// Keeps data above a hole: only the octets that are new. False: none is.
    fn hold(&mut self, mut start: Seq, mut data: Payload) -> bool {
        let mut at = self.held.partition_point(|(seq, data)| (*seq + data.len() as u32).is_at_most(start));
        let mut is_new = false;
        while !data.is_empty() {
            let Some((next, known)) = self.held.get(at) else {
                self.held.push((start, data));
                return true;
            };
            let (next, known_end) = (*next, *next + known.len() as u32);
            if start.is_before(next) {
                let gap = data.split_to((next.since(start) as usize).min(data.len()));
                start += gap.len() as u32;
                self.held.insert(at, (start - gap.len() as u32, gap));
                is_new = true;
            } else {
                let covered = (known_end.since(start) as usize).min(data.len());
                data.advance(covered);
                start += covered as u32;
            }
            at += 1;
        }
        is_new
    }

    /// The peer's stream ends at this number. A second word on it changes nothing.
    pub(super) fn note_fin(&mut self, at: Seq) {
        if self.fin.is_none() && at.is_at_least(self.nxt) {
            self.fin = Some(at);
        }
    }

    /// Takes the FIN, if its turn has come.
    #[inline]
    pub(super) fn take_fin(&mut self) -> bool {
        let is_next = self.fin == Some(self.nxt);
        if is_next {
            self.nxt += 1;
            self.edge = self.edge.latest(self.nxt);
            self.held = Vec::new();
        }
        is_next
    }

    /// What it will do, with numbers counted from the peer's first.
    pub(super) fn fingerprint(&self, mut hasher: &mut dyn Hasher) {
        let numbers = [self.nxt, self.edge].map(|seq| seq.since(self.irs));
        (numbers, self.fin.map(|fin| fin.since(self.irs)), self.capacity, self.scale, self.is_deaf).hash(&mut hasher);
        self.unread.fingerprint(hasher);
        self.held.len().hash(&mut hasher);
        for (seq, data) in &self.held {
            (seq.since(self.irs), data.len()).hash(&mut hasher);
            data.write_to(hasher);
        }
    }

    // What the user does.

    /// No call will read any more: drops what is there, and returns how much it was.
    pub(super) fn deafen(&mut self) -> usize {
        self.is_deaf = true;
        std::mem::take(&mut self.unread).len()
    }

    pub(super) fn is_deaf(&self) -> bool {
        self.is_deaf
    }

    /// Octets that are held.
    pub(super) fn buffered(&self) -> usize {
        self.unread.len() + self.held.iter().map(|(_, data)| data.len()).sum::<usize>()
    }
}
