//! Takes each event of a segment or of a state once, and tells all parts of it.

use std::time::Duration;

use super::certain::{Certain, Shifts};
use super::sending::{News, Sending, Weight};
use super::window::Terms;
use super::{DAMAGED, Track, Tracks, Unanswered};
use crate::contract::End;
use crate::oracle::Stamp;
use crate::time::Instant;
use crate::trace::{Fate, SegmentEvent};
use crate::wire::{Seq, State};

/// An acknowledgement is not delayed longer than this (RFC 9293 MUST-58).
const ANSWERED_WITHIN: Duration = Duration::from_millis(500);

impl Tracks {
    /// What a segment that is sent says, and will change; `ordered`: the order between the ends is known.
    #[inline]
    pub fn weigh(&self, event: &SegmentEvent, ordered: bool) -> Sending {
        let (own, segment) = (&self.ends[event.from], &event.segment);
        let (me, them) = (&own.certain, &self.ends[event.from.peer()].certain);
        let (len, end, is_plain) = (segment.data_len(), segment.end(), segment.flags.is_plain());
        let more = me.end.map_or(end != segment.seq, |last| end.is_after(last));
        let covered = them.ack_taken == me.end;
        let probe = them.ack_arrived == me.end && me.end == Some(segment.seq + 1) && len <= 1 && is_plain;
        let speaks = segment.flags.ack() && !segment.flags.rst();
        let edge = speaks.then(|| me.edge_with(event));
        let acknowledges = speaks && me.ack.is_some_and(|ack| segment.ack.is_after(ack));
        let weight = Weight { len, new: more || acknowledges, probe, answer: len == 0 && is_plain, opens: speaks && edge != me.edge };
        let acknowledged = if speaks { own.arrived.judge(segment.ack, own.sent.syn.is_some()) } else { None };
        let news = if ordered { self.idle.news(weight) } else { News::Some };
        Sending { acknowledged, end, more, covered, edge, weight, news }
    }

    /// A SYN goes out: again, or for a connection that begins with it. `ordered`: the order between the ends is known.
    pub fn syn_sent(&mut self, event: &SegmentEvent, at: Stamp, ordered: bool) {
        let segment = &event.segment;
        let (own, far) = self.ends.sides_mut(event.from);
        if ordered && own.sent.syn != Some(segment.seq) {
            // A second connection on one flow: what the segments of the first one said is void.
            self.doubtful |= own.sent.syn.is_some();
            own.certain.begin_anew(segment);
            far.certain.forget_answers();
        }
        if own.sent.begins_anew(segment) {
            let again = own.begin(segment, at);
            far.outdated = again && far.sent.spoke;
        }
        own.syns.send(event);
        own.certain.syns = own.certain.syns.saturating_add(u32::from(ordered));
        self.settle();
    }

    /// A segment goes out, judged by what was known before it; `offers`: the window that it is held to from now on, `most`: the
    /// needless segments that a contract allows in an hour, where the order between the ends is known.
    #[inline]
    pub fn sent(&mut self, event: &SegmentEvent, at: Stamp, offers: Option<Seq>, sending: &Sending, most: Option<u64>) {
        let segment = &event.segment;
        let (own, far) = self.ends.sides_mut(event.from);
        if segment.flags.ack() && !segment.flags.rst() && !far.fates {
            far.sent.acknowledge(segment.ack);
        }
        own.says(segment, offers, sending.acknowledged, at.line());
        if segment.flags.ack() || segment.flags.rst() {
            self.unanswered[event.from] = None;
        }
        if let Some(most) = most {
            let (own, far) = self.ends.sides_mut(event.from);
            self.doubtful |= own.certain.begins_late(&far.certain, event);
            own.certain.sends(&mut far.certain, segment.ack, sending, at.t);
            self.idle.take(at.t, sending, most);
        }
    }

    /// It should have sent a reset: that is said once.
    pub fn owed_reset(&mut self, end: End) {
        self.ends[end].owed_reset();
    }

    /// The caller does something at this end.
    pub fn stirred(&mut self, at: Instant) {
        self.idle.stir(at);
    }

    /// A call is made at this end: what is sent from now on may be its doing.
    pub fn called(&mut self, end: End) {
        self.ends[end].interrupt();
    }

    /// Something became of a segment that was sent, or one came from nowhere.
    pub fn became(&mut self, event: &SegmentEvent, at: Stamp) {
        self.tells_fates = true;
        self.lossy |= Tracks::is_lost(event.fate);
        match event.fate {
            Fate::Delivered => return self.delivered(event, at),
            Fate::Duplicated => self.idle.ask(event.segment.data_len()),
            Fate::Corrupted => self.corrupted(event),
            Fate::Injected => return self.came_from_nowhere(event, at),
            _ => {}
        }
        self.tell_fates(event.from);
    }

    /// What becomes of an end's segments is recorded.
    #[inline]
    fn tell_fates(&mut self, end: End) {
        if !self.ends[end].fates {
            self.ends[end].fates = true;
            self.settle();
        }
    }

    /// It has reached the other end.
    #[inline]
    pub fn delivered(&mut self, event: &SegmentEvent, at: Stamp) {
        self.tells_fates = true;
        self.tell_fates(event.from);
        let is_whole = !self.is_damaged(event);
        if is_whole {
            self.asks_for_an_answer(event, at);
        }
        let (own, far) = self.reach_peer(event, at);
        far.hears(&event.segment, at);
        if is_whole {
            own.certain.heard = Some(at.t);
            own.certain.accepted(&mut far.certain, event, at.t);
        }
        if event.segment.flags.syn() {
            self.settle();
        }
        if event.segment.flags.rst() {
            self.reset_arrived(event, at, is_whole);
        }
    }

    /// Data or a FIN that arrives in sequence draws an answer, and a FIN that comes again in TIME-WAIT at once.
    #[inline]
    fn asks_for_an_answer(&mut self, event: &SegmentEvent, at: Stamp) {
        let (segment, receiver) = (&event.segment, event.from.peer());
        if segment.length() == 0 || segment.flags.syn() || segment.flags.rst() || self.unanswered[receiver].is_some() {
            return;
        }
        let (me, them) = (self.of(event.from), self.of(receiver));
        let is_next = !segment.seq.is_after(me.next) && segment.end().is_after(me.next);
        let is_new = me.base.is_some() && is_next && me.is_acceptable(segment, them.end);
        let is_last = || segment.flags.fin() && self.end(receiver).chain().state() == Some(State::TimeWait);
        let within = match () {
            () if is_new => ANSWERED_WITHIN,
            () if is_last() && self.simulated => Duration::ZERO,
            () if is_last() => ANSWERED_WITHIN,
            () => return,
        };
        self.unanswered[receiver] = Some(Unanswered { at, until: at.t + within });
    }

    /// The other end may take this segment: its sender, and that end. A SYN may settle something.
    #[inline(always)]
    fn reach_peer(&mut self, event: &SegmentEvent, at: Stamp) -> (&mut Track, &mut Track) {
        let (own, far) = self.ends.sides_mut(event.from);
        if event.segment.flags.syn() && !event.segment.flags.rst() {
            own.syns.arrive(event);
        }
        far.meets(event, own.edge_of(event), at.line());
        (own, far)
    }

    /// A reset arrived: could it have been accepted (RFC 5961 §3.2, or any other rule of old)?
    #[cold]
    fn reset_arrived(&mut self, event: &SegmentEvent, at: Stamp, whole: bool) {
        let segment = &event.segment;
        let (own, far) = self.ends.sides_mut(event.from);
        let (syn, target) = (far.sent.syn, &far.certain);
        let refusing = segment.flags.ack() && syn.is_some_and(|syn| segment.ack == syn + 1);
        let opening = syn.is_some() && target.ack.is_none();
        let fits = match (target.ack, target.edge) {
            (Some(ack), Some((_, most))) => {
                let (least, most) = (ack - 1, most.latest(own.certain.reach));
                segment.seq.since(least) <= most.since(least).wrapping_add(1)
            }
            _ => !opening || refusing,
        };
        if fits {
            own.certain.reset = Some(at);
        }
        if whole && opening && refusing {
            own.certain.refusal.get_or_insert(at);
        }
    }

    #[cold]
    fn corrupted(&mut self, event: &SegmentEvent) {
        match event.id {
            Some(id) if self.damaged.len() < DAMAGED => self.damaged.push(id),
            _ => self.doubtful = true,
        }
    }

    /// It may arrive, if no line says so.
    #[cold]
    fn came_from_nowhere(&mut self, event: &SegmentEvent, at: Stamp) {
        self.idle.ask(event.segment.data_len());
        self.reach_peer(event, at);
        if event.segment.flags.syn() {
            self.settle();
        }
        if event.segment.flags.rst() {
            self.reset_arrived(event, at, true);
            self.injected[event.from.peer()] |= self.of(event.from).reset == Some(at);
        } else {
            self.doubtful = true;
        }
    }

    /// Data of this end has arrived at a peer that had closed for good.
    pub fn came_late(&mut self, end: End, at: Instant) {
        self.ends[end].certain.late.get_or_insert(at);
    }

    /// The state of an end changes; `None`: it is not known any more.
    pub fn goes(&mut self, end: End, change: Option<(State, State)>, at: Stamp) {
        let simulated = self.simulated;
        match change {
            Some((from, to)) => self.ends[end].goes(from, to, at, simulated),
            None => self.ends[end].chain.forget(),
        }
    }

    /// What the SYNs and the record of arrivals tell has changed: draws the conclusions.
    pub(super) fn settle(&mut self) {
        for end in End::BOTH {
            let [own, far] = [end, end.peer()].map(|end| &self.ends[end]);
            let terms = Terms::new((&own.syns, own.fates), (&far.syns, far.fates), self.simulated);
            let shifts = match (own.sent.syn, far.sent.syn) {
                (Some(_), Some(_)) => {
                    own.certain.shift.filter(|_| far.certain.shift.is_some()).map_or(Shifts(0, 0), |shift| Shifts(shift, shift))
                }
                _ => Shifts::default(),
            };
            let bound = terms.known && own.sent.syn.is_some() && own.arrived.has_syn() && !own.outdated;
            let own = &mut self.ends[end];
            (own.terms, own.certain.shifts, own.bound) = (terms, shifts, bound);
        }
    }
}

impl Certain {
    /// What arrived whole at the other end, unless it is a reset, or dropped there.
    #[inline]
    fn accepted(&mut self, them: &mut Certain, event: &SegmentEvent, at: Instant) {
        let segment = &event.segment;
        if segment.flags.rst() || them.has_taken(segment) {
            return;
        }
        // What acknowledges less than was known before was sent before.
        if !self.ack_arrived.is_some_and(|una| una.is_after(segment.ack)) {
            self.answered = Some(at);
        }
        let end = segment.end();
        let brings = end != segment.seq || end.is_after(self.reach);
        // What is wholly old is dropped, whether or not its receiver has acknowledged it yet.
        let is_next = if end == segment.seq { end.is_at_least(self.next) } else { end.is_after(self.next) };
        let is_new = is_next || segment.flags.syn() && end == self.next;
        if is_new && segment.flags.ack() && self.ack_taken.is_none_or(|known| segment.ack.is_after(known)) {
            self.ack_taken = Some(segment.ack);
            them.waiting = them.waiting.map(|_| at);
        }
        if brings && self.is_acceptable(segment, them.end) {
            self.data_arrived(segment, them.edge.map(|(least, _)| least));
        }
        if self.tells_window(segment) {
            let Shifts(shift, _) = if segment.flags.syn() { Shifts(0, 0) } else { self.shifts };
            self.window_arrived(event, shift);
        }
        if segment.flags.ack() {
            self.ack_arrives(segment.ack);
        }
    }

    /// The stream begins with this segment, if it is the first with anything in it; true if what the peer has acknowledged before
    /// shows that it had begun before.
    #[inline]
    fn begins_late(&mut self, them: &Certain, event: &SegmentEvent) -> bool {
        let segment = &event.segment;
        if self.base.is_some() || segment.length() == 0 || segment.flags.rst() {
            return false;
        }
        self.begin(segment.seq);
        them.ack.is_some_and(|ack| ack != segment.seq)
    }

    /// Takes what a segment that is sent changes; `ack`: its acknowledgement, if it has one.
    #[inline]
    fn sends(&mut self, them: &mut Certain, ack: Seq, sending: &Sending, at: Instant) {
        let Sending { end, more, covered, edge, weight, .. } = *sending;
        if more || self.end.is_none() {
            self.end = Some(end);
        }
        if more && covered {
            self.waiting = Some(at);
        }
        if weight.probe {
            self.probed = Some(at);
        }
        if let Some(edge) = edge {
            them.acknowledged_up_to(ack);
            self.acknowledges(ack, edge);
        }
    }
}
