//! Holds the page `interfaces` of the documentation to what it says: each sentence of each interface document has rules that belong to
//! the document's preset, and runs that hold under it and put them to the test.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use flowsim::contract::{Both, Contract};
use flowsim::oracle::{Exercised, Judgement};
use flowsim::rules::Rule;
use flowsim::scenario::RunOptions;
use flowsim::{Scenario, oracle};

/// A sentence of a document, as the page tells it.
struct Row {
    contract: Contract,
    says: String,
    rules: Vec<Rule>,
    shown_by: String,
}

fn rows() -> Vec<Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("sim/interfaces.md");
    let (mut rows, mut contract) = (Vec::new(), None);
    for line in fs::read_to_string(path).expect("the page").lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            let preset = quoted(heading).pop().expect("a preset");
            contract = Some(preset.parse::<Contract>().expect("a preset"));
        }
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        if let ([says, rules, shown_by], Some(contract), true) =
            (&cells[..], contract, line.starts_with("| ") && !line.starts_with("| it says"))
        {
            let rules = quoted(rules).iter().map(|name| Rule::from_name(name).unwrap_or_else(|| panic!("{says}: {name}"))).collect();
            rows.push(Row { contract, says: (*says).to_owned(), rules, shown_by: (*shown_by).to_owned() });
        }
    }
    rows
}

/// What stands in backquotes.
fn quoted(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// What a scenario exercises under a contract, under which it must hold.
fn exercised(name: &str, contract: Contract) -> Result<Exercised, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name).with_extension("toml");
    let scenario = Scenario::load(&path).unwrap_or_else(|mistake| panic!("{mistake:?}"));
    let target = scenario.named_target().expect("a target that is known");
    let run = scenario.run_with(target, &RunOptions::default().with_contract(Both::same(contract))).expect("it runs");
    let held = run.judgement() == Judgement::Held;
    if held { Ok(run.verdict().exercised.clone()) } else { Err(format!("{name} does not hold under {contract}: {}", run.why())) }
}

#[test]
fn every_sentence_is_held_by_rules_and_shown_by_runs() {
    let rows = rows();
    let documents: BTreeMap<&str, usize> = rows.iter().fold(BTreeMap::new(), |mut count, row| {
        *count.entry(row.contract.base).or_default() += 1;
        count
    });
    assert_eq!(documents.len(), 4, "five documents, of which two say the same: {documents:?}");
    assert!(documents.values().all(|sentences| *sentences >= 11), "{documents:?}");
    let wrong: Vec<String> = rows.iter().flat_map(complaints).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a row says that is not so.
fn complaints(Row { contract, says, rules, shown_by }: &Row) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut runs = Vec::new();
    if !rules.is_empty() {
        for name in quoted(shown_by) {
            match exercised(&name, *contract) {
                Ok(run) => runs.push(run),
                Err(why) => wrong.push(why),
            }
        }
    }
    for rule in rules {
        let about = rule.about();
        let is_shown = match shown_by.as_str() {
            "histories" => about.examples.iter().any(|example| example.contracts.contains(&contract.base)),
            _ => runs.iter().any(|run| run.count(*rule) > 0),
        };
        if !(is_shown && oracle::belongs(*rule, contract)) {
            wrong.push(format!("under {contract}, `{says}`: {rule} is not shown by {shown_by}"));
        }
    }
    if rules.is_empty() && shown_by.is_empty() {
        wrong.push(format!("{says}: neither rules nor a reason"));
    }
    wrong
}
