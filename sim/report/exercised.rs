//! Which rules were put to the test, and how often: a pass of a rule that never was is no pass.

use crate::contract::Contract;
use crate::oracle::Exercised;
use crate::rules::{self, Rule};

use super::words;

/// The counts, and the judged rules of these contracts that were never exercised.
pub fn text(contracts: &[Contract], exercised: &Exercised) -> String {
    let counts: Vec<String> = exercised.iter().map(|(rule, count)| format!("{rule} {count}")).collect();
    let never = Rule::ALL.iter().filter(|rule| exercised.count(**rule) == 0 && belongs(**rule, contracts));
    let never: Vec<String> = never.map(|rule| rule.name().to_owned()).collect();
    let none = ["nothing".to_owned()];
    let mut text = words::list("  exercised   ", if counts.is_empty() { &none } else { &counts }, words::WIDTH);
    if !never.is_empty() {
        text.push_str(&words::list("  never       ", &never, words::WIDTH));
    }
    text
}

fn belongs(rule: Rule, contracts: &[Contract]) -> bool {
    rule.about().judged && contracts.iter().any(|contract| rules::belongs(rule, contract))
}

/// How often each judged rule was exercised under each contract: `–` where it is none of the contract's, `·` where it never was.
pub fn matrix(columns: &[(&str, Contract, Exercised)]) -> String {
    let names: Vec<&str> = columns.iter().map(|(name, ..)| *name).collect();
    let judged = Rule::ALL.iter().filter(|rule| rule.about().judged);
    let row = |rule: &Rule| {
        let cell = |(_, contract, exercised): &(&str, Contract, Exercised)| match exercised.count(*rule) {
            0 if !rules::belongs(*rule, contract) => "–".to_owned(),
            0 => "·".to_owned(),
            count => count.to_string(),
        };
        (rule.name().to_owned(), columns.iter().map(cell).collect())
    };
    words::table(&names, &judged.map(row).collect::<Vec<_>>())
}
