//! Holds what a segment that is sent says and changes: worked out once, before it is judged, and applied after that.

use super::arrived::Wrong;
use super::idle::{Needless, News, Weight};
use crate::wire::Seq;

/// A segment that is sent, held against what was known before it.
#[derive(Clone, Copy, Debug)]
pub(in crate::oracle) struct Sending {
    /// What is wrong with its acknowledgement: `None` if nothing can be said of it, or there is none.
    pub acknowledged: Option<Result<(), Wrong>>,
    /// The number behind its last one.
    pub end: Seq,
    /// It takes new numbers.
    pub more: bool,
    /// All that was sent before it was acknowledged.
    pub covered: bool,
    /// The right edges of the windows offered with it, if it says anything of them.
    pub edge: Option<(Seq, Seq)>,
    pub weight: Weight,
    /// Whether it says something new.
    pub news: News,
    /// How many needless segments there are with it, if it is one of them.
    pub needless: Option<Needless>,
}
