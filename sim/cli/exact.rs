//! Performs `flowsim replay --exact`: tells a run as a scenario in which nothing is left to chance.

use super::args::{ReplayArgs, RunningArgs};
use super::cases::{self, FileOutcome};
use super::exit::Exit;
use super::judge::exit_of;
use super::output::Output;
use super::{files, run};
use crate::scenario::{Run, Scenario};

/// Writes the scenario to a file and shows its run, or prints it.
pub(super) fn replay(args: &ReplayArgs, output: &mut Output) -> Exit {
    let (scenario, told) = match told(args) {
        Ok(told) => told,
        Err(outcome) => return run::show(&args.file, outcome, &args.running, output),
    };
    let Some(out) = &args.out else {
        output.print(&scenario.to_string());
        return exit_of(told.judgement());
    };
    let as_written = RunningArgs { format: args.running.format, trace: args.running.trace.clone(), ..RunningArgs::default() };
    let outcome = files::save(out, &scenario).map_or_else(FileOutcome::Refused, |()| FileOutcome::Ran(Box::new(told)));
    run::show(out, outcome, &as_written, output)
}

/// The run told exactly, if that leaves the same trace; else what is to be said of its file.
fn told(args: &ReplayArgs) -> Result<(Scenario, Run), FileOutcome> {
    let (scenario, target) = cases::load_as_told(&args.file, &args.running).map_err(FileOutcome::Refused)?;
    let run = |scenario: &Scenario| scenario.run(target).map_err(|error| FileOutcome::Refused(error.to_diagnostic()));
    let first = run(&scenario)?;
    let exact = scenario.exact(first.decisions()).map_err(FileOutcome::Refused)?;
    let again = run(&exact)?;
    match first.digest() == again.digest() {
        true => Ok((exact, again)),
        false => Err(FileOutcome::Differs(format!("told exactly, {}", cases::difference(&first, &again)))),
    }
}
