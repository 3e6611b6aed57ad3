//! Tracks what an end's reads have established: how the stream ended for its reader, and what cancelled reads may have taken.

use super::sooner;
use crate::oracle::{Ordinal, Stamp};

/// What the reads of an end have established.
#[derive(Clone, Debug, Default)]
pub(in crate::oracle) struct Reading {
    returned: u64,
    eof: Option<Stamp>,
    clean_eof: Option<Stamp>,
    /// When the read was called that gave it.
    clean_eof_called: Option<Stamp>,
    peer_eof: Option<Stamp>,
    /// Apart: most reads end by themselves, with data or EOF.
    odd: Option<Box<OddReads>>,
}

/// Reads that are unlike most.
#[derive(Clone, Debug, Default)]
struct OddReads {
    overtaken: Option<(Stamp, u64)>,
    error: Option<Stamp>,
    cancelled: Option<Stamp>,
    lossy: bool,
    left: u64,
}

impl Reading {
    fn odd_mut(&mut self) -> &mut OddReads {
        self.odd.get_or_insert_default()
    }

    /// How many reads have returned.
    pub fn returned(&self) -> u64 {
        self.returned
    }

    /// The first EOF that a read gave.
    pub fn eof(&self) -> Option<Stamp> {
        self.eof
    }

    /// The first clean EOF that a read gave.
    pub fn clean_eof(&self) -> Option<Stamp> {
        self.clean_eof
    }

    /// When the read was called that gave the first clean EOF.
    pub fn clean_eof_called(&self) -> Option<Stamp> {
        self.clean_eof_called
    }

    /// The clean EOF, and its operation, that came while other reads were pending: they must bring what is unread.
    pub fn overtaken(&self) -> Option<(Stamp, u64)> {
        self.odd.as_deref()?.overtaken
    }

    /// The first EOF that ends the stream, other than that of own shutdown of reading.
    pub fn peer_eof(&self) -> Option<Stamp> {
        self.peer_eof
    }

    /// The first read that failed.
    pub fn error(&self) -> Option<Stamp> {
        self.odd.as_deref()?.error
    }

    /// A read was cancelled, where that must not consume anything.
    pub fn cancelled(&self) -> Option<Stamp> {
        self.odd.as_deref()?.cancelled
    }

    /// A read was cancelled, where that may have consumed something.
    pub fn is_lossy(&self) -> bool {
        self.odd.as_deref().is_some_and(|odd| odd.lossy)
    }

    /// How many bytes had arrived, and were not read, when close was called.
    pub fn left(&self) -> u64 {
        self.odd.as_deref().map_or(0, |odd| odd.left)
    }

    /// Close is called, and leaves so many bytes that have arrived.
    pub fn leaves(&mut self, bytes: u64) {
        if bytes > 0 || self.odd.is_some() {
            self.odd_mut().left = bytes;
        }
    }

    /// A read that returned EOF or an error before that call: nothing more may be read.
    pub fn ended_before(&self, called: Ordinal) -> Option<Stamp> {
        sooner(self.peer_eof, self.error()).filter(|at| at.seq < called)
    }

    /// A read has returned, whatever it gave.
    pub fn count(&mut self) {
        self.returned += 1;
    }

    /// A read gave EOF; `ends`: it ends the stream.
    pub fn ended(&mut self, at: Stamp, ends: bool) {
        self.eof.get_or_insert(at);
        if ends {
            self.peer_eof.get_or_insert(at);
        }
    }

    /// That EOF was a clean one, of a read that was called then; `overtakes`: its operation, if other reads were pending.
    pub fn ended_cleanly(&mut self, called: Stamp, at: Stamp, overtakes: Option<u64>) {
        if self.clean_eof.is_none() {
            (self.clean_eof, self.clean_eof_called) = (Some(at), Some(called));
            if let Some(op) = overtakes {
                self.odd_mut().overtaken = Some((at, op));
            }
        }
    }

    /// The reads that a clean EOF had overtaken are over.
    pub fn all_caught_up(&mut self) {
        if let Some(odd) = &mut self.odd {
            odd.overtaken = None;
        }
    }

    /// A read failed.
    pub fn failed(&mut self, at: Stamp) {
        self.odd_mut().error.get_or_insert(at);
    }

    /// A read was cancelled; `lossy`: it may have taken bytes.
    pub fn cancel(&mut self, at: Stamp, lossy: bool) {
        let odd = self.odd_mut();
        odd.lossy |= lossy;
        if !lossy {
            odd.cancelled.get_or_insert(at);
        }
    }

    /// The end is connected from now on: what its reads said before tells nothing of what comes.
    pub fn forget_failures(&mut self) {
        (self.eof, self.peer_eof) = (None, None);
        self.forget_error_since(None);
    }

    /// The failure of a read on an end without a connection says nothing.
    pub fn forget_error_since(&mut self, before: Option<Stamp>) {
        if let Some(odd) = &mut self.odd {
            odd.error = before;
        }
    }
}
