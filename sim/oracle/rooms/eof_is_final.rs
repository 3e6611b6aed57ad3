//! Judges `eof-is-final`.

use super::scope::ALL;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

const LATE: &[&str] = &["mirage-tcpip", "posix"];

pub(super) const ABOUT: About = About {
    statement: "Once a read gave EOF or an error, no read that is called later brings data; what it gives instead is the \
                    contract's choice.",
    source: "gluten-mirage Mirage_flow.S, read: no later read is successful; measured: one mirage-tcpip EOF and then a hang",
    premise: "a read that was called after another gave EOF or an error returns",
    parameters: &["read_after_eof", "data_after_shutdown_read"],
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::EofIsFinal, Section::Safety, Level::OneEnd)
};

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            client shutdown write -> done
            server read -> eof
            server read -> "x""#,
        good: r#"
            client shutdown write -> done
            server read -> eof
            server read -> eof"#,
    },
    Example {
        contracts: &["modern", "strict", "mirage-tcpip", "posix", "async-io"],
        bad: r#"
            env reset server by fault
            server read -> error reset
            client write "x" -> ok
            server read -> "x""#,
        good: r#"
            env reset server by fault
            server read -> error reset
            client write "x" -> ok
            server read -> error reset"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "both reads were pending before the first EOF",
        contracts: &["v1", "classic", "modern", "strict", "mirage-tcpip", "posix", "pipe"],
        history: r#"
            server call 1 read
            server call 2 read
            client write "a" -> ok
            client shutdown write -> done
            server return 2 eof
            server return 1 "a""#,
    },
    Excuse {
        why: "that EOF came from own shutdown of reading, and late data can be read",
        contracts: LATE,
        history: r#"
            server shutdown read -> done
            server read -> eof
            client write "x" -> ok
            server read -> "x""#,
    },
];
