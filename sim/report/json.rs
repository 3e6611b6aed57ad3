//! Writes the same reports for programs: one JSON object a line. The field names are a public format.

use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::json;

use crate::contract::{Both, Contract};
use crate::oracle::{self, ClientFault, Exercised, NotJudged, Tolerated, Verdict, Violation};
use crate::trace::{Diagnostic, Header};

/// A judged file.
#[derive(serde::Serialize)]
pub struct Record<'a> {
    /// The file.
    pub file: &'a str,
    /// `held`, `violated`, `inconclusive`, `skipped` or `error`.
    pub verdict: &'a str,
    /// One sentence; empty for a plain `held`.
    pub why: String,
    violations: Vec<serde_json::Value>,
    client_faults: Vec<serde_json::Value>,
    truncations: u64,
    tolerated: Vec<serde_json::Value>,
    not_judged: Vec<serde_json::Value>,
    exercised: RuleCounts<'a>,
    contract: Option<serde_json::Value>,
    /// Whatever else is known.
    #[serde(flatten)]
    pub more: BTreeMap<&'static str, serde_json::Value>,
}

impl<'a> Record<'a> {
    /// What the oracle said of a file.
    pub fn judged(file: &'a str, header: &Header, verdict: &'a Verdict) -> Self {
        Record {
            verdict: verdict.judgement.word(),
            why: verdict.reason(),
            violations: verdict.violations.iter().map(violation).collect(),
            client_faults: verdict.client_faults.iter().map(client_fault).collect(),
            truncations: verdict.truncations,
            tolerated: verdict.tolerated.iter().map(tolerated).collect(),
            not_judged: oracle::not_judged(header, &verdict.exercised).iter().map(not_judged).collect(),
            exercised: RuleCounts(Some(&verdict.exercised)),
            contract: Some(contract_value(&header.contract)),
            ..Record::unjudged(file, "held", "")
        }
    }

    /// The same of a scenario's run: its violations are events of the run, and `line` says which line of the file led to them.
    pub fn run(file: &'a str, header: &Header, verdict: &'a Verdict, line: impl Fn(&Violation) -> Option<u64>) -> Self {
        let mut record = Record::judged(file, header, verdict);
        for object in record.violations.iter_mut().chain(&mut record.client_faults) {
            object["trace_line"] = object["line"].take();
        }
        for (object, violation) in record.violations.iter_mut().zip(&verdict.violations) {
            object["line"] = json!(line(violation));
        }
        record
    }

    /// A file that was not judged: `skipped`, or an `error`.
    pub fn unjudged(file: &'a str, verdict: &'a str, why: &'a str) -> Self {
        Record {
            file,
            verdict,
            why: why.to_owned(),
            violations: Vec::new(),
            client_faults: Vec::new(),
            truncations: 0,
            tolerated: Vec::new(),
            not_judged: Vec::new(),
            exercised: RuleCounts(None),
            contract: None,
            more: BTreeMap::new(),
        }
    }

    /// Adds what should be known of how it was judged, if there is something.
    pub fn noted(mut self, notes: &[String]) -> Self {
        if !notes.is_empty() {
            self.more.insert("notes", json!(notes));
        }
        self
    }

    /// The object, on one line.
    pub fn line(&self) -> String {
        // A value with keys that are strings and numbers that are finite can always be written.
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }
}

/// The object for a file that was not understood.
pub fn error(diagnostic: &Diagnostic) -> String {
    let why = diagnostic.to_string();
    let mut record = Record::unjudged(&diagnostic.file, "error", &why);
    record.more.extend([("line", json!(diagnostic.line)), ("column", json!(diagnostic.column))]);
    record.line()
}

/// Where something is wrong in a file, and what.
pub fn place(diagnostic: &Diagnostic) -> serde_json::Value {
    json!({ "line": diagnostic.line, "column": diagnostic.column, "message": diagnostic.message })
}

fn tolerated(tolerated: &Tolerated) -> serde_json::Value {
    json!({ "what": tolerated.what, "count": tolerated.count, "by": tolerated.by })
}

fn not_judged(rule: &NotJudged) -> serde_json::Value {
    json!({ "rule": rule.rule.name(), "needs": rule.needs })
}

fn violation(violation: &Violation) -> serde_json::Value {
    let also: Vec<&str> = violation.also.iter().map(|rule| rule.name()).collect();
    json!({
        "rule": violation.rule.name(),
        "also": also,
        "line": violation.line,
        "t": violation.t.0,
        "flow": violation.flow,
        "end": violation.end.word(),
        "op": violation.op,
        "message": violation.fact.to_string(),
        "because": violation.because,
    })
}

fn client_fault(fault: &ClientFault) -> serde_json::Value {
    json!({
        "line": fault.line,
        "t": fault.t.0,
        "flow": fault.flow,
        "end": fault.end.word(),
        "message": fault.fact.to_string(),
    })
}

/// One contract as its name, two as the trace's header spells them.
fn contract_value(contract: &Both<Contract>) -> serde_json::Value {
    if contract.client == contract.server {
        json!(contract.client.to_string())
    } else {
        json!({ "client": contract.client.to_string(), "server": contract.server.to_string() })
    }
}

/// The counts of the rules that were exercised, in the order of the specification.
struct RuleCounts<'a>(Option<&'a Exercised>);

impl Serialize for RuleCounts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (rule, count) in self.0.iter().flat_map(|exercised| exercised.iter()) {
            map.serialize_entry(rule.name(), &count)?;
        }
        map.end()
    }
}
