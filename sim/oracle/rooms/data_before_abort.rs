//! Judges `data-before-abort`.

use super::scope::keeps_or_drops;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "What had arrived at this end before it was aborted is read before the error or EOF, or never after it, as the \
                    contract says.",
    source: "measured: Linux keeps what is queued, BSD throws it away; RFC 9293 §3.10.7.4 throws it away",
    premise: "an end is aborted with arrived bytes unread, and its arrivals are recorded (a pipe needs no record)",
    parameters: &["data_before_abort"],
    breakable: keeps_or_drops,
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::DataBeforeAbort, Section::Safety, Level::Segments)
};

const EXAMPLES: &[Example] = &[
    Example {
        contracts: &["pipe"],
        bad: r#"
            client write "ab" -> ok
            env reset server by fault
            server read -> error reset"#,
        good: r#"
            client write "ab" -> ok
            env reset server by fault
            server read -> "ab"
            server read -> error reset"#,
    },
    Example {
        contracts: &["mirage-tcpip", "posix"],
        bad: r#"
            records network segments
            client write "ab" -> ok
            client segment passes PA seq 100 ack 500 win 9 len 2
            server segment sent A seq 500 ack 102 win 9
            env reset server by fault
            server read -> error reset"#,
        good: r#"
            records network segments
            client write "ab" -> ok
            client segment passes PA seq 100 ack 500 win 9 len 2
            server segment sent A seq 500 ack 102 win 9
            env reset server by fault
            server read -> "ab"
            server read -> error reset"#,
    },
    Example {
        contracts: &["classic,data_before_abort=drop", "modern,data_before_abort=drop"],
        bad: r#"
            records network segments
            client write "ab" -> ok
            client segment passes PA seq 100 ack 500 win 9 len 2
            env reset server by fault
            server read -> "ab""#,
        good: r#"
            records network segments
            client write "ab" -> ok
            client segment passes PA seq 100 ack 500 win 9 len 2
            env reset server by fault
            server read -> error reset"#,
    },
    Example {
        contracts: &["pipe,data_before_abort=drop"],
        bad: r#"
            client write "ab" -> ok
            env reset server by fault
            server read -> "ab""#,
        good: r#"
            client write "ab" -> ok
            env reset server by fault
            server read -> error reset"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "what lies beyond a hole has not arrived in order, and may be thrown away",
        contracts: &["mirage-tcpip", "posix"],
        history: r#"
            records network segments
            client write "abc" -> ok
            client segment passes PA seq 100 ack 500 win 9 len 1
            client segment passes PA seq 102 ack 500 win 9 len 1
            env reset server by fault
            server read -> "a"
            server read -> error reset"#,
    },
    Excuse {
        why: "without a record of segments nobody knows what had arrived",
        contracts: &["mirage-tcpip", "posix"],
        history: r#"
            client write "ab" -> ok
            env reset server by fault
            server read -> error reset"#,
    },
    Excuse {
        why: "another read has the bytes, and returns later",
        contracts: &["mirage-tcpip", "posix"],
        history: r#"
            records network segments
            server call 1 read
            server call 2 read
            client write "a" -> ok
            client segment passes PA seq 100 ack 500 win 9 len 1
            env reset server by fault
            server return 2 error reset
            server return 1 "a""#,
    },
];
