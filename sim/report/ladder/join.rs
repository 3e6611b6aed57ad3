//! Joins what happens at one end with the segment that leaves or reaches it at the same instant; and tells long silences.

use std::time::Duration;

use crate::contract::Call;
use crate::time::Instant;
use crate::trace::EnvWhat;

use super::flight::{Flight, Leg};
use super::rows::{Row, RowKind};
use super::say::side;

/// Time in which nothing happens is told from here on.
const SILENCE: Duration = Duration::from_secs(10);

/// Puts segments beside what they belong to.
pub(super) fn join(rows: Vec<Row>) -> Vec<Row> {
    let mut joined: Vec<Row> = Vec::with_capacity(rows.len());
    for row in rows {
        match joined.last_mut().and_then(|before| together(before, &row)) {
            Some(both) => {
                joined.pop();
                joined.push(both);
            }
            None => joined.push(row),
        }
    }
    joined
}

/// One row of two that follow each other, if these are a segment and what happens at its end of the arrow, at one instant.
fn together(before: &Row, after: &Row) -> Option<Row> {
    if before.beside.is_some() || after.beside.is_some() || before.t != after.t {
        return None;
    }
    let (text, flight) = match (&before.kind, &after.kind) {
        (RowKind::Segment(flight), _) if arrives_at(before, flight, after) => (after, flight),
        (_, RowKind::Segment(flight)) if leaves_from(before, flight) => (before, flight),
        _ => return None,
    };
    let (first, last) = (before.first.min(after.first), before.last.max(after.last));
    Some(Row { first, last, beside: Some(flight.clone()), ..text.clone() })
}

/// Is the row what happens as the segment arrives?
fn arrives_at(arrival: &Row, flight: &Flight, row: &Row) -> bool {
    // What a caller begins goes with what it sends.
    let begins = match &row.kind {
        RowKind::Begin { .. } => true,
        RowKind::Whole { call, .. } => !matches!(call, Call::Read { .. }),
        _ => false,
    };
    let at = side(&row.kind) == Some(flight.from.end.peer());
    at && !begins && flight.leg == Leg::Arrives && flight.until == arrival.t && row.until() == row.t
}

/// Is the row what happens as the segment leaves?
fn leaves_from(row: &Row, flight: &Flight) -> bool {
    let is_told = !matches!(row.kind, RowKind::Pending { .. } | RowKind::Segment(_));
    is_told && side(&row.kind) == Some(flight.from.end) && flight.leg != Leg::Arrives && row.until() == row.t
}

/// Says where nothing happens for long. What is sent again says itself how long that took.
pub(super) fn with_silences(rows: Vec<Row>) -> Vec<Row> {
    let mut told = Vec::with_capacity(rows.len());
    let (mut until, mut last) = (rows.first().map_or(Instant::ZERO, |row| row.t), 0);
    for row in rows {
        if row.t - until >= SILENCE && !says_so(&row) {
            let kind = RowKind::Silence(row.t - until);
            told.push(Row { first: last, last, t: until, kind, beside: None });
        }
        (until, last) = (until.max(row.until()), row.last);
        told.push(row);
    }
    told
}

fn says_so(row: &Row) -> bool {
    let is_again = |flight: &Flight| flight.label.again.is_some();
    match &row.kind {
        RowKind::Segment(flight) => is_again(flight),
        RowKind::Env { what: EnvWhat::End, .. } => true,
        _ => row.beside.as_ref().is_some_and(|flight| is_again(flight)),
    }
}

impl Row {
    /// When the last of it happened.
    pub(super) fn until(&self) -> Instant {
        match &self.kind {
            RowKind::Whole { until, .. } => *until,
            RowKind::Segment(flight) => flight.took.map_or(flight.until, |(_, most)| flight.until + most),
            RowKind::Fold(fold) => fold.until.unwrap_or(self.t),
            _ => self.t,
        }
    }
}
