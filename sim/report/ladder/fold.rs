//! Folds long stretches of rows that hold no surprise (data that flows, acknowledgements, the reads and writes that go with them)
//! into a row for each direction, and one segment that is sent over and over into one row.

use std::collections::{BTreeMap, BTreeSet};

use crate::contract::{Both, Call, End};
use crate::trace::Place;

use super::rows::{Row, RowKind, mergeable, moved, settle};
use super::stretch::{Crossed, Fold, OpNumbers, Work};

/// A stretch is folded from this many rows on, if this many of them are segments.
const ROWS_MIN: usize = 16;
const SEGMENTS_MIN: usize = 6;

/// How often one segment must be sent to be told in one row.
const REPEATS_MIN: usize = 8;

/// How many rows next to one that stands apart stay as they are.
const NEAR: usize = 4;

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
    ways.retain(|(_, crossed)| !crossed.is_empty());
    ways.sort_by_key(|(_, crossed)| std::cmp::Reverse(crossed.bytes()));
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
