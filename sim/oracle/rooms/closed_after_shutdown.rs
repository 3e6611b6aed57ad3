//! Judges `closed-after-shutdown`.

use super::scope::{ALL, NOT_V1, V1};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A write that is called when this end's writing is over fails, and with the very result that the contract names. The \
                    error of an abort may stand in its place.",
    source: "gluten-mirage Mirage_flow.S, shutdown (later writes give `Closed`) and close; mirage-http FLOW, write (gives `Eof`); \
                 POSIX write(2), EPIPE",
    premise: "a write returns that was called after own shutdown of writing or close returned, or after the peer read the EOF",
    parameters: &["write_on_closed", "write_after_full_close"],
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::ClosedAfterShutdown, Section::Safety, Level::OneEnd)
};

const EXAMPLES: &[Example] = &[
    Example {
        contracts: V1,
        bad: r#"
            client shutdown write -> done
            client write "a" -> ok"#,
        good: r#"
            client shutdown write -> done
            client write "a" -> eof"#,
    },
    Example {
        contracts: NOT_V1,
        bad: r#"
            client shutdown write -> done
            client write "a" -> ok"#,
        good: r#"
            client shutdown write -> done
            client write "a" -> closed"#,
    },
    Example {
        contracts: V1,
        bad: r#"
            client shutdown write -> done
            client write "a" -> closed"#,
        good: r#"
            client shutdown write -> done
            client write "" -> ok
            client write "a" -> eof"#,
    },
    Example {
        contracts: &["classic", "modern", "strict"],
        bad: r#"
            client shutdown write -> done
            client write "a" -> error not_ready"#,
        good: r#"
            client shutdown write -> done
            client write "" -> ok
            client write "a" -> closed"#,
    },
    Example {
        contracts: &["posix", "async-io", "pipe"],
        bad: r#"
            client shutdown write -> done
            client write "a" -> eof"#,
        good: r#"
            client shutdown write -> done
            client write "" -> ok
            client write "a" -> error broken_pipe"#,
    },
    Example {
        contracts: NOT_V1,
        bad: r#"
            client call 1 shutdown write
            server read -> eof
            client write "a" -> ok
            client return 1 done"#,
        good: r#"
            client call 1 shutdown write
            server read -> eof
            client write "a" -> closed
            client return 1 done"#,
    },
    Example {
        contracts: &["strict"],
        bad: r#"
            client close -> done
            client write "a" -> error not_connected"#,
        good: r#"
            client close -> done
            client write "a" -> closed"#,
    },
    Example {
        contracts: &["mirage-tcpip"],
        bad: r#"
            client close -> done
            client write "a" -> ok"#,
        good: r#"
            client close -> done
            client write "a" -> error not_ready"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "the write was called before shutdown had returned",
        contracts: ALL,
        history: r#"
            client call 1 shutdown write
            client write "a" -> ok
            client return 1 done
            server read -> "a"
            server read -> eof"#,
    },
    Excuse {
        why: "the error of an abort may stand in place of the word",
        contracts: ALL,
        history: r#"
            client shutdown write -> done
            env reset client by fault
            client write "a" -> error reset"#,
    },
];
