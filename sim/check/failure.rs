//! Tells how a check ended: what it ran, or what it found.

use std::fmt;
use std::path::Path;

use super::Check;
use super::environment::{Saved, save};
use crate::contract::{Both, Contract};
use crate::explore::{Finding, Shrunk};
use crate::oracle::{Exercised, Judgement};
use crate::rules::Rule;
use crate::scenario::{Run, RunError, Scenario};

/// What a check ran that found nothing.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Summary {
    /// Runs that were judged.
    pub cases: u64,
    /// Set-ups that gave no ends: what went wrong in them is no flow's doing where the network is bad.
    pub refused: u64,
    /// Runs of which the oracle could not tell.
    pub undecided: u64,
    /// How often each rule was put to the test.
    pub exercised: Exercised,
    /// What the ends promise.
    pub contract: Both<Contract>,
    /// Packets crossed the simulated network.
    pub over_network: bool,
    /// A saved file was run, and nothing else.
    pub(super) replayed: bool,
    bytes: u64,
    /// Why the first one was refused, and why the first one was undecided.
    first_refusal: Option<String>,
    first_doubt: Option<String>,
}

impl Summary {
    pub(super) fn of(contract: Both<Contract>, over_network: bool) -> Self {
        Summary {
            cases: 0,
            refused: 0,
            undecided: 0,
            exercised: Exercised::default(),
            contract,
            over_network,
            replayed: false,
            bytes: 0,
            first_refusal: None,
            first_doubt: None,
        }
    }

    /// Both together.
    pub(super) fn and(mut self, other: &Summary) -> Self {
        (self.cases, self.refused, self.undecided) =
            (self.cases + other.cases, self.refused + other.refused, self.undecided + other.undecided);
        self.bytes += other.bytes;
        self.exercised.add(&other.exercised);
        self.over_network |= other.over_network;
        self
    }

    /// A run in which nothing was found.
    pub(super) fn count(&mut self, run: &Run) {
        self.cases += 1;
        self.bytes += run.stats().bytes_to_client + run.stats().bytes_to_server;
        self.exercised.add(&run.verdict().exercised);
        if run.judgement() == Judgement::Inconclusive {
            self.undecided += 1;
            self.first_doubt.get_or_insert_with(|| run.why());
        }
    }

    /// A set-up that gave no ends.
    pub(super) fn refuse(&mut self, error: &RunError) {
        self.refused += 1;
        self.first_refusal.get_or_insert_with(|| error.to_diagnostic().message);
    }

    /// The summary, if it proves anything.
    pub(super) fn proven(self) -> Result<Self, Box<Failure>> {
        let all = self.cases + self.refused;
        let first = |reason: &Option<String>| reason.clone().unwrap_or_default();
        if self.refused * 2 > all {
            let text = format!(
                "this check proves nothing: {} of {all} set-ups gave no ends; the first: {}",
                self.refused,
                first(&self.first_refusal)
            );
            return Err(Failure::unusable(text));
        }
        if self.undecided * 2 > all {
            let text = format!(
                "this check proves nothing: {} of {all} runs can't be judged; the first: {}",
                self.undecided,
                first(&self.first_doubt)
            );
            return Err(Failure::unusable(text));
        }
        if self.bytes == 0 {
            return Err(Failure::unusable(format!("this check proves nothing: in {all} runs not one byte was read")));
        }
        Ok(self)
    }
}

/// `3,184 runs held (async-io), 2 set-ups refused`.
impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} runs held ({})", self.cases - self.undecided, self.contract.client)?;
        let rest = [(self.undecided, "undecided"), (self.refused, "set-ups refused")];
        rest.iter().filter(|(count, _)| *count > 0).try_for_each(|(count, what)| write!(f, ", {count} {what}"))
    }
}

/// What a check found, or why it proves nothing. `Display` and `Debug` show the whole report.
pub struct Failure {
    text: String,
    found: Option<(Scenario, Finding)>,
}

impl Failure {
    /// The smallest scenario that shows it; nothing if no run was judged.
    pub fn scenario(&self) -> Option<&Scenario> {
        self.found.as_ref().map(|(scenario, _)| scenario)
    }

    /// What is wrong; nothing if no run was judged.
    pub fn finding(&self) -> Option<&Finding> {
        self.found.as_ref().map(|(_, finding)| finding)
    }

    /// The rule that was broken, if one was.
    pub fn rule(&self) -> Option<Rule> {
        self.finding()?.rule()
    }

    /// The check can't be carried out.
    pub(super) fn unusable(text: String) -> Box<Self> {
        Box::new(Failure { text, found: None })
    }

    /// No ends were made, though nothing was done to them.
    pub(super) fn refused(error: &RunError) -> Box<Self> {
        Failure::unusable(error.to_diagnostic().render(false))
    }

    /// What was found, as small as it could be made.
    pub(super) fn found(check: &Check, shrunk: Shrunk) -> Box<Self> {
        let Shrunk { scenario, run, finding, runs, is_minimal, .. } = shrunk;
        let how = if is_minimal { "nothing can be left out of it" } else { "it may be smaller still" };
        Failure::saved(check, scenario, finding, &run, &format!("shrunk in {runs} runs: {how}"))
    }

    /// What was found in one run and not in another of the same scenario.
    pub(super) fn once(check: &Check, scenario: &Scenario, finding: &Finding, run: &Run) -> Box<Self> {
        let how = "a second run of the same scenario did not show it: what is checked depends on something else than its calls and \
                   virtual time (a `select` without `biased`, a map in random order, a clock, a thread)";
        Failure::saved(check, scenario.clone(), finding.clone(), run, how)
    }

    /// What a saved file shows again.
    pub(super) fn again(run: &Run, saved: &Saved) -> Box<Self> {
        let found = Finding::of(run).map(|finding| (saved.scenario.clone(), finding));
        let head = format!("{}: {}\n  file        {}\n", run.judgement().word(), run.why(), saved.path.display());
        Box::new(Failure { text: head + &run.report("the same command again", false) + "\n" + &run.ladder(), found })
    }

    fn saved(check: &Check, scenario: Scenario, finding: Finding, run: &Run, how: &str) -> Box<Self> {
        let scenario = Scenario { test: Some(check.test.to_string()), ..scenario };
        let what = finding.rule().map_or("unmet", Rule::name);
        let report = |path: &Path| report(check, &scenario, run, path, how);
        let text = save(check, what, &scenario, run, report).map_or_else(
            |error| format!("{}\n(nothing could be saved in {}: {error})\n", report(&check.artifacts), check.artifacts.display()),
            |(_, report)| report,
        );
        Box::new(Failure { text, found: Some((scenario, finding)) })
    }
}

/// All there is to say of a failure whose scenario is kept there.
fn report(check: &Check, scenario: &Scenario, run: &Run, path: &Path, how: &str) -> String {
    let (replay, shrink) = (check.test.command("FLOWSIM_REPLAY", path), check.test.command("FLOWSIM_SHRINK", path));
    let head = format!("{}: {}\n  scenario    {} ({how})\n", run.judgement().word(), run.why(), path.display());
    format!(
        "{head}{}\n{}\n{scenario}\nto see it again    {replay}\nto make it smaller {shrink}\n",
        run.report(&replay, false),
        run.exercised_text()
    )
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Failure {}
