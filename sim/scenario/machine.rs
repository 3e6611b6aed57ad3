//! Runs the steps of a scenario's tasks: the step machine, as plain data. A copy of it and of its stage goes on alike.
//!
//! A task that can go on takes one turn (one call, or one step that is no call) and goes to the end of the line; a task whose
//! call or timer is pending is out of the line until that ends.

use std::collections::{BTreeMap, VecDeque};

use super::program::{Program, Script, Task};
use super::stage::Stage;
use super::{Action, Expect, Step, StepResult};
use crate::contract::{Call, Outcome, Payload};
use crate::time::Instant;
use crate::trace::{Place, pattern};
use crate::world::Op;

#[derive(Clone, Debug)]
pub(super) struct Machine<'a> {
    program: &'a Program<'a>,
    tasks: Vec<TaskCursor>,
    /// The tasks that can go on, in order.
    line: VecDeque<u32>,
    /// The task of each pending operation, by the operation's slot.
    owners: Vec<Option<(Op, u32)>>,
    /// Which signals were given.
    signals: Vec<bool>,
    /// How many writes each end has begun: by flow, the client's first.
    writes: Vec<u64>,
    /// Calls begun so far.
    calls: u64,
    /// The task and step of each call, in the order of calls at each place; kept where reports may ask for it.
    made: Option<BTreeMap<Place, Vec<(u32, u32)>>>,
    /// Expectations that were not met, in the order in which that came out.
    pub(super) misses: Vec<Miss>,
}

/// An expectation that was not met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Miss {
    /// The task with the step.
    pub(super) task: usize,
    /// Which of the task's steps.
    pub(super) step: usize,
    /// When that came out.
    pub(super) at: Instant,
    pub(super) why: Why,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// It ended otherwise.
    Ended(StepResult),
    /// It never ended, with this many bytes read.
    Pending(u64),
    /// It never began, since this step of the task never ended.
    Unreached(usize),
}

#[derive(Clone, Debug, Default)]
struct TaskCursor {
    /// The step at hand.
    step: usize,
    state: Activity,
    /// Gives the step's call up.
    timer: Option<Op>,
    /// Bytes that the step's calls have read or written.
    bytes: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Activity {
    /// In the line, before a step or between two calls of one.
    #[default]
    Ready,
    /// Its call is pending, which hands over this many bytes if it is a write.
    Calling(Op, u64),
    /// Waits for a time.
    Sleeping(Op),
    /// Waits for a signal.
    Waiting(usize),
    /// Has no more steps.
    Over,
}

impl<'a> Machine<'a> {
    pub(super) fn new(program: &'a Program<'a>) -> Self {
        let count = program.scripts.len();
        Machine {
            tasks: vec![TaskCursor::default(); count],
            line: (0..u32::try_from(count).unwrap_or(u32::MAX)).collect(),
            owners: Vec::new(),
            signals: vec![false; program.signals()],
            writes: vec![0; program.flows() * 2],
            calls: 0,
            made: None,
            misses: Vec::new(),
            program,
        }
    }

    /// Remembers from now on which step made each call.
    pub(super) fn remember_calls(&mut self) {
        self.made = Some(BTreeMap::new());
    }

    /// The step that made the call of that number at that place, counted from 1, if it was to be remembered. Where calls are tasks
    /// that may overtake each other (`in_order` is false), only an end with one task tells.
    pub(super) fn maker(&self, at: Place, number: u64, in_order: bool) -> Option<&Step> {
        let calls = self.made.as_ref()?.get(&at)?;
        let &(task, step) = calls.get(usize::try_from(number).ok()?.checked_sub(1)?)?;
        let is_alone = || calls.iter().all(|(other, _)| *other == task);
        self.program.task(task as usize)?.step(step as usize).filter(|_| in_order || is_alone())
    }

    /// Lets every task go on until all of them wait, or `calls` more calls were begun (then false).
    pub(super) fn pump(&mut self, stage: &mut impl Stage, calls: u64) -> bool {
        let last = self.calls.saturating_add(calls);
        while self.calls < last {
            if let Some(op) = stage.finished() {
                self.resume(stage, op);
            } else if let Some(task) = self.next_in_line(stage) {
                self.turn(stage, task);
            } else {
                return true;
            }
        }
        false
    }

    /// When nothing more can happen: judges the expectations of what is pending, or was never reached.
    pub(super) fn conclude(&mut self, now: Instant) {
        let misses: Vec<Miss> = self.left_overs(now).collect();
        self.misses.extend(misses);
    }

    /// Is an expectation unmet if nothing more can happen?
    pub(super) fn is_unmet(&self) -> bool {
        self.left_overs(Instant::ZERO).next().is_some()
    }

    fn left_overs(&self, now: Instant) -> impl Iterator<Item = Miss> {
        (0..self.tasks.len()).filter_map(move |task| self.left_over(task, now))
    }

    /// The first expectation of a task that will never be met.
    fn left_over(&self, task: usize, at: Instant) -> Option<Miss> {
        let first = self.tasks[task].step;
        let expects =
            |(number, step): &(usize, &Step)| step.expect.as_ref().is_some_and(|expect| *expect != Expect::Blocks || *number != first);
        let (step, _) = self.program.task(task)?.steps().enumerate().skip(first).find(expects)?;
        let why = if step == first { Why::Pending(self.tasks[task].bytes) } else { Why::Unreached(first) };
        Some(Miss { task, step, at, why })
    }

    /// Does every task that has not ended wait for a call?
    pub(super) fn only_calls(&self) -> bool {
        self.tasks.iter().all(|task| matches!(task.state, Activity::Calling(..) | Activity::Over))
    }

    /// Has every task ended?
    pub(super) fn is_over(&self) -> bool {
        self.tasks.iter().all(|task| task.state == Activity::Over)
    }

    /// The task of this number; nothing for a fault.
    pub(super) fn task(&self, task: usize) -> Option<&'a Task<'a>> {
        self.program.task(task)
    }

    fn next_in_line(&mut self, stage: &mut impl Stage) -> Option<usize> {
        let first = *self.line.front()?;
        let count = u32::try_from(self.line.len()).unwrap_or(u32::MAX);
        if count < 2 {
            return self.line.pop_front().map(|task| task as usize);
        }
        let picked = stage.pick(first, count) as usize;
        self.line.remove(picked.min(self.line.len() - 1)).map(|task| task as usize)
    }

    fn queue(&mut self, task: usize) {
        self.tasks[task].state = Activity::Ready;
        self.line.push_back(task as u32);
    }

    fn turn(&mut self, stage: &mut impl Stage, task: usize) {
        let program = self.program;
        match &program.scripts[task] {
            Script::Abort { when, .. } if self.tasks[task].step == 0 => self.sleep(stage, task, Instant::ZERO + *when),
            Script::Abort { at, abort, .. } => {
                stage.abort(*at, *abort);
                self.tasks[task].state = Activity::Over;
            }
            Script::Task(script) => match script.step(self.tasks[task].step) {
                Some(step) => self.perform(stage, task, script.at, step),
                None => self.tasks[task].state = Activity::Over,
            },
        }
    }

    fn perform(&mut self, stage: &mut impl Stage, task: usize, at: Place, step: &Step) {
        match &step.action {
            Action::Sleep(span) => self.sleep(stage, task, stage.now() + *span),
            Action::At(time) => self.sleep(stage, task, Instant::ZERO + *time),
            Action::Signal(name) => self.signal(task, name),
            Action::Wait(name) => match self.program.signal(name) {
                Some(signal) if !self.signals[signal] => self.tasks[task].state = Activity::Waiting(signal),
                _ => self.next_step(task),
            },
            action => match self.next_call(action, at, self.tasks[task].bytes) {
                Some(call) => self.call(stage, task, at, step, call),
                None => self.next_step(task),
            },
        }
    }

    fn sleep(&mut self, stage: &mut impl Stage, task: usize, until: Instant) {
        let op = stage.sleep(until);
        match stage.outcome(op) {
            Some(_) => self.next_step(task),
            None => self.wait_for(op, task, Activity::Sleeping(op)),
        }
    }

    fn wait_for(&mut self, op: Op, task: usize, state: Activity) {
        self.own(op, task);
        self.tasks[task].state = state;
    }

    fn own(&mut self, op: Op, task: usize) {
        let slot = op.slot();
        if self.owners.len() <= slot {
            self.owners.resize(slot + 1, None);
        }
        self.owners[slot] = Some((op, task as u32));
    }

    fn signal(&mut self, task: usize, name: &str) {
        if let Some(signal) = self.program.signal(name) {
            self.signals[signal] = true;
            let waiting = |task: &usize| self.tasks[*task].state == Activity::Waiting(signal);
            let released: Vec<usize> = (0..self.tasks.len()).filter(waiting).collect();
            released.into_iter().for_each(|task| self.next_step(task));
        }
        self.next_step(task);
    }

    fn next_step(&mut self, task: usize) {
        self.tasks[task].step += 1;
        self.tasks[task].bytes = 0;
        self.queue(task);
    }

    /// Makes a step's next call.
    fn call(&mut self, stage: &mut impl Stage, task: usize, at: Place, step: &Step, call: Call) {
        self.calls += 1;
        if let Some(made) = &mut self.made {
            made.entry(at).or_default().push((task as u32, self.tasks[task].step as u32));
        }
        let length = call.buffers().map_or(0, |buffers| buffers.iter().map(|buffer| buffer.len() as u64).sum());
        let op = stage.start(at, call);
        if let Some(outcome) = stage.outcome(op) {
            return self.returned(stage, task, step, length, outcome);
        }
        self.wait_for(op, task, Activity::Calling(op, length));
        if let (Some(after), None) = (step.cancel_after, self.tasks[task].timer) {
            let timer = stage.sleep(stage.now() + after);
            self.own(timer, task);
            self.tasks[task].timer = Some(timer);
        }
    }

    /// The call that an action makes once `done` of its bytes are read or written.
    fn next_call(&mut self, action: &Action, at: Place, done: u64) -> Option<Call> {
        Some(match action {
            Action::Read | Action::ReadToEof => Call::Read { max: usize::MAX },
            Action::ReadExact(bytes) => Call::Read { max: size(bytes.saturating_sub(done)) },
            Action::ReadOnce(bytes) => Call::Read { max: size(*bytes) },
            Action::Write(bytes) => Call::Write(self.payload(at, *bytes)),
            Action::WriteBy { total, by } => Call::Write(self.payload(at, total.saturating_sub(done).min(*by))),
            Action::WriteNodelay(bytes) => Call::WriteNodelay(self.payload(at, *bytes)),
            Action::Writev(sizes) => Call::Writev(self.payloads(at, sizes)),
            Action::WritevNodelay(sizes) => Call::WritevNodelay(self.payloads(at, sizes)),
            Action::Flush => Call::Flush,
            Action::Shutdown(mode) => Call::Shutdown(*mode),
            Action::Close => Call::Close,
            Action::Connect(port) => {
                let port = port.unwrap_or_else(|| self.program.port(at.flow));
                Call::Connect { to: Some(format!("{}:{port}", at.end.peer()).into()), keepalive: None }
            }
            Action::Accept(port) => Call::Accept { port: port.unwrap_or_else(|| self.program.port(at.flow)), keepalive: None },
            Action::Listen(port) => Call::Listen { port: *port, keepalive: None },
            Action::Unlisten(port) => Call::Unlisten { port: *port },
            Action::Disconnect => Call::Disconnect,
            Action::Sleep(_) | Action::At(_) | Action::Signal(_) | Action::Wait(_) => return None,
        })
    }

    /// The contents of the next write of an end: they tell which write it is.
    fn payload(&mut self, at: Place, bytes: u64) -> Payload {
        let count = &mut self.writes[at.flow as usize * 2 + at.end as usize];
        let start = pattern::start(at.flow, at.end, *count);
        *count += 1;
        pattern::slice(start, size(bytes)).into()
    }

    /// One write in several buffers.
    fn payloads(&mut self, at: Place, sizes: &[u64]) -> Vec<Payload> {
        let Payload::Bytes(mut rest) = self.payload(at, sizes.iter().sum()) else { return Vec::new() };
        sizes.iter().map(|bytes| rest.split_to(size(*bytes).min(rest.len())).into()).collect()
    }

    /// An operation may have ended that a task waits for.
    fn resume(&mut self, stage: &mut impl Stage, op: Op) {
        let owner = self.owners.get(op.slot()).copied().flatten().filter(|(owned, _)| *owned == op);
        let Some((_, task)) = owner else { return };
        let Some(outcome) = stage.outcome(op) else { return };
        let task = task as usize;
        let step = self.task(task).and_then(|script| script.step(self.tasks[task].step));
        match (self.tasks[task].state, step) {
            (Activity::Calling(call, length), Some(step)) if call == op => self.returned(stage, task, step, length, outcome),
            (Activity::Sleeping(timer), _) if timer == op => self.next_step(task),
            (_, Some(step)) if self.tasks[task].timer == Some(op) => self.give_up(stage, task, step),
            _ => {}
        }
    }

    /// A step's call came back: the step goes on, or ends.
    fn returned(&mut self, stage: &mut impl Stage, task: usize, step: &Step, length: u64, outcome: Outcome) {
        self.tasks[task].bytes += match &outcome {
            Outcome::Data(data) => data.len() as u64,
            Outcome::Ok => length,
            _ => 0,
        };
        if goes_on(&step.action, self.tasks[task].bytes, &outcome) {
            return self.queue(task);
        }
        if let Some(timer) = self.tasks[task].timer.take() {
            stage.cancel(timer);
        }
        self.judge(stage.now(), task, step, Some(outcome));
        self.next_step(task);
    }

    /// A step's time is up. Between two calls its task stands in the line already.
    fn give_up(&mut self, stage: &mut impl Stage, task: usize, step: &Step) {
        self.tasks[task].timer = None;
        self.judge(stage.now(), task, step, None);
        if let Activity::Calling(op, _) = self.tasks[task].state {
            stage.cancel(op);
            return self.next_step(task);
        }
        self.tasks[task].step += 1;
        self.tasks[task].bytes = 0;
    }

    fn judge(&mut self, at: Instant, task: usize, step: &Step, last: Option<Outcome>) {
        let ended = StepResult { bytes: self.tasks[task].bytes, last };
        if step.expect.as_ref().is_some_and(|expect| !expect.is_met(&ended)) {
            self.misses.push(Miss { task, step: self.tasks[task].step, at, why: Why::Ended(ended) });
        }
    }
}

/// Does the action make another call after this one, with `done` bytes read or written so far?
fn goes_on(action: &Action, done: u64, outcome: &Outcome) -> bool {
    match (action, outcome) {
        (Action::ReadToEof, Outcome::Data(_)) => true,
        (Action::ReadExact(bytes), Outcome::Data(_)) | (Action::WriteBy { total: bytes, .. }, Outcome::Ok) => done < *bytes,
        _ => false,
    }
}

/// A size as memory counts it.
fn size(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
