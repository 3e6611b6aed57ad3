//! Judges `write-order`.

use super::scope::ALL;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "Of two writes of which one had returned before the other was called, the earlier one's bytes come first.",
    source: "gluten-mirage Mirage_flow.S, write; RFC 9293 §3.9.1 SEND",
    premise: "data is read that a write brought which followed another",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::WriteOrder, Section::Safety, Level::BothEnds)
};

const EXAMPLES: &[Example] = &[Example {
    contracts: ALL,
    bad: r#"
            client write "a" -> ok
            client write "b" -> ok
            server read -> "ba""#,
    good: r#"
            client write "a" -> ok
            client write "b" -> ok
            server read -> "ab""#,
}];

const EXCUSES: &[Excuse] = &[Excuse {
    why: "the two writes overlap",
    contracts: &["v1", "classic", "modern", "strict", "mirage-tcpip", "posix", "pipe"],
    history: r#"
            client call 1 write "aa"
            client call 2 write "bb"
            server read -> "bbaa"
            client return 1 ok
            client return 2 ok"#,
}];
