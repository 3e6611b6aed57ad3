//! Random step lists on pipes of every dialect: the contract holds, online and offline verdicts agree, the same scenario leaves
//! the same bytes, and a scenario written out and read again is the same scenario.

use std::fmt::Write as _;

use flowsim::contract::Contract;
use flowsim::oracle::{Judgement, Oracle};
use flowsim::scenario::{Keep, Options, Run, Scenario};
use flowsim::target;
use flowsim::trace::Trace;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

/// How many cases each property sees; `FLOWSIM_CASES` asks for more.
fn cases() -> u32 {
    std::env::var("FLOWSIM_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(400)
}

fn config() -> ProptestConfig {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/properties.regressions");
    ProptestConfig {
        cases: cases(),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(file))),
        ..ProptestConfig::default()
    }
}

/// A scenario as the generator makes it: text in the scenario format.
#[derive(Clone, Debug)]
struct Case {
    contract: String,
    capacity: usize,
    delay: u64,
    seed: Option<u64>,
    faults: Vec<(bool, u64)>,
    tasks: [Vec<Vec<String>>; 2],
}

impl Case {
    fn text(&self) -> String {
        let mut text = format!("title = \"generated\"\ncontract = \"{}\"\ntarget = \"pipe\"\n", self.contract);
        if let Some(seed) = self.seed {
            let _ = writeln!(text, "seed = {seed}");
        }
        let _ = writeln!(text, "[pipe]\ncapacity = {}\ndelay = \"{}us\"", self.capacity, self.delay);
        for (client, at) in &self.faults {
            let end = if *client { "client" } else { "server" };
            let _ = writeln!(text, "[[fault]]\nreset = {{ end = \"{end}\", at = \"{at}us\" }}");
        }
        for (end, tasks) in ["client", "server"].into_iter().zip(&self.tasks) {
            let _ = writeln!(text, "[{end}]\ntasks = {tasks:?}");
        }
        text
    }

    fn scenario(&self) -> Scenario {
        Scenario::parse("generated", self.text()).unwrap_or_else(|mistake| panic!("{}\n{}", mistake, self.text()))
    }
}

fn size() -> impl Strategy<Value = usize> {
    prop_oneof![3 => 1..20_usize, 2 => 20..3_000_usize, 1 => Just(0)]
}

fn action() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => Just("read".to_owned()),
        1 => (1..50_usize).prop_map(|max| format!("read {max} once")),
        1 => (1..500_usize).prop_map(|bytes| format!("read {bytes}")),
        2 => Just("read to eof".to_owned()),
        4 => size().prop_map(|bytes| format!("write {bytes}")),
        1 => (size(), size(), size()).prop_map(|(a, b, c)| format!("writev {a} {b} {c}")),
        1 => size().prop_map(|bytes| format!("write nodelay {bytes}")),
        1 => Just("flush".to_owned()),
        1 => Just("shutdown read".to_owned()),
        2 => Just("shutdown write".to_owned()),
        1 => Just("shutdown both".to_owned()),
        1 => Just("close".to_owned()),
        2 => (1..20_000_u64).prop_map(|micros| format!("sleep {micros}us")),
    ]
}

fn step() -> impl Strategy<Value = String> {
    (action(), proptest::option::weighted(0.15, 0..8_000_u64)).prop_map(|(action, cancel)| match cancel {
        Some(after) if !action.starts_with("sleep") => format!("{action} | cancel after {after}us"),
        _ => action,
    })
}

fn tasks() -> impl Strategy<Value = Vec<Vec<String>>> {
    prop::collection::vec(prop::collection::vec(step(), 1..7), 1..4)
}

fn case() -> impl Strategy<Value = Case> {
    let contract = prop::sample::select(Contract::PRESETS).prop_map(|preset| preset.base.to_owned());
    let capacity = prop_oneof![1..8_usize, 8..5_000_usize];
    let faults = prop::collection::vec((any::<bool>(), 1..30_000_u64), 0..2);
    (
        contract,
        capacity,
        prop_oneof![Just(0), 1..9_000_u64],
        proptest::option::of(any::<u32>().prop_map(u64::from)),
        faults,
        tasks(),
        tasks(),
    )
        .prop_map(|(contract, capacity, delay, seed, faults, client, server)| Case {
            contract,
            capacity,
            delay,
            seed,
            faults,
            tasks: [client, server],
        })
}

fn run(scenario: &Scenario, keep: Keep) -> Run {
    let pipe = target::named("pipe").expect("a target");
    scenario.run_with(pipe, &Options { keep, ..Options::default() }).unwrap_or_else(|mistake| panic!("{mistake}"))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn pipes_keep_their_contract(case in case()) {
        let run = run(&case.scenario(), Keep::Both);
        let verdict = run.verdict();
        let broken: Vec<_> = verdict.violations.iter().map(|violation| format!("{}: {}", violation.rule, violation.message)).collect();
        let mut text = Vec::new();
        let _ = run.trace().write(&mut text);
        prop_assert!(verdict.judgement == Judgement::Held, "{:?} {}\n{broken:#?}\n{}\n{}", verdict.judgement, verdict.why, case.text(), String::from_utf8_lossy(&text));
    }

    #[test]
    fn online_and_offline_verdicts_agree(case in case()) {
        let run = run(&case.scenario(), Keep::Both);
        let mut text = Vec::new();
        let digest = run.trace().write(&mut text).expect("memory takes all");
        let read = Trace::read(text.as_slice()).expect("what is written can be read");
        prop_assert_eq!(&read, run.trace());
        prop_assert_eq!(digest, run.digest());
        let mut oracle = Oracle::with(read.header.clone());
        read.events.iter().zip(2..).for_each(|(event, line)| oracle.observe(line, event));
        prop_assert_eq!(&oracle.finish(false), run.verdict());
    }

    #[test]
    fn the_same_scenario_leaves_the_same_bytes(case in case()) {
        let scenario = case.scenario();
        prop_assert_eq!(run(&scenario, Keep::Trace).digest(), run(&scenario, Keep::Trace).digest());
        let again = Scenario::parse("again", scenario.to_string()).expect("what is written can be read");
        prop_assert_eq!(run(&again, Keep::Trace).digest(), run(&scenario, Keep::Trace).digest());
        prop_assert_eq!(again.to_string(), scenario.to_string());
    }
}
