//! Judges `delivery`.

use super::scope::ALL;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "If the peer keeps reading and neither end is aborted, every byte of a write that returned ok is read.",
    source: "gluten-mirage Mirage_flow.S, flow (a reliable stream) and write; RFC 9293 §2.2",
    premise: "bytes of a write that returned ok are unread while a read of the peer is pending, or are read by it",
    parameters: &["accepted_means", "close_sends_pending", "patience"],
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::Delivery, Section::Liveness, Level::BothEnds)
};

const EXAMPLES: &[Example] = &[
    Example {
        contracts: &["v1", "classic", "modern", "strict", "mirage-tcpip", "posix", "pipe"],
        bad: r#"
            server call 1 read
            client write "ab" -> ok
            quiet"#,
        good: r#"
            server call 1 read
            client write "ab" -> ok
            server return 1 "ab"
            quiet"#,
    },
    Example {
        contracts: &["async-io"],
        bad: r#"
            server call 1 read
            client write "ab" -> ok
            client flush -> ok
            quiet"#,
        good: r#"
            server call 1 read
            client write "ab" -> ok
            client flush -> ok
            server return 1 "ab"
            quiet"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "a partition still stands between the ends",
        contracts: ALL,
        history: r#"
            server call 1 read
            env partition
            client write "ab" -> ok
            client flush -> ok
            quiet"#,
    },
    Excuse {
        why: "the sender was aborted",
        contracts: ALL,
        history: r#"
            server call 1 read
            client write "ab" -> ok
            env timeout client by fault
            quiet"#,
    },
    Excuse {
        why: "nobody reads",
        contracts: ALL,
        history: r#"
            client write "ab" -> ok
            client flush -> ok
            quiet"#,
    },
    Excuse {
        why: "nothing says that this was all",
        contracts: ALL,
        history: r#"
            client write "ab" -> ok
            client flush -> ok
            server read -> "a""#,
    },
];
