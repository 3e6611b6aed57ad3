//! Makes every schedule of a scenario with at most so many decisions that are not benign, one level after the other: the first
//! schedule that fails has the fewest.
//!
//! A [`Decision`] is a fault that strikes one segment or one instant of the run, or one turn that goes to another task than the first
//! in line. A schedule is a set of them, and a schedule is a [`Scenario`]: it replays, shrinks and is saved like any other. What can be
//! decided in a run is seen in the run without that decision (`survey`), so nothing is tried that could not strike. Schedules are run
//! from the start: on a world that costs less than to keep and compare its states, and it is the same for flows of users'.
//!
//! What this is not: a proof. Delays, late copies and sizes have the values said here and in the scenario.

mod decision;
mod survey;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Finding;
use crate::contract::Both;
use crate::oracle::Judgement;
use crate::scenario::{Keep, Run, RunOptions, Scenario};
use crate::world::{Offers, Target};
pub use decision::{Decision, DecisionKind};

/// The schedules of a scenario with the same number of decisions.
#[derive(Clone, Debug)]
pub struct Level<'a> {
    scenario: &'a Scenario,
    offers: Offers,
    kinds: &'a [DecisionKind],
    /// The level before; the first has none.
    before: Option<Arc<Level<'a>>>,
    /// Each is one of the level before, and a decision more.
    schedules: Vec<(u32, Option<Decision>)>,
    /// More would have been too many.
    is_cut: bool,
    /// A run with more events is given up: once it is known how many the scenario has by itself.
    events_max: u64,
}

/// The next level, while it is found out.
#[derive(Clone, Debug)]
pub struct Deeper<'a> {
    level: Level<'a>,
    known: BTreeSet<u128>,
}

/// What a run of a schedule came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What is wrong with it, if anything is.
    pub finding: Option<Finding>,
    /// The oracle could not tell.
    pub is_undecided: bool,
    /// What else could be decided in it.
    open: Vec<Decision>,
    /// How many events it had.
    events: u64,
}

/// The most schedules of a level: they are held in memory.
const SCHEDULES: usize = 5_000_000;

/// How many times more events than the run without any decision a run may have, beside those of a long recovery from loss.
const LONGER: u64 = 16;

/// The events of a long recovery from loss.
const RECOVERY: u64 = 20_000;

/// The scenario as it is explored: nothing is left to chance, and nothing is expected, since most of what is done to it changes what
/// comes of it. What the ends promise stays.
pub fn bare(scenario: &Scenario) -> Scenario {
    let (contract, target) = (scenario.contract, scenario.target.clone());
    let link = Both { client: scenario.link.client.without_chance(), server: scenario.link.server.without_chance() };
    Scenario { contract, target, link, seed: None, ..scenario.clone().without_expectations() }
}

impl<'a> Level<'a> {
    /// The level without any decision: one schedule, a [bare] scenario as it is.
    pub fn first(scenario: &'a Scenario, target: &dyn Target, kinds: &'a [DecisionKind]) -> Arc<Self> {
        let offers = target.offers();
        Arc::new(Level { scenario, offers, kinds, before: None, schedules: vec![(0, None)], is_cut: false, events_max: u64::MAX })
    }

    /// How many schedules there are.
    pub fn len(&self) -> usize {
        self.schedules.len()
    }

    /// Is there nothing to decide?
    pub fn is_empty(&self) -> bool {
        self.schedules.is_empty()
    }

    /// Some schedules were left out, since there are too many.
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// The decisions of a schedule, the last one first.
    pub fn decisions(&self, index: usize) -> Vec<Decision> {
        let (mut decisions, mut level, mut index) = (Vec::new(), Some(self), index);
        while let Some(here) = level {
            let (parent, decision) = here.schedules[index];
            decisions.extend(decision);
            (level, index) = (here.before.as_deref(), parent as usize);
        }
        decisions
    }

    /// A schedule, as a scenario.
    pub fn scenario(&self, index: usize) -> Scenario {
        let mut scenario = self.scenario.clone();
        self.decisions(index).iter().rev().for_each(|decision| decision.add_to(&mut scenario));
        scenario.limits.events = scenario.limits.events.min(self.events_max);
        scenario
    }

    /// How a schedule is to be run: the last level need not be surveyed.
    pub fn options(&self, is_last: bool) -> RunOptions {
        let options = RunOptions::default();
        if is_last { options.with_keep(Keep::Verdict) } else { options.listing_decisions() }
    }

    /// What a run of a schedule came to. Where something is wrong nothing more is tried beyond it.
    pub fn outcome(&self, index: usize, run: &Run, is_last: bool) -> Outcome {
        let finding = Finding::of(run);
        let is_over = is_last || finding.is_some();
        let open = if is_over { Vec::new() } else { survey::open(run, self, &self.decisions(index)) };
        Outcome { finding, is_undecided: run.judgement() == Judgement::Inconclusive, open, events: run.stats().events }
    }

    /// Begins the next level.
    pub fn deeper(self: &Arc<Self>) -> Deeper<'a> {
        let Level { scenario, offers, kinds, events_max, .. } = **self;
        let level = Level { scenario, offers, kinds, before: Some(self.clone()), schedules: Vec::new(), is_cut: false, events_max };
        Deeper { level, known: BTreeSet::new() }
    }
}

impl<'a> Deeper<'a> {
    /// Takes what can be decided beyond a schedule of the level before. The same set of decisions is taken once.
    pub fn add(&mut self, index: usize, outcome: &Outcome) {
        let Deeper { level, known } = self;
        if level.events_max == u64::MAX {
            level.events_max = outcome.events.saturating_mul(LONGER).saturating_add(RECOVERY);
        }
        let taken = level.before.as_ref().map(|before| before.decisions(index)).unwrap_or_default();
        for decision in &outcome.open {
            if level.schedules.len() == SCHEDULES {
                level.is_cut = true;
                return;
            }
            if known.insert(decision::key(&taken, *decision)) {
                level.schedules.push((index as u32, Some(*decision)));
            }
        }
    }

    /// The level, once all of the one before was taken.
    pub fn done(self) -> Arc<Level<'a>> {
        Arc::new(self.level)
    }
}
