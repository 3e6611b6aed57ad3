//! Judges `stream-prefix`.

use super::scope::ALL;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

const LOSSY: &[&str] = &["v1", "classic", "modern", "mirage-tcpip"];

const LATE: &[&str] = &["mirage-tcpip", "posix"];

pub(super) const ABOUT: About = About {
    statement: "A reader gets the bytes that its peer's writes had accepted, from the first on: nothing left out, said twice, out \
                    of order, altered, or from elsewhere.",
    source: "gluten-mirage Mirage_flow.S, flow and read; RFC 9293 §3.4 and §3.8",
    premise: "a read returns data",
    parameters: &["accepted_means", "cancel_read", "data_after_shutdown_read", "written_buffer"],
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::StreamPrefix, Section::Safety, Level::BothEnds)
};

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            client write "ab" -> ok
            server read -> "b""#,
        good: r#"
            client write "ab" -> ok
            server read -> "a"
            server read -> "b""#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            client write "ab" -> ok
            server read -> "a"
            server read -> "a""#,
        good: r#"
            client write "aa" -> ok
            server read -> "a"
            server read -> "a""#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            client write "ab" -> ok
            server read -> "ax""#,
        good: r#"
            client write "ax" -> ok
            server read -> "ax""#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            client write "ab" -> ok
            client/1 write "xy" -> ok
            server read -> "xy""#,
        good: r#"
            client write "ab" -> ok
            client/1 write "xy" -> ok
            server read -> "ab"
            server/1 read -> "xy""#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "a cancelled read may have taken one piece",
        contracts: LOSSY,
        history: r#"
            client write "abc" -> ok
            server call 1 read
            server cancel 1
            server read -> "a"
            server read -> "c""#,
    },
    Excuse {
        why: "what lay unread at own shutdown of reading may be gone, in one piece",
        contracts: LATE,
        history: r#"
            client write "ab" -> ok
            server shutdown read -> done
            client write "c" -> ok
            server read -> "c""#,
    },
];
