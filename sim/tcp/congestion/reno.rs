//! Grows and shrinks the window as Reno does: slow start and congestion avoidance by counting octets (RFC 5681, RFC 6928).

#[derive(Clone, Debug, Hash)]
pub(super) struct Reno {
    cwnd: u32,
    ssthresh: u32,
    /// Octets acknowledged since the window grew last, in congestion avoidance.
    counted: u32,
}

/// The window grows no further: more than any scaled window can ask for.
const MOST: u32 = 1 << 30;

/// The initial window (RFC 6928 §2).
fn initial(mss: u32) -> u32 {
    (10 * mss).min((2 * mss).max(14_600))
}

impl Reno {
    pub(super) fn new(mss: u32, was_syn_lost: bool) -> Self {
        // RFC 5681 §3.1: one segment, if the SYN or its answer was lost.
        let cwnd = if was_syn_lost { mss } else { initial(mss) };
        Reno { cwnd, ssthresh: MOST, counted: 0 }
    }

    #[inline]
    pub(super) const fn size(&self) -> u32 {
        self.cwnd
    }

    #[inline]
    pub(super) fn acknowledged(&mut self, count: u32, mss: u32) {
        if self.cwnd < self.ssthresh {
            return self.grow(count.min(mss));
        }
        self.counted = self.counted.saturating_add(count);
        if self.counted >= self.cwnd {
            self.counted -= self.cwnd;
            self.grow(mss);
        }
    }

    fn grow(&mut self, count: u32) {
        self.cwnd = (self.cwnd + count).min(MOST);
    }

    fn halve(&mut self, flight: u32, mss: u32) {
        self.ssthresh = (flight / 2).max(2 * mss);
        self.counted = 0;
    }

    pub(super) fn enter_recovery(&mut self, flight: u32, mss: u32) {
        self.halve(flight, mss);
        self.cwnd = self.ssthresh + 3 * mss;
    }

    /// One more segment has left the network.
    pub(super) fn inflate(&mut self, mss: u32) {
        self.grow(mss);
    }

    /// RFC 6582 §3.2, step 3: deflated by what left, but for one segment.
    pub(super) fn partly_acknowledged(&mut self, count: u32, mss: u32) {
        self.cwnd = self.cwnd.saturating_sub(count).max(mss);
        if count >= mss {
            self.grow(mss);
        }
    }

    /// RFC 6582 §3.2, step 3, option 1: no burst at the end.
    pub(super) fn leave_recovery(&mut self, flight: u32, mss: u32) {
        self.cwnd = self.ssthresh.min(flight.max(mss) + mss);
    }

    pub(super) fn timed_out(&mut self, flight: u32, mss: u32, is_first: bool) {
        if is_first {
            self.halve(flight, mss);
        }
        self.cwnd = mss;
    }

    pub(super) fn restart(&mut self, mss: u32) {
        self.cwnd = self.cwnd.min(initial(mss));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn begins_with_ten_segments_or_what_rfc_6928_caps_them_at() {
        let sizes = [536, 1460, 9000].map(|mss| Reno::new(mss, false).size());
        assert_eq!(sizes, [5_360, 14_600, 18_000]);
        assert_eq!(Reno::new(1460, true).size(), 1460);
    }

    #[test]
    fn grows_by_what_was_acknowledged_then_by_a_segment_a_window() {
        let mut reno = Reno::new(1000, false);
        reno.acknowledged(500, 1000);
        reno.acknowledged(5_000, 1000);
        assert_eq!(reno.size(), 11_500, "slow start counts at most a segment an acknowledgement");
        reno.timed_out(8_000, 1000, true);
        assert_eq!(reno.size(), 1_000);
        (0..3).for_each(|_| reno.acknowledged(1000, 1000));
        assert_eq!(reno.size(), 4_000, "half of what was in flight");
        reno.acknowledged(3_999, 1000);
        assert_eq!(reno.size(), 4_000);
        reno.acknowledged(1, 1000);
        assert_eq!(reno.size(), 5_000);
    }

    #[test]
    fn never_falls_below_two_segments_of_threshold() {
        let mut reno = Reno::new(1000, false);
        reno.timed_out(1, 1000, true);
        reno.timed_out(1_000_000, 1000, false);
        reno.acknowledged(1000, 1000);
        assert_eq!(reno.size(), 2_000);
        reno.acknowledged(1000, 1000);
        assert_eq!(reno.size(), 2_000, "avoidance from two segments on");
    }
}
