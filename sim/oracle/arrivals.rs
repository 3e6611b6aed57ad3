//! What segments show of a flow beyond their own rules: which bytes have arrived, whether a window is closed, whether a reset
//! came, what is acknowledged, and how much is sent on an idle flow.
//!
//! All of it is a lower bound of what is certain: bytes count as arrived when they came in order inside the offered window, or
//! were acknowledged; what was corrupted or injected makes everything uncertain but resets.

mod sending;

use smallvec::SmallVec;

use super::Stamp;
use super::idle::{Idle, News, Weight};
use super::wire::SynOptions;
use super::wire::seq::is_after;
use crate::contract::{Both, End};
use crate::time::Instant;
use crate::trace::{Fate, Wire};
pub(super) use sending::Sending;
use sending::{Shifts, end_of, is_plain};

/// The most damaged segments that are remembered until they arrive.
const DAMAGED: usize = 256;

/// So often something must be sent again before the peer may be given up (RFC 9293 §3.8.3, R1).
const TRIES: u32 = 3;

/// What all segments of a flow show.
#[derive(Clone, Debug, Default)]
pub(super) struct Arrivals {
    /// By the end that sends.
    sending: Both<Sending>,
    /// Something came from nowhere, or was damaged in a way that can't be followed.
    doubtful: bool,
    /// A reset came from nowhere that this end may have accepted.
    injected: Both<bool>,
    /// Segments were dropped, damaged or injected.
    pub lossy: bool,
    /// What becomes of segments is recorded: one was delivered, or lost.
    pub tells_fates: bool,
    /// The damaged segments that are still on their way.
    damaged: SmallVec<[u64; 2]>,
    /// How much is sent without need.
    pub idle: Idle,
}

impl Arrivals {
    pub fn of(&self, end: End) -> &Sending {
        &self.sending[end]
    }

    /// May an injected reset have been accepted by this end?
    pub fn injected_reset(&self, end: End) -> bool {
        self.injected[end]
    }

    /// So many bytes of this end have arrived for certain; none where that is not known.
    pub fn arrived_of(&self, end: End) -> Option<u64> {
        let sending = &self.sending[end];
        (!self.doubtful && sending.base.is_some()).then_some(sending.arrived)
    }

    /// As [`Arrivals::arrived_of`], of what lies before this number.
    pub fn arrived_before(&self, end: End, number: u32) -> Option<u64> {
        let next = self.sending[end].next;
        let behind = if is_after(next, number) { next.wrapping_sub(number) } else { 0 };
        self.arrived_of(end).map(|arrived| arrived.saturating_sub(u64::from(behind)))
    }

    /// The last window that this end learned of is closed.
    pub fn meets_closed_window(&self, end: End) -> bool {
        !self.doubtful && self.sending[end.peer()].closed
    }

    /// The FIN of this end has arrived, and all before it.
    pub fn fin_arrived(&self, end: End) -> bool {
        let sending = &self.sending[end];
        !self.doubtful && sending.fin.is_some_and(|fin| sending.base.is_some() && sending.next == fin)
    }

    /// This end has answered a SYN again and again (R1 of RFC 9293 §3.8.3), over a path that loses, and no answer to that has come.
    pub fn answers_in_vain(&self, end: End) -> bool {
        self.lossy && self.sending[end].syns > TRIES && self.sending[end.peer()].ack_arrived.is_none()
    }

    /// This end has probed its peer, and nothing came back.
    pub fn probes_in_vain(&self, end: End) -> bool {
        let heard = self.sending[end.peer()].heard;
        self.sending[end].probed.is_some_and(|probed| heard.is_none_or(|heard| heard < probed))
    }

    /// Something that this end has sent is not acknowledged, as far as it knows.
    pub fn is_waiting(&self, end: End) -> bool {
        self.sending[end].end.is_some_and(|last| self.sending[end.peer()].ack_arrived != Some(last))
    }

    /// All that this end ever sent is acknowledged: how many bytes of its stream that is, modulo 2³².
    pub fn all_acknowledged(&self, end: End) -> Option<u32> {
        let (mine, theirs) = (&self.sending[end], &self.sending[end.peer()]);
        let (last, base) = (mine.end?, mine.base?);
        let acknowledged = !self.doubtful && theirs.ack_arrived == Some(last);
        acknowledged.then(|| last.wrapping_sub(base).wrapping_sub(u32::from(mine.fin.is_some())))
    }

    /// Data of this end has arrived at a peer that had closed for good.
    pub fn came_late(&mut self, end: End, at: Instant) {
        self.sending[end].late.get_or_insert(at);
    }

    /// Takes a segment; says whether one that was sent brings anything new.
    #[inline]
    pub fn segment(&mut self, wire: &Wire, at: Stamp) -> News {
        self.tells_fates |= wire.fate != Fate::Sent;
        match wire.fate {
            Fate::Sent => return self.sent(wire, at.t),
            // A copy of it may be whole.
            Fate::Delivered if self.is_damaged(wire) => {
                if wire.flags.rst() {
                    self.reset(wire, at, false);
                }
            }
            Fate::Delivered => self.delivered(wire, at),
            Fate::Dropped => self.lossy = true,
            Fate::Duplicated => self.idle.ask(wire.len),
            Fate::Corrupted => self.corrupted(wire),
            Fate::Injected => {
                self.idle.ask(wire.len);
                self.came_from_nowhere(wire, at);
            }
        }
        News::Some
    }

    fn sent(&mut self, wire: &Wire, at: Instant) -> News {
        if wire.flags.syn() {
            self.syn_sent(wire);
        }
        let covered = self.sending[wire.from.peer()].ack_arrived == self.sending[wire.from].end;
        let expected = self.sending[wire.from.peer()].ack;
        let me = &mut self.sending[wire.from];
        let end = end_of(wire);
        let more = match me.end {
            Some(last) => is_after(end, last),
            None => end != wire.seq,
        };
        let probe = covered && me.end == Some(wire.seq.wrapping_add(1)) && wire.len <= 1 && is_plain(wire);
        if me.base.is_none() && end != wire.seq && !wire.flags.rst() {
            me.begin(wire.seq);
            // What the peer has acknowledged before shows that this is not where the stream begins.
            self.doubtful |= expected.is_some_and(|ack| ack != wire.seq);
        }
        if more || me.end.is_none() {
            me.end = Some(end);
        }
        if more && covered {
            me.waiting = Some(at);
        }
        if probe {
            me.probed = Some(at);
        }
        let edge = self.sending[wire.from].edge;
        let acknowledges = wire.flags.ack() && !wire.flags.rst() && self.acknowledged(wire);
        let answer = wire.len == 0 && is_plain(wire);
        let opens = self.sending[wire.from].edge != edge;
        self.idle.weigh(at, Weight { len: wire.len, new: more || acknowledges, probe, answer, opens })
    }

    /// As [`Arrivals::segment`], for a segment that is sent behind all that was sent before, and is no SYN, FIN or reset.
    pub fn said(&mut self, wire: &Wire, at: Instant) -> News {
        let (me, them) = self.sending.sides_mut(wire.from);
        if me.base.is_none() || me.end != Some(wire.seq) {
            return self.sent(wire, at);
        }
        let more = wire.len > 0;
        if more {
            if them.ack_arrived == me.end {
                me.waiting = Some(at);
            }
            me.end = Some(wire.seq.wrapping_add(wire.len));
        }
        them.acknowledged_up_to(wire.ack);
        let edge = me.edge;
        let acknowledges = me.acknowledges(wire);
        let opens = me.edge != edge;
        self.idle.weigh(at, Weight { len: wire.len, new: more || acknowledges, probe: false, answer: !more, opens })
    }

    /// As [`Arrivals::segment`], for a segment that is delivered, and is no SYN, FIN or reset.
    pub fn heard(&mut self, wire: &Wire, at: Stamp) {
        self.tells_fates = true;
        if !self.is_damaged(wire) {
            self.sending[wire.from].heard = Some(at.t);
            self.accepted(wire, at.t);
        }
    }

    /// A SYN begins a connection; the same one again changes nothing.
    fn syn_sent(&mut self, wire: &Wire) {
        let me = &mut self.sending[wire.from];
        if me.syn != Some(wire.seq) {
            // A second connection on one flow: what the segments of the first one said is void.
            self.doubtful |= me.syn.is_some();
            // What its peer heard, of its own numbers, is the peer's, which may know nothing of this connection.
            let Sending { ack_arrived, reset, refusal, .. } = *me;
            let begun = Sending { syn: Some(wire.seq), shift: SynOptions::shift_of(wire), ..Sending::default() };
            *me = Sending { ack_arrived, reset, refusal, ..begun };
            me.begin(wire.seq.wrapping_add(1));
            let them = &mut self.sending[wire.from.peer()];
            (them.ack_arrived, them.reset, them.refusal) = (None, None, None);
        }
        let me = &mut self.sending[wire.from];
        me.syns = me.syns.saturating_add(1);
        for end in End::BOTH {
            self.sending[end].shifts = self.shifts(end);
        }
    }

    /// An end says what it has: that has arrived for certain. Is it more than it said before?
    fn acknowledged(&mut self, wire: &Wire) -> bool {
        let (me, them) = self.sending.sides_mut(wire.from);
        them.acknowledged_up_to(wire.ack);
        me.acknowledges(wire)
    }

    /// The shift of an end's windows as the SYNs say.
    fn shifts(&self, end: End) -> Shifts {
        let (mine, theirs) = (&self.sending[end], &self.sending[end.peer()]);
        match (mine.syn, theirs.syn) {
            (Some(_), Some(_)) => match (mine.shift, theirs.shift) {
                (Some(shift), Some(_)) => Shifts(shift, shift),
                _ => Shifts(0, 0),
            },
            _ => Shifts::default(),
        }
    }

    fn delivered(&mut self, wire: &Wire, at: Stamp) {
        self.sending[wire.from].heard = Some(at.t);
        if wire.flags.rst() {
            self.reset(wire, at, true);
        } else {
            self.accepted(wire, at.t);
        }
    }

    /// What arrived is no reset.
    fn accepted(&mut self, wire: &Wire, at: Instant) {
        let (me, them) = self.sending.sides_mut(wire.from);
        // What is wholly old is dropped, and its acknowledgement with it (RFC 9293 §3.10.7.4, first).
        let end = end_of(wire);
        let is_old = |ack| if end == wire.seq { is_after(ack, end) } else { !is_after(end, ack) };
        if them.ack.is_some_and(is_old) {
            return;
        }
        // What acknowledges less than was known before was sent before.
        if !me.ack_arrived.is_some_and(|una| is_after(una, wire.ack)) {
            me.answered = Some(at);
        }
        let brings = end != wire.seq || is_after(end, me.reach);
        if brings && me.is_acceptable(wire, them.end) {
            me.data_arrived(wire, them.edge.map(|(least, _)| least));
        }
        if wire.flags.ack() {
            let Shifts(shift, _) = if wire.flags.syn() { Shifts(0, 0) } else { me.shifts };
            me.window_arrived(wire, shift);
            if me.ack_arrived(wire.ack) && them.waiting.is_some() {
                them.waiting = Some(at);
            }
        }
    }

    /// A reset arrived: could it have been accepted (RFC 5961 §3.2, or any other rule of old)?
    fn reset(&mut self, wire: &Wire, at: Stamp, whole: bool) {
        let target = &self.sending[wire.from.peer()];
        let refusing = wire.flags.ack() && target.syn.is_some_and(|syn| wire.ack == syn.wrapping_add(1));
        let opening = target.syn.is_some() && target.ack.is_none();
        let fits = match (target.ack, target.edge) {
            (Some(ack), Some((_, most))) => {
                let least = ack.wrapping_sub(1);
                let last = self.sending[wire.from].reach;
                let most = if is_after(last, most) { last } else { most };
                wire.seq.wrapping_sub(least) <= most.wrapping_sub(least).wrapping_add(1)
            }
            _ => !opening || refusing,
        };
        let sending = &mut self.sending[wire.from];
        if fits {
            sending.reset = Some(at);
        }
        if whole && opening && refusing {
            sending.refusal.get_or_insert(at);
        }
    }

    fn corrupted(&mut self, wire: &Wire) {
        self.lossy = true;
        match wire.id {
            Some(id) if self.damaged.len() < DAMAGED => self.damaged.push(id),
            _ => self.doubtful = true,
        }
    }

    fn is_damaged(&self, wire: &Wire) -> bool {
        !self.damaged.is_empty() && wire.id.is_some_and(|id| self.damaged.contains(&id))
    }

    fn came_from_nowhere(&mut self, wire: &Wire, at: Stamp) {
        self.lossy = true;
        if wire.flags.rst() {
            self.reset(wire, at, true);
            self.injected[wire.from.peer()] |= self.sending[wire.from].reset == Some(at);
        } else {
            self.doubtful = true;
        }
    }
}

#[cfg(test)]
mod tests;
