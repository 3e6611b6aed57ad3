//! What goes between the ends: segments where the trace has them, else the bytes and the end of stream that reads gave.

use std::collections::BTreeMap;

use crate::contract::{Call, End, Outcome};
use crate::time;
use crate::trace::{Fate, Place, Wire};

use super::rows::Kind;

/// Columns of an arrow beside its label, at least.
const DASHES: usize = 8;

/// Follows both directions of every flow, so that each read can say which bytes it got.
#[derive(Debug, Default)]
pub(super) struct Across {
    /// Segments are drawn, so reads are not.
    wire: bool,
    /// By the reading end.
    read: BTreeMap<Place, Stream>,
    /// Sequence numbers are shown from the initial one, by sender.
    initial: BTreeMap<Place, u32>,
}

/// One direction, as its reader sees it.
#[derive(Debug, Default)]
struct Stream {
    offset: u64,
    /// The peer called what ends this direction.
    ending: bool,
    ended: bool,
}

/// What stands between the ends in one row.
pub(super) struct Arrow {
    pub from: End,
    pub label: String,
    pub tail: Tail,
}

/// Which parts of the way are drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tail {
    /// From end to end.
    Whole,
    /// It leaves.
    Leaves,
    /// It arrives.
    Arrives,
    /// It is lost on the way.
    Lost,
}

impl Across {
    /// So many bytes were read before, by their reader.
    pub(super) fn new(wire: bool, read: &BTreeMap<Place, u64>) -> Self {
        let read = read.iter().map(|(at, bytes)| (*at, Stream { offset: *bytes, ..Stream::default() })).collect();
        Across { wire, read, ..Across::default() }
    }

    /// What a row draws between the ends. Every row must pass through here, drawn or not.
    pub(super) fn arrow(&mut self, kind: &Kind) -> Option<Arrow> {
        match kind {
            Kind::Whole { at, ops, call: Call::Read { .. }, outcome, .. } => self.got(*at, outcome, ops.bytes),
            Kind::Finish { at, call: Call::Read { .. }, outcome, .. } => {
                let bytes = if let Outcome::Data(data) = outcome { data.len() as u64 } else { 0 };
                self.got(*at, outcome, bytes)
            }
            Kind::Whole { at, call, .. } | Kind::Begin { at, call, .. } => {
                self.called(*at, call);
                None
            }
            Kind::Segment { wire, took } => Some(self.segment(wire, took.map(time::span))),
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
        (!self.wire).then_some(Arrow { from: at.end.peer(), label, tail: Tail::Whole })
    }

    fn segment(&mut self, wire: &Wire, took: Option<String>) -> Arrow {
        let tail = match wire.fate {
            _ if took.is_some() => Tail::Whole,
            Fate::Sent => Tail::Leaves,
            Fate::Delivered | Fate::Injected => Tail::Arrives,
            Fate::Dropped => Tail::Lost,
            Fate::Duplicated | Fate::Corrupted => Tail::Leaves,
        };
        Arrow { from: wire.from, label: self.segment_label(wire, took), tail }
    }

    fn segment_label(&mut self, wire: &Wire, took: Option<String>) -> String {
        let sender = Place { flow: wire.flow, end: wire.from };
        if wire.flags.syn() && wire.fate == Fate::Sent {
            self.initial.insert(sender, wire.seq);
        }
        let relative = |number: u32, end| number.wrapping_sub(self.initial.get(&Place { end, ..sender }).copied().unwrap_or(0));
        let seq = relative(wire.seq, wire.from);
        let mut label = format!("{} {seq}", wire.flags);
        if wire.len > 0 {
            label.push_str(&format!("..{}", seq.wrapping_add(wire.len)));
        }
        if wire.flags.ack() {
            label.push_str(&format!(" ack {}", relative(wire.ack, wire.from.peer())));
        }
        let how = match wire.fate {
            Fate::Duplicated => " twice".to_owned(),
            Fate::Corrupted => " damaged".to_owned(),
            Fate::Injected => " injected".to_owned(),
            _ => took.map(|took| format!(" · {took}")).unwrap_or_default(),
        };
        label + &how
    }
}

impl Arrow {
    /// The columns that it needs: the label, and dashes that show whence it comes and whither it goes.
    pub(super) fn width(&self) -> usize {
        self.label.chars().count() + DASHES
    }

    /// The arrow in `width` columns.
    pub(super) fn draw(&self, width: usize) -> String {
        let label: String = self.label.chars().take(width.saturating_sub(DASHES)).collect();
        let dashes = width.saturating_sub(label.chars().count() + 3);
        let (near, far) = match self.tail {
            Tail::Whole => ("─".repeat(dashes / 2), "─".repeat(dashes - dashes / 2)),
            Tail::Leaves => ("──".to_owned(), "─ ".repeat(dashes / 2)),
            Tail::Arrives => (" ─".repeat(dashes / 2), "──".to_owned()),
            Tail::Lost => ("──".to_owned(), "─".repeat((dashes / 2).saturating_sub(2)) + "✗"),
        };
        let arrives = matches!(self.tail, Tail::Whole | Tail::Arrives);
        let head = if arrives { self.head() } else { "" };
        match self.from {
            End::Client => format!("{:<width$}", format!("{near} {label} {far}{head}")),
            End::Server => format!("{:>width$}", format!("{head}{} {label} {}", mirror(&far), mirror(&near))),
        }
    }

    const fn head(&self) -> &'static str {
        match self.from {
            End::Client => "▶",
            End::Server => "◀",
        }
    }
}

fn mirror(text: &str) -> String {
    text.chars().rev().collect()
}
