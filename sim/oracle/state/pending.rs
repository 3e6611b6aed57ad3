//! Keeps the calls of an end that have not returned.

use std::collections::BTreeMap;

use smallvec::SmallVec;

use crate::contract::Mode;
use crate::oracle::Stamp;
use crate::oracle::state::Found;

/// A call that has not returned.
#[derive(Clone, Copy, Debug)]
pub(in crate::oracle) struct Pending {
    pub op: u64,
    pub called: Stamp,
    pub asked: Asked,
    /// How many reads of the peer had returned when it was called.
    pub peer_reads: u64,
    /// A late return was already held against it.
    pub overdue: bool,
    /// Its host had crashed, and nothing had been heard of it since: perhaps the call met no stack.
    pub unheard: bool,
}

/// What a pending call asks for, as far as its return needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::oracle) enum Asked {
    Read {
        max: usize,
    },
    Write {
        len: usize,
        vectored: bool,
        /// It must contribute nothing, unless it returns ok.
        void: bool,
        /// It is not to be delayed: how many bytes had been accepted for certain when it was called.
        nodelay: Option<u64>,
    },
    Flush,
    Shutdown(Mode),
    Close,
    Disconnect,
    /// The port, where it is known.
    Connect(Option<u32>),
    Accept(u32),
    Listen(u32, Found),
    Unlisten(u32),
    Destination,
}

impl Asked {
    /// Is it a call on the flow, or the one that opens it? All others are calls on the stack.
    pub const fn is_of_flow(self) -> bool {
        !matches!(self, Asked::Accept(_) | Asked::Listen(..) | Asked::Unlisten(_) | Asked::Destination | Asked::Disconnect)
    }

    /// Is it a read that can bring bytes? One of none says nothing.
    pub const fn reads(self) -> bool {
        matches!(self, Asked::Read { max: 1.. })
    }

    /// The call's name in a report.
    pub const fn word(self) -> &'static str {
        match self {
            Asked::Read { .. } => "read",
            Asked::Write { .. } => "write",
            Asked::Flush => "flush",
            Asked::Shutdown(Mode::Read) => "shutdown read",
            Asked::Shutdown(Mode::Write) => "shutdown write",
            Asked::Shutdown(Mode::ReadWrite) => "shutdown read_write",
            Asked::Close => "close",
            Asked::Disconnect => "disconnect",
            Asked::Connect(_) => "connect",
            Asked::Accept(_) => "accept",
            Asked::Listen(..) => "listen",
            Asked::Unlisten(_) => "unlisten",
            Asked::Destination => "destination",
        }
    }
}

/// The pending calls of an end: nearly always few, so a short list first.
#[derive(Clone, Debug, Default)]
pub(in crate::oracle) struct Pendings {
    few: SmallVec<[Pending; 2]>,
    many: BTreeMap<u64, Pending>,
    reads: usize,
    writes: usize,
}

impl Pendings {
    const FEW: usize = 16;

    pub fn add(&mut self, pending: Pending) {
        self.count(pending.asked, |count| count + 1);
        if self.few.len() < Self::FEW {
            self.few.push(pending);
        } else {
            self.many.insert(pending.op, pending);
        }
    }

    /// The call has returned, or was cancelled.
    #[inline(always)]
    pub fn take(&mut self, op: u64) -> Option<Pending> {
        match self.few.last() {
            // Nearly always it is the latest.
            Some(&Pending { op: latest, asked, .. }) if latest == op => {
                self.count(asked, |count| count - 1);
                self.few.pop()
            }
            _ => self.take_earlier(op),
        }
    }

    fn take_earlier(&mut self, op: u64) -> Option<Pending> {
        let taken = match self.few.iter().rposition(|pending| pending.op == op) {
            Some(index) => Some(self.few.remove(index)),
            None => self.many.remove(&op),
        };
        taken.inspect(|pending| self.count(pending.asked, |count| count - 1))
    }

    fn count(&mut self, asked: Asked, change: impl FnOnce(usize) -> usize) {
        match asked {
            Asked::Read { max: 1.. } => self.reads = change(self.reads),
            Asked::Write { .. } => self.writes = change(self.writes),
            _ => {}
        }
    }

    /// A call is overdue; was it already?
    pub fn mark_overdue(&mut self, op: u64) -> Option<bool> {
        let known = match self.few.iter().rposition(|pending| pending.op == op) {
            Some(index) => self.few.get_mut(index),
            None => self.many.get_mut(&op),
        }?;
        Some(std::mem::replace(&mut known.overdue, true))
    }

    pub fn iter(&self) -> impl Iterator<Item = &Pending> {
        self.few.iter().chain(self.many.values())
    }

    /// Those that met a stack, as far as is known.
    pub fn heard(&self) -> impl Iterator<Item = &Pending> {
        self.iter().filter(|pending| !pending.unheard)
    }

    pub fn len(&self) -> usize {
        self.few.len() + self.many.len()
    }

    /// How many reads are pending that can bring bytes.
    pub fn reads(&self) -> usize {
        self.reads
    }

    /// How many writes are pending.
    pub fn writes(&self) -> usize {
        self.writes
    }

    /// Is any read or write pending?
    pub fn is_reading_or_writing(&self) -> bool {
        self.reads + self.writes > 0
    }

    /// When the first of the pending calls of this kind was made.
    pub fn earliest(&self, is: impl Fn(Asked) -> bool) -> Option<Stamp> {
        self.iter().filter(|pending| is(pending.asked)).map(|pending| pending.called).min_by_key(|at| at.seq)
    }

    pub fn is_empty(&self) -> bool {
        self.few.is_empty() && self.many.is_empty()
    }

    /// The host crashed: the calls are void.
    pub fn clear(&mut self) {
        *self = Pendings::default();
    }
}
