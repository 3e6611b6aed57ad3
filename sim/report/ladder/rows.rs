//! Makes rows of events: a call that nothing interrupts is one row with its return, and so is one that only sends something; whole
//! reads (or writes) that follow each other at one end are merged, and so are segments; what is still pending at quiet gets a row
//! that says so.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::contract::{Call, End, Outcome};
use crate::time::Instant;
use crate::trace::{EnvWhat, Event, Fate, Place, Trace, What};

use super::flight::{Flight, Flights};
use super::stretch::{Fold, OpNumbers};

/// One row of a ladder, not yet drawn.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// The lines of the trace that it stands for.
    pub first: u64,
    pub last: u64,
    pub t: Instant,
    pub kind: RowKind,
    /// A segment that leaves or arrives with it.
    pub beside: Option<Box<Flight>>,
}

/// What a row says.
#[derive(Clone, Debug)]
pub(super) enum RowKind {
    /// A call and its return with nothing between; perhaps several of a kind.
    Whole { at: Place, ops: OpNumbers, call: Call, outcome: Outcome, until: Instant },
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
    /// A segment, or several.
    Segment(Box<Flight>),
    /// Many rows that hold no surprise.
    Fold(Box<Fold>),
    /// Nothing happens for this long.
    Silence(Duration),
    /// A change of state.
    State { at: Place, from: Cow<'static, str>, to: Cow<'static, str> },
}

/// A pending operation.
type PendingOp = (Place, u64);

/// How many events are searched for the return of a call that sends something.
const SENDS_MAX: usize = 64;

/// All rows of a trace; the lines that stand `apart` are merged with no other.
pub(super) fn rows(trace: &Trace, apart: &BTreeSet<u64>, flights: Flights) -> Vec<Row> {
    let (list, pending, returned) = (Vec::new(), BTreeMap::new(), BTreeSet::new());
    let mut rows = Rows { events: &trace.events, list, pending, returned, apart, flights };
    let mut next = 0;
    while next < trace.events.len() {
        next = rows.take(next);
    }
    rows.leave_off(trace);
    settle(&mut rows.list);
    rows.list
}

/// A row may end before the one above it does: a line is looked for from the first row that reaches it.
pub(super) fn settle(rows: &mut [Row]) {
    let mut last = 0;
    for row in rows {
        last = row.last.max(last);
        row.last = last;
    }
}

/// The line of an event.
const fn line(index: usize) -> u64 {
    index as u64 + 2
}

struct Rows<'a> {
    events: &'a [Event],
    list: Vec<Row>,
    pending: BTreeMap<PendingOp, Call>,
    /// The returns that are told already.
    returned: BTreeSet<usize>,
    apart: &'a BTreeSet<u64>,
    flights: Flights,
}

impl<'a> Rows<'a> {
    /// Takes the event of that index; gives the index of the next.
    fn take(&mut self, index: usize) -> usize {
        let event = &self.events[index];
        self.flights.observe(&event.what);
        match &event.what {
            What::Segment(_) => return index + self.segment(index),
            What::Call { at, op, call } => match self.comes_back(index) {
                Some((back, outcome)) => self.whole(index, back, RowKind::whole(*at, *op, call, outcome, self.events[back].t)),
                None => self.single(index),
            },
            What::Return { .. } if self.returned.contains(&index) => {}
            _ => self.single(index),
        }
        index + 1
    }

    /// A segment, with what becomes of it at once; how many events that are.
    fn segment(&mut self, index: usize) -> usize {
        let segment = |index: usize| match self.events.get(index).map(|event| &event.what) {
            Some(What::Segment(segment)) => Some(segment),
            _ => None,
        };
        let Some(sent) = segment(index) else { return 1 };
        let (flight, told) = self.flights.next(self.events[index].t, sent, segment(index + 1));
        self.fly(line(index), line(index) + u64::from(told), self.events[index].t, flight);
        1 + usize::from(told)
    }

    /// Adds a segment: to the row before it where both are of a kind; and where all that left has arrived, as one row.
    fn fly(&mut self, first: u64, last: u64, t: Instant, flight: Flight) {
        let apart = self.apart;
        let is_free = |row: &Row| apart.range(row.first..=last).next().is_none();
        let joined = self.list.last_mut().filter(|row| is_free(row)).is_some_and(|row| row.fly(last, &flight));
        if !joined {
            self.push(first, last, t, RowKind::Segment(Box::new(flight)));
        }
        self.land();
    }

    /// Where the last two rows are of the same segments, makes them one.
    fn land(&mut self) {
        let [.., Row { kind: RowKind::Segment(left), .. }, Row { kind: RowKind::Segment(came), last, .. }] = self.list.as_slice() else {
            return;
        };
        let (Some(flight), last) = (left.arrives(came), *last) else { return };
        self.list.pop();
        if let Some(row) = self.list.last_mut() {
            (row.kind, row.last) = (RowKind::Segment(Box::new(flight)), last);
        }
    }

    /// The return of the call of that index, if it is told in the call's row: if nothing is between them, or at the same instant
    /// only what the call itself does to the network and the connection.
    fn comes_back(&mut self, index: usize) -> Option<(usize, &'a Outcome)> {
        let call = &self.events[index];
        let What::Call { at, op, .. } = &call.what else { return None };
        for back in (index + 1..self.events.len()).take(SENDS_MAX) {
            let event = &self.events[back];
            match &event.what {
                What::Return { at: whose, op: ended, outcome, .. } if (at, op) == (whose, ended) => {
                    if back > index + 1 && event.t != call.t {
                        return None;
                    }
                    self.returned.insert(back);
                    return Some((back, outcome));
                }
                What::Segment(event) if event.fate != Fate::Delivered && event.flow == at.flow => {}
                What::State { at: whose, .. } if whose == at => {}
                _ => return None,
            }
            if event.t != call.t || self.apart.contains(&line(back)) {
                return None;
            }
        }
        None
    }

    /// One event by itself.
    fn single(&mut self, index: usize) {
        let event = &self.events[index];
        let kind = match &event.what {
            What::Call { at, op, call } => {
                self.pending.insert((*at, *op), call.clone());
                RowKind::Begin { at: *at, op: *op, call: call.clone() }
            }
            What::Return { at, op, outcome, .. } => {
                RowKind::Finish { at: *at, op: *op, call: self.ended(*at, *op), outcome: outcome.clone() }
            }
            What::Cancel { at, op } => RowKind::Cancel { at: *at, op: *op, call: self.ended(*at, *op) },
            What::Env(env) => {
                if env.what == EnvWhat::Quiet {
                    self.stuck(line(index), event.t, env.flow, env.end);
                }
                RowKind::Env { at: (env.flow, env.end), what: env.what.clone() }
            }
            What::State { at, from, to } => RowKind::State { at: *at, from: from.clone(), to: to.clone() },
            What::Segment(_) => return,
        };
        self.push(line(index), line(index), event.t, kind);
    }

    fn push(&mut self, first: u64, last: u64, t: Instant, kind: RowKind) {
        self.list.push(Row { first, last, t, kind, beside: None });
    }

    /// The call that ended. A trace that was read always has one; a made-up one may not.
    fn ended(&mut self, at: Place, op: u64) -> Call {
        self.pending.remove(&(at, op)).unwrap_or(Call::Destination)
    }

    /// Adds a whole operation, to the row before it where both are of a kind.
    fn whole(&mut self, call: usize, back: usize, kind: RowKind) {
        let (apart, last, until) = (self.apart, line(back), self.events[back].t);
        let free = |first| apart.range(first..=last).next().is_none();
        let absorbed = self.list.last_mut().filter(|row| free(row.first)).is_some_and(|row| row.absorb(last, &kind, until));
        if !absorbed {
            self.push(line(call), last, self.events[call].t, kind);
        }
    }

    /// What is pending here never returns.
    fn stuck(&mut self, line: u64, t: Instant, flow: Option<u32>, end: Option<End>) {
        let concerned = |at: Place| flow.is_none_or(|flow| flow == at.flow) && end.is_none_or(|end| end == at.end);
        let pending = std::mem::take(&mut self.pending);
        for ((at, op), call) in pending {
            if concerned(at) {
                self.push(line, line, t, RowKind::Pending { at, op, call, stuck: true });
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
            self.push(last, last, t, RowKind::Pending { at, op, call, stuck: false });
        }
    }
}

impl Row {
    /// Takes a further segment, whose last line is `last`, into this row if it belongs there.
    fn fly(&mut self, last: u64, flight: &Flight) -> bool {
        let RowKind::Segment(before) = &mut self.kind else { return false };
        let absorbed = before.absorb(flight);
        if absorbed {
            self.last = last;
        }
        absorbed
    }

    /// Takes a further operation, that ends at line `last`, into this row if it is of the same kind.
    fn absorb(&mut self, last: u64, other: &RowKind, end: Instant) -> bool {
        let absorbed = self.kind.absorb(other, end);
        if absorbed {
            self.last = last;
        }
        absorbed
    }
}

impl RowKind {
    fn whole(at: Place, op: u64, call: &Call, outcome: &Outcome, until: Instant) -> RowKind {
        let ops = OpNumbers { first: op, last: op, count: 1, bytes: moved(call, outcome) };
        RowKind::Whole { at, ops, call: call.clone(), outcome: outcome.clone(), until }
    }

    /// Takes a further operation of the same kind into this row, if it is one.
    fn absorb(&mut self, other: &RowKind, end: Instant) -> bool {
        let (
            RowKind::Whole { at, ops, call, outcome, until },
            RowKind::Whole { at: other_at, ops: other_ops, call: other_call, outcome: other_outcome, .. },
        ) = (self, other)
        else {
            return false;
        };
        if at != other_at || !mergeable(call, outcome) || !mergeable(other_call, other_outcome) || call.word() != other_call.word() {
            return false;
        }
        *ops = OpNumbers { first: ops.first, last: other_ops.last, count: ops.count + 1, bytes: ops.bytes + other_ops.bytes };
        *until = end;
        true
    }
}

/// Reads that gave data and single-buffer writes that went well say nothing more one by one than together; an empty one does.
pub(super) fn mergeable(call: &Call, outcome: &Outcome) -> bool {
    match (call, outcome) {
        (Call::Read { .. }, Outcome::Data(data)) => !data.is_empty(),
        (Call::Write(data), Outcome::Ok) => !data.is_empty(),
        _ => false,
    }
}

/// The bytes that an operation read or wrote.
pub(super) fn moved(call: &Call, outcome: &Outcome) -> u64 {
    match outcome {
        Outcome::Data(data) => data.len() as u64,
        Outcome::Ok => call.buffers().unwrap_or_default().iter().map(|buffer| buffer.len() as u64).sum(),
        _ => 0,
    }
}
