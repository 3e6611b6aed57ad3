//! Judges `zero-length-is-invisible`.

use super::scope::ALL;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A write of nothing shows nothing to the peer: no byte, no read without bytes, no EOF.",
    source: "gluten-mirage Mirage_flow.S, read (at least one byte) and write; POSIX write(2) with length zero",
    premise: "a read of the peer returns after a write of no bytes was called",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::ZeroLengthIsInvisible, Section::Safety, Level::BothEnds)
};

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            client write "" -> ok
            server read -> eof"#,
        good: r#"
            client write "" -> ok
            client write "a" -> ok
            server read -> "a""#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            client writev -> ok
            server read -> """#,
        good: r#"
            client writev -> ok
            client writev "" "a" -> ok
            server read -> "a""#,
    },
];

const EXCUSES: &[Excuse] = &[Excuse {
    why: "the EOF has a cause of its own",
    contracts: ALL,
    history: r#"
            client write "" -> ok
            client shutdown write -> done
            server read -> eof"#,
}];
