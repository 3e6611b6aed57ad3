//! Judges `one-reader-per-byte`.

use super::scope::reads_may_overlap;
use crate::rules::{About, Example, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "Reads that overlap share the stream: each byte goes to exactly one of them, and put into some order (where reads queue: \
                    the order of the calls) they give the stream.",
    source: "the interface documents are silent; mirage-tcpip 9.0.1 queues readers; POSIX read(2)",
    premise: "a read that overlaps another returns data",
    parameters: &["concurrent_reads"],
    breakable: reads_may_overlap,
    examples: EXAMPLES,
    ..About::new(Rule::OneReaderPerByte, Section::Safety, Level::BothEnds)
};

const EXAMPLES: &[Example] = &[
    Example {
        contracts: &["v1", "classic", "modern", "strict", "mirage-tcpip", "posix", "pipe"],
        bad: r#"
            client write "ab" -> ok
            server call 1 read
            server call 2 read
            server return 1 "a"
            server return 2 "a""#,
        good: r#"
            client write "ab" -> ok
            server call 1 read
            server call 2 read
            server return 1 "a"
            server return 2 "b""#,
    },
    Example {
        contracts: &["mirage-tcpip", "modern,concurrent_reads=fifo"],
        bad: r#"
            client write "ab" -> ok
            server call 1 read
            server call 2 read
            server return 2 "a"
            server return 1 "b""#,
        good: r#"
            client write "ab" -> ok
            server call 1 read
            server call 2 read
            server return 2 "b"
            server return 1 "a""#,
    },
];
