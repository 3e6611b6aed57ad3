//! Describes one step of an end: what is done, when it is given up, and what is expected of it. `Display` prints the canonical
//! spelling, which parses back to an equal step.

use std::fmt;
use std::time::Duration;

use super::mistake::Spot;
use super::units::{Size, Span};
use crate::contract::{Error, Mode, Outcome};

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What is done.
    pub action: Action,
    /// When the step's call is given up, counted from the start of the step.
    pub cancel_after: Option<Duration>,
    /// What must come of it.
    pub expect: Option<Expect>,
    pub(crate) spot: Spot,
}

impl From<Action> for Step {
    fn from(action: Action) -> Self {
        Step { action, cancel_after: None, expect: None, spot: Spot::default() }
    }
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// `read`: one call, of whatever size is convenient.
    Read,
    /// `read N`: calls until N bytes, EOF or an error.
    ReadExact(u64),
    /// `read N once`: one call of at most N bytes.
    ReadOnce(u64),
    /// `read to eof`: calls until EOF or an error.
    ReadToEof,
    /// `write N`: one call.
    Write(u64),
    /// `write N by M`: calls of M bytes each, the last of what remains, until one fails.
    WriteBy {
        /// All bytes.
        total: u64,
        /// Bytes of one call.
        by: u64,
    },
    /// `writev A B …`: one call with these buffers.
    Writev(Vec<u64>),
    /// `write nodelay N`.
    WriteNodelay(u64),
    /// `writev nodelay A B …`.
    WritevNodelay(Vec<u64>),
    /// `flush`.
    Flush,
    /// `shutdown read|write|both`.
    Shutdown(Mode),
    /// `close`.
    Close,
    /// `connect [PORT]`.
    Connect(Option<u32>),
    /// `accept [PORT]`.
    Accept(Option<u32>),
    /// `listen PORT`.
    Listen(u32),
    /// `unlisten PORT`.
    Unlisten(u32),
    /// `disconnect`.
    Disconnect,
    /// `sleep D`.
    Sleep(Duration),
    /// `at T`: waits until that time of the run.
    At(Duration),
    /// `signal X`: from now on every `wait X` goes on.
    Signal(Box<str>),
    /// `wait X`.
    Wait(Box<str>),
}

/// The kinds of actions that differ in what can come of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ActionKind {
    Read,
    Write,
    Flush,
    Ending,
    Setup,
    Timing,
}

impl Action {
    pub(super) const fn kind(&self) -> ActionKind {
        match self {
            Action::Read | Action::ReadExact(_) | Action::ReadOnce(_) | Action::ReadToEof => ActionKind::Read,
            Action::Write(_) | Action::WriteBy { .. } | Action::Writev(_) => ActionKind::Write,
            Action::WriteNodelay(_) | Action::WritevNodelay(_) => ActionKind::Write,
            Action::Flush => ActionKind::Flush,
            Action::Shutdown(_) | Action::Close => ActionKind::Ending,
            Action::Connect(_) | Action::Accept(_) | Action::Listen(_) | Action::Unlisten(_) | Action::Disconnect => ActionKind::Setup,
            Action::Sleep(_) | Action::At(_) | Action::Signal(_) | Action::Wait(_) => ActionKind::Timing,
        }
    }

    /// The bytes that it writes.
    pub(crate) fn written(&self) -> u64 {
        match self {
            Action::Write(bytes) | Action::WriteBy { total: bytes, .. } | Action::WriteNodelay(bytes) => *bytes,
            Action::Writev(sizes) | Action::WritevNodelay(sizes) => sizes.iter().sum(),
            _ => 0,
        }
    }

    /// When this action is over at the earliest, if it begins at `start` of the run at the earliest.
    pub(crate) fn over_after(&self, start: Duration) -> Duration {
        match self {
            Action::Sleep(span) => start.saturating_add(*span),
            Action::At(time) => start.max(*time),
            _ => start,
        }
    }

    /// Does it wait for a time that has passed by `start`?
    pub(crate) fn is_late(&self, start: Duration) -> bool {
        matches!(self, Action::At(time) if *time < start)
    }

    /// The word that the step begins with.
    pub const fn word(&self) -> &'static str {
        match self {
            Action::Read | Action::ReadExact(_) | Action::ReadOnce(_) | Action::ReadToEof => "read",
            Action::Write(_) | Action::WriteBy { .. } | Action::WriteNodelay(_) => "write",
            Action::Writev(_) | Action::WritevNodelay(_) => "writev",
            Action::Flush => "flush",
            Action::Shutdown(_) => "shutdown",
            Action::Close => "close",
            Action::Connect(_) => "connect",
            Action::Accept(_) => "accept",
            Action::Listen(_) => "listen",
            Action::Unlisten(_) => "unlisten",
            Action::Disconnect => "disconnect",
            Action::Sleep(_) => "sleep",
            Action::At(_) => "at",
            Action::Signal(_) => "signal",
            Action::Wait(_) => "wait",
        }
    }
}

/// What must come of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expect {
    /// `ok`.
    Ok,
    /// `data`: at least one byte, and no error.
    Data,
    /// A size: this many bytes in all, and no error.
    Bytes(u64),
    /// `eof`, as the last call's result.
    Eof,
    /// `closed`, of writes and of reads.
    Closed,
    /// `done`.
    Done,
    /// `error`: any error, `closed` included.
    Failed,
    /// The word of one error, as `reset`.
    Error(Error),
    /// `cancelled`: the step was given up before it ended.
    Cancelled,
    /// `blocks`: still pending when nothing more can happen.
    Blocks,
}

/// How a step ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StepResult {
    /// Bytes that its calls read or wrote.
    pub bytes: u64,
    /// What its last call came back with; `None` if the step was cancelled.
    pub last: Option<Outcome>,
}

impl Expect {
    /// Did it end so?
    pub fn is_met(&self, ended: &StepResult) -> bool {
        let Some(last) = &ended.last else { return *self == Expect::Cancelled };
        let reads = matches!(last, Outcome::Data(_) | Outcome::Eof);
        match self {
            Expect::Ok => *last == Outcome::Ok,
            Expect::Data => reads && ended.bytes > 0,
            Expect::Bytes(bytes) => reads && ended.bytes == *bytes,
            Expect::Eof => *last == Outcome::Eof,
            Expect::Closed => matches!(last, Outcome::Closed | Outcome::Error(Error::Closed)),
            Expect::Done => *last == Outcome::Done,
            Expect::Failed => matches!(last, Outcome::Closed | Outcome::Error(_)),
            Expect::Error(error) => matches!(last, Outcome::Error(found) if found == error),
            Expect::Cancelled | Expect::Blocks => false,
        }
    }
}

/// As a report says it: `4096 bytes, then eof`.
impl fmt::Display for StepResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = |f: &mut fmt::Formatter<'_>| write!(f, "{} byte{}", self.bytes, if self.bytes == 1 { "" } else { "s" });
        let last = match &self.last {
            Some(Outcome::Data(_)) => return bytes(f),
            Some(Outcome::Ok) => return f.write_str("`ok`"),
            Some(Outcome::Error(error)) => error.word(),
            Some(outcome) => outcome.word(),
            None => "cancelled",
        };
        if self.bytes > 0 {
            bytes(f)?;
            f.write_str(", then ")?;
        }
        write!(f, "`{last}`")
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.action.fmt(f)?;
        if let Some(after) = self.cancel_after {
            write!(f, " | cancel after {}", Span(after))?;
        }
        self.expect.as_ref().map_or(Ok(()), |expect| write!(f, " -> {expect}"))
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())?;
        match self {
            Action::Read | Action::Flush | Action::Close | Action::Disconnect => Ok(()),
            Action::ReadExact(bytes) | Action::Write(bytes) => write!(f, " {}", Size(*bytes)),
            Action::ReadOnce(bytes) => write!(f, " {} once", Size(*bytes)),
            Action::ReadToEof => f.write_str(" to eof"),
            Action::WriteBy { total, by } => write!(f, " {} by {}", Size(*total), Size(*by)),
            Action::Writev(sizes) => buffers(f, sizes),
            Action::WriteNodelay(bytes) => write!(f, " nodelay {}", Size(*bytes)),
            Action::WritevNodelay(sizes) => f.write_str(" nodelay").and_then(|()| buffers(f, sizes)),
            Action::Shutdown(Mode::ReadWrite) => f.write_str(" both"),
            Action::Shutdown(mode) => write!(f, " {}", mode.word()),
            Action::Connect(port) | Action::Accept(port) => port.map_or(Ok(()), |port| write!(f, " {port}")),
            Action::Listen(port) | Action::Unlisten(port) => write!(f, " {port}"),
            Action::Sleep(span) | Action::At(span) => write!(f, " {}", Span(*span)),
            Action::Signal(name) | Action::Wait(name) => write!(f, " {name}"),
        }
    }
}

fn buffers(f: &mut fmt::Formatter<'_>, sizes: &[u64]) -> fmt::Result {
    sizes.iter().try_for_each(|size| write!(f, " {}", Size(*size)))
}

impl fmt::Display for Expect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Expect::Bytes(bytes) => return Size(*bytes).fmt(f),
            Expect::Error(error) => error.word(),
            Expect::Ok => "ok",
            Expect::Data => "data",
            Expect::Eof => "eof",
            Expect::Closed => "closed",
            Expect::Done => "done",
            Expect::Failed => "error",
            Expect::Cancelled => "cancelled",
            Expect::Blocks => "blocks",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Payload;

    fn ended(bytes: u64, last: Outcome) -> StepResult {
        StepResult { bytes, last: Some(last) }
    }

    #[test]
    fn a_size_counts_all_bytes_and_wants_no_error() {
        let five = Expect::Bytes(5);
        assert!(five.is_met(&ended(5, Outcome::Data(Payload::Count(1)))));
        assert!(five.is_met(&ended(5, Outcome::Eof)));
        assert!(!five.is_met(&ended(4, Outcome::Eof)) && !five.is_met(&ended(6, Outcome::Eof)));
        assert!(!five.is_met(&ended(5, Outcome::Error(Error::Reset))));
        assert!(Expect::Bytes(0).is_met(&ended(0, Outcome::Eof)));
        assert!(!Expect::Data.is_met(&ended(0, Outcome::Eof)) && Expect::Data.is_met(&ended(1, Outcome::Eof)));
    }

    #[test]
    fn error_is_any_error_and_a_word_is_that_error() {
        assert!(Expect::Failed.is_met(&ended(0, Outcome::Closed)));
        assert!(Expect::Failed.is_met(&ended(0, Outcome::Error(Error::TimedOut))));
        assert!(!Expect::Failed.is_met(&ended(0, Outcome::Ok)) && !Expect::Failed.is_met(&ended(0, Outcome::Panic("".into()))));
        assert!(Expect::Error(Error::Reset).is_met(&ended(9, Outcome::Error(Error::Reset))));
        assert!(!Expect::Error(Error::Reset).is_met(&ended(0, Outcome::Error(Error::TimedOut))));
        assert!(Expect::Closed.is_met(&ended(0, Outcome::Error(Error::Closed))));
    }

    #[test]
    fn a_cancelled_step_meets_only_cancelled() {
        let given_up = StepResult { bytes: 0, last: None };
        assert!(Expect::Cancelled.is_met(&given_up) && !Expect::Cancelled.is_met(&ended(0, Outcome::Ok)));
        assert!(!Expect::Bytes(0).is_met(&given_up) && !Expect::Blocks.is_met(&given_up));
    }

    #[test]
    fn an_end_is_told_in_words() {
        assert_eq!(ended(1, Outcome::Data(Payload::Count(1))).to_string(), "1 byte");
        assert_eq!(ended(4096, Outcome::Eof).to_string(), "4096 bytes, then `eof`");
        assert_eq!(ended(0, Outcome::Error(Error::Reset)).to_string(), "`reset`");
        assert_eq!(StepResult { bytes: 0, last: None }.to_string(), "`cancelled`");
    }
}
