//! What a row says at its end.

use crate::contract::End;
use crate::report::words;
use crate::time;
use crate::trace::{Place, Trace};

use super::rows::{Kind, Ops, Row};

/// How rows are said in one ladder.
pub(super) struct Voice {
    /// Several flows: each text says which.
    flows: bool,
    /// Contents are shown where they are short: not in simulated runs, whose payload is a pattern.
    verbatim: bool,
}

impl Voice {
    pub(super) fn new(trace: &Trace, rows: &[Row]) -> Self {
        let other = |row: &Row| flow(&row.kind).is_some_and(|flow| flow != 0);
        Voice { flows: rows.iter().any(other), verbatim: !trace.header.simulated }
    }

    /// The text of a row.
    pub(super) fn say(&self, row: &Row) -> String {
        match &row.kind {
            Kind::Whole { .. } => self.whole(row),
            Kind::Begin { at, op, call } => format!("{}#{op} {}", self.flow(*at), words::call(call, self.verbatim)),
            Kind::Finish { at, op, call, outcome } => {
                format!("{}#{op} {} → {}", self.flow(*at), call.word(), words::outcome(outcome, self.verbatim))
            }
            Kind::Cancel { at, op, call } => format!("{}#{op} {} cancelled", self.flow(*at), call.word()),
            Kind::Pending { at, op, call, stuck } => {
                format!("{}#{op} {} {}", self.flow(*at), call.word(), if *stuck { "is stuck" } else { "still pending" })
            }
            Kind::Env { at: (flow, end), what } => {
                let flow = flow.filter(|_| self.flows).map(|flow| format!("flow {flow}: ")).unwrap_or_default();
                let end = end.map(|end| format!("{end}: ")).unwrap_or_default();
                format!("{flow}{end}{}", words::environment(what))
            }
            Kind::Segment { .. } => String::new(),
            Kind::State { at, from, to } => format!("{}{} → {}", self.flow(*at), words::plain(from), words::plain(to)),
        }
    }

    /// An operation from its call to its return, or several merged.
    fn whole(&self, row: &Row) -> String {
        let Kind::Whole { at, ops, call, outcome, until } = &row.kind else { return String::new() };
        let span = time::span(*until - row.t);
        let said = if ops.count == 1 {
            format!("{} → {}", words::call(call, self.verbatim), words::outcome(outcome, self.verbatim))
        } else {
            format!("{} {} ({})", call.word(), words::size(ops.bytes), words::count(ops.count, call.word()))
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

/// `#5`, or `#5–#7`.
fn label(ops: &Ops) -> String {
    if ops.count == 1 { format!("#{}", ops.first) } else { format!("#{}–#{}", ops.first, ops.last) }
}

/// At which end a row's text stands; `None`: across both.
pub(super) fn side(kind: &Kind) -> Option<End> {
    place(kind).map(|at| at.end)
}

fn place(kind: &Kind) -> Option<Place> {
    match kind {
        Kind::Whole { at, .. }
        | Kind::Begin { at, .. }
        | Kind::Finish { at, .. }
        | Kind::Cancel { at, .. }
        | Kind::Pending { at, .. }
        | Kind::State { at, .. } => Some(*at),
        Kind::Env { .. } | Kind::Segment { .. } => None,
    }
}

fn flow(kind: &Kind) -> Option<u32> {
    match kind {
        Kind::Env { at: (flow, _), .. } => *flow,
        Kind::Segment { wire, .. } => Some(wire.flow),
        other => place(other).map(|at| at.flow),
    }
}
