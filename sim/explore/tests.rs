//! What comes out: all that can be said, in scenarios that are files, and never a client's fault unless it is asked for.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::flow::{Io, stream};
use crate::link::{Impairment, PacketName, Probability, SegmentKind};
use crate::scenario::{Action, FaultKind};
use crate::target::{self, Named};
use crate::world::{SetupError, Sim};

const SAMPLES: usize = 2_000;

fn pipe() -> &'static Named {
    target::named("pipe").expect("a target")
}

fn tcp() -> &'static Named {
    target::named("tcp").expect("a target")
}

fn samples(scenarios: &Scenarios) -> impl Iterator<Item = Scenario> + use<> {
    let scenarios = scenarios.clone();
    (0..SAMPLES as u64).map(move |index| scenarios.case(0, index))
}

#[test]
fn a_case_is_its_index() {
    for scenarios in [scenarios().on(tcp()), scenarios().careless()] {
        let late = scenarios.case(1, 1 << 40);
        assert!(samples(&scenarios).take(100).eq(samples(&scenarios.clone()).take(100)));
        assert_eq!(scenarios.case(1, 1 << 40), late);
        assert_ne!(scenarios.case(2, 1 << 40), late);
    }
}

fn steps(scenario: &Scenario) -> impl Iterator<Item = &Step> {
    scenario.tasks().flat_map(|(_, _, steps)| steps)
}

/// The name of an action's variant.
fn kind(action: &Action) -> String {
    format!("{action:?}").chars().take_while(|letter| letter.is_alphanumeric()).collect()
}

/// What the callers are blamed for in a run on the target.
fn faults(scenario: &Scenario, target: &dyn Target) -> Vec<String> {
    let run = scenario.run(target).unwrap_or_else(|error| panic!("{error:?}\n{scenario}"));
    run.verdict().client_faults.iter().map(|fault| fault.fact.to_string()).collect()
}

#[track_caller]
fn assert_no_faults(scenarios: &Scenarios, count: usize, target: &dyn Target) {
    for scenario in samples(scenarios).take(count) {
        assert_eq!(faults(&scenario, target), [""; 0], "{scenario}");
    }
}

#[test]
fn what_is_generated_is_a_file() {
    let networked = samples(&scenarios().on(tcp())).take(500).chain(samples(&scenarios().on(tcp()).careless()).take(500));
    for scenario in samples(&scenarios().on(pipe())).chain(samples(&scenarios().on(pipe()).careless())).chain(networked) {
        let text = scenario.to_string();
        assert_eq!(format!("{scenario:?}"), format!("\n{text}"));
        assert_eq!(Scenario::parse("again", &text), Ok(scenario), "{text}");
    }
}

#[test]
fn everything_occurs() {
    let (mut kinds, mut presets, mut tasks, mut aborts) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let (mut seeds, mut modes, mut cancelled) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for scenario in samples(&scenarios().on(pipe())) {
        kinds.extend(steps(&scenario).map(|step| kind(&step.action)));
        modes.extend(steps(&scenario).filter(|step| kind(&step.action) == "Shutdown").map(|step| step.action.to_string()));
        cancelled.extend(steps(&scenario).filter(|step| step.cancel_after.is_some()).map(|step| kind(&step.action)));
        presets.extend(scenario.contract.map(|both| (both.client.base, both.server.base)));
        tasks.insert(End::BOTH.map(|end| scenario.flows[0].tasks[end].len()));
        aborts.extend(scenario.faults.iter().filter_map(|fault| match fault.kind {
            FaultKind::Abort { abort, end, .. } => Some(format!("{abort:?} of the {end}")),
            _ => None,
        }));
        seeds.insert(scenario.seed.is_some());
    }
    let calls = ["Close", "Flush", "Read", "ReadExact", "ReadOnce", "ReadToEof", "Shutdown", "Write", "WriteBy", "WriteNodelay"];
    let calls = BTreeSet::from_iter(calls.into_iter().chain(["Writev", "WritevNodelay"]).map(str::to_owned));
    assert_eq!(cancelled, calls);
    assert_eq!(kinds, calls.into_iter().chain(["At", "Signal", "Sleep", "Wait"].map(str::to_owned)).collect());
    assert_eq!(modes.len(), 3);
    assert_eq!((presets.len(), tasks.len(), aborts.len(), seeds.len()), (Contract::PRESETS.len().pow(2), 16, 6, 2));
}

/// Whether something occurs and does not, each time it is asked.
#[derive(Debug, Default)]
struct Features(BTreeMap<&'static str, BTreeSet<bool>>);

impl Features {
    fn note(&mut self, what: &'static str, occurs: bool) {
        self.0.entry(what).or_default().insert(occurs);
    }

    fn assert_both_ways(&self) {
        let one_way: Vec<_> = self.0.iter().filter(|(_, seen)| seen.len() < 2).collect();
        assert!(one_way.is_empty(), "{one_way:?}");
    }
}

#[test]
fn every_oddity_of_a_network_occurs() {
    let (usual, mut seen, mut flows) = (tcp::Settings::default(), Features::default(), BTreeSet::new());
    for scenario in samples(&scenarios().on(tcp())) {
        let (link, tcp) = (&scenario.link.server, &scenario.tcp.server);
        seen.note("directions differ", scenario.link.client != *link);
        seen.note("stacks differ", scenario.tcp.client != *tcp);
        let times = [("delay", link.delay), ("jitter", link.jitter)];
        times.into_iter().for_each(|(what, time)| seen.note(what, !time.is_zero()));
        let odds = [("loss", link.loss), ("duplicate", link.duplicate), ("reorder", link.reorder), ("corrupt", link.corrupt)];
        odds.into_iter().for_each(|(what, odds)| seen.note(what, odds != Probability::NEVER));
        seen.note("rate", link.rate.is_some());
        seen.note("queue", link.queue.is_some());
        seen.note("tiny mss", tcp.mss < 10);
        seen.note("tiny send buffer", tcp.send_buffer < 10);
        seen.note("tiny window", tcp.receive_buffer < 10);
        seen.note("window scale", tcp.window_scale);
        seen.note("nagle", tcp.nagle);
        seen.note("delayed ack", tcp.delayed_ack == usual.delayed_ack);
        seen.note("rto", tcp.rto_min == usual.rto_min);
        seen.note("msl", tcp.msl == usual.msl);
        seen.note("isn that wraps", tcp.isn.is_some_and(|isn| isn > u32::MAX - 3_000));
        flows.insert(scenario.flows.len());
    }
    seen.assert_both_ways();
    assert_eq!(flows, BTreeSet::from([1, 2, 3, 4]));
}

#[test]
fn every_fault_of_a_network_occurs_on_flows_that_exist_and_partitions_heal() {
    let (mut kinds, mut actions, mut flows, mut carries) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let (mut partitions, mut crashes) = (BTreeSet::new(), BTreeSet::new());
    for scenario in samples(&scenarios().on(tcp())) {
        for fault in &scenario.faults {
            assert!(fault.kind.flow().is_none_or(|flow| (flow as usize) < scenario.flows.len()), "{scenario}");
            match fault.kind {
                FaultKind::Segment { flow, from, which, action } => {
                    flows.insert(flow);
                    actions.insert(action.to_string().split(' ').next().map(str::to_owned));
                    match which {
                        PacketName::Nth { kind, nth } => _ = kinds.insert((from.word(), kind, nth)),
                        PacketName::Carries { transmission, .. } => _ = carries.insert(transmission),
                    }
                }
                FaultKind::Partition { from, lasts, .. } => {
                    assert!(lasts.is_some(), "{scenario}");
                    partitions.insert(from.map(End::word));
                }
                FaultKind::Abort { flow, .. } => _ = flows.insert(flow),
                FaultKind::Crash { end, lasts, .. } => _ = crashes.insert((end.word(), lasts.is_some())),
            }
        }
    }
    // Five kinds of segments at each end, three of each.
    assert_eq!((kinds.len(), actions.len(), flows.len(), carries.len(), partitions.len()), (30, 5, 4, 3, 3));
    // Each end, with and without coming back.
    assert_eq!(crashes.len(), 4);
}

#[test]
fn fixed_numbers_and_syns_that_linger_do_not_meet() {
    let syn = |fault: &FaultKind| matches!(fault, FaultKind::Segment { which: PacketName::Nth { kind: SegmentKind::Syn, .. }, .. });
    let lost = |fault: &FaultKind| matches!(fault, FaultKind::Segment { action: Impairment::Drop, .. });
    let (mut with_lost, mut with_late, mut with_none) = (false, false, false);
    for scenario in samples(&scenarios().on(tcp())) {
        let is_fixed = End::BOTH.into_iter().any(|end| scenario.tcp[end].isn.is_some());
        let mut syns = scenario.faults.iter().map(|fault| &fault.kind).filter(|fault| syn(fault)).peekable();
        (with_none, with_late) = (with_none | (is_fixed && syns.peek().is_none()), with_late | (!is_fixed && syns.peek().is_some()));
        with_lost |= is_fixed && syns.peek().is_some();
        assert!(!is_fixed || syns.all(lost), "{scenario}");
    }
    assert!(with_none && with_late && with_lost);
}

#[test]
fn nothing_but_what_is_offered_occurs() {
    let is_nodelay = |step: &Step| matches!(step.action, Action::WriteNodelay(_) | Action::WritevNodelay(_));
    for scenario in samples(&scenarios().contract(Contract::v1()).offering(Offers::default())) {
        assert_eq!(scenario.contract, Some(Both::same(Contract::v1())));
        assert!(scenario.faults.is_empty());
        assert_eq!((&scenario.link, &scenario.tcp, scenario.flows.len()), (&Both::default(), &Both::default(), 1));
        assert!(!steps(&scenario).any(|step| is_nodelay(step) || step.cancel_after.is_some()), "{scenario}");
    }
}

#[test]
fn no_run_on_the_pipe_is_a_clients_fault() {
    assert_no_faults(&scenarios().on(pipe()), SAMPLES, pipe());
}

#[test]
fn nor_is_one_over_a_bad_network() {
    assert_no_faults(&scenarios().on(tcp()), 300, tcp());
}

#[test]
fn nor_is_one_on_any_other_flow() {
    let layer = async |sim: &Sim| -> Result<_, SetupError> {
        let (client, server) = sim.pipe();
        Ok((Io::new(stream(client)), Io::new(stream(server))))
    };
    // Few, since real time passes before a quiet of users' flows is believed.
    assert_no_faults(&scenarios(), 100, &layer);
    assert_no_faults(&scenarios(), 100, &async |sim: &Sim| -> Result<_, SetupError> { Ok(sim.pipe()) });
}

#[test]
fn careless_callers_commit_every_fault() {
    let messages: BTreeSet<String> = samples(&scenarios().on(pipe()).careless()).flat_map(|scenario| faults(&scenario, pipe())).collect();
    let seen = |what: &str| messages.iter().any(|message| message.contains(what));
    for what in
        ["a read was called while", "a write was called while", "close was called under", "after the flow was closed", "never closed"]
    {
        assert!(seen(what), "{what}");
    }
}

/// Why a half close needs a task of its own: the peer has read EOF, and its write, which no step reads, keeps it from its close.
#[test]
fn an_end_that_waits_for_ever_comes_to_no_close() {
    let client =
        |tasks: &str| format!("contract = \"v1\"\npipe.capacity = 1\n[client]\ntasks = [[{tasks}]]\n[server]\nsteps = [\"close\"]");
    let faults = |tasks: &str| faults(&Scenario::parse("stranded", client(tasks)).expect("a scenario"), pipe());
    assert_eq!(faults(r#""read", "write 2", "close""#).len(), 1);
    assert_eq!(faults(r#""read", "write 2"], ["at 3600s", "close""#), [""; 0]);
}

/// So does an end whose reads may wait for ever once it has read EOF, which the pipe's never do.
#[test]
fn where_reads_may_wait_after_eof_each_end_ends_its_writing_in_time() {
    let ends_in_time = |tasks: &Vec<Vec<Step>>| {
        let waits = |step: &Step| !matches!(step.action, Action::At(_) | Action::Shutdown(_));
        tasks.last().is_some_and(|steps| !steps.iter().any(waits))
    };
    let always = |contract: &str| {
        let contract = contract.parse().expect("a contract");
        samples(&scenarios().contract(contract)).all(|scenario| End::BOTH.iter().all(|end| ends_in_time(&scenario.flows[0].tasks[*end])))
    };
    assert!(always("modern,read_after_eof=may_block"));
    assert!(!always("modern"));
    assert!(Contract::PRESETS.iter().all(|contract| contract.patience < Wishes::LATE));
}
