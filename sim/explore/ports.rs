//! Draws a flow that has to do with ports: listening that begins and ends, connecting where nothing may listen,
//! numbers that are no ports, leaving the network.

use std::time::Duration;

use super::draws::{Draws, Weighted, weighted};
use crate::contract::{Both, End};
use crate::scenario::{Action, FlowSteps, Step};

/// A port at which no other flow listens.
const PORT: u32 = 81;
/// A number that is no port: 16 bits of it are that of the other flows.
const NO_PORT: u32 = 65_536 + 80;
/// When a stack leaves the network: once all that its ends do is over.
const LEAVES: Duration = Duration::from_secs(3_600);
/// Most steps of the server's end between its first and its last ones.
const MAX_STEPS: usize = 4;

/// A flow that has to do with ports.
pub(super) struct PortsFlow {
    pub steps: FlowSteps,
    /// There must be no other flow: its stack leaves the network, which closes all of them under their callers.
    pub is_alone: bool,
}

/// Mostly none.
pub(super) fn flow(draws: &mut Draws<'_>) -> Option<PortsFlow> {
    draws.maybe(8, |draws| {
        let mut tasks = Both { client: vec![client(draws)], server: vec![server(draws)] };
        let leaves = draws.maybe(20, |draws| draws.one_of(&End::BOTH));
        if let Some(end) = leaves {
            tasks[end].push([Action::At(LEAVES), Action::Disconnect].map(Step::from).into());
        }
        PortsFlow { steps: FlowSteps { tasks, ..FlowSteps::default() }, is_alone: leaves.is_some() }
    })
}

/// Connects at some moment, to whatever is there.
fn client(draws: &mut Draws<'_>) -> Vec<Step> {
    let connect = Action::Connect(Some(if draws.happens(15) { NO_PORT } else { PORT }));
    [pause(draws), connect, Action::Close].map(Step::from).into()
}

/// Begins and ends to listen, and at times accepts at last, if somebody comes in time. That it says when it listens keeps its end
/// from accepting by itself.
fn server(draws: &mut Draws<'_>) -> Vec<Step> {
    let between = draws.list(0..=MAX_STEPS, |draws| draws.pick(EVENTS)).into_iter().map(Step::from);
    let accept = draws.happens(50).then(|| Step { cancel_after: Some(Duration::from_secs(10)), ..Step::from(Action::Accept(Some(PORT))) });
    let close = accept.is_some().then(|| Step::from(Action::Close));
    [Action::Listen(PORT).into()].into_iter().chain(between).chain(accept).chain(close).collect()
}

const EVENTS: &[Weighted<Action>] = &[
    weighted(3, pause),
    weighted(3, |_| Action::Unlisten(PORT)),
    weighted(2, |_| Action::Listen(PORT)),
    weighted(1, |_| Action::Listen(NO_PORT)),
];

fn pause(draws: &mut Draws<'_>) -> Action {
    Action::Sleep(draws.micros(0..40_000))
}
