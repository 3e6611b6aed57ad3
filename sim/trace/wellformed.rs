//! Checks what the lines of a trace owe each other: operations are called before they return, and time never goes back.
//!
//! Memory grows with what is pending and with gaps in the numbering of operations, not with the file.

use std::collections::{BTreeMap, BTreeSet};

use super::fields::{Field, Fields};
use super::intervals::Intervals;
use super::line_error::{LineError, Result};
use super::{Clock, Event, Place, What};
use crate::contract::{Call, End, Outcome, Payload};
use crate::time::Instant;

/// What the lines so far allow the next one to be.
pub(super) struct Wellformed {
    clock: Clock,
    /// The time of the last line, under a shared clock.
    last: Instant,
    /// The time of each end's last line, under a clock per end.
    last_at: BTreeMap<Place, Instant>,
    used: Intervals,
    cancelled: Intervals,
    pending: BTreeMap<(Place, u64), PendingCall>,
    /// Pending calls of connect and accept: their return may name the flow that they made.
    opening: BTreeSet<(End, u64, u32)>,
}

/// A call without its return.
#[derive(Clone, Copy)]
struct PendingCall {
    call: &'static str,
    family: Family,
}

/// What decides which results fit a call.
#[derive(Clone, Copy)]
enum Family {
    Reads,
    /// With the bytes of the call.
    Writes(usize),
    Ends,
    Opens,
    Others,
}

impl Family {
    fn of(call: &Call) -> Self {
        match call {
            Call::Read { .. } => Family::Reads,
            Call::Write(_) | Call::Writev(_) | Call::WriteNodelay(_) | Call::WritevNodelay(_) => {
                let lengths = call.buffers().unwrap_or_default().iter().map(Payload::len);
                Family::Writes(lengths.fold(0, usize::saturating_add))
            }
            Call::Shutdown(_) | Call::Close | Call::Disconnect => Family::Ends,
            Call::Connect { .. } | Call::Accept { .. } => Family::Opens,
            Call::Flush | Call::Listen { .. } | Call::Unlisten { .. } | Call::Destination => Family::Others,
        }
    }

    fn admits(self, outcome: &Outcome) -> bool {
        let example = match self {
            Family::Reads => Call::Read { max: usize::MAX },
            Family::Writes(len) => Call::Write(Payload::Count(len)),
            Family::Ends => Call::Close,
            Family::Opens => Call::Connect { to: None, keepalive: None },
            Family::Others => Call::Flush,
        };
        example.admits(outcome)
    }

    /// The results that fit, failures apart.
    const fn results(self) -> &'static str {
        match self {
            Family::Reads => "data, eof, error, panic",
            Family::Writes(_) => "ok, closed, eof, error, panic",
            Family::Ends => "done, error, panic",
            Family::Opens | Family::Others => "ok, error, panic",
        }
    }
}

impl Wellformed {
    pub(super) fn new(clock: Clock) -> Self {
        Wellformed {
            clock,
            last: Instant::ZERO,
            last_at: BTreeMap::new(),
            used: Intervals::default(),
            cancelled: Intervals::default(),
            pending: BTreeMap::new(),
            opening: BTreeSet::new(),
        }
    }

    /// Takes the next event. The return of a connect or accept that names the flow which it made is put where its call is.
    pub(super) fn check(&mut self, fields: &Fields, event: &mut Event) -> Result<()> {
        self.time(fields, event)?;
        match &mut event.what {
            What::Call { at, op, call } => self.call(fields, *at, *op, call),
            What::Return { at, op, outcome, accepted, made, .. } => {
                let called = self.called_at(*at, *op);
                *made = (called != *at).then_some(at.flow);
                *at = called;
                let pending = self.resolve(fields, *at, *op)?;
                fits(fields, pending, outcome)?;
                accept(fields, pending.family, accepted)
            }
            What::Cancel { at, op } => {
                self.resolve(fields, *at, *op)?;
                self.cancelled.insert(*at, *op);
                Ok(())
            }
            What::Env(_) | What::Segment(_) | What::State { .. } => Ok(()),
        }
    }

    fn time(&mut self, fields: &Fields, event: &Event) -> Result<()> {
        let last = match (self.clock, clock_of(&event.what)) {
            (Clock::Shared, _) => &mut self.last,
            (Clock::PerEnd, Some(at)) => self.last_at.entry(at).or_default(),
            (Clock::PerEnd, None) => return Ok(()),
        };
        if event.t < *last {
            return Err(fields.fault(Field::T, format!("`t` goes back from {} to {}", last.0, event.t.0)));
        }
        *last = event.t;
        Ok(())
    }

    fn call(&mut self, fields: &Fields, at: Place, op: u64, call: &Call) -> Result<()> {
        if !self.used.insert(at, op) {
            let why = if self.pending.contains_key(&(at, op)) { "is still pending" } else { "was used before" };
            return Err(op_fault(fields, at, op, why).help("every operation of an end has its own `op`"));
        }
        let pending = PendingCall { call: call.word(), family: Family::of(call) };
        if let Family::Opens = pending.family {
            self.opening.insert((at.end, op, at.flow));
        }
        self.pending.insert((at, op), pending);
        Ok(())
    }

    /// Where the operation was called that returned at `at`.
    fn called_at(&self, at: Place, op: u64) -> Place {
        if self.opening.is_empty() || self.used.contains(at, op) {
            return at;
        }
        let mut candidates = self.opening.range((at.end, op, 0)..=(at.end, op, u32::MAX));
        match (candidates.next(), candidates.next()) {
            (Some((end, _, flow)), None) => Place { flow: *flow, end: *end },
            _ => at,
        }
    }

    /// The operation is pending no more.
    fn resolve(&mut self, fields: &Fields, at: Place, op: u64) -> Result<PendingCall> {
        let Some(pending) = self.pending.remove(&(at, op)) else {
            let why = match (self.cancelled.contains(at, op), self.used.contains(at, op)) {
                (true, _) => "was cancelled before",
                (false, true) => "returned before",
                (false, false) => "was never called",
            };
            return Err(op_fault(fields, at, op, why));
        };
        if let Family::Opens = pending.family {
            self.opening.remove(&(at.end, op, at.flow));
        }
        Ok(pending)
    }
}

/// The end whose clock the event's time is of, if it is one end's.
fn clock_of(what: &What) -> Option<Place> {
    match what {
        What::Call { at, .. } | What::Return { at, .. } | What::Cancel { at, .. } | What::State { at, .. } => Some(*at),
        What::Env(env) => env.end.map(|end| Place { flow: env.flow.unwrap_or(0), end }),
        What::Segment(_) => None,
    }
}

fn op_fault(fields: &Fields, at: Place, op: u64, why: &str) -> Box<LineError> {
    let flow = if at.flow == 0 { String::new() } else { format!(" on flow {}", at.flow) };
    fields.fault(Field::Op, format!("op {op} of the {}{flow} {why}", at.end))
}

fn fits(fields: &Fields, pending: PendingCall, outcome: &Outcome) -> Result<()> {
    if pending.family.admits(outcome) {
        return Ok(());
    }
    let message = format!("`{}` is no result of `{}`", outcome.word(), pending.call);
    Err(fields.fault(Field::Result, message).help(format!("one of: {}", pending.family.results())))
}

/// Only writes accept bytes, and no more than they were given.
fn accept(fields: &Fields, family: Family, accepted: &mut Option<u64>) -> Result<()> {
    match (family, *accepted) {
        (Family::Writes(len), Some(more)) if more > len as u64 => {
            Err(fields.fault(Field::Accepted, format!("{more} bytes accepted of a write of {len}")))
        }
        (Family::Writes(_), _) => Ok(()),
        _ => {
            *accepted = None;
            Ok(())
        }
    }
}
