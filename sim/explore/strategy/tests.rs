//! Records say again what they said, and no edit is left that would help.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng};

use super::super::scenarios;
use super::*;
use crate::contract::{Both, Contract, Mode};
use crate::link::Impairment;
use crate::scenario::{Action, Fault, FaultKind, Step};
use crate::target;

fn over_tcp() -> Scenarios {
    scenarios().on(target::named("tcp").expect("a target"))
}

fn runner() -> TestRunner {
    let config = Config { failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

fn trees(scenarios: Scenarios) -> impl Iterator<Item = Shrinking> {
    let mut runner = runner();
    std::iter::repeat_with(move || scenarios.new_tree(&mut runner).expect("nothing is rejected"))
}

/// The simplest scenario that fails, and how many were tried, where `fails` says what does.
fn shrunk(mut tree: Shrinking, fails: impl Fn(&Scenario) -> bool) -> (Scenario, u32) {
    let (mut tried, mut goes_on) = (0, tree.simplify());
    while goes_on {
        tried += 1;
        goes_on = if fails(&tree.current()) { tree.simplify() } else { tree.complicate() };
    }
    (tree.current(), tried)
}

#[test]
fn a_record_says_again_what_was_drawn() {
    for tree in trees(over_tcp()).take(300).chain(trees(scenarios().careless()).take(300)) {
        let again = Drawn::by(&tree.scenarios, Recorder::again(&tree.best.record));
        assert_eq!((&again.scenario, &again.record), (&tree.best.scenario, &tree.best.record));
    }
}

#[test]
fn every_edit_is_a_record_of_something_simpler_or_is_not_tried() {
    for mut tree in trees(over_tcp()).take(50) {
        let mut simplest = tree.best.clone();
        while tree.simplify() {
            let trial = tree.trial.clone().expect("something is tried");
            assert!(trial.is_simpler_than(&simplest));
            assert_eq!(trial.record, Drawn::by(&tree.scenarios, Recorder::again(&trial.record)).record);
            simplest = trial;
        }
        let none = Drawn::by(&tree.scenarios, Recorder::again(&[]));
        assert_eq!(simplest.scenario, none.scenario, "where everything fails, nothing is left");
    }
}

/// Whatever number of bytes is written in single ones, those that are needed remain.
#[test]
fn no_step_and_no_byte_is_left_that_is_not_needed() {
    let calls = |action: &Action| match action {
        Action::WriteBy { total, by } => total.div_ceil(*by),
        _ => 0,
    };
    let fails = |scenario: &Scenario| scenario.tasks().flat_map(|(_, _, steps)| steps).any(|step| calls(&step.action) >= 20);
    let failing = trees(scenarios()).filter(|tree| fails(&tree.current())).take(40);
    for (minimal, tried) in failing.map(|tree| shrunk(tree, fails)) {
        let text = minimal.to_string();
        assert!(text.contains("steps = [\"write 20 by 1\", \"close\"]") && text.contains("steps = [\"close\"]"), "{text}");
        assert!(tried < 400, "{tried} runs for {text}");
    }
}

/// Proptest gives up after some runs: then it asks for what was known to fail.
#[test]
fn who_gives_up_gets_the_simplest_that_fails() {
    let mut tree = trees(over_tcp()).next().expect("one");
    for _ in 0..5 {
        assert!(tree.simplify());
    }
    let last_failing = tree.current();
    assert!(tree.simplify() && tree.current() != last_failing);
    while tree.complicate() {}
    assert_eq!(tree.current(), last_failing);
    assert!(!tree.simplify() && !tree.complicate(), "nothing more is tried");
}

#[test]
fn a_failure_in_a_network_shrinks_to_the_oddity_that_it_needs() {
    let found = runner().run(&over_tcp(), |scenario| {
        let drops = |fault: &Fault| matches!(fault.kind, FaultKind::Segment { action: Impairment::Drop, .. });
        prop_assert!(!(scenario.faults.iter().any(drops) && scenario.tcp.server.mss < 10));
        Ok(())
    });
    let Err(TestError::Fail(_, minimal)) = found else { panic!("{found:?}") };
    let text = minimal.to_string();
    assert_eq!((minimal.faults.len(), minimal.flows.len(), &minimal.link), (1, 1, &Both::default()), "{text}");
    assert!(text.contains("\nmss = 1\n") && !text.contains("buffer") && !text.contains("isn"), "{text}");
}

#[test]
fn a_failure_shrinks_to_what_matters() {
    let is_sought = |step: &Step| step.action == Action::Shutdown(Mode::Read);
    let found = runner().run(&scenarios().on(target::named("pipe").expect("a target")).contract(Contract::strict()), |scenario| {
        prop_assert!(!scenario.tasks().flat_map(|(_, _, steps)| steps).any(is_sought));
        Ok(())
    });
    let Err(TestError::Fail(_, minimal)) = found else { panic!("{found:?}") };
    let text = minimal.to_string();
    let ends = text.strip_prefix("title = \"As generated\"\ncontract = \"strict\"\n").expect(&text);
    let (shut, close) = (r#"steps = ["shutdown read", "close"]"#, r#"steps = ["close"]"#);
    let either = [(shut, close), (close, shut)].map(|(client, server)| format!("\n[client]\n{client}\n\n[server]\n{server}\n"));
    assert!(either.iter().any(|text| text == ends), "{text}");
}
