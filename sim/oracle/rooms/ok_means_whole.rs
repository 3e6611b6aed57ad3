//! Judges `ok-means-whole`.

use super::scope::ALL;
use crate::rules::{About, Example, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "When a write says ok, every byte of it was accepted, of a list every byte of every buffer.",
    source: "gluten-mirage Mirage_flow.S, write and writev: resolved when the remainder is accepted too",
    premise: "bytes of a write that returned ok are read",
    parameters: &["accepted_means"],
    examples: EXAMPLES,
    ..About::new(Rule::OkMeansWhole, Section::Safety, Level::BothEnds)
};

const EXAMPLES: &[Example] = &[Example {
    contracts: ALL,
    bad: r#"
            client write "ab" -> ok
            client write "c" -> ok
            server read -> "ac""#,
    good: r#"
            client write "ab" -> ok
            client write "c" -> ok
            server read -> "abc""#,
}];
