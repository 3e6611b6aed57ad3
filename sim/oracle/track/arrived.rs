//! Tracks what has reached an end in sequence, and so what it may acknowledge.
//!
//! All that was delivered counts as arrived, whether the end took it or not: what is acknowledged beyond it was never there.

use smallvec::SmallVec;

use crate::wire::{Segment, Seq};

/// The most SYNs with numbers of their own that are told apart; beyond that nothing is said of acknowledgements.
const COURSES: usize = 4;

/// The most pieces that are kept beyond a hole. More are joined, as if what lies between them had arrived too.
const AHEAD: usize = 256;

/// What has reached one end.
#[derive(Clone, Debug, Default)]
pub(in crate::oracle) struct Arrived {
    /// One for each SYN that it may have taken: nearly always one.
    courses: SmallVec<[Course; 1]>,
    /// There were too many.
    lost: bool,
    /// Its latest acknowledgement while no SYN is known, and its line.
    latest: Option<(Seq, u64)>,
}

/// What followed one SYN.
#[derive(Clone, Debug)]
struct Course {
    syn: Seq,
    /// Everything before it has arrived.
    next: Seq,
    /// Where in the trace the last of that arrived.
    line: u64,
    /// The latest acknowledgement that was sent, and its line.
    acked: Option<(Seq, u64)>,
    /// What arrived beyond a hole, in order, apart from each other.
    ahead: Vec<(Seq, Seq)>,
}

/// What is wrong with an acknowledgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::oracle) enum Wrong {
    /// Only so much had arrived, the last of it on this line.
    Beyond { next: Seq, line: u64 },
    /// The one on this line went further.
    Back { acked: Seq, line: u64 },
}

impl Arrived {
    /// A segment reached this end.
    #[inline(always)]
    pub fn take(&mut self, segment: &Segment, line: u64) {
        let (start, end) = (segment.data_start(), segment.end());
        if segment.flags.syn() {
            self.begin(segment.seq, line);
        }
        match self.courses.as_mut_slice() {
            _ if end == start => {}
            [course] => course.take(start, end, line),
            courses => courses.iter_mut().for_each(|course| course.take(start, end, line)),
        }
    }

    #[cold]
    fn begin(&mut self, syn: Seq, line: u64) {
        if self.courses.iter().any(|course| course.syn == syn) {
            return;
        }
        if self.courses.len() == COURSES {
            self.lost = true;
            return;
        }
        self.courses.push(Course { syn, next: syn + 1, line, acked: None, ahead: Vec::new() });
    }

    /// What is wrong with an acknowledgement that this end sends: `None` if nothing can be said of it. An end that has not `begun`
    /// with a SYN of its own may speak for an earlier connection, which a SYN has found alive.
    #[inline]
    pub fn judge(&self, ack: Seq, begun: bool) -> Option<Result<(), Wrong>> {
        match self.courses.as_slice() {
            _ if self.lost => None,
            // Nearly always there is one, and it fits.
            [course] if begun && course.fits(ack) => Some(Ok(())),
            courses if courses.is_empty() || !begun => Some(self.continues(ack)),
            courses if courses.iter().any(|course| course.fits(ack)) => Some(Ok(())),
            courses => courses.last().map(|course| Err(course.wrong(ack))),
        }
    }

    /// Without a SYN only that acknowledgements never go back can be judged.
    fn continues(&self, ack: Seq) -> Result<(), Wrong> {
        match self.latest {
            Some((acked, line)) if acked.is_after(ack) => Err(Wrong::Back { acked, line }),
            _ => Ok(()),
        }
    }

    /// Takes an acknowledgement that this end sends, and of which that was `said`; after a wrong one it goes on as if that were right.
    #[inline]
    pub fn acknowledge(&mut self, ack: Seq, begun: bool, said: Option<Result<(), Wrong>>, line: u64) {
        match self.courses.as_mut_slice() {
            _ if said.is_none() => {}
            [course] if begun && said == Some(Ok(())) => course.acked = Some((ack, line)),
            courses if courses.is_empty() || !begun => self.latest = Some((ack, line)),
            _ => self.settle(ack, line),
        }
    }

    /// Several SYNs may have been taken, or none of them fits.
    fn settle(&mut self, ack: Seq, line: u64) {
        if self.courses.iter().any(|course| course.fits(ack)) {
            self.courses.retain(|course| course.fits(ack));
            self.courses.iter_mut().for_each(|course| course.acked = Some((ack, line)));
        } else if let Some(course) = self.courses.last_mut() {
            course.settle(ack, line);
        }
    }

    /// This end begins a connection with a SYN: of what arrived, only what that SYN acknowledges belongs to it.
    pub fn begin_anew(&mut self, acked: Option<Seq>) {
        self.latest = None;
        self.courses.retain(|course| acked.is_some_and(|ack| course.covers(ack)));
        self.lost &= self.courses.is_empty();
        self.courses.iter_mut().for_each(|course| course.acked = None);
    }

    /// The next number that this end expects, where that is certain: all that arrived was acknowledged.
    pub fn expects(&self) -> Option<Seq> {
        match self.courses.as_slice() {
            [course] if !self.lost && course.ahead.is_empty() => course.acked.map(|(ack, _)| ack).filter(|ack| *ack == course.next),
            _ => None,
        }
    }

    /// This can't be the next number that this end expects: that lies between what it acknowledged and all that arrived, or
    /// behind what lies beyond a hole, where some stacks take a reset too. After a FIN they take its own number.
    pub fn excludes(&self, number: Seq, fin: Option<Seq>) -> bool {
        match self.courses.as_slice() {
            [course] if !self.lost => course.excludes(number, fin),
            _ => false,
        }
    }

    /// All up to this number has arrived.
    pub fn has_reached(&self, number: Seq) -> bool {
        matches!(self.courses.as_slice(), [course] if !self.lost && course.next == number)
    }

    /// Has a SYN reached this end?
    pub fn has_syn(&self) -> bool {
        self.lost || !self.courses.is_empty()
    }
}

impl Course {
    #[inline]
    fn take(&mut self, start: Seq, end: Seq, line: u64) {
        if start.is_after(self.next) {
            return self.take_ahead(start, end);
        }
        if end.is_after(self.next) {
            (self.next, self.line) = (end, line);
            self.join();
        }
    }

    /// What lies behind the hole that was filled has arrived in sequence, too. The pieces lie apart, so one pass is enough.
    #[inline]
    fn join(&mut self) {
        if !self.ahead.is_empty() {
            self.join_ahead();
        }
    }

    fn join_ahead(&mut self) {
        let reached = self.ahead.iter().take_while(|(start, _)| self.next.is_at_least(*start)).count();
        for (_, end) in self.ahead.drain(..reached) {
            self.next = self.next.latest(end);
        }
    }

    fn take_ahead(&mut self, start: Seq, end: Seq) {
        let first = self.ahead.partition_point(|(_, other)| start.is_after(*other));
        let touching = self.ahead[first..].iter().take_while(|(other, _)| end.is_at_least(*other)).count();
        let joined = self.ahead[first..first + touching].iter().fold((start, end), |(low, high), (other, other_end)| {
            (if low.is_after(*other) { *other } else { low }, high.latest(*other_end))
        });
        self.ahead.splice(first..first + touching, [joined]);
        if self.ahead.len() > AHEAD {
            let (_, end) = self.ahead.pop().unwrap_or((start, end));
            if let Some(last) = self.ahead.last_mut() {
                last.1 = end;
            }
        }
    }

    fn excludes(&self, number: Seq, fin: Option<Seq>) -> bool {
        let Some((acked, _)) = self.acked else { return false };
        let expected = number.is_at_least(acked) && self.next.is_at_least(number);
        let beyond = self.ahead.iter().any(|(_, end)| *end == number);
        let at_fin = fin == Some(number) && self.next == number + 1;
        !(expected || beyond || at_fin)
    }

    fn covers(&self, ack: Seq) -> bool {
        ack.is_after(self.syn) && self.next.is_at_least(ack)
    }

    fn fits(&self, ack: Seq) -> bool {
        self.covers(ack) && self.acked.is_none_or(|(acked, _)| ack.is_at_least(acked))
    }

    /// What is wrong with an acknowledgement that does not fit.
    fn wrong(&self, ack: Seq) -> Wrong {
        match self.acked {
            Some((acked, line)) if acked.is_after(ack) => Wrong::Back { acked, line },
            _ => Wrong::Beyond { next: self.next, line: self.line },
        }
    }

    /// Goes on as if an acknowledgement that does not fit were right.
    fn settle(&mut self, ack: Seq, line: u64) {
        self.next = self.next.latest(ack);
        self.acked = Some((ack, line));
        self.join();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Payload;
    use crate::wire::Flags;

    fn segment(flags: u8, seq: Seq, len: usize) -> Segment {
        Segment { seq, flags: Flags(flags), data: Payload::Count(len), ..Segment::default() }
    }

    /// What is said of an acknowledgement, which is then taken.
    fn said(arrived: &mut Arrived, ack: Seq, begun: bool, line: u64) -> Option<Result<(), Wrong>> {
        let said = arrived.judge(ack, begun);
        arrived.acknowledge(ack, begun, said, line);
        said
    }

    fn after_syn(seq: Seq) -> Arrived {
        let mut arrived = Arrived::default();
        arrived.take(&segment(2, seq, 0), 1);
        arrived
    }

    #[test]
    fn holes_are_filled_in_any_order_and_round_the_circle() {
        for syn in [0, 999, u32::MAX - 3, u32::MAX].map(Seq) {
            let mut arrived = after_syn(syn);
            let at = |offset: u32| syn + offset;
            assert_eq!(said(&mut arrived, at(1), true, 2), Some(Ok(())));
            for (offset, len) in [(7, 2), (3, 2), (5, 1), (12, 4), (6, 1)] {
                arrived.take(&segment(16, at(offset), len), 3);
            }
            assert_eq!(arrived.courses[0].ahead, [(at(3), at(9)), (at(12), at(16))]);
            assert_eq!(said(&mut arrived, at(2), true, 4), Some(Err(Wrong::Beyond { next: at(1), line: 1 })));
            arrived.take(&segment(16, at(1), 3), 5);
            assert_eq!(said(&mut arrived, at(9), true, 6), Some(Ok(())));
            arrived.take(&segment(17, at(9), 10), 7);
            assert_eq!(said(&mut arrived, at(20), true, 8), Some(Ok(())));
            assert_eq!(said(&mut arrived, at(21), true, 9), Some(Err(Wrong::Beyond { next: at(20), line: 7 })));
        }
    }

    #[test]
    fn acknowledgements_never_go_back() {
        let mut arrived = after_syn(Seq(100));
        arrived.take(&segment(16, Seq(101), 10), 2);
        assert_eq!(said(&mut arrived, Seq(111), true, 3), Some(Ok(())));
        assert_eq!(said(&mut arrived, Seq(111), true, 4), Some(Ok(())));
        assert_eq!(said(&mut arrived, Seq(110), true, 5), Some(Err(Wrong::Back { acked: Seq(111), line: 4 })));
        let mut unknown = Arrived::default();
        assert_eq!(said(&mut unknown, Seq(7), true, 1), Some(Ok(())));
        assert_eq!(said(&mut unknown, Seq(6), true, 2), Some(Err(Wrong::Back { acked: Seq(7), line: 1 })));
    }

    #[test]
    fn of_several_syns_any_may_have_been_taken() {
        let mut arrived = after_syn(Seq(100));
        arrived.take(&segment(2, Seq(5000), 0), 2);
        assert_eq!(said(&mut arrived, Seq(101), true, 3), Some(Ok(())), "the first");
        assert_eq!(arrived.courses.len(), 1);
        arrived.take(&segment(2, Seq(5000), 0), 4);
        arrived.begin_anew(Some(Seq(5001)));
        assert_eq!(said(&mut arrived, Seq(5001), true, 5), Some(Ok(())), "the second, by a SYN of its own");
        assert_eq!(said(&mut arrived, Seq(101), true, 6), Some(Err(Wrong::Back { acked: Seq(5001), line: 5 })));
        for syn in 1..=COURSES as u32 {
            arrived.take(&segment(2, Seq(syn << 20), 0), 7);
        }
        assert_eq!(said(&mut arrived, Seq(9), true, 8), None, "too many to tell");
    }

    #[test]
    fn memory_is_bounded() {
        let mut arrived = after_syn(Seq(0));
        for hole in 1..=AHEAD as u32 + 1 {
            arrived.take(&segment(16, Seq(hole * 10), 1), 2);
        }
        let course = &arrived.courses[0];
        assert_eq!((course.ahead.len(), course.ahead[AHEAD - 1]), (AHEAD, (Seq(AHEAD as u32 * 10), Seq(AHEAD as u32 * 10 + 11))));
    }

    #[test]
    fn what_is_expected_is_certain_only_when_all_was_acknowledged() {
        let mut arrived = after_syn(Seq(100));
        assert_eq!(arrived.expects(), None);
        said(&mut arrived, Seq(101), true, 2);
        assert_eq!(arrived.expects(), Some(Seq(101)));
        arrived.take(&segment(16, Seq(101), 1), 3);
        assert_eq!(arrived.expects(), None);
        said(&mut arrived, Seq(102), true, 4);
        arrived.take(&segment(16, Seq(110), 1), 5);
        assert_eq!(arrived.expects(), None);
    }
}
