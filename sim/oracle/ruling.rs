//! Holds what the rooms say of one event until it is written down.
//!
//! A room answers with a [`Ruling`]; the [`Findings`] of an event collect them in the order in which the rooms were asked, so
//! that the first rule that is broken names the violation.

use smallvec::SmallVec;

use super::Stamp;
use super::fact::Fact;
use crate::rules::Rule;

/// What a room says of an event.
#[derive(Debug)]
pub(super) enum Ruling {
    /// The rule asks nothing of it: its premise does not hold.
    Moot,
    /// The rule was put to the test, and kept.
    Kept,
    /// The rule was put to the test, and broken.
    Broken(Box<Breach>),
}

/// How a rule was broken.
#[derive(Debug)]
pub(super) struct Breach {
    because: SmallVec<[Stamp; 3]>,
    fact: Fact,
}

impl Ruling {
    /// The rule is kept, if its premise holds.
    pub fn kept_if(premise: bool) -> Ruling {
        if premise { Ruling::Kept } else { Ruling::Moot }
    }

    /// The rule is broken; `because`: what led to it.
    pub fn broken(because: &[Stamp], fact: Fact) -> Ruling {
        Ruling::Broken(Box::new(Breach { because: because.into(), fact }))
    }
}

/// What a room says of the caller's duties at one event: a duty that is failed is the caller's fault, and no violation.
#[derive(Debug, Default)]
pub(super) struct CallerDuties {
    /// A duty was put to the test.
    pub tested: bool,
    /// What the caller did that it must not do.
    pub failed: Vec<Fact>,
}

impl CallerDuties {
    /// A duty is failed.
    pub fn fail(&mut self, fact: Fact) {
        self.tested = true;
        self.failed.push(fact);
    }
}

/// What was found out about one event: the rules that it put to the test, and those that it breaks, of which the first names it.
///
/// Nearly always nothing is broken: then it is two words, so that it costs little to make one for each event.
#[derive(Clone, Debug, Default)]
pub(super) struct Findings {
    exercised: RuleSet,
    found: Option<Box<Found>>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    pub rules: SmallVec<[Rule; 4]>,
    pub fact: Fact,
    pub because: SmallVec<[u64; 4]>,
}

impl Findings {
    /// A room has ruled.
    #[inline]
    pub fn hear(&mut self, rule: Rule, ruling: Ruling) {
        match ruling {
            Ruling::Moot => {}
            Ruling::Kept => self.exercised.insert(rule),
            Ruling::Broken(breach) => {
                self.exercised.insert(rule);
                self.take(rule, *breach);
            }
        }
    }

    #[cold]
    fn take(&mut self, rule: Rule, Breach { because, fact }: Breach) {
        self.add(rule, &because, || fact);
    }

    /// The event breaks this rule. What the first rule says of it is kept.
    pub fn add<F: Into<Fact>>(&mut self, rule: Rule, because: &[Stamp], fact: impl FnOnce() -> F) {
        let found = self.found.get_or_insert_default();
        if found.rules.is_empty() {
            found.fact = fact().into();
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

    /// The event had put these rules to the test, too.
    pub fn and_tested(mut self, rules: RuleSet) -> Findings {
        self.exercised.join(rules);
        self
    }

    /// The rule that names it.
    pub fn first(&self) -> Option<Rule> {
        self.found.as_ref()?.rules.first().copied()
    }

    /// This rule is broken.
    pub fn breaks(&self, rule: Rule) -> bool {
        self.found.as_ref().is_some_and(|found| found.rules.contains(&rule))
    }

    /// No rule is broken.
    pub fn is_empty(&self) -> bool {
        self.found.is_none()
    }

    /// The rules that were put to the test.
    pub fn exercised(&self) -> RuleSet {
        self.exercised
    }

    /// What is wrong, if anything.
    #[inline]
    pub fn into_found(self) -> Option<Box<Found>> {
        self.found
    }
}

/// A set of rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct RuleSet([u64; 2]);

/// How many rules a word of a set has bits for.
const WORD: usize = u64::BITS as usize;

const _: () = assert!(Rule::COUNT <= 2 * WORD, "a set has a bit for each rule");

impl RuleSet {
    pub fn join(&mut self, other: RuleSet) {
        self.0.iter_mut().zip(other.0).for_each(|(mine, theirs)| *mine |= theirs);
    }

    #[inline]
    pub fn insert(&mut self, rule: Rule) {
        self.0[rule as usize / WORD] |= 1 << (rule as usize % WORD);
    }

    /// Calls `each` with the number of every rule, in order: for each event, so it costs a few instructions a rule.
    #[inline]
    pub fn for_each(self, mut each: impl FnMut(usize)) {
        for (word, mut bits) in self.0.into_iter().enumerate() {
            while bits != 0 {
                each(word * WORD + bits.trailing_zeros() as usize);
                bits &= bits - 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_gives_back_what_it_was_given_in_order() {
        let mut set = RuleSet::default();
        assert!(numbers(set).is_empty());
        for rule in [Rule::StateTransition, Rule::StreamPrefix, Rule::EofIsFinal, Rule::StreamPrefix] {
            set.insert(rule);
        }
        assert_eq!(numbers(set), [Rule::StreamPrefix, Rule::EofIsFinal, Rule::StateTransition].map(|rule| rule as usize));
    }

    fn numbers(set: RuleSet) -> Vec<usize> {
        let mut numbers = Vec::new();
        set.for_each(|rule| numbers.push(rule));
        numbers
    }
}
