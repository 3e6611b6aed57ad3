//! Traces whose ends have clocks of their own: the order is known only within one end.
//!
//! The run is broken only if every merge of the two orders is. Five merges are tried: from either end, one that holds an event
//! back as long as the other end can still bring what it needs; the order of the file; all of one end first, and all of the
//! other. If one of them breaks nothing, nothing is broken; otherwise the merge that breaks least is the likeliest, and what it
//! breaks is named.

use super::court::Court;
use super::fact::fact;
use super::frontier::Effort;
use super::verdict::{Judgement, Verdict};
use crate::contract::{Both, End};
use crate::rules::Rule;
use crate::trace::{Event, Header, What};

/// An event with its line.
type LinedEvent = (u64, Event);

/// A way to merge the events of a stretch, beginning with one of the ends.
type Order = fn(&mut Court, &Stretch, End);

/// What lies between two events that concern both ends.
#[derive(Clone, Debug, Default)]
struct Stretch {
    ends: Both<Vec<LinedEvent>>,
    /// The event that both ends come to together.
    then: Option<LinedEvent>,
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
        self.held += size_of::<LinedEvent>() + event.what.payload();
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
        let likely: [(Order, End); 2] = [(as_needed, End::Server), (in_file_order, End::Client)];
        let blocks: [(Order, End); 2] = [(block_by_block, End::Client), (block_by_block, End::Server)];
        for (index, (order, first)) in likely.into_iter().chain(blocks).enumerate() {
            if held(&best) {
                break;
            }
            let other = self.run(cut, order, first, &mut effort);
            if held(&other) || index < likely.len() && other.violations.len() < best.violations.len() {
                best = other;
            }
        }
        Verdict { searched: effort.spent(), ..best }
    }

    fn run(&self, cut: bool, order: Order, first: End, effort: &mut Effort) -> Verdict {
        let mut court = Court::new(self.header.clone());
        court.limit(*effort);
        for stretch in &self.stretches {
            order(&mut court, stretch, first);
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

/// All events as they stand in the file.
fn in_file_order(court: &mut Court, stretch: &Stretch, first: End) {
    let [mut mine, mut theirs] = [first, first.peer()].map(|end| stretch.ends[end].iter().peekable());
    let next = || {
        let is_mine = match (mine.peek(), theirs.peek()) {
            (Some((mine, _)), Some((theirs, _))) => mine < theirs,
            (mine, _) => mine.is_some(),
        };
        if is_mine { mine.next() } else { theirs.next() }
    };
    observe(court, std::iter::from_fn(next));
}

/// All events of one end, then all of the other.
fn block_by_block(court: &mut Court, stretch: &Stretch, first: End) {
    observe(court, stretch.ends[first].iter().chain(&stretch.ends[first.peer()]));
}

/// Takes one end's events as long as they break nothing, then the other's; where both are stuck, one of them must break.
fn as_needed(court: &mut Court, stretch: &Stretch, first: End) {
    let mut rest = Both { client: &stretch.ends.client[..], server: &stretch.ends.server[..] };
    let (mut end, mut stuck) = (first, 0);
    while End::BOTH.iter().any(|&end| !rest[end].is_empty()) {
        if court.violations() >= HOPELESS {
            return observe(court, rest[end].iter().chain(rest[end.peer()]));
        }
        let taken = run_ahead(court, rest[end]);
        rest[end] = &rest[end][taken..];
        stuck = if taken == 0 { stuck + 1 } else { 0 };
        end = end.peer();
        if stuck == 2 {
            end = force(court, &mut rest, end);
            stuck = 0;
        }
    }
}

fn observe<'a>(court: &mut Court, lines: impl IntoIterator<Item = &'a LinedEvent>) {
    lines.into_iter().for_each(|(line, event)| court.observe(*line, event));
}

/// Lets as many of these events happen as break nothing; their number.
fn run_ahead(court: &mut Court, rest: &[LinedEvent]) -> usize {
    let known = court.violations();
    let before = court.begin_trial();
    let breaks = |(line, event): &LinedEvent| {
        court.observe(*line, event);
        court.violations() > known
    };
    match rest.iter().position(breaks) {
        None => {
            court.keep();
            rest.len()
        }
        Some(fit) => {
            court.take_back(before);
            observe(court, &rest[..fit]);
            fit
        }
    }
}

/// Lets the event happen that breaks least, of the two that are next; the end whose event it was.
fn force(court: &mut Court, rest: &mut Both<&[LinedEvent]>, end: End) -> End {
    let next = [end, end.peer()].map(|end| attempt(court, rest[end]).map(|broken| (broken, end)));
    let Some((_, end)) = next.into_iter().flatten().min_by_key(|(broken, _)| *broken) else { return end };
    if let Some((happens, later)) = rest[end].split_first() {
        observe(court, [happens]);
        rest[end] = later;
    }
    end
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

/// What the first of these events would break.
fn attempt(court: &mut Court, rest: &[LinedEvent]) -> Option<Broken> {
    let (line, event) = rest.first()?;
    let (known, before) = (court.violations(), court.begin_trial());
    court.observe(*line, event);
    let broken = court.found(known).iter().map(|violation| Broken::by(violation.rule)).max();
    court.take_back(before);
    Some(broken.unwrap_or(Broken::Nothing))
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
