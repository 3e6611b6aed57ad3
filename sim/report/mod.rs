//! Turns a trace and its verdict into what a person or a program reads, by pure functions.
//!
//! Start at [`text`]: the report of one judged run. [`ladder`] draws a run, [`json`] is the same for programs. What this is not: a
//! judge. Whatever a report claims beyond the trace itself (what was allowed, which smaller run shows the same) it asks the
//! [`oracle`](crate::oracle).

mod allowed;
mod because;
pub mod catalogue;
pub mod contract;
mod excerpt;
pub mod exercised;
mod facts;
mod history;
pub mod json;
mod ladder;
mod notes;
mod segment;
mod slice;
mod tally;
mod text;
mod trials;
pub mod words;

pub use allowed::{Allowed, allowed};
pub use excerpt::Excerpts;
pub use exercised::Never;
pub use ladder::{LadderView, Mark, ladder};
pub use notes::Notes;
pub use slice::{RunSize, Slice, slice};
pub use tally::Tally;
pub use text::{Case, text, text_without_trace};
