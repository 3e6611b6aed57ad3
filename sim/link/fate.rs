//! Tells what becomes of a packet, for the trace.

use std::fmt;
use std::time::Duration;

/// What was decided about a packet when it was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PacketFate {
    /// It goes no further, for this reason.
    pub dropped: Option<Cause>,
    /// It arrives damaged.
    pub corrupted: bool,
    /// At least one copy of it is under way too.
    pub duplicated: bool,
    /// It is held back, so that the next one may overtake it.
    pub reordered: bool,
}

impl PacketFate {
    /// It arrives, once, whole and in its turn.
    pub const CARRIED: PacketFate = PacketFate { dropped: None, corrupted: false, duplicated: false, reordered: false };

    pub(super) const fn dropped(cause: Cause) -> PacketFate {
        PacketFate { dropped: Some(cause), ..PacketFate::CARRIED }
    }
}

/// Why a packet was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// The direction is cut.
    Cut,
    /// An exact fault dropped it.
    Fault,
    /// Chance dropped it.
    Loss,
    /// Too many wait for the slow link already.
    QueueFull,
}

/// For people: `cut`, `fault`, `loss`, `queue full`.
impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Cause::Cut => "cut",
            Cause::Fault => "fault",
            Cause::Loss => "loss",
            Cause::QueueFull => "queue full",
        })
    }
}

/// A packet that has travelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival<P> {
    /// What arrives.
    pub packet: P,
    /// It was damaged: a receiver with a checksum throws it away.
    pub is_corrupted: bool,
}

/// A packet under way, for the comparison of worlds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InFlight<'a, P> {
    /// In how much time it arrives, if nothing overtakes it before.
    pub remaining: Duration,
    /// It is held back: the next one may overtake it.
    pub is_held: bool,
    /// It arrives damaged.
    pub is_corrupted: bool,
    /// What travels.
    pub packet: &'a P,
}
