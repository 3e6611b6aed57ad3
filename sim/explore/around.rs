//! Varies a scenario: another network or pipe, other faults, another order, pauses, calls that are given up or cut to pieces; the
//! bytes and who writes them stay.
//!
//! What the scenario expects and guards was meant for its own network, so it goes: the rules alone judge a variation.

use std::time::Duration;

use super::draws::{Draws, Weighted, weighted};
use super::{Medium, network, portion, random};
use crate::contract::{Both, End};
use crate::scenario::{Action, Fault, Scenario, Step};
use crate::tcp;
use crate::world::Offers;

/// In how many pieces a flow's bytes go through the medium, at most: else it is left as the scenario has it.
const PIECES: u64 = 2_000;

/// One variation.
pub(super) fn variation(scenario: &Scenario, offers: &Offers, draws: &mut Draws<'_>) -> Scenario {
    let seed = draws.part(random::seed);
    let medium = medium(scenario, offers, draws);
    let aborts = if offers.aborts { draws.part(random::aborts) } else { Vec::new() };
    let mut flows = scenario.flows.clone();
    for flow in &mut flows {
        let lanes = End::BOTH.map(|end| draws.part(|draws| lanes(std::mem::take(&mut flow.tasks[end]), offers, draws)));
        let [client, server] = lanes;
        flow.tasks = Both { client, server };
    }
    let ends = if offers.network_faults && offers.aborts { network::ends(&flows, &medium.tcp) } else { Vec::new() };
    let own = scenario.faults.iter().map(|fault| fault.kind).filter(|_| draws.happens(50)).collect::<Vec<_>>();
    let Medium { pipe, link, tcp, faults } = medium;
    let drawn = aborts.into_iter().chain(faults).map(|fault| fault.of_flows(flows.len() as u32));
    let faults = own.into_iter().chain(drawn).chain(ends).map(Fault::from).collect();
    let title = format!("A variation of: {}", scenario.title);
    let (contract, target, limits) = (scenario.contract, scenario.target.clone(), scenario.limits);
    Scenario { title, contract, target, seed, pipe, limits, link, tcp, faults, flows, ..Scenario::default() }
}

/// What is between the ends: the scenario's own, or another one.
fn medium(scenario: &Scenario, offers: &Offers, draws: &mut Draws<'_>) -> Medium {
    let own = Medium { pipe: scenario.pipe, link: scenario.link.clone(), tcp: scenario.tcp.clone(), faults: Vec::new() };
    let drawn = draws.maybe(70, |draws| super::medium(draws, offers));
    let Some(mut drawn) = drawn else { return own };
    for end in End::BOTH {
        drawn.tcp[end] = tcp::Settings { quirk: own.tcp[end].quirk, ..drawn.tcp[end].clone() };
    }
    if takes_long(scenario, &drawn) { Medium { faults: drawn.faults, ..own } } else { drawn }
}

fn takes_long(scenario: &Scenario, medium: &Medium) -> bool {
    let written = |end: End| -> u64 {
        scenario.flows.iter().flat_map(|flow| flow.tasks[end].iter().flatten()).map(|step| step.action.written()).sum()
    };
    End::BOTH.into_iter().any(|end| written(end) / PIECES > portion::piece(medium, end))
}

/// The tasks of an end, each step varied a little.
fn lanes(lanes: Vec<Vec<Step>>, offers: &Offers, draws: &mut Draws<'_>) -> Vec<Vec<Step>> {
    let varied = |lane: Vec<Step>, draws: &mut Draws<'_>| lane.into_iter().flat_map(|step| steps(step, offers, draws)).collect();
    lanes.into_iter().map(|lane| random::in_time(varied(lane, draws))).collect()
}

/// At times after a pause, given up, or in pieces.
fn steps(step: Step, offers: &Offers, draws: &mut Draws<'_>) -> impl Iterator<Item = Step> + use<> {
    let pause = draws.maybe(8, |draws| Step::from(Action::Sleep(draws.pick(PAUSES))));
    let given_up = draws.maybe(5, |draws| draws.micros(0..8_000)).filter(|_| offers.cancel && can_be_given_up(&step.action));
    let pieces = draws.maybe(10, |draws| in_pieces(&step.action, draws)).flatten();
    let varied = Step { cancel_after: given_up.or(step.cancel_after), ..Step::from(pieces.unwrap_or(step.action)) };
    pause.into_iter().chain([varied])
}

/// Mostly short, at times longer than any contract's patience.
const PAUSES: &[Weighted<Duration>] =
    &[weighted(3, |draws| draws.micros(1..20_000)), weighted(1, |draws| Duration::from_secs(draws.within(1..3_600)))];

/// What opens a connection is not given up: nothing after it would be as the scenario means it.
fn can_be_given_up(action: &Action) -> bool {
    matches!(action.word(), "read" | "write" | "writev" | "flush" | "shutdown" | "close")
}

/// The same bytes in several calls.
fn in_pieces(action: &Action, draws: &mut Draws<'_>) -> Option<Action> {
    match action {
        Action::Write(bytes) if *bytes > 1 => Some(Action::WriteBy { total: *bytes, by: draws.within(1..*bytes).max(bytes / PIECES) }),
        Action::WriteBy { total, .. } => Some(Action::Write(*total)),
        _ => None,
    }
}
