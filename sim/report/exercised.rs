//! Tells which rules were put to the test, and how often: a rule that was not is not known to hold.

use std::collections::{BTreeMap, BTreeSet};

use crate::contract::Contract;
use crate::oracle::{self, Exercised, NotJudged};
use crate::rules::Rule;

use super::words;

/// How the rules are said that were never put to the test: by default in one line, or a report drowns in their names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Never {
    /// How many there are.
    #[default]
    Counted,
    /// The same, and the option of the command line that names them.
    Offered,
    /// All their names.
    Listed,
}

/// The counts, the judged rules of these contracts that were never exercised, and those that could not be.
pub fn text(contracts: &[Contract], exercised: &Exercised, not_judged: &[NotJudged], never: Never) -> String {
    let counts: Vec<String> = exercised.iter().map(|(rule, count)| format!("{rule} {count}")).collect();
    let none = ["nothing".to_owned()];
    words::list("  exercised   ", if counts.is_empty() { &none } else { &counts }, words::WIDTH)
        + &unexercised(contracts, exercised, never)
        + &lacking(exercised, not_judged, never)
}

/// The line, or the list, of what was never exercised; nothing where all was.
fn unexercised(contracts: &[Contract], exercised: &Exercised, never: Never) -> String {
    let mine = || Rule::ALL.iter().filter(|rule| belongs(**rule, contracts));
    let missing: Vec<String> = mine().filter(|rule| exercised.count(**rule) == 0).map(|rule| rule.name().to_owned()).collect();
    let count = || format!("  never       {} of {}", missing.len(), words::count(mine().count() as u64, "rule"));
    match never {
        _ if missing.is_empty() => String::new(),
        Never::Counted => count() + "\n",
        Never::Offered => count() + " (--rules names them)\n",
        Never::Listed => words::list("  never       ", &missing, words::WIDTH),
    }
}

/// What was not judged anywhere, by what that takes: how many rules, or their names.
fn lacking(exercised: &Exercised, not_judged: &[NotJudged], never: Never) -> String {
    let mut rules: BTreeMap<&str, BTreeSet<Rule>> = BTreeMap::new();
    for lacking in not_judged.iter().filter(|lacking| exercised.count(lacking.rule) == 0) {
        rules.entry(lacking.needs).or_default().insert(lacking.rule);
    }
    let said = |(needs, rules): (&&str, &BTreeSet<Rule>)| match (never, rules.len()) {
        (Never::Listed, _) => rules.iter().map(|rule| format!("{rule} (needs {needs})")).collect(),
        (_, 1) => vec![format!("1 needs {needs}")],
        (_, count) => vec![format!("{count} need {needs}")],
    };
    let said: Vec<String> = rules.iter().flat_map(said).collect();
    if said.is_empty() { String::new() } else { words::list("  not judged  ", &said, words::WIDTH) }
}

fn belongs(rule: Rule, contracts: &[Contract]) -> bool {
    contracts.iter().any(|contract| oracle::belongs(rule, contract))
}

/// How often each rule was exercised under each contract: `–` where it is none of the contract's, `·` where it never was.
pub fn matrix(columns: &[(&str, Contract, Exercised)]) -> String {
    let names: Vec<&str> = columns.iter().map(|(name, ..)| *name).collect();
    let row = |rule: &Rule| {
        let cell = |(_, contract, exercised): &(&str, Contract, Exercised)| match exercised.count(*rule) {
            0 if !oracle::belongs(*rule, contract) => "–".to_owned(),
            0 => "·".to_owned(),
            count => count.to_string(),
        };
        (rule.name().to_owned(), columns.iter().map(cell).collect())
    };
    words::table(&names, &Rule::ALL.iter().map(row).collect::<Vec<_>>())
}
