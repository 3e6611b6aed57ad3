//! Describes the returns of connects, accepts, listens and `destination`.

use crate::contract::{Error, Outcome};
use crate::oracle::Stamp;
use crate::oracle::scene::Scene;
use crate::oracle::state::Found;
use crate::oracle::state::{Asked, Pending};

/// A connect that succeeded.
pub(in crate::oracle) struct Connected<'a> {
    pub pending: &'a Pending,
    /// The port, where it is known.
    pub port: Option<u32>,
}

/// A connect that failed.
pub(in crate::oracle) struct FailedConnect<'a> {
    pub pending: &'a Pending,
    /// The port, where it is known.
    pub port: Option<u32>,
    pub error: &'a Error,
    /// It was refused or timed out, and neither own calls nor an injected abort explain that.
    pub is_judged: bool,
}

impl<'a> FailedConnect<'a> {
    pub fn new(scene: &Scene<'_>, pending: &'a Pending, port: Option<u32>, error: &'a Error) -> Self {
        let me = scene.me();
        let by_itself = me.life.aborted().is_none_or(|abort| abort.by_stack);
        let left = me.full_close_possible().is_some() || me.halves.close_begun().is_some();
        let told = is_refusal(error) || *error == Error::TimedOut;
        FailedConnect { pending, port, error, is_judged: by_itself && !left && told && scene.is_ordered() }
    }

    /// It was refused; else it timed out.
    pub fn is_refused(&self) -> bool {
        is_refusal(self.error)
    }
}

fn is_refusal(error: &Error) -> bool {
    matches!(error, Error::Refused | Error::Reset | Error::ConnectionAborted)
}

/// An accept that returned the connection that it stands on, or (`made`) another.
pub(in crate::oracle) struct Accepted<'a> {
    pub pending: &'a Pending,
    pub port: u32,
    /// The address of the peer, where it is said.
    pub peer: Option<&'a str>,
    /// The connection has a flow of its own.
    pub made: bool,
}

/// A connection that an end was handed.
pub(in crate::oracle) struct HandedOut {
    /// When.
    pub at: Stamp,
    /// By which call.
    pub op: u64,
}

/// A listen that returned.
pub(in crate::oracle) struct Listened<'a> {
    pub pending: &'a Pending,
    pub port: u32,
    /// What it found when it was called.
    pub found: Found,
    pub outcome: &'a Outcome,
}

/// An end that says which address it is connected to.
pub(in crate::oracle) struct Destination<'a> {
    pub pending: &'a Pending,
    pub address: &'a str,
}

/// When the peer's first pending accept of a connection to that port was called.
pub(in crate::oracle) fn accepting(scene: &Scene<'_>, port: Option<u32>) -> Option<Stamp> {
    let is = |asked| matches!(asked, Asked::Accept(other) if port.is_none_or(|port| port == other));
    scene.peer().pending.earliest(is)
}
