//! What the specification says of whole conversations, judged under every preset for which it settles the matter: `tests/verdicts/`
//! holds the histories by theme.
//!
//! Each is judged as it stands, with the ends swapped and on another flow: neither may make a difference.

use flowsim::oracle::Verdict;
use flowsim::rules::history;
use flowsim::trace::{Place, Trace, What};
use flowsim::{Contract, Oracle};

const THEMES: [(&str, &str); 6] = [
    ("conversations", include_str!("verdicts/conversations.txt")),
    ("bytes", include_str!("verdicts/bytes.txt")),
    ("ends", include_str!("verdicts/ends.txt")),
    ("lengths", include_str!("verdicts/lengths.txt")),
    ("clocks", include_str!("verdicts/clocks.txt")),
    ("network", include_str!("verdicts/network.txt")),
];

/// A history with what is expected of it.
struct Case<'a> {
    name: &'a str,
    expected: Vec<(Vec<Contract>, &'a str)>,
    text: String,
}

fn cases(theme: &str) -> impl Iterator<Item = Case<'_>> {
    theme.split("\n== ").skip(1).map(case)
}

fn case(block: &str) -> Case<'_> {
    let (name, rest) = block.split_once('\n').expect("a name and lines");
    let expected = rest.lines().filter_map(|line| line.strip_prefix("= ")).map(expectation).collect();
    let events: Vec<&str> = rest.lines().filter(|line| !line.starts_with("= ")).collect();
    Case { name, expected, text: events.join("\n") }
}

/// `PRESETS: VERDICT RULES`.
fn expectation(line: &str) -> (Vec<Contract>, &str) {
    let (presets, outcome) = line.split_once(": ").expect("presets and a verdict");
    let contracts = match presets {
        "all" => Contract::PRESETS.to_vec(),
        names => names.split(' ').map(|name| Contract::preset(name).expect("a preset")).collect(),
    };
    (contracts, outcome)
}

/// The verdict's word and the rules that name violations, in alphabetical order.
fn outcome(verdict: &Verdict) -> String {
    let mut rules: Vec<&str> = verdict.violations.iter().map(|violation| violation.rule.name()).collect();
    rules.sort_unstable();
    rules.dedup();
    [&[verdict.judgement.word()], rules.as_slice()].concat().join(" ")
}

/// The same trace with every place changed.
fn moved(trace: &Trace, change: impl Fn(Place) -> Place) -> Trace {
    let mut moved = trace.clone();
    for event in &mut moved.events {
        match &mut event.what {
            What::Call { at, .. } | What::Return { at, .. } | What::Cancel { at, .. } => *at = change(*at),
            What::Env(env) => {
                let flow = env.flow.unwrap_or(0);
                env.flow = env.flow.map(|flow| change(Place { flow, end: flowsim::contract::End::Client }).flow);
                env.end = env.end.map(|end| change(Place { flow, end }).end);
            }
            What::State { at, .. } => *at = change(*at),
            What::Segment(wire) => {
                let at = change(Place { flow: wire.flow, end: wire.from });
                (wire.flow, wire.from) = (at.flow, at.end);
            }
            other => panic!("where does it say its place? {other:?}"),
        }
    }
    moved
}

/// What is wrong with the verdict on each form of the history.
fn complaints(case: &Case<'_>, contract: Contract, expected: &str) -> Vec<String> {
    let trace = history::parse(&case.text, contract).unwrap_or_else(|error| panic!("{}: {error}", case.name));
    let swapped = moved(&trace, |place| Place { end: place.end.peer(), ..place });
    let elsewhere = moved(&trace, |place| Place { flow: place.flow + 7, ..place });
    let forms = [("", trace), (", ends swapped", swapped), (", on other flows", elsewhere)];
    let judged = forms.map(|(form, trace)| (form, outcome(&Oracle::new(contract).judge(&trace))));
    let wrong = judged.into_iter().filter(|(_, outcome)| outcome != expected);
    wrong.map(|(form, outcome)| format!("{} × {contract}{form}: {outcome}, not {expected}", case.name)).collect()
}

#[test]
fn histories_get_the_verdicts_that_the_specification_settles() {
    let mut judged = 0;
    let mut wrong = Vec::new();
    for (_, theme) in THEMES {
        for case in cases(theme) {
            for (contract, expected) in case.expected.iter().flat_map(|(all, outcome)| all.iter().map(move |one| (*one, *outcome))) {
                wrong.extend(complaints(&case, contract, expected));
                judged += 1;
            }
        }
    }
    assert!(judged > 400, "only {judged} verdicts");
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_history_has_a_name_of_its_own_and_an_expectation() {
    for (theme, text) in THEMES {
        let mut names: Vec<&str> = cases(text).map(|case| case.name).collect();
        assert!(cases(text).all(|case| !case.expected.is_empty()), "{theme}");
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all, "{theme}");
    }
}
