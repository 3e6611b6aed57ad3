//! The trace format from outside: what was written is read again, samples of real recordings are read, and whatever else comes
//! is refused with its place.

mod codec;
mod limits;
mod malformed;
mod pinned;
mod samples;
mod strategies;
