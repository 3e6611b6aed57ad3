//! Tracks what has passed from a flow to the one that it stands on.

use crate::oracle::Stamp;

/// What has passed at one end from a flow to the one below.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::oracle) struct Between {
    above: Option<Stamp>,
    below: Option<Stamp>,
}

impl Between {
    /// A write above has returned ok that was called then.
    pub fn accepted(&mut self, called: Stamp) {
        self.above = self.above.filter(|known| known.seq > called.seq).or(Some(called));
    }

    /// A write below was called.
    pub fn wrote(&mut self, called: Stamp) {
        self.below = Some(called);
    }

    /// When the latest write above was called that was accepted, if nothing was written below since then.
    pub fn held_back(&self) -> Option<Stamp> {
        self.above.filter(|above| self.below.is_none_or(|below| below.seq < above.seq))
    }
}
