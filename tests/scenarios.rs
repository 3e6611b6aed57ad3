//! One test for each file below `scenarios/`: it runs, keeps its contract, meets its expectations, exercises its guards, in the
//! order that is written and in others.

use std::fs;
use std::path::{Path, PathBuf};

use flowsim::oracle::Judgement;
use flowsim::scenario::{Run, RunOptions, Scenario};
use libtest_mimic::{Arguments, Failed, Trial};

/// What a scenario says must come in whatever order its tasks go on.
const SEEDS: std::ops::Range<u64> = 0..50;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    let trial = |path: PathBuf| {
        let name = path.strip_prefix(&root).unwrap_or(&path).with_extension("").display().to_string();
        Trial::test(name, move || run_file(&path))
    };
    let trials = files.into_iter().map(trial).collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

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

/// Runs one file: with its own seed or none, and with every one of [`SEEDS`].
fn run_file(path: &Path) -> Result<(), Failed> {
    let scenario = Scenario::load(path).map_err(|error| error.render(false))?;
    std::iter::once(None).chain(SEEDS.map(Some)).try_for_each(|seed| run(&scenario, seed))
}

/// Everything that is wrong with one run, as a person should read it.
fn run(scenario: &Scenario, seed: Option<u64>) -> Result<(), Failed> {
    let target = scenario.named_target().ok_or("the target is unknown")?;
    let run = scenario.run_with(target, &RunOptions::default().with_seed(seed)).map_err(|error| error.to_diagnostic().render(false))?;
    if run.judgement() == Judgement::Held { Ok(()) } else { Err(problems(&run, seed).into()) }
}

fn problems(run: &Run, seed: Option<u64>) -> String {
    let unmet = run.unmet().iter().map(|unmet| unmet.diagnostic.render(false));
    let violations = run.verdict().violations.iter().map(|violation| format!("{}: {}", violation.rule, violation.fact));
    let problems: Vec<String> = violations.chain(unmet).collect();
    let mut trace = Vec::new();
    run.trace().write(&mut trace).expect("memory takes it");
    let head = format!("{} with seed {seed:?} ({})", run.judgement().word(), run.why());
    format!("{head}\n{}\n{}", problems.join("\n"), String::from_utf8_lossy(&trace))
}
