//! Finds what the catalogue says of a rule: each entry stands in the rule's own room.

use super::rooms::ROOMS;
use crate::contract::Contract;
use crate::rules::{About, Example, Excuse, Rule};

impl Rule {
    /// What the catalogue says of this rule.
    pub fn about(self) -> &'static About {
        ROOMS[self as usize]
    }
}

/// Is this rule one of that contract's?
pub fn belongs(rule: Rule, contract: &Contract) -> bool {
    (rule.about().applies)(contract)
}

/// The presets that a rule belongs to, by name.
pub fn presets(rule: Rule) -> impl Iterator<Item = &'static str> {
    Contract::PRESETS.iter().filter(move |preset| belongs(rule, preset)).map(|preset| preset.base)
}

/// Every example of the catalogue with its rule.
pub fn examples() -> impl Iterator<Item = (Rule, &'static Example)> {
    Rule::ALL.iter().flat_map(|&rule| rule.about().examples.iter().map(move |example| (rule, example)))
}

/// Every near miss with the rule that it seems to break.
pub fn excuses() -> impl Iterator<Item = (Rule, &'static Excuse)> {
    Rule::ALL.iter().flat_map(|&rule| rule.about().excuses.iter().map(move |excuse| (rule, excuse)))
}
