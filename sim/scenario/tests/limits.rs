//! What a stack is set to, and the oracle that judges by it.

use super::*;
use crate::oracle::{Judgement, Oracle};
use crate::target;
use crate::trace::{Header, Timeouts};

/// The verdict of the run, and the rules that its trace would break if the header did not say what the stacks were set to.
fn judged(text: &str) -> (Judgement, Vec<&'static str>) {
    let tcp = target::named("tcp").expect("a target");
    let run = parse(text).run_with(tcp, &RunOptions { keep: Keep::Both, ..RunOptions::default() }).expect("runs");
    let mut trace = run.trace().clone();
    trace.header = Header { limits: Both::default(), ..trace.header };
    let verdict = Oracle::new(trace.header.contract.client).judge(&trace);
    let rules = verdict.violations.iter().flat_map(|violation| [&[violation.rule], violation.also.as_slice()].concat());
    (run.judgement(), rules.map(|rule| rule.name()).collect())
}

#[test]
fn a_connect_gives_up_when_its_stack_was_told_to() {
    let text = r#"
title = "t"
[tcp.client]
syn-give-up = "10s"
[[fault]]
partition = { at = "0s" }
[client]
steps = ["connect 80 -> timed_out", "close -> done"]
[server]
steps = ["listen 80 -> ok", "accept -> blocks"]
"#;
    assert_eq!(judged(text), (Judgement::Held, vec!["connect-once"]));
}

#[test]
fn data_is_given_up_when_its_stack_was_told_to() {
    let text = r#"
title = "t"
[link]
delay = "10ms"
[tcp]
give-up = "5s"
[[fault]]
partition = { at = "1s", from = "client" }
[client]
steps = ["sleep 2s", "write 1KiB -> ok", "read -> timed_out", "close -> done"]
[server]
steps = ["read -> blocks"]
"#;
    assert_eq!(judged(text), (Judgement::Held, vec!["abort-has-cause"]));
}

#[test]
fn limits_stand_in_a_header_only_where_they_are_not_the_default() {
    let header = |settings: &str| {
        let text = format!("title = \"t\"\n[tcp]\n{settings}\n[client]\nsteps = [\"close\"]\n[server]\nsteps = [\"close\"]\n");
        let tcp = target::named("tcp").expect("a target");
        let run = parse(&text).run_with(tcp, &RunOptions { keep: Keep::Both, ..RunOptions::default() }).expect("runs");
        run.trace().header.limits
    };
    assert_eq!(header(""), Both::same(Timeouts::default()));
    assert_eq!(header("msl = \"2s\"").server.msl.as_secs(), 2);
}

#[test]
fn a_run_is_given_up_where_reads_return_more_than_its_limit() {
    let run = |bytes: &str, target: &str| {
        let text = format!(
            "title = \"t\"\n[limits]\nbytes = {bytes}\n[client]\nsteps = [\"write 20KiB -> ok\", \"close\"]\n\
             [server]\nsteps = [\"read to eof\", \"close\"]\n"
        );
        parse(&text).run(target::named(target).expect("a target")).expect("runs").judgement()
    };
    for target in ["pipe", "tcp"] {
        assert_eq!([run("20480", target), run("\"20KiB\"", target)], [Judgement::Held; 2], "{target}");
        assert_eq!(run("20479", target), Judgement::Inconclusive, "{target}");
    }
}

/// Patience may be longer than any run.
#[test]
fn the_longest_patience_is_no_trouble() {
    let contract = format!("modern,patience={}s", u64::MAX).parse().expect("a contract");
    let scenario = parse("title = \"t\"\n[client]\nsteps = [\"write 1\", \"close\"]\n[server]\nsteps = [\"read to eof\", \"close\"]\n");
    for target in ["pipe", "tcp"].map(|name| target::named(name).expect("a target")) {
        let run = scenario.run_with(target, &RunOptions::default().with_contract(Both::same(contract))).expect("runs");
        assert_eq!(run.judgement(), Judgement::Held);
    }
}

/// A writer that nobody reads from probes for ever: what it is expected to do is known long before the time of the run is over.
#[test]
fn a_run_that_only_repeats_itself_is_ended() {
    let run = |steps: &str| {
        let text =
            format!("title = \"t\"\ntarget = \"tcp\"\n[client]\nsteps = [\"write 1MiB{steps}\"]\n[server]\nsteps = [\"sleep 1s\"]\n");
        parse(&text).run(target::named("tcp").expect("a target")).expect("runs")
    };
    let blocked = run(" -> blocks");
    assert_eq!((blocked.judgement(), blocked.why().as_str()), (Judgement::Held, ""));
    assert!(blocked.notes().iter().any(|note| note.contains("it only repeats itself from there on")), "{:?}", blocked.notes());
    assert!(blocked.stats().segments_sent < 500, "{:?}", blocked.stats());
    let missed = run(" -> ok");
    assert_eq!(missed.judgement(), Judgement::Violated);
    assert!(missed.why().starts_with("expected `ok`, but it never ended"), "{}", missed.why());
}
