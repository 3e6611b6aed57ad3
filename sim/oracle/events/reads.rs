//! Describes reads: how they returned, and that they were cancelled.

use crate::contract::Error;
use crate::oracle::Seq;
use crate::oracle::state::Pending;

/// A read that has returned, whatever it gave.
pub(in crate::oracle) trait ReadReturn {
    fn pending(&self) -> &Pending;

    /// When it was called.
    fn called(&self) -> Seq {
        self.pending().called.seq
    }
}

/// A read that failed.
pub(in crate::oracle) struct FailedRead<'a> {
    pub pending: &'a Pending,
    /// How it failed.
    pub error: Error,
    /// Nothing that happened explains it, as far as it is judged.
    pub unexplained: bool,
}

impl ReadReturn for FailedRead<'_> {
    fn pending(&self) -> &Pending {
        self.pending
    }
}

/// A read has ended and taken nothing: it gave EOF, or was cancelled.
pub(in crate::oracle) struct ReaderLeft<'a> {
    pub pending: &'a Pending,
    /// Bytes that lie before others that were read are missing, and only this read can have taken them.
    pub lost: bool,
}
