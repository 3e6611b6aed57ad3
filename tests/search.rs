//! Proof that a search blames only the wrong: variations of every scenario of the repository hold on the right targets.

use std::fs;
use std::path::{Path, PathBuf};

use flowsim::Scenario;
use flowsim::explore::{Campaign, Scenarios, scenarios};
use flowsim::target::Named;

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => collect(&path, files),
            false => files.push(path),
        }
    }
}

/// The variations of every scenario, and what they run on.
fn spaces() -> Vec<(Scenario, Scenarios, &'static Named)> {
    let mut files = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios"), &mut files);
    files.sort();
    let space = |path: &PathBuf| {
        let scenario = Scenario::load(path).unwrap_or_else(|mistake| panic!("{mistake:?}"));
        let target = scenario.named_target().expect("a target");
        (scenario.clone(), scenarios().on(target).around(&scenario), target)
    };
    files.iter().map(space).collect()
}

#[test]
fn variations_are_files_and_keep_what_is_written() {
    for (scenario, scenarios, _) in spaces() {
        assert_eq!(scenarios.case(0, 0), scenario);
        for index in 1..5 {
            let case = scenarios.case(3, index);
            assert_eq!(Scenario::parse("again.toml", case.to_string()).as_ref(), Ok(&case));
            let written = |of: &Scenario| of.flows.iter().map(|flow| flow.tasks.client.len() + flow.tasks.server.len()).collect::<Vec<_>>();
            assert_eq!((written(&case), case.contract), (written(&scenario), scenario.contract));
        }
    }
}

#[test]
fn no_variation_of_a_scenario_is_broken_by_the_right_targets() {
    for (scenario, scenarios, target) in spaces() {
        let mut campaign = Campaign::new(&scenarios, target, 1);
        campaign.run(0..8);
        let failures = campaign.failures();
        assert!(
            failures.is_empty(),
            "{}: {} of case {}{:?}",
            scenario.title,
            failures[0].shrunk.finding,
            failures[0].index,
            failures[0].case
        );
        // The ends of a layer are made before its steps begin, and a host that is down by then makes none.
        let may_refuse = !target.offers.connections && target.offers.network_faults;
        assert!(may_refuse || campaign.searched().refused == 0, "{}: {:?}", scenario.title, campaign.searched().refusal);
    }
}
