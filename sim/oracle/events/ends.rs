//! Describes what ends a flow, or a part of it, and returned: shutdowns, closes, disconnects; what they push out, and what is left.

use crate::contract::Outcome;
use crate::oracle::Stamp;
use crate::oracle::state::Pending;
use crate::trace::Resources;

/// A shutdown, close or disconnect that returned.
pub(in crate::oracle) struct ReturnedEnd<'a> {
    pub pending: &'a Pending,
    pub outcome: &'a Outcome,
}

/// A flush, shutdown or close returned, and what was written before it counts as accepted now.
pub(in crate::oracle) struct PushedOut {
    /// How many accepted bytes the peer's clean EOF lacks, if this made some of them accepted.
    pub missing: u64,
}

/// What an end holds.
pub(in crate::oracle) struct Holding {
    /// When it was seen.
    pub seen: Stamp,
    pub held: Resources,
}
