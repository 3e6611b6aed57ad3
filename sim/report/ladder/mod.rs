//! Draws a run as a text ladder: the client's calls at the left, the server's at the right, virtual time downwards, and between them
//! what went across. A person looks at it first and snapshots hold it, so it is stable: the same trace and view give the same text.
//!
//! The road: `rows` turns events into rows (a call with its return, reads merged; segments are `flight`s with a `label`), `fold`
//! shortens long stretches without surprise, `join` puts on one line what happens at once, `lanes` gives pending calls their lines,
//! `across` says what went between the ends, `arrow` draws it, `draw` sets it all in columns.

mod across;
mod arrow;
mod draw;
mod flight;
mod fold;
mod join;
mod label;
mod lanes;
mod rows;
mod say;
mod select;
mod stretch;
mod view;

pub use view::{LadderView, Mark};

use std::collections::BTreeSet;

use crate::report::segment::Numbers;
use crate::trace::{Trace, What};

use self::flight::Flights;
use self::fold::fold;
use self::join::{join, with_silences};
use self::label::Labels;

/// Draws a trace.
pub fn ladder(trace: &Trace, view: &LadderView) -> String {
    let marked = view.marks.iter().map(|mark| mark.line);
    let apart: BTreeSet<u64> = marked.clone().collect();
    let seen: BTreeSet<u64> = marked.chain(view.focus.iter().copied()).collect();
    let flights = Flights::new(trace, Labels::new(Numbers(view.initial.clone())));
    let rows = join(fold(rows::rows(trace, &apart, flights), &seen));
    let wire = trace.events.iter().any(|event| matches!(event.what, What::Segment(_)));
    draw::draw(trace, &if wire { with_silences(rows) } else { rows }, view)
}

#[cfg(test)]
mod tests;
