//! Judges `time-wait-held`.

use super::scope::ALL;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "The end that closed first stays in TIME-WAIT for 2·MSL, unless a new SYN or, where that is not ruled out, a reset ends \
                    it.",
    source: "RFC 9293 §3.6.1 (MUST-13, MAY-2); RFC 1337",
    premise: "a connection of a simulated stack enters TIME-WAIT",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::TimeWaitHeld, Section::Wire, Level::Segments)
};

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            simulated
            limits client msl 10s
            client state FIN-WAIT-2 to TIME-WAIT
            19s client state TIME-WAIT to CLOSED"#,
        good: r#"
            records network segments
            simulated
            limits client msl 10s
            0 client state FIN-WAIT-2 to TIME-WAIT
            20s client state TIME-WAIT to CLOSED"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            simulated
            0 client state CLOSING to TIME-WAIT
            239999999999 client state TIME-WAIT to CLOSED"#,
        good: r#"
            records network segments
            simulated
            0 client state CLOSING to TIME-WAIT
            9s server/1 segment delivered S seq 5000
            9s client state TIME-WAIT to CLOSED"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "how long a stack waits that is not simulated is its own affair",
        contracts: ALL,
        history: r#"
            records network segments
            client state FIN-WAIT-2 to TIME-WAIT
            60s client state TIME-WAIT to CLOSED"#,
    },
    Excuse {
        why: "the connection was aborted from outside",
        contracts: ALL,
        history: r#"
            records network segments
            simulated
            client state FIN-WAIT-2 to TIME-WAIT
            9s env reset client by fault
            9s client state TIME-WAIT to CLOSED"#,
    },
    Excuse {
        why: "a stack that does not heed RFC 1337 takes a reset in TIME-WAIT",
        contracts: ALL,
        history: r#"
            records network segments
            simulated
            client state FIN-WAIT-2 to TIME-WAIT
            9s server segment delivered R seq 302
            9s client state TIME-WAIT to CLOSED"#,
    },
    Excuse {
        why: "a new SYN opens the connection again",
        contracts: ALL,
        history: r#"
            records network segments
            simulated
            client state FIN-WAIT-2 to TIME-WAIT
            9s client state TIME-WAIT to SYN-RECEIVED"#,
    },
];
