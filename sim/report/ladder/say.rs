//! Says what happens in a row, at its ends.

use std::collections::BTreeSet;

use crate::contract::{Both, End};
use crate::report::words;
use crate::time;
use crate::trace::{Place, Trace};

use super::rows::{Row, RowKind};
use super::stretch::{OpNumbers, Work};
use super::view::Mark;

/// The longest list of what one end reads and writes (columns).
const WORKS_MAX: usize = 36;

/// How rows are said in one ladder.
pub(super) struct Voice {
    /// Several flows: each text says which.
    pub(super) flows: bool,
    /// Contents are shown where they are short: not in simulated runs, where payload is a pattern.
    verbatim: bool,
    /// The pending calls that should have returned: all others wait because they must.
    owed: BTreeSet<(Place, u64)>,
}

/// The texts of a row.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub ends: Both<String>,
    /// Concerns both, or neither.
    pub across: String,
}

impl Voice {
    pub(super) fn new(trace: &Trace, rows: &[Row], marks: &[Mark]) -> Self {
        let other =
            |row: &Row| flow(&row.kind).is_some_and(|flow| flow != 0) || row.beside.as_ref().is_some_and(|flight| flight.from.flow != 0);
        let owed = marks.iter().filter_map(|mark| mark.op).collect();
        Voice { flows: rows.iter().any(other), verbatim: !trace.header.simulated, owed }
    }

    /// The texts of a row.
    pub(super) fn say(&self, row: &Row) -> Said {
        let mut said = Said::default();
        match (&row.kind, side(&row.kind)) {
            (RowKind::Segment(_), _) => {}
            (RowKind::Fold(fold), _) => End::BOTH.into_iter().for_each(|end| said.ends[end] = self.works(&fold.calls[end])),
            (_, Some(end)) => said.ends[end] = self.text(row),
            (_, None) => said.across = self.text(row),
        }
        said
    }

    /// All reads and writes of one end in a long stretch.
    fn works(&self, works: &[Work]) -> String {
        let say = |work: &Work| format!("{}{} {} {}", self.flow(work.at), label(&work.ops), work.word, words::size(work.ops.bytes));
        let said = works.iter().map(say).collect::<Vec<_>>().join(", ");
        if works.len() < 2 || said.chars().count() <= WORKS_MAX {
            return said;
        }
        let (calls, bytes) = works.iter().fold((0, 0), |(calls, bytes), work| (calls + work.ops.count, bytes + work.ops.bytes));
        format!("{}, {}", words::count(calls, "call"), words::size(bytes))
    }

    /// The text of a row, wherever it stands.
    fn text(&self, row: &Row) -> String {
        match &row.kind {
            RowKind::Whole { .. } => self.whole(row),
            RowKind::Begin { at, op, call } => format!("{}#{op} {}", self.flow(*at), words::call(call, self.verbatim)),
            RowKind::Finish { at, op, call, outcome } => {
                format!("{}#{op} {} → {}", self.flow(*at), call.word(), words::outcome(outcome, self.verbatim))
            }
            RowKind::Cancel { at, op, call } => format!("{}#{op} {} cancelled", self.flow(*at), call.word()),
            RowKind::Pending { at, op, call, stuck } => {
                let what = match stuck {
                    true if self.owed.contains(&(*at, *op)) => "is stuck",
                    true => "blocks for ever",
                    false => "still pending",
                };
                format!("{}#{op} {} {what}", self.flow(*at), call.word())
            }
            RowKind::Env { at: (flow, end), what } => {
                let flow = flow.filter(|_| self.flows).map(|flow| format!("flow {flow}: ")).unwrap_or_default();
                let end = end.map(|end| format!("{end}: ")).unwrap_or_default();
                format!("{flow}{end}{}", words::environment(what))
            }
            RowKind::Silence(span) => format!("{} of silence", words::about(*span)),
            RowKind::Segment(_) | RowKind::Fold(_) => String::new(),
            RowKind::State { at, from, to } => format!("{}{} → {}", self.flow(*at), words::plain(from), words::plain(to)),
        }
    }

    /// An operation from its call to its return, or several merged.
    fn whole(&self, row: &Row) -> String {
        let RowKind::Whole { at, ops, call, outcome, until } = &row.kind else { return String::new() };
        let span = time::span(*until - row.t);
        let said = if ops.count == 1 {
            format!("{} → {}", words::call(call, self.verbatim), words::outcome(outcome, self.verbatim))
        } else {
            counted(call.word(), ops)
        };
        let after = match ops.count {
            _ if *until == row.t => String::new(),
            1 => format!(" after {span}"),
            _ => format!(" over {span}"),
        };
        format!("{}{} {said}{after}", self.flow(*at), label(ops))
    }

    fn flow(&self, at: Place) -> String {
        if self.flows { format!("[{}] ", at.flow) } else { String::new() }
    }
}

/// `read 30 bytes (3 reads)`.
fn counted(word: &str, ops: &OpNumbers) -> String {
    format!("{word} {} ({})", words::size(ops.bytes), words::count(ops.count, word))
}

/// `#5`, or `#5–#7`.
fn label(ops: &OpNumbers) -> String {
    if ops.count == 1 { format!("#{}", ops.first) } else { format!("#{}–#{}", ops.first, ops.last) }
}

/// At which end a row's text stands; `None`: across both.
pub(super) fn side(kind: &RowKind) -> Option<End> {
    place(kind).map(|at| at.end)
}

fn place(kind: &RowKind) -> Option<Place> {
    match kind {
        RowKind::Whole { at, .. }
        | RowKind::Begin { at, .. }
        | RowKind::Finish { at, .. }
        | RowKind::Cancel { at, .. }
        | RowKind::Pending { at, .. }
        | RowKind::State { at, .. } => Some(*at),
        RowKind::Env { .. } | RowKind::Segment(_) | RowKind::Fold(_) | RowKind::Silence(_) => None,
    }
}

fn flow(kind: &RowKind) -> Option<u32> {
    match kind {
        RowKind::Env { at: (flow, _), .. } => *flow,
        RowKind::Segment(flight) => Some(flight.from.flow),
        RowKind::Fold(fold) => fold.flow(),
        other => place(other).map(|at| at.flow),
    }
}
