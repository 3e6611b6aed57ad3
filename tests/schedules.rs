//! Every schedule of few faults: how many there are, that each fault strikes, and which defects of TCP they find.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::time::Duration;

use flowsim::contract::End;
use flowsim::explore::Finding;
use flowsim::explore::schedules::{DecisionKind, Level, bare};
use flowsim::rules::Rule;
use flowsim::scenario::Scenario;
use flowsim::tcp::Quirk;

/// What the schedules of up to so many decisions show: how many there are on each level, and the findings of the first that has any.
fn explored(scenario: &Scenario, faults: u32, kinds: &[DecisionKind]) -> (Vec<usize>, BTreeSet<Finding>) {
    let scenario = bare(scenario);
    let target = scenario.named_target().expect("a target");
    let mut level = Level::first(&scenario, target, kinds);
    let (mut counts, mut findings) = (Vec::new(), BTreeSet::new());
    for depth in 0..=faults {
        let mut deeper = level.deeper();
        for index in 0..level.len() {
            let run = level.scenario(index).run_with(target, &level.options(depth == faults)).expect("a run");
            assert!(run.idle_faults().is_empty(), "{:?}: {:?}", level.decisions(index), run.idle_faults());
            let outcome = level.outcome(index, &run, depth == faults);
            findings.extend(outcome.finding.clone());
            deeper.add(index, &outcome);
        }
        counts.push(level.len());
        level = deeper.done();
        if !findings.is_empty() {
            break;
        }
    }
    (counts, findings)
}

/// A handshake, two segments each way, both closes.
const EXCHANGE: &str = r#"
    target = "tcp"
    link = { delay = "10ms" }
    client.steps = ["write 100", "read 100", "write 100", "read 100", "close"]
    server.steps = ["read 100", "write 100", "read 100", "write 100", "read to eof", "close"]
"#;

fn exchange() -> Scenario {
    Scenario::parse("exchange.toml", EXCHANGE).expect("a scenario")
}

#[test]
fn right_tcp_bears_every_schedule_of_two_decisions() {
    let (counts, findings) = explored(&exchange(), 2, &[DecisionKind::Drop, DecisionKind::LateDuplicate, DecisionKind::Crash]);
    assert_eq!(findings, BTreeSet::new());
    assert!(counts[1] > 30 && counts[2] > 500, "{counts:?}");
}

#[test]
fn a_pipe_has_turns_and_resets_alone() {
    let text = "client.tasks = [[\"write 1\"], [\"write 2\"]]\nserver.tasks = [[\"read 1 once\"], [\"read to eof\"]]\nclient.steps = []";
    let text = text.lines().take(2).collect::<Vec<_>>().join("\n");
    let scenario = Scenario::parse("pipe.toml", text).expect("a scenario");
    let (orders, _) = explored(&scenario, 1, &[DecisionKind::Order]);
    let (segments, _) = explored(&scenario, 1, &[DecisionKind::Drop]);
    let (resets, findings) = explored(&scenario, 1, &[DecisionKind::Reset]);
    assert!(orders[1] > 0 && segments[1] == 0 && resets[1] > 0, "{orders:?} {segments:?} {resets:?}");
    assert_eq!(findings, BTreeSet::new());
}

#[test]
fn a_lost_fin_is_the_only_single_loss_that_shows_a_fin_that_is_sent_once() {
    let mut scenario = exchange();
    End::BOTH.into_iter().for_each(|end| scenario.tcp[end].quirk = Some(Quirk::FinNotRetransmitted));
    let (counts, findings) = explored(&scenario, 2, &[DecisionKind::Drop]);
    assert_eq!(counts.len(), 2, "one decision is enough");
    let rules: BTreeSet<Option<Rule>> = findings.iter().map(Finding::rule).collect();
    assert!(rules.contains(&Some(Rule::EofArrives)), "{findings:?}");
}

/// Small exchanges that differ in what they end with.
const EXCHANGES: [(&str, &str); 5] = [
    ("both write, then close", EXCHANGE),
    (
        "half-close and an answer",
        r#"
    target = "tcp"
    contract = "strict"
    link = { delay = "10ms" }
    client.steps = ["write 2000", "shutdown write", "read to eof", "write 1", "close"]
    server.steps = ["read to eof", "sleep 20s", "write 2000", "close"]
"#,
    ),
    (
        "both close at once",
        r#"
    target = "tcp"
    link = { delay = "10ms" }
    client.steps = ["write 10", "at 1s", "close", "close"]
    server.steps = ["read 10", "at 1s", "close"]
"#,
    ),
    (
        "a small window",
        r#"
    target = "tcp"
    link = { delay = "10ms" }
    tcp = { mss = 100, receive-buffer = 200 }
    client.steps = ["write 600", "shutdown write", "read to eof", "close"]
    server.steps = ["sleep 3s", "read to eof", "shutdown write", "close"]
"#,
    ),
    (
        "closed with bytes unread",
        r#"
    target = "tcp"
    link = { delay = "10ms" }
    contract = "posix"
    client.steps = ["write 100", "sleep 1s", "write 10", "read", "close"]
    server.steps = ["sleep 500ms", "close"]
"#,
    ),
];

/// How few decisions show a defect, in which of the exchanges, and by which rules; nothing if two don't.
fn shown(quirk: Quirk) -> Option<(usize, &'static str, String)> {
    let pairs = [DecisionKind::Drop, DecisionKind::Crash];
    for (faults, kinds, exchanges) in
        [(1, DecisionKind::ALL, &EXCHANGES[..]), (2, &pairs[..1], &EXCHANGES[..4]), (2, &pairs, &EXCHANGES[..1])]
    {
        for &(name, text) in exchanges {
            let mut scenario = Scenario::parse("exchange.toml", text).expect("a scenario");
            // Some defects never stop sending.
            scenario.limits.time = Duration::from_secs(1800);
            End::BOTH.into_iter().for_each(|end| scenario.tcp[end].quirk = Some(quirk));
            let (counts, findings) = explored(&scenario, faults, kinds);
            if !findings.is_empty() {
                let rules: BTreeSet<&str> = findings.iter().filter_map(Finding::rule).map(Rule::name).collect();
                return Some((counts.len() - 1, name, rules.into_iter().collect::<Vec<_>>().join(" ")));
            }
        }
    }
    None
}

#[test]
fn defects_are_found_with_few_decisions() {
    let mut table = String::from("decisions, defect, exchange, rules that name it\n");
    for quirk in Quirk::ALL {
        match shown(*quirk) {
            Some((decisions, exchange, rules)) => writeln!(table, "{decisions} {:<24} {exchange:<26} {rules}", quirk.name()),
            None => writeln!(table, "– {}", quirk.name()),
        }
        .expect("a string");
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("schedules", table));
}

#[test]
fn right_tcp_bears_every_decision_in_each_exchange() {
    for (name, text) in EXCHANGES {
        let (counts, findings) = explored(&Scenario::parse("exchange.toml", text).expect("a scenario"), 1, DecisionKind::ALL);
        assert_eq!((findings, counts.len()), (BTreeSet::new(), 2), "{name}");
    }
}
