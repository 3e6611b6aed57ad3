//! Performs `flowsim fuzz`: searches cases over all cores, saves what fails, and says what was searched.

mod artifacts;
mod progress;
mod summary;

use super::args::FuzzArgs;
use super::cases;
use super::clock::Stopwatch;
use super::exit::Exit;
use super::output::Output;
use super::{files, run};
use crate::contract::Both;
use crate::explore::{self, Campaign, Scenarios};
use crate::scenario::Scenario;
use crate::target::{self, Named};
use crate::trace::Diagnostic;
use artifacts::Artifacts;
use progress::Progress;
use summary::Summary;

/// What a search is over.
struct Space {
    scenarios: Scenarios,
    target: &'static Named,
    /// The arguments that describe it.
    words: String,
}

/// Searches.
pub(super) fn fuzz(args: &FuzzArgs, output: &mut Output) -> Exit {
    match space(args) {
        Ok(space) => search(args, &space, output),
        Err(diagnostic) => run::refused(&diagnostic, args.format, output),
    }
}

/// Variations of the scenario that is named, if one is; else random ones for a target.
fn space(args: &FuzzArgs) -> Result<Space, Diagnostic> {
    let scenario = args.file.as_ref().map(Scenario::load).transpose().map_err(files::not_a_scenario)?;
    let named = scenario.as_ref().and_then(Scenario::named_target);
    let target =
        args.target.or(named).or_else(|| target::named("tcp")).ok_or_else(|| Diagnostic::of_file("tcp", "there is no such target"))?;
    let mut scenarios = explore::scenarios().on(target);
    if let Some(contract) = args.contract {
        scenarios = scenarios.contract(contract);
    }
    if let Some(mut scenario) = scenario {
        scenario.contract = args.contract.map(Both::same).or(scenario.contract);
        if let Some(reason) = scenario.unfit(target) {
            return Err(reason);
        }
        scenarios = scenarios.around(&scenario);
    }
    Ok(Space { scenarios, target, words: words(args, target) })
}

/// The arguments that describe the cases, as they are pasted into a shell.
fn words(args: &FuzzArgs, target: &Named) -> String {
    let file = args.file.as_ref().map(|file| format!(" {}", crate::report::words::argument(&file.display().to_string())));
    let target = (args.target.is_some() || file.is_none()).then(|| format!(" --target {}", target.name));
    let contract = args.contract.map(|contract| format!(" --contract {contract}"));
    [file, target, contract, Some(format!(" --seed {}", args.seed))].into_iter().flatten().collect()
}

fn search(args: &FuzzArgs, space: &Space, output: &mut Output) -> Exit {
    let clock = Stopwatch::start();
    let cases = args.cases.unwrap_or(if args.time.is_some() { u64::MAX } else { FuzzArgs::CASES });
    let mut campaign = Campaign::new(&space.scenarios, space.target, args.seed).keep_going(args.keep_going);
    let mut artifacts = Artifacts::new(args, space);
    let mut progress = Progress::new(args.format);
    let batch = |number: u64| number * Campaign::BATCH..cases.min((number + 1).saturating_mul(Campaign::BATCH));
    let work = |number: u64| space.scenarios.search(space.target, args.seed, batch(number));
    let mut saved = Ok(());
    explore::in_order(cases.div_ceil(Campaign::BATCH), cases::threads(args.jobs), work, |_, searched| {
        saved = campaign.take(searched).iter().try_for_each(|failure| {
            progress.clear();
            artifacts.save(failure, output)
        });
        progress.show(&campaign, clock.elapsed());
        let in_time = args.time.is_none_or(|time| clock.elapsed() < time);
        saved.is_ok() && in_time && campaign.goes_on() && !output.is_closed()
    });
    progress.clear();
    match saved {
        Ok(()) => Summary { campaign: &campaign, space, args }.tell(output),
        Err(diagnostic) => run::refused(&diagnostic, args.format, output),
    }
}
