//! TCP over random networks: it keeps its contracts, a random run can be told exactly, a world can be copied and compared, and
//! stacks of users' own stand where ours does.

mod contract;
mod copies;
mod door;
mod edges;
mod exact;
mod stacks;

use flowsim::scenario::{Keep, Run, RunOptions, Scenario};
use flowsim::target::{self, Named};
use proptest::prelude::ProptestConfig;
use proptest::test_runner::FileFailurePersistence;

/// How many cases each property sees; `FLOWSIM_CASES` asks for more.
fn config() -> ProptestConfig {
    let cases = std::env::var("FLOWSIM_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(300);
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/network/regressions");
    ProptestConfig { cases, failure_persistence: Some(Box::new(FileFailurePersistence::Direct(file))), ..ProptestConfig::default() }
}

fn tcp() -> &'static Named {
    target::named("tcp").expect("a target")
}

fn run(scenario: &Scenario, keep: Keep) -> Run {
    scenario.run_with(tcp(), &RunOptions::default().with_keep(keep)).unwrap_or_else(|error| panic!("{error:?}"))
}
