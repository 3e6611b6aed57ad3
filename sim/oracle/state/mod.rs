//! Keeps what is known of a run: parts that own their fields, each with the events that change it and the questions that can be
//! put to it.
//!
//! An [`EndState`] is made of [`Pendings`] (calls that have not returned), [`Halves`] (shutdowns and closes), [`Reading`],
//! [`Writing`], [`Life`] (aborts and crashes) and [`Opening`] (how it came to be connected); [`Between`] is what passes from a flow to the one
//! below. Nothing here judges.

mod between;
mod end;
mod flow;
mod halves;
mod hosts;
mod life;
mod opening;
mod path;
mod pending;
mod reading;
mod suspects;
mod writing;

pub(super) use between::Between;
pub(super) use end::EndState;
pub(super) use flow::{Fingerprint, Flow};
pub(super) use halves::{Doubt, Halves};
pub(super) use hosts::{Found, Host};
pub(super) use life::{Aborted, Life};
pub(super) use opening::Opening;
pub(super) use path::{Network, Path};
pub(super) use pending::{Asked, Pending, Pendings};
pub(super) use reading::Reading;
pub(super) use suspects::{Suspects, Suspicion};
pub(super) use writing::Writing;

pub(super) use super::stamp::{both, first, sooner};
