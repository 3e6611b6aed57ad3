//! Random scenarios on pipes of every dialect: the contract holds, online and offline verdicts agree, the same scenario leaves
//! the same bytes, and a scenario written out and read again is the same scenario.

use flowsim::contract::Both;
use flowsim::explore::scenarios;
use flowsim::oracle::{Judgement, Oracle};
use flowsim::scenario::{Keep, Run, RunOptions, Scenario};
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

fn pipe() -> &'static target::Named {
    target::named("pipe").expect("a target")
}

/// All that the pipe offers, in every dialect and pair of dialects; at times by callers who keep to nothing.
fn any_scenario() -> impl Strategy<Value = Scenario> {
    prop_oneof![3 => scenarios().on(pipe()), 1 => scenarios().on(pipe()).careless()]
}

fn run(scenario: &Scenario, keep: Keep) -> Run {
    scenario.run_with(pipe(), &RunOptions::default().with_keep(keep)).unwrap_or_else(|error| panic!("{error:?}"))
}

fn assert_held(scenario: &Scenario) -> Result<(), TestCaseError> {
    let run = run(scenario, Keep::Both);
    let verdict = run.verdict();
    let broken: Vec<_> = verdict.violations.iter().map(|violation| format!("{}: {}", violation.rule, violation.fact)).collect();
    prop_assert!(verdict.judgement == Judgement::Held, "{:?} {}\n{broken:#?}\n{}", verdict.judgement, verdict.reason(), run.ladder());
    Ok(())
}

/// The same with the client in the server's place.
fn swapped(mut scenario: Scenario) -> Scenario {
    let swap = |both: &mut Both<_>| std::mem::swap(&mut both.client, &mut both.server);
    scenario.contract.iter_mut().for_each(|contract| std::mem::swap(&mut contract.client, &mut contract.server));
    scenario.flows.iter_mut().for_each(|flow| swap(&mut flow.tasks));
    scenario.faults.iter_mut().for_each(|fault| fault.kind = fault.kind.swapped());
    scenario
}

/// What failed once: bytes that a cancelled write may go on with, in a stream that several readers and writers share.
#[test]
fn what_failed_once_holds() {
    let head = "contract = \"v1\"\npipe = { capacity = 1, delay = \"4us\" }\n";
    for ends in [
        r#"client.tasks = [["sleep 12077us", "read 104"], ["read to eof"]]
           server.tasks = [["writev 1 1 811", "write 4"], ["write 2207"]]"#,
        r#"client.tasks = [["read to eof"], ["read to eof"]]
           server.steps = ["write 1559 | cancel after 0s", "write 507"]"#,
    ] {
        let scenario = Scenario::parse("once", format!("{head}{ends}")).unwrap_or_else(|mistake| panic!("{mistake}"));
        run(&scenario, Keep::Both).assert_held();
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn pipes_keep_their_contract(scenario in any_scenario()) {
        assert_held(&scenario)?;
    }

    #[test]
    fn so_they_do_with_the_roles_swapped(scenario in any_scenario()) {
        assert_held(&swapped(scenario))?;
    }

    #[test]
    fn online_and_offline_verdicts_agree(scenario in any_scenario()) {
        let run = run(&scenario, Keep::Both);
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
    fn the_same_scenario_leaves_the_same_bytes(scenario in any_scenario()) {
        prop_assert_eq!(run(&scenario, Keep::Trace).digest(), run(&scenario, Keep::Trace).digest());
        let again = Scenario::parse("again", scenario.to_string()).expect("what is written can be read");
        prop_assert_eq!(run(&again, Keep::Trace).digest(), run(&scenario, Keep::Trace).digest());
        prop_assert_eq!(again.to_string(), scenario.to_string());
    }
}
