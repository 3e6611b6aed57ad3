//! Describes what both ends of one or more flows do, and what must come of it, as a file that a person reads; and runs it.
//!
//! [`Scenario::load`] reads the file (TOML; the grammar of a step is in `grammar`), and every mistake in it is a
//! [`Diagnostic`] that marks the bytes concerned. `Display` writes the same format back, as short as it can be said.
//! What this is not: a program. Steps have no variables, branches or loops.
#![doc = include_str!("format.md")]

mod direct;
mod document;
mod error;
mod exact;
mod fault;
mod file;
mod fit;
mod grammar;
mod keys;
mod launch;
mod machine;
mod mistake;
mod network;
mod opening;
mod picture;
mod program;
mod recorder;
mod recurrence;
mod run;
mod schedule;
mod sense;
mod shell;
mod stage;
mod step;
mod units;
mod write;

use std::path::Path;
use std::time::Duration;

pub use error::RunError;
pub use fault::{Fault, FaultKind};
pub use recorder::{Keep, Stats};
pub use run::{Ready, Run, RunOptions, Unmet};
pub use step::{Action, Expect, Step, StepResult};

use crate::choice::Deviations;
use crate::contract::{Both, Contract, End};
use crate::link::LinkSettings;
use crate::oracle::Judgement;
use crate::rules::Rule;
use crate::trace::Diagnostic;
use crate::world::Target;
use crate::{target, tcp};
use mistake::{SourceText, Spot};

/// Reads a span of time as scenarios say it: `20ms`, `1.5s`.
///
/// # Errors
/// What is wrong with it, and what would be right.
pub fn span_of_time(text: &str) -> Result<Duration, String> {
    units::span(text).map_err(|mistake| format!("{}: {}", mistake.message, mistake.help))
}

/// What both ends of one or more flows do. Two scenarios are equal if they say the same, wherever they say it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Scenario {
    /// One sentence.
    pub title: String,
    /// The test that it is for, where it is a failure of a check: `tests/my.rs:12 my_stream`.
    pub test: Option<String>,
    /// What each end promises; the target decides where it is left out.
    pub contract: Option<Both<Contract>>,
    /// The name of what the scenario is for.
    pub target: Option<String>,
    /// Where chance starts from; where it is left out, every decision is the benign one: one schedule, in the order of calls. With
    /// a link that needs chance it is 0 then.
    pub seed: Option<u64>,
    /// Rules that a run must put to the test.
    pub guards: Vec<Guard>,
    /// The pipes between the ends.
    pub pipe: PipeSpec,
    /// Where a run is given up.
    pub limits: Limits,
    /// The path between the two hosts: each direction by the end that sends.
    pub link: Both<LinkSettings>,
    /// The hosts' stacks. Their dialects are not those here: what each end promises is `contract`.
    pub tcp: Both<tcp::Settings>,
    /// Which of several that could go on at the same moment did, where it was not the first in line: what a seed decides too.
    pub schedule: Deviations,
    /// What happens from outside.
    pub faults: Vec<Fault>,
    /// The flows, by their numbers.
    pub flows: Vec<FlowSteps>,
    pub(crate) spots: Spots,
    pub(crate) source: SourceText,
}

/// Where a file speaks of its network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spots {
    pub(crate) link: Spot,
    pub(crate) tcp: Spot,
    pub(crate) schedule: Spot,
    /// The first port that is not the usual one.
    pub(crate) port: Spot,
}

/// A rule that a run must put to the test, or the scenario proves nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// The rule.
    pub rule: Rule,
    pub(crate) spot: Spot,
}

impl From<Rule> for Guard {
    fn from(rule: Rule) -> Self {
        Guard { rule, spot: Spot::default() }
    }
}

/// The pipe of each flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PipeSpec {
    /// Bytes that a direction holds before its writers wait.
    pub capacity: usize,
    /// How long bytes and the end of the stream travel.
    pub delay: Duration,
}

impl Default for PipeSpec {
    fn default() -> Self {
        PipeSpec { capacity: 64 << 10, delay: Duration::ZERO }
    }
}

/// Where a run is given up: it is inconclusive from there on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Most events.
    pub events: u64,
    /// Longest virtual time.
    pub time: Duration,
    /// Most bytes that all reads return.
    pub bytes: u64,
}

impl Limits {
    /// The most events that a scenario may ask for: where a trace is kept they stay in memory.
    pub(crate) const EVENTS_MAX: u64 = 10_000_000;
}

impl Default for Limits {
    fn default() -> Self {
        Limits { events: 1_000_000, time: Duration::from_secs(24 * 60 * 60), bytes: 1 << 30 }
    }
}

/// What the ends of one flow do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FlowSteps {
    /// The name, if it has one.
    pub name: Option<String>,
    /// The server's port, where a step does not say another.
    pub port: u32,
    /// The tasks of each end, which run side by side; the steps of a task run one after another.
    pub tasks: Both<Vec<Vec<Step>>>,
}

/// The port of a flow that does not say one.
const PORT: u32 = 80;

impl Default for FlowSteps {
    fn default() -> Self {
        FlowSteps { name: None, port: PORT, tasks: Both::default() }
    }
}

impl FlowSteps {
    /// Does neither end do anything?
    pub fn is_empty(&self) -> bool {
        self.steps().next().is_none()
    }

    /// All steps, the client's first.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.tasks().flat_map(|(_, steps)| steps)
    }

    /// All tasks with their ends, the client's first.
    pub fn tasks(&self) -> impl Iterator<Item = (End, &[Step])> {
        End::BOTH.into_iter().flat_map(|end| self.tasks[end].iter().map(move |steps| (end, steps.as_slice())))
    }
}

impl Scenario {
    /// Reads the scenario file at `path`.
    ///
    /// # Errors
    /// The first mistake in the file, or why it can't be read.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, Diagnostic> {
        file::load(path.as_ref())
    }

    /// Reads a scenario file's bytes; `name` stands for the file in diagnostics.
    ///
    /// # Errors
    /// The first mistake in the text.
    pub fn parse(name: &str, text: impl AsRef<[u8]>) -> Result<Self, Diagnostic> {
        file::parse(name, text.as_ref())
    }

    /// Makes the scenario ready for a target, to be run there any number of times.
    ///
    /// # Errors
    /// [`RunError::Unfit`]: what in the scenario the target can't do.
    pub fn on<'a>(&'a self, target: &'a dyn Target) -> Result<Ready<'a>, RunError> {
        match self.unfit(target) {
            Some(reason) => Err(RunError::Unfit(reason)),
            None => Ok(Ready::new(self, target)),
        }
    }

    /// Runs the scenario once and keeps everything.
    ///
    /// # Errors
    /// [`RunError::Unfit`]: what in the scenario the target can't do; [`RunError::Ends`]: why its ends could not be made.
    pub fn run(&self, target: &dyn Target) -> Result<Run, RunError> {
        self.run_with(target, &RunOptions::default())
    }

    /// Runs the scenario once.
    ///
    /// # Errors
    /// As [`Scenario::run`].
    pub fn run_with(&self, target: &dyn Target, options: &RunOptions) -> Result<Run, RunError> {
        self.on(target)?.run(options)
    }

    /// Runs the scenario once with each seed, up to the first run that does not hold: that one comes back, else the last. A seed
    /// varies the order in which what could go on at the same moment does; no seeds at all mean one run, with the scenario's own.
    ///
    /// # Errors
    /// As [`Scenario::run`].
    pub fn run_seeds(&self, target: &dyn Target, seeds: impl IntoIterator<Item = u64>) -> Result<Run, RunError> {
        let ready = self.on(target)?;
        let mut last = None;
        for seed in seeds {
            let run = ready.run(&RunOptions::default().with_seed(seed))?;
            if run.judgement() != Judgement::Held {
                return Ok(run);
            }
            last = Some(run);
        }
        last.map_or_else(|| ready.run(&RunOptions::default()), Ok)
    }

    /// Finds out whether a file could say this scenario: it does something, every step can be reached, and it fits into memory.
    ///
    /// # Errors
    /// The first thing that can't be meant so.
    pub fn check(&self) -> Result<(), Diagnostic> {
        sense::check(self)
    }

    /// The same steps, of which nothing is expected, under no contract of their own and with nothing to guard: for other flows, or
    /// other networks, than it was written for.
    #[must_use]
    pub fn without_expectations(mut self) -> Self {
        (self.contract, self.target) = (None, None);
        self.guards.clear();
        let tasks = self.flows.iter_mut().flat_map(|flow| [&mut flow.tasks.client, &mut flow.tasks.server]);
        tasks.flatten().flatten().for_each(|step| step.expect = None);
        self
    }

    /// The same scenario, of no file.
    pub(crate) fn detached(self) -> Self {
        Scenario { source: SourceText::default(), spots: Spots::default(), ..self }
    }

    /// The target that the scenario names; the pipe if it names none.
    pub fn named_target(&self) -> Option<&'static target::Named> {
        target::named(self.target.as_deref().unwrap_or("pipe"))
    }

    /// All tasks, in the order in which they start: by flow, then the client's before the server's.
    pub fn tasks(&self) -> impl Iterator<Item = (usize, End, &[Step])> {
        self.flows.iter().enumerate().flat_map(|(flow, steps)| steps.tasks().map(move |(end, steps)| (flow, end, steps)))
    }
}

#[cfg(test)]
mod tests;
