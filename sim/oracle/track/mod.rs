//! Keeps track of each end's sequence numbers, as its segments show them: one observer, which everything that is judged by segments
//! asks.
//!
//! A [`Track`] is one end's: all that it has `sent` (with the `contents` that may have to be sent again), what has `arrived` at it (all
//! that may have: an upper bound), the `window` that reached it, the `reset` that just did, the `chain` of its states, and what is
//! `certain` (lower bounds). [`Tracks`] are both of a flow, with what concerns both: what was lost or damaged, and how much is sent
//! on an `idle` flow. `observe` takes each event once; nothing here judges.
//!
//! What this is not: a TCP. It knows no timers and holds no connection; where a recording begins in the middle, leaves out options
//! or what was delivered, or shows several connections at once, it says only what is certain all the same.

mod arrived;
mod certain;
mod chain;
mod contents;
mod end;
mod idle;
mod observe;
mod reset;
mod sending;
mod sent;
mod window;

use smallvec::SmallVec;

use crate::contract::{Both, End};
use crate::oracle::Stamp;
use crate::time::Instant;
use crate::trace::{Fate, SegmentEvent};
use crate::wire::{Segment, Seq};
pub(super) use arrived::Wrong;
pub(super) use certain::Certain;
pub(super) use contents::Change;
pub(super) use end::Track;
pub(super) use idle::Idle;
pub(super) use reset::Spur;
pub(super) use sending::{Needless, Sending};
pub(super) use sent::Misplaced;
pub(super) use window::shrinks;

/// The most damaged segments that are remembered until they arrive.
const DAMAGED: usize = 256;

/// How often something must be sent again before the peer may be given up (RFC 9293 §3.8.3, R1).
const TRIES: u32 = 3;

/// What all segments of a flow show.
#[derive(Clone, Debug, Default)]
pub(super) struct Tracks {
    ends: Both<Track>,
    /// Of a simulated run it is known what its stacks take for granted.
    simulated: bool,
    /// Something came from nowhere, or was damaged in a way that can't be followed.
    doubtful: bool,
    /// A reset came from nowhere that this end may have accepted.
    injected: Both<bool>,
    lossy: bool,
    tells_fates: bool,
    /// The damaged segments that are still on their way.
    damaged: SmallVec<[u64; 2]>,
    idle: Idle,
    /// What arrived in sequence at an end that has not answered since.
    unanswered: Both<Option<Unanswered>>,
}

/// Something arrived in sequence, and is to be answered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unanswered {
    /// When it arrived.
    pub at: Stamp,
    /// When an answer must have been sent.
    pub until: Instant,
}

impl Tracks {
    pub fn new(simulated: bool) -> Self {
        let mut tracks = Tracks { simulated, ..Tracks::default() };
        tracks.settle();
        tracks
    }

    /// Another flow takes the place of this one, and the memory of its lists.
    pub fn restart(&mut self, simulated: bool) {
        let mut fresh = Tracks::new(simulated);
        End::BOTH.into_iter().for_each(|end| fresh.ends[end].inherit(&mut self.ends[end]));
        *self = fresh;
    }

    /// One end's.
    #[inline]
    pub fn end(&self, end: End) -> &Track {
        &self.ends[end]
    }

    /// What is certain of an end.
    pub fn of(&self, end: End) -> &Certain {
        &self.ends[end].certain
    }

    /// How much is sent without need.
    pub fn idle(&self) -> &Idle {
        &self.idle
    }

    /// The end that should have answered by now, and what.
    #[inline]
    pub fn overdue(&self, now: Instant) -> Option<(End, Unanswered)> {
        let late = |end: End| self.unanswered[end].filter(|unanswered| now > unanswered.until).map(|unanswered| (end, unanswered));
        late(End::Client).or_else(|| late(End::Server))
    }

    /// What this end has not answered yet.
    pub fn unanswered(&self, end: End) -> Option<Unanswered> {
        self.unanswered[end].filter(|_| !self.doubtful)
    }

    /// An answer was waited for long enough.
    pub fn give_up_waiting(&mut self, end: End) {
        self.unanswered[end] = None;
    }

    /// All of it has reached the other end, and an acknowledgement of that has come back.
    #[inline]
    pub fn is_acknowledged(&self, from: End, segment: &Segment) -> bool {
        let known = self.of(from.peer()).ack_taken.is_some_and(|una| una.is_at_least(segment.end()));
        known && !self.doubtful && self.of(from).base.is_some()
    }

    /// Segments were dropped, damaged or injected.
    pub fn is_lossy(&self) -> bool {
        self.lossy
    }

    /// What becomes of segments is recorded: one was delivered, or lost.
    pub fn tells_fates(&self) -> bool {
        self.tells_fates
    }

    /// May an injected reset have been accepted by this end?
    pub fn injected_reset(&self, end: End) -> bool {
        self.injected[end]
    }

    /// The bytes of this end that have arrived for certain; none where that is not known.
    pub fn arrived_of(&self, end: End) -> Option<u64> {
        let certain = self.of(end);
        (!self.doubtful && certain.base.is_some()).then_some(certain.arrived)
    }

    /// As [`Tracks::arrived_of`], of what lies before this number.
    pub fn arrived_before(&self, end: End, number: Seq) -> Option<u64> {
        let next = self.of(end).next;
        let behind = if next.is_after(number) { next.since(number) } else { 0 };
        self.arrived_of(end).map(|arrived| arrived.saturating_sub(u64::from(behind)))
    }

    /// The last window that this end learned of is closed.
    pub fn meets_closed_window(&self, end: End) -> bool {
        !self.doubtful && self.of(end.peer()).closed
    }

    /// A segment that arrives tells its receiver that the window, which was closed, is open.
    #[inline]
    pub fn opens_window(&self, event: &SegmentEvent) -> bool {
        let segment = &event.segment;
        let opens = self.of(event.from).closed && event.window() > 0 && !self.doubtful && !segment.flags.rst();
        opens && !self.is_damaged(event) && !self.of(event.from.peer()).has_taken(segment) && self.of(event.from).tells_window(segment)
    }

    /// The FIN of this end has arrived, and all before it.
    pub fn fin_arrived(&self, end: End) -> bool {
        let certain = self.of(end);
        !self.doubtful && certain.fin.is_some_and(|fin| certain.base.is_some() && certain.next == fin)
    }

    /// This end has answered a SYN again and again (R1 of RFC 9293 §3.8.3), over a path that loses, and no answer to that has come.
    pub fn answers_in_vain(&self, end: End) -> bool {
        self.lossy && self.of(end).syns > TRIES && self.of(end.peer()).ack_arrived.is_none()
    }

    /// This end has probed its peer, and nothing came back.
    pub fn probes_in_vain(&self, end: End) -> bool {
        let heard = self.of(end.peer()).heard;
        self.of(end).probed.is_some_and(|probed| heard.is_none_or(|heard| heard < probed))
    }

    /// Something that this end has sent is not acknowledged, as far as it knows.
    pub fn is_waiting(&self, end: End) -> bool {
        self.of(end).end.is_some_and(|last| self.of(end.peer()).ack_taken != Some(last))
    }

    /// All that this end ever sent is acknowledged beyond doubt: how many bytes of its stream that is, modulo 2³².
    pub fn all_acknowledged(&self, end: End) -> Option<u32> {
        let (mine, theirs) = (self.of(end), self.of(end.peer()));
        let (last, base) = (mine.end?, mine.base?);
        let acknowledged = !self.doubtful && theirs.ack_taken == Some(last);
        acknowledged.then(|| (last - u32::from(mine.fin.is_some())).since(base))
    }

    /// How many bytes of its stream this end has sent, at least once, modulo 2³².
    pub fn all_sent(&self, end: End) -> Option<u32> {
        let mine = self.of(end);
        let finished = u32::from(self.end(end).sent().fin.is_some());
        let (sent, base) = (mine.end? - finished, mine.base?);
        (!self.doubtful && sent.is_at_least(base)).then(|| sent.since(base))
    }

    /// How many bytes of this end's stream are acknowledged, as far as it knows, modulo 2³².
    pub fn acknowledged(&self, end: End) -> Option<u32> {
        let (mine, theirs) = (self.of(end), self.of(end.peer()));
        let acknowledged = theirs.ack_arrived?.since(mine.base?);
        Some(acknowledged.min(self.all_sent(end)?))
    }

    /// A copy of it may be whole, this one is not.
    #[inline]
    fn is_damaged(&self, event: &SegmentEvent) -> bool {
        !self.damaged.is_empty() && event.id.is_some_and(|id| self.damaged.contains(&id))
    }

    fn is_lost(fate: Fate) -> bool {
        matches!(fate, Fate::Dropped | Fate::Corrupted | Fate::Injected)
    }
}

#[cfg(test)]
mod tests;
