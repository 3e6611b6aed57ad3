//! Names moments: when an event was observed, and which of several moments came first.

use std::num::NonZeroU64;

use crate::time::Instant;

/// The order of events: each has the number of its observation, from 1.
pub(super) type Ordinal = u64;

/// When an event was observed, where it stands in the trace, and its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    pub seq: Ordinal,
    /// Never 0, so that a moment that may be missing takes no more room than one that is there.
    line: NonZeroU64,
    pub t: Instant,
}

impl Stamp {
    pub fn new(seq: Ordinal, line: u64, t: Instant) -> Self {
        Stamp { seq, line: NonZeroU64::new(line).unwrap_or(NonZeroU64::MIN), t }
    }

    /// The line of the trace.
    pub fn line(self) -> u64 {
        self.line.get()
    }

    /// This moment, for what stands on the line of another.
    pub fn on_line_of(self, other: Stamp) -> Self {
        Stamp { line: other.line, ..self }
    }

    /// This place in the trace and its time, observed only now.
    pub fn seen_at(self, now: Stamp) -> Self {
        Stamp { seq: now.seq, ..self }
    }
}

/// The earliest of several moments.
pub(super) fn first<const N: usize>(stamps: [Option<Stamp>; N]) -> Option<Stamp> {
    stamps.into_iter().reduce(sooner).flatten()
}

/// The earlier of two moments.
#[inline]
pub(super) fn sooner(a: Option<Stamp>, b: Option<Stamp>) -> Option<Stamp> {
    match (a, b) {
        (Some(one), Some(other)) => Some(if one.seq <= other.seq { one } else { other }),
        (one, None) => one,
        (None, other) => other,
    }
}

/// The moment from which both hold.
pub(super) fn both(a: Option<Stamp>, b: Option<Stamp>) -> Option<Stamp> {
    let (one, other) = (a?, b?);
    Some(if one.seq > other.seq { one } else { other })
}
