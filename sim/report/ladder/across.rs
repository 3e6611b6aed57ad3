//! Decides what a row draws between the ends: segments where the trace has them, else the bytes and the end of stream that reads gave.

use std::collections::BTreeMap;

use crate::contract::{Call, Outcome};
use crate::report::words;
use crate::trace::Place;

use super::arrow::Arrow;
use super::flight::{Flight, Leg};
use super::rows::{Row, RowKind};
use super::stretch::Fold;

/// Follows both directions of every flow, so that each read can say which bytes it got.
#[derive(Debug, Default)]
pub(super) struct Across {
    /// Segments are drawn, so reads are not.
    wire: bool,
    /// There are several flows: segments say of which they are.
    flows: bool,
    /// By the reading end.
    read: BTreeMap<Place, ReadPosition>,
}

/// One direction, as its reader sees it.
#[derive(Debug, Default)]
struct ReadPosition {
    offset: u64,
    /// The peer called what ends this direction.
    ending: bool,
    ended: bool,
}

impl Across {
    /// From a number of bytes that were read before, by their reader.
    pub(super) fn new(wire: bool, flows: bool, read: &BTreeMap<Place, u64>) -> Self {
        let read = read.iter().map(|(at, bytes)| (*at, ReadPosition { offset: *bytes, ..ReadPosition::default() })).collect();
        Across { wire, flows, read }
    }

    /// What a row draws between the ends. Every row must pass through here, drawn or not.
    pub(super) fn arrow(&mut self, row: &Row) -> Option<Arrow> {
        let read = self.told(&row.kind);
        match (&row.kind, &row.beside) {
            (RowKind::Segment(flight), _) | (_, Some(flight)) => Some(self.segment(row, flight)),
            (RowKind::Fold(fold), _) => self.folded(row, fold),
            _ => read,
        }
    }

    fn told(&mut self, kind: &RowKind) -> Option<Arrow> {
        match kind {
            RowKind::Whole { at, ops, call: Call::Read { .. }, outcome, .. } => self.got(*at, outcome, ops.bytes),
            RowKind::Finish { at, call: Call::Read { .. }, outcome, .. } => {
                let bytes = if let Outcome::Data(data) = outcome { data.len() as u64 } else { 0 };
                self.got(*at, outcome, bytes)
            }
            RowKind::Whole { at, call, .. } | RowKind::Begin { at, call, .. } => {
                self.called(*at, call);
                None
            }
            _ => None,
        }
    }

    /// A call of this place may end the direction to its peer.
    fn called(&mut self, at: Place, call: &Call) {
        let ends = match call {
            Call::Shutdown(mode) => mode.writes(),
            Call::Close | Call::Disconnect => true,
            _ => false,
        };
        self.read.entry(Place { end: at.end.peer(), ..at }).or_default().ending |= ends;
    }

    /// A read at this place ended.
    fn got(&mut self, at: Place, outcome: &Outcome, bytes: u64) -> Option<Arrow> {
        let stream = self.read.entry(at).or_default();
        let label = match outcome {
            Outcome::Data(_) => {
                let first = stream.offset;
                stream.offset += bytes;
                format!("{first}..{}", stream.offset)
            }
            Outcome::Eof if stream.ending && !std::mem::replace(&mut stream.ended, true) => "EOF".to_owned(),
            _ => return None,
        };
        (!self.wire).then(|| Arrow { from: at.end.peer(), words: vec![label], leg: Leg::Whole, note: "", way: String::new() })
    }

    fn segment(&self, row: &Row, flight: &Flight) -> Arrow {
        let flow = self.flows.then(|| format!("[{}]", flight.from.flow));
        let copied = (flight.leg != Leg::Lost && !flight.note.is_empty()).then(|| flight.note.to_owned());
        let words = flow.into_iter().chain(flight.label.parts()).chain(copied).collect();
        Arrow { from: flight.from.end, words, leg: flight.leg, note: flight.note, way: way(row, flight) }
    }

    /// What a folded stretch has in one direction.
    fn folded(&self, row: &Row, fold: &Fold) -> Option<Arrow> {
        let (from, crossed) = fold.crossed.as_ref()?;
        let flow = crossed.flow().filter(|_| self.flows).map(|flow| format!("[{flow}]"));
        let way = fold.span(row.t).map(|span| format!(" · {span}")).unwrap_or_default();
        let words = flow.into_iter().chain([crossed.parts().join(", ")]).collect();
        Some(Arrow { from: *from, words, leg: crossed.leg(), note: "", way })
    }
}

/// How long it was on the way, or how long all of it took to arrive.
fn way(row: &Row, flight: &Flight) -> String {
    match flight.took {
        Some((least, most)) if words::about(least) == words::about(most) => format!(" · {}", words::about(least)),
        Some((least, most)) => format!(" · {} to {}", words::about(least), words::about(most)),
        None if flight.until > row.t => format!(" · over {}", words::about(flight.until - row.t)),
        None => String::new(),
    }
}
