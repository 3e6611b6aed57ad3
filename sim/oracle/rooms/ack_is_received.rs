//! Judges `ack-is-received`.

use super::scope::ALL;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "An acknowledgement covers what arrived in sequence and no more, SYN and FIN as one each, and never goes back.",
    source: "RFC 9293 §3.4 and §3.10.7.4",
    premise: "a segment with an acknowledgement is sent",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::AckIsReceived, Section::Wire, Level::Segments)
};

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client segment passes S seq 100
            server segment sent SA seq 300 ack 102"#,
        good: r#"
            records network segments
            client segment passes S seq 100
            server segment sent SA seq 300 ack 101"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            client segment dropped A seq 101 ack 301 len 10
            client segment passes A seq 111 ack 301 len 10
            server segment sent A seq 301 ack 121"#,
        good: r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            client segment dropped A seq 101 ack 301 len 10
            client segment passes A seq 111 ack 301 len 10
            server segment sent A seq 301 ack 101
            client segment passes A seq 101 ack 301 len 10
            server segment sent A seq 301 ack 121"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client segment passes S seq 4294967290
            server segment sent SA seq 300 ack 4294967291
            client segment passes A seq 4294967291 len 5
            client segment dropped FA seq 0
            server segment sent A seq 301 ack 1"#,
        good: r#"
            records network segments
            client segment passes S seq 4294967290
            server segment sent SA seq 300 ack 4294967291
            client segment passes A seq 4294967291 len 5
            client segment passes FA seq 0
            server segment sent A seq 301 ack 1"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            server segment sent A seq 301 ack 102
            server segment sent A seq 301 ack 101"#,
        good: r#"
            records network segments
            server segment sent A seq 301 ack 4294967295
            server segment sent A seq 301 ack 0"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "data that arrived beyond a hole counts once the hole is filled",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 4294967290
            client segment delivered A seq 10 len 5
            client segment delivered FA seq 15
            client segment delivered A seq 4294967291 len 20
            server segment sent A seq 301 ack 16"#,
    },
    Excuse {
        why: "acknowledgements overtake each other on the way, but were sent in order",
        contracts: ALL,
        history: r#"
            records network segments
            server segment sent A seq 301 ack 101
            server segment sent A seq 301 ack 111
            server segment delivered A seq 301 ack 111
            server segment delivered A seq 301 ack 101"#,
    },
    Excuse {
        why: "a SYN that comes again is acknowledged as far as the connection has got",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            client segment passes A seq 101 ack 301 len 5
            server segment sent A seq 301 ack 106
            client segment delivered S seq 100
            client segment delivered S seq 7000
            server segment sent A seq 301 ack 106"#,
    },
    Excuse {
        why: "a reset may acknowledge anything",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            server segment sent RA seq 0 ack 77"#,
    },
    Excuse {
        why: "an old SYN is answered, the answer is reset, and the right SYN is answered then",
        contracts: ALL,
        history: r#"
            records network segments
            client segment delivered S seq 9000
            server segment passes SA seq 300 ack 9001
            client segment passes R seq 301
            client segment passes S seq 100
            server segment sent SA seq 400 ack 101"#,
    },
    Excuse {
        why: "the client has begun anew; the server still answers from the connection before",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 5000
            server segment passes A seq 301 ack 101
            client segment passes R seq 101
            client segment passes S seq 5000
            server segment sent SA seq 900 ack 5001"#,
    },
    Excuse {
        why: "in TIME-WAIT the FIN that comes again is acknowledged again",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            client segment passes FA seq 101 ack 301
            server segment sent A seq 301 ack 102
            client segment delivered FA seq 101 ack 301
            server segment sent A seq 301 ack 102"#,
    },
    Excuse {
        why: "the connection opens again with the numbers of the last one",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            client segment passes A seq 101 ack 301 len 9
            server segment passes A seq 301 ack 110
            client segment passes R seq 110
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101"#,
    },
    Excuse {
        why: "what became of the client's segments was not recorded",
        contracts: ALL,
        history: r#"
            records network segments
            client segment sent S seq 100
            server segment sent SA seq 300 ack 101
            client segment sent A seq 101 ack 301 len 10
            server segment sent A seq 301 ack 111"#,
    },
];
