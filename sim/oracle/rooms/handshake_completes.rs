//! Judges `handshake-completes`.

use super::scope::ALL;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "Over a fair path and with a listener, a connect and its accept both complete, even if the last acknowledgement of the \
                    handshake is lost.",
    source: "RFC 9293 §3.5; metrics-mirage Tcp.S, create_connection and listen",
    premise: "a connect returns ok to which somebody listened, or it or its accept is pending at quiet over a fair path",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::HandshakeCompletes, Section::Liveness, Level::BothEnds)
};

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            server call 1 accept 80
            client call 1 connect
            quiet"#,
        good: r#"
            server call 1 accept 80
            client call 1 connect
            client return 1 ok
            server return 1 ok
            quiet"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            server listen 80 -> ok
            client call 1 connect server:80
            quiet"#,
        good: r#"
            server listen 80 -> ok
            client call 1 connect server:80
            client return 1 ok
            quiet"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            server listen 80 -> ok
            client connect server:80 -> ok
            server call 2 accept 80
            quiet"#,
        good: r#"
            server listen 80 -> ok
            client connect server:80 -> ok
            server call 2 accept 80
            server return 2 ok
            quiet"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            simulated
            server listen 80 -> ok
            env partition
            client call 1 connect server:80
            2s client return 1 error timed_out
            4s env heal
            quiet"#,
        good: r#"
            simulated
            server listen 80 -> ok
            env partition
            client call 1 connect server:80
            4s env heal
            8s client return 1 ok
            quiet"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            server listen 80 -> ok
            server call 2 accept 80
            client call 1 connect server:80
            client segment passes S seq 100
            180s client return 1 error timed_out"#,
        good: r#"
            records network segments
            server listen 80 -> ok
            server call 2 accept 80
            client call 1 connect server:80
            client segment passes S seq 100
            server segment passes SA seq 500 ack 101
            client return 1 ok
            client segment passes A seq 101 ack 501
            server return 2 ok"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "nobody listens, and nobody is owed an accept",
        contracts: ALL,
        history: r#"
            client connect server:80 -> error refused
            server call 1 accept 80
            quiet"#,
    },
    Excuse {
        why: "the connecting end was aborted",
        contracts: ALL,
        history: r#"
            server listen 80 -> ok
            client connect server:80 -> ok
            server call 2 accept 80
            env reset client by fault
            quiet"#,
    },
    Excuse {
        why: "a partition stands between the ends",
        contracts: ALL,
        history: r#"
            server call 1 accept 80
            client connect server:80 -> ok
            env partition
            quiet"#,
    },
    Excuse {
        why: "segments were lost, perhaps all of them",
        contracts: ALL,
        history: r#"
            records network segments
            server listen 80 -> ok
            server call 2 accept 80
            client call 1 connect server:80
            client segment sent S seq 100
            client segment dropped S seq 100
            180s client return 1 error timed_out
            server cancel 2"#,
    },
];
