//! Tracks how the two halves of an end are ended: shutdowns, closes, the stack's disconnect, and those of them that were
//! cancelled and may have taken effect.

use super::{both, first, sooner};
use crate::contract::{CloseIs, Contract, DataAfterShutdownRead, Mode};
use crate::oracle::{Ordinal, Stamp};

/// A call that ends something and the return that establishes it: the first of each.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::oracle) struct Step {
    pub called: Option<Stamp>,
    pub returned: Option<Stamp>,
}

impl Step {
    fn call(&mut self, at: Stamp) {
        self.called.get_or_insert(at);
    }

    fn end(&mut self, at: Stamp) {
        self.returned.get_or_insert(at);
    }

    /// The call that began it ended nothing.
    fn undo(&mut self, called: Stamp) {
        if self.called == Some(called) {
            *self = Step::default();
        }
    }
}

/// Whether a cancelled or failed shutdown or close took effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::oracle) enum Doubt {
    /// Not known yet.
    Open(Stamp),
    /// Established by that event.
    Happened(Stamp),
    /// Refuted by that event.
    Refuted(Stamp),
}

impl Doubt {
    pub fn stamp(self) -> Stamp {
        match self {
            Doubt::Open(at) | Doubt::Happened(at) | Doubt::Refuted(at) => at,
        }
    }
}

/// How the halves of an end are ended.
#[derive(Clone, Debug)]
pub(in crate::oracle) struct Halves {
    /// A close ends both halves.
    full: bool,
    /// Late data is thrown away after own shutdown of reading.
    discards: bool,
    /// Apart: most of its life an end has nothing of it.
    steps: Option<Box<Steps>>,
}

/// What was asked to end, and has ended.
#[derive(Clone, Debug, Default)]
struct Steps {
    shut_write: Step,
    shut_read: Step,
    close: Step,
    /// The first close that was called, whatever became of it.
    close_begun: Option<Stamp>,
    disconnect: Step,
    maybe_write: Option<Doubt>,
    maybe_read: Option<Doubt>,
    /// Both doubts are about one cancelled call: it took effect on both halves, or on neither.
    joint: bool,
    /// The doubt about reading is that of a close of the whole flow.
    over: bool,
    /// A shutdown of both halves was cancelled.
    cancelled_both: bool,
    ended: Ended,
}

/// What follows from the calls: worked out when one of them changes, read at every other event.
#[derive(Clone, Copy, Debug, Default)]
struct Ended {
    write_called: Option<Stamp>,
    write_returned: Option<Stamp>,
    full_called: Option<Stamp>,
    full_returned: Option<Stamp>,
    strong_returned: Option<Stamp>,
    reading_over: Option<Stamp>,
}

impl Halves {
    pub fn new(contract: &Contract) -> Self {
        Halves {
            full: contract.close_is == CloseIs::Full,
            discards: contract.data_after_shutdown_read == Some(DataAfterShutdownRead::Discard),
            steps: None,
        }
    }

    #[inline]
    fn step(&self, which: impl Fn(&Steps) -> Step) -> Step {
        self.steps.as_deref().map(which).unwrap_or_default()
    }

    /// Shutdown of writing.
    pub fn shut_write(&self) -> Step {
        self.step(|steps| steps.shut_write)
    }

    /// Shutdown of reading.
    pub fn shut_read(&self) -> Step {
        self.step(|steps| steps.shut_read)
    }

    /// Close, whatever it ends here.
    pub fn close(&self) -> Step {
        self.step(|steps| steps.close)
    }

    /// The first close that was called, whatever became of it.
    pub fn close_begun(&self) -> Option<Stamp> {
        self.steps.as_deref()?.close_begun
    }

    /// The stack's disconnect.
    pub fn disconnect(&self) -> Step {
        self.step(|steps| steps.disconnect)
    }

    /// A cancelled or failed end of writing.
    pub fn maybe_write(&self) -> Option<Doubt> {
        self.steps.as_deref()?.maybe_write
    }

    /// A cancelled or failed end of reading.
    pub fn maybe_read(&self) -> Option<Doubt> {
        self.steps.as_deref()?.maybe_read
    }

    /// A cancelled shutdown of both halves may have ended them.
    pub fn may_have_shut_both(&self) -> bool {
        let reads = || self.maybe_read().is_some_and(|doubt| !matches!(doubt, Doubt::Refuted(_)));
        self.steps.as_deref().is_some_and(|steps| steps.cancelled_both) && reads()
    }

    /// If the cancelled end of reading took effect, no data can be read any more.
    pub fn may_end_data(&self) -> bool {
        self.steps.as_deref().is_some_and(|steps| steps.over) || self.discards
    }

    /// A close of this end ends both halves.
    pub fn closes_fully(&self) -> bool {
        self.full
    }

    /// When a call began that ends writing: shutdown write or both, close, disconnect; cancelled ones apart.
    pub fn write_end_called(&self) -> Option<Stamp> {
        self.steps.as_deref()?.ended.write_called
    }

    /// When the first call that ends writing had returned.
    pub fn write_end_returned(&self) -> Option<Stamp> {
        self.steps.as_deref()?.ended.write_returned
    }

    /// When both halves were asked to end.
    pub fn full_close_called(&self) -> Option<Stamp> {
        self.steps.as_deref()?.ended.full_called
    }

    /// As [`Halves::full_close_called`], a cancelled or failed call that may have taken effect included.
    pub fn full_close_possible(&self) -> Option<Stamp> {
        let maybe = |doubt: Option<Doubt>| doubt.filter(|doubt| !matches!(doubt, Doubt::Refuted(_))).map(Doubt::stamp);
        let write = sooner(self.write_end_called(), maybe(self.maybe_write()));
        let read = sooner(self.shut_read().called, maybe(self.maybe_read()));
        sooner(self.full_close_called(), both(write, read))
    }

    /// When both halves had ended.
    pub fn full_close_returned(&self) -> Option<Stamp> {
        self.steps.as_deref()?.ended.full_returned
    }

    /// A close of the whole flow, or a disconnect, has returned.
    pub fn strong_close_returned(&self) -> Option<Stamp> {
        self.steps.as_deref()?.ended.strong_returned
    }

    /// When reading was over for good: a full close, or both halves shut where late data is thrown away.
    pub fn reading_over(&self) -> Option<Stamp> {
        self.steps.as_deref()?.ended.reading_over
    }

    /// Is `seq` after the return of own full close?
    pub fn fully_closed_before(&self, seq: Ordinal) -> bool {
        self.full_close_returned().is_some_and(|at| at.seq < seq)
    }

    /// The first of the calls that end anything here.
    pub fn any_called(&self) -> Option<Stamp> {
        let Steps { close, shut_write, shut_read, disconnect, .. } = self.steps.as_deref()?;
        first([close.called, shut_write.called, shut_read.called, disconnect.called])
    }
}

/// What changes them.
impl Halves {
    /// Changes what was asked to end, or has ended, and draws the conclusions.
    fn change(&mut self, change: impl FnOnce(&mut Steps)) {
        let steps = self.steps.get_or_insert_default();
        change(steps);
        steps.conclude(self.full, self.discards);
    }

    pub fn shutdown_called(&mut self, mode: Mode, at: Stamp) {
        self.change(|steps| {
            if mode.reads() {
                steps.shut_read.call(at);
            }
            if mode.writes() {
                steps.shut_write.call(at);
            }
        });
    }

    /// A shutdown that failed may have taken effect or not.
    pub fn shutdown_returned(&mut self, mode: Mode, done: bool, at: Stamp) {
        self.change(|steps| {
            if mode.reads() {
                end_or_doubt(&mut steps.shut_read, &mut steps.maybe_read, done, at);
            }
            if mode.writes() {
                end_or_doubt(&mut steps.shut_write, &mut steps.maybe_write, done, at);
            }
            steps.joint &= !done;
        });
    }

    /// A shutdown was cancelled; `other_read`, `other_write`: pending calls that ask the same.
    pub fn shutdown_cancelled(&mut self, mode: Mode, other_read: Option<Stamp>, other_write: Option<Stamp>, at: Stamp) {
        self.change(|steps| {
            let is_first = steps.is_beyond_doubt();
            if mode.reads() {
                cancel(&mut steps.shut_read, &mut steps.maybe_read, other_read, at);
            }
            if mode.writes() {
                cancel(&mut steps.shut_write, &mut steps.maybe_write, other_write, at);
            }
            steps.join_doubts(is_first);
            steps.over &= !mode.reads();
            steps.cancelled_both |= mode.reads() && mode.writes();
        });
    }

    pub fn close_called(&mut self, at: Stamp) {
        self.change(|steps| {
            steps.close.call(at);
            steps.close_begun.get_or_insert(at);
        });
    }

    pub fn close_returned(&mut self, at: Stamp) {
        self.change(|steps| {
            steps.close.end(at);
            (steps.maybe_write, steps.joint) = (None, false);
        });
    }

    /// A close was cancelled; `other`: a pending close.
    pub fn close_cancelled(&mut self, other: Option<Stamp>, at: Stamp) {
        let full = self.full;
        self.change(|steps| {
            let is_first = steps.is_beyond_doubt();
            if full && steps.maybe_read.is_none() {
                (steps.maybe_read, steps.over) = (Some(Doubt::Open(at)), true);
            }
            cancel(&mut steps.close, &mut steps.maybe_write, other, at);
            steps.join_doubts(is_first);
        });
    }

    pub fn disconnect_called(&mut self, at: Stamp) {
        self.change(|steps| steps.disconnect.call(at));
    }

    pub fn disconnect_returned(&mut self, at: Stamp) {
        self.change(|steps| steps.disconnect.end(at));
    }

    /// The end had no connection: the call that began at that moment ended nothing.
    pub fn undo(&mut self, called: Stamp) {
        self.change(|steps| {
            [&mut steps.shut_read, &mut steps.shut_write, &mut steps.close].into_iter().for_each(|step| step.undo(called));
            steps.close_begun = steps.close_begun.filter(|begun| *begun != called);
        });
    }

    /// What the cancelled end of writing did is known now.
    pub fn settle_write(&mut self, doubt: Doubt) {
        self.change(|steps| {
            steps.maybe_write = Some(doubt);
            if steps.joint && matches!(steps.maybe_read, Some(Doubt::Open(_))) {
                steps.maybe_read = Some(doubt);
            }
        });
    }

    /// What the cancelled end of reading did is known now.
    pub fn settle_read(&mut self, doubt: Doubt) {
        self.change(|steps| {
            steps.maybe_read = Some(doubt);
            if steps.joint && matches!(steps.maybe_write, Some(Doubt::Open(_))) {
                steps.maybe_write = Some(doubt);
            }
        });
    }
}

impl Steps {
    /// No cancelled or failed end of either half may have taken effect.
    fn is_beyond_doubt(&self) -> bool {
        self.maybe_read.is_none() && self.maybe_write.is_none()
    }

    /// A call was cancelled: the doubts about both halves are one if it is the first, and concerned both.
    fn join_doubts(&mut self, is_first: bool) {
        self.joint = is_first && self.maybe_read.is_some() && self.maybe_write.is_some();
    }

    fn conclude(&mut self, full: bool, discards: bool) {
        let (close_called, close_returned) = (self.close.called, self.close.returned);
        let write_called = sooner(self.shut_write.called, close_called);
        let write_returned = sooner(self.shut_write.returned, close_returned);
        let both_called = both(write_called, self.shut_read.called);
        let both_returned = both(write_returned, self.shut_read.returned);
        let strong_returned = sooner(close_returned.filter(|_| full), self.disconnect.returned);
        self.ended = Ended {
            write_called: sooner(write_called, self.disconnect.called),
            write_returned: sooner(write_returned, self.disconnect.returned),
            full_called: sooner(sooner(close_called.filter(|_| full), self.disconnect.called), both_called),
            full_returned: sooner(strong_returned, both_returned),
            strong_returned,
            reading_over: sooner(strong_returned, both_returned.filter(|_| discards)),
        };
    }
}

fn end_or_doubt(step: &mut Step, maybe: &mut Option<Doubt>, done: bool, at: Stamp) {
    if done {
        step.end(at);
        *maybe = None;
    } else {
        maybe.get_or_insert(Doubt::Open(at));
    }
}

/// A cancelled call neither happened for certain nor certainly not; `other`: another call that asks the same is pending.
fn cancel(step: &mut Step, maybe: &mut Option<Doubt>, other: Option<Stamp>, at: Stamp) {
    if step.returned.is_none() {
        step.called = other;
    }
    if step.called.is_none() && !matches!(maybe, Some(Doubt::Happened(_))) {
        *maybe = Some(Doubt::Open(at));
    }
}
