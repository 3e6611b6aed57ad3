//! Recorded traces of real implementations, each judged under every contract for which its `.expect` file settles the matter.

use std::fs;
use std::path::{Path, PathBuf};

use flowsim::contract::{Both, Contract};
use flowsim::oracle::Oracle;
use flowsim::trace::Trace;
use serde_json::Value;

fn traces() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/traces")
}

fn words<'a>(value: &'a Value, key: &str) -> Vec<&'a str> {
    value[key].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// What is wrong with the verdict of this trace under this contract.
fn complaints(trace: &Trace, contract: Contract, expected: &Value) -> Vec<String> {
    let mut header = trace.header.clone();
    header.contract = Both::same(contract);
    let mut oracle = Oracle::with(header);
    trace.events.iter().zip(2..).for_each(|(event, line)| oracle.observe(line, event));
    let verdict = oracle.finish(trace.cut);
    let mut complaints = Vec::new();
    if Some(verdict.judgement.word()) != expected["verdict"].as_str() {
        complaints.push(format!("{} instead of {}: {}", verdict.judgement.word(), expected["verdict"], verdict.reason()));
    }
    let rules: Vec<&str> = verdict.violations.iter().map(|violation| violation.rule.name()).collect();
    let also: Vec<&str> = verdict.violations.iter().flat_map(|violation| &violation.also).map(|rule| rule.name()).collect();
    let also_ok = words(expected, "also_ok");
    for rule in words(expected, "rules") {
        let named = rules.contains(&rule) || also_ok.contains(&rule) && also.contains(&rule);
        if !named {
            complaints.push(format!("{rule} is missing"));
        }
    }
    let one_of = words(expected, "one_of");
    if !one_of.is_empty() && !one_of.iter().any(|rule| rules.contains(rule) || also.contains(rule)) {
        complaints.push(format!("none of {one_of:?}"));
    }
    complaints.extend(
        words(expected, "not_rules").into_iter().filter(|rule| rules.contains(rule)).map(|rule| format!("{rule} must not be named")),
    );
    if !complaints.is_empty() {
        complaints.extend(
            verdict.violations.iter().map(|violation| format!("    line {}: {}: {}", violation.line, violation.rule, violation.fact)),
        );
    }
    complaints
}

/// The traces of a folder that say what is expected of them.
fn expectations(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).expect("folder").map(|entry| entry.expect("entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "expect"));
    files.sort();
    files
}

/// What is wrong with the verdicts of the traces of a folder.
fn wrong_verdicts(folder: &Path) -> Vec<String> {
    let mut wrong = Vec::new();
    for path in expectations(folder) {
        let expected: Value = serde_json::from_str(&fs::read_to_string(&path).expect("readable")).expect("json");
        let file = path.with_extension("jsonl");
        let trace = Trace::read(fs::read(&file).expect("readable").as_slice()).expect("well formed");
        for (name, expected) in expected["contracts"].as_object().expect("contracts") {
            let contract = Contract::preset(name).expect("a preset");
            let name = format!("{} under {name}", path.file_stem().unwrap_or_default().display());
            wrong.extend(complaints(&trace, contract, expected).into_iter().map(|complaint| format!("{name}: {complaint}")));
        }
    }
    wrong
}

#[test]
fn recorded_traces_get_the_verdicts_that_their_contracts_settle() {
    let folders = [(traces(), 14), (traces().join("field"), 25)];
    for (folder, least) in &folders {
        let count = expectations(folder).len();
        assert!(count >= *least, "only {count} samples in {}", folder.display());
    }
    let wrong: Vec<String> = folders.iter().flat_map(|(folder, _)| wrong_verdicts(folder)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn judged(clock: &str, events: &[&str], cut: bool) -> (&'static str, Vec<&'static str>) {
    let header = format!(r#"{{"flowsim_trace":1,"contract":"posix","clock":"{clock}"}}"#);
    let text: Vec<&str> = [header.as_str()].into_iter().chain(events.iter().copied()).collect();
    let trace = Trace::read((text.join("\n") + "\n").as_bytes()).expect("well formed");
    let mut oracle = Oracle::with(trace.header.clone());
    trace.events.iter().zip(2..).for_each(|(event, line)| oracle.observe(line, event));
    let verdict = oracle.finish(cut);
    (verdict.judgement.word(), verdict.violations.iter().map(|violation| violation.rule.name()).collect())
}

const WRITE: [&str; 2] = [
    r#"{"event":"call","t":0,"end":"client","op":1,"call":"write","data":"aGk="}"#,
    r#"{"event":"return","t":1,"end":"client","op":1,"result":"ok"}"#,
];

/// The lines that a cut has lost may be all that the other end ever did.
#[test]
fn a_cut_may_have_lost_the_other_ends_lines() {
    let read = [
        r#"{"event":"call","t":0,"end":"server","op":1,"call":"read"}"#,
        r#"{"event":"return","t":1,"end":"server","op":1,"result":"data","data":"aGk="}"#,
    ];
    assert_eq!(judged("per-end", &read, true), ("inconclusive", vec![]));
    assert_eq!(judged("per-end", &read, false).0, "violated");
    let both = [read, WRITE].concat();
    assert_eq!(judged("per-end", &both, false), ("held", vec![]));
    let empty = [read[0], r#"{"event":"return","t":1,"end":"server","op":1,"result":"data","data":""}"#];
    assert_eq!(judged("per-end", &empty, true), ("violated", vec!["data-nonempty"]));
}

/// No prefix of the bytes fits, while another read may hold what is missing.
#[test]
fn foreign_bytes_beside_a_second_reader_are_named() {
    let reads = [
        r#"{"event":"call","t":2,"end":"server","op":1,"call":"read"}"#,
        r#"{"event":"call","t":2,"end":"server","op":2,"call":"read"}"#,
        r#"{"event":"return","t":3,"end":"server","op":1,"result":"data","data":"enp6"}"#,
    ];
    let lines: Vec<&str> = WRITE.into_iter().chain(reads).collect();
    assert_eq!(judged("shared", &lines, false).1, ["stream-prefix"]);
}
