//! Which rules were put to the test, and how often: a pass of a rule that never was is no pass.

use crate::contract::{Both, Contract};
use crate::oracle::Exercised;
use crate::rules::Rule;

use super::words;

/// The counts, and the rules of the contract that were never exercised.
pub fn text(contract: &Both<Contract>, exercised: &Exercised) -> String {
    let counts: Vec<String> = exercised.iter().map(|(rule, count)| format!("{rule} {count}")).collect();
    let never = Rule::ALL.iter().filter(|rule| exercised.count(**rule) == 0 && belongs(**rule, contract));
    let never: Vec<String> = never.map(|rule| rule.name().to_owned()).collect();
    let none = ["nothing".to_owned()];
    let mut text = words::list("  exercised   ", if counts.is_empty() { &none } else { &counts }, words::WIDTH);
    if !never.is_empty() {
        text.push_str(&words::list("  never       ", &never, words::WIDTH));
    }
    text
}

/// Is it a rule of either end's contract?
fn belongs(_rule: Rule, _contract: &Both<Contract>) -> bool {
    true
}
