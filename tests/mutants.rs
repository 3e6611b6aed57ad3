//! Proof that the oracle bites: every mutant dies on the scenarios of `scenarios/` or on generated cases, none of which was made
//! for it, by the rule that the catalogue lists; what is right lives through all of them; every rule kills, or it is said why not.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use flowsim::Scenario;
use flowsim::explore::{Autopsy, KillTable, RuleWorth, killed, scenarios};
use flowsim::oracle::Judgement;
use flowsim::scenario::{Keep, RunOptions};
use flowsim::target::{ALL, MUTANTS};

/// How many generated cases a mutant is run on at most: as the command does by itself.
const CASES: u64 = 2_000;

/// The rules that no mutant is killed by first, and why.
const IDLE: &[(&str, &str)] = &[
    ("stream-causal", "there is no mutant for it yet"),
    ("data-nonempty", "there is no mutant for it yet"),
    ("fresh-buffer", "there is no mutant for it yet"),
    ("flows-are-isolated", "there is no mutant for it yet"),
    ("caller-keeps-off", "there is no mutant for it yet"),
    ("accept-once", "there is no mutant for it yet"),
    ("unlisten-stops-new", "there is no mutant for it yet"),
    ("disconnect-never-fails", "there is no mutant for it yet"),
    ("destination-is-constant", "there is no mutant for it yet"),
    ("nodelay-is-sent", "there is no mutant for it yet"),
    ("keepalive-only-when-idle", "there is no mutant for it yet"),
    ("keepalive-ends-dead-flow", "there is no mutant for it yet"),
    ("input-is-total", "there is no mutant for it yet"),
    ("ports-are-checked", "there is no mutant for it yet"),
    ("quiet-when-idle", "there is no mutant for it yet"),
    ("lower-closed-once", "there is no mutant for it yet"),
    ("lower-closed-when-both-halves-shut", "there is no mutant for it yet"),
    ("lower-not-used-after-close", "there is no mutant for it yet"),
    ("accepted-goes-down", "there is no mutant for it yet"),
    ("proxy-passes-half-close", "there is no mutant for it yet"),
    ("acknowledged-is-not-sent-again", "there is no mutant for it yet"),
    ("no-silly-window", "there is no mutant for it yet"),
    ("fin-after-data", "there is no mutant for it yet"),
    ("time-wait-held", "there is no mutant for it yet"),
    ("reset-in-window", "there is no mutant for it yet"),
    ("window-not-shrunk", "there is no mutant for it yet"),
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

#[test]
fn every_mutant_is_killed_by_the_rule_that_is_listed_and_every_rule_kills() {
    let (files, scenarios) = suite();
    let autopsies = autopsies(&scenarios);
    let (table, worth) = (KillTable { files: &files }, RuleWorth::of(&autopsies));
    let rows: String = autopsies.iter().map(|autopsy| table.row(autopsy)).collect();
    let missed: String = autopsies.iter().filter(|autopsy| !autopsy.is_named()).map(|autopsy| table.row(autopsy)).collect();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let picture = format!("{}{rows}\n{}{}", KillTable::head(), killed(&autopsies), worth.text());
    settings.bind(|| insta::assert_snapshot!("mutants", picture));
    assert!(missed.is_empty(), "\n{missed}");
    let idle: Vec<&str> = worth.idle.iter().map(|rule| rule.name()).collect();
    let listed: Vec<&str> = IDLE.iter().map(|(rule, _)| *rule).collect();
    assert_eq!(idle, listed);
}

#[test]
fn what_is_right_lives_through_the_cases_that_mutants_die_of() {
    for target in ALL {
        for index in 0..CASES {
            let run = scenarios().on(target).case(1, index).run_with(target, &RunOptions::default().with_keep(Keep::Verdict));
            let run = run.unwrap_or_else(|error| panic!("{} case {index}: {error:?}", target.name));
            assert!(run.judgement() == Judgement::Held, "{} case {index}: {}", target.name, run.why());
        }
    }
}
