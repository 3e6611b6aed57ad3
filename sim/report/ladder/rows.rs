//! From events to rows: a call that nothing interrupts is one row with its return; whole reads (or writes) that follow each other at
//! one end are merged; what is still pending at quiet gets a row that says so.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::contract::{Call, End, Outcome};
use crate::time::Instant;
use crate::trace::{EnvWhat, Event, Fate, Place, Trace, What, Wire};

/// One row of a ladder, not yet drawn.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// The lines of the trace that it stands for.
    pub first: u64,
    pub last: u64,
    pub t: Instant,
    pub kind: Kind,
}

/// What a row says.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// A call and its return with nothing between; perhaps several of a kind.
    Whole { at: Place, ops: Ops, call: Call, outcome: Outcome, until: Instant },
    /// A call that something else overlaps.
    Begin { at: Place, op: u64, call: Call },
    /// Its return.
    Finish { at: Place, op: u64, call: Call, outcome: Outcome },
    /// It was given up.
    Cancel { at: Place, op: u64, call: Call },
    /// It is pending where nothing more can happen, or where the recording ends.
    Pending { at: Place, op: u64, call: Call, stuck: bool },
    /// The environment.
    Env { at: (Option<u32>, Option<End>), what: EnvWhat },
    /// A segment; where nothing lies between its leaving and its arrival, how long it took.
    Segment { wire: Box<Wire>, took: Option<Duration> },
    /// A change of state.
    State { at: Place, from: Cow<'static, str>, to: Cow<'static, str> },
}

/// The operations that a row stands for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ops {
    pub first: u64,
    pub last: u64,
    pub count: u64,
    /// Bytes read or written by all of them.
    pub bytes: u64,
}

/// A pending operation.
type Key = (Place, u64);

/// All rows of a trace; the lines that stand `apart` are merged with no other operation's.
pub(super) fn rows(trace: &Trace, apart: &BTreeSet<u64>) -> Vec<Row> {
    let mut rows = Rows { list: Vec::new(), pending: BTreeMap::new(), apart };
    let mut events = (2_u64..).zip(&trace.events).peekable();
    while let Some((line, event)) = events.next() {
        match events.peek() {
            Some((_, next)) if rows.pair(line, event, next) => drop(events.next()),
            _ => rows.single(line, event),
        }
    }
    rows.leave_off(trace);
    rows.list
}

struct Rows<'a> {
    list: Vec<Row>,
    pending: BTreeMap<Key, Call>,
    apart: &'a BTreeSet<u64>,
}

impl Rows<'_> {
    /// Two events that make one row.
    fn pair(&mut self, line: u64, event: &Event, next: &Event) -> bool {
        match (&event.what, &next.what) {
            (What::Call { at, op, call }, What::Return { at: back, op: ended, outcome, .. }) if (at, op) == (back, ended) => {
                self.whole(line, event.t, next.t, Kind::whole(*at, *op, call, outcome, next.t));
                true
            }
            (What::Segment(sent), What::Segment(got)) if arrives(sent, got) => {
                self.push(line, line + 1, event.t, Kind::Segment { wire: sent.clone(), took: Some(next.t - event.t) });
                true
            }
            _ => false,
        }
    }

    /// One event by itself.
    fn single(&mut self, line: u64, event: &Event) {
        let kind = match &event.what {
            What::Call { at, op, call } => {
                self.pending.insert((*at, *op), call.clone());
                Kind::Begin { at: *at, op: *op, call: call.clone() }
            }
            What::Return { at, op, outcome, .. } => Kind::Finish { at: *at, op: *op, call: self.ended(*at, *op), outcome: outcome.clone() },
            What::Cancel { at, op } => Kind::Cancel { at: *at, op: *op, call: self.ended(*at, *op) },
            What::Env(env) => {
                if env.what == EnvWhat::Quiet {
                    self.stuck(line, event.t, env.flow, env.end);
                }
                Kind::Env { at: (env.flow, env.end), what: env.what.clone() }
            }
            What::Segment(wire) => Kind::Segment { wire: wire.clone(), took: None },
            What::State { at, from, to } => Kind::State { at: *at, from: from.clone(), to: to.clone() },
        };
        self.push(line, line, event.t, kind);
    }

    fn push(&mut self, first: u64, last: u64, t: Instant, kind: Kind) {
        self.list.push(Row { first, last, t, kind });
    }

    /// The call that ended. A trace that was read always has one; a made-up one may not.
    fn ended(&mut self, at: Place, op: u64) -> Call {
        self.pending.remove(&(at, op)).unwrap_or(Call::Destination)
    }

    /// Adds a whole operation, to the row before it where both are of a kind.
    fn whole(&mut self, line: u64, t: Instant, until: Instant, kind: Kind) {
        let apart = self.apart;
        let free = |first| apart.range(first..=line + 1).next().is_none();
        let absorbed = self.list.last_mut().filter(|row| free(row.first)).is_some_and(|row| row.absorb(line + 1, &kind, until));
        if !absorbed {
            self.push(line, line + 1, t, kind);
        }
    }

    /// What is pending here never returns.
    fn stuck(&mut self, line: u64, t: Instant, flow: Option<u32>, end: Option<End>) {
        let concerned = |at: Place| flow.is_none_or(|flow| flow == at.flow) && end.is_none_or(|end| end == at.end);
        let pending = std::mem::take(&mut self.pending);
        for ((at, op), call) in pending {
            if concerned(at) {
                self.push(line, line, t, Kind::Pending { at, op, call, stuck: true });
            } else {
                self.pending.insert((at, op), call);
            }
        }
    }

    /// The recording is over: say what is still pending.
    fn leave_off(&mut self, trace: &Trace) {
        let last = trace.events.len() as u64 + 1;
        let t = trace.events.last().map_or(Instant::ZERO, |event| event.t);
        for ((at, op), call) in std::mem::take(&mut self.pending) {
            self.push(last, last, t, Kind::Pending { at, op, call, stuck: false });
        }
    }
}

impl Row {
    /// Takes a further operation, that ends at line `last`, into this row if it is of the same kind.
    fn absorb(&mut self, last: u64, other: &Kind, end: Instant) -> bool {
        let absorbed = self.kind.absorb(other, end);
        if absorbed {
            self.last = last;
        }
        absorbed
    }
}

impl Kind {
    fn whole(at: Place, op: u64, call: &Call, outcome: &Outcome, until: Instant) -> Kind {
        let ops = Ops { first: op, last: op, count: 1, bytes: moved(call, outcome) };
        Kind::Whole { at, ops, call: call.clone(), outcome: outcome.clone(), until }
    }

    /// Takes a further operation of the same kind into this row, if it is one.
    fn absorb(&mut self, other: &Kind, end: Instant) -> bool {
        let (
            Kind::Whole { at, ops, call, outcome, until },
            Kind::Whole { at: other_at, ops: other_ops, call: other_call, outcome: other_outcome, .. },
        ) = (self, other)
        else {
            return false;
        };
        if at != other_at || !mergeable(call, outcome) || !mergeable(other_call, other_outcome) || call.word() != other_call.word() {
            return false;
        }
        *ops = Ops { first: ops.first, last: other_ops.last, count: ops.count + 1, bytes: ops.bytes + other_ops.bytes };
        *until = end;
        true
    }
}

/// Reads that gave data and single-buffer writes that went well say nothing more one by one than together; an empty one does.
fn mergeable(call: &Call, outcome: &Outcome) -> bool {
    match (call, outcome) {
        (Call::Read { .. }, Outcome::Data(data)) => !data.is_empty(),
        (Call::Write(data), Outcome::Ok) => !data.is_empty(),
        _ => false,
    }
}

/// The bytes that an operation read or wrote.
fn moved(call: &Call, outcome: &Outcome) -> u64 {
    match outcome {
        Outcome::Data(data) => data.len() as u64,
        Outcome::Ok => call.buffers().unwrap_or_default().iter().map(|buffer| buffer.len() as u64).sum(),
        _ => 0,
    }
}

/// Is `got` the arrival of `sent`?
fn arrives(sent: &Wire, got: &Wire) -> bool {
    let same = Wire { fate: Fate::Delivered, ..sent.clone() };
    sent.fate == Fate::Sent && same == *got
}
