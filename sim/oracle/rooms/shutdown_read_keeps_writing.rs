//! Judges `shutdown-read-keeps-writing`.

use super::scope::{SHUTS_READ, shuts_read};
use crate::rules::{About, Example, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "Shutting down reading is no reason for own writes to fail.",
    source: "gluten-mirage Mirage_flow.S, shutdown: each mode ends its own half; POSIX shutdown(2)",
    premise: "a write that was called after own shutdown of reading returns",
    parameters: &["data_after_shutdown_read"],
    applies: shuts_read,
    breakable: shuts_read,
    examples: EXAMPLES,
    ..About::new(Rule::ShutdownReadKeepsWriting, Section::Safety, Level::OneEnd)
};

const EXAMPLES: &[Example] = &[Example {
    contracts: SHUTS_READ,
    bad: r#"
            client shutdown read -> done
            client write "a" -> closed"#,
    good: r#"
            client shutdown read -> done
            client write "a" -> ok
            server read -> "a""#,
}];
