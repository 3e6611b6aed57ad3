//! Judges `state-transition`.

use super::scope::ALL;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A connection changes its state only along the arrows of the state diagram and its notes, by reset, abort or timeout.",
    source: "RFC 9293 §3.3.2, figure 5, and §3.10",
    premise: "a change of state is recorded",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::StateTransition, Section::Wire, Level::Segments)
};

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client state ESTABLISHED to TIME-WAIT"#,
        good: r#"
            records network segments
            client state CLOSED to SYN-SENT
            client state SYN-SENT to ESTABLISHED
            client state ESTABLISHED to FIN-WAIT-1
            client state FIN-WAIT-1 to FIN-WAIT-2
            client state FIN-WAIT-2 to TIME-WAIT
            client state TIME-WAIT to CLOSED"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client state ESTABLISHED to FIN-WAIT-1
            client state ESTABLISHED to CLOSE-WAIT"#,
        good: r#"
            records network segments
            client state ESTABLISHED to CLOSE-WAIT
            client state CLOSE-WAIT to LAST-ACK"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            client segment passes FA seq 101 ack 301
            server segment passes FA seq 301 ack 101
            client segment passes A seq 102 ack 302
            server segment passes A seq 302 ack 102
            client state CLOSING to CLOSED"#,
        good: r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            client segment passes FA seq 101 ack 301
            server segment passes FA seq 301 ack 101
            client segment passes A seq 102 ack 302
            server segment passes A seq 302 ack 102
            client state CLOSING to TIME-WAIT"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "the listener closes beside the connection that it took",
        contracts: ALL,
        history: r#"
            records network segments
            server state CLOSED to LISTEN
            server state LISTEN to SYN-RECEIVED
            server state SYN-RECEIVED to ESTABLISHED
            server state LISTEN to CLOSED
            server state ESTABLISHED to CLOSE-WAIT"#,
    },
    Excuse {
        why: "a new SYN opens the connection again from TIME-WAIT",
        contracts: ALL,
        history: r#"
            records network segments
            client state FIN-WAIT-2 to TIME-WAIT
            client state TIME-WAIT to SYN-RECEIVED"#,
    },
    Excuse {
        why: "a reset cut CLOSING short",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            client segment passes FA seq 101 ack 301
            server segment passes FA seq 301 ack 101
            client segment passes A seq 102 ack 302
            server segment passes R seq 302
            client state CLOSING to CLOSED"#,
    },
    Excuse {
        why: "both ends open at the same time, and both close",
        contracts: ALL,
        history: r#"
            records network segments
            client state CLOSED to SYN-SENT
            client state SYN-SENT to SYN-RECEIVED
            client state SYN-RECEIVED to ESTABLISHED
            client state ESTABLISHED to FIN-WAIT-1
            client state FIN-WAIT-1 to CLOSING
            client state CLOSING to TIME-WAIT"#,
    },
    Excuse {
        why: "these names are not the standard's",
        contracts: ALL,
        history: r#"
            records network segments
            client state ESTABLISHED to FIN_WAIT1
            client state ESTAB to CLOSE-WAIT"#,
    },
    Excuse {
        why: "segments and states were not recorded as a whole",
        contracts: ALL,
        history: r#"
            client state ESTABLISHED to TIME-WAIT
            client segment sent FA seq 100 ack 1
            client segment sent FA seq 101 ack 1"#,
    },
];
