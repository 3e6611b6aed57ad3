//! What a report claims beyond the trace, checked against the oracle: the smallest run breaks the same rule, and the parameter that
//! would allow what happened does allow it. The catalogue's histories are the cases.

use flowsim::contract::{Both, Contract};
use flowsim::oracle::{self, Judgement, Oracle, Verdict};
use flowsim::report::{self, Case, LadderView, ladder, slice};
use flowsim::rules::{self, history};
use flowsim::trace::{EnvWhat, Event, Trace, What};
use proptest::prelude::*;
use proptest::test_runner::Config;

#[allow(dead_code, reason = "of what the reader's tests need, these need one part")]
#[path = "trace/strategies.rs"]
mod strategies;

fn judge(trace: &Trace) -> Verdict {
    Oracle::with(trace.header.clone()).judge(trace)
}

/// Every bad history of the catalogue under every contract that it is for.
fn bad_runs() -> impl Iterator<Item = (String, Trace)> {
    oracle::examples().flat_map(|(rule, example)| {
        example.contracts.iter().map(move |name| {
            let contract: Contract = name.parse().expect("a contract");
            (format!("{rule} under {name}"), history::parse(example.bad, contract).expect("a history"))
        })
    })
}

#[test]
fn the_smallest_run_breaks_the_same_rule_and_nothing_can_be_left_out() {
    let mut seen = 0;
    for (name, trace) in bad_runs() {
        for violation in judge(&trace).violations {
            let small = slice(&trace, &violation).unwrap_or_else(|| panic!("{name}: {violation:?}"));
            assert_eq!(judge(&small.trace), small.verdict, "{name}");
            assert!(small.verdict.violations.contains(&small.violation), "{name}");
            assert_eq!((small.violation.rule, &small.violation.also), (violation.rule, &violation.also), "{name}");
            assert!(small.minimal, "{name}");
            assert!(small.trace.events.len() <= trace.events.len(), "{name}");
            let again = slice(&small.trace, &small.violation).expect("the smallest run has one too");
            assert_eq!(again.trace, small.trace, "{name}: it can't be made smaller");
            seen += 1;
        }
    }
    assert!(seen > 100, "only {seen} violations");
}

/// A run with a thousand reads that have nothing to do with it.
#[test]
fn a_small_cause_is_found_in_a_long_run() {
    let mut text = String::from("client write 1000 -> ok\n");
    text.extend((0..1000).map(|_| "server read -> data 1\n"));
    text.push_str("server write \"x\" -> ok\nclient shutdown write -> done\nclient write \"y\" -> ok\nserver read -> eof\nquiet\n");
    let trace = history::parse(&text, Contract::modern()).expect("a history");
    let verdict = judge(&trace);
    let small = slice(&trace, &verdict.violations[0]).expect("a slice");
    assert_eq!((small.left.operations, small.whole.operations, small.minimal), (2, 1005, true));
}

/// The client's end of a connection over which much was sent before it sent two FINs.
fn two_fins_after(segments: u32) -> Trace {
    let mut lines = String::from("{\"flowsim_trace\":1,\"records\":[\"network\",\"segments\"]}\n");
    let mut line = |t: u64, from: &str, id: u32, what: &str, seq: u32, ack: u32, flags: &str, len: u32| {
        let (what, numbers) =
            (format!("\"id\":{id},\"what\":\"{what}\""), format!("\"seq\":{seq},\"ack\":{ack},\"win\":65535,\"len\":{len}"));
        let event = format!("{{\"event\":\"segment\",\"t\":{t},\"from\":\"{from}\",{what},\"flags\":\"{flags}\",{numbers}}}\n");
        lines.push_str(&event);
    };
    for number in 0..segments {
        let (t, seq) = (u64::from(number), 1 + 10 * number);
        line(t, "client", 2 * number, "sent", seq, 1, "A", 10);
        line(t, "client", 2 * number, "delivered", seq, 1, "A", 10);
        line(t, "server", 2 * number + 1, "sent", 1, seq + 10, "A", 0);
        line(t, "server", 2 * number + 1, "delivered", 1, seq + 10, "A", 0);
    }
    for extra in 0..2 {
        line(u64::from(segments), "client", 2 * segments + extra, "sent", 1 + 10 * segments + extra, 1, "FA", 0);
        line(u64::from(segments), "client", 2 * segments + extra, "delivered", 1 + 10 * segments + extra, 1, "FA", 0);
    }
    Trace::read(lines.as_bytes()).expect("a trace")
}

/// Of thousands of segments the two that matter are left, whole.
#[test]
fn the_segments_that_matter_are_found_among_thousands() {
    let trace = two_fins_after(3_000);
    let verdict = judge(&trace);
    let violation = verdict.violations.iter().find(|violation| violation.rule == rules::Rule::OneFin).expect("a second FIN");
    let small = slice(&trace, violation).expect("a slice");
    assert_eq!((small.left.others, small.minimal), (2, true));
    let is_fin = |event: &Event| matches!(&event.what, What::Segment(event) if event.segment.flags.fin());
    assert!(small.trace.events.iter().all(is_fin));
}

/// For each parameter the catalogue knows a history that one value allows and another forbids: the report finds the value.
#[test]
fn the_parameter_that_would_allow_it_is_named() {
    let breakable = |rule: rules::Rule| !rule.about().client_duty;
    for control in oracle::controls().iter().filter(|control| breakable(control.rule)) {
        let contract = control.forbidding().expect("a contract");
        let trace = history::parse(control.history, contract).expect("a history");
        let verdict = judge(&trace);
        let violation = verdict.violations.iter().find(|violation| violation.rule == control.rule).expect(control.parameter);
        let allowed = report::allowed(&trace, violation);
        let change = format!("{}={}", control.parameter, control.allows);
        // Where the values of a parameter name no list (a number), none is tried.
        let parameter = Contract::PARAMETERS.iter().find(|parameter| parameter.name == control.parameter).expect("a parameter");
        let found = allowed.changes.contains(&change);
        assert!(found || parameter.values.is_empty(), "{change} is missing in {:?} of {}", allowed.changes, control.history);
    }
}

/// Whatever is claimed to be allowed is: under the changed contract the same event breaks nothing.
#[test]
fn no_parameter_is_named_that_would_not_allow_it() {
    for (name, trace) in bad_runs() {
        for violation in judge(&trace).violations {
            for change in report::allowed(&trace, &violation).changes {
                let changed: Contract = format!("{},{change}", trace.header.contract.client).parse().expect("a contract");
                let mut other = trace.clone();
                other.header.contract = Both::same(changed);
                let same = |found: &oracle::Violation| (found.line, found.op) == (violation.line, violation.op);
                assert!(!judge(&other).violations.iter().any(same), "{name}: {change}");
            }
        }
    }
}

/// What the contract leaves in place of what happened, as the oracle says.
#[test]
fn the_outcomes_that_were_allowed_are_named() {
    let cases: [(&str, &str, &[&str]); 8] = [
        ("modern", "client shutdown write -> done\nclient write \"x\" -> ok", &["closed"]),
        ("posix", "client shutdown write -> done\nclient write \"x\" -> ok", &["closed", "any error"]),
        ("v1", "client close -> done", &[]),
        ("modern", "client write \"ab\" -> ok\nserver read -> \"ax\"", &["data that fits: the stream from byte 0 on"]),
        ("pipe", "client write \"ab\" -> ok\nclient shutdown write -> done\nserver read -> eof", &["data"]),
        ("modern", "client shutdown write -> done\nserver read -> eof\nserver call 2 read\n300s quiet", &["eof", "any error"]),
        ("modern", "client shutdown read -> done\nclient call 2 read\n300s quiet", &["eof"]),
        ("modern", "client call 1 close\n301s quiet", &["done"]),
    ];
    for (contract, history, outcomes) in cases {
        let trace = history::parse(history, contract.parse().expect("a contract")).expect("a history");
        let verdict = judge(&trace);
        let allowed = report::allowed(&trace, &verdict.violations[0]);
        assert!(allowed.asked, "{history}");
        assert_eq!(allowed.outcomes, outcomes, "under {contract}: {history}");
    }
}

#[test]
fn every_report_is_whole() {
    for (name, trace) in bad_runs() {
        let verdict = judge(&trace);
        let text = report::text(&Case::new(&trace, &verdict, "flowsim judge it"));
        for part in ["  rule  ", "  happened  ", "  because  ", "  parameters  ", "the smallest run", "  replay  "] {
            assert!(verdict.judgement != Judgement::Violated || text.contains(part), "{name}: `{part}` is missing in\n{text}");
        }
        assert!(text.lines().all(|line| line.chars().count() <= 142), "{name}: too wide\n{text}");
        assert!(text.lines().all(|line| line.trim_end() == line), "{name}: space at the end of a line\n{text}");
    }
}

/// Each row stands for events; together they stand for all, whatever the trace holds.
#[test]
fn a_ladder_shows_every_operation() {
    for (name, trace) in bad_runs() {
        let drawn = ladder(&trace, &LadderView::default());
        let calls = trace.events.iter().filter(|event| matches!(event.what, What::Call { .. })).count();
        let labels = drawn.matches('#').count();
        assert!(labels >= calls.min(1), "{name}: {calls} calls\n{drawn}");
        let quiet = |event: &Event| matches!(&event.what, What::Env(env) if env.what == EnvWhat::Quiet);
        assert_eq!(drawn.contains("quiet"), trace.events.iter().any(quiet), "{name}\n{drawn}");
    }
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, cases: 100, ..Config::default() })]

    /// Whatever a trace holds, it can be drawn and reported on: the same way twice, in lines that fit, with no word lost to control
    /// characters.
    #[test]
    fn any_trace_can_be_drawn(trace in strategies::trace()) {
        let verdict = judge(&trace);
        let drawn = ladder(&trace, &LadderView::of(&verdict));
        prop_assert_eq!(&drawn, &ladder(&trace, &LadderView::of(&verdict)));
        for line in drawn.lines() {
            prop_assert!(line.chars().count() <= 180 && line.trim_end() == line, "{:?} in\n{}", line, drawn);
        }
        prop_assert!(!drawn.contains(|letter: char| letter.is_control() && letter != '\n'), "{:?}", drawn);
        let lines: Vec<u64> = verdict.violations.iter().map(|violation| violation.line).collect();
        let part = ladder(&trace, &LadderView::of(&verdict).around(&lines, 1).at_most(7));
        prop_assert!(part.lines().count() <= 12 + 3 * verdict.violations.len(), "{}", part);
        let text = report::text(&Case::new(&trace, &verdict, "flowsim judge it"));
        prop_assert!(!text.contains(|letter: char| letter.is_control() && letter != '\n'), "{:?}", text);
    }
}

/// Judges a history and reports on it, as on a recording that is too long to be kept.
fn told_from_excerpts(history: &str) -> String {
    let trace = history::parse(history, Contract::modern()).expect("a history");
    let verdict = judge(&trace);
    let mut excerpts = report::Excerpts::new(&trace.header, &verdict);
    for (line, event) in (2..).zip(&trace.events) {
        excerpts.observe(line, event);
    }
    excerpts.text("flowsim judge it")
}

/// Of a long recording the lines around the violation are drawn, with true offsets and the calls that were pending there.
#[test]
fn a_long_recording_is_told_by_the_lines_around() {
    let mut text = String::from("server call 1 read\n");
    text.extend((0..1000).map(|_| "server write 10000 -> ok\nclient read -> data 10000\n"));
    text.push_str("client shutdown write -> done\nclient write \"y\" -> ok\n");
    text.extend((0..1000).map(|_| "server write 10000 -> ok\nclient read -> data 10000\n"));
    let told = told_from_excerpts(&text);
    let parts = [
        "violation 1 of 1: closed-after-shutdown at the client, line 4006",
        "  rule ",
        "  happened ",
        "  because     the client's shutdown write",
        "  lines 3996 to 4010 of the recording",
        "╭ #1 read",
        " 9980000..9990000 ",
        "▲ closed-after-shutdown",
        " 10000000..10010000 ",
        "┊ #1 read still pending",
        "  replay      flowsim judge it",
    ];
    let mut rest = told.as_str();
    for part in parts {
        let at = rest.find(part).unwrap_or_else(|| panic!("`{part}` is missing or too early in\n{told}"));
        rest = &rest[at + part.len()..];
    }
    assert!(told.lines().count() < 60, "{told}");
}

/// The same of short ones, whose first and last lines are near: nothing is asked for that is not there.
#[test]
fn every_run_can_be_told_by_the_lines_around() {
    for (name, trace) in bad_runs() {
        let verdict = judge(&trace);
        let mut excerpts = report::Excerpts::new(&trace.header, &verdict);
        for (line, event) in (2..).zip(&trace.events) {
            excerpts.observe(line, event);
        }
        let told = excerpts.text("flowsim judge it");
        for violation in verdict.violations.iter().take(3) {
            assert!(told.contains(&format!("▲ {}", violation.rule)), "{name}\n{told}");
        }
    }
}

/// Where there are several flows, every link says which it is of; where there is one, none does.
#[test]
fn links_name_their_flow_where_there_are_several() {
    let report = |history: &str| {
        let trace = history::parse(history, Contract::modern()).expect("a history");
        report::text(&Case::new(&trace, &judge(&trace), "flowsim judge it"))
    };
    let one = report("client shutdown write -> done\nclient write \"x\" -> ok");
    assert!(one.contains("the client's write #2 \"x\" → ok") && !one.contains("of flow"), "{one}");
    let two = report("client/1 shutdown write -> done\nclient/1 write \"x\" -> ok");
    assert!(two.contains("the client's write #2 of flow 1 \"x\" → ok"), "{two}");
}

/// Two violations in one run: each has its smallest run, and the whole run is drawn once.
#[test]
fn the_whole_run_is_drawn_once_and_only_where_it_shows_more() {
    let count = |history: &str| {
        let trace = history::parse(history, Contract::modern()).expect("a history");
        let text = report::text(&Case::new(&trace, &judge(&trace), "flowsim judge it"));
        (text.matches("the smallest run").count(), text.matches("in the whole run").count(), text.matches("  replay  ").count())
    };
    let broken = "client shutdown write -> done\nclient write \"x\" -> ok";
    assert_eq!(count(broken), (1, 0, 1));
    assert_eq!(count(&format!("client write \"a\" -> ok\n{broken}")), (1, 1, 1));
    assert_eq!(count(&format!("{broken}\nclient write \"x\" -> ok")), (2, 1, 1));
}

/// The cancel that explains a loss is among its reasons, and so is the write whose bytes are missing.
#[test]
fn what_explains_a_loss_is_told() {
    let text = "client write \"abcdef\" -> ok\nserver call 1 read\nserver cancel 1\nserver read -> \"def\"\n";
    let trace = history::parse(text, Contract::strict()).expect("a history");
    let verdict = judge(&trace);
    assert_eq!(verdict.violations[0].rule.name(), "cancelled-read");
    assert_eq!(verdict.violations[0].because, [2, 5, 6, 7], "the write, the cancel, the read and its return");
}
