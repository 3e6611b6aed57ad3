//! Traces whose ends have clocks of their own: the order is known only within one end.
//!
//! The run is broken only if every merge of the two orders is. Four merges are tried: all of one end first, and, again from
//! either end, one that holds an event back as long as the other end can still bring what it needs. If one of them breaks
//! nothing, nothing is broken; otherwise the merge that breaks least is the likeliest, and what it breaks is named.

use super::court::Court;
use super::fact::fact;
use super::frontier::Effort;
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
    /// About how many bytes the lines take.
    held: usize,
    /// What may be spent where calls overlap, in all merges together.
    effort: Effort,
}

impl Merge {
    pub fn new(header: Header) -> Self {
        Merge { header, stretches: vec![Stretch::default()], held: 0, effort: Effort::default() }
    }

    pub fn limit(&mut self, effort: Effort) {
        self.effort = effort;
    }

    pub fn header(&self) -> &Header {
        &self.header
    }

    pub fn add(&mut self, line: u64, event: &Event) {
        self.held += size_of::<Line>() + event.what.payload();
        if self.held > BUDGET {
            self.stretches.clear();
            return;
        }
        let Some(last) = self.stretches.last_mut() else { return };
        let Some(end) = side(event) else {
            last.then = Some((line, event.clone()));
            return self.stretches.push(Stretch::default());
        };
        let lines = &mut last.ends[end];
        if lines.len() == lines.capacity() {
            lines.reserve_exact(lines.len().clamp(16, 1 << 16));
        }
        lines.push((line, event.clone()));
    }

    pub fn finish(&self, cut: bool) -> Verdict {
        let mut verdict = self.likeliest(cut);
        if self.held > BUDGET {
            verdict.judgement = Judgement::Inconclusive;
            verdict.why = Some(fact!(
                "ends with clocks of their own are merged in memory, and more than {most} MiB is too much",
                most = BUDGET >> 20
            ));
            return verdict;
        }
        if cut && verdict.judgement == Judgement::Violated {
            keep_what_stands(&mut verdict);
        }
        verdict
    }

    /// The verdict of a merge that holds, or else of the one that breaks least. The blocks only serve to find one that holds:
    /// what they break says more about them than about the run.
    fn likeliest(&self, cut: bool) -> Verdict {
        let held = |verdict: &Verdict| verdict.judgement == Judgement::Held;
        let mut effort = self.effort;
        let mut best = self.run(cut, as_needed, End::Client, &mut effort);
        let others: [(Order, End); 3] = [(as_needed, End::Server), (block_by_block, End::Client), (block_by_block, End::Server)];
        for (index, (order, first)) in others.into_iter().enumerate() {
            if held(&best) {
                break;
            }
            let other = self.run(cut, order, first, &mut effort);
            if held(&other) || index == 0 && other.violations.len() < best.violations.len() {
                best = other;
            }
        }
        Verdict { searched: effort.spent(), ..best }
    }

    fn run(&self, cut: bool, order: Order, first: End, effort: &mut Effort) -> Verdict {
        let mut court = Court::new(self.header.clone());
        court.limit(*effort);
        for stretch in &self.stretches {
            court = order(court, stretch, first);
            if let Some((line, event)) = &stretch.then {
                court.observe(*line, event);
            }
        }
        *effort = court.effort();
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

/// How much of a trace is kept to be merged.
const BUDGET: usize = 192 << 20;

/// A merge that breaks so much is not worth being followed with care.
const HOPELESS: usize = 32;

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
    let (mut end, mut stuck) = (first, 0);
    while End::BOTH.iter().any(|&end| !rest[end].is_empty()) {
        if court.violations() >= HOPELESS {
            rest[end].iter().chain(rest[end.peer()]).for_each(|(line, event)| court.observe(*line, event));
            return court;
        }
        let taken;
        (court, taken) = run_ahead(court, rest[end]);
        rest[end] = &rest[end][taken..];
        stuck = if taken == 0 { stuck + 1 } else { 0 };
        end = end.peer();
        if stuck == 2 {
            (court, end) = force(court, &mut rest, end);
            stuck = 0;
        }
    }
    court
}

/// The court after as many of these events as break nothing, and their number.
fn run_ahead(mut court: Court, rest: &[Line]) -> (Court, usize) {
    let known = court.violations();
    let mut trial = court.clone();
    let breaks = |(line, event): &Line| {
        trial.observe(*line, event);
        trial.violations() > known
    };
    match rest.iter().position(breaks) {
        None => (trial, rest.len()),
        Some(fit) => {
            court.limit(trial.effort());
            rest[..fit].iter().for_each(|(line, event)| court.observe(*line, event));
            (court, fit)
        }
    }
}

/// The court after the event that breaks least, of the two that are next, and the end whose event it was.
fn force(court: Court, rest: &mut Both<&[Line]>, end: End) -> (Court, End) {
    let mut effort = court.effort();
    let next = [end, end.peer()].map(|end| attempt(&court, rest[end], &mut effort).map(|(court, broken)| (broken, end, court)));
    match next.into_iter().flatten().min_by_key(|(broken, ..)| *broken) {
        Some((_, end, mut court)) => {
            court.limit(effort);
            rest[end] = &rest[end][1..];
            (court, end)
        }
        None => (court, end),
    }
}

/// What an event breaks, in the order in which such events are let happen where one must.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Broken {
    Nothing,
    /// Rules that the event breaks wherever it stands.
    Anywhere,
    /// Rules that nothing which the other end does later can mend.
    Beyond,
    /// Rules that hold if something that the other end does later came first.
    Before,
}

impl Broken {
    fn by(rule: Rule) -> Self {
        match rule {
            rule if is_own_doing(rule) => Broken::Anywhere,
            Rule::StreamCausal
            | Rule::StreamPrefix
            | Rule::EofHasCause
            | Rule::EofAfterReset
            | Rule::ClosedHasCause
            | Rule::ReadErrorHasCause
            | Rule::HalfCloseKeepsReading
            | Rule::EofKeepsWriting
            | Rule::ShutdownReadKeepsWriting
            | Rule::CloseKeepsReading
            | Rule::CloseWaits
            | Rule::ZeroLengthIsInvisible => Broken::Before,
            _ => Broken::Beyond,
        }
    }
}

/// The court after the first of these events, and what that breaks.
fn attempt(court: &Court, rest: &[Line], effort: &mut Effort) -> Option<(Court, Broken)> {
    let (line, event) = rest.first()?;
    let mut next = court.clone();
    next.limit(*effort);
    next.observe(*line, event);
    *effort = next.effort();
    let found = next.found(court.violations()).iter().map(|violation| Broken::by(violation.rule));
    let broken = found.max().unwrap_or(Broken::Nothing);
    Some((next, broken))
}

/// A recording that was cut may have lost all that the other end ever did: what that could excuse is not known.
fn keep_what_stands(verdict: &mut Verdict) {
    verdict.violations.retain(|violation| is_own_doing(violation.rule) || violation.rule == Rule::EofComplete);
    match verdict.violations.first() {
        Some(first) => verdict.why = Some(first.fact.clone()),
        None => {
            verdict.judgement = Judgement::Inconclusive;
            verdict.why = Some(fact!("the trace is cut: its last line ends early"));
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
