//! Runs case after case, and keeps what a person wants to know: how much was searched, what that exercised, what failed.
//!
//! Start here: [`Scenarios::search`] runs some cases of a seed, one after another, and [`Campaign::take`] adds up what came of them,
//! in the order of their indices, and shrinks what failed. Where the cases were run makes no difference: see
//! [`in_order`](super::in_order) for threads.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Effort, Finding, Scenarios, Shrunk, Stratum, shrink_by};
use crate::contract::{Both, Contract, End};
use crate::oracle::{self, Exercised, Judgement, NotJudged};
use crate::scenario::{Keep, Run, RunError, RunOptions, Scenario};
use crate::target;
use crate::trace::Diagnostic;
use crate::world::Target;

/// What came of some cases.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Searched {
    /// How many were run.
    pub cases: u64,
    /// How many of them of each kind.
    pub strata: BTreeMap<Stratum, u64>,
    /// How often all of them together put each rule to the test.
    pub exercised: Exercised,
    /// The contracts that ends kept, each once.
    pub contracts: Vec<Contract>,
    /// The rules of these contracts that some cases did not put to the test, since that takes what no run on this target records.
    pub not_judged: Vec<NotJudged>,
    /// Cases that reached a limit, so that they show nothing.
    pub inconclusive: u64,
    /// Cases in which a caller did what it must not.
    pub blamed: u64,
    /// Cases that could not be run, and why the first of them could not.
    pub refused: u64,
    /// Why the first of these could not be run.
    pub refusal: Option<Diagnostic>,
    /// Those that failed, by their index, with what they show first.
    pub failing: Vec<(u64, Finding)>,
}

impl Scenarios {
    /// Runs the cases of a seed that have these indices, one after another.
    pub fn search(&self, target: &dyn Target, seed: u64, indices: Range<u64>) -> Searched {
        let mut searched = Searched::default();
        let options = RunOptions::default().with_keep(Keep::Verdict);
        for index in indices {
            let case = self.case(seed, index);
            let run = case.run_with(target, &options);
            searched.note(index, &case, run);
        }
        searched
    }
}

impl Searched {
    fn note(&mut self, index: u64, case: &Scenario, run: Result<Run, RunError>) {
        self.cases += 1;
        *self.strata.entry(Stratum::of(case)).or_default() += 1;
        match run {
            Ok(run) => self.ran(index, &run),
            Err(error) => {
                self.refused += 1;
                self.refusal.get_or_insert_with(|| error.to_diagnostic());
            }
        }
    }

    fn ran(&mut self, index: u64, run: &Run) {
        self.exercised.add(&run.verdict().exercised);
        if self.kept(run.contract()) {
            self.lack(oracle::not_judged(run.header(), &run.verdict().exercised));
        }
        self.blamed += u64::from(!run.verdict().client_faults.is_empty());
        match Finding::of(run) {
            Some(finding) => self.failing.push((index, finding)),
            None => self.inconclusive += u64::from(run.judgement() == Judgement::Inconclusive),
        }
    }

    /// Notes contracts; true if one of them is new.
    fn kept(&mut self, both: &Both<Contract>) -> bool {
        let known = self.contracts.len();
        for end in End::BOTH {
            if !self.contracts.contains(&both[end]) {
                self.contracts.push(both[end]);
            }
        }
        self.contracts.len() > known
    }

    fn lack(&mut self, not_judged: impl IntoIterator<Item = NotJudged>) {
        for lacking in not_judged {
            if !self.not_judged.contains(&lacking) {
                self.not_judged.push(lacking);
            }
        }
    }

    /// Adds what came of other cases.
    pub fn add(&mut self, other: Searched) {
        self.cases += other.cases;
        other.strata.into_iter().for_each(|(stratum, cases)| *self.strata.entry(stratum).or_default() += cases);
        self.exercised.add(&other.exercised);
        other.contracts.iter().for_each(|contract| _ = self.kept(&Both::same(*contract)));
        self.lack(other.not_judged);
        self.inconclusive += other.inconclusive;
        self.blamed += other.blamed;
        self.refused += other.refused;
        self.refusal = self.refusal.take().or(other.refusal);
        self.failing.extend(other.failing);
    }
}

/// Most cases that are shrunk of those that show the same: they may have different reasons.
const SHRUNK_MAX: u64 = 4;

/// A search that is under way: what was searched so far, and what failed, each failure once.
///
/// ```
/// use flowsim::explore::{Campaign, scenarios};
/// use flowsim::{SetupError, Sim};
///
/// let ends = async |sim: &Sim| -> Result<_, SetupError> { Ok(sim.pipe()) };
/// let scenarios = scenarios();
/// let mut campaign = Campaign::new(&scenarios, &ends, 0);
/// campaign.run(0..100);
/// assert_eq!(campaign.searched().cases, 100);
/// assert!(campaign.failures().is_empty());
/// ```
pub struct Campaign<'a> {
    scenarios: &'a Scenarios,
    target: &'a dyn Target,
    seed: u64,
    keep_going: bool,
    effort: Effort,
    /// What came of all cases.
    searched: Searched,
    /// How many cases show each finding.
    counts: BTreeMap<Finding, u64>,
    failures: Vec<Failure>,
    /// The first case that failed, and did not when it was run again.
    unsteady: Option<u64>,
}

/// A case that fails, as a scenario in which nothing is left that does not matter.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Failure {
    /// The index of the case.
    pub index: u64,
    /// The scenario that was run.
    pub case: Scenario,
    /// What it shrinks to.
    pub shrunk: Shrunk,
}

impl<'a> Campaign<'a> {
    /// Over the cases of this seed, on this target: up to the first one that fails.
    pub fn new(scenarios: &'a Scenarios, target: &'a dyn Target, seed: u64) -> Self {
        Campaign {
            scenarios,
            target,
            seed,
            keep_going: false,
            effort: Effort::default(),
            searched: Searched::default(),
            counts: BTreeMap::new(),
            failures: Vec::new(),
            unsteady: None,
        }
    }

    /// Goes on after a failure: what differs from the failures before it is shrunk and kept, too.
    #[must_use]
    pub fn keep_going(self, keep_going: bool) -> Self {
        Campaign { keep_going, ..self }
    }

    /// Spends no more than this on the shrinking of one case.
    #[must_use]
    pub fn effort(self, effort: Effort) -> Self {
        Campaign { effort, ..self }
    }

    /// Runs the cases with these indices, one after another, up to the first that fails unless it [keeps going](Self::keep_going).
    pub fn run(&mut self, indices: Range<u64>) {
        let mut start = indices.start;
        while self.goes_on() && start < indices.end {
            let end = indices.end.min(start.saturating_add(Self::BATCH));
            self.take(self.scenarios.search(self.target, self.seed, start..end));
            start = end;
        }
    }

    /// How many cases are searched at a time.
    pub const BATCH: u64 = 64;

    /// Adds what came of the next cases, and gives back the failures that are new.
    pub fn take(&mut self, mut searched: Searched) -> &[Failure] {
        let known = self.failures.len();
        let failing = std::mem::take(&mut searched.failing);
        self.searched.add(searched);
        for (index, finding) in failing {
            if self.goes_on() {
                self.failed(index, finding);
            }
        }
        &self.failures[known..]
    }

    fn failed(&mut self, index: u64, finding: Finding) {
        let count = self.counts.entry(finding.clone()).or_default();
        *count += 1;
        if *count > SHRUNK_MAX {
            return;
        }
        let mut case = self.scenarios.case(self.seed, index);
        case.target = target::named(self.target.name()).map(|target| target.name.to_owned());
        let run = |scenario: &Scenario, keep: Keep| scenario.run_with(self.target, &RunOptions::default().with_keep(keep)).ok();
        match shrink_by(&case, &finding, self.effort, run) {
            Some(shrunk) if self.is_known(&shrunk) => {}
            Some(shrunk) => self.failures.push(Failure { index, case, shrunk }),
            None => _ = self.unsteady.get_or_insert(index),
        }
    }

    /// Is this the story of another failure?
    fn is_known(&self, shrunk: &Shrunk) -> bool {
        let untitled = |scenario: &Scenario| Scenario { title: String::new(), ..scenario.clone() };
        self.failures.iter().any(|failure| untitled(&failure.shrunk.scenario) == untitled(&shrunk.scenario))
    }

    /// Are there reasons to search on?
    pub fn goes_on(&self) -> bool {
        self.unsteady.is_none() && (self.keep_going || self.failures.is_empty())
    }

    /// What was searched. Which cases failed is told by [`Campaign::failures`] and [`Campaign::counts`].
    pub fn searched(&self) -> &Searched {
        &self.searched
    }

    /// The failures, in the order of their cases.
    pub fn failures(&self) -> &[Failure] {
        &self.failures
    }

    /// How many cases show each finding first.
    pub fn counts(&self) -> &BTreeMap<Finding, u64> {
        &self.counts
    }

    /// The index of a case that failed, and did not when it was run again: its target is not deterministic.
    pub fn unsteady(&self) -> Option<u64> {
        self.unsteady
    }
}
