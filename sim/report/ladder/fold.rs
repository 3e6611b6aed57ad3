//! Folds long stretches of rows that hold no surprise (data that flows, acknowledgements, the reads and writes that go with them)
//! into a row for each direction, and one segment that is sent over and over into one row.

use std::collections::{BTreeMap, BTreeSet};

use crate::contract::{Both, Call, End};
use crate::report::{segment, words};
use crate::time::Instant;
use crate::trace::Place;

use super::flight::{Flight, Leg};
use super::rows::{OpNumbers, Row, RowKind, mergeable, moved, settle};

/// A stretch is folded from this many rows on, if this many of them are segments.
const ROWS_MIN: usize = 16;
const SEGMENTS_MIN: usize = 6;

/// How often one segment must be sent to be told in one row.
const REPEATS_MIN: usize = 8;

/// How many rows next to one that stands apart stay as they are.
const NEAR: usize = 4;

/// What a folded stretch held.
#[derive(Clone, Debug, Default)]
pub(super) struct Fold {
    /// What crossed, by its sender, and where to.
    pub crossed: Option<(End, Crossed)>,
    /// The reads and writes of each end.
    pub calls: Both<Vec<Work>>,
    /// Calls that were pending before it and ended in it.
    pub ended: Vec<(Place, u64)>,
    /// When the last of it happened, where that is to be said.
    pub until: Option<Instant>,
}

/// Reads or writes of one end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Work {
    pub at: Place,
    pub word: &'static str,
    pub ops: OpNumbers,
}

/// What went from one end to the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Crossed {
    left: Sum,
    came: Sum,
    flows: BTreeSet<u32>,
}

/// Segments that were seen at one place.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    data: u64,
    bytes: u64,
    start: Option<u32>,
    acks: u64,
    ack: u32,
}

/// Folds every stretch that is long enough; rows with a line that stands `apart`, and those around them, are left alone.
pub(super) fn fold(rows: Vec<Row>, apart: &BTreeSet<u64>) -> Vec<Row> {
    let rows = repeated(rows, apart);
    let routine = routine(&rows, apart);
    let (mut folded, mut stretch) = (Vec::with_capacity(rows.len()), Vec::new());
    for (row, routine) in rows.into_iter().zip(routine) {
        if routine {
            stretch.push(row);
            continue;
        }
        folded.extend(shortened(std::mem::take(&mut stretch)));
        folded.push(row);
    }
    folded.extend(shortened(stretch));
    settle(&mut folded);
    folded
}

/// What is sent again and again at the same distance, with nothing between, as one row.
fn repeated(rows: Vec<Row>, apart: &BTreeSet<u64>) -> Vec<Row> {
    let free = away(&rows, apart);
    let is_more = |at: usize| free[at - 1] && free[at] && goes_on(&rows[at - 1], &rows[at]);
    let (mut told, mut start) = (Vec::with_capacity(rows.len()), 0);
    for end in 1..=rows.len() {
        if end == rows.len() || !is_more(end) {
            told.extend(once(&rows[start..end]));
            start = end;
        }
    }
    told
}

fn goes_on(before: &Row, row: &Row) -> bool {
    match (&before.kind, &row.kind) {
        (RowKind::Segment(before), RowKind::Segment(flight)) => flight.goes_on(before),
        _ => false,
    }
}

/// Rows of one segment over and over as one row, if they are many.
fn once(rows: &[Row]) -> Vec<Row> {
    let [first, others @ ..] = rows else { return Vec::new() };
    let RowKind::Segment(flight) = &first.kind else { return rows.to_vec() };
    if rows.len() < REPEATS_MIN {
        return rows.to_vec();
    }
    let flights = others.iter().filter_map(|row| if let RowKind::Segment(flight) = &row.kind { Some(&**flight) } else { None });
    let mut flight = flight.clone();
    flight.repeat(flights);
    let last = others.last().map_or(first.last, |row| row.last);
    vec![Row { last, kind: RowKind::Segment(flight), ..first.clone() }]
}

/// Which rows may be folded.
fn routine(rows: &[Row], apart: &BTreeSet<u64>) -> Vec<bool> {
    rows.iter().zip(away(rows, apart)).map(|(row, away)| away && is_routine(&row.kind)).collect()
}

/// Which rows are neither of a line that stands `apart` nor near one.
fn away(rows: &[Row], apart: &BTreeSet<u64>) -> Vec<bool> {
    let mut away = vec![true; rows.len()];
    for at in (0..rows.len()).filter(|&at| apart.range(rows[at].first..=rows[at].last).next().is_some()) {
        away[at.saturating_sub(NEAR)..(at + NEAR + 1).min(rows.len())].fill(false);
    }
    away
}

/// Does a row hold no surprise?
fn is_routine(kind: &RowKind) -> bool {
    match kind {
        RowKind::Segment(flight) => flight.is_plain() && (flight.label.is_data() || flight.label.is_ack()) && flight.label.win.is_none(),
        RowKind::Whole { call, outcome, .. } | RowKind::Finish { call, outcome, .. } => mergeable(call, outcome),
        RowKind::Begin { call, .. } => matches!(call, Call::Read { .. } | Call::Write(_)),
        _ => false,
    }
}

/// The stretch as few rows, if it is long.
fn shortened(rows: Vec<Row>) -> Vec<Row> {
    let segments = rows.iter().filter(|row| matches!(row.kind, RowKind::Segment(_))).count();
    if rows.len() < ROWS_MIN || segments < SEGMENTS_MIN {
        return rows;
    }
    let pending = pending(&rows);
    let is_pending = |row: &Row| matches!(&row.kind, RowKind::Begin { at, op, .. } if pending.contains(&(*at, *op)));
    // Calls that begin before anything else happens stay where they are; later ones come after the stretch.
    let start = rows.iter().take_while(|row| is_pending(row)).count();
    let (before, stretch) = rows.split_at(start);
    let after = stretch.iter().filter(|row| is_pending(row)).cloned();
    let inside: Vec<&Row> = stretch.iter().filter(|row| !is_pending(row)).collect();
    before.iter().cloned().chain(summary(&inside)).chain(after).collect()
}

/// The calls that begin in these rows and don't end in them.
fn pending(rows: &[Row]) -> BTreeSet<(Place, u64)> {
    let mut pending = BTreeSet::new();
    for row in rows {
        match &row.kind {
            RowKind::Begin { at, op, .. } => drop(pending.insert((*at, *op))),
            RowKind::Finish { at, op, .. } => drop(pending.remove(&(*at, *op))),
            _ => {}
        }
    }
    pending
}

/// A row for each direction, the one with more bytes first.
fn summary(rows: &[&Row]) -> Vec<Row> {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Vec::new() };
    let mut crossed = Both::<Crossed>::default();
    for row in rows {
        if let RowKind::Segment(flight) = &row.kind {
            crossed[flight.from.end].add(flight);
        }
    }
    let until = rows.iter().map(|row| row.until()).max().filter(|until| *until > first.t);
    let Both { client, server } = crossed;
    let mut ways = vec![(End::Client, client), (End::Server, server)];
    ways.retain(|(_, crossed)| !crossed.flows.is_empty());
    ways.sort_by_key(|(_, crossed)| std::cmp::Reverse(crossed.most().bytes));
    let mut folds: Vec<Fold> = ways.into_iter().map(|way| Fold { crossed: Some(way), ..Fold::default() }).collect();
    if let Some(first) = folds.first_mut() {
        (first.calls, first.ended) = (calls(rows), ended(rows));
    }
    if let Some(last) = folds.last_mut() {
        last.until = until;
    }
    let row = |fold| Row { first: first.first, last: last.last, t: first.t, kind: RowKind::Fold(Box::new(fold)), beside: None };
    folds.into_iter().map(row).collect()
}

/// The reads and writes in these rows, of each end and flow together.
fn calls(rows: &[&Row]) -> Both<Vec<Work>> {
    let mut works = BTreeMap::<(Place, &'static str), OpNumbers>::new();
    for row in rows {
        let Some((at, word, ops)) = work(&row.kind) else { continue };
        let all = works.entry((at, word)).or_insert(OpNumbers { count: 0, bytes: 0, ..ops });
        *all = OpNumbers { first: all.first, last: ops.last, count: all.count + ops.count, bytes: all.bytes + ops.bytes };
    }
    let mut calls = Both::<Vec<Work>>::default();
    works.into_iter().for_each(|((at, word), ops)| calls[at.end].push(Work { at, word, ops }));
    calls
}

/// The reads or writes that a row tells of.
fn work(kind: &RowKind) -> Option<(Place, &'static str, OpNumbers)> {
    match kind {
        RowKind::Whole { at, ops, call, .. } => Some((*at, call.word(), *ops)),
        RowKind::Finish { at, op, call, outcome } => {
            let ops = OpNumbers { first: *op, last: *op, count: 1, bytes: moved(call, outcome) };
            Some((*at, call.word(), ops))
        }
        _ => None,
    }
}

/// The calls that were pending before these rows and end in them.
fn ended(rows: &[&Row]) -> Vec<(Place, u64)> {
    let mut begun = BTreeSet::new();
    let mut ended = Vec::new();
    for row in rows {
        match &row.kind {
            RowKind::Begin { at, op, .. } => drop(begun.insert((*at, *op))),
            RowKind::Finish { at, op, .. } if !begun.remove(&(*at, *op)) => ended.push((*at, *op)),
            _ => {}
        }
    }
    ended
}

impl Crossed {
    fn add(&mut self, flight: &Flight) {
        self.flows.insert(flight.from.flow);
        if flight.leg != Leg::Arrives {
            self.left.add(flight);
        }
        if flight.leg != Leg::Leaves {
            self.came.add(flight);
        }
    }

    /// What left; where nothing did, what came.
    const fn most(&self) -> &Sum {
        if self.left.is_empty() { &self.came } else { &self.left }
    }

    /// The flow, if it is one.
    pub(super) fn flow(&self) -> Option<u32> {
        self.flows.first().copied().filter(|_| self.flows.len() == 1)
    }

    /// Which part of the way is seen.
    pub(super) const fn leg(&self) -> Leg {
        match (self.left.is_empty(), self.came.is_empty()) {
            (false, false) => Leg::Whole,
            (true, _) => Leg::Arrives,
            (_, true) => Leg::Leaves,
        }
    }

    /// The parts of the text: `46 segments 1:65537 (65536)`, `23 acks to 65537`, `40 arrive`.
    pub(super) fn parts(&self) -> Vec<String> {
        let most = self.most();
        let range = segment::range(most.start.unwrap_or(0), most.bytes);
        let counted = words::count(most.data, "segment");
        let data = match self.flows.len() {
            1 => format!("{counted} {range}"),
            flows => format!("{counted} ({} bytes) in {flows} flows", most.bytes),
        };
        let to = if self.flows.len() == 1 { format!(" to {}", most.ack) } else { String::new() };
        let acks = format!("{}{to}", words::count(most.acks, "ack"));
        let came = self.came.data + self.came.acks;
        let differs = self.leg() == Leg::Whole && came != most.data + most.acks;
        let parts = [(most.data > 0, data), (most.acks > 0, acks), (differs, format!("{came} arrive"))];
        parts.into_iter().filter(|(said, _)| *said).map(|(_, part)| part).collect()
    }
}

impl Sum {
    fn add(&mut self, flight: &Flight) {
        let label = &flight.label;
        if label.bytes > 0 {
            self.start.get_or_insert(label.start);
            (self.data, self.bytes) = (self.data + label.count, self.bytes + label.bytes);
        } else {
            (self.acks, self.ack) = (self.acks + label.count, label.ack.unwrap_or(self.ack));
        }
    }

    const fn is_empty(&self) -> bool {
        self.data + self.acks == 0
    }
}

impl Fold {
    /// The highest flow that it holds something of.
    pub(super) fn flow(&self) -> Option<u32> {
        let calls = End::BOTH.into_iter().flat_map(|end| &self.calls[end]).map(|work| work.at.flow);
        calls.chain(self.crossed.iter().flat_map(|(_, crossed)| crossed.flows.iter().copied())).max()
    }

    /// How long the stretch is, where that is to be said.
    pub(super) fn span(&self, t: Instant) -> Option<String> {
        self.until.map(|until| format!("over {}", words::about(until - t)))
    }
}
