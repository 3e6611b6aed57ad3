//! Performs `flowsim explore`: every schedule of a scenario with few faults, over all cores.

mod tell;

use std::collections::BTreeMap;

use super::args::{ExploreArgs, Format, RunningArgs};
use super::cases;
use super::exit::Exit;
use super::files::{self, File};
use super::output::Output;
use super::run::refused;
use crate::contract::Both;
use crate::explore::schedules::{Level, Outcome, bare};
use crate::explore::{self, Effort, Finding, Shrunk};
use crate::report::json::Record;
use crate::scenario::{Keep, RunOptions, Scenario};
use crate::target::Named;

/// What exploring one scenario came to.
struct Explored<'a> {
    args: &'a ExploreArgs,
    path: String,
    scenario: &'a Scenario,
    target: &'static Named,
    levels: Vec<LevelTally>,
    failures: Vec<Failure>,
    /// More schedules than can be held were left out of the last level.
    is_cut: bool,
}

/// The schedules with the same number of decisions.
#[derive(Default)]
struct LevelTally {
    schedules: u64,
    failing: u64,
    undecided: u64,
}

/// Schedules that show the same.
struct Failure {
    finding: Finding,
    /// How many of which level.
    schedules: u64,
    decisions: usize,
    /// The first of them.
    scenario: Scenario,
    said: String,
}

/// Explores each scenario.
pub(super) fn explore(args: &ExploreArgs, output: &mut Output) -> Exit {
    let exits = files::scenarios(&args.paths).into_iter().map(|file| one(&file, args, output));
    exits.fold(Exit::Held, Exit::and)
}

fn one(file: &File, args: &ExploreArgs, output: &mut Output) -> Exit {
    let format = args.format;
    let running = RunningArgs { contract: args.contract, target: args.target, ..RunningArgs::default() };
    let loaded = match &file.refused {
        Some(why) => Err(why.clone()),
        None => cases::load_as_told(&file.path, &running),
    };
    match loaded.map(|(scenario, target)| (scenario.unfit(target), scenario, target)) {
        Err(why) => refused(&why, format, output),
        Ok((Some(why), ..)) if file.is_named => refused(&why, format, output),
        Ok((Some(why), ..)) => {
            let path = file.path.display().to_string();
            output.print(&match format {
                Format::Json => Record::unjudged(&path, "skipped", &why.message).line(),
                Format::Text => tell::skipped(&path, &why.message),
            });
            Exit::Held
        }
        Ok((None, scenario, target)) => explored(file, args, &bare(&scenario), target, output),
    }
}

fn explored(file: &File, args: &ExploreArgs, scenario: &Scenario, target: &'static Named, output: &mut Output) -> Exit {
    let path = file.path.display().to_string();
    let mut explored = Explored { args, path, scenario, target, levels: Vec::new(), failures: Vec::new(), is_cut: false };
    explored.run(output);
    let shrunk: Vec<Option<Shrunk>> = explored.failures.iter().map(|failure| explored.shrink(failure)).collect();
    match explored.tell(&shrunk, output) {
        Ok(()) => explored.exit(),
        Err(diagnostic) => refused(&diagnostic, args.format, output),
    }
}

impl Explored<'_> {
    /// Runs level after level, up to the first on which a schedule fails.
    fn run(&mut self, output: &Output) {
        let kinds = self.args.kinds();
        let mut level = Level::first(self.scenario, self.target, &kinds);
        for depth in 0..=self.args.faults {
            let is_last = depth == self.args.faults;
            let (mut deeper, mut found) = (level.deeper(), Found::default());
            let work = |index: u64| outcome(&level, index as usize, self.target, is_last);
            explore::in_order(level.len() as u64, cases::threads(self.args.jobs), work, |index, outcome| {
                if let Some(outcome) = outcome {
                    deeper.add(index as usize, &outcome);
                    found.add(index as usize, outcome);
                }
                !output.is_closed()
            });
            self.is_cut = level.is_cut();
            self.take(&level, found);
            level = deeper.done();
            if self.is_over() {
                break;
            }
        }
    }

    fn take(&mut self, level: &Level<'_>, found: Found) {
        let Found { mut tally, by_finding } = found;
        tally.schedules = level.len() as u64;
        for (finding, (first, schedules)) in by_finding {
            if self.failures.iter().any(|known| known.finding == finding) {
                continue;
            }
            let decisions = level.decisions(first);
            let said: Vec<String> = decisions.iter().rev().map(ToString::to_string).collect();
            let scenario = level.scenario(first);
            self.failures.push(Failure { finding, schedules, decisions: decisions.len(), scenario, said: said.join(", ") });
        }
        self.levels.push(tally);
    }

    fn is_over(&self) -> bool {
        self.is_cut || !self.failures.is_empty() && !self.args.keep_going
    }

    /// The first of the schedules that fail in one way, made smaller.
    fn shrink(&self, failure: &Failure) -> Option<Shrunk> {
        let run = |scenario: &Scenario, keep: Keep| scenario.run_with(self.target, &RunOptions::default().with_keep(keep)).ok();
        explore::shrink_by(&failure.scenario, &failure.finding, Effort::default(), run)
    }

    fn exit(&self) -> Exit {
        let is_undecided = self.is_cut || self.levels.iter().any(|level| level.undecided > 0);
        match () {
            () if !self.failures.is_empty() => Exit::Broken,
            () if is_undecided => Exit::Inconclusive,
            () => Exit::Held,
        }
    }

    /// What each end promises, in words.
    fn contract(&self) -> String {
        let said = self.scenario.contract.or(self.args.contract.map(Both::same));
        said.map_or("modern".to_owned(), |both| crate::report::contract::of_both(&both))
    }
}

/// What the schedules of a level show: the first that shows it, and how many do.
#[derive(Default)]
struct Found {
    tally: LevelTally,
    by_finding: BTreeMap<Finding, (usize, u64)>,
}

impl Found {
    fn add(&mut self, index: usize, outcome: Outcome) {
        self.tally.undecided += u64::from(outcome.is_undecided);
        if let Some(finding) = outcome.finding {
            self.tally.failing += 1;
            self.by_finding.entry(finding).or_insert((index, 0)).1 += 1;
        }
    }
}

/// Runs a schedule. One that the target can't run decides nothing.
fn outcome(level: &Level<'_>, index: usize, target: &Named, is_last: bool) -> Option<Outcome> {
    let run = level.scenario(index).run_with(target, &level.options(is_last)).ok()?;
    Some(level.outcome(index, &run, is_last))
}
