//! Judges `abort-has-cause`.

use super::scope::{ALL, FULL};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A stack that gives a connection up of its own accord has a reason: for a reset an acceptable one from outside, a full \
                    close with bytes unread or arriving, the peer's own end, or no such connection; for a timeout no progress for as long \
                    as configured; for keep-alive a peer that stayed silent. A quiet half-closed flow is none.",
    source: "RFC 9293 §3.5.2, §3.5.3, §3.8.3, §3.8.4; RFC 5961 §3.2; measured: a stack that drops half-closed connections after 10 s",
    premise: "an end is aborted, and the stack itself decided that",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::AbortHasCause, Section::Safety, Level::Network)
};

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            client write "a" -> ok
            server read -> "a"
            client shutdown write -> done
            server read -> eof
            10s env timeout client by stack"#,
        good: r#"
            client write "a" -> ok
            client shutdown write -> done
            168s env timeout client by stack"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            client write "a" -> ok
            env reset client by stack"#,
        good: r#"
            client write "a" -> ok
            server disconnect -> done
            env reset client by stack"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            client write "a" -> ok
            env keepalive_death client by stack"#,
        good: r#"
            client write "a" -> ok
            env partition
            7875s env keepalive_death client by stack"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client write "a" -> ok
            client segment passes PA seq 100 ack 500 win 9 len 1
            server segment passes A seq 500 ack 101 win 9
            client segment injected R seq 50
            env reset server by stack"#,
        good: r#"
            records network segments
            client write "a" -> ok
            client segment passes PA seq 100 ack 500 win 9 len 1
            server segment passes A seq 500 ack 101 win 9
            client segment injected R seq 101
            env reset server by stack"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            simulated
            records network segments
            client write "ab" -> ok
            client segment passes PA seq 100 ack 500 win 9 len 2
            2s server segment passes A seq 500 ack 101 win 9
            101s env timeout client by stack"#,
        good: r#"
            simulated
            records network segments
            client write "ab" -> ok
            client segment passes PA seq 100 ack 500 win 9 len 2
            2s server segment passes A seq 500 ack 101 win 9
            102s env timeout client by stack"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client write "a" -> ok
            client segment passes PA seq 100 ack 500 win 9 len 1
            server segment passes A seq 500 ack 101 win 9
            500s env timeout client by stack"#,
        good: r#"
            records network segments
            client write "a" -> ok
            client segment passes PA seq 100 ack 500 win 9 len 1
            500s env timeout client by stack"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "the peer closed with bytes unread, and its reset came",
        contracts: FULL,
        history: r#"
            records network segments
            client write "a" -> ok
            client segment passes PA seq 100 ack 500 win 9 len 1
            server close -> done
            server segment passes RA seq 500 ack 101
            env reset client by stack"#,
    },
    Excuse {
        why: "nobody had taken the connection from its listener",
        contracts: ALL,
        history: r#"
            server listen 80 -> ok
            client connect server:80 -> ok
            env reset client by stack"#,
    },
    Excuse {
        why: "an injected reset that may lie in the window, whose scale is not known",
        contracts: ALL,
        history: r#"
            records network segments
            client write "a" -> ok
            client segment passes PA seq 100 ack 500 win 9 len 1
            server segment passes A seq 500 ack 101 win 9
            client segment injected R seq 5000
            env reset server by stack"#,
    },
    Excuse {
        why: "the simulator injected it",
        contracts: ALL,
        history: r#"
            client write "a" -> ok
            env reset client by fault"#,
    },
    Excuse {
        why: "all was read, but the acknowledgements were lost",
        contracts: ALL,
        history: r#"
            records network segments
            client write "a" -> ok
            client segment passes PA seq 100 ack 500 win 9 len 1
            server read -> "a"
            server segment sent A seq 500 ack 101 win 9
            server segment dropped A seq 500 ack 101 win 9
            110s env timeout client by stack"#,
    },
    Excuse {
        why: "the probes of both ends cross, but those of one are lost: the peer's answer nothing",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 500 ack 101
            client segment passes A seq 101 ack 501
            env partition client
            75s server segment passes A seq 500 ack 101
            75s client segment dropped A seq 100 ack 501
            150s server segment passes A seq 500 ack 101
            150s client segment dropped A seq 100 ack 501
            151s env keepalive_death client by stack"#,
    },
];
