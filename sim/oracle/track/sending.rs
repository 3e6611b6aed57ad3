//! Holds what a segment that is sent says and changes: worked out once, before it is judged, and applied after that.

use super::arrived::Wrong;
use crate::wire::Seq;

/// This number of acknowledgements in an hour for no reason is no storm yet, however quiet a contract wants idle flows to be: late
/// ones are answered.
const STORM: u64 = 300;

/// A segment that is sent, held against what was known before it.
#[derive(Clone, Copy, Debug)]
pub(in crate::oracle) struct Sending {
    /// What is wrong with its acknowledgement: `None` if nothing can be said of it, or there is none.
    pub acknowledged: Option<Result<(), Wrong>>,
    /// The number behind its last one.
    pub end: Seq,
    /// It takes new numbers.
    pub more: bool,
    /// All that was sent before it was acknowledged, by segments that can't have been dropped as old ones.
    pub covered: bool,
    /// The right edges of the windows offered with it, if it says anything of them.
    pub edge: Option<(Seq, Seq)>,
    pub weight: Weight,
    /// Whether it says something new: it counts as new where the order between the ends is not known.
    pub news: News,
}

/// What matters of a segment that is sent.
#[derive(Clone, Copy, Debug)]
pub(in crate::oracle) struct Weight {
    /// Its payload in bytes.
    pub len: u32,
    /// It takes new numbers, or acknowledges some.
    pub new: bool,
    /// It may be a keep-alive probe.
    pub probe: bool,
    /// It is a bare acknowledgement.
    pub answer: bool,
    /// It offers another window.
    pub opens: bool,
}

/// Whether a segment says something new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::oracle) enum News {
    /// It brings something new.
    Some,
    /// It says nothing that was not said before, but is a keep-alive probe, or answers one.
    Alive,
    /// It says nothing that was not said before.
    None,
    /// It says nothing that was not said before, and nothing was there that it could answer.
    Unasked,
}

impl News {
    /// It is one too many, if there are many of them.
    #[inline]
    pub fn is_needless(self) -> bool {
        matches!(self, News::None | News::Unasked)
    }
}

/// Segments that say nothing new, with the one that is sent now.
#[derive(Clone, Copy, Debug)]
pub(in crate::oracle) struct Needless {
    /// In this hour, long after anything happened: none if something has.
    pub late: u64,
    /// Bare acknowledgements of this hour that answer nothing; none if this is not one.
    pub unasked: u64,
}

impl Needless {
    /// The late ones are more than may be sent.
    pub fn is_loud(self, most: u64) -> bool {
        self.late > most
    }

    /// The acknowledgements that answer nothing are a storm.
    pub fn is_storm(self, most: u64) -> bool {
        self.unasked > most.max(STORM)
    }
}
