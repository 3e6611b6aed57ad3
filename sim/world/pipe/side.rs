//! Keeps what one end of a pipe has called and what happened to it, and gives the answers of its contract.

use smallvec::SmallVec;

use crate::contract::{CloseIs, CloseWaits, Contract, DataAfterShutdownRead, DataBeforeAbort, Error, Outcome, Seen};
use crate::trace::Abort;

use super::super::Op;

#[derive(Clone, Debug)]
pub(super) struct PipeSide {
    pub(super) contract: Contract,
    /// Calls so far: the last operation's number.
    pub(super) calls: u64,
    pub(super) shut_read: bool,
    pub(super) shut_write: bool,
    /// `close` was called, whatever it means here.
    pub(super) close_called: bool,
    /// The whole flow was closed.
    pub(super) closed: bool,
    pub(super) dead: Option<Abort>,
    /// A call has returned the error of the abort.
    pub(super) told: bool,
    /// A read gave the peer's end of stream.
    pub(super) eof_seen: bool,
    /// Half closes that wait: for own writes, for the peer.
    pub(super) closing: SmallVec<[Op; 1]>,
}

impl PipeSide {
    pub(super) fn new(contract: Contract) -> Self {
        PipeSide {
            contract,
            calls: 0,
            shut_read: false,
            shut_write: false,
            close_called: false,
            closed: false,
            dead: None,
            told: false,
            eof_seen: false,
            closing: SmallVec::new(),
        }
    }

    pub(super) fn discards_when_shut(&self) -> bool {
        self.contract.data_after_shutdown_read == Some(DataAfterShutdownRead::Discard)
    }

    pub(super) fn sees_shut_reader(&self) -> bool {
        self.contract.shutdown_read_seen_by_peer == Some(Seen::Yes)
    }

    pub(super) fn closes_fully(&self) -> bool {
        self.contract.close_is == CloseIs::Full
    }

    pub(super) fn close_waits(&self) -> bool {
        self.contract.close_waits_for_peer == CloseWaits::Yes
    }

    pub(super) fn keeps_data_at_abort(&self) -> bool {
        self.contract.data_before_abort != DataBeforeAbort::Drop
    }

    /// A read after an abort, once what was kept is read.
    pub(super) fn aborted_read(&self) -> Outcome {
        self.shows_error().map_or(Outcome::Eof, Outcome::Error)
    }

    /// A write after an abort.
    pub(super) fn aborted_write(&self) -> Outcome {
        self.shows_error().map_or_else(|| self.contract.closed_write(), Outcome::Error)
    }

    /// A flush after an abort.
    pub(super) fn aborted_flush(&self) -> Outcome {
        Outcome::Error(self.shows_error().unwrap_or(Error::Closed))
    }

    fn shows_error(&self) -> Option<Error> {
        self.contract.error_after(self.dead?, self.told)
    }
}
