//! Proof that the oracle bites: every mutant dies on the scenarios of `scenarios/` or on generated cases, none of which was made
//! for it, by the rule that the catalogue lists; what is right lives through all of them; every rule kills, or it is said why not.

mod recorded;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use flowsim::Scenario;
use flowsim::explore::{Autopsy, KillTable, RuleWorth, killed, scenarios, waiting};
use flowsim::oracle::Judgement;
use flowsim::rules::Rule;
use flowsim::scenario::{Keep, RunError, RunOptions};
use flowsim::target::{ALL, Defect, MUTANTS};

/// How many generated cases a mutant is run on at most: fewer than the command takes by itself, since each waits for its run.
const CASES: u64 = 200;

/// The rules that no mutant is killed by first, and why.
const IDLE: &[(&str, &str)] = &[
    ("fresh-buffer", "to share memory with a caller takes unsafe code"),
    ("caller-keeps-off", "it never changes a verdict: what it finds is the caller's fault"),
    ("destination-is-constant", "no call of the simulator's TCP reports a destination"),
    ("keepalive-only-when-idle", "the simulator's TCP has no keep-alive"),
    ("keepalive-ends-dead-flow", "the simulator's TCP has no keep-alive"),
    ("input-is-total", "the simulator's TCP is given segments, no bytes"),
    ("ports-are-checked", "no call of a scenario names a port above 65535"),
    ("proxy-passes-half-close", "no proxy is among the mutants"),
];

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

/// Every scenario, and the name of its file.
fn suite() -> (Vec<String>, Vec<Scenario>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&root.join("scenarios"), &mut files);
    files.sort();
    let name = |path: &PathBuf| path.strip_prefix(root).expect("below the top").to_string_lossy().replace('\\', "/");
    let load = |path: &PathBuf| (name(path), Scenario::load(path).unwrap_or_else(|error| panic!("{error:?}")));
    files.iter().map(load).unzip()
}

/// What became of every mutant, in order: two at a time.
fn autopsies(suite: &[Scenario]) -> Vec<Autopsy> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some((at, mutant)) = Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, MUTANTS.get(at)?))) {
            let autopsy = Autopsy::of(mutant, suite, CASES);
            done.lock().expect("no thread panics").push((at, autopsy));
        }
    };
    thread::scope(|scope| {
        scope.spawn(work);
        work();
    });
    let mut done = done.into_inner().expect("no thread panics");
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, autopsy)| autopsy).collect()
}

/// A mutant, and the rule that kills it. In which run it does changes with every scenario that is added: `flowsim mutants` tells.
fn row(autopsy: &Autopsy) -> String {
    let number = autopsy.mutant.defect.map_or(0, Defect::number);
    format!("{number:>3}  {:<30} {}\n", autopsy.mutant.name, autopsy.killer().map_or("survives", Rule::name))
}

#[test]
fn every_mutant_is_killed_by_the_rule_that_is_listed_and_every_rule_kills() {
    let (files, scenarios) = suite();
    let autopsies = autopsies(&scenarios);
    let (table, worth) = (KillTable { files: &files }, RuleWorth::of(&autopsies));
    let rows: String = autopsies.iter().map(row).collect();
    let missed: String = autopsies.iter().filter(|autopsy| !autopsy.is_named()).map(|autopsy| table.row(autopsy)).collect();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let picture = format!("{rows}\n{}{}", killed(&autopsies), waiting());
    settings.bind(|| insta::assert_snapshot!("mutants", picture));
    assert!(missed.is_empty(), "\n{missed}");
    let idle: Vec<&str> = worth.idle.iter().map(|rule| rule.name()).collect();
    let listed: Vec<&str> = IDLE.iter().map(|(rule, _)| *rule).collect();
    assert_eq!(idle, listed);
}

#[test]
fn what_is_right_lives_through_the_cases_that_mutants_die_of() {
    for target in ALL {
        for index in 0..5 * CASES {
            let run = scenarios().on(target).case(1, index).run_with(target, &RunOptions::default().with_keep(Keep::Verdict));
            let run = match run {
                Ok(run) => run,
                // A host that is down at the beginning makes no ends.
                Err(RunError::Ends { .. }) => continue,
                Err(error) => panic!("{} case {index}: {error:?}", target.name),
            };
            assert!(run.judgement() == Judgement::Held, "{} case {index}: {}", target.name, run.why());
        }
    }
}
