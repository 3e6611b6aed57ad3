//! What a judgement says: the verdict, the violations that it names, and how often each rule was put to the test.

use super::fact::Fact;
use super::ruling::RuleSet;
use crate::contract::End;
use crate::rules::Rule;
use crate::time::Instant;

/// The outcome of judging one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// No rule was broken.
    Held,
    /// At least one rule was broken.
    Violated,
    /// It can't be told.
    Inconclusive,
}

impl Judgement {
    /// `held`, `violated` or `inconclusive`.
    pub const fn word(self) -> &'static str {
        match self {
            Judgement::Held => "held",
            Judgement::Violated => "violated",
            Judgement::Inconclusive => "inconclusive",
        }
    }
}

/// A judged run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verdict {
    /// Held, violated or inconclusive.
    pub judgement: Judgement,
    /// What decided it; nothing for a plain `held`.
    pub why: Option<Fact>,
    /// What was broken, in the order of the trace.
    pub violations: Vec<Violation>,
    /// What the callers did wrong; never changes the judgement.
    pub client_faults: Vec<ClientFault>,
    /// How many EOFs hid that bytes were lost, where the contract allows that.
    pub truncations: u64,
    /// How often each rule's premise came true.
    pub exercised: Exercised,
    /// What the contract let pass that a person should know of; only kinds that came.
    pub tolerated: Vec<Tolerated>,
    /// What searching cost where calls overlap, in writes that were looked at.
    pub(crate) searched: u64,
}

/// One broken event.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// The rule that names it.
    pub rule: Rule,
    /// Other rules that it breaks too.
    pub also: Vec<Rule>,
    /// The trace's line (the header is line 1).
    pub line: u64,
    /// When.
    pub t: Instant,
    /// On which flow.
    pub flow: u32,
    /// At which end.
    pub end: End,
    /// The operation that broke it, if it was one.
    pub op: Option<u64>,
    /// What happened, and why it must not.
    pub fact: Fact,
    /// The lines that led to it, in order, itself last.
    pub because: Vec<u64>,
}

/// Something that a contract lets pass: it breaks nothing, but may not be what was meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tolerated {
    /// What came, in the plural: `bytes skipped after a cancelled read`.
    pub what: &'static str,
    /// How many.
    pub count: u64,
    /// What lets it pass: a parameter with its value, or words.
    pub by: &'static str,
}

/// A rule that could not be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotJudged {
    /// The rule.
    pub rule: Rule,
    /// What that takes: `records: segments`.
    pub needs: &'static str,
}

/// Something that the caller must not do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientFault {
    /// The trace's line.
    pub line: u64,
    /// When.
    pub t: Instant,
    /// On which flow.
    pub flow: u32,
    /// At which end.
    pub end: End,
    /// What was done.
    pub fact: Fact,
}

/// How often each rule's premise came true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exercised([u64; Rule::COUNT]);

impl Default for Exercised {
    fn default() -> Self {
        Exercised([0; Rule::COUNT])
    }
}

impl Exercised {
    /// The count of one rule.
    pub fn count(&self, rule: Rule) -> u64 {
        self.0[rule as usize]
    }

    /// The rules that were exercised, with their counts, in the order of the specification.
    pub fn iter(&self) -> impl Iterator<Item = (Rule, u64)> + '_ {
        Rule::ALL.iter().map(|&rule| (rule, self.count(rule))).filter(|(_, count)| *count > 0)
    }

    /// Adds another run's counts.
    pub fn add(&mut self, other: &Exercised) {
        self.0.iter_mut().zip(other.0).for_each(|(mine, theirs)| *mine += theirs);
    }

    pub(super) fn note(&mut self, rule: Rule) {
        self.0[rule as usize] += 1;
    }

    #[inline]
    pub(super) fn note_all(&mut self, rules: RuleSet) {
        rules.for_each(|rule| self.0[rule] += 1);
    }
}
