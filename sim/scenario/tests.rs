mod exact;
mod limits;
mod mistakes;
mod networks;
mod random;

use super::*;
use crate::contract::Mode;
use crate::trace::Abort;

fn parse(text: &str) -> Scenario {
    Scenario::parse("t.toml", text).unwrap_or_else(|error| panic!("{}", error.render(false)))
}

const WHOLE: &str = r#"
title = "The server answers \"after\" the half close"
contract = { client = "posix", server = "modern,eof_on_reset=forbid" }
target = "pipe"
seed = 0xFFFFFFFFFFFFFFFF
guards = ["eof-complete", 'half-close-keeps-reading']

[pipe]
capacity = "4KiB"
delay = "20ms"

[limits]
events = 5000
time = "10min"

[[fault]]
reset = { end = "server", at = "2s", flow = "side" }

[client]
steps = ["write 4KiB", "shutdown write", "read to eof -> 64KiB"]

[server]
tasks = [["read to eof -> 4KiB", "signal go"], ["wait go", "write 64KiB", "close -> done"]]

[[flow]]
name = "side"
client.steps = ["write 1"]
server = { steps = ["read 1 once | cancel after 5ms -> cancelled"] }
"#;

#[test]
fn a_whole_file_is_understood() {
    let scenario = parse(WHOLE);
    assert_eq!(scenario.title, "The server answers \"after\" the half close");
    let contract = scenario.contract.expect("given");
    assert_eq!((contract.client.base, contract.server.to_string().as_str()), ("posix", "modern,eof_on_reset=forbid"));
    assert_eq!(scenario.seed, Some(u64::MAX));
    assert_eq!(scenario.guards.iter().map(|guard| guard.rule.name()).collect::<Vec<_>>(), ["eof-complete", "half-close-keeps-reading"]);
    assert_eq!(scenario.pipe, PipeSpec { capacity: 4096, delay: Duration::from_millis(20) });
    assert_eq!(scenario.limits, Limits { events: 5000, time: Duration::from_secs(600), ..Limits::default() });
    let reset = FaultKind::Abort { abort: Abort::Reset, flow: 1, end: End::Server, at: Duration::from_secs(2) };
    assert_eq!(scenario.faults, [reset.into()]);
    assert_eq!((scenario.flows.len(), scenario.flows[0].tasks.client.len(), scenario.flows[0].tasks.server.len()), (2, 1, 2));
    assert_eq!(scenario.flows[0].tasks.client[0][1].action, Action::Shutdown(Mode::Write));
    assert_eq!(scenario.flows[1].name.as_deref(), Some("side"));
}

#[test]
fn what_is_written_parses_back_to_the_same() {
    let scenario = parse(WHOLE);
    let text = scenario.to_string();
    assert_eq!(parse(&text), scenario, "{text}");
    assert_eq!(parse(&text).to_string(), text);
    assert_eq!(parse("client.steps = [\"close\"]").to_string(), "\n[client]\nsteps = [\"close\"]\n");
}

#[test]
fn of_runs_with_many_seeds_the_first_that_does_not_hold_comes_back() {
    let pipe = target::named("pipe").expect("known");
    let seeds = |scenario: &Scenario, seeds: std::ops::Range<u64>| scenario.run_seeds(pipe, seeds).expect("it runs");
    let steady = parse("client.steps = [\"write 1 -> ok\", \"close\"]");
    assert_eq!((seeds(&steady, 3..9).seed(), seeds(&steady, 0..0).seed()), (Some(8), None));
    // Only one order lets the write come before the close.
    let racing = parse("client.tasks = [[\"write 1 -> ok\"], [\"close\"]]");
    let broken = |seed: u64| seeds(&racing, seed..seed + 1).judgement() == Judgement::Violated;
    let first = (0..50).find(|seed| broken(*seed)).expect("an order in which the close comes first");
    assert!(first < 49 && !broken((0..50).find(|seed| !broken(*seed)).expect("an order in which the write does")));
    let found = seeds(&racing, 0..50);
    assert_eq!((found.seed(), found.judgement()), (Some(first), Judgement::Violated));
}

/// The page about the format is true: its example holds in any order, and each action that it lists is one.
#[test]
fn the_page_about_the_format_is_true() {
    let page = include_str!("format.md");
    let example = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    let scenario = parse(example);
    let run = scenario.run_seeds(scenario.named_target().expect("known"), 0..50).expect("it runs");
    assert_eq!(run.judgement(), Judgement::Held, "{}", run.why());
    networked(page);
    let table = |heading: &str| page.split(heading).nth(1).and_then(|rest| rest.split("\n## ").next()).expect("a section").to_owned();
    let listed = |table: &str| -> Vec<String> {
        let rows = table.lines().filter(|line| line.starts_with("| `") || line.starts_with("| a size"));
        rows.flat_map(|row| row.split('|').nth(1).unwrap_or_default().split('`').skip(1).step_by(2)).map(str::to_owned).collect()
    };
    let stand_ins = [("A B …", "1 2"), ("PORT", "80"), ("N", "5"), ("M", "2"), ("D", "5ms"), ("T", "1s"), ("X", "go")];
    let actions: Vec<String> = listed(&table("## Steps")).into_iter().filter(|text| !text.starts_with("STEP")).collect();
    for action in &actions {
        let text = stand_ins.iter().fold(action.clone(), |text, (name, value)| text.replace(name, value));
        assert!(grammar::step(&text).is_ok(), "`{action}` is no action");
    }
    let is_listed = |verb: &str| actions.iter().any(|action| action.split(' ').next() == Some(verb));
    assert!(grammar::FORMS.iter().all(|(verb, _)| is_listed(verb)), "{actions:?}");
    let results = listed(&table("## Results"));
    assert!(grammar::known().all(|expect| results.contains(&expect.to_string())), "{results:?}");
}

/// What the page says of networks: its example, each of its faults, and all keys with what holds without them.
fn networked(page: &str) {
    let example = page.split("```toml\n").nth(2).and_then(|rest| rest.split("```").next()).expect("an example");
    let scenario = parse(example);
    let run = scenario.run_seeds(scenario.named_target().expect("known"), 0..20).expect("it runs");
    assert_eq!(run.judgement(), Judgement::Held, "{}\n{}", run.why(), run.ladder());
    let rows = page.lines().filter(|line| line.starts_with("| `") && line.contains("` | "));
    let faults: Vec<&str> = rows.clone().filter_map(|line| line.split('`').nth(1)).filter(|text| text.contains(" = {")).collect();
    assert_eq!(faults.len(), fault::KINDS.len());
    for (fault, (kind, _)) in faults.iter().zip(fault::KINDS.iter()) {
        parse(&format!("client.steps = [\"close\"]\n[[fault]]\n{fault}"));
        assert!(faults.iter().any(|fault| fault.split(' ').next() == Some(kind)), "{kind}");
    }
    let keys: Vec<&str> = rows.flat_map(|line| line.split('|').nth(1).unwrap_or_default().split('`').skip(1).step_by(2)).collect();
    network::keys().for_each(|key| assert!(keys.contains(&key), "{key}"));
}
