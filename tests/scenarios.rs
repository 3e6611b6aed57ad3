//! One test for each file below `scenarios/`: it runs, keeps its contract, meets its expectations, exercises its guards.

use std::fs;
use std::path::{Path, PathBuf};

use flowsim::oracle::Judgement;
use flowsim::scenario::{Run, Scenario};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    let trial = |path: PathBuf| {
        let name = path.strip_prefix(&root).unwrap_or(&path).with_extension("").display().to_string();
        Trial::test(name, move || run_file(&path).map(drop))
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

/// Runs one file; everything that is wrong with its run, as a person should read it.
fn run_file(path: &Path) -> Result<Run, Failed> {
    let scenario = Scenario::load(path).map_err(|error| error.render(false))?;
    let target = scenario.named_target().ok_or("the target is unknown")?;
    let run = scenario.run(target).map_err(|error| error.render(false))?;
    let unmet = run.unmet().iter().map(|unmet| unmet.diagnostic.render(false));
    let violations = run.verdict().violations.iter().map(|violation| format!("{}: {}", violation.rule, violation.message));
    let problems: Vec<String> = violations.chain(unmet).collect();
    if run.judgement() == Judgement::Held {
        return Ok(run);
    }
    let mut trace = Vec::new();
    run.trace().write(&mut trace).map_err(|error| error.to_string())?;
    Err(format!("{} ({})\n{}\n{}", run.judgement().word(), run.why(), problems.join("\n"), String::from_utf8_lossy(&trace)).into())
}
