//! Describes the writes of a direction, and the reads that take their bytes.

use super::{Ordinal, Stamp};
use crate::contract::Payload;

/// How a write stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// Not returned yet.
    Pending,
    /// Returned ok: all of it belongs to the stream.
    Ok,
    /// Failed, or cancelled for good: some prefix may belong to the stream.
    Prefix,
    /// Cancelled, but it may go on as if it were not.
    RunsOn,
    /// It must contribute nothing.
    Void,
}

/// A write with at least one byte.
#[derive(Clone, Debug)]
pub(super) struct Write {
    /// Its place among the writes of this direction, from 1 (zero-length ones count).
    pub number: u64,
    pub op: u64,
    pub called: Stamp,
    pub returned: Option<Stamp>,
    pub status: Status,
    pub data: Payload,
    /// How much of `data` can belong to the stream at most.
    pub len: usize,
    /// A flush, shutdown or close after it has returned.
    pub flushed: bool,
    /// Where each buffer of a vectored write ends.
    pub ends: Box<[usize]>,
    /// A violation that blames this write while it is pending, by index.
    pub blamed: Option<usize>,
}

impl Write {
    pub fn vectored(&self) -> bool {
        self.ends.len() > 1
    }

    /// The known bytes that can belong to the stream.
    pub fn bytes(&self) -> Option<&[u8]> {
        self.data.bytes().map(|bytes| &bytes[..self.len])
    }

    /// Does all of it belong to the stream? `flushed`: only if it was flushed.
    pub fn is_accepted(&self, flushed: bool) -> bool {
        self.status == Status::Ok && (self.flushed || !flushed)
    }

    /// Perhaps none of it, perhaps all belongs to the stream.
    pub fn is_doubtful(&self) -> bool {
        matches!(self.status, Status::Prefix | Status::RunsOn)
    }

    /// Is it over before that other write begins?
    pub fn precedes(&self, other: &Write) -> bool {
        self.status != Status::RunsOn && self.returned.is_some_and(|at| at.seq < other.called.seq)
    }
}

/// A read that takes bytes, and how many others could take them at the same time.
#[derive(Clone, Copy, Debug)]
pub(super) struct OpenRead {
    /// When the read was called.
    pub called: Ordinal,
    /// When it returned.
    pub now: Ordinal,
    /// How many other reads of this end are pending.
    pub others: usize,
    /// Do reads get their bytes in call order?
    pub fifo: bool,
}

/// Why bytes do not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Misfit {
    /// No order of the writes gives these bytes.
    Bytes,
    /// They fit the stream, but not the order in which the readers stand in line.
    Order,
}

/// Equal bytes; slices of the same memory need no look.
pub(super) fn same(a: &[u8], b: &[u8]) -> bool {
    std::ptr::eq(a, b) || a == b
}
