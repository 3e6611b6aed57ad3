//! Finds the smallest slice of whole operations that still shows the same violation, by leaving operations out and asking the oracle
//! about what is left: first whole kinds of them (other flows, segments, states), then runs of ever fewer.

use std::collections::BTreeMap;

use crate::contract::End;
use crate::oracle::{Verdict, Violation};
use crate::trace::{EnvWhat, Event, Trace, What};

use super::history::Operations;
use super::trials::Trials;

/// What the search for one slice may cost, in events that are judged.
const COST: usize = 1_000_000;

/// A smaller run that shows the same violation.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Slice {
    /// The run: whole operations of the first one, at their own times.
    pub trace: Trace,
    /// What the oracle says of it.
    pub verdict: Verdict,
    /// The same violation, as it stands in that verdict.
    pub violation: Violation,
    /// What is left.
    pub left: RunSize,
    /// What there was.
    pub whole: RunSize,
    /// Nothing can be left out any more: without any one of its operations the violation is gone.
    pub minimal: bool,
}

/// The part of the run that matters; `violation` counts lines as the trace does (the header is line 1). `None` if the oracle does
/// not see the violation in the trace at all.
pub fn slice(trace: &Trace, violation: &Violation) -> Option<Slice> {
    let all = units(trace);
    let mut search = Search { trace, violation, trials: Trials::new(COST), found: None };
    let mut kept = up_to(violation.line, all.clone());
    if !search.shows(&kept) {
        // What followed has its part in it: a call that never returned, bytes that were written only later.
        kept = all.clone();
        search.shows(&kept);
    }
    search.leave_kinds_out(&mut kept);
    let minimal = search.minimise(&mut kept);
    let (events, verdict, violation) = search.found?;
    let events = events.into_iter().map(|event| trace.events[event].clone()).collect();
    let trace = Trace { header: trace.header.clone(), events, cut: false };
    Some(Slice { trace, verdict, violation, left: RunSize::of(&kept), whole: RunSize::of(&all), minimal })
}

/// How much a run holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunSize {
    /// Operations.
    pub operations: usize,
    /// Other events: segments, states, the environment.
    pub others: usize,
}

impl RunSize {
    fn of(units: &[Unit]) -> Self {
        let operations = units.iter().filter(|unit| unit.call).count();
        RunSize { operations, others: units.iter().filter(|unit| !unit.call && !unit.fixed).count() }
    }
}

/// Events that stand or fall together: a call with its end, a segment with what became of it, or one line of another kind.
#[derive(Clone, Debug)]
struct Unit {
    events: Vec<usize>,
    call: bool,
    /// Where the recording says that nothing more happens: without it nothing is stuck.
    fixed: bool,
}

struct Search<'a> {
    trace: &'a Trace,
    violation: &'a Violation,
    trials: Trials,
    /// The last run that showed it: its events, what the oracle says of it, and the same violation there.
    found: Option<(Vec<usize>, Verdict, Violation)>,
}

/// The units up to a line; of an operation that ends later, its call.
fn up_to(line: u64, mut units: Vec<Unit>) -> Vec<Unit> {
    let last = usize::try_from(line.saturating_sub(2)).unwrap_or(usize::MAX);
    for unit in &mut units {
        unit.events.retain(|&event| event <= last);
    }
    units.retain(|unit| !unit.events.is_empty());
    units
}

fn units(trace: &Trace) -> Vec<Unit> {
    let history = Operations::of(trace);
    let index = |line: u64| usize::try_from(line - 2).unwrap_or(usize::MAX);
    let operations = history.operations().iter().map(|operation| Unit {
        events: std::iter::once(operation.line).chain(operation.end.as_ref().map(|end| end.line)).map(index).collect(),
        call: true,
        fixed: false,
    });
    let mut units: Vec<Unit> = operations.chain(others(trace)).collect();
    units.sort_by_key(|unit| unit.events[0]);
    units
}

/// What belongs to no operation. Events of one segment, as its name tells, are together.
fn others(trace: &Trace) -> impl Iterator<Item = Unit> {
    let (mut units, mut segments) = (Vec::<Unit>::new(), BTreeMap::new());
    for (at, event) in trace.events.iter().enumerate().filter(|(_, event)| !is_call(event)) {
        let name = if let What::Segment(event) = &event.what { event.id.map(|id| (event.flow, event.from, id)) } else { None };
        let known = name.map(|name| *segments.entry(name).or_insert(units.len()));
        match known.and_then(|unit| units.get_mut(unit)) {
            Some(unit) => unit.events.push(at),
            None => units.push(Unit { events: vec![at], call: false, fixed: is_quiet(event) }),
        }
    }
    units.into_iter()
}

/// A kind of events of which often none matters. The flow is the one that the violation is on.
type EventFilter = fn(&Event, u32) -> bool;

/// The kinds, the widest first.
const KINDS: [EventFilter; 6] = [
    |event, flow| event.what.flow().is_some_and(|other| other != flow),
    |event, _| matches!(event.what, What::Segment(_) | What::State { .. }),
    |event, _| matches!(event.what, What::State { .. }),
    |event, _| matches!(&event.what, What::Segment(event) if event.from == End::Client),
    |event, _| matches!(&event.what, What::Segment(event) if event.from == End::Server),
    |event, _| matches!(&event.what, What::Segment(event) if event.segment.data_len() == 0 && event.segment.flags.is_plain()),
];

fn is_call(event: &Event) -> bool {
    matches!(event.what, What::Call { .. } | What::Return { .. } | What::Cancel { .. })
}

fn is_quiet(event: &Event) -> bool {
    matches!(&event.what, What::Env(env) if env.what == EnvWhat::Quiet)
}

impl Search<'_> {
    /// Leaves out all of a kind, where the violation is still there without: of thousands of segments this is the cheap way.
    fn leave_kinds_out(&mut self, kept: &mut Vec<Unit>) {
        for kind in KINDS {
            let goes = |unit: &Unit| !unit.fixed && kind(&self.trace.events[unit.events[0]], self.violation.flow);
            let without: Vec<Unit> = kept.iter().filter(|unit| !goes(unit)).cloned().collect();
            if without.len() < kept.len() && self.shows(&without) {
                *kept = without;
            }
        }
    }

    /// Leaves out runs of units, halves first, then ever shorter ones, until nothing can go. False if the effort ran out before.
    fn minimise(&mut self, kept: &mut Vec<Unit>) -> bool {
        let mut length = (kept.len() / 2).max(1);
        loop {
            let before = kept.len();
            if !self.pass(kept, length) {
                return false;
            }
            if length == 1 && kept.len() == before {
                return true;
            }
            length = if kept.len() < before { length.min((kept.len() / 2).max(1)) } else { (length / 2).max(1) };
        }
    }

    /// Tries once to leave out every run of `length` units, from the end. False if the effort ran out.
    fn pass(&mut self, kept: &mut Vec<Unit>, length: usize) -> bool {
        let mut end = kept.len();
        while end > 0 {
            if self.trials.is_over() {
                return false;
            }
            let start = end.saturating_sub(length);
            let without: Vec<Unit> = kept[..start].iter().chain(&kept[end..]).cloned().collect();
            let loses_fixed = kept[start..end].iter().any(|unit| unit.fixed);
            if !loses_fixed && self.shows(&without) {
                *kept = without;
            }
            end = start;
        }
        !self.trials.is_over()
    }

    /// Do these units alone show the same violation?
    fn shows(&mut self, units: &[Unit]) -> bool {
        let mut events: Vec<usize> = units.iter().flat_map(|unit| unit.events.iter().copied()).collect();
        events.sort_unstable();
        let judged = self.trials.judge(&self.trace.header, events.iter().map(|&event| &self.trace.events[event]));
        let same = |verdict: &Verdict| verdict.violations.iter().find(|found| is_same(found, self.violation)).cloned();
        let Some((verdict, violation)) = judged.and_then(|verdict| same(&verdict).map(|found| (verdict, found))) else { return false };
        self.found = Some((events, verdict, violation));
        true
    }
}

/// The same rules, broken by the same operation, with the same byte counts.
fn is_same(one: &Violation, other: &Violation) -> bool {
    let key = |violation: &Violation| (violation.rule, violation.flow, violation.end, violation.op);
    key(one) == key(other) && one.also == other.also && unnumbered(&one.fact.to_string()) == unnumbered(&other.fact.to_string())
}

/// A message without the numbers of lines and writes: in a smaller run these are others.
fn unnumbered(message: &str) -> String {
    let mut kept = String::new();
    for letter in message.chars() {
        let numbers = kept.ends_with("line ") || kept.ends_with('#');
        if !(numbers && letter.is_ascii_digit()) {
            kept.push(letter);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::unnumbered;

    #[test]
    fn byte_counts_stay_where_numbers_of_lines_and_writes_go() {
        assert_eq!(unnumbered("write #12 (line 304): 45 of 50 bytes, in line 6"), "write # (line ): 45 of 50 bytes, in line ");
        assert_eq!(unnumbered("7 bytes"), "7 bytes");
        assert_eq!(unnumbered(""), "");
    }
}
