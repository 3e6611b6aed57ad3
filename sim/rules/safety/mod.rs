//! What must never happen on one flow.

mod calls;
mod closing;
mod ending;
mod failure;
mod stream;

pub(super) use calls::CALLS;
pub(super) use closing::CLOSING;
pub(super) use ending::ENDING;
pub(super) use failure::FAILURE;
pub(super) use stream::STREAM;
