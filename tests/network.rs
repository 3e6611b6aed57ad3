//! Random scenarios over random networks, on TCP in each of its dialects: the contract holds, nothing is left behind, and the same
//! seed leaves the same bytes.

use flowsim::contract::Contract;
use flowsim::explore::scenarios;
use flowsim::oracle::Judgement;
use flowsim::scenario::{Keep, Options, Run, Scenario};
use flowsim::target;
use flowsim::target::{Named, Target};
use flowsim::trace::{EnvWhat, Resources, What};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

/// How many cases each property sees; `FLOWSIM_CASES` asks for more.
fn cases() -> u32 {
    std::env::var("FLOWSIM_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(300)
}

fn config() -> ProptestConfig {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/network.regressions");
    ProptestConfig {
        cases: cases(),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(file))),
        ..ProptestConfig::default()
    }
}

fn tcp() -> &'static Named {
    target::named("tcp").expect("a target")
}

/// All that TCP offers, under this contract.
fn under(contract: Contract) -> impl Strategy<Value = Scenario> {
    scenarios().offering(tcp().offers()).contract(contract)
}

fn run(scenario: &Scenario, keep: Keep) -> Run {
    scenario.run_with(tcp(), &Options { keep, ..Options::default() }).unwrap_or_else(|mistake| panic!("{mistake}"))
}

/// What some end still holds when nothing more can happen.
fn left_behind(run: &Run) -> Vec<String> {
    let holds = |what: &What| match what {
        What::Env(env) => match env.what {
            EnvWhat::Resources(held) if held != Resources::default() => Some(format!("{:?} of {:?}: {held:?}", env.end, env.flow)),
            _ => None,
        },
        _ => None,
    };
    run.trace().events.iter().filter_map(|event| holds(&event.what)).collect()
}

/// The run ends, no rule is broken, every call that is owed an answer has one, and both hosts are as before.
fn assert_held(scenario: &Scenario) -> Result<(), TestCaseError> {
    if run(scenario, Keep::Verdict).judgement() == Judgement::Held {
        return Ok(());
    }
    let run = run(scenario, Keep::Both);
    let verdict = run.verdict();
    let broken: Vec<_> = verdict.violations.iter().map(|violation| format!("{}: {}", violation.rule, violation.message)).collect();
    prop_assert!(false, "{}: {}\n{broken:#?}\n{}", run.judgement().word(), run.why(), run.ladder());
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn tcp_keeps_the_contract_modern(scenario in under(Contract::modern())) {
        assert_held(&scenario)?;
    }

    #[test]
    fn tcp_keeps_the_contract_strict(scenario in under(Contract::strict())) {
        assert_held(&scenario)?;
    }

    #[test]
    fn tcp_keeps_the_contract_classic(scenario in under(Contract::classic())) {
        assert_held(&scenario)?;
    }

    #[test]
    fn tcp_keeps_the_contract_posix(scenario in under(Contract::posix())) {
        assert_held(&scenario)?;
    }

    #[test]
    fn tcp_keeps_a_contract_of_its_own_at_each_end(scenario in scenarios().on(tcp())) {
        assert_held(&scenario)?;
    }

    #[test]
    fn nothing_is_left_behind(scenario in scenarios().on(tcp())) {
        let run = run(&scenario, Keep::Both);
        prop_assert!(left_behind(&run).is_empty(), "{:#?}\n{}", left_behind(&run), run.ladder());
    }

    #[test]
    fn the_same_seed_leaves_the_same_bytes(scenario in scenarios().on(tcp())) {
        prop_assert_eq!(run(&scenario, Keep::Trace).digest(), run(&scenario, Keep::Trace).digest());
        let again = Scenario::parse("again", scenario.to_string()).expect("what is written can be read");
        prop_assert_eq!(run(&again, Keep::Trace).digest(), run(&scenario, Keep::Trace).digest());
    }
}
