//! Computes the retransmission timeout (RFC 6298): from what was measured, and how far it is backed off. Integers, in nanoseconds.

use std::hash::{Hash, Hasher};
use std::time::Duration;

use crate::time::Instant;
use crate::wire::Seq;

use super::Settings;

/// G of RFC 6298: virtual time has no coarser grain.
const GRANULARITY: u64 = 1;
/// The timeout after a SYN had to be sent again (RFC 6298 §5.7).
const AFTER_LOST_SYN: u64 = 3_000_000_000;

#[derive(Clone, Debug)]
pub(super) struct Rtt {
    /// SRTT and RTTVAR, once there is a sample.
    smoothed: Option<(u64, u64)>,
    rto: u64,
    /// What is being timed: until which number is acknowledged, and when it was sent.
    timed: Option<(Seq, Instant)>,
}

impl Rtt {
    pub(super) fn new(settings: &Settings) -> Self {
        Rtt { smoothed: None, rto: nanos(settings.rto_initial), timed: None }
    }

    /// What was measured, and since when what is timed is under way.
    pub(super) fn fingerprint(&self, mut hasher: &mut dyn Hasher, iss: Seq, now: Instant) {
        let timed = self.timed.map(|(end, sent)| (end.since(iss), now - sent));
        (self.smoothed, self.rto, timed).hash(&mut hasher);
    }

    /// RTO, backed off as it is.
    #[inline]
    pub(super) fn timeout(&self) -> Duration {
        Duration::from_nanos(self.rto)
    }

    /// When it expires, if it begins now.
    #[inline]
    pub(super) const fn from(&self, now: Instant) -> Instant {
        Instant(now.0.saturating_add(self.rto))
    }

    /// It is longer ago than that.
    #[inline]
    pub(super) const fn is_exceeded(&self, since: Instant, now: Instant) -> bool {
        now.0.saturating_sub(since.0) > self.rto
    }

    /// Everything up to `end` was sent for the first time. One segment is timed at a time.
    #[inline]
    pub(super) fn sent(&mut self, end: Seq, now: Instant) {
        if self.timed.is_none() {
            self.timed = Some((end, now));
        }
    }

    /// Something was sent again: which transmission is acknowledged is not known (Karn; RFC 6298 §3).
    pub(super) fn sent_again(&mut self) {
        self.timed = None;
    }

    #[inline]
    pub(super) fn acknowledged(&mut self, una: Seq, now: Instant, settings: &Settings) {
        if let Some((end, sent)) = self.timed
            && una.is_at_least(end)
        {
            self.timed = None;
            self.sample(now.0.saturating_sub(sent.0), settings);
        }
    }

    /// RFC 6298 §2.2 and §2.3.
    fn sample(&mut self, sample: u64, settings: &Settings) {
        let (srtt, var) = match self.smoothed {
            None => (sample, sample / 2),
            Some((srtt, var)) => ((srtt * 7 + sample) / 8, (var * 3 + srtt.abs_diff(sample)) / 4),
        };
        self.smoothed = Some((srtt, var));
        let rto = srtt.saturating_add((var * 4).max(GRANULARITY));
        self.rto = rto.max(nanos(settings.rto_min)).min(nanos(settings.rto_max)).max(1);
    }

    /// RFC 6298 §5.5: the timer has expired.
    pub(super) fn back_off(&mut self, settings: &Settings) {
        self.rto = self.rto.saturating_mul(2).min(nanos(settings.rto_max)).max(1);
    }

    /// A SYN had to be sent again, and now data begins (RFC 6298 §5.7): a timeout below 3 s is raised, a longer one stays.
    pub(super) fn restart_after_lost_syn(&mut self, settings: &Settings) {
        if self.smoothed.is_none() {
            self.rto = self.rto.max(AFTER_LOST_SYN).min(nanos(settings.rto_max)).max(1);
        }
    }
}

fn nanos(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX / 16)
}
