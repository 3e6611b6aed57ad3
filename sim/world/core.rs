//! Keeps what all flows of a world share: clock, choice, operations, agenda, log.

use crate::choice::{Choice, Site};
use crate::contract::Outcome;
use crate::time::Instant;
use crate::trace::{Event, Place, What};

use super::agenda::{Agenda, Occurrence};
use super::finished::Finished;
use super::op::{OpState, OpTable, Pending};
use super::{Conn, Op};

/// How many operations are left in the queue of finished ones before it is looked through.
const SWEEP_MIN: usize = 64;

#[derive(Clone, Debug, Default)]
pub(super) struct Core {
    pub(super) now: Instant,
    pub(super) choice: Choice,
    pub(super) ops: OpTable,
    pub(super) agenda: Agenda,
    pub(super) recording: bool,
    pub(super) events: Vec<Event>,
    /// Operations that got an outcome, in order; some may have been taken or cancelled since.
    finished: Finished,
}

impl Core {
    pub(super) fn new(choice: Choice) -> Self {
        Core { choice, ..Core::default() }
    }

    pub(super) fn begin(&mut self, conn: Option<Conn>, number: u64, state: OpState) -> Op {
        self.ops.insert(Pending { conn, number, announced: false, state })
    }

    /// An operation ends; the first end counts.
    pub(super) fn finish(&mut self, op: Op, outcome: Outcome, accepted: Option<u64>) {
        let Some(pending) = self.ops.get_mut(op) else { return };
        if !matches!(pending.state, OpState::Done { .. }) {
            pending.state = OpState::Done { outcome, accepted };
            if !std::mem::replace(&mut pending.announced, true) {
                self.announce_first(op);
            }
        }
    }

    /// Tells the caller, once, that polling this operation will give an outcome.
    pub(super) fn announce(&mut self, op: Op) {
        let Some(pending) = self.ops.get_mut(op) else { return };
        if !std::mem::replace(&mut pending.announced, true) {
            self.announce_first(op);
        }
    }

    /// There was nothing after all: the caller will be told again.
    pub(super) fn unannounce(&mut self, op: Op) {
        if let Some(pending) = self.ops.get_mut(op) {
            pending.announced = false;
        }
    }

    #[inline]
    fn announce_first(&mut self, op: Op) {
        if self.finished.len() >= SWEEP_MIN {
            self.sweep();
        }
        self.finished.push(op);
    }

    /// Callers that poll what they were not told of leave their operations in the queue: they must not pile up there.
    #[cold]
    fn sweep(&mut self) {
        if self.finished.len() > 2 * self.ops.live() + SWEEP_MIN {
            let ops = &self.ops;
            self.finished.retain(|op| ops.get(op).is_some());
        }
    }

    /// Takes an operation out of the table, and out of the queue if it is the next one there.
    pub(super) fn remove(&mut self, op: Op) -> Option<Pending> {
        if self.finished.front() == Some(op) {
            self.finished.pop();
        }
        self.ops.remove(op)
    }

    pub(super) fn schedule(&mut self, time: Instant, due: Occurrence) {
        let sequence = self.agenda.next_sequence();
        self.agenda.push(time, sequence, due);
    }

    /// A timer's time has come; false if it was cancelled (then the clock stands still).
    pub(super) fn fire(&mut self, time: Instant, op: Op) -> bool {
        let live = self.ops.get(op).is_some();
        if live {
            self.now = self.now.max(time);
            self.finish(op, Outcome::Done, None);
        } else {
            self.agenda.note_stale_popped();
        }
        live
    }

    /// A timer was cancelled before its time.
    pub(super) fn forget_timer(&mut self) {
        let ops = &self.ops;
        self.agenda.note_cancelled(|op| ops.get(op).is_some());
    }

    #[inline]
    pub(super) fn next_finished(&mut self) -> Option<Op> {
        if self.finished.is_empty() {
            return None;
        }
        if !self.choice.is_benign() {
            self.choose_first();
        }
        self.next_finished_in_order()
    }

    pub(super) fn next_finished_in_order(&mut self) -> Option<Op> {
        while let Some(op) = self.finished.pop() {
            if self.ops.get(op).is_some() {
                return Some(op);
            }
        }
        None
    }

    /// Chance may bring any of those that are ready to the front; the decision is that of the end that was first in line.
    fn choose_first(&mut self) {
        let ops = &self.ops;
        self.finished.retain(|op| ops.get(op).is_some());
        let Some(first) = self.finished.front().and_then(|op| self.ops.get(op)) else { return };
        let entity = first.conn.map_or(u32::MAX, |conn| conn.0);
        let pick = self.choice.pick_next(entity, Site::Wake, u32::try_from(self.finished.len()).unwrap_or(u32::MAX));
        self.finished.bring_to_front(pick as usize);
    }

    /// The operations that were not handed out yet, in order.
    pub(super) fn announced(&self) -> impl Iterator<Item = &Pending> {
        self.finished.iter().filter_map(|op| self.ops.get(op))
    }

    #[inline]
    pub(super) fn log(&mut self, what: impl FnOnce() -> What) {
        if self.recording {
            self.write_down(what);
        }
    }

    /// Apart from where it is asked for, so that what is not recorded costs no more than the question.
    #[inline(never)]
    fn write_down(&mut self, what: impl FnOnce() -> What) {
        self.events.push(Event { t: self.now, what: what() });
    }

    #[inline]
    pub(super) fn log_return(&mut self, at: Place, op: u64, outcome: &Outcome, accepted: Option<u64>) {
        self.log(|| What::Return { at, op, outcome: outcome.clone(), accepted, peer: None, made: None });
    }
}
