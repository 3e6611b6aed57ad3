//! Holds what a segment that is sent changes, from when it is judged to when it is taken.

use super::idle::Weight;
use crate::wire::Seq;

/// What a segment that is sent changes of what is certain: worked out before it is judged, and applied after that.
#[derive(Clone, Copy, Debug)]
pub(in crate::oracle) struct Sending {
    /// The number behind its last one.
    pub end: Seq,
    /// It takes new numbers.
    pub more: bool,
    /// All that was sent before it was acknowledged.
    pub covered: bool,
    /// The right edges of the windows offered with it, if it says anything of them.
    pub edge: Option<(Seq, Seq)>,
    pub weight: Weight,
}
