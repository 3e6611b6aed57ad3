//! Judges `fin-after-data`.

use super::scope::ALL;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "The FIN comes right after the last byte: an end sends no data at or beyond it.",
    source: "RFC 9293 §3.4 and §3.6: the FIN has the sequence number behind the last byte",
    premise: "an end sends data and a FIN",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::FinAfterData, Section::Wire, Level::Segments)
};

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client segment sent FA seq 100 ack 1
            client segment sent A seq 101 ack 1 len 1"#,
        good: r#"
            records network segments
            client segment sent A seq 100 ack 1 len 1
            client segment sent FA seq 101 ack 1
            client segment sent A seq 100 ack 1 len 1"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client segment sent FA seq 4294967295 ack 1
            client segment sent A seq 4294967295 ack 1 len 2"#,
        good: r#"
            records network segments
            client segment sent A seq 4294967295 ack 1 len 2
            client segment sent FA seq 1 ack 1
            client segment sent A seq 4294967295 ack 1 len 2"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            simulated
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 9000
            client segment passes A seq 101 ack 301 win 9000 len 2
            client segment sent FA seq 104 ack 301 win 9000"#,
        good: r#"
            records network segments
            simulated
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 9000
            client segment passes A seq 101 ack 301 win 9000 len 2
            client segment sent FA seq 103 ack 301 win 9000 len 1"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "the last bytes and the FIN go out again together",
        contracts: ALL,
        history: r#"
            records network segments
            client segment sent A seq 90 ack 1 len 10
            client segment sent FA seq 100 ack 1
            client segment sent FA seq 90 ack 1 len 10"#,
    },
    Excuse {
        why: "a keep-alive's garbage octet has the number of the FIN, which was acknowledged",
        contracts: ALL,
        history: r#"
            records network segments
            client segment sent FA seq 100 ack 1
            client segment sent A seq 100 ack 1 len 1"#,
    },
    Excuse {
        why: "all of this data lies before the FIN",
        contracts: ALL,
        history: r#"
            records network segments
            client segment sent FA seq 4294967295 ack 1 len 3
            client segment sent A seq 4294967295 ack 1 len 3
            client segment sent A seq 1 ack 1 len 1"#,
    },
];
