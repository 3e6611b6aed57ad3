//! Layers and proxies as subjects: what a closure makes of the simulator's flows is judged, and what stands below is evidence.

mod adapter;
mod header;
mod mutants;
mod proxies;
mod records;

use flowsim::explore::{Scenarios, scenarios};
use flowsim::oracle::Judgement;
use flowsim::scenario::{Keep, Run, RunError, RunOptions, Scenario};
use flowsim::target::Target;
use proptest::prelude::ProptestConfig;
use proptest::strategy::Strategy;
use proptest::test_runner::{TestCaseError, TestRunner};

/// How many cases each property sees; `FLOWSIM_CASES` asks for more.
fn config() -> ProptestConfig {
    let cases = std::env::var("FLOWSIM_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(200);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

fn run(scenario: &Scenario, target: &dyn Target) -> Run {
    scenario.run_with(target, &RunOptions::default().with_keep(Keep::Both)).unwrap_or_else(|error| panic!("{error:?}"))
}

/// All that is wrong with a run.
fn problems(run: &Run) -> String {
    let broken: Vec<_> = run.verdict().violations.iter().map(|violation| format!("{}: {}", violation.rule, violation.fact)).collect();
    format!("{}: {}\n{broken:#?}\n{}", run.judgement().word(), run.why(), run.ladder())
}

/// Whatever is done on it, the target keeps its contract.
fn keeps(target: &dyn Target, cases: impl Strategy<Value = Scenario>) {
    let keeps = |scenario: Scenario| {
        let verdict = RunOptions::default().with_keep(Keep::Verdict);
        match scenario.run_with(target, &verdict).map(|run| run.judgement()) {
            Ok(Judgement::Held) => Ok(()),
            // A host that is down at the beginning makes no ends.
            Err(RunError::Ends { .. }) => Err(TestCaseError::reject("no ends")),
            Err(why) => Err(TestCaseError::fail(format!("{why:?}"))),
            Ok(_) => Err(TestCaseError::fail(problems(&run(&scenario, target)))),
        }
    };
    if let Err(why) = TestRunner::new(config()).run(&cases, keeps) {
        panic!("{why}");
    }
}

/// Scenarios for what this target offers, under each contract that it claims.
fn cases(target: &dyn Target) -> Scenarios {
    scenarios().on(target)
}
