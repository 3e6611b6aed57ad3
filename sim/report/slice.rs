//! The smallest slice of whole operations that still shows the same violation, found by leaving operations out and asking the
//! oracle about what is left.

use crate::oracle::{Oracle, Verdict, Violation};
use crate::trace::{EnvWhat, Event, Header, Trace, What};

use super::history::History;

/// How many events are judged in the search for one slice, at most.
const EFFORT: usize = 2_000_000;

/// A smaller run that shows the same violation.
#[derive(Clone, Debug)]
pub struct Slice {
    /// The run: whole operations of the first one, at their own times.
    pub trace: Trace,
    /// What the oracle says of it.
    pub verdict: Verdict,
    /// The same violation, as it stands in that verdict.
    pub violation: Violation,
    /// How many operations are left, and how many there were.
    pub operations: (usize, usize),
    /// Nothing can be left out any more: without any one of its operations the violation is gone.
    pub minimal: bool,
}

/// The part of the run that matters. `None` if the oracle does not see the violation in the trace at all.
pub fn slice(trace: &Trace, violation: &Violation) -> Option<Slice> {
    let mut search = Search { trace, violation, effort: EFFORT };
    let units = units(trace, violation);
    let mut kept = units.clone();
    search.shows(&kept)?;
    let minimal = search.minimise(&mut kept);
    let (trace_left, verdict, found) = search.judge(&kept)?;
    let calls = |units: &[Unit]| units.iter().filter(|unit| unit.call).count();
    Some(Slice { trace: trace_left, verdict, violation: found, operations: (calls(&kept), calls(&all(trace))), minimal })
}

/// Events that stand or fall together: a call with its end, or one line of another kind.
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
    effort: usize,
}

/// The units up to the violation. What follows can't have caused it.
fn units(trace: &Trace, violation: &Violation) -> Vec<Unit> {
    let last = usize::try_from(violation.line.saturating_sub(2)).unwrap_or(usize::MAX);
    let mut units = all(trace);
    for unit in &mut units {
        unit.events.retain(|&event| event <= last);
    }
    units.retain(|unit| !unit.events.is_empty());
    units
}

fn all(trace: &Trace) -> Vec<Unit> {
    let history = History::of(trace);
    let index = |line: u64| usize::try_from(line - 2).unwrap_or(usize::MAX);
    let operations = history.operations().iter().map(|operation| Unit {
        events: std::iter::once(operation.line).chain(operation.end.as_ref().map(|end| end.line)).map(index).collect(),
        call: true,
        fixed: false,
    });
    let others = trace.events.iter().enumerate().filter(|(_, event)| !is_call(event));
    let others = others.map(|(at, event)| Unit { events: vec![at], call: false, fixed: is_quiet(event) });
    let mut units: Vec<Unit> = operations.chain(others).collect();
    units.sort_by_key(|unit| unit.events[0]);
    units
}

fn is_call(event: &Event) -> bool {
    matches!(event.what, What::Call { .. } | What::Return { .. } | What::Cancel { .. })
}

fn is_quiet(event: &Event) -> bool {
    matches!(&event.what, What::Env(env) if env.what == EnvWhat::Quiet)
}

impl Search<'_> {
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
            if self.effort == 0 {
                return false;
            }
            let start = end.saturating_sub(length);
            let without: Vec<Unit> = kept[..start].iter().chain(&kept[end..]).cloned().collect();
            let loses_fixed = kept[start..end].iter().any(|unit| unit.fixed);
            if !loses_fixed && self.shows(&without).is_some() {
                *kept = without;
            }
            end = start;
        }
        true
    }

    fn shows(&mut self, units: &[Unit]) -> Option<()> {
        self.judge(units).map(drop)
    }

    /// The verdict on these units alone, if it holds the same violation.
    fn judge(&mut self, units: &[Unit]) -> Option<(Trace, Verdict, Violation)> {
        let mut events: Vec<usize> = units.iter().flat_map(|unit| unit.events.iter().copied()).collect();
        events.sort_unstable();
        self.effort = self.effort.saturating_sub(events.len() + 1);
        let events: Vec<Event> = events.into_iter().map(|event| self.trace.events[event].clone()).collect();
        let verdict = judge(self.trace.header.clone(), &events);
        let found = verdict.violations.iter().find(|found| same(found, self.violation))?.clone();
        Some((Trace { header: self.trace.header.clone(), events, cut: false }, verdict, found))
    }
}

/// The same rule, broken by the same operation, with the same byte counts.
fn same(one: &Violation, other: &Violation) -> bool {
    let key = |violation: &Violation| (violation.rule, violation.flow, violation.end, violation.op);
    key(one) == key(other) && one.message == other.message
}

/// Judges events as a whole run.
pub(super) fn judge(header: Header, events: &[Event]) -> Verdict {
    let mut oracle = Oracle::with(header);
    for (line, event) in (2..).zip(events) {
        oracle.observe(line, event);
    }
    oracle.finish(false)
}
