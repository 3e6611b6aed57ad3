//! Judges `data-nonempty`.

use super::scope::{NOT_V1, not_v1};
use crate::rules::{About, Example, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A read that succeeds brings at least one byte, and no more than were asked for.",
    source: "gluten-mirage Mirage_flow.S, read; hvsock and datakit-server-9p FLOW, read; metrics-mirage Tcp.S, read; POSIX read(2). The \
                 mirage-http document promises no such thing",
    premise: "a read returns data",
    applies: not_v1,
    breakable: not_v1,
    examples: EXAMPLES,
    ..About::new(Rule::DataNonempty, Section::Safety, Level::OneEnd)
};

const EXAMPLES: &[Example] = &[
    Example { contracts: NOT_V1, bad: r#"server read -> """#, good: "client write \"a\" -> ok\nserver read -> \"a\"" },
    Example {
        contracts: NOT_V1,
        bad: r#"
            client write "ab" -> ok
            server read 1 -> "ab""#,
        good: r#"
            client write "ab" -> ok
            server read 1 -> "a"
            server read 2 -> "b""#,
    },
];
