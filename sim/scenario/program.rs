//! Compiles what a machine runs: the tasks of a scenario with their places, and its aborts, which are tasks of their own (faults of
//! the network are the world's). It never changes during a run, so that copies of a machine share it.

use std::time::Duration;

use super::{Action, Fault, FaultKind, Scenario, Step, opening};
use crate::contract::{Both, End};
use crate::trace::{Abort, Place};

/// A scenario's tasks, ready to be run.
#[derive(Clone, Debug)]
pub(super) struct Program {
    /// The aborts come first: what happens from outside at an instant happens before what the ends do then.
    pub(super) scripts: Vec<Script>,
    /// The names of signals, sorted.
    signals: Vec<Box<str>>,
    /// The port of each flow.
    ports: Vec<u16>,
}

/// One task.
#[derive(Clone, Debug)]
pub(super) enum Script {
    /// An end is aborted from outside.
    Abort { at: Place, abort: Abort, when: Duration },
    /// Steps of one end.
    Task { at: Place, steps: Vec<Step> },
}

impl Script {
    fn steps(&self) -> &[Step] {
        match self {
            Script::Task { steps, .. } => steps,
            Script::Abort { .. } => &[],
        }
    }
}

impl Program {
    /// The scenario's tasks; where flows are not connected from the start, those that no step connects are connected first.
    pub(super) fn new(scenario: &Scenario, connects: bool) -> Self {
        let aborts = scenario.faults.iter().filter_map(aborting);
        let scripts: Vec<Script> = aborts.chain(tasks(scenario, connects)).collect();
        let mut signals: Vec<Box<str>> = scripts.iter().flat_map(Script::steps).filter_map(signalled).map(Box::from).collect();
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

    /// The steps of a task, and the end that takes them; nothing for a fault.
    pub(super) fn task(&self, number: usize) -> Option<(Place, &[Step])> {
        match self.scripts.get(number)? {
            Script::Task { at, steps } => Some((*at, steps)),
            Script::Abort { .. } => None,
        }
    }
}

/// The fault as a script, if the machine and not the network brings it about.
fn aborting(fault: &Fault) -> Option<Script> {
    match fault.kind {
        FaultKind::Abort { abort, flow, end, at } => Some(Script::Abort { at: Place { flow, end }, abort, when: at }),
        _ => None,
    }
}

fn signalled(step: &Step) -> Option<&str> {
    match &step.action {
        Action::Signal(name) => Some(name),
        _ => None,
    }
}

/// The tasks, by flow, the client's before the server's.
fn tasks(scenario: &Scenario, connects: bool) -> Vec<Script> {
    let mut openings = if connects { opening::openings(scenario) } else { vec![Both::default(); scenario.flows.len()] };
    let mut scripts = Vec::new();
    for (flow, (steps, first)) in scenario.flows.iter().zip(&mut openings).enumerate() {
        for end in End::BOTH {
            let at = Place { flow: u32::try_from(flow).unwrap_or(u32::MAX), end };
            let tasks = opening::after(std::mem::take(&mut first[end]), &steps.tasks[end], flow, end);
            scripts.extend(tasks.into_iter().map(|steps| Script::Task { at, steps }));
        }
    }
    scripts
}
