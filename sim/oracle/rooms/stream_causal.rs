//! Judges `stream-causal`: are bytes read before the write that brings them is called?

use super::scope::ALL;
use crate::oracle::events::ReadData;
use crate::oracle::fact::{Fact, fact};
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};
use crate::time::Instant;

pub(super) const ABOUT: About = About {
    statement: "A byte can be read only once the write that brings it has been called. A write that failed without taking \
                    anything brings nothing.",
    source: "gluten-mirage Mirage_flow.S, read and write: a read waits until there is data",
    premise: "a read returns data",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::StreamCausal, Section::Safety, Level::BothEnds)
};

/// Whether bytes that no write had are a later write's shows when that is called.
#[inline]
pub(in crate::oracle) fn read_data(_: &Scene<'_>, _: &ReadData<'_>) -> Ruling {
    Ruling::Kept
}

/// What is said of bytes that no write had when they were read, now that one with them is called.
pub(in crate::oracle) fn written_later(said: Fact, later: Instant) -> Fact {
    fact!("{said}; a write with these bytes was called later, at {later}", said, later)
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            server read -> "a"
            client write "a" -> ok"#,
        good: r#"
            client write "a" -> ok
            server read -> "a""#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            server call 1 read
            server return 1 "a"
            client call 1 write "a"
            client return 1 ok"#,
        good: r#"
            server call 1 read
            client call 1 write "a"
            server return 1 "a"
            client return 1 ok"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "the write had been called, though it had not returned",
        contracts: ALL,
        history: r#"
            client call 1 write "ab"
            server read -> "a"
            server read -> "b"
            client return 1 ok"#,
    },
    Excuse {
        why: "each end has its own clock, and the reader's may be slow",
        contracts: ALL,
        history: r#"
            clock per-end
            5s client write "a" -> ok
            3s server read -> "a""#,
    },
];
