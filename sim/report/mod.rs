//! Pure functions from a trace and its verdict to what a person or a program reads.
//!
//! [`ladder`](ladder::ladder) draws a run, [`words`] is the vocabulary that all of them share. What this is not: a judge. Whatever
//! a report claims beyond the trace itself (what was allowed, which smaller run shows the same) it asks the
//! [`oracle`](crate::oracle).

pub mod ladder;
pub mod words;

pub use ladder::{View, ladder};
