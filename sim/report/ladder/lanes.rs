//! Draws the lines of pending calls beside the text of their end: one lane each, the nearest free one.

use crate::contract::{Both, End};
use crate::trace::Place;

use super::rows::{Row, RowKind};

/// How many calls at one end get a line of their own.
const LANES_MAX: usize = 6;

/// What the lanes of one end show in one row, from left to right.
#[derive(Clone, Debug, Default)]
pub(super) struct Lanes {
    held: Vec<Option<(Place, u64)>>,
}

impl Lanes {
    fn take(&mut self, key: (Place, u64)) -> Option<usize> {
        let free = self.held.iter().position(Option::is_none).unwrap_or(self.held.len());
        if free == LANES_MAX {
            return None;
        }
        self.held.resize(self.held.len().max(free + 1), None);
        self.held[free] = Some(key);
        Some(free)
    }

    fn leave(&mut self, key: (Place, u64)) -> Option<usize> {
        let lane = self.held.iter().position(|held| *held == Some(key))?;
        self.held[lane] = None;
        Some(lane)
    }

    /// One character a lane; `corners` stand in the lanes that begin or end here.
    fn picture(&self, corners: &[(usize, char)]) -> String {
        let glyph = |(lane, held): (usize, &Option<(Place, u64)>)| match corners.iter().find(|(at, _)| *at == lane) {
            Some((_, corner)) => *corner,
            None if held.is_some() => '│',
            None => ' ',
        };
        self.held.iter().enumerate().map(glyph).collect()
    }
}

/// The lanes of both ends, row by row.
pub(super) fn pictures(rows: &[Row]) -> Vec<Both<String>> {
    let mut lanes = Both::<Lanes>::default();
    rows.iter().map(|row| picture(&mut lanes, row)).collect()
}

fn picture(lanes: &mut Both<Lanes>, row: &Row) -> Both<String> {
    let mut corners = Both::<Vec<(usize, char)>>::default();
    for (at, op, turn) in turns(&row.kind) {
        let lanes = &mut lanes[at.end];
        let corner = match turn {
            LaneChange::Begins => lanes.take((at, op)).map(|lane| (lane, '╭')),
            LaneChange::Ends => lanes.leave((at, op)).map(|lane| (lane, '╰')),
            LaneChange::Breaks => lanes.leave((at, op)).map(|lane| (lane, '╳')),
            LaneChange::GoesOn => lanes.leave((at, op)).map(|lane| (lane, '┊')),
        };
        corners[at.end].extend(corner);
    }
    let side = |end: End| lanes[end].picture(&corners[end]);
    Both { client: side(End::Client), server: side(End::Server) }
}

enum LaneChange {
    Begins,
    Ends,
    Breaks,
    GoesOn,
}

fn turns(kind: &RowKind) -> Vec<(Place, u64, LaneChange)> {
    let turn = match kind {
        RowKind::Begin { at, op, .. } => (*at, *op, LaneChange::Begins),
        RowKind::Finish { at, op, .. } => (*at, *op, LaneChange::Ends),
        RowKind::Pending { at, op, stuck: false, .. } => (*at, *op, LaneChange::GoesOn),
        RowKind::Cancel { at, op, .. } | RowKind::Pending { at, op, .. } => (*at, *op, LaneChange::Breaks),
        RowKind::Fold(fold) => return fold.ended.iter().map(|(at, op)| (*at, *op, LaneChange::Ends)).collect(),
        _ => return Vec::new(),
    };
    vec![turn]
}
