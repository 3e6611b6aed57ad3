//! Keeps what is known of a run: parts that own their fields, each with the events that change it and the questions that can be
//! put to it.
//!
//! An [`EndState`] is made of [`Pendings`] (calls that have not returned), [`Halves`] (shutdowns and closes), [`Reading`],
//! [`Writing`], [`Life`] (aborts and crashes) and [`Opening`] (how it came to be connected). Nothing here judges.

mod end;
mod flow;
mod halves;
mod hosts;
mod life;
mod opening;
mod pending;
mod reading;
mod writing;

pub(super) use end::EndState;
pub(super) use flow::{Fingerprint, Flow};
pub(super) use halves::{Doubt, Halves};
pub(super) use hosts::{Found, Host};
pub(super) use life::{Aborted, Life};
pub(super) use opening::Opening;
pub(super) use pending::{Asked, Pending, Pendings};
pub(super) use reading::Reading;
pub(super) use writing::Writing;

use super::Stamp;

/// The earliest of several moments.
pub(super) fn first<const N: usize>(stamps: [Option<Stamp>; N]) -> Option<Stamp> {
    stamps.into_iter().reduce(sooner).flatten()
}

/// The earlier of two moments.
#[inline]
pub(super) fn sooner(a: Option<Stamp>, b: Option<Stamp>) -> Option<Stamp> {
    match (a, b) {
        (Some(one), Some(other)) => Some(if one.seq <= other.seq { one } else { other }),
        (one, None) => one,
        (None, other) => other,
    }
}

/// The moment from which both hold.
fn both(a: Option<Stamp>, b: Option<Stamp>) -> Option<Stamp> {
    let (one, other) = (a?, b?);
    Some(if one.seq > other.seq { one } else { other })
}
