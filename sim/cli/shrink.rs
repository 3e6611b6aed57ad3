//! Performs `flowsim shrink`: a scenario that fails in, a smaller one that shows the same out.

use super::args::{Format, RunningArgs, ShrinkArgs};
use super::cases::{self, FileOutcome};
use super::exit::Exit;
use super::files::{self, File};
use super::judge::exit_of;
use super::output::Output;
use super::run;
use crate::explore::{self, Effort, Finding, Shrunk};
use crate::report::words;
use crate::scenario::{Keep, RunOptions, Scenario};

/// Shrinks one scenario.
pub(super) fn shrink(args: &ShrinkArgs, output: &mut Output) -> Exit {
    match shrunk(args, output) {
        Ok((before, shrunk)) => told(args, &before, shrunk, output),
        Err(outcome) => run::say(&args.file, outcome, &args.running, output),
    }
}

/// The scenario as it was, and what it shrinks to; else what is to be said of its file.
fn shrunk(args: &ShrinkArgs, output: &mut Output) -> Result<(Scenario, Shrunk), FileOutcome> {
    let (scenario, target) = cases::load_as_told(&args.file, &args.running).map_err(FileOutcome::Refused)?;
    let run = |scenario: &Scenario, keep: Keep| scenario.run_with(target, &RunOptions::default().with_keep(keep));
    let first = run(&scenario, Keep::Verdict).map_err(|error| FileOutcome::Refused(error.to_diagnostic()))?;
    let Some(finding) = Finding::all(&first).find(|finding| args.rule.is_none() || finding.rule() == args.rule) else {
        let what = args.rule.map_or("nothing is wrong with this run".to_owned(), |rule| format!("this run does not break {rule}"));
        output.complain(&format!("{what}: nothing is shrunk\n"));
        return Err(cases::one(&File::named(&args.file), &args.running));
    };
    let effort = Effort::default().with_runs(args.runs);
    match explore::shrink_by(&scenario, &finding, effort, |scenario, keep| run(scenario, keep).ok()) {
        Some(shrunk) => Ok((scenario, shrunk)),
        None => Err(FileOutcome::Differs(format!("a second run does not show what the first one did: {finding}"))),
    }
}

/// Writes the smaller scenario to a file and shows its run, or prints it.
fn told(args: &ShrinkArgs, before: &Scenario, shrunk: Shrunk, output: &mut Output) -> Exit {
    let (summary, format) = (summary(before, &shrunk), args.running.format);
    let Some(out) = &args.out else {
        output.complain(&summary);
        output.print(&shrunk.scenario.to_string());
        return exit_of(shrunk.run.judgement());
    };
    if let Err(diagnostic) = files::save(out, &shrunk.scenario) {
        return run::show(out, FileOutcome::Refused(diagnostic), &args.running, output);
    }
    if format == Format::Text {
        output.print(&(summary + "\n"));
    }
    let as_written = RunningArgs { format, trace: args.running.trace.clone(), ..RunningArgs::default() };
    run::show(out, FileOutcome::Ran(Box::new(shrunk.run)), &as_written, output)
}

/// What was done, for people.
pub(super) fn summary(before: &Scenario, shrunk: &Shrunk) -> String {
    let lines = |scenario: &Scenario| scenario.to_string().lines().filter(|line| !line.trim().is_empty()).count() as u64;
    let end = if shrunk.is_minimal { "without any one element it is gone" } else { "there was no time to make it smaller" };
    let (from, to) = (lines(before), words::count(lines(&shrunk.scenario), "line"));
    let seed = if shrunk.scenario.has_chance() { "; it needs its seed" } else { "" };
    let others = match shrunk.others.keys().map(|rule| rule.name()).collect::<Vec<_>>().join(", ") {
        names if names.is_empty() => names,
        names => format!("smaller ones that don't show it break {names}\n"),
    };
    format!("{}: shrunk from {from} to {to} in {}; {end}{seed}\n{others}", shrunk.finding, words::count(shrunk.runs, "run"))
}
