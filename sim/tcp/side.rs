//! Keeps what an end's user has called and what happened to it, and gives the answers of its contract.

use crate::contract::{
    Abort, CloseIs, CloseSendsPending, CloseWaits, Contract, DataAfterShutdownRead, DataBeforeAbort, Error, Mode, Outcome,
};

use super::pieces::Pieces;

/// It outlives the connection: calls on a flow that has ended are answered from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct UserSide {
    pub(super) opening: Attempt,
    pub(super) shut_read: bool,
    pub(super) shut_write: bool,
    /// The whole flow was closed.
    pub(super) closed: bool,
    /// All that the peer sent has arrived, its FIN included.
    pub(super) peer_done: bool,
    pub(super) dead: Option<Abort>,
    /// A reset came after the peer's FIN, where sockets say no more than `closed`.
    pub(super) quiet_reset: bool,
    /// A call has returned the error of the abort.
    told: bool,
    /// Bytes that had arrived were dropped at the abort: what follows must not look like a clean end.
    lost: bool,
    /// A read gave the peer's end of stream.
    eof_seen: bool,
    /// A close waits for the peer's, however long that takes.
    pub(super) waits: bool,
}

/// How far the attempt to connect has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Attempt {
    /// The handshake goes on.
    Pending,
    /// It is over.
    Done,
    /// A reset answered our SYN.
    Refused,
    /// Nothing answered it.
    TimedOut,
    /// The user gave it up.
    Closed,
}

impl UserSide {
    pub(super) const fn new() -> Self {
        UserSide {
            opening: Attempt::Pending,
            shut_read: false,
            shut_write: false,
            closed: false,
            peer_done: false,
            dead: None,
            quiet_reset: false,
            told: false,
            lost: false,
            eof_seen: false,
            waits: false,
        }
    }

    /// This end has fully closed: by its close, or with both halves.
    #[inline]
    pub(super) const fn is_gone(&self) -> bool {
        self.closed || (self.shut_read && self.shut_write)
    }

    /// The user ends a half or both.
    pub(super) fn shut(&mut self, mode: Mode) {
        self.shut_read |= mode.reads();
        self.shut_write |= mode.writes();
    }

    /// It has fully closed, and no call waits for the peer: its connection may be given up.
    pub(super) const fn is_forgotten(&self) -> bool {
        self.closed || (self.is_gone() && !self.waits)
    }

    /// The user closes.
    pub(super) fn close(&mut self, contract: &Contract) {
        match contract.close_is {
            CloseIs::Full => self.closed = true,
            CloseIs::Half => self.shut_write = true,
        }
    }

    /// Nothing that arrives will be read.
    pub(super) fn is_deaf(&self, contract: &Contract) -> bool {
        self.is_gone() || (self.shut_read && contract.data_after_shutdown_read != Some(DataAfterShutdownRead::Readable))
    }

    /// The connection is aborted. `unread` is what had arrived.
    pub(super) fn abort(&mut self, abort: Abort, contract: &Contract, unread: &mut Pieces) {
        self.dead = Some(abort);
        if contract.data_before_abort == DataBeforeAbort::Drop {
            self.lost = !std::mem::take(unread).is_empty();
        }
    }

    // What calls answer.

    /// How the call that opened it ended, if it did.
    pub(super) fn connected(&self) -> Option<Outcome> {
        match self.opening {
            Attempt::Pending => None,
            Attempt::Done => Some(Outcome::Ok),
            Attempt::Refused => Some(Outcome::Error(Error::Refused)),
            Attempt::TimedOut => Some(Outcome::Error(Error::TimedOut)),
            Attempt::Closed => Some(Outcome::Error(Error::Closed)),
        }
    }

    /// There never was a connection.
    pub(super) const fn has_failed_to_open(&self) -> bool {
        matches!(self.opening, Attempt::Refused | Attempt::TimedOut | Attempt::Closed)
    }

    /// What a read gets, if it gets something now.
    pub(super) fn read(&mut self, contract: &Contract, unread: &mut Pieces, max: usize) -> Option<Outcome> {
        if let Some(bytes) = unread.take(max.max(1)) {
            return Some(Outcome::Data(bytes));
        }
        if self.closed {
            return Some(contract.closed_read());
        }
        if self.eof_seen || self.is_gone() || self.shut_read {
            return Some(Outcome::Eof);
        }
        if self.has_failed_to_open() {
            return Some(Outcome::Error(Error::NotConnected));
        }
        if self.peer_done && !self.lost {
            self.eof_seen = true;
            return Some(Outcome::Eof);
        }
        self.dead?;
        Some(self.tell(contract).map_or(Outcome::Eof, Outcome::Error))
    }

    /// Would a read get something now?
    pub(super) fn is_readable(&self, unread: &Pieces) -> bool {
        !unread.is_empty()
            || self.eof_seen
            || self.is_gone()
            || self.shut_read
            || self.has_failed_to_open()
            || self.peer_done
            || self.dead.is_some()
    }

    /// Why a write must fail, if it must.
    #[inline]
    pub(super) fn refuses_write(&mut self, contract: &Contract) -> Option<Outcome> {
        if self.has_failed_to_open() && !self.is_gone() && !self.shut_write {
            return Some(Outcome::Error(Error::NotConnected));
        }
        if self.dead.is_some() && !self.is_gone() && !self.quiet_reset {
            return Some(self.tell(contract).map_or_else(|| contract.closed_write(), Outcome::Error));
        }
        (self.is_gone() || self.shut_write || self.dead.is_some()).then(|| contract.closed_write())
    }

    /// Why a flush must fail, if it must.
    pub(super) fn refuses_flush(&mut self, contract: &Contract) -> Option<Outcome> {
        if self.has_failed_to_open() {
            return Some(Outcome::Error(Error::NotConnected));
        }
        if self.dead.is_some() && !self.closed && !self.quiet_reset {
            return Some(Outcome::Error(self.tell(contract).unwrap_or(Error::Closed)));
        }
        (self.closed || self.dead.is_some()).then_some(Outcome::Error(Error::Closed))
    }

    /// The error of the abort, where a call is to return it: then it has been told.
    fn tell(&mut self, contract: &Contract) -> Option<Error> {
        let abort = self.dead?;
        let error = contract.error_after(abort, self.told);
        self.told |= error.is_some();
        error
    }
}

/// A full close that leaves bytes unread still delivers all of its own.
pub(super) fn delivers_at_close(contract: &Contract) -> bool {
    contract.close_sends_pending == CloseSendsPending::Yes
}

/// A half close returns only once both directions have ended.
pub(super) fn close_waits(contract: &Contract) -> bool {
    contract.close_is == CloseIs::Half && contract.close_waits_for_peer == CloseWaits::Yes
}
