//! Compiles what a machine runs: the tasks of a scenario with their places, and its aborts, which are tasks of their own (faults of
//! the network are the world's). It never changes during a run, so that copies of a machine share it; the scenario's own steps stay
//! where they are.

use std::time::Duration;

use super::{Action, Fault, FaultKind, Scenario, Step, opening};
use crate::contract::End;
use crate::trace::{Abort, Place};

/// A scenario's tasks, ready to be run.
#[derive(Clone, Debug)]
pub(super) struct Program<'a> {
    /// The aborts come first: what happens from outside at an instant happens before what the ends do then.
    pub(super) scripts: Vec<Script<'a>>,
    /// The names of signals, sorted.
    signals: Vec<Box<str>>,
    /// The port of each flow.
    ports: Vec<u16>,
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
    /// Those that open its connection, where the scenario has none. They come first.
    opening: Vec<Step>,
    /// The scenario's.
    steps: &'a [Step],
}

impl Task<'_> {
    /// The step of this number, counted from 0.
    pub(super) fn step(&self, number: usize) -> Option<&Step> {
        match number.checked_sub(self.opening.len()) {
            Some(number) => self.steps.get(number),
            None => self.opening.get(number),
        }
    }

    /// Every step, in order.
    pub(super) fn steps(&self) -> impl Iterator<Item = &Step> {
        self.opening.iter().chain(self.steps)
    }
}

impl<'a> Program<'a> {
    /// The scenario's tasks; where flows are not connected from the start, those that no step connects are connected first.
    pub(super) fn new(scenario: &'a Scenario, connects: bool) -> Self {
        let tasks = scenario.flows.iter().flat_map(|flow| End::BOTH.map(|end| flow.tasks[end].len().max(1)));
        let mut scripts = Vec::with_capacity(tasks.sum::<usize>() + scenario.faults.len());
        scripts.extend(scenario.faults.iter().filter_map(aborting));
        add_tasks(&mut scripts, scenario, connects);
        let mut signals: Vec<Box<str>> = scripts.iter().filter_map(Script::task).flat_map(Task::steps).filter_map(signalled).collect();
        signals.sort_unstable();
        signals.dedup();
        Program { scripts, signals, ports: scenario.flows.iter().map(|flow| flow.port).collect() }
    }

    /// How many flows there are.
    pub(super) fn flows(&self) -> usize {
        self.ports.len()
    }

    /// The port of a flow.
    pub(super) fn port(&self, flow: u32) -> u16 {
        self.ports[flow as usize]
    }

    /// How many signals there are.
    pub(super) fn signals(&self) -> usize {
        self.signals.len()
    }

    /// The number of a signal that some step gives.
    pub(super) fn signal(&self, name: &str) -> Option<usize> {
        self.signals.binary_search_by(|signal| (**signal).cmp(name)).ok()
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

fn signalled(step: &Step) -> Option<Box<str>> {
    match &step.action {
        Action::Signal(name) => Some(name.clone()),
        _ => None,
    }
}

/// Adds the tasks, by flow, the client's before the server's.
fn add_tasks<'a>(scripts: &mut Vec<Script<'a>>, scenario: &'a Scenario, connects: bool) {
    let mut openings = if connects { opening::openings(scenario) } else { Vec::new() };
    for (flow, steps) in scenario.flows.iter().enumerate() {
        for end in End::BOTH {
            let at = Place { flow: u32::try_from(flow).unwrap_or(u32::MAX), end };
            let first = openings.get_mut(flow).map(|first| std::mem::take(&mut first[end])).unwrap_or_default();
            let tasks = &steps.tasks[end];
            let mut openings = opening::by_task(first, tasks.len(), at).into_iter();
            // An end without a task may have a connection to open.
            for number in 0..tasks.len().max(openings.len()) {
                let steps = tasks.get(number).map_or(&[][..], Vec::as_slice);
                scripts.push(Script::Task(Task { at, opening: openings.next().unwrap_or_default(), steps }));
            }
        }
    }
}
