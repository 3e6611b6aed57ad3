//! The same seed leaves the same bytes, and so does the same run told without chance: as exact faults and a schedule.

use flowsim::explore::scenarios;
use flowsim::link::LinkSettings;
use flowsim::scenario::{Keep, Run, Scenario};
use proptest::prelude::*;

use super::{config, run, tcp};

/// Random scenarios whose every run is a matter of chance.
fn seeded() -> impl Strategy<Value = Scenario> {
    (scenarios().on(tcp()), any::<u32>()).prop_map(|(mut scenario, seed)| {
        scenario.seed = Some(seed.into());
        scenario
    })
}

/// The scenario as it is read back from its file.
fn read_back(scenario: &Scenario) -> Scenario {
    Scenario::parse("exact", scenario.to_string()).unwrap_or_else(|mistake| panic!("{mistake}\n{scenario}"))
}

/// The run told without chance.
fn exact(scenario: &Scenario, random: &Run) -> Scenario {
    scenario.exact(random.decisions()).unwrap_or_else(|refusal| panic!("{refusal}"))
}

fn has_chance(scenario: &Scenario) -> bool {
    scenario.seed.is_some() || [&scenario.link.client, &scenario.link.server].into_iter().any(LinkSettings::has_chance)
}

/// Each case is run several times, with all that it leaves behind.
fn fewer() -> ProptestConfig {
    let config = config();
    ProptestConfig { cases: config.cases.div_ceil(4), ..config }
}

proptest! {
    #![proptest_config(fewer())]

    #[test]
    fn the_same_seed_leaves_the_same_bytes(scenario in scenarios().on(tcp())) {
        let digest = run(&scenario, Keep::Trace).digest();
        prop_assert_eq!(run(&scenario, Keep::Trace).digest(), digest);
        prop_assert_eq!(run(&read_back(&scenario), Keep::Trace).digest(), digest);
    }

    #[test]
    fn a_random_run_told_exactly_leaves_the_same_bytes(scenario in seeded()) {
        let random = run(&scenario, Keep::Trace);
        // Very rarely chance decides more than a file holds.
        let exact = scenario.exact(random.decisions()).map_err(|too_long| TestCaseError::reject(too_long.message))?;
        let exact = read_back(&exact);
        let again = run(&exact, Keep::Trace);
        prop_assert!(again.trace() == random.trace(), "{exact}\n{}\n{}", random.ladder(), again.ladder());
        prop_assert_eq!(again.digest(), random.digest());
        prop_assert!(!has_chance(&exact));
        // What was told was all there was to tell.
        prop_assert_eq!(exact.schedule.len() + exact.faults.len(), random.decisions().len() + scenario.faults.len());
    }
}

/// A run in which everything is lost, late, doubled or turned round is told as a file that a person reads.
#[test]
fn a_lossy_run_reads_as_its_faults() {
    let text = r#"
        seed = 3
        link.to-server = { delay = "10ms", loss = "40%", reorder = "20%" }
        client.steps = ["write 3000", "shutdown write", "read to eof", "close"]
        server.steps = ["read to eof -> 3000", "close"]
    "#;
    let scenario = Scenario::parse("lossy", text).expect("a scenario");
    let random = run(&scenario, Keep::Both);
    random.assert_held();
    let exact = exact(&scenario, &random).to_string();
    assert!(exact.contains("\n[[fault]]\ndrop = { from = \"client\", "), "{exact}");
    assert!(!exact.contains("loss") && !exact.contains("seed"), "{exact}");
    assert_eq!(run(&Scenario::parse("exact", exact).expect("a file"), Keep::Both).digest(), random.digest());
}
