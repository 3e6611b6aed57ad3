//! Limits the challenge acknowledgements of a connection (RFC 5961 §7): two ends that misunderstand each other fall silent.

use std::hash::{Hash, Hasher};
use std::time::Duration;

use crate::time::Instant;

/// How many in any one span.
const BURST: u8 = 10;
const SPAN: Duration = Duration::from_secs(300);

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Limit {
    since: Instant,
    sent: u8,
}

impl Limit {
    /// How many may still be sent, and for how long that counts.
    pub(super) fn fingerprint(&self, mut hasher: &mut dyn Hasher, now: Instant) {
        let counted = (self.sent > 0 && now - self.since < SPAN).then(|| (self.sent, now - self.since));
        counted.hash(&mut hasher);
    }

    /// May one be sent now? If so it counts.
    pub(super) fn allows(&mut self, now: Instant) -> bool {
        if self.sent == 0 || now - self.since >= SPAN {
            *self = Limit { since: now, sent: 0 };
        }
        let allows = self.sent < BURST;
        self.sent += u8::from(allows);
        allows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_and_no_more_until_the_span_is_over() {
        let mut limit = Limit::default();
        let start = Instant(1);
        assert_eq!((0..11).filter(|_| limit.allows(start)).count(), 10);
        assert!(!limit.allows(start + (SPAN - Duration::from_nanos(1))));
        assert!(limit.allows(start + SPAN));
    }
}
