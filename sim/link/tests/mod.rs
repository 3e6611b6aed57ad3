//! The link as its users see it: what is sent, what arrives.

use std::time::Duration;

use super::*;
use crate::choice::{Choice, Deviations};
use crate::time::Instant;

mod canonical;
mod chance;
mod faults;
mod order;
mod rewriting;

const MS: Duration = Duration::from_millis(1);

fn ms(count: u64) -> Instant {
    Instant(count * 1_000_000)
}

/// A link, its choice, and packets that are numbered in the order of sending.
struct Rig {
    link: Link<u64>,
    choice: Choice,
    sent: u64,
}

impl Rig {
    fn new(settings: LinkSettings) -> Self {
        Rig { link: Link::new(settings), choice: Choice::benign(), sent: 0 }
    }

    fn delayed(delay: u32) -> Self {
        Rig::new(LinkSettings { delay: MS * delay, ..LinkSettings::default() })
    }

    fn with(mut self, faults: impl IntoIterator<Item = ExactFault>) -> Self {
        faults.into_iter().for_each(|fault| self.link.add(fault));
        self
    }

    fn send(&mut self, now: Instant, meaning: Meaning) -> PacketFate {
        self.sent += 1;
        self.link.send(&mut self.choice, now, self.sent, meaning, |_| meaning.len + 40, self.sent)
    }

    /// Sends acknowledgements at these times (ms).
    fn acks<const N: usize>(&mut self, times: [u64; N]) -> [PacketFate; N] {
        times.map(|time| self.send(ms(time), ack()))
    }

    /// Everything that arrives: when (ns), and which packet; negative if damaged.
    fn arrivals(&mut self) -> Vec<(u64, i64)> {
        std::iter::from_fn(|| self.arrival()).collect()
    }

    /// The same, in milliseconds.
    fn arrivals_ms(&mut self) -> Vec<(u64, i64)> {
        self.arrivals().into_iter().map(|(time, packet)| (time / 1_000_000, packet)).collect()
    }

    fn arrival(&mut self) -> Option<(u64, i64)> {
        let (time, _) = self.link.next()?;
        let Arrival { packet, is_corrupted } = self.link.first()?;
        let number = *packet as i64;
        self.link.remove_first();
        Some((time.0, if is_corrupted { -number } else { number }))
    }

    fn outstanding(&self) -> Vec<ExactFault> {
        let outstanding: Vec<_> = self.link.outstanding().collect();
        assert!(outstanding.iter().all(|fault| self.link.awaits(fault)));
        outstanding
    }
}

fn segment(kind: SegmentKind, offset: u64, len: u32) -> Meaning {
    Meaning { entity: 1, kind, offset, len }
}

fn ack() -> Meaning {
    segment(SegmentKind::Ack, 0, 0)
}

fn data(offset: u64, len: u32) -> Meaning {
    segment(SegmentKind::Data, offset, len)
}

fn nth(kind: SegmentKind, nth: u64, action: Impairment) -> ExactFault {
    ExactFault { entity: 1, what: PacketName::Nth { kind, nth }, action }
}

fn carries(offset: u64, transmission: u64, action: Impairment) -> ExactFault {
    ExactFault { entity: 1, what: PacketName::Carries { offset, transmission }, action }
}
