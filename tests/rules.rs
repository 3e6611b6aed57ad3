//! The catalogue of rules is whole, and its histories get the verdicts that it says: each smallest bad one is named by its rule, each
//! good one is held and puts the rule to the test, each control is allowed by one value of its parameter and forbidden by another.

use std::collections::{BTreeMap, BTreeSet};

use flowsim::oracle::{self, Control, Judgement, Verdict};
use flowsim::rules::{Example, Rule, Section, history};
use flowsim::{Contract, Oracle};

/// Their names are public: reports, files and other programs have them.
const RULES: &str = "stream-prefix stream-causal write-order data-nonempty ok-means-whole failed-write-is-prefix writev-is-concat \
     writes-not-interleaved eof-complete eof-has-cause eof-is-final eof-after-reset data-before-abort write-error-is-final closed-after-shutdown \
     closed-has-cause read-error-has-cause half-close-keeps-reading eof-keeps-writing shutdown-read-keeps-writing \
     eof-after-shutdown-read error-after-close close-keeps-reading close-waits close-is-idempotent shutdown-error-has-cause zero-length-is-invisible \
     one-reader-per-byte pending-at-shutdown fresh-buffer cancelled-read cancelled-close flows-are-isolated abort-has-cause \
     caller-keeps-off connect-once accept-once unlisten-stops-new disconnect-never-fails destination-is-constant nodelay-is-sent keepalive-only-when-idle keepalive-ends-dead-flow input-is-total ports-are-checked delivery \
     eof-arrives write-resolves no-stuck-call shutdown-returns close-returns resources-freed window-reopens quiet-when-idle \
     abort-is-told peer-shut-read handshake-completes lower-closed-once lower-closed-when-both-halves-shut lower-not-used-after-close \
     accepted-goes-down proxy-passes-half-close acknowledged-is-not-sent-again arrival-is-acknowledged no-silly-window one-fin \
     fin-after-data retransmit-is-same inside-window ack-is-received no-reset-to-reset reset-on-unread-close time-wait-held reset-in-window window-not-shrunk \
     state-transition";

fn contract(text: &str) -> Contract {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

fn judge(text: &str, contract: Contract) -> Verdict {
    let trace = history::parse(text, contract).unwrap_or_else(|error| panic!("{error} in{text}"));
    Oracle::new(contract).judge(&trace)
}

/// `held`, or what was broken, with what each violation also breaks.
fn outcome(verdict: &Verdict) -> String {
    let mut text = verdict.judgement.word().to_owned();
    for violation in &verdict.violations {
        let also: Vec<&str> = violation.also.iter().map(|rule| rule.name()).collect();
        text += &format!(" {} (also {:?}, line {})", violation.rule, also, violation.line);
    }
    for fault in &verdict.client_faults {
        text += &format!(" fault at line {}: {}", fault.line, fault.fact);
    }
    text
}

/// What the verdict on a bad history must be.
fn breaks(verdict: &Verdict, rule: Rule) -> bool {
    if rule.about().client_duty {
        return verdict.judgement == Judgement::Held && !verdict.client_faults.is_empty();
    }
    verdict.judgement == Judgement::Violated && verdict.violations.iter().all(|violation| violation.rule == rule)
}

/// What the verdict on a good history must be.
fn keeps(verdict: &Verdict, rule: Rule) -> bool {
    let faultless = !rule.about().client_duty || verdict.client_faults.is_empty();
    verdict.judgement == Judgement::Held && faultless && verdict.exercised.count(rule) > 0
}

#[test]
fn the_catalogue_says_everything_of_every_rule() {
    for &rule in Rule::ALL {
        let about = rule.about();
        assert_eq!(about.rule, rule);
        assert_eq!(Rule::from_name(rule.name()), Some(rule));
        assert!(about.statement.ends_with('.') && about.statement.len() > 20, "{rule} has no statement");
        assert!(about.source.len() > 10 && !about.premise.is_empty(), "{rule} has no source or premise");
        let text = [about.statement, about.source, about.premise].concat();
        assert!(!text.contains("  ") && !text.contains('\n'), "{rule}: a text has a gap in it");
        for name in about.parameters {
            assert!(Contract::PARAMETERS.iter().any(|parameter| parameter.name == *name), "{rule}: {name}");
        }
    }
    let statements: BTreeSet<&str> = Rule::ALL.iter().map(|rule| rule.about().statement).collect();
    assert_eq!(statements.len(), Rule::COUNT);
}

#[test]
fn sections_follow_each_other() {
    let sections: Vec<Section> = Rule::ALL.iter().map(|rule| rule.about().section).collect();
    // Liveness comes after the connections, as in the specification.
    assert!(sections.is_sorted());
    assert_eq!(sections.iter().collect::<BTreeSet<_>>().len(), Section::ALL.len());
}

#[test]
fn the_rules_are_these() {
    let names: Vec<&str> = Rule::ALL.iter().map(|rule| rule.name()).collect();
    assert_eq!(names, RULES.split_whitespace().collect::<Vec<_>>());
}

#[test]
fn rules_belong_to_every_preset_but_the_named_ones() {
    let without = |rule: Rule| -> Vec<&str> {
        Contract::PRESETS.iter().filter(|preset| !oracle::belongs(rule, preset)).map(|preset| preset.base).collect()
    };
    let exceptions: BTreeMap<&str, Vec<&str>> =
        Rule::ALL.iter().map(|&rule| (rule.name(), without(rule))).filter(|(_, presets)| !presets.is_empty()).collect();
    let shuts_read = vec!["v1", "classic", "async-io"];
    let expected = BTreeMap::from([
        ("data-nonempty", vec!["v1"]),
        ("fresh-buffer", vec!["v1"]),
        ("shutdown-read-keeps-writing", shuts_read.clone()),
        ("eof-after-shutdown-read", shuts_read.clone()),
        ("peer-shut-read", shuts_read),
        ("nodelay-is-sent", vec!["v1", "modern", "posix", "async-io", "pipe", "relay"]),
        ("keepalive-only-when-idle", vec!["pipe"]),
        ("keepalive-ends-dead-flow", vec!["pipe"]),
    ]);
    assert_eq!(exceptions, expected);
    assert_eq!(oracle::presets(Rule::PeerShutRead).collect::<Vec<_>>(), ["modern", "strict", "mirage-tcpip", "posix", "pipe", "relay"]);
}

#[test]
fn every_rule_has_an_example_in_each_preset_that_it_can_be_broken_in() {
    for &rule in Rule::ALL {
        let about = rule.about();
        let shown: BTreeSet<&str> = about.examples.iter().flat_map(|example| example.contracts).copied().collect();
        for preset in Contract::PRESETS {
            let expected = (about.applies)(preset) && (about.breakable)(preset);
            assert_eq!(shown.contains(preset.base), expected, "{rule} under {}", preset.base);
        }
    }
}

#[test]
fn every_parameter_has_a_control_and_nearly_every_value_forbids_something() {
    let idle = [
        // These values leave everything open.
        "write_on_closed=any",
        "read_after_full_close=eof_or_error",
        "eof_on_peer_abort=allow",
        "abort_by_word=yes",
        "close_error=when_ended",
        "close_needs_reader=yes",
        "listen_again=may_refuse",
        "accepted_is_arrived=no",
        "write_error_is_final=no",
        "eof_on_reset=allow",
        "eof_on_keepalive_death=allow",
        "data_before_abort=either",
        "close_sends_pending=either",
        "empty_reads=allow",
        "blocked_read_at_close=may_block",
        "blocked_write_at_shutdown=either",
        "shutdown_read_seen_by_peer=either",
        "data_after_shutdown_read=either",
        "cancel_read=lossy",
        "cancel_write=runs_on",
        "concurrent_writes=interleave",
        "concurrent_reads=any",
        "closed_peer_writes=either",
        "nodelay_means=accepted",
        "close_waits_for_peer=either",
        "read_after_eof=may_block",
        "accepted_means=flushed",
        "write_after_full_close=error",
        "written_buffer=transfer",
        // A close need not be seen to wait for nothing, nobody need notice a shutdown of
        // reading at once, and data that stays readable may be left to the writer.
        "close_waits_for_peer=no",
        "shutdown_read_seen_by_peer=yes",
        "data_after_shutdown_read=readable",
    ];
    let forbidding: BTreeSet<String> =
        oracle::controls().iter().map(|control| format!("{}={}", control.parameter, control.forbids)).collect();
    for parameter in Contract::PARAMETERS {
        assert!(oracle::controls().iter().any(|control| control.parameter == parameter.name), "{}", parameter.name);
        for value in parameter.values {
            let value = format!("{}={value}", parameter.name);
            assert_ne!(forbidding.contains(&value), idle.contains(&value.as_str()), "{value}");
        }
    }
}

/// Every history of the catalogue.
fn histories() -> impl Iterator<Item = &'static str> {
    let examples = oracle::examples().flat_map(|(_, example)| [example.bad, example.good]);
    let excuses = oracle::excuses().map(|(_, excuse)| excuse.history);
    examples.chain(excuses).chain(oracle::controls().iter().map(|control| control.history))
}

#[test]
fn every_history_is_well_formed() {
    for text in histories() {
        let trace = history::parse(text, Contract::modern()).unwrap_or_else(|error| panic!("{error} in{text}"));
        assert!(!trace.events.is_empty());
        assert!(history::lines(text).all(|line| line == line.trim()));
    }
    for (rule, example) in oracle::examples() {
        assert!(!example.contracts.is_empty() && example.bad != example.good, "{rule}");
        example.contracts.iter().for_each(|text| assert_eq!(contract(text).to_string(), *text));
    }
    for control in oracle::controls() {
        let (allowing, forbidding) = (control.allowing().expect("a contract"), control.forbidding().expect("a contract"));
        assert_ne!(allowing, forbidding);
    }
}

fn example_failures(rule: Rule, example: &Example) -> Vec<String> {
    let mut failures = Vec::new();
    for name in example.contracts {
        let (bad, good) = (judge(example.bad, contract(name)), judge(example.good, contract(name)));
        if !breaks(&bad, rule) {
            failures.push(format!("{rule} × {name}, bad: expected {rule}, got {}{}", outcome(&bad), example.bad));
        }
        if !keeps(&good, rule) {
            let exercised = good.exercised.count(rule);
            let got = format!("{}, exercised {exercised}", outcome(&good));
            failures.push(format!("{rule} × {name}, good: expected held and exercised, got {got}{}", example.good));
        }
    }
    failures
}

#[test]
fn every_example_gets_its_verdict() {
    let failures: Vec<String> = oracle::examples().flat_map(|(rule, example)| example_failures(rule, example)).collect();
    assert!(failures.is_empty(), "{} wrong:\n\n{}", failures.len(), failures.join("\n\n"));
}

/// A verdict in full.
fn report(verdict: &Verdict) -> String {
    format!("{verdict:?}")
}

#[test]
fn an_oracle_that_judged_before_judges_as_a_new_one() {
    let mut used = Oracle::new(Contract::modern());
    for text in histories() {
        let trace = history::parse(text, Contract::modern()).unwrap_or_else(|error| panic!("{error} in{text}"));
        used.restart(trace.header.clone());
        trace.events.iter().zip(2..).for_each(|(event, line)| used.observe(line, event));
        let fresh = Oracle::with(trace.header.clone()).judge(&trace);
        assert_eq!(report(&used.conclude(trace.cut)), report(&fresh), "{text}");
    }
}

#[test]
fn near_misses_are_held() {
    let mut failures = Vec::new();
    for (rule, excuse) in oracle::excuses() {
        for name in excuse.contracts {
            let verdict = judge(excuse.history, contract(name));
            let at_fault = rule.about().client_duty && !verdict.client_faults.is_empty();
            if verdict.judgement != Judgement::Held || at_fault {
                failures.push(format!("{rule} × {name}: {}, but {}{}", outcome(&verdict), excuse.why, excuse.history));
            }
        }
    }
    assert!(failures.is_empty(), "{} wrong:\n\n{}", failures.len(), failures.join("\n\n"));
}

#[test]
fn a_recording_that_ends_too_early_decides_nothing() {
    let open = [
        "server call 1 read\nclient write \"a\" -> ok\nclient flush -> ok\nend",
        "server call 1 read\nclient write \"a\" -> ok\nclient flush -> ok",
        "server call 1 read\nclient shutdown write -> done\nend",
        "client shutdown write -> done\nclient call 2 write \"a\"\nend",
        "client call 1 read\nenv reset client by fault\nend",
        "client call 1 shutdown read\nend",
    ];
    let settled = [
        "client call 1 read\nend",
        "client call 1 write \"a\"\nend",
        "client write \"a\" -> ok\nclient call 2 shutdown write\nend",
        "server call 1 read\nclient write \"a\" -> ok\nclient flush -> ok\nserver return 1 \"a\"\nend",
    ];
    for preset in Contract::PRESETS {
        let judged = |text: &&str| judge(text, *preset).judgement;
        assert!(open.iter().all(|text| judged(text) == Judgement::Inconclusive), "{preset}: {:?}", open.map(|text| judged(&text)));
        assert!(settled.iter().all(|text| judged(text) == Judgement::Held), "{preset}: {:?}", settled.map(|text| judged(&text)));
    }
}

fn control_failures(control: &Control) -> Vec<String> {
    let allowed = judge(control.history, control.allowing().expect("a contract"));
    let forbidden = judge(control.history, control.forbidding().expect("a contract"));
    let faultless = !control.rule.about().client_duty || allowed.client_faults.is_empty();
    let mut failures = Vec::new();
    let Control { parameter, base, allows, forbids, rule, history, .. } = control;
    if allowed.judgement != Judgement::Held || !faultless {
        failures.push(format!("{base},{parameter}={allows}: expected held, got {}{history}", outcome(&allowed)));
    }
    if !breaks(&forbidden, *rule) {
        failures.push(format!("{base},{parameter}={forbids}: expected {rule}, got {}{history}", outcome(&forbidden)));
    }
    failures
}

#[test]
fn every_control_is_allowed_by_one_value_and_forbidden_by_another() {
    let failures: Vec<String> = oracle::controls().iter().flat_map(control_failures).collect();
    assert!(failures.is_empty(), "{} wrong:\n\n{}", failures.len(), failures.join("\n\n"));
}

#[test]
fn whatever_holds_under_strict_holds_under_modern() {
    for text in histories() {
        if judge(text, Contract::strict()).judgement == Judgement::Held {
            let modern = judge(text, Contract::modern());
            assert_eq!(modern.judgement, Judgement::Held, "{}{text}", outcome(&modern));
        }
    }
}
