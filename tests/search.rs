//! Proof that a search blames only the wrong, and puts every rule to the test: variations of every scenario of the repository hold on
//! the right targets, and random cases exercise whatever they can.

use std::fs;
use std::path::{Path, PathBuf};

use flowsim::Scenario;
use flowsim::contract::{CloseIs, CloseWaits, ConcurrentWrites, Contract, DataAfterShutdownRead, EofOnKeepaliveDeath, YesNo};
use flowsim::explore::{Campaign, Scenarios, Searched, in_order, scenarios};
use flowsim::oracle;
use flowsim::rules::Rule;
use flowsim::target;
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

/// What a rule takes that is not there: on a target, or under a contract.
type Beyond = (&'static [&'static str], &'static str, fn(&Named, &Contract) -> bool);

const BEYOND: &[Beyond] = &[
    (
        &["lower-closed-once", "lower-closed-when-both-halves-shut", "lower-not-used-after-close", "accepted-goes-down"],
        "layers over the flow",
        |_, _| true,
    ),
    (&["proxy-passes-half-close"], "a proxy", |_, _| true),
    (&["destination-is-constant"], "a step that asks for the destination", |_, _| true),
    (&["keepalive-only-when-idle"], "a TCP with keep-alive", |_, _| true),
    (
        &["connect-once", "accept-once", "unlisten-stops-new", "disconnect-never-fails", "ports-are-checked", "handshake-completes"],
        "connections that are opened",
        |target, _| !target.offers.connections,
    ),
    (&["close-keeps-reading"], "a close that ends one half", |_, contract| contract.close_is == CloseIs::Full),
    (&["close-waits"], "a close that waits for the peer's", |_, contract| contract.close_waits_for_peer != CloseWaits::Yes),
    (&["reset-on-unread-close"], "a close that ends both halves", |_, contract| contract.close_is == CloseIs::Half),
    (&["write-error-is-final"], "errors that are final", |_, contract| contract.write_error_is_final == YesNo::No),
    (&["keepalive-ends-dead-flow"], "a read that may fail once keep-alive gave up", |_, contract| {
        contract.eof_on_keepalive_death == Some(EofOnKeepaliveDeath::Require)
    }),
    (&["peer-shut-read"], "a shutdown of reading that throws data away", |_, contract| {
        contract.data_after_shutdown_read != Some(DataAfterShutdownRead::Discard)
    }),
    (
        &["writes-not-interleaved", "one-reader-per-byte", "cancelled-close"],
        "calls that may overlap (only another task's write keeps a shutdown waiting)",
        |_, contract| contract.concurrent_writes == ConcurrentWrites::Forbidden,
    ),
];

/// The rules of a contract that no case exercises, of those that a run on this target has evidence for and can exercise; after at
/// most so many cases.
fn never_exercised(target: &Named, contract: Contract, most: u64) -> Vec<&'static str> {
    let (space, mut searched) = (scenarios().on(target).contract(contract), Searched::default());
    let is_beyond = |rule: Rule| BEYOND.iter().any(|(names, _, lacks)| names.contains(&rule.name()) && lacks(target, &contract));
    let mut left: Vec<Rule> = Rule::ALL.iter().copied().filter(|rule| oracle::belongs(*rule, &contract) && !is_beyond(*rule)).collect();
    while !left.is_empty() && searched.cases < most {
        searched.add(space.search(target, 0, searched.cases..searched.cases + 100));
        let is_unjudged = |rule: Rule| searched.not_judged.iter().any(|lacking| lacking.rule == rule);
        left.retain(|rule| searched.exercised.count(*rule) == 0 && !is_unjudged(*rule));
    }
    left.iter().map(|rule| rule.name()).collect()
}

#[test]
fn each_rule_that_a_right_stream_can_exercise_is_exercised() {
    let spaces = ["pipe", "tcp"].map(|name| target::named(name).expect("a target"));
    let spaces: Vec<(&Named, Contract)> = spaces.iter().flat_map(|target| target.claims.iter().map(|claim| (*target, *claim))).collect();
    in_order(
        spaces.len() as u64,
        4,
        |space| never_exercised(spaces[space as usize].0, spaces[space as usize].1, 10_000),
        |space, never| {
            let (target, contract) = spaces[space as usize];
            assert_eq!(never, [""; 0], "under {contract} on {}", target.name);
            true
        },
    );
}

/// Found by a search: more bytes were taken by a read that was given up than the oracle had gone through when it was asked what was
/// left unread.
#[test]
fn the_oracle_survives_what_a_search_met() {
    let text = r#"
        pipe.delay = "16us"
        client.tasks = [["read"], ["read | cancel after 4405us", "read 17 once"]]
        server.steps = ["read | cancel after 7482us", "writev 1965 1132"]
    "#;
    let scenario = Scenario::parse("met.toml", text).expect("a scenario");
    let run = scenario.run(target::named("cancelled-read-takes").expect("a mutant")).expect("it runs");
    assert!(run.verdict().exercised.iter().count() > 0);
}
