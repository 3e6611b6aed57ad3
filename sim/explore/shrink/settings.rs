//! Brings settings back to what is usual: contracts, pipe, links, stacks, limits, names, what a file must exercise; and makes those
//! that remain alike at both ends, and smaller.

use std::time::Duration;

use super::smaller;
use crate::contract::{Both, Contract, End};
use crate::scenario::{FlowSteps, Limits, PipeSpec, Scenario};

/// Groups of settings, each as a whole: as usual, else alike at both ends.
pub(super) fn whole(scenario: &Scenario, nth: usize) -> Option<Vec<Scenario>> {
    const GROUPS: &[fn(&mut Scenario)] = &[
        |scenario| (scenario.title, scenario.guards) = Default::default(),
        |scenario| scenario.contract = None,
        |scenario| scenario.contract = scenario.contract.map(|both| Both::same(both.client)),
        |scenario| scenario.contract = scenario.contract.map(|both| Both::same(both.server)),
        |scenario| scenario.link = Both::default(),
        |scenario| scenario.link = Both::same(scenario.link.client.clone()),
        |scenario| scenario.link = Both::same(scenario.link.server.clone()),
        |scenario| scenario.tcp = Both::default(),
        |scenario| scenario.tcp = Both::same(scenario.tcp.client.clone()),
        |scenario| scenario.tcp = Both::same(scenario.tcp.server.clone()),
        |scenario| scenario.pipe = PipeSpec::default(),
        |scenario| scenario.limits = Limits::default(),
        |scenario| scenario.flows.iter_mut().for_each(|flow| flow.name = None),
        |scenario| scenario.flows.iter_mut().for_each(|flow| flow.port = FlowSteps::default().port),
    ];
    GROUPS.get(nth).map(|edit| vec![edited(scenario, edit)])
}

fn edited(scenario: &Scenario, edit: impl FnOnce(&mut Scenario)) -> Scenario {
    let mut scenario = scenario.clone();
    edit(&mut scenario);
    scenario
}

/// One setting of the links, of the stacks or of the pipe.
struct Setting {
    /// As usual at both ends; else alike: the client's, the server's.
    usual: fn(&Scenario) -> Vec<Scenario>,
    /// Smaller, where it is not as usual: at both ends where they are alike, else at one of them.
    smaller: fn(&Scenario) -> Vec<Scenario>,
}

macro_rules! setting {
    ($part:ident.$name:ident) => {
        setting!($part.$name, |_| std::iter::empty())
    };
    ($part:ident.$name:ident, $smaller:expr) => {
        Setting {
            usual: |scenario| usual(scenario, |scenario| &mut scenario.$part, |to, from| to.$name = from.$name),
            smaller: |scenario| smaller_at(scenario, |scenario| &mut scenario.$part, |part| &mut part.$name, $smaller),
        }
    };
}

const SETTINGS: &[Setting] = &[
    setting!(link.delay, smaller::spans),
    setting!(link.jitter),
    setting!(link.loss),
    setting!(link.duplicate),
    setting!(link.reorder),
    setting!(link.corrupt),
    setting!(link.rate, rate),
    setting!(link.queue, queue),
    setting!(link.mtu),
    setting!(tcp.mss, segment),
    setting!(tcp.send_buffer, buffer),
    setting!(tcp.receive_buffer, buffer),
    setting!(tcp.window_scale),
    setting!(tcp.nagle),
    setting!(tcp.delayed_ack, some_time),
    setting!(tcp.rto_initial, some_time),
    setting!(tcp.rto_min, some_time),
    setting!(tcp.rto_max, some_time),
    setting!(tcp.syn_give_up, some_time),
    setting!(tcp.give_up, some_time),
    setting!(tcp.msl, some_time),
    setting!(tcp.fin_wait_2, some_time),
    setting!(tcp.ports),
    setting!(tcp.isn),
    setting!(tcp.quirk),
    Setting {
        usual: |scenario| vec![edited(scenario, |scenario| scenario.pipe.capacity = PipeSpec::default().capacity)],
        smaller: |scenario| {
            let unusual = Some(scenario.pipe.capacity).filter(|bytes| *bytes != PipeSpec::default().capacity);
            unusual.into_iter().flat_map(buffer).map(|bytes| edited(scenario, |scenario| scenario.pipe.capacity = bytes)).collect()
        },
    },
    Setting {
        usual: |scenario| vec![edited(scenario, |scenario| scenario.pipe.delay = Duration::ZERO)],
        smaller: |scenario| {
            smaller::spans(scenario.pipe.delay).map(|span| edited(scenario, |scenario| scenario.pipe.delay = span)).collect()
        },
    },
];

fn segment(octets: u16) -> impl Iterator<Item = u16> {
    smaller::plain(octets.into()).filter_map(|octets| octets.try_into().ok())
}

fn buffer(bytes: usize) -> impl Iterator<Item = usize> {
    smaller::plain(bytes as u64).filter_map(|bytes| bytes.try_into().ok())
}

/// A rate of less than a kilobit a second is nothing that a person would say.
fn rate(bits: Option<u64>) -> impl Iterator<Item = Option<u64>> {
    bits.into_iter().flat_map(smaller::plain).filter(|bits| *bits >= 1_000).map(Some)
}

fn queue(packets: Option<u32>) -> impl Iterator<Item = Option<u32>> {
    packets.into_iter().flat_map(|packets| smaller::numbers(packets.into(), 0)).map(|packets| packets.try_into().ok())
}

/// No timer is set to no time.
fn some_time(span: Duration) -> impl Iterator<Item = Duration> {
    smaller::spans(span).filter(|span| !span.is_zero())
}

/// One setting as usual, or alike; then one changed parameter of a contract as the preset has it.
pub(super) fn single(scenario: &Scenario, nth: usize) -> Option<Vec<Scenario>> {
    match SETTINGS.get(nth) {
        Some(setting) => Some((setting.usual)(scenario)),
        None => parameter(scenario, nth - SETTINGS.len()),
    }
}

/// One setting smaller.
pub(super) fn less(scenario: &Scenario, nth: usize) -> Option<Vec<Scenario>> {
    SETTINGS.get(nth).map(|setting| (setting.smaller)(scenario))
}

/// Both ends of what is set.
type Part<S> = fn(&mut Scenario) -> &mut Both<S>;

fn usual<S: Clone + Default>(scenario: &Scenario, part: Part<S>, copy: fn(&mut S, &S)) -> Vec<Scenario> {
    let both = part(&mut scenario.clone()).clone();
    let from = |value: &S| edited(scenario, |scenario| End::BOTH.into_iter().for_each(|end| copy(&mut part(scenario)[end], value)));
    [&S::default(), &both.client, &both.server].into_iter().map(from).collect()
}

fn smaller_at<S: Clone + Default, T: Copy + PartialEq, I: Iterator<Item = T>>(
    scenario: &Scenario,
    part: Part<S>,
    place: fn(&mut S) -> &mut T,
    smaller: fn(T) -> I,
) -> Vec<Scenario> {
    let mut both = part(&mut scenario.clone()).clone();
    let (client, server) = (*place(&mut both.client), *place(&mut both.server));
    let (is_alike, usual) = (client == server, *place(&mut S::default()));
    let put = |(end, value): (End, T)| {
        let ends = End::BOTH.into_iter().filter(|other| is_alike || *other == end);
        edited(scenario, |scenario| ends.for_each(|end| *place(&mut part(scenario)[end]) = value))
    };
    let servers = smaller(server).filter(|_| !is_alike).map(|value| (End::Server, value));
    let clients = smaller(client).map(|value| (End::Client, value));
    clients.filter(|_| client != usual).chain(servers.filter(|_| server != usual)).map(put).collect()
}

/// The nth changed parameter of the client's contract, then of the server's, as its preset has it.
fn parameter(scenario: &Scenario, nth: usize) -> Option<Vec<Scenario>> {
    let mut both = scenario.contract?;
    let changes = End::BOTH.into_iter().flat_map(|end| both[end].changes().into_iter().map(move |(name, _)| (end, name)));
    let (end, name) = changes.into_iter().nth(nth)?;
    let parameter = Contract::PARAMETERS.iter().find(|parameter| parameter.name == name)?;
    let (is_alike, value) = (both.client == both.server, parameter.get(&Contract::preset(both[end].base)?));
    End::BOTH.into_iter().filter(|other| is_alike || *other == end).for_each(|end| _ = parameter.set(&mut both[end], &value));
    Some(vec![Scenario { contract: Some(both), ..scenario.clone() }])
}
