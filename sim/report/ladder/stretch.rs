//! Holds what a folded stretch of rows was: what crossed, and the reads and writes of each end.

use std::collections::BTreeSet;

use crate::contract::{Both, End};
use crate::report::{segment, words};
use crate::time::Instant;
use crate::trace::Place;

use super::flight::{Flight, Leg};

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

/// The operations that a row stands for.
#[derive(Clone, Copy, Debug)]
pub(super) struct OpNumbers {
    pub first: u64,
    pub last: u64,
    pub count: u64,
    /// Bytes read or written by all of them.
    pub bytes: u64,
}

impl Crossed {
    pub(super) fn add(&mut self, flight: &Flight) {
        self.flows.insert(flight.from.flow);
        if flight.leg != Leg::Arrives {
            self.left.add(flight);
        }
        if flight.leg != Leg::Leaves {
            self.came.add(flight);
        }
    }

    /// Nothing crossed.
    pub(super) fn is_empty(&self) -> bool {
        self.flows.is_empty()
    }

    /// How many bytes crossed.
    pub(super) const fn bytes(&self) -> u64 {
        self.most().bytes
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
