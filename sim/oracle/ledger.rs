//! The court's books: violations, client faults, and how often each rule was put to the test.

use smallvec::SmallVec;

use super::fact::Fact;
use super::frontier::Effort;
use super::ruling::{CallerDuties, Findings, Found, RuleSet};
use super::verdict::{ClientFault, Exercised, Violation};
use super::{Ordinal, Stamp};
use crate::contract::{Both, End};
use crate::rules::Rule;

/// The most violations that are written down for one run.
const MOST: usize = 10_000;

/// Where a violation happened.
#[derive(Clone, Copy, Debug)]
pub(super) struct ViolationSite {
    pub at: Stamp,
    pub flow: u32,
    pub end: End,
    pub op: Option<u64>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Ledger {
    pub violations: Vec<Violation>,
    pub client_faults: Vec<ClientFault>,
    pub truncations: u64,
    pub exercised: Exercised,
    /// What could not be told, and why.
    pub undecided: Option<Fact>,
    /// Obligations that were overdue before quiet: violations once quiet is reached.
    pub overdue: Vec<Violation>,
    /// The first two flows on which something ended badly (none: the stack itself), with the moment: enough to know one that is
    /// another flow's.
    pub troubled: SmallVec<[(Option<u32>, Stamp); 2]>,
    /// The two flows that one of their ends has last begun to end, with the moment: enough to know the last that is another flow's.
    pub ending: SmallVec<[(u32, Stamp); 2]>,
    /// The flows that were connected at this end after an abort.
    pub revived: Both<Vec<u32>>,
    /// What may still be spent on calls that overlap.
    pub effort: Effort,
}

impl Ledger {
    pub fn exercise(&mut self, rule: Rule) {
        self.exercised.note(rule);
    }

    /// Counts the rules that an event has put to the test.
    #[inline]
    pub fn exercise_all(&mut self, rules: RuleSet) {
        self.exercised.note_all(rules);
    }

    /// Counts what an event has put to the test, and writes down what is wrong with it, if anything; the violation's index.
    #[inline]
    pub fn enter(&mut self, site: ViolationSite, findings: Findings) -> Option<usize> {
        self.exercise_all(findings.exercised());
        findings.into_found().and_then(|found| self.write_down(site, *found))
    }

    /// Writes down what is wrong with an event; the violation's index.
    #[cold]
    pub fn write_down(&mut self, site: ViolationSite, found: Found) -> Option<usize> {
        if self.is_full() {
            return None;
        }
        let violation = write_up(site, found)?;
        self.violations.push(violation);
        Some(self.violations.len() - 1)
    }

    /// So much is wrong that more is not written down.
    pub fn is_full(&self) -> bool {
        self.violations.len() >= MOST
    }

    /// As [`Ledger::enter`], to be held until quiet.
    pub fn hold(&mut self, site: ViolationSite, findings: Findings) {
        self.overdue.extend(findings.into_found().and_then(|found| write_up(site, *found)));
    }

    /// Gives an earlier violation another name, now that more is known.
    pub fn rename(&mut self, index: usize, rule: Rule, fact: impl FnOnce(Fact) -> Fact) {
        let violation = &mut self.violations[index];
        if violation.rule == rule {
            return;
        }
        violation.also.retain(|also| *also != rule);
        violation.also.insert(0, violation.rule);
        violation.rule = rule;
        violation.fact = fact(std::mem::take(&mut violation.fact));
    }

    /// Counts duties of the caller that an event has put to the test, and writes down what was its fault.
    #[inline]
    pub fn charge(&mut self, site: ViolationSite, duties: CallerDuties) {
        if duties.tested {
            self.exercised.note(Rule::CallerKeepsOff);
        }
        if !duties.failed.is_empty() {
            self.blame(site.at, site.flow, site.end, duties.failed);
        }
    }

    #[cold]
    fn blame(&mut self, at: Stamp, flow: u32, end: End, failed: Vec<Fact>) {
        let room = MOST.saturating_sub(self.client_faults.len());
        let fault = |fact| ClientFault { line: at.line(), t: at.t, flow, end, fact };
        self.client_faults.extend(failed.into_iter().take(room).map(fault));
    }

    pub fn give_up<F: Into<Fact>>(&mut self, why: impl FnOnce() -> F) {
        if self.undecided.is_none() {
            self.undecided = Some(why().into());
        }
    }

    /// Something ended badly on a flow, or on the stack.
    pub fn trouble(&mut self, flow: Option<u32>, at: Stamp) {
        if self.troubled.len() < 2 && self.troubled.iter().all(|(known, _)| *known != flow) {
            self.troubled.push((flow, at));
        }
    }

    /// An end of a flow begins to end it, or a half of it.
    pub fn begins_to_end(&mut self, flow: u32, at: Stamp) {
        self.ending.retain(|(known, _)| *known != flow);
        if self.ending.len() == 2 {
            self.ending.remove(0);
        }
        self.ending.push((flow, at));
    }

    /// When an end of another flow last began to end that.
    #[inline]
    pub fn ending_elsewhere(&self, flow: u32) -> Option<Stamp> {
        self.ending.iter().rev().find(|(other, _)| *other != flow).map(|(_, at)| *at)
    }

    /// Something befell the stack itself.
    pub fn trouble_of_stack(&self) -> Option<Stamp> {
        self.troubled.iter().find(|(flow, _)| flow.is_none()).map(|(_, at)| *at)
    }

    /// The first trouble on another flow before `seq`.
    pub fn trouble_elsewhere(&self, flow: u32, seq: Ordinal) -> Option<Stamp> {
        self.troubled.iter().find(|(other, at)| *other != Some(flow) && at.seq < seq).map(|(_, at)| *at)
    }
}

fn write_up(site: ViolationSite, Found { rules, fact, because }: Found) -> Option<Violation> {
    let (&rule, also) = rules.split_first()?;
    let mut because: Vec<u64> = because.into_iter().chain([site.at.line()]).collect();
    because.sort_unstable();
    because.dedup();
    Some(Violation {
        rule,
        also: also.to_vec(),
        line: site.at.line(),
        t: site.at.t,
        flow: site.flow,
        end: site.end,
        op: site.op,
        fact,
        because,
    })
}
