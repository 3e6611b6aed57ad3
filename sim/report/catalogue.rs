//! Prints the rules, the contracts and their parameters, as tables and pages.

use serde_json::json;

use crate::contract::{Contract, Parameter};
use crate::oracle::{self, Oracle, Verdict};
use crate::rules::{Example, Rule, Section, history};
use crate::trace::Trace;

use super::ladder::{LadderView, ladder};
use super::words::{self, WIDTH, paragraph};

/// Every rule: what it asks, where that comes from, which contracts it belongs to.
pub fn rules() -> String {
    let section = |section: &Section| {
        let mine = Rule::ALL.iter().filter(|rule| rule.about().section == *section);
        let heading = section.title();
        format!("{heading}\n{}\n\n", "═".repeat(heading.len())) + &mine.map(|rule| entry(*rule) + "\n").collect::<String>()
    };
    Section::ALL.iter().map(section).collect()
}

/// One rule in short.
fn entry(rule: Rule) -> String {
    let about = rule.about();
    let mut text = format!("{rule}\n") + &paragraph("    ", about.statement, WIDTH);
    text.push_str(&paragraph("    source     ", about.source, WIDTH));
    text + &paragraph("    contracts  ", &contracts_of(rule), WIDTH)
}

/// `all`, `all but v1`, or the presets that it belongs to.
fn contracts_of(rule: Rule) -> String {
    let mine: Vec<&str> = oracle::presets(rule).collect();
    let others: Vec<&str> = Contract::PRESETS.iter().map(|preset| preset.base).filter(|name| !mine.contains(name)).collect();
    match (mine.len(), others.len()) {
        (_, 0) => "all".to_owned(),
        (mine_len, others_len) if others_len < mine_len => format!("all but {}", others.join(", ")),
        (0, _) => "none".to_owned(),
        _ => mine.join(", "),
    }
}

/// Everything about one rule, with the histories that break and keep it.
pub fn explain(rule: Rule) -> String {
    let about = rule.about();
    let mut text = entry(rule);
    text.push_str(&paragraph("    exercised  ", about.premise, WIDTH));
    text.push_str(&paragraph("    evidence   ", about.level.words(), WIDTH));
    if !about.parameters.is_empty() {
        text.push_str(&paragraph("    decided by ", &about.parameters.join(", "), WIDTH));
    }
    if about.client_duty {
        text.push_str(&paragraph("               ", "a duty of the caller: breaking it never changes a verdict", WIDTH));
    }
    text + &about.examples.iter().map(example).collect::<String>()
}

/// A pair of histories: the notation, and the bad one as a ladder with what is wrong pointed at.
fn example(example: &Example) -> String {
    let contract = example.contracts.first().and_then(|name| name.parse().ok()).unwrap_or(Contract::modern());
    let mut text = format!("\nunder {}\n", example.contracts.join(", "));
    for (title, source) in [("broken", example.bad), ("kept", example.good)] {
        text.push_str(&format!("\n  {title}\n"));
        text.extend(history::lines(source).map(|line| format!("      {line}\n")));
        text.push('\n');
        text.push_str(&picture(source, contract));
    }
    text
}

/// A history of the catalogue as a ladder. All of them parse: a test reads them.
fn picture(source: &str, contract: Contract) -> String {
    let Ok(trace) = history::parse(source, contract) else { return String::new() };
    words::indented(&ladder(&trace, &LadderView::of(&verdict(&trace))), "  ")
}

fn verdict(trace: &Trace) -> Verdict {
    Oracle::with(trace.header.clone()).judge(trace)
}

/// A rule for programs, with its histories in their notation and as traces; one line.
pub fn rule_json(rule: Rule, examples: bool) -> String {
    let about = rule.about();
    let mut object = json!({
        "rule": rule.name(),
        "statement": about.statement,
        "source": about.source,
        "premise": about.premise,
        "section": about.section.title(),
        "evidence": about.level.words(),
        "parameters": about.parameters,
        "contracts": oracle::presets(rule).collect::<Vec<_>>(),
    });
    if examples {
        object["examples"] = about.examples.iter().map(example_json).collect();
    }
    object.to_string() + "\n"
}

fn example_json(example: &Example) -> serde_json::Value {
    let contract = example.contracts.first().and_then(|name| name.parse().ok()).unwrap_or(Contract::modern());
    let history = |source: &str| json!({ "history": history::lines(source).collect::<Vec<_>>(), "trace": trace_lines(source, contract) });
    json!({ "contracts": example.contracts, "bad": history(example.bad), "good": history(example.good) })
}

/// The lines of the trace that a history stands for.
fn trace_lines(source: &str, contract: Contract) -> Vec<String> {
    let mut written = Vec::new();
    let trace = history::parse(source, contract).unwrap_or_default();
    // Writing to memory does not fail.
    let _ = trace.write(&mut written);
    String::from_utf8_lossy(&written).lines().map(str::to_owned).collect()
}

/// Everything about one parameter: what it decides, its value in each preset, the rules that ask for it.
pub fn explain_parameter(parameter: &Parameter) -> String {
    let mut text = described(parameter);
    let presets = Contract::PRESETS.iter().map(|preset| format!("{} {}", preset.base, parameter.get(preset)));
    text.push_str(&words::list("    presets     ", &presets.collect::<Vec<_>>(), WIDTH));
    let rules: Vec<String> = decided_by(parameter).map(|rule| rule.name().to_owned()).collect();
    if !rules.is_empty() {
        text.push_str(&words::list("    decides     ", &rules, WIDTH));
    }
    text
}

/// The rules whose rooms name the parameter.
fn decided_by(parameter: &Parameter) -> impl Iterator<Item = Rule> {
    let name = parameter.name;
    Rule::ALL.iter().copied().filter(move |rule| rule.about().parameters.contains(&name))
}

/// A parameter for programs, one line.
pub fn parameter_json(parameter: &Parameter) -> String {
    let presets: serde_json::Map<String, serde_json::Value> =
        Contract::PRESETS.iter().map(|preset| (preset.base.to_owned(), parameter.get(preset).into())).collect();
    let rules: Vec<&str> = decided_by(parameter).map(|rule| rule.name()).collect();
    let (name, about, values) = (parameter.name, parameter.about, parameter.values);
    json!({ "parameter": name, "about": about, "values": values, "presets": presets, "rules": rules }).to_string() + "\n"
}

/// The name, what is decided, the legal values.
fn described(parameter: &Parameter) -> String {
    let mut text = format!("{}\n", parameter.name) + &paragraph("    ", parameter.about, WIDTH);
    if !parameter.values.is_empty() {
        text.push_str(&words::list("    ", &parameter.values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>(), WIDTH));
    }
    text
}

/// The presets side by side, then what each parameter decides.
pub fn contracts() -> String {
    let names: Vec<&str> = Contract::PRESETS.iter().map(|preset| preset.base).collect();
    let row = |parameter: &Parameter| {
        let values = Contract::PRESETS.iter().map(|preset| parameter.get(preset));
        (parameter.name.to_owned(), values.collect::<Vec<_>>())
    };
    let rows: Vec<(String, Vec<String>)> = Contract::PARAMETERS.iter().map(row).collect();
    let mut text = words::table(&names, &rows) + "\n";
    text.extend(Contract::PARAMETERS.iter().map(described));
    text
}

/// The presets for programs, one line each.
pub fn contracts_json() -> String {
    let object = |preset: &Contract| {
        let values: serde_json::Map<String, serde_json::Value> =
            Contract::PARAMETERS.iter().map(|parameter| (parameter.name.to_owned(), parameter.get(preset).into())).collect();
        json!({ "contract": preset.base, "parameters": values }).to_string() + "\n"
    };
    Contract::PRESETS.iter().map(object).collect()
}
