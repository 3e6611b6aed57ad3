//! Models the slow part of a link: how long it is busy with a packet, and the queue before it.

use std::collections::VecDeque;
use std::hash::{Hash, Hasher};

use super::LinkSettings;
use crate::time::Instant;

const NANOS: u64 = 1_000_000_000;

/// The slow part of a link: it sends one packet after the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Bottleneck {
    /// Bits per second.
    rate: Option<u64>,
    /// How many may wait.
    queue: Option<u32>,
    /// When it has sent all that it took.
    free: Instant,
    /// What was left over when the last sending time was cut to whole nanoseconds (in 1 / rate ns): no time is lost or won over a
    /// busy period.
    rest: u64,
    /// When each of those that wait will begin to be sent.
    waiting: VecDeque<Instant>,
}

impl Bottleneck {
    pub(super) fn new(settings: &LinkSettings) -> Self {
        Bottleneck { rate: settings.rate.map(|rate| rate.max(1)), queue: settings.queue, ..Bottleneck::default() }
    }

    /// It takes no time and drops nothing.
    pub(super) fn is_unlimited(&self) -> bool {
        self.rate.is_none()
    }

    /// When a packet of this size (bytes) has been sent; nothing if there is no room for it to wait.
    pub(super) fn admit(&mut self, now: Instant, size: u32) -> Option<Instant> {
        let Some(rate) = self.rate else { return Some(now) };
        if now > self.free {
            (self.free, self.rest) = (now, 0);
        }
        if !self.has_room(now) {
            return None;
        }
        if self.queue.is_some() && self.free > now {
            self.waiting.push_back(self.free);
        }
        self.free = Instant(self.free.0.saturating_add(self.sending(size, rate)));
        Some(self.free)
    }

    fn has_room(&mut self, now: Instant) -> bool {
        while self.waiting.front().is_some_and(|begin| *begin <= now) {
            self.waiting.pop_front();
        }
        self.free <= now || self.queue.is_none_or(|queue| self.waiting.len() < queue as usize)
    }

    /// How long sending takes (ns).
    fn sending(&mut self, size: u32, rate: u64) -> u64 {
        let work = u128::from(size) * 8 * u128::from(NANOS) + u128::from(self.rest);
        // Real sizes and rates fit 64 bits, where a division costs a fraction.
        let (time, rest) = match u64::try_from(work) {
            Ok(work) => (work / rate, work % rate),
            Err(_) => (u64::try_from(work / u128::from(rate)).unwrap_or(u64::MAX), (work % u128::from(rate)) as u64),
        };
        self.rest = rest;
        time
    }

    /// Forgets what waits.
    pub(super) fn clear(&mut self) {
        *self = Bottleneck { rate: self.rate, queue: self.queue, ..Bottleneck::default() };
    }

    /// What counts for what comes.
    pub(super) fn canonical(&self, now: Instant, hasher: &mut impl Hasher) {
        let is_busy = self.free >= now && !self.is_unlimited();
        let rest = if is_busy { self.rest } else { 0 };
        (self.free - now, rest).hash(hasher);
        self.waiting.iter().filter(|begin| **begin > now).for_each(|begin| (*begin - now).hash(hasher));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bottleneck(rate: Option<u64>, queue: Option<u32>) -> Bottleneck {
        Bottleneck::new(&LinkSettings { rate, queue, ..LinkSettings::default() })
    }

    #[test]
    fn a_packet_takes_its_bits_at_the_rate_behind_those_before_it() {
        let mut bottleneck = bottleneck(Some(1_000_000_000), None);
        let sent = [(0, 1500), (0, 40), (12_000, 40), (50_000, 1500)].map(|(now, size)| bottleneck.admit(Instant(now), size));
        assert_eq!(sent, [12_000, 12_320, 12_640, 62_000].map(|time| Some(Instant(time))));
    }

    #[test]
    fn no_time_is_lost_or_won_while_the_line_is_busy() {
        let mut third = bottleneck(Some(3_000_000_000), None);
        let ends = (0..3).map(|_| third.admit(Instant(0), 1).map(|end| end.0)).collect::<Vec<_>>();
        assert_eq!(ends, [Some(2), Some(5), Some(8)], "8/3, 16/3 and 24/3 ns");
        assert_eq!(third.admit(Instant(9), 1), Some(Instant(11)), "an idle bottleneck starts afresh");
    }

    #[test]
    fn the_queue_takes_as_many_as_it_holds_beside_the_one_being_sent() {
        for (queue, taken) in [(Some(0), 1), (Some(1), 2), (Some(3), 4), (None, 10)] {
            let mut bottleneck = bottleneck(Some(8_000_000_000), queue);
            let count = (0..10).filter(|_| bottleneck.admit(Instant(0), 100).is_some()).count();
            assert_eq!(count, taken, "{queue:?}");
        }
    }

    #[test]
    fn room_comes_when_the_next_one_begins_to_be_sent() {
        let mut bottleneck = bottleneck(Some(8_000_000_000), Some(1));
        assert!(bottleneck.admit(Instant(0), 100).is_some() && bottleneck.admit(Instant(0), 100).is_some());
        assert_eq!(bottleneck.admit(Instant(99), 100), None);
        assert_eq!(bottleneck.admit(Instant(100), 100), Some(Instant(300)));
    }

    #[test]
    fn without_a_rate_nothing_waits() {
        let mut bottleneck = bottleneck(None, Some(0));
        assert!((0..10).all(|_| bottleneck.admit(Instant(7), u32::MAX) == Some(Instant(7))));
    }

    #[test]
    fn the_largest_packet_at_the_least_rate_and_the_least_at_the_largest() {
        assert_eq!(bottleneck(Some(0), None).admit(Instant(0), 1), Some(Instant(8 * NANOS)), "0 counts as 1 bit a second");
        assert_eq!(bottleneck(Some(1), None).admit(Instant(0), u32::MAX), Some(Instant(u64::MAX)));
        assert_eq!(bottleneck(Some(u64::MAX), None).admit(Instant(5), u32::MAX), Some(Instant(6)));
        assert_eq!(bottleneck(Some(u64::MAX), None).admit(Instant(5), 1), Some(Instant(5)));
    }
}
