//! Cuts and completes random steps to what a caller owes its flow, so that no run of them is a client's fault.
//!
//! A run is not known beforehand (any call may fail, or wait for ever), so this looks at what *may* happen, in the order of a
//! task's steps and between tasks, and never at how long a call takes.

use std::time::Duration;

use crate::contract::{BlockedReadAtClose, Both, CloseIs, ConcurrentReads, ConcurrentWrites, Contract, End, Mode, ReadAfterEof};
use crate::scenario::{Action, Step};

/// What an end would do if it owed nothing.
#[derive(Clone, Debug)]
pub(super) struct Wishes {
    /// Steps side by side.
    pub lanes: Vec<Vec<Step>>,
    /// A full close does not wait for the last calls of other lanes, if it may come under pending calls.
    pub hasty: bool,
    /// When a task of its own ends the writing, whatever the others do.
    pub leaves: Option<Duration>,
}

/// What one end must and must not do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Duties {
    flow: usize,
    end: End,
    /// No two reads at a time.
    one_reader: bool,
    /// No two writes at a time.
    one_writer: bool,
    /// After its close this end may not use the flow.
    closes_fully: bool,
    /// It may not even have calls pending then.
    closes_idle: bool,
    /// Having read EOF or an error, it may wait for ever before it comes to its close.
    strands: bool,
}

impl Duties {
    /// `is_calm`: nothing happens from outside, and what one end does is seen by the other.
    pub fn of(flow: usize, end: End, contract: &Both<Contract>, is_calm: bool) -> Self {
        let (own, peer) = (&contract[end], &contract[end.peer()]);
        let closes_fully = own.close_is == CloseIs::Full;
        // A peer's full close ends whatever is pending here; a half close does not, nor does an abort that is not told.
        let is_told = closes_fully && peer.close_is == CloseIs::Full && is_calm;
        Duties {
            flow,
            end,
            one_reader: own.concurrent_reads == ConcurrentReads::Forbidden,
            one_writer: own.concurrent_writes == ConcurrentWrites::Forbidden,
            closes_fully,
            closes_idle: own.blocked_read_at_close == BlockedReadAtClose::Fault,
            strands: !is_told || own.read_after_eof == ReadAfterEof::MayBlock,
        }
    }
}

impl Duties {
    /// What says that the nth task of this end is through: every wait of a scenario hears it, so each flow has its own.
    fn signal(&self, nth: usize) -> String {
        match self.flow {
            0 => format!("{}-{nth}", self.end),
            flow => format!("flow-{flow}-{}-{nth}", self.end),
        }
    }
}

impl Wishes {
    /// So late that by then patience with a stuck call is over: it is seen to be stuck although what comes now may end it.
    pub const LATE: Duration = Duration::from_secs(3600);

    /// The tasks of an end that does what it owes.
    pub fn within(mut self, duties: &Duties) -> Vec<Vec<Step>> {
        if duties.one_reader {
            keep_apart(&mut self.lanes, reads);
        }
        if duties.one_writer {
            keep_apart(&mut self.lanes, writes);
        }
        if duties.closes_fully {
            self.lanes.iter_mut().for_each(|lane| lane.retain(|step| step.action != Action::Close));
        }
        self.lanes.retain(|lane| !lane.is_empty());
        if duties.closes_fully {
            close_last(&mut self.lanes, duties, self.hasty && !duties.closes_idle);
        }
        let leaves = match duties.strands {
            true => self.leaves.or(Some(Self::LATE)),
            false => self.leaves.filter(|_| !duties.one_writer),
        };
        self.lanes.extend(leaves.map(|at| leave(at, duties)));
        self.lanes
    }
}

/// Only the first lane that takes such steps goes on taking them.
fn keep_apart(lanes: &mut [Vec<Step>], is_such: fn(&Action) -> bool) {
    let takes = |step: &Step| is_such(&step.action);
    let others = lanes.iter_mut().skip_while(|lane| !lane.iter().any(takes)).skip(1);
    others.for_each(|lane| lane.retain(|step| !takes(step)));
}

fn reads(action: &Action) -> bool {
    action.word() == "read"
}

/// Where writes must not overlap, neither must what pushes them out or ends them.
fn writes(action: &Action) -> bool {
    match action {
        Action::Shutdown(mode) => mode.writes(),
        action => matches!(action.word(), "write" | "writev" | "flush"),
    }
}

/// The first lane closes the flow once all the others are through, or (in haste) once each has made its last call.
fn close_last(lanes: &mut Vec<Vec<Step>>, duties: &Duties, hasty: bool) {
    let mut lanes_over = Vec::new();
    for (index, lane) in lanes.iter_mut().enumerate().skip(1) {
        let name: Box<str> = duties.signal(index + 1).into();
        let last_call = usize::from(hasty && lane.last().is_some_and(|step| is_one_call(&step.action)));
        lane.insert(lane.len() - last_call, Action::Signal(name.clone()).into());
        lanes_over.push(Action::Wait(name).into());
    }
    if hasty && !lanes_over.is_empty() {
        // All that can be done at an instant is done before time passes, the last calls of the others too.
        lanes_over.push(Action::Sleep(Duration::from_micros(1)).into());
    }
    lanes_over.push(Action::Close.into());
    match lanes.first_mut() {
        Some(first) => first.append(&mut lanes_over),
        None => lanes.push(lanes_over),
    }
}

/// Does the step make exactly one call, or none after it was given up?
fn is_one_call(action: &Action) -> bool {
    !matches!(action, Action::ReadExact(_) | Action::ReadToEof | Action::WriteBy { .. } | Action::Sleep(_) | Action::At(_))
}

/// A task that waits for nothing but the time.
fn leave(at: Duration, duties: &Duties) -> Vec<Step> {
    let action = if duties.closes_fully { Action::Shutdown(Mode::Write) } else { Action::Close };
    [Action::At(at), action].map(Step::from).into_iter().filter(|step| step.action != Action::At(Duration::ZERO)).collect()
}
