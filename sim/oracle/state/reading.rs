//! Tracks what an end's reads have established: how the stream ended for its reader, and what cancelled reads may have taken.

use super::sooner;
use crate::oracle::{Seq, Stamp};

/// What the reads of an end have established.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::oracle) struct Reading {
    returned: u64,
    eof: Option<Stamp>,
    clean_eof: Option<Stamp>,
    peer_eof: Option<Stamp>,
    error: Option<Stamp>,
    cancelled: Option<Stamp>,
    lossy: bool,
}

impl Reading {
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

    /// The first EOF that ends the stream, other than that of own shutdown of reading.
    pub fn peer_eof(&self) -> Option<Stamp> {
        self.peer_eof
    }

    /// The first read that failed.
    pub fn error(&self) -> Option<Stamp> {
        self.error
    }

    /// A read was cancelled, where that must not consume anything.
    pub fn cancelled(&self) -> Option<Stamp> {
        self.cancelled
    }

    /// A read was cancelled, where that may have consumed something.
    pub fn is_lossy(&self) -> bool {
        self.lossy
    }

    /// A read that returned EOF or an error before that call: nothing more may be read.
    pub fn ended_before(&self, called: Seq) -> Option<Stamp> {
        sooner(self.peer_eof, self.error).filter(|at| at.seq < called)
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

    /// That EOF was a clean one.
    pub fn ended_cleanly(&mut self, at: Stamp) {
        self.clean_eof.get_or_insert(at);
    }

    /// A read failed.
    pub fn failed(&mut self, at: Stamp) {
        self.error.get_or_insert(at);
    }

    /// A read was cancelled; `lossy`: it may have taken bytes.
    pub fn cancel(&mut self, at: Stamp, lossy: bool) {
        self.lossy |= lossy;
        if !lossy {
            self.cancelled.get_or_insert(at);
        }
    }

    /// The end is connected from now on: what its reads said before tells nothing of what comes.
    pub fn forget_failures(&mut self) {
        (self.error, self.eof, self.peer_eof) = (None, None, None);
    }

    /// The failure of a read on an end without a connection says nothing.
    pub fn forget_error_since(&mut self, before: Option<Stamp>) {
        self.error = before;
    }
}
