//! Decides what an end answers where its contract leaves no choice: to a write on a closed flow, and to any call after an abort.

use super::{Abort, Contract, EofOnKeepaliveDeath, EofOnReset, Error, Outcome, ReadAfterFullClose, WriteOnClosed};

/// What an aborted end shows to its callers.
enum AfterAbort {
    /// The error, for ever.
    Error,
    /// The error once, then the end.
    ErrorOnce,
    /// The end, as if it were a clean one.
    End,
}

impl Contract {
    /// The outcome of a write on a closed flow.
    pub fn closed_write(&self) -> Outcome {
        match self.write_on_closed {
            WriteOnClosed::Eof => Outcome::Eof,
            WriteOnClosed::Closed | WriteOnClosed::Error | WriteOnClosed::Any => Outcome::Closed,
        }
    }

    /// The outcome of a read after own full close.
    pub fn closed_read(&self) -> Outcome {
        match self.read_after_full_close {
            Some(ReadAfterFullClose::Error) => Outcome::Error(Error::NotConnected),
            Some(ReadAfterFullClose::EofOrError) | None => Outcome::Eof,
        }
    }

    /// The error that the next call after an abort returns; nothing where it shows the end of the flow instead. `told`: a call
    /// has returned the error before.
    pub fn error_after(&self, abort: Abort, told: bool) -> Option<Error> {
        match self.after_abort(abort) {
            AfterAbort::End => None,
            AfterAbort::ErrorOnce if told => None,
            AfterAbort::Error | AfterAbort::ErrorOnce => Some(abort.error()),
        }
    }

    fn after_abort(&self, abort: Abort) -> AfterAbort {
        match (abort, self.eof_on_keepalive_death) {
            (Abort::KeepaliveDeath, Some(EofOnKeepaliveDeath::Require)) => AfterAbort::End,
            (Abort::KeepaliveDeath, Some(EofOnKeepaliveDeath::Allow | EofOnKeepaliveDeath::AfterError)) => AfterAbort::ErrorOnce,
            (Abort::KeepaliveDeath, Some(EofOnKeepaliveDeath::Forbid)) => AfterAbort::Error,
            (Abort::Reset | Abort::Timeout | Abort::KeepaliveDeath, _) => match self.eof_on_reset {
                EofOnReset::Forbid => AfterAbort::Error,
                EofOnReset::AfterError | EofOnReset::Allow => AfterAbort::ErrorOnce,
            },
        }
    }
}

impl Abort {
    /// The error that tells of it.
    pub const fn error(self) -> Error {
        match self {
            Abort::Reset => Error::Reset,
            Abort::Timeout | Abort::KeepaliveDeath => Error::TimedOut,
        }
    }
}
