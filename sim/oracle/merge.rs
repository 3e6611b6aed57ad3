//! Traces whose ends have clocks of their own: the order is known only within one end.
//!
//! The run is broken only if every merge of the two orders is. Four merges are tried: all of one end first, and, again from
//! either end, one that holds an event back as long as the other end can still bring what it needs. If one of them breaks
//! nothing, nothing is broken; otherwise the merge that breaks least is the likeliest, and what it breaks is named.

use super::court::Court;
use super::verdict::{Judgement, Verdict};
use crate::contract::{Both, End};
use crate::rules::Rule;
use crate::trace::{Event, Header, What};

/// An event with its line.
type Line = (u64, Event);

/// A way to merge the events of a stretch, beginning with one of the ends.
type Order = fn(Court, &Stretch, End) -> Court;

/// What lies between two events that concern both ends.
#[derive(Clone, Debug, Default)]
struct Stretch {
    ends: Both<Vec<Line>>,
    /// The event that both ends come to together.
    then: Option<Line>,
}

/// The lines of a trace, each end's in order.
#[derive(Clone, Debug)]
pub(super) struct Merge {
    header: Header,
    stretches: Vec<Stretch>,
}

impl Merge {
    pub fn new(header: Header) -> Self {
        Merge { header, stretches: vec![Stretch::default()] }
    }

    pub fn header(&self) -> &Header {
        &self.header
    }

    pub fn add(&mut self, line: u64, event: &Event) {
        let Some(last) = self.stretches.last_mut() else { return };
        match side(event) {
            Some(end) => last.ends[end].push((line, event.clone())),
            None => {
                last.then = Some((line, event.clone()));
                self.stretches.push(Stretch::default());
            }
        }
    }

    pub fn finish(self, cut: bool) -> Verdict {
        let mut verdict = self.likeliest(cut);
        if cut && verdict.judgement == Judgement::Violated {
            keep_what_stands(&mut verdict);
        }
        verdict
    }

    /// The verdict of a merge that holds, or else of the one that breaks least. The blocks only serve to find one that holds:
    /// what they break says more about them than about the run.
    fn likeliest(&self, cut: bool) -> Verdict {
        let held = |verdict: &Verdict| verdict.judgement == Judgement::Held;
        let mut best = self.run(cut, as_needed, End::Client);
        let others: [(Order, End); 3] = [(as_needed, End::Server), (block_by_block, End::Client), (block_by_block, End::Server)];
        for (index, (order, first)) in others.into_iter().enumerate() {
            if held(&best) {
                break;
            }
            let other = self.run(cut, order, first);
            if held(&other) || index == 0 && other.violations.len() < best.violations.len() {
                best = other;
            }
        }
        best
    }

    fn run(&self, cut: bool, order: Order, first: End) -> Verdict {
        let mut court = Court::new(self.header.clone());
        for stretch in &self.stretches {
            court = order(court, stretch, first);
            if let Some((line, event)) = &stretch.then {
                court.observe(*line, event);
            }
        }
        court.finish(cut)
    }
}

/// The end whose line this is; `None` for what concerns both.
fn side(event: &Event) -> Option<End> {
    match &event.what {
        What::Call { at, .. } | What::Return { at, .. } | What::Cancel { at, .. } | What::State { at, .. } => Some(at.end),
        What::Segment(wire) => Some(wire.from),
        What::Env(env) => env.end,
    }
}

/// All events of one end, then all of the other.
fn block_by_block(mut court: Court, stretch: &Stretch, first: End) -> Court {
    for (line, event) in stretch.ends[first].iter().chain(&stretch.ends[first.peer()]) {
        court.observe(*line, event);
    }
    court
}

/// Takes one end's events as long as they break nothing, then the other's; where both are stuck, one of them must break.
fn as_needed(mut court: Court, stretch: &Stretch, first: End) -> Court {
    let mut rest = Both { client: &stretch.ends.client[..], server: &stretch.ends.server[..] };
    let mut end = first;
    while let Some(((next, broken), left)) = attempt(&court, rest[end]).or_else(|| {
        end = end.peer();
        attempt(&court, rest[end])
    }) {
        let other = if broken == Broken::Nothing { None } else { attempt(&court, rest[end.peer()]) };
        match other.filter(|((_, others), _)| *others < broken) {
            Some(((next, _), left)) => {
                end = end.peer();
                (court, rest[end]) = (next, left);
            }
            None => (court, rest[end]) = (next, left),
        }
    }
    court
}

/// What an event breaks, in the order in which such events are let happen where one must.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Broken {
    Nothing,
    /// Rules that the event breaks wherever it stands.
    Anywhere,
    /// Rules that it may not break elsewhere.
    Here,
}

/// The court after the first of these events, and the events that are left.
fn attempt<'a>(court: &Court, rest: &'a [Line]) -> Option<((Court, Broken), &'a [Line])> {
    let ((line, event), left) = rest.split_first()?;
    let mut next = court.clone();
    next.observe(*line, event);
    let broken = match next.found(court.violations()) {
        [] => Broken::Nothing,
        found if found.iter().all(|violation| is_own_doing(violation.rule)) => Broken::Anywhere,
        _ => Broken::Here,
    };
    Some(((next, broken), left))
}

/// A recording that was cut may have lost all that the other end ever did: what that could excuse is not known.
fn keep_what_stands(verdict: &mut Verdict) {
    verdict.violations.retain(|violation| is_own_doing(violation.rule) || violation.rule == Rule::EofComplete);
    match verdict.violations.first() {
        Some(first) => verdict.why.clone_from(&first.message),
        None => {
            verdict.judgement = Judgement::Inconclusive;
            "the trace is cut: its last line ends early".clone_into(&mut verdict.why);
        }
    }
}

/// Is the rule broken by what this end did alone, whatever the other end may have done besides?
const fn is_own_doing(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::DataNonempty
            | Rule::EofIsFinal
            | Rule::EofAfterShutdownRead
            | Rule::ErrorAfterClose
            | Rule::ClosedAfterShutdown
            | Rule::WriteErrorIsFinal
            | Rule::CancelledClose
            | Rule::FreshBuffer
            | Rule::InputIsTotal
    )
}
