//! Defects of the layer: random cases find each, and it is the rule named for it that finds it most often.

use std::collections::BTreeMap;

use flowsim::Sim;
use flowsim::explore::scenarios;
use flowsim::flow::{Records, RecordsQuirk};
use flowsim::scenario::{Keep, RunOptions};
use flowsim::target::named;
use flowsim::world::{OverNetwork, SetupError, SimFlow, Target};

/// How many cases are tried on either flow below.
const CASES: u64 = 300;

fn broken((client, server): (SimFlow, SimFlow), quirk: RecordsQuirk) -> (Records<SimFlow>, Records<SimFlow>) {
    let layer = |lower| Records::over(lower).with_quirk(Some(quirk));
    (layer(client), layer(server))
}

/// Counts the rules that are the first to find something on this target, in cases for the right one.
fn count(found: &mut BTreeMap<&'static str, usize>, target: &dyn Target, right: &str) {
    let cases = scenarios().on(named(right).expect("a target"));
    let options = RunOptions::default().with_keep(Keep::Verdict);
    let runs = (0..CASES).filter_map(|index| cases.case(7, index).run_with(target, &options).ok());
    for run in runs {
        if let Some(first) = run.verdict().violations.first() {
            *found.entry(first.rule.name()).or_default() += 1;
        }
    }
}

fn found(quirk: RecordsQuirk) -> BTreeMap<&'static str, usize> {
    let mut found = BTreeMap::new();
    let pipe = async |sim: &Sim| -> Result<_, SetupError> { Ok(broken(sim.pipe(), quirk)) };
    let tcp = async |sim: &Sim| -> Result<_, SetupError> { Ok(broken(sim.tcp_pair().await?, quirk)) };
    count(&mut found, &pipe, "records-pipe");
    count(&mut found, &OverNetwork(tcp), "records-tcp");
    found
}

#[test]
fn each_defect_is_found_by_the_rule_that_is_named_for_it() {
    for quirk in RecordsQuirk::ALL {
        let found = found(*quirk);
        println!("{:>4} {:<24} {:<34} {found:?}", quirk.number(), quirk.name(), quirk.rule());
        let most = found.iter().max_by_key(|(_, count)| **count).map(|(rule, _)| *rule);
        assert_eq!(most, Some(quirk.rule()), "{}: {found:?}", quirk.about());
    }
}
