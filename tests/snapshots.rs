//! What a person would look at, held as pictures: a ladder for each scenario, the report of each broken recording, all digests,
//! and what the scenarios exercise under each preset.
//!
//! `INSTA_UPDATE=always cargo test --test snapshots` writes them anew; the difference is reviewed like code.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::panic;
use std::path::{Path, PathBuf};

use flowsim::Contract;
use flowsim::oracle::{Exercised, Judgement, Oracle};
use flowsim::report::{self, Case, exercised};
use flowsim::scenario::{Run, RunOptions, Scenario};
use flowsim::trace::Trace;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below a folder that end so, in order.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|other| other == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// `half-close/both-at-once`, for a file below a folder.
fn name(path: &Path, folder: &str) -> String {
    let inner = path.strip_prefix(root().join(folder)).expect("below the folder").with_extension("");
    inner.to_str().expect("a name of words").replace('\\', "/")
}

/// Every scenario with its name.
fn scenarios() -> Vec<(String, Scenario)> {
    let load = |path: PathBuf| (name(&path, "scenarios"), Scenario::load(&path).unwrap_or_else(|error| panic!("{error}")));
    files(&root().join("scenarios"), "toml").into_iter().map(load).collect()
}

fn run(scenario: &Scenario, seed: Option<u64>) -> Run {
    let target = scenario.named_target().expect("a target that is known");
    scenario.run_with(target, &RunOptions::default().with_seed(seed)).unwrap_or_else(|error| panic!("{error:?}"))
}

/// Compares with the picture of that name in a folder of `snapshots/`.
fn assert_picture(folder: &str, name: &str, picture: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root().join("snapshots").join(folder));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, picture));
}

/// Compares many pictures; all that differ are shown, and none is left over from what is gone.
fn assert_pictures(folder: &str, pictures: &BTreeMap<String, String>) {
    let differs = |(name, picture): &(&String, &String)| {
        let name = name.replace('/', "__");
        panic::catch_unwind(|| assert_picture(folder, &name, picture)).is_err()
    };
    let wrong: Vec<&String> = pictures.iter().filter(differs).map(|(name, _)| name).collect();
    assert!(wrong.is_empty(), "these pictures differ: {wrong:?}");
    let known: BTreeSet<String> = pictures.keys().map(|name| name.replace('/', "__")).collect();
    let held = files(&root().join("snapshots").join(folder), "snap").into_iter();
    let held: BTreeSet<String> = held.map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned()).collect();
    assert_eq!(held.difference(&known).collect::<Vec<_>>(), Vec::<&String>::new(), "pictures of what is no more");
}

#[test]
fn every_scenario_has_a_ladder() {
    let picture = |(name, scenario): (String, Scenario)| (name, format!("{}\n\n{}", scenario.title, run(&scenario, None).ladder()));
    assert_pictures("ladders", &scenarios().into_iter().map(picture).collect());
}

/// The report of each recorded trace that breaks its own contract.
#[test]
fn every_broken_recording_has_a_report() {
    let mut pictures = BTreeMap::new();
    for path in files(&root().join("tests/traces"), "jsonl") {
        let name = name(&path, "tests/traces");
        let source = std::io::BufReader::new(fs::File::open(&path).expect("a trace"));
        let Ok(trace) = Trace::read_named(name.as_str(), source) else { continue };
        let verdict = Oracle::with(trace.header.clone()).judge(&trace);
        if verdict.judgement == Judgement::Violated {
            let replay = format!("flowsim judge {name}.jsonl");
            pictures.insert(name, report::text(&Case::new(&trace, &verdict, &replay)));
        }
    }
    assert!(pictures.len() >= 5, "{} broken recordings", pictures.len());
    assert_pictures("reports", &pictures);
}

/// A change of behaviour is one readable difference here: the digest of every run, undisturbed and in another order.
#[test]
fn every_run_has_its_digest() {
    let mut digests = String::from("                                   as it is written                 with seed 7\n");
    for (name, scenario) in scenarios() {
        let (own, seeded) = (run(&scenario, None).digest(), run(&scenario, Some(7)).digest());
        writeln!(digests, "{own}  {seeded}  {name}").expect("memory");
    }
    assert_picture("", "digests", &digests);
}

/// How often the scenarios put each rule to the test, under the contract that they are written for.
#[test]
fn the_matrix_of_what_is_exercised() {
    let presets = Contract::PRESETS.iter().map(|preset| (preset.base, *preset, Exercised::default()));
    // Where the ends promise different things, a count belongs to neither alone.
    let mut columns: Vec<_> = presets.chain([("mixed", Contract::modern(), Exercised::default())]).collect();
    for (_, scenario) in scenarios() {
        let run = run(&scenario, None);
        let (client, server) = (run.contract().client.base, run.contract().server.base);
        let column = if client == server { client } else { "mixed" };
        let (.., exercised) = columns.iter_mut().find(|(name, ..)| *name == column).expect("a column");
        exercised.add(&run.verdict().exercised);
    }
    assert_picture("", "matrix", &exercised::matrix(&columns));
}
