//! The court's books: violations, client faults, and how often each rule was put to the test.

use smallvec::SmallVec;

use super::verdict::{ClientFault, Exercised, Violation};
use super::{Seq, Stamp};
use crate::contract::{Both, End};
use crate::rules::Rule;

/// What is wrong with one event: the rules that it breaks, the first being the one that names it.
///
/// Nearly always nothing: then it is one word that is empty, so that it costs nothing to make one for each event.
#[derive(Clone, Debug, Default)]
pub(super) struct Findings {
    found: Option<Box<Found>>,
}

#[derive(Clone, Debug, Default)]
struct Found {
    rules: SmallVec<[Rule; 4]>,
    message: String,
    because: SmallVec<[u64; 4]>,
}

impl Findings {
    /// The event breaks this rule. The message of the first rule is the one that is kept.
    pub fn add(&mut self, rule: Rule, because: &[Stamp], message: impl FnOnce() -> String) {
        let found = self.found.get_or_insert_default();
        if found.rules.is_empty() {
            found.message = message();
        }
        found.because.extend(because.iter().map(|at| at.line()));
        self.also(rule);
    }

    /// The event breaks this rule too.
    pub fn also(&mut self, rule: Rule) {
        let rules = &mut self.found.get_or_insert_default().rules;
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    }

    /// The rule that names it.
    pub fn first(&self) -> Option<Rule> {
        self.found.as_ref()?.rules.first().copied()
    }

    pub fn is_empty(&self) -> bool {
        self.found.is_none()
    }
}

/// The most violations that are written down for one run.
const MOST: usize = 10_000;

/// Where a violation happened.
#[derive(Clone, Copy, Debug)]
pub(super) struct Site {
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
    pub undecided: Option<String>,
    /// Obligations that were overdue before quiet: violations once quiet is reached.
    pub overdue: Vec<Violation>,
    /// The first two flows on which something ended badly (none: the stack itself), with the moment: enough to know one that is
    /// another flow's.
    pub troubled: SmallVec<[(Option<u32>, Stamp); 2]>,
    /// The flows that were connected at this end after an abort.
    pub revived: Both<Vec<u32>>,
}

impl Ledger {
    pub fn exercise(&mut self, rule: Rule) {
        self.exercised.note(rule);
    }

    /// Counts the rules whose premise holds.
    pub fn exercise_where<const N: usize>(&mut self, premises: [(Rule, bool); N]) {
        for (rule, holds) in premises {
            if holds {
                self.exercised.note(rule);
            }
        }
    }

    /// Writes down what is wrong with an event, if anything; the violation's index.
    pub fn enter(&mut self, site: Site, findings: Findings) -> Option<usize> {
        if self.is_full() {
            return None;
        }
        let violation = write_up(site, findings)?;
        self.violations.push(violation);
        Some(self.violations.len() - 1)
    }

    /// So much is wrong that more is not written down.
    pub fn is_full(&self) -> bool {
        self.violations.len() >= MOST
    }

    /// As [`Ledger::enter`], to be held until quiet.
    pub fn hold(&mut self, site: Site, findings: Findings) {
        self.overdue.extend(write_up(site, findings));
    }

    /// Gives an earlier violation another name, now that more is known.
    pub fn rename(&mut self, index: usize, rule: Rule, message: impl FnOnce(&str) -> String) {
        let violation = &mut self.violations[index];
        if violation.rule == rule {
            return;
        }
        violation.also.retain(|also| *also != rule);
        violation.also.insert(0, violation.rule);
        violation.rule = rule;
        violation.message = message(&violation.message);
    }

    pub fn fault(&mut self, site: Site, message: String) {
        let Site { at, flow, end, .. } = site;
        if self.client_faults.len() == MOST {
            return;
        }
        self.client_faults.push(ClientFault { line: at.line(), t: at.t, flow, end, message });
    }

    pub fn give_up(&mut self, why: impl FnOnce() -> String) {
        if self.undecided.is_none() {
            self.undecided = Some(why());
        }
    }

    /// Something ended badly on a flow, or on the stack.
    pub fn trouble(&mut self, flow: Option<u32>, at: Stamp) {
        if self.troubled.len() < 2 && self.troubled.iter().all(|(known, _)| *known != flow) {
            self.troubled.push((flow, at));
        }
    }

    /// Something befell the stack itself.
    pub fn trouble_of_stack(&self) -> Option<Stamp> {
        self.troubled.iter().find(|(flow, _)| flow.is_none()).map(|(_, at)| *at)
    }

    /// The first trouble on another flow before `seq`.
    pub fn trouble_elsewhere(&self, flow: u32, seq: Seq) -> Option<Stamp> {
        self.troubled.iter().find(|(other, at)| *other != Some(flow) && at.seq < seq).map(|(_, at)| *at)
    }
}

fn write_up(site: Site, findings: Findings) -> Option<Violation> {
    let Found { rules, message, because } = *findings.found?;
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
        message: in_the_singular(message),
        because,
    })
}

/// A message speaks of numbers of bytes; of one in the singular.
fn in_the_singular(message: String) -> String {
    let spaced = message.replace(" 1 bytes", " 1 byte");
    match spaced.strip_prefix("1 bytes") {
        Some(rest) => format!("1 byte{rest}"),
        None => spaced,
    }
}
