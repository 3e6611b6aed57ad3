//! Checks what a scenario must keep beyond its grammar: it does something, every step can be reached, and it fits into memory.

use std::collections::BTreeSet;
use std::time::Duration;

use super::units::Span;
use super::{Action, Expect, Fault, FaultKind, Scenario, Step};
use crate::contract::{End, suggestion};
use crate::link::{PacketName, SegmentKind};
use crate::trace::Diagnostic;

/// Most steps of a scenario.
const MAX_STEPS: usize = 10_000;
/// Most tasks of a scenario.
const MAX_TASKS: usize = 1_000;
/// Most faults of a scenario: a random run of some length, told exactly, has many.
pub(super) const MAX_FAULTS: usize = 10_000;
/// Most bytes that a scenario writes: its trace may keep all of them.
const MAX_BYTES: u64 = 1 << 30;

/// Finds the first step or setting that can't be meant so.
pub(super) fn check(scenario: &Scenario) -> Result<(), Diagnostic> {
    sizes(scenario)?;
    decided(scenario)?;
    scenario.tasks().try_for_each(|(_, _, steps)| reachable(scenario, steps).and_then(|()| times(scenario, steps)))?;
    scenario.tasks().try_for_each(|(_, end, steps)| roles(scenario, end, steps))?;
    scenario.faults.iter().try_for_each(|fault| sendable(scenario, fault))?;
    signals(scenario)
}

/// Decisions that a `schedule` lists are not left to a seed as well.
fn decided(scenario: &Scenario) -> Result<(), Diagnostic> {
    if scenario.schedule.is_empty() || scenario.chance(None).is_none() {
        return Ok(());
    }
    let message = "a `schedule` stands where chance would decide";
    let help = "leave out the `seed`, and what a link does at random; or the `schedule`";
    Err(scenario.source.at(scenario.spots.schedule, message).with_help(help))
}

/// The client's end connects, the server's end takes connections.
fn roles(scenario: &Scenario, end: End, steps: &[Step]) -> Result<(), Diagnostic> {
    let is_alien = |step: &&Step| match step.action {
        Action::Connect(_) => end == End::Server,
        Action::Accept(_) | Action::Listen(_) | Action::Unlisten(_) => end == End::Client,
        _ => false,
    };
    let Some(step) = steps.iter().find(is_alien) else { return Ok(()) };
    let message = format!("`{}` is not for the {end}'s end of a flow", step.action.word());
    let help = "the client's end connects; the server's end listens, accepts and unlistens";
    Err(scenario.source.at(step.spot, message).with_help(help))
}

/// Each end opens with a segment of its own.
fn sendable(scenario: &Scenario, fault: &Fault) -> Result<(), Diagnostic> {
    let FaultKind::Segment { from, which: PacketName::Nth { kind, .. }, .. } = fault.kind else { return Ok(()) };
    let (opens, other) = match from {
        End::Client => ("SYN", SegmentKind::SynAck),
        End::Server => ("SYN-ACK", SegmentKind::Syn),
    };
    if kind != other {
        return Ok(());
    }
    let message = format!("the {from} never sends such a segment");
    Err(scenario.source.at(fault.spot, message).with_help(format!("the {from} opens with a `{opens}`")))
}

fn sizes(scenario: &Scenario) -> Result<(), Diagnostic> {
    let whole = |message: String, help: String| Err(scenario.source.at(Default::default(), message).with_help(help));
    let (tasks, steps) = (scenario.tasks().count(), scenario.tasks().map(|(_, _, steps)| steps.len()).sum());
    match (steps, tasks, scenario.faults.len()) {
        (0, ..) => whole("the scenario has no steps".into(), "give `[client]` or `[server]` a list, as `steps = [\"write 4KiB\"]`".into()),
        (MAX_STEPS.., ..) if steps > MAX_STEPS => whole(format!("the scenario has {steps} steps"), format!("at most {MAX_STEPS}")),
        (_, MAX_TASKS.., _) if tasks > MAX_TASKS => whole(format!("the scenario has {tasks} tasks"), format!("at most {MAX_TASKS}")),
        (_, _, faults) if faults > MAX_FAULTS => whole(format!("the scenario has {faults} faults"), format!("at most {MAX_FAULTS}")),
        _ => bytes(scenario),
    }
}

fn bytes(scenario: &Scenario) -> Result<(), Diagnostic> {
    let mut total = 0_u64;
    for step in scenario.tasks().flat_map(|(_, _, steps)| steps) {
        total = total.saturating_add(step.action.written());
        if total > MAX_BYTES {
            return Err(scenario.source.at(step.spot, "the scenario writes too much").with_help("at most 1GiB in all"));
        }
    }
    Ok(())
}

/// Nothing comes after a step that is expected to block for ever.
fn reachable(scenario: &Scenario, steps: &[Step]) -> Result<(), Diagnostic> {
    let blocked = |pair: &&[Step]| pair[0].expect == Some(Expect::Blocks);
    let Some(pair) = steps.windows(2).find(blocked) else { return Ok(()) };
    let message = format!("this step is never reached: `{}` comes before it", pair[0]);
    Err(scenario.source.at(pair[1].spot, message).with_help("what blocks for ever is a task's last step"))
}

/// No task waits for a time that must have passed when it gets there.
fn times(scenario: &Scenario, steps: &[Step]) -> Result<(), Diagnostic> {
    let mut start = Duration::ZERO;
    for step in steps {
        if step.action.is_late(start) {
            let message = format!("this time has passed: the task gets here at {} or later", Span(start));
            let help = "times count from the start of the run; `sleep D` waits from here on";
            return Err(scenario.source.at(step.spot, message).with_help(help));
        }
        start = step.action.over_after(start);
    }
    Ok(())
}

/// Every wait is signalled by a step that does not itself come after it, assuming that all calls return.
fn signals(scenario: &Scenario) -> Result<(), Diagnostic> {
    let mut rest: Vec<&[Step]> = scenario.tasks().map(|(_, _, steps)| steps).collect();
    let mut given = BTreeSet::new();
    loop {
        let before = (given.len(), rest.iter().map(|steps| steps.len()).sum::<usize>());
        rest.iter_mut().for_each(|steps| advance(steps, &mut given));
        if before == (given.len(), rest.iter().map(|steps| steps.len()).sum()) {
            break;
        }
    }
    match rest.iter().find_map(|steps| steps.first()) {
        Some(Step { action: Action::Wait(name), spot, .. }) => Err(never(scenario, name, *spot)),
        _ => Ok(()),
    }
}

/// Runs a task up to the first wait for a signal that was not given yet.
fn advance<'a>(steps: &mut &'a [Step], given: &mut BTreeSet<&'a str>) {
    while let Some((step, rest)) = steps.split_first() {
        match &step.action {
            Action::Wait(name) if !given.contains(&**name) => return,
            Action::Signal(name) => _ = given.insert(name),
            _ => {}
        }
        *steps = rest;
    }
}

fn never(scenario: &Scenario, name: &str, spot: super::Spot) -> Diagnostic {
    let steps = scenario.tasks().flat_map(|(_, _, steps)| steps);
    let signals: BTreeSet<&str> =
        steps.filter_map(|step| if let Action::Signal(name) = &step.action { Some(&**name) } else { None }).collect();
    let (message, help) = match (signals.contains(name), signals.is_empty()) {
        (true, _) => {
            (format!("`{name}` is signalled only by a step that waits for this one"), "signal it before, or from another task".to_owned())
        }
        (false, true) => (format!("nobody signals `{name}`"), format!("let another task say `signal {name}`")),
        (false, false) => (format!("nobody signals `{name}`"), suggestion(name, signals.into_iter())),
    };
    scenario.source.at(spot, message).with_help(help)
}
