//! Judges `read-error-has-cause`.

use super::scope::ALL;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

const MAY_RESET: &[&str] = &["modern", "strict"];

pub(super) const ABOUT: About = About {
    statement: "A read fails only for a reason: this end was aborted or closed for good, the peer closed for good (and may have \
                    reset), or a read had failed before.",
    source: "gluten-mirage Mirage_flow.S, read; RFC 9293 §3.10.3 RECEIVE; POSIX read(2)",
    premise: "a read fails",
    parameters: &["close_is", "close_sends_pending", "read_after_eof"],
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::ReadErrorHasCause, Section::Safety, Level::Network)
};

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: "server read -> error reset",
        good: r#"
            env reset server by fault
            server read -> error reset"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            env reset client by fault
            server read -> error reset"#,
        good: r#"
            env timeout server by fault
            server read -> error timed_out"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "the peer's full close may reset",
        contracts: MAY_RESET,
        history: r#"
            server write "x" -> ok
            client close -> done
            server read -> error reset"#,
    },
    Excuse {
        why: "where the network is not recorded, the word speaks for itself",
        contracts: ALL,
        history: r#"
            records
            server read -> error reset"#,
    },
];
