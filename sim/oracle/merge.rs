//! Traces whose ends have clocks of their own: the order is known only within one end.
//!
//! A rule is broken only if every merge of the two orders breaks it. Three merges are tried: all of the client first, all of
//! the server first, and one that holds an event back as long as the other end can still bring what it needs. What all of
//! them break is broken.

use std::collections::VecDeque;

use super::court::Court;
use super::verdict::{Judgement, Verdict, Violation};
use crate::contract::{Both, End};
use crate::trace::{Event, Header, What};

/// An event with its line.
type Line = (u64, Event);

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
        let first = |end| self.run(cut, |court, stretch| block_by_block(court, stretch, end));
        let mut verdict = self.run(cut, as_needed);
        for other in [first(End::Client), first(End::Server)] {
            verdict.violations.retain_mut(|violation| agree(violation, &other));
            if other.judgement == Judgement::Held {
                verdict.violations.clear();
                (verdict.judgement, verdict.why) = (Judgement::Held, String::new());
            }
        }
        match (verdict.violations.first(), verdict.judgement) {
            (Some(first), _) => verdict.why.clone_from(&first.message),
            (None, Judgement::Violated) => (verdict.judgement, verdict.why) = (Judgement::Held, String::new()),
            (None, _) => {}
        }
        if cut && verdict.judgement == Judgement::Held {
            verdict.judgement = Judgement::Inconclusive;
            verdict.why = "the trace is cut: its last line ends early".to_owned();
        }
        verdict
    }

    fn run(&self, cut: bool, order: impl Fn(Court, &Stretch) -> Court) -> Verdict {
        let mut court = Court::new(self.header.clone());
        for stretch in &self.stretches {
            court = order(court, stretch);
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

fn block_by_block(mut court: Court, stretch: &Stretch, first: End) -> Court {
    for (line, event) in stretch.ends[first].iter().chain(&stretch.ends[first.peer()]) {
        court.observe(*line, event);
    }
    court
}

/// Takes one end's events as long as they break nothing, then the other's; when both are stuck, the first must break.
fn as_needed(mut court: Court, stretch: &Stretch) -> Court {
    let mut queues =
        Both { client: stretch.ends.client.iter().collect::<VecDeque<_>>(), server: stretch.ends.server.iter().collect::<VecDeque<_>>() };
    let mut end = End::Client;
    let mut refused = false;
    while let Some((line, event)) = queues[end].front().or_else(|| {
        end = end.peer();
        refused = true;
        queues[end].front()
    }) {
        let alone = queues[end.peer()].is_empty();
        match attempt(&court, *line, event).filter(|_| !(refused && alone)) {
            Some(next) => {
                court = next;
                queues[end].pop_front();
                refused = false;
            }
            None if refused || alone => {
                court.observe(*line, event);
                queues[end].pop_front();
                refused = false;
            }
            None => {
                end = end.peer();
                refused = true;
            }
        }
    }
    court
}

/// The court after an event, unless the event breaks a rule.
fn attempt(court: &Court, line: u64, event: &Event) -> Option<Court> {
    let mut next = court.clone();
    next.observe(line, event);
    (next.violations() == court.violations()).then_some(next)
}

/// Is the same event broken there too? Then only the rules that both name remain.
fn agree(violation: &mut Violation, other: &Verdict) -> bool {
    let same = |theirs: &&Violation| {
        (theirs.flow, theirs.end, theirs.op, theirs.line) == (violation.flow, violation.end, violation.op, violation.line)
    };
    let theirs: Vec<_> = other.violations.iter().filter(same).flat_map(|found| [&found.rule].into_iter().chain(&found.also)).collect();
    let mine: Vec<_> = [violation.rule].into_iter().chain(violation.also.iter().copied()).filter(|rule| theirs.contains(&rule)).collect();
    let Some((&rule, also)) = mine.split_first() else { return false };
    violation.rule = rule;
    violation.also = also.to_vec();
    true
}
