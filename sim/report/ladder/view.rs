//! Says what of a run is drawn, and what is pointed at.

use std::collections::BTreeMap;

use crate::oracle::{Verdict, Violation};
use crate::trace::Place;
use crate::wire::Seq;

/// What of a run is drawn, and what is pointed at.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct LadderView {
    /// Lines of the trace that must be seen; empty: everything.
    pub focus: Vec<u64>,
    /// How many rows around each of them are drawn too.
    pub context: usize,
    /// The most rows drawn; the middle is left out beyond that. 0: no limit.
    pub rows: usize,
    /// What is pointed at.
    pub marks: Vec<Mark>,
    /// Where the trace is a part of a longer one: how many bytes were read before it, by their reader.
    pub read: BTreeMap<Place, u64>,
    /// Then also: the sequence numbers of SYNs that are not among the events, by their sender.
    pub initial: BTreeMap<Place, Seq>,
}

/// A line of the trace that is pointed at.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mark {
    /// The trace's line (the header is line 1).
    pub line: u64,
    /// The operation concerned: several may be stuck at one line.
    pub op: Option<(Place, u64)>,
    /// What is wrong there.
    pub text: String,
}

impl LadderView {
    /// The whole run, with the violations pointed at.
    pub fn of(verdict: &Verdict) -> Self {
        LadderView { marks: verdict.violations.iter().map(Mark::from).collect(), ..LadderView::default() }
    }

    /// Only what lies around some lines.
    pub fn around(self, lines: &[u64], context: usize) -> Self {
        LadderView { focus: lines.to_vec(), context, ..self }
    }

    /// At most this many rows.
    pub fn at_most(self, rows: usize) -> Self {
        LadderView { rows, ..self }
    }
}

impl From<&Violation> for Mark {
    fn from(violation: &Violation) -> Self {
        let also: Vec<&str> = violation.also.iter().map(|rule| rule.name()).collect();
        let also = if also.is_empty() { String::new() } else { format!(" (also {})", also.join(", ")) };
        let place = Place { flow: violation.flow, end: violation.end };
        Mark { line: violation.line, op: violation.op.map(|op| (place, op)), text: format!("{}{also}", violation.rule) }
    }
}
