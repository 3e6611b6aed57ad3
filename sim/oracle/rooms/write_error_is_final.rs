//! Judges `write-error-is-final`.

use super::scope::{NO_WAIT, errors_are_final};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "After a write has failed no later one succeeds.",
    source: "gluten-mirage Mirage_flow.S, write and writev: an error is final. The older documents don't say so",
    premise: "a write that was called after another had failed returns",
    parameters: &["write_error_is_final"],
    breakable: errors_are_final,
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::WriteErrorIsFinal, Section::Safety, Level::OneEnd)
};

const EXAMPLES: &[Example] = &[Example {
    contracts: NO_WAIT,
    bad: r#"
            env reset client by fault
            client write "a" -> error reset
            client write "b" -> ok"#,
    good: r#"
            env reset client by fault
            client write "a" -> error reset
            client write "b" -> closed"#,
}];

const EXCUSES: &[Excuse] = &[Excuse {
    why: "the second write was called before the first had failed",
    contracts: &["modern", "strict", "mirage-tcpip", "posix", "pipe"],
    history: r#"
            client call 1 write "a"
            client call 2 write "b"
            server call 1 shutdown read_write
            client return 1 closed
            client return 2 ok
            server return 1 done"#,
}];
