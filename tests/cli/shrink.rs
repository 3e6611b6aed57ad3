//! `shrink` and `replay --exact`: scenario files that come out of scenario files.

use super::*;

const LOSSY: &[u8] = br#"
title = "Much is lost, the first FIN for sure"
target = "tcp"
tcp.quirk = "fin-not-retransmitted"
link = { delay = "20ms", loss = "5%", jitter = "3ms" }
fault = [{ drop = { from = "client", kind = "FIN" } }]
client.steps = ["write 4KiB", "sleep 5s", "shutdown write", "read to eof", "close"]
server.steps = ["read to eof", "write 2KiB", "close"]
"#;

const SMALL: &str = r#"title = "eof-arrives: the server's read #3 never returns: the peer had ended its writing at 0 ns"
target = "tcp"

[tcp]
quirk = "fin-not-retransmitted"

[[fault]]
drop = { from = "client", kind = "FIN" }

[client]
steps = ["shutdown write"]

[server]
steps = ["read"]
"#;

/// The names of the rules that an object names.
fn rules(object: &Value) -> Vec<&str> {
    let violations = object["violations"].as_array().expect("a list");
    violations.iter().map(|violation| violation["rule"].as_str().expect("a name")).collect()
}

#[test]
fn a_failing_scenario_shrinks_to_a_file_that_fails_alike() {
    let (big, small) = (scratch("shrink-big.toml", LOSSY), scratch("shrink-small.toml", b""));
    let printed = run(&["shrink", words(&big), "--seed", "3"]);
    assert_eq!((printed.code, printed.out.as_str()), (1, SMALL));
    assert!(printed.err.contains("eof-arrives at the server: shrunk from 15 to 10 lines in "), "{}", printed.err);
    let saved = run(&["shrink", words(&big), "--seed", "3", "-o", words(&small)]);
    assert_eq!((saved.code, saved.err.as_str()), (1, ""));
    assert!(
        saved.out.contains(&printed.err.lines().next().expect("a line")[..60]) && saved.out.contains("flowsim replay "),
        "{}",
        saved.out
    );
    assert_eq!(std::fs::read_to_string(&small).expect("a file"), SMALL);
    let again = run(&["run", words(&small), "--format", "json"]);
    assert_eq!((again.code, rules(&again.object())), (1, vec!["eof-arrives"]));
    // What is as small as it gets stays as it is.
    assert_eq!(run(&["shrink", words(&small)]).out, SMALL);
}

#[test]
fn one_of_several_rules_can_be_chosen() {
    let big = scratch("shrink-rule.toml", LOSSY);
    let saved = scratch("shrink-rule-saved.toml", b"");
    let ran = run(&["shrink", words(&big), "--rule", "eof-arrives", "-o", words(&saved), "--format", "json"]);
    assert_eq!((ran.code, rules(&ran.object())), (1, vec!["eof-arrives"]));
    let not = run(&["shrink", words(&big), "--rule", "one-fin"]);
    assert_eq!(not.code, 1, "it fails all the same");
    assert!(not.err.contains("this run does not break one-fin: nothing is shrunk"), "{}", not.err);
    let unknown = run(&["shrink", words(&big), "--rule", "eof-arives"]);
    assert!(unknown.code == 2 && unknown.err.contains("did you mean `eof-arrives`?"), "{}", unknown.err);
}

#[test]
fn what_the_command_line_says_stands_in_the_file() {
    let text = b"client.steps = [\"write 10\", \"read\"]\nserver.steps = [\"read to eof -> 11\", \"close\"]\n";
    let big = scratch("shrink-told.toml", text);
    let ran = run(&["shrink", words(&big), "--target", "tcp", "--contract", "strict"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.out.starts_with("title = \"expected 11 bytes, but it never ended") && ran.out.contains("target = \"tcp\""), "{}", ran.out);
}

#[test]
fn what_a_mutant_breaks_is_a_file_for_that_mutant() {
    let (lossy, small) = ("scenarios/random/bulk-both-ways-with-loss.toml", scratch("shrink-mutant.toml", b""));
    assert_eq!(run(&["shrink", lossy, "--target", "out-of-order-delivered", "-o", words(&small)]).code, 1);
    let again = run(&["run", words(&small), "--format", "json"]);
    assert_eq!((again.code, rules(&again.object())), (1, vec!["stream-prefix"]), "{}", again.err);
    assert_eq!(run(&["run", words(&small), "--target", "tcp"]).code, 0);
}

#[test]
fn what_holds_or_is_no_scenario_is_not_shrunk() {
    let held = scratch("shrink-held.toml", b"client.steps = [\"close\"]");
    let ran = run(&["shrink", words(&held)]);
    assert!(ran.code == 0 && ran.err == "nothing is wrong with this run: nothing is shrunk\n", "{}", ran.err);
    assert!(ran.out.starts_with("held ") && ran.out.lines().count() == 1, "{}", ran.out);
    let wrong = scratch("shrink-wrong.toml", b"client.steps = [\"clse\"]");
    for verb in [&["shrink"][..], &["replay", "--exact"]] {
        let ran = run(&[verb, &[words(&wrong)]].concat());
        assert!(ran.code == 2 && ran.out.is_empty() && ran.err.contains("shrink-wrong.toml:1:18: "), "{}", ran.err);
        let ran = run(&[verb, &[words(&held), "--target", "pip"]].concat());
        assert!(ran.code == 2 && ran.err.contains("did you mean `pipe`?"), "{}", ran.err);
    }
    let unfit = scratch("shrink-unfit.toml", b"client.steps = [\"connect\"]");
    assert_eq!(run(&["shrink", words(&unfit)]).code, 2);
    let nowhere = run(&["shrink", words(&scratch("shrink-nowhere.toml", LOSSY)), "-o", "/nowhere/at/all.toml"]);
    assert!(nowhere.code == 2 && nowhere.err.contains("/nowhere/at/all.toml: can't be written"), "{}", nowhere.err);
}

#[test]
fn a_run_told_exactly_needs_no_seed() {
    let (lossy, exact) = (scratch("exact-lossy.toml", LOSSY), scratch("exact-told.toml", b""));
    let told = run(&["replay", words(&lossy), "--seed", "2", "--exact"]);
    assert!(told.code == 1 && told.out.contains("[[fault]]") && !told.out.contains("seed") && !told.out.contains("loss"), "{}", told.out);
    let written = run(&["replay", words(&lossy), "--seed", "2", "--exact", "-o", words(&exact), "--format", "json"]);
    assert_eq!(std::fs::read_to_string(&exact).expect("a file"), told.out);
    let digest = |path: &Path, more: &[&str]| {
        let ran = run(&[&["run", words(path), "--format", "json"], more].concat());
        ran.object()["digest"].as_str().expect("a digest").to_owned()
    };
    assert_eq!(written.object()["digest"], digest(&lossy, &["--seed", "2"]));
    assert_eq!(digest(&exact, &[]), digest(&lossy, &["--seed", "2"]));
    assert_eq!(run(&["replay", words(&lossy), "-o", words(&exact)]).code, 2, "only with --exact");
}
