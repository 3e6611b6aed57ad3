//! Reports on a recording that is too long to be kept: shows the lines around what was broken, gathered while it is read a second
//! time. What was allowed and which smaller run shows the same are questions about a whole run: they are not asked here.

use std::collections::{BTreeMap, BTreeSet};

use crate::contract::Outcome;
use crate::oracle::{Verdict, Violation};
use crate::trace::{Event, Header, Place, Trace, What};

use super::because::because;
use super::history::Operations;
use super::ladder::{LadderView, Mark, ladder};
use super::segment::Numbers;
use super::{text, words};

/// Lines before and after a violation.
const BEFORE: u64 = 10;
const AFTER: u64 = 4;

/// The most calls drawn that were pending where the lines begin.
const PENDING_MAX: usize = 12;

/// What is kept of a long recording: feed it the events again, then ask for the report.
#[derive(Debug)]
pub struct Excerpts<'a> {
    header: &'a Header,
    verdict: &'a Verdict,
    windows: Vec<Window>,
    pending: BTreeMap<(Place, u64), Numbered>,
    read: BTreeMap<Place, u64>,
    numbers: Numbers,
}

/// An event and its line.
type Numbered = (u64, Event);

/// What is kept for one violation.
#[derive(Clone, Debug)]
struct Window {
    lines: std::ops::RangeInclusive<u64>,
    /// Bytes that were read before the first of these lines, by their reader; nothing until that line came.
    read: Option<BTreeMap<Place, u64>>,
    events: Vec<Numbered>,
    /// The lines that led to it, and the events there.
    because: BTreeSet<u64>,
    chain: BTreeMap<u64, Event>,
}

impl<'a> Excerpts<'a> {
    /// Nothing yet of the recording that this verdict is about.
    pub fn new(header: &'a Header, verdict: &'a Verdict) -> Self {
        let windows = verdict.violations.iter().take(text::IN_FULL).map(Window::of).collect();
        Excerpts { header, verdict, windows, pending: BTreeMap::new(), read: BTreeMap::new(), numbers: Numbers::default() }
    }

    /// Takes the event of a line; all have to be shown, in order.
    pub fn observe(&mut self, line: u64, event: &Event) {
        for window in &mut self.windows {
            if window.read.is_none() && line >= *window.lines.start() {
                window.begin(&self.pending, &self.read);
            }
            window.take(line, event, &self.pending);
        }
        self.follow(line, event);
    }

    /// Keeps what must be known where a window begins: the calls that are pending, the bytes that were read.
    fn follow(&mut self, line: u64, event: &Event) {
        self.numbers.observe(&event.what);
        match &event.what {
            What::Call { at, op, .. } => drop(self.pending.insert((*at, *op), (line, event.clone()))),
            What::Return { at, op, outcome, .. } => {
                self.pending.remove(&(*at, *op));
                if let Outcome::Data(data) = outcome {
                    *self.read.entry(*at).or_default() += data.len() as u64;
                }
            }
            What::Cancel { at, op } => drop(self.pending.remove(&(*at, *op))),
            What::Env(_) | What::Segment(_) | What::State { .. } => {}
        }
    }

    /// The report.
    pub fn text(&self, replay: &str) -> String {
        let found = &self.verdict.violations;
        let told = (1..).zip(found).zip(&self.windows);
        let told = told.map(|((number, violation), window)| {
            text::title(number, found.len(), violation) + &text::told(violation) + &self.shown(violation, window)
        });
        let replay = words::paragraph("  replay      ", replay, words::WIDTH);
        told.collect::<String>() + &text::others(found) + "\n" + &replay + &text::ending(self.verdict)
    }

    /// The chain, and the lines around the violation as a ladder.
    fn shown(&self, violation: &Violation, window: &Window) -> String {
        let (chain, inner) = self.trace(window.chain.iter().map(|(line, event)| (*line, event)), violation);
        let links = because(&chain, &Operations::of(&chain).without_bytes(), &self.numbers, &inner.because);
        let (near, inner) = self.trace(window.events.iter().map(|(line, event)| (*line, event)), violation);
        let (read, initial) = (window.read.clone().unwrap_or_default(), self.numbers.0.clone());
        let view = LadderView { marks: vec![Mark::from(&inner)], read, initial, ..LadderView::default() };
        let last = window.events.last().map_or(violation.line, |(line, _)| *line);
        let heading = format!("\n  lines {} to {last} of the recording, and what was pending there\n", window.lines.start());
        text::chain(&links) + &heading + &words::indented(&ladder(&near, &view), "  ")
    }

    /// Some of the events as a trace of their own, and the violation as its lines are there.
    fn trace<'e>(&self, events: impl Iterator<Item = (u64, &'e Event)>, violation: &Violation) -> (Trace, Violation) {
        let (lines, events): (Vec<u64>, Vec<Event>) = events.map(|(line, event)| (line, event.clone())).unzip();
        (Trace { header: self.header.clone(), events, cut: false }, text::renumbered(violation, &lines))
    }
}

impl Window {
    fn of(violation: &Violation) -> Self {
        let lines = violation.line.saturating_sub(BEFORE).max(2)..=violation.line.saturating_add(AFTER);
        let because = violation.because.iter().copied().collect();
        Window { lines, read: None, events: Vec::new(), because, chain: BTreeMap::new() }
    }

    /// The first of its lines is next.
    fn begin(&mut self, pending: &BTreeMap<(Place, u64), Numbered>, read: &BTreeMap<Place, u64>) {
        self.read = Some(read.clone());
        self.events = pending.values().cloned().collect();
        self.events.sort_by_key(|(line, _)| *line);
        self.events.drain(..self.events.len().saturating_sub(PENDING_MAX));
    }

    fn take(&mut self, line: u64, event: &Event, pending: &BTreeMap<(Place, u64), Numbered>) {
        if self.lines.contains(&line) {
            self.events.push((line, event.clone()));
        }
        if !self.because.contains(&line) {
            return;
        }
        if let What::Return { at, op, .. } | What::Cancel { at, op } = &event.what {
            self.chain.extend(pending.get(&(*at, *op)).cloned());
        }
        self.chain.insert(line, event.clone());
    }
}
