//! Judges `eof-after-shutdown-read`.

use super::scope::{DISCARD, discards, shuts_read};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A read that is called after own shutdown of reading gives EOF, or the error of an abort, whatever is queued or still \
                    arrives. Where the contract leaves late data readable it may give that too.",
    source: "gluten-mirage Mirage_flow.S, shutdown `read`; POSIX shutdown(2); measured: Linux lets late data be read, BSD does not",
    premise: "a read that was called after own shutdown of reading returned gives something",
    parameters: &["data_after_shutdown_read"],
    applies: shuts_read,
    breakable: discards,
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::EofAfterShutdownRead, Section::Safety, Level::OneEnd)
};

const EXAMPLES: &[Example] = &[
    Example {
        contracts: DISCARD,
        bad: r#"
            client write "x" -> ok
            server shutdown read -> done
            server read -> "x""#,
        good: r#"
            client write "x" -> ok
            server shutdown read -> done
            server read -> eof"#,
    },
    Example {
        contracts: DISCARD,
        bad: r#"
            server shutdown read -> done
            client write "x" -> ok
            server read -> "x""#,
        good: r#"
            server shutdown read -> done
            client write "x" -> ok
            server read -> eof"#,
    },
];

const EXCUSES: &[Excuse] = &[Excuse {
    why: "the read was called before shutdown had returned",
    contracts: DISCARD,
    history: r#"
            client write "x" -> ok
            server call 1 shutdown read
            server read -> "x"
            server return 1 done"#,
}];
