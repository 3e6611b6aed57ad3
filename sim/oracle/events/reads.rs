//! Describes reads: how they returned, and that they were cancelled.

use crate::contract::Error;
use crate::oracle::evidence::Evidence;
use crate::oracle::state::{Aborted, Pending};
use crate::oracle::{Ordinal, Stamp};

/// A read that has returned, whatever it gave.
pub(in crate::oracle) trait ReadReturn {
    fn pending(&self) -> &Pending;

    /// When it was called.
    fn called(&self) -> Ordinal {
        self.pending().called.seq
    }
}

/// A read that returned data.
pub(in crate::oracle) struct ReadData<'a> {
    pub pending: &'a Pending,
    /// The most bytes that were asked for.
    pub max: usize,
    /// How many came.
    pub len: usize,
}

impl ReadReturn for ReadData<'_> {
    fn pending(&self) -> &Pending {
        self.pending
    }
}

/// A read that returned bytes which do not fit their stream.
pub(in crate::oracle) struct WrongBytes<'a> {
    pub pending: &'a Pending,
    pub evidence: Evidence<'a>,
}

/// What an EOF is at its end.
pub(in crate::oracle) enum Ending {
    /// This end has closed or shut down reading, or perhaps has: the EOF is its own.
    Own,
    /// This end was aborted.
    Aborted(Aborted),
    /// The peer was aborted, or closed with bytes unread, and that may show as the end of the stream.
    Truncated,
    /// It is not known whether this end is connected, or the peer's close has come as a reset.
    Unclear,
    /// It says that the peer has ended its writing, and that nothing is missing.
    Clean,
}

/// A read that gave EOF.
pub(in crate::oracle) struct ReadEof<'a> {
    pub pending: &'a Pending,
    pub ending: Ending,
    /// What the peer, or an earlier EOF, says for an EOF here.
    pub cause: Option<Stamp>,
    /// When the first write returned (or was called, if it had not) that could still contribute.
    pub unread: Option<Stamp>,
    /// How many accepted bytes are unread.
    pub owed: u64,
    /// Bytes that lie before others that were read are missing, and only this read can have taken them.
    pub lost: bool,
}

impl ReadReturn for ReadEof<'_> {
    fn pending(&self) -> &Pending {
        self.pending
    }
}

/// A clean EOF that overtook other reads, now that they are over.
pub(in crate::oracle) struct OvertakenEof {
    /// How many accepted bytes none of them has returned.
    pub missing: u64,
}

/// An EOF after an abort that no call has told, now that none is pending any more which could have.
pub(in crate::oracle) struct UntoldEof;

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

/// A read that was cancelled.
pub(in crate::oracle) struct CancelledRead<'a> {
    pub pending: &'a Pending,
    /// Bytes that lie before others that were read are missing, and only this read can have taken them.
    pub lost: bool,
}
