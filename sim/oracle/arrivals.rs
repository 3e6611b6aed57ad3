//! What segments show of a flow beyond their own rules: which bytes have arrived, whether a window is closed, whether a reset
//! came, what is acknowledged, and how much is sent on an idle flow.
//!
//! All of it is a lower bound of what is certain: bytes count as arrived when they came in order inside the offered window, or
//! were acknowledged; what was corrupted or injected makes everything uncertain but resets.

mod sending;

use smallvec::SmallVec;

use super::Stamp;
use super::idle::{Idle, News, Weight};
use super::wire::shift_of;
use crate::contract::{Both, End};
use crate::time::Instant;
use crate::trace::{Fate, SegmentEvent};
use crate::wire::Seq;
pub(super) use sending::Sending;
use sending::Shifts;

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
    pub fn arrived_before(&self, end: End, number: Seq) -> Option<u64> {
        let next = self.sending[end].next;
        let behind = if next.is_after(number) { next.since(number) } else { 0 };
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
        acknowledged.then(|| (last - u32::from(mine.fin.is_some())).since(base))
    }

    /// Data of this end has arrived at a peer that had closed for good.
    pub fn came_late(&mut self, end: End, at: Instant) {
        self.sending[end].late.get_or_insert(at);
    }

    /// Takes a segment; says whether one that was sent brings anything new.
    #[inline]
    pub fn segment(&mut self, event: &SegmentEvent, at: Stamp) -> News {
        let segment = &event.segment;
        self.tells_fates |= event.fate != Fate::Sent;
        match event.fate {
            Fate::Sent => return self.sent(event, at.t),
            // A copy of it may be whole.
            Fate::Delivered if self.is_damaged(event) => {
                if segment.flags.rst() {
                    self.reset(event, at, false);
                }
            }
            Fate::Delivered => self.delivered(event, at),
            Fate::Dropped => self.lossy = true,
            Fate::Duplicated => self.idle.ask(segment.data_len()),
            Fate::Corrupted => self.corrupted(event),
            Fate::Injected => {
                self.idle.ask(segment.data_len());
                self.came_from_nowhere(event, at);
            }
        }
        News::Some
    }

    fn sent(&mut self, event: &SegmentEvent, at: Instant) -> News {
        let segment = &event.segment;
        if segment.flags.syn() {
            self.syn_sent(event);
        }
        let covered = self.sending[event.from.peer()].ack_arrived == self.sending[event.from].end;
        let expected = self.sending[event.from.peer()].ack;
        let me = &mut self.sending[event.from];
        let end = segment.end();
        let more = match me.end {
            Some(last) => end.is_after(last),
            None => end != segment.seq,
        };
        let probe = covered && me.end == Some(segment.seq + 1) && segment.data_len() <= 1 && segment.flags.is_plain();
        if me.base.is_none() && end != segment.seq && !segment.flags.rst() {
            me.begin(segment.seq);
            // What the peer has acknowledged before shows that this is not where the stream begins.
            self.doubtful |= expected.is_some_and(|ack| ack != segment.seq);
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
        let edge = self.sending[event.from].edge;
        let acknowledges = segment.flags.ack() && !segment.flags.rst() && self.acknowledged(event);
        let answer = segment.data_len() == 0 && segment.flags.is_plain();
        let opens = self.sending[event.from].edge != edge;
        self.idle.weigh(at, Weight { len: segment.data_len(), new: more || acknowledges, probe, answer, opens })
    }

    /// As [`Arrivals::segment`], for a segment that is sent behind all that was sent before, and is no SYN, FIN or reset.
    pub fn said(&mut self, event: &SegmentEvent, at: Instant) -> News {
        let segment = &event.segment;
        let (me, them) = self.sending.sides_mut(event.from);
        if me.base.is_none() || me.end != Some(segment.seq) {
            return self.sent(event, at);
        }
        let more = segment.data_len() > 0;
        if more {
            if them.ack_arrived == me.end {
                me.waiting = Some(at);
            }
            me.end = Some(segment.data_end());
        }
        them.acknowledged_up_to(segment.ack);
        let edge = me.edge;
        let acknowledges = me.acknowledges(event);
        let opens = me.edge != edge;
        self.idle.weigh(at, Weight { len: segment.data_len(), new: more || acknowledges, probe: false, answer: !more, opens })
    }

    /// As [`Arrivals::segment`], for a segment that is delivered, and is no SYN, FIN or reset.
    pub fn heard(&mut self, event: &SegmentEvent, at: Stamp) {
        self.tells_fates = true;
        if !self.is_damaged(event) {
            self.sending[event.from].heard = Some(at.t);
            self.accepted(event, at.t);
        }
    }

    /// A SYN begins a connection; the same one again changes nothing.
    fn syn_sent(&mut self, event: &SegmentEvent) {
        let segment = &event.segment;
        let me = &mut self.sending[event.from];
        if me.syn != Some(segment.seq) {
            // A second connection on one flow: what the segments of the first one said is void.
            self.doubtful |= me.syn.is_some();
            // What its peer heard, of its own numbers, is the peer's, which may know nothing of this connection.
            let Sending { ack_arrived, reset, refusal, .. } = *me;
            let begun = Sending { syn: Some(segment.seq), shift: shift_of(segment), ..Sending::default() };
            *me = Sending { ack_arrived, reset, refusal, ..begun };
            me.begin(segment.seq + 1);
            let them = &mut self.sending[event.from.peer()];
            (them.ack_arrived, them.reset, them.refusal) = (None, None, None);
        }
        let me = &mut self.sending[event.from];
        me.syns = me.syns.saturating_add(1);
        for end in End::BOTH {
            self.sending[end].shifts = self.shifts(end);
        }
    }

    /// An end says what it has: that has arrived for certain. Is it more than it said before?
    fn acknowledged(&mut self, event: &SegmentEvent) -> bool {
        let (me, them) = self.sending.sides_mut(event.from);
        them.acknowledged_up_to(event.segment.ack);
        me.acknowledges(event)
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

    fn delivered(&mut self, event: &SegmentEvent, at: Stamp) {
        self.sending[event.from].heard = Some(at.t);
        if event.segment.flags.rst() {
            self.reset(event, at, true);
        } else {
            self.accepted(event, at.t);
        }
    }

    /// What arrived is no reset.
    fn accepted(&mut self, event: &SegmentEvent, at: Instant) {
        let segment = &event.segment;
        let (me, them) = self.sending.sides_mut(event.from);
        // What is wholly old is dropped, and its acknowledgement with it (RFC 9293 §3.10.7.4, first).
        let end = segment.end();
        let is_old = |ack: Seq| if end == segment.seq { ack.is_after(end) } else { !end.is_after(ack) };
        if them.ack.is_some_and(is_old) {
            return;
        }
        // What acknowledges less than was known before was sent before.
        if !me.ack_arrived.is_some_and(|una| una.is_after(segment.ack)) {
            me.answered = Some(at);
        }
        let brings = end != segment.seq || end.is_after(me.reach);
        if brings && me.is_acceptable(&event.segment, them.end) {
            me.data_arrived(&event.segment, them.edge.map(|(least, _)| least));
        }
        if segment.flags.ack() {
            let Shifts(shift, _) = if segment.flags.syn() { Shifts(0, 0) } else { me.shifts };
            me.window_arrived(event, shift);
            if me.ack_arrived(segment.ack) && them.waiting.is_some() {
                them.waiting = Some(at);
            }
        }
    }

    /// A reset arrived: could it have been accepted (RFC 5961 §3.2, or any other rule of old)?
    fn reset(&mut self, event: &SegmentEvent, at: Stamp, whole: bool) {
        let segment = &event.segment;
        let target = &self.sending[event.from.peer()];
        let refusing = segment.flags.ack() && target.syn.is_some_and(|syn| segment.ack == syn + 1);
        let opening = target.syn.is_some() && target.ack.is_none();
        let fits = match (target.ack, target.edge) {
            (Some(ack), Some((_, most))) => {
                let least = ack - 1;
                let last = self.sending[event.from].reach;
                let most = most.latest(last);
                segment.seq.since(least) <= most.since(least).wrapping_add(1)
            }
            _ => !opening || refusing,
        };
        let sending = &mut self.sending[event.from];
        if fits {
            sending.reset = Some(at);
        }
        if whole && opening && refusing {
            sending.refusal.get_or_insert(at);
        }
    }

    fn corrupted(&mut self, event: &SegmentEvent) {
        self.lossy = true;
        match event.id {
            Some(id) if self.damaged.len() < DAMAGED => self.damaged.push(id),
            _ => self.doubtful = true,
        }
    }

    fn is_damaged(&self, event: &SegmentEvent) -> bool {
        !self.damaged.is_empty() && event.id.is_some_and(|id| self.damaged.contains(&id))
    }

    fn came_from_nowhere(&mut self, event: &SegmentEvent, at: Stamp) {
        self.lossy = true;
        if event.segment.flags.rst() {
            self.reset(event, at, true);
            self.injected[event.from.peer()] |= self.sending[event.from].reset == Some(at);
        } else {
            self.doubtful = true;
        }
    }
}

#[cfg(test)]
mod tests;
