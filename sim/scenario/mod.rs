//! Scenarios: what both ends of flows do, as a file that a person reads.

mod grammar;
mod mistake;
mod step;
mod units;

pub use step::{Action, Ended, Expect, Step};
