//! Follows segments on their way: which of them a row stands for, and how much of the way it shows.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::time::Instant;
use crate::trace::{Fate, Place, SegmentEvent, Trace, What};

use super::label::{Label, Labels};

/// One segment, or several that follow each other.
#[derive(Clone, Debug)]
pub(super) struct Flight {
    /// The sender.
    pub from: Place,
    pub leg: Leg,
    pub label: Label,
    /// What else became of them.
    pub note: &'static str,
    /// When the last of them left, or arrived where only that is shown.
    pub until: Instant,
    /// The shortest and the longest time on the way, where all of it is shown.
    pub took: Option<(Duration, Duration)>,
    names: Vec<FlightKey>,
}

/// Which part of the way is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leg {
    /// From end to end.
    Whole,
    /// It leaves.
    Leaves,
    /// It arrives.
    Arrives,
    /// It is lost on the way.
    Lost,
}

/// By what an arrival is known to be of what left, and when it was seen.
#[derive(Clone, Debug)]
struct FlightKey {
    id: Option<u64>,
    event: Option<Box<SegmentEvent>>,
    t: Instant,
}

impl FlightKey {
    fn of(event: &SegmentEvent, t: Instant) -> Self {
        // Without a name, only its contents tell which it is.
        let nameless = event.id.is_none().then(|| Box::new(SegmentEvent { fate: Fate::Sent, ..event.clone() }));
        FlightKey { id: event.id, event: nameless, t }
    }

    fn is(&self, other: &FlightKey) -> bool {
        (self.id, &self.event) == (other.id, &other.event)
    }
}

impl Flight {
    /// A segment at one moment.
    fn of(event: &SegmentEvent, t: Instant, label: Label, leg: Leg, note: &'static str) -> Self {
        Flight { from: event.sender(), leg, label, note, until: t, took: None, names: vec![FlightKey::of(event, t)] }
    }

    /// Nothing but its numbers has to be said of it.
    pub(super) fn is_plain(&self) -> bool {
        self.note.is_empty() && self.leg != Leg::Lost
    }

    /// Takes the segment that follows on the same part of the way, if together they say as much.
    pub(super) fn absorb(&mut self, next: &Flight) -> bool {
        let alike = self.from == next.from && self.leg == next.leg && self.is_plain() && next.is_plain();
        // Only what arrives may take its time: a link has a rate.
        let in_time = self.leg == Leg::Arrives || self.until == next.until;
        if !alike || !in_time || !self.label.absorb(&next.label) {
            return false;
        }
        self.until = next.until;
        self.took = self.took.zip(next.took).map(|((least, most), (also, too))| (least.min(also), most.max(too)));
        self.names.extend(next.names.iter().cloned());
        true
    }

    /// Is this the same segment once more, of which nothing else is to be said than of the one before?
    pub(super) fn goes_on(&self, before: &Flight) -> bool {
        let alike = self.from == before.from && self.leg == before.leg && self.note == before.note;
        alike && self.took == before.took && self.label.goes_on(&before.label)
    }

    /// Stands for these too, which are the same segment over and over.
    pub(super) fn repeat<'a>(&mut self, others: impl Iterator<Item = &'a Flight>) {
        for other in others {
            self.label.repeat(1);
            self.until = other.until;
            self.names.extend(other.names.iter().cloned());
        }
    }

    /// The whole way, if what leaves here arrives there, all of it and nothing else.
    pub(super) fn arrives(&self, there: &Flight) -> Option<Flight> {
        let legs = (self.leg, there.leg) == (Leg::Leaves, Leg::Arrives) && self.from == there.from;
        let same = || self.names.len() == there.names.len() && self.names.iter().zip(&there.names).all(|(one, other)| one.is(other));
        if !legs || !self.is_plain() || !there.is_plain() || !same() {
            return None;
        }
        let spans = || self.names.iter().zip(&there.names).map(|(left, came)| came.t - left.t);
        let took = spans().min().zip(spans().max());
        Some(Flight { leg: Leg::Whole, took, ..self.clone() })
    }
}

/// Makes the flights of a trace, event by event.
#[derive(Debug)]
pub(super) struct Flights {
    labels: Labels,
    /// The segments that arrive at some time.
    arriving: BTreeSet<(Place, u64)>,
    arrived: BTreeSet<(Place, u64)>,
    damaged: BTreeSet<(Place, u64)>,
}

impl Flights {
    pub(super) fn new(trace: &Trace, labels: Labels) -> Self {
        let arrival = |what: &What| match what {
            What::Segment(event) if event.fate == Fate::Delivered => named(event),
            _ => None,
        };
        let arriving = trace.events.iter().filter_map(|event| arrival(&event.what)).collect();
        Flights { labels, arriving, arrived: BTreeSet::new(), damaged: BTreeSet::new() }
    }

    /// The next segment of the trace; and whether `then`, the event behind it, is told with it: what became of it at once.
    pub(super) fn next(&mut self, t: Instant, event: &SegmentEvent, then: Option<&SegmentEvent>) -> (Flight, bool) {
        let label = self.labels.next(t, event);
        let then = then.filter(|then| event.fate == Fate::Sent && is_same(event, then));
        let told = then.and_then(|then| self.told(then));
        let (leg, note) = told.unwrap_or_else(|| self.alone(event));
        (Flight::of(event, t, label, leg, note), told.is_some())
    }

    /// What is drawn of a segment to which this happens as it is sent; nothing where it merely arrives.
    fn told(&mut self, event: &SegmentEvent) -> Option<(Leg, &'static str)> {
        match event.fate {
            Fate::Dropped => Some((Leg::Lost, "lost")),
            Fate::Duplicated => Some((Leg::Leaves, "twice")),
            Fate::Corrupted => Some((self.damaged(event), "damaged")),
            Fate::Sent | Fate::Delivered | Fate::Injected => None,
        }
    }

    /// What is drawn of a segment by itself.
    fn alone(&mut self, event: &SegmentEvent) -> (Leg, &'static str) {
        match event.fate {
            Fate::Sent => (Leg::Leaves, ""),
            Fate::Delivered if named(event).is_some_and(|name| self.damaged.contains(&name)) => (Leg::Arrives, "damaged"),
            Fate::Delivered if self.is_copy(event) => (Leg::Arrives, "copy"),
            Fate::Delivered => (Leg::Arrives, ""),
            Fate::Injected => (Leg::Arrives, "injected"),
            Fate::Dropped => (Leg::Lost, "lost"),
            Fate::Duplicated => (Leg::Leaves, "copy"),
            Fate::Corrupted => (self.damaged(event), "damaged"),
        }
    }

    /// Did the same segment arrive before?
    fn is_copy(&mut self, event: &SegmentEvent) -> bool {
        named(event).is_some_and(|name| !self.arrived.insert(name))
    }

    /// A damaged segment may arrive, to be thrown away there.
    fn damaged(&mut self, event: &SegmentEvent) -> Leg {
        self.damaged.extend(named(event));
        if named(event).is_some_and(|name| self.arriving.contains(&name)) { Leg::Leaves } else { Leg::Lost }
    }

    /// Takes what an event says of the numbers of its end.
    pub(super) fn observe(&mut self, what: &What) {
        self.labels.observe(what);
    }
}

fn named(event: &SegmentEvent) -> Option<(Place, u64)> {
    event.id.map(|id| (event.sender(), id))
}

/// Are both the same segment?
fn is_same(sent: &SegmentEvent, other: &SegmentEvent) -> bool {
    match (named(sent), named(other)) {
        (Some(one), Some(other)) => one == other,
        _ => SegmentEvent { fate: other.fate, ..sent.clone() } == *other,
    }
}
