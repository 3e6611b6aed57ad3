//! Runs scenario files with several threads; results come in the order of the files.

use std::num::NonZeroU16;
use std::path::Path;
use std::thread;

use super::args::RunningArgs;
use super::files::{self, File};
use crate::contract::Both;
use crate::explore;
use crate::report::words;
use crate::scenario::{Run, RunError, RunOptions, Scenario};
use crate::target::Named;
use crate::trace::Diagnostic;

/// What became of one file.
pub(super) enum FileOutcome {
    /// It was run.
    Ran(Box<Run>),
    /// Its target does not offer what it needs.
    Skipped(Diagnostic),
    /// It is no scenario.
    Refused(Diagnostic),
    /// Run twice, it gave two different traces.
    Differs(String),
}

/// Works on every item and hands the results to `take`, in the order of the items, until that says stop.
pub(super) fn all<T: Sync, R: Send>(items: &[T], jobs: usize, work: impl Fn(&T) -> R + Sync, mut take: impl FnMut(&T, R) -> bool) {
    let at = |at: u64| &items[at as usize];
    explore::in_order(items.len() as u64, jobs, |index| work(at(index)), |index, done| take(at(index), done));
}

/// As many threads as are asked for, else as the machine has cores. Results don't depend on it.
#[allow(clippy::disallowed_methods, reason = "only the number of threads, on which no result depends")]
pub(super) fn threads(jobs: Option<NonZeroU16>) -> usize {
    jobs.map_or_else(|| thread::available_parallelism().map_or(1, usize::from), |jobs| usize::from(jobs.get()))
}

/// Runs one file.
pub(super) fn one(file: &File, args: &RunningArgs) -> FileOutcome {
    if let Some(why) = &file.refused {
        return FileOutcome::Refused(why.clone());
    }
    let (scenario, target) = match load(&file.path, args) {
        Ok(loaded) => loaded,
        Err(diagnostic) => return FileOutcome::Refused(diagnostic),
    };
    if let Some(reason) = of_test(&scenario, args) {
        return FileOutcome::Skipped(reason);
    }
    once_or_twice(&scenario, target, args).unwrap_or_else(|error| match error {
        RunError::Unfit(reason) => FileOutcome::Skipped(reason),
        error => FileOutcome::Refused(error.to_diagnostic()),
    })
}

/// A scenario, and what it runs on.
fn load(path: &Path, args: &RunningArgs) -> Result<(Scenario, &'static Named), Diagnostic> {
    let scenario = Scenario::load(path).map_err(files::not_a_scenario)?;
    let unknown = || Diagnostic::of_file(scenario.target.clone().unwrap_or_default(), "there is no such target");
    let target = args.target.or(scenario.named_target()).ok_or_else(unknown)?;
    Ok((scenario, target))
}

/// As [`load`], with what the arguments say written into the scenario: by itself it runs as they ask for.
pub(super) fn load_as_told(path: &Path, args: &RunningArgs) -> Result<(Scenario, &'static Named), Diagnostic> {
    let (mut scenario, target) = load(path, args)?;
    if let Some(reason) = of_test(&scenario, args) {
        return Err(reason);
    }
    scenario.contract = args.contract.map(Both::same).or(scenario.contract);
    scenario.seed = args.seed.or(scenario.seed);
    if args.target.is_some() {
        scenario.target = Some(target.name.to_owned());
    }
    Ok((scenario, target))
}

/// Why a failure of a user's check is not run here, if it is one: only its test can make the ends.
fn of_test(scenario: &Scenario, args: &RunningArgs) -> Option<Diagnostic> {
    let test = scenario.test.as_ref().filter(|_| args.target.is_none())?;
    let name = test.split_once(' ').map(|(_, name)| format!(" {name}")).unwrap_or_default();
    let why = scenario.source.whole(&format!("this scenario is for the test `{test}`, which makes the ends"));
    let file = words::argument(&scenario.source.name);
    Some(why.with_help(format!("run it with `FLOWSIM_REPLAY={file} cargo test{name}`, where the test is")))
}

fn once_or_twice(scenario: &Scenario, target: &Named, args: &RunningArgs) -> Result<FileOutcome, RunError> {
    let options = RunOptions::default().with_contract(args.contract.map(Both::same)).with_seed(args.seed);
    let first = scenario.run_with(target, &options)?;
    if args.check_determinism {
        let second = scenario.run_with(target, &options)?;
        if first.digest() != second.digest() {
            return Ok(FileOutcome::Differs(difference(&first, &second)));
        }
    }
    Ok(FileOutcome::Ran(Box::new(first)))
}

/// Where two runs part.
pub(super) fn difference(one: &Run, other: &Run) -> String {
    let (events, others) = (&one.trace().events, &other.trace().events);
    let line = events.iter().zip(others).take_while(|(one, other)| one == other).count() + 2;
    format!("two runs differ from line {line} of their traces on: digests {} and {}", one.digest(), other.digest())
}
