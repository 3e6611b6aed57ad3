//! `rules`, `explain`, `contracts`: what there is to be judged.

use super::*;

#[test]
fn the_catalogue_is_listed_and_explained() {
    let (text, json) = (run(&["rules"]).out, run(&["rules", "--format", "json"]).objects());
    assert_eq!(json.len(), flowsim::rules::Rule::COUNT);
    for (object, rule) in json.iter().zip(flowsim::rules::Rule::ALL) {
        assert_eq!(object["rule"], rule.name());
        assert!(text.lines().any(|line| line == rule.name()), "{rule} is listed");
        let ran = run(&["explain", rule.name()]);
        assert_eq!(ran.code, 0);
        assert_eq!(ran.out.contains("  broken\n"), !rule.about().examples.is_empty(), "{rule}: {}", ran.out);
    }
    let wrong = run(&["explain", "eof-is-finale"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("did you mean `eof-is-final`?"), "{}", wrong.err);
}

/// The traces that `explain` prints are traces: the bad one is violated by its rule.
#[test]
fn an_explained_rule_can_be_judged() {
    let object = run(&["explain", "eof-complete", "--format", "json"]).object();
    let example = &object["examples"][0];
    let judge = |which: &str| {
        let lines: Vec<&str> = example[which]["trace"].as_array().expect("lines").iter().filter_map(Value::as_str).collect();
        run_with(&["judge", "-", "--format", "json"], lines.join("\n").as_bytes())
    };
    assert_eq!(judge("good").code, 0);
    let bad = judge("bad");
    assert_eq!((bad.code, &bad.object()["violations"][0]["rule"]), (1, &"eof-complete".into()));
}

#[test]
fn presets_are_listed_with_every_parameter() {
    let (text, json) = (run(&["contracts"]).out, run(&["contracts", "--format", "json"]).objects());
    assert_eq!(json.len(), flowsim::Contract::PRESETS.len());
    for parameter in flowsim::Contract::PARAMETERS {
        assert!(text.lines().any(|line| line == parameter.name), "{} is explained", parameter.name);
        assert!(json.iter().all(|preset| preset["parameters"][parameter.name].is_string()));
    }
}

#[test]
fn a_parameter_is_explained() {
    let ran = run(&["explain", "cancel_read"]);
    assert_eq!(ran.code, 0);
    for part in ["cancel_read\n    What", "safe, lossy", "strict safe", "decides     stream-prefix, eof-complete, cancelled-read"] {
        assert!(ran.out.contains(part), "{part} is missing in {}", ran.out);
    }
    let object = run(&["explain", "cancel_read", "--format", "json"]).object();
    assert_eq!((&object["parameter"], &object["presets"]["strict"]), (&"cancel_read".into(), &"safe".into()));
    assert!(run(&["explain", "cancel_raed"]).err.contains("no such parameter; did you mean `cancel_read`?"));
}
