//! What a machine runs: the tasks of a scenario with their places, and its aborts, which are tasks of their own (faults of the
//! network are the world's). It never changes during a run, so that copies of a machine share it.

use std::time::Duration;

use super::{Action, Fault, FaultKind, Scenario, Step};
use crate::trace::{Abort, Place};

/// A scenario's tasks, ready to be run.
#[derive(Clone, Debug)]
pub(super) struct Program {
    /// The aborts come first: what happens from outside at an instant happens before what the ends do then.
    pub(super) lines: Vec<Line>,
    /// The names of signals, sorted.
    signals: Vec<Box<str>>,
    /// How many flows there are.
    pub(super) flows: usize,
}

/// One task.
#[derive(Clone, Debug)]
pub(super) enum Line {
    /// An end is aborted from outside.
    Abort { at: Place, abort: Abort, when: Duration },
    /// Steps of one end.
    Task { at: Place, steps: Vec<Step> },
}

impl Program {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let faults = scenario.faults.iter().filter_map(aborting);
        let tasks = scenario.tasks().map(|(flow, end, steps)| {
            let at = Place { flow: u32::try_from(flow).unwrap_or(u32::MAX), end };
            Line::Task { at, steps: steps.to_vec() }
        });
        let named = |step: &Step| if let Action::Signal(name) = &step.action { Some(name.clone()) } else { None };
        let mut signals: Vec<_> = scenario.tasks().flat_map(|(_, _, steps)| steps).filter_map(named).collect();
        signals.sort_unstable();
        signals.dedup();
        Program { lines: faults.chain(tasks).collect(), signals, flows: scenario.flows.len() }
    }

    /// How many signals there are.
    pub(super) fn signals(&self) -> usize {
        self.signals.len()
    }

    /// The number of a signal that some step gives.
    pub(super) fn signal(&self, name: &str) -> Option<usize> {
        self.signals.binary_search_by(|signal| (**signal).cmp(name)).ok()
    }

    /// The steps of a task, and whose they are; nothing for a fault.
    pub(super) fn task(&self, line: usize) -> Option<(Place, &[Step])> {
        match self.lines.get(line)? {
            Line::Task { at, steps } => Some((*at, steps)),
            Line::Abort { .. } => None,
        }
    }
}

/// A fault that is the machine's to bring about.
fn aborting(fault: &Fault) -> Option<Line> {
    match fault.kind {
        FaultKind::Abort { abort, flow, end, at } => Some(Line::Abort { at: Place { flow, end }, abort, when: at }),
        _ => None,
    }
}
