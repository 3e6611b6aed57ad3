//! Describes writes that returned.

use crate::contract::{Error, Outcome};
use crate::oracle::Ordinal;
use crate::oracle::state::{Doubt, Pending};

/// A write that returned.
pub(in crate::oracle) struct ReturnedWrite<'a> {
    pub pending: &'a Pending,
    pub len: usize,
    /// It was a list of at least two buffers.
    pub vectored: bool,
    /// It must contribute nothing, unless it returned ok.
    pub void: bool,
    /// It was not to be delayed: how many bytes had been accepted for certain when it was called.
    pub nodelay: Option<u64>,
    /// How many of its bytes were accepted, where it says so.
    pub accepted: Option<u64>,
    pub outcome: &'a Outcome,
    /// It failed, and nothing that happened explains that.
    pub unexplained: bool,
    /// What it shows of a cancelled end of writing of which nothing was known.
    pub shows: Option<Doubt>,
}

impl ReturnedWrite<'_> {
    /// When it was called.
    pub fn called(&self) -> Ordinal {
        self.pending.called.seq
    }

    /// So many of its bytes were accepted, where that is fewer than it has.
    pub fn short(&self) -> Option<u64> {
        self.accepted.filter(|bytes| *bytes < self.len as u64)
    }

    /// How it failed.
    pub fn error(&self) -> Error {
        self.outcome.clone().into_error()
    }
}
