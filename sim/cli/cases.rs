//! Runs scenario files on several threads; what comes out has the order of the files.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use super::args::Running;
use super::files::{self, File};
use crate::contract::Both;
use crate::scenario::{Options, Run, Scenario};
use crate::target::Named;
use crate::trace::Diagnostic;

/// What became of one file.
pub(super) enum Done {
    /// It was run.
    Ran(Box<Run>),
    /// Its target does not offer what it needs.
    Skipped(Diagnostic),
    /// It is no scenario.
    Refused(Diagnostic),
    /// Run twice, it gave two different traces.
    Differs(String),
}

/// Runs every file and hands the results to `take`, in the order of the files, until that says stop.
pub(super) fn all(files: &[File], args: &Running, jobs: usize, mut take: impl FnMut(&File, Done) -> bool) {
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (sender, results) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, files.len().max(1)) {
            let sender = sender.clone();
            scope.spawn(|| {
                let sender = sender;
                work(files, args, &next, &stop, &sender);
            });
        }
        drop(sender);
        let mut early = BTreeMap::new();
        for (at, file) in files.iter().enumerate() {
            while !early.contains_key(&at) {
                let Ok((other, done)) = results.recv() else { return };
                early.insert(other, done);
            }
            if early.remove(&at).is_some_and(|done| !take(file, done)) {
                return stop.store(true, Ordering::Relaxed);
            }
        }
    });
}

/// One thread's share: the next file that nobody has taken, until there is none.
fn work(files: &[File], args: &Running, next: &AtomicUsize, stop: &AtomicBool, results: &mpsc::Sender<(usize, Done)>) {
    while !stop.load(Ordering::Relaxed) {
        let at = next.fetch_add(1, Ordering::Relaxed);
        let Some(file) = files.get(at) else { return };
        if results.send((at, one(file, args))).is_err() {
            return;
        }
    }
}

/// Runs one file.
pub(super) fn one(file: &File, args: &Running) -> Done {
    if let Some(why) = &file.refused {
        return Done::Refused(why.clone());
    }
    match Scenario::load(&file.path) {
        Ok(scenario) => run(&scenario, args),
        Err(diagnostic) => Done::Refused(files::not_a_scenario(diagnostic)),
    }
}

fn run(scenario: &Scenario, args: &Running) -> Done {
    let Some(target) = args.target.or(scenario.named_target()) else {
        return Done::Refused(Diagnostic::of_file(scenario.target.clone().unwrap_or_default(), "there is no such target"));
    };
    if let Some(reason) = scenario.unfit(target) {
        return Done::Skipped(reason);
    }
    once_or_twice(scenario, target, args).unwrap_or_else(Done::Refused)
}

fn once_or_twice(scenario: &Scenario, target: &Named, args: &Running) -> Result<Done, Diagnostic> {
    let options = Options { contract: args.contract.map(Both::same), seed: args.seed, ..Options::default() };
    let first = scenario.run_with(target, &options)?;
    if args.check_determinism {
        let second = scenario.run_with(target, &options)?;
        if first.digest() != second.digest() {
            return Ok(Done::Differs(difference(&first, &second)));
        }
    }
    Ok(Done::Ran(Box::new(first)))
}

/// Where two runs part.
fn difference(one: &Run, other: &Run) -> String {
    let (events, others) = (&one.trace().events, &other.trace().events);
    let line = events.iter().zip(others).take_while(|(one, other)| one == other).count() + 2;
    format!("two runs differ from line {line} of their traces on: digests {} and {}", one.digest(), other.digest())
}
