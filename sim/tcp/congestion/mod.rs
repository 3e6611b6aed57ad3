//! Controls congestion: infers losses from acknowledgements and repairs them (RFC 5681 §3.2, RFC 3042, RFC 6582).
//!
//! How the window grows and shrinks is the algorithm's affair: [`reno`].

mod reno;

use std::hash::{Hash, Hasher};

use crate::wire::Seq;

use self::reno::Reno;

#[derive(Clone, Debug)]
pub(super) struct Congestion {
    window: Reno,
    /// Duplicate acknowledgements in a row.
    duplicates: u32,
    /// What was in flight at the first of them.
    flight: u32,
    /// Fast recovery goes on; a partial acknowledgement has come in it.
    recovery: Option<Recovery>,
    /// What had been sent when the last loss was inferred: duplicates below it are an echo of that loss.
    recover: Seq,
    /// The timer has expired and nothing was acknowledged since.
    has_timed_out: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Recovery {
    had_partial: bool,
}

/// What an acknowledgement of something new asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repair {
    /// Nothing.
    No,
    /// The next hole begins here: send it again (RFC 6582 §3.2, step 3); the timer runs on unless it is the first time.
    Hole {
        /// The retransmission timer is restarted.
        restarts_timer: bool,
    },
}

impl Congestion {
    pub(super) fn new(mss: u32, iss: Seq, was_syn_lost: bool) -> Self {
        let window = Reno::new(mss, was_syn_lost);
        Congestion { window, duplicates: 0, flight: 0, recovery: None, recover: iss, has_timed_out: false }
    }

    /// What it will allow.
    pub(super) fn fingerprint(&self, mut hasher: &mut dyn Hasher, iss: Seq) {
        (&self.window, self.duplicates, self.flight, self.recovery, self.recover.since(iss), self.has_timed_out).hash(&mut hasher);
    }

    /// How many octets may be in flight: the window, and one more segment for each of the first two duplicates (RFC 3042).
    #[inline]
    pub(super) fn limit(&self, mss: u32) -> u32 {
        let extra = if self.recovery.is_none() { self.duplicates.min(2) * mss } else { 0 };
        self.window.size().saturating_add(extra)
    }

    /// `count` octets were acknowledged for the first time; `flight` are left.
    #[inline]
    pub(super) fn acknowledged(&mut self, una: Seq, count: u32, flight: u32, mss: u32) -> Repair {
        self.duplicates = 0;
        self.has_timed_out = false;
        let Some(recovery) = self.recovery else {
            // It follows, or half a circle later it would seem to lie ahead, and no loss would count.
            if una.is_after(self.recover) {
                self.recover = una - 1;
            }
            self.window.acknowledged(count, mss);
            return Repair::No;
        };
        if una.is_at_least(self.recover) {
            self.window.leave_recovery(flight, mss);
            self.recovery = None;
            return Repair::No;
        }
        self.window.partly_acknowledged(count, mss);
        self.recovery = Some(Recovery { had_partial: true });
        Repair::Hole { restarts_timer: !recovery.had_partial }
    }

    /// A duplicate acknowledgement came. True: send the first segment in flight again.
    pub(super) fn duplicate(&mut self, una: Seq, max: Seq, flight: u32, mss: u32) -> bool {
        if self.recovery.is_some() {
            self.window.inflate(mss);
            return false;
        }
        self.duplicates = self.duplicates.saturating_add(1);
        if self.duplicates == 1 {
            self.flight = flight;
        }
        if self.duplicates != 3 || !una.is_after(self.recover) {
            return false;
        }
        self.recover = max;
        self.recovery = Some(Recovery { had_partial: false });
        // What the first two duplicates let out does not count (RFC 5681 §3.2, step 2).
        self.window.enter_recovery(self.flight.min(flight), mss);
        true
    }

    /// The retransmission timer expired. The same loss, met again, halves nothing (RFC 5681 §3.1).
    pub(super) fn timed_out(&mut self, max: Seq, flight: u32, mss: u32) {
        self.window.timed_out(flight, mss, !self.has_timed_out);
        self.has_timed_out = true;
        self.duplicates = 0;
        self.recovery = None;
        self.recover = max;
    }

    /// Nothing was sent for longer than the timeout (RFC 5681 §4.1).
    pub(super) fn restart(&mut self, mss: u32) {
        self.window.restart(mss);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MSS: u32 = 1000;

    fn congestion() -> Congestion {
        Congestion::new(MSS, Seq(0), false)
    }

    #[test]
    fn the_first_two_duplicates_let_one_segment_out_each_and_the_third_repairs() {
        let mut congestion = congestion();
        assert_eq!(congestion.limit(MSS), 10_000);
        assert!(!congestion.duplicate(Seq(1), Seq(10_001), 10_000, MSS));
        assert_eq!(congestion.limit(MSS), 11_000);
        assert!(!congestion.duplicate(Seq(1), Seq(11_001), 11_000, MSS));
        assert_eq!(congestion.limit(MSS), 12_000);
        assert!(congestion.duplicate(Seq(1), Seq(12_001), 12_000, MSS));
        assert_eq!(congestion.limit(MSS), 8_000, "half of what was in flight before the first, and three");
        assert!(!congestion.duplicate(Seq(1), Seq(12_001), 12_000, MSS));
        assert_eq!(congestion.limit(MSS), 9_000, "inflated by a segment that has left");
    }

    #[test]
    fn a_partial_acknowledgement_repairs_the_next_hole_and_a_full_one_ends_it() {
        let mut congestion = congestion();
        (0..3).for_each(|_| _ = congestion.duplicate(Seq(1), Seq(10_001), 10_000, MSS));
        assert_eq!(congestion.acknowledged(Seq(3_001), 3_000, 7_000, MSS), Repair::Hole { restarts_timer: true });
        assert_eq!(congestion.limit(MSS), 6_000, "8 - 3 + 1");
        assert_eq!(congestion.acknowledged(Seq(4_001), 1_000, 6_000, MSS), Repair::Hole { restarts_timer: false });
        assert_eq!(congestion.acknowledged(Seq(10_001), 6_000, 0, MSS), Repair::No);
        assert_eq!(congestion.limit(MSS), 2_000, "nothing in flight: a segment, and one more");
    }

    #[test]
    fn duplicates_that_echo_the_last_loss_repair_nothing() {
        let mut congestion = congestion();
        congestion.timed_out(Seq(10_001), 10_000, MSS);
        assert_eq!(congestion.limit(MSS), MSS);
        assert!((0..9).all(|_| !congestion.duplicate(Seq(10_001), Seq(10_001), 0, MSS)));
    }

    #[test]
    fn a_loss_counts_however_much_was_sent_without_one() {
        let mut congestion = congestion();
        for gibibytes in 1..=3_u32 {
            congestion.acknowledged(Seq(gibibytes << 30), 1 << 30, 0, MSS);
        }
        let una = Seq(3 << 30);
        assert!((0..3).any(|_| congestion.duplicate(una, una + 10_000, 10_000, MSS)));
    }
}
