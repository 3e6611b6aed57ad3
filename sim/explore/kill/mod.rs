//! Runs a mutant until the oracle kills it, and notes which rules do: on scenarios that people wrote, and on generated cases.

mod table;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::scenarios;
use crate::rules::Rule;
use crate::scenario::{Keep, RunOptions, Scenario};
use crate::target::Named;
pub use table::{KillTable, killed, waiting};

/// What became of a mutant.
#[derive(Clone, Debug)]
pub struct Autopsy {
    /// The mutant.
    pub mutant: &'static Named,
    /// On the scenarios that fit it.
    pub scenarios: Deaths,
    /// On generated cases, up to the first that kills it by the wanted name.
    pub random: Deaths,
}

/// How a mutant died in one mode of searching.
#[derive(Clone, Debug, Default)]
pub struct Deaths {
    /// How often it was run.
    pub runs: u64,
    /// In how many runs it died.
    pub killed: u64,
    /// The first run in which it died.
    pub first: Option<Death>,
    /// The first run in which the wanted rule was the first to be broken.
    pub named: Option<Death>,
    /// What each rule had to do with it.
    pub rules: BTreeMap<Rule, RuleTally>,
}

/// One death.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Death {
    /// The rule that was broken first.
    pub rule: Rule,
    /// The run: the place of the scenario in the list, or the index of the case.
    pub run: u64,
}

/// In how many runs a rule was broken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleTally {
    /// Before any other.
    pub first: u64,
    /// And no other.
    pub alone: u64,
    /// At all.
    pub runs: u64,
    /// The rules that were broken in the same runs.
    pub with: BTreeSet<Rule>,
}

impl Autopsy {
    /// Runs a mutant on each of these scenarios that is for what it is a mutant of, and on generated cases: at most `cases`.
    pub fn of(mutant: &'static Named, scenarios: &[Scenario], cases: u64) -> Self {
        Autopsy { mutant, scenarios: Deaths::on_scenarios(mutant, scenarios), random: Deaths::at_random(mutant, cases) }
    }

    /// The rule that must find it first.
    pub fn wanted(&self) -> Option<Rule> {
        wanted(self.mutant)
    }

    /// The rule that killed it: the listed one if that was the first to be broken in some run.
    pub fn killer(&self) -> Option<Rule> {
        let modes = || [&self.scenarios, &self.random].into_iter();
        let death = modes().find_map(|deaths| deaths.named).or_else(|| modes().find_map(|deaths| deaths.first));
        death.map(|death| death.rule)
    }

    /// The first of these runs that shows how it died: that in which its killer was the first rule to be broken.
    fn shown(&self, deaths: &Deaths) -> Option<u64> {
        let death = if self.is_named() { deaths.named } else { deaths.first };
        death.map(|death| death.run)
    }

    /// In how many runs each rule was the first to be broken; the rule that names the death left out, the most frequent one first.
    pub fn others(&self) -> Vec<(Rule, u64)> {
        let mut others: BTreeMap<Rule, u64> = BTreeMap::new();
        for (rule, tally) in self.scenarios.rules.iter().chain(&self.random.rules) {
            *others.entry(*rule).or_default() += tally.first;
        }
        let mut others: Vec<_> = others.into_iter().filter(|(rule, first)| *first > 0 && Some(*rule) != self.killer()).collect();
        others.sort_by_key(|(_, first)| Reverse(*first));
        others
    }

    /// Was it killed by the rule that is listed?
    pub fn is_named(&self) -> bool {
        self.killer().is_some() && self.killer() == self.wanted()
    }
}

fn wanted(mutant: &Named) -> Option<Rule> {
    mutant.defect.and_then(|defect| Rule::from_name(defect.rule()))
}

/// The seed of the generated cases.
const SEED: u64 = 1;

impl Deaths {
    fn on_scenarios(mutant: &Named, scenarios: &[Scenario]) -> Self {
        let mut deaths = Deaths::default();
        let fits = |scenario: &Scenario| scenario.named_target().is_some_and(|target| target.name == mutant.right());
        for (run, scenario) in scenarios.iter().enumerate().filter(|(_, scenario)| fits(scenario)) {
            deaths.note(mutant, run as u64, &broken(scenario, mutant));
        }
        deaths
    }

    fn at_random(mutant: &Named, cases: u64) -> Self {
        let mut deaths = Deaths::default();
        let space = scenarios().on(mutant);
        for case in 0..cases {
            deaths.note(mutant, case, &broken(&space.case(SEED, case), mutant));
            if deaths.named.is_some() {
                break;
            }
        }
        deaths
    }

    fn note(&mut self, mutant: &Named, run: u64, broken: &[Rule]) {
        self.runs += 1;
        let Some(&rule) = broken.first() else { return };
        let death = Death { rule, run };
        self.killed += 1;
        self.first.get_or_insert(death);
        if wanted(mutant) == Some(rule) {
            self.named.get_or_insert(death);
        }
        for (at, rule) in broken.iter().enumerate() {
            let tally = self.rules.entry(*rule).or_default();
            tally.runs += 1;
            tally.first += u64::from(at == 0);
            tally.alone += u64::from(broken.len() == 1);
            tally.with.extend(broken.iter().filter(|other| *other != rule));
        }
    }
}

/// The rules that a run breaks, the first one first, each once; none where it can't be run.
fn broken(scenario: &Scenario, mutant: &Named) -> Vec<Rule> {
    let options = RunOptions::default().with_keep(Keep::Verdict);
    let Ok(run) = scenario.run_with(mutant, &options) else { return Vec::new() };
    let mut rules = Vec::new();
    for violation in &run.verdict().violations {
        if !rules.contains(&violation.rule) {
            rules.push(violation.rule);
        }
    }
    rules
}

/// What rules are worth, taken over all mutants.
#[derive(Clone, Debug, Default)]
pub struct RuleWorth {
    /// Never the first to be broken.
    pub idle: Vec<Rule>,
    /// Broken first at times, but never alone; and the rules that were broken with it.
    pub never_alone: Vec<(Rule, BTreeSet<Rule>)>,
}

impl RuleWorth {
    /// Sums up what the rules did to these mutants.
    pub fn of(autopsies: &[Autopsy]) -> Self {
        let mut worth = RuleWorth::default();
        for rule in Rule::ALL.iter().copied() {
            let tallies =
                || autopsies.iter().flat_map(|autopsy| [&autopsy.scenarios, &autopsy.random]).filter_map(|deaths| deaths.rules.get(&rule));
            if tallies().all(|tally| tally.first == 0) {
                worth.idle.push(rule);
            } else if tallies().all(|tally| tally.alone == 0) {
                worth.never_alone.push((rule, tallies().flat_map(|tally| tally.with.iter().copied()).collect()));
            }
        }
        worth
    }
}
