//! Proof that the scenarios bite, taken together: each defect of the TCP breaks one of `scenarios/`, by the rule that it should
//! break. The smallest scenario for each stands in `tests/mutants/`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use flowsim::Scenario;
use flowsim::contract::End;
use flowsim::tcp::Quirk;

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    for path in entries.map(|entry| entry.path()) {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
}

/// Every scenario for TCP.
fn scenarios() -> Vec<Scenario> {
    let mut files = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios"), &mut files);
    files.sort();
    let all = files.iter().map(|path| Scenario::load(path).unwrap_or_else(|error| panic!("{error:?}")));
    all.filter(|scenario| scenario.target.as_deref() == Some("tcp")).collect()
}

/// The rules that a scenario breaks once both stacks have this defect.
fn broken(scenario: &Scenario, quirk: Quirk) -> Vec<String> {
    let mut scenario = scenario.clone();
    for end in End::BOTH {
        scenario.tcp[end].quirk = Some(quirk);
    }
    let Some(target) = scenario.named_target() else { return Vec::new() };
    let run = scenario.run(target).unwrap_or_else(|error| panic!("{error:?}"));
    run.verdict().violations.iter().map(|violation| violation.rule.to_string()).collect()
}

#[test]
fn every_defect_is_found_by_its_rule() {
    let scenarios = scenarios();
    let mut missed = Vec::new();
    for quirk in Quirk::ALL {
        let is_found = scenarios.iter().any(|scenario| broken(scenario, *quirk).iter().any(|rule| rule == quirk.rule()));
        if !is_found {
            let found: BTreeSet<String> = scenarios.iter().flat_map(|scenario| broken(scenario, *quirk)).collect();
            missed.push(format!("{}: {} does not find it, {found:?} do", quirk.name(), quirk.rule()));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}
