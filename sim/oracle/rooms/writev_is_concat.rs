//! Judges `writev-is-concat`.

use super::scope::ALL;
use crate::rules::{About, Example, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "Writing a list of buffers is one write of them joined in their order. It need not be atomic.",
    source: "gluten-mirage Mirage_flow.S, writev; POSIX writev(2)",
    premise: "bytes of a write of at least two buffers are read",
    examples: EXAMPLES,
    ..About::new(Rule::WritevIsConcat, Section::Safety, Level::BothEnds)
};

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            client writev "a" "b" -> ok
            server read -> "ba""#,
        good: r#"
            client writev "a" "b" -> ok
            server read -> "ab""#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            client writev "a" "" "b" "c" -> ok
            server read -> "acb""#,
        good: r#"
            client writev "a" "" "b" "c" -> ok
            server read -> "a"
            server read -> "bc""#,
    },
];
