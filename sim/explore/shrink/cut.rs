//! Takes elements of a scenario away: flows, tasks, faults, decisions, steps. What means nothing without them goes too.

use std::ops::Range;

use crate::scenario::{Action, FaultKind, FlowSteps, Scenario, Step};

/// A kind of elements, in the order in which a scenario has them.
pub(super) struct List {
    /// How many there are.
    pub count: fn(&Scenario) -> usize,
    /// The scenario without these.
    pub without: fn(&Scenario, Range<usize>) -> Scenario,
}

impl List {
    /// What takes most with it comes first.
    pub(super) const ALL: [List; 5] = [
        List { count: |scenario| scenario.flows.len(), without: without_flows },
        List { count: |scenario| scenario.tasks().count(), without: without_tasks },
        List { count: |scenario| scenario.faults.len(), without: without_faults },
        List { count: |scenario| scenario.schedule.len(), without: without_decisions },
        List { count: |scenario| scenario.tasks().map(|(_, _, steps)| steps.len()).sum(), without: without_steps },
    ];
}

/// Is the nth in line kept?
fn kept(cut: &Range<usize>) -> impl FnMut() -> bool + use<> {
    let (mut next, cut) = (0.., cut.clone());
    move || next.next().is_some_and(|at| !cut.contains(&at))
}

fn without_flows(scenario: &Scenario, cut: Range<usize>) -> Scenario {
    let mut less = scenario.clone();
    let mut is_kept = kept(&cut);
    less.flows.retain(|_| is_kept());
    less.faults.retain_mut(|fault| match &mut fault.kind {
        FaultKind::Abort { flow, .. } | FaultKind::Segment { flow, .. } => renumber(flow, &cut),
        FaultKind::Partition { .. } | FaultKind::Crash { .. } => true,
    });
    tidy(less)
}

/// The number that a flow has without these, if it is none of them.
fn renumber(flow: &mut u32, cut: &Range<usize>) -> bool {
    let number = *flow as usize;
    let before = cut.end.min(number).saturating_sub(cut.start);
    *flow -= before as u32;
    !cut.contains(&number)
}

fn without_tasks(scenario: &Scenario, cut: Range<usize>) -> Scenario {
    let mut less = scenario.clone();
    let mut is_kept = kept(&cut);
    less.flows.iter_mut().flat_map(lists).for_each(|tasks| tasks.retain(|_| is_kept()));
    tidy(less)
}

fn without_faults(scenario: &Scenario, cut: Range<usize>) -> Scenario {
    let mut less = scenario.clone();
    let mut is_kept = kept(&cut);
    less.faults.retain(|_| is_kept());
    less
}

fn without_decisions(scenario: &Scenario, cut: Range<usize>) -> Scenario {
    let mut less = scenario.clone();
    let mut is_kept = kept(&cut);
    less.schedule.retain(|_, _| is_kept());
    less
}

fn without_steps(scenario: &Scenario, cut: Range<usize>) -> Scenario {
    let mut less = scenario.clone();
    let mut is_kept = kept(&cut);
    less.flows.iter_mut().flat_map(lists).flatten().for_each(|steps| steps.retain(|_| is_kept()));
    tidy(less)
}

/// The tasks of both ends, the client's first.
fn lists(flow: &mut FlowSteps) -> impl Iterator<Item = &mut Vec<Vec<Step>>> {
    let (client, server) = (&mut flow.tasks.client, &mut flow.tasks.server);
    [client, server].into_iter()
}

/// Without tasks and flows that do nothing, waits for what no step signals, and signals that no step waits for.
fn tidy(mut scenario: Scenario) -> Scenario {
    let names = |scenario: &Scenario, name: fn(&Action) -> Option<&str>| -> Vec<String> {
        let steps = scenario.tasks().flat_map(|(_, _, steps)| steps);
        steps.filter_map(|step| name(&step.action)).map(str::to_owned).collect()
    };
    let (given, awaited) = (names(&scenario, signalled), names(&scenario, waited));
    let matters = |step: &Step| {
        let is_in = |name: Option<&str>, names: &[String]| name.is_none_or(|name| names.iter().any(|other| other == name));
        is_in(signalled(&step.action), &awaited) && is_in(waited(&step.action), &given)
    };
    scenario.flows.iter_mut().flat_map(lists).for_each(|tasks| {
        tasks.iter_mut().for_each(|steps| steps.retain(matters));
        tasks.retain(|steps| !steps.is_empty());
    });
    match scenario.flows.iter().position(FlowSteps::is_empty) {
        Some(flow) => without_flows(&scenario, flow..flow + 1),
        None => scenario,
    }
}

fn signalled(action: &Action) -> Option<&str> {
    if let Action::Signal(name) = action { Some(name) } else { None }
}

fn waited(action: &Action) -> Option<&str> {
    if let Action::Wait(name) = action { Some(name) } else { None }
}

/// The place of the nth step, by flow, end, task and step.
pub(super) fn step_mut(scenario: &mut Scenario, nth: usize) -> Option<&mut Step> {
    scenario.flows.iter_mut().flat_map(lists).flatten().flatten().nth(nth)
}
