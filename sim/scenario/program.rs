//! Compiles what a machine runs: the tasks of a scenario with their places, and its aborts, which are tasks of their own (faults of
//! the network are the world's). It never changes during a run, so that copies of a machine share it; the scenario's own steps stay
//! where they are.

use std::borrow::Cow;
use std::time::Duration;

use super::opening::{self, FirstSteps};
use super::{Action, Fault, FaultKind, Scenario, Step};
use crate::contract::End;
use crate::trace::{Abort, Place};

/// A scenario's tasks, ready to be run.
#[derive(Clone, Debug)]
pub(super) struct Program<'a> {
    /// The aborts come first: what happens from outside at an instant happens before what the ends do then.
    pub(super) scripts: Vec<Script<'a>>,
    /// The names of signals, sorted.
    signals: Vec<Cow<'a, str>>,
    /// The port of each flow.
    ports: Vec<u32>,
}

/// What is run beside the others.
#[derive(Clone, Debug)]
pub(super) enum Script<'a> {
    /// An end is aborted from outside.
    Abort { at: Place, abort: Abort, when: Duration },
    /// An end takes steps.
    Task(Task<'a>),
}

/// Steps of one end.
#[derive(Clone, Debug)]
pub(super) struct Task<'a> {
    pub(super) at: Place,
    /// Where the scenario has none that open its connection.
    first: FirstSteps,
    /// The scenario's.
    steps: &'a [Step],
}

impl Task<'_> {
    /// The step of this number, counted from 0.
    pub(super) fn step(&self, number: usize) -> Option<&Step> {
        let first = self.first.steps();
        match number.checked_sub(first.len()) {
            Some(number) => self.steps.get(number),
            None => first.get(number),
        }
    }

    /// Every step, in order.
    pub(super) fn steps(&self) -> impl Iterator<Item = &Step> {
        self.first.steps().iter().chain(self.steps)
    }
}

impl<'a> Program<'a> {
    /// The scenario's tasks; where flows are not connected from the start, those that no step connects are connected first.
    pub(super) fn new(scenario: &'a Scenario, connects: bool) -> Self {
        let tasks = scenario.flows.iter().flat_map(|flow| End::BOTH.map(|end| flow.tasks[end].len().max(1)));
        let mut scripts = Vec::with_capacity(tasks.sum::<usize>() + scenario.faults.len());
        scripts.extend(scenario.faults.iter().filter_map(aborting));
        add_tasks(&mut scripts, scenario, connects);
        let mut signals: Vec<Cow<'a, str>> = scripts.iter().filter_map(Script::task).flat_map(signals).collect();
        signals.sort_unstable();
        signals.dedup();
        Program { scripts, signals, ports: scenario.flows.iter().map(|flow| flow.port).collect() }
    }

    /// How many flows there are.
    pub(super) fn flows(&self) -> usize {
        self.ports.len()
    }

    /// The port of a flow.
    pub(super) fn port(&self, flow: u32) -> u32 {
        self.ports[flow as usize]
    }

    /// How many signals there are.
    pub(super) fn signals(&self) -> usize {
        self.signals.len()
    }

    /// The number of a signal that some step gives.
    pub(super) fn signal(&self, name: &str) -> Option<usize> {
        self.signals.binary_search_by(|signal| signal.as_ref().cmp(name)).ok()
    }

    /// The task of this number; nothing for a fault.
    pub(super) fn task(&self, number: usize) -> Option<&Task<'a>> {
        self.scripts.get(number)?.task()
    }
}

impl<'a> Script<'a> {
    fn task(&self) -> Option<&Task<'a>> {
        match self {
            Script::Task(task) => Some(task),
            Script::Abort { .. } => None,
        }
    }
}

/// The fault as a script, if the machine and not the network brings it about.
fn aborting<'a>(fault: &Fault) -> Option<Script<'a>> {
    match fault.kind {
        FaultKind::Abort { abort, flow, end, at } => Some(Script::Abort { at: Place { flow, end }, abort, when: at }),
        _ => None,
    }
}

/// The signals that a task gives. Where steps are the program's own, so are their names.
fn signals<'a>(task: &Task<'a>) -> impl Iterator<Item = Cow<'a, str>> {
    let first = task.first.steps().iter().filter_map(signalled).map(|name| Cow::Owned(name.to_owned()));
    first.chain(task.steps.iter().filter_map(signalled).map(Cow::Borrowed))
}

fn signalled(step: &Step) -> Option<&str> {
    match &step.action {
        Action::Signal(name) => Some(name),
        _ => None,
    }
}

/// Adds the tasks, by flow, the client's before the server's.
fn add_tasks<'a>(scripts: &mut Vec<Script<'a>>, scenario: &'a Scenario, connects: bool) {
    let mut openings = if connects { opening::openings(scenario) } else { Vec::new() };
    for (flow, steps) in scenario.flows.iter().enumerate() {
        for end in End::BOTH {
            let at = Place { flow: u32::try_from(flow).unwrap_or(u32::MAX), end };
            let opening = openings.get_mut(flow).map(|first| std::mem::take(&mut first[end])).unwrap_or_default();
            add_end(scripts, at, opening, &steps.tasks[end]);
        }
    }
}

/// Adds the tasks of an end; one without tasks may have a connection to open.
fn add_end<'a>(scripts: &mut Vec<Script<'a>>, at: Place, opening: Vec<Step>, tasks: &'a [Vec<Step>]) {
    let (first, others) = opening::share(opening, tasks.len(), at);
    let mut tasks = tasks.iter().map(Vec::as_slice);
    let steps = tasks.next();
    if steps.is_some() || !first.steps().is_empty() {
        scripts.push(Script::Task(Task { at, first, steps: steps.unwrap_or_default() }));
    }
    scripts.extend(tasks.map(|steps| Script::Task(Task { at, first: others.clone(), steps })));
}
