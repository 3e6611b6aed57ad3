//! Traces whose ends have clocks of their own: the order is known only within one end.
//!
//! A rule is broken only if every merge of the two orders breaks it. Merges are tried that take each event as early as it breaks
//! nothing, beginning with either end, and if those fail, all of one end before the other. If one of them is clean, nothing is
//! broken; else what breaks in both of the first kind is, under the name that it has there.

use smallvec::SmallVec;

use super::court::Court;
use super::verdict::{Verdict, Violation};
use crate::contract::{Both, End};
use crate::trace::{Call, Event, Header, Outcome, What};

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
        let needed = End::BOTH.map(|end| self.run(cut, |court, stretch| as_needed(court, stretch, end)));
        if needed[0].violations.is_empty() {
            return needed[0].clone();
        }
        let blocks = End::BOTH.map(|end| self.run(cut, |court, stretch| block_by_block(court, stretch, end)));
        if let Some(clean) = needed.iter().chain(&blocks).find(|verdict| verdict.violations.is_empty()) {
            return clean.clone();
        }
        let [mut verdict, other] = needed;
        let certain = |violation: &Violation| other.violations.iter().any(|theirs| is_same_event(violation, theirs));
        if verdict.violations.iter().any(certain) {
            verdict.violations.retain(certain);
        }
        if let Some(first) = verdict.violations.first() {
            verdict.why.clone_from(&first.message);
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

/// Takes the ends' events in turn, each as long as it breaks nothing; what ends a half waits until nothing else can go on, since it
/// excuses only what comes after it. When both ends are stuck, one must break.
fn as_needed(mut court: Court, stretch: &Stretch, first: End) -> Court {
    let mut next = Both { client: 0, server: 0 };
    let mut turn = first;
    loop {
        let ready = [turn, turn.peer()].map(|end| stretch.ends[end].get(next[end]).map(|line| (end, line)));
        let patient = ready.iter().flatten().filter(|(_, (_, event))| !ends_a_half(event));
        let hasty = ready.iter().flatten().filter(|(_, (_, event))| ends_a_half(event));
        let order: SmallVec<[_; 2]> = patient.chain(hasty).collect();
        let Some((stuck, (line, event))) = order.first() else { return court };
        let fits = order.iter().find(|(_, (line, event))| court.attempt(*line, event)).map(|(end, _)| *end);
        if fits.is_none() {
            court.observe(*line, event);
        }
        let taken = fits.unwrap_or(*stuck);
        next[taken] += 1;
        turn = taken.peer();
    }
}

/// A call that ends a half of the flow, or its return.
fn ends_a_half(event: &Event) -> bool {
    match &event.what {
        What::Call { call, .. } => matches!(call, Call::Shutdown(_) | Call::Close | Call::Disconnect),
        What::Return { outcome, .. } => *outcome == Outcome::Done,
        _ => false,
    }
}

/// Do both merges break the same event?
fn is_same_event(a: &Violation, b: &Violation) -> bool {
    (a.flow, a.end, a.op, a.line) == (b.flow, b.end, b.op, b.line)
}
