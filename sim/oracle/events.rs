//! Describes events as the rooms are asked about them: a call that returned, with what several rooms want to know of it.

pub(super) mod abort;
pub(super) mod opening;

use super::Seq;
use super::rooms::read_error_has_cause;
use super::scene::Scene;
use super::state::Pending;
use crate::contract::{Error, Outcome};

/// A read that failed.
pub(super) struct FailedRead<'a> {
    pub pending: &'a Pending,
    /// When it was called.
    pub called: Seq,
    /// How it failed.
    pub error: Error,
    /// Nothing that happened explains it, as far as it is judged.
    pub unexplained: bool,
}

impl<'a> FailedRead<'a> {
    pub fn new(scene: &Scene<'_>, pending: &'a Pending, outcome: &Outcome) -> Self {
        let called = pending.called.seq;
        let unexplained = read_error_has_cause::is_judged(scene, called) && !read_error_has_cause::is_explained(scene);
        FailedRead { pending, called, error: outcome.clone().into_error(), unexplained }
    }
}
