//! Describes events as the rooms are asked about them: a call that returned, with what several rooms want to know of it.
//!
//! A description holds facts. Whether they break a rule is for the rooms to say.

pub(super) mod abort;
mod calls;
mod ends;
pub(super) mod layers;
pub(super) mod opening;
mod reads;
mod segment;
mod writes;

pub(super) use calls::{BegunCall, BegunWrite};
pub(super) use ends::{Holding, PushedOut, ReturnedEnd};
pub(super) use reads::{CancelledRead, Ending, FailedRead, OvertakenEof, ReadData, ReadEof, ReadReturn, UntoldEof, WrongBytes};
pub(super) use segment::{ArrivedSegment, SentSegment, StateChange, Unheeded};
pub(super) use writes::ReturnedWrite;

use super::state::Pending;

/// A call panicked.
pub(super) struct Panicked<'a> {
    pub pending: &'a Pending,
    /// What it said; empty where that is not known.
    pub said: &'a str,
}

/// A segment was damaged on its way, or came from nowhere.
pub(super) struct BadSegment;

/// A buffer that a read had returned is seen again.
pub(super) struct BufferSeen {
    /// Its contents are others now.
    pub changed: bool,
}
