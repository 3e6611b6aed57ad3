//! Judges `writes-not-interleaved`.

use super::scope::writes_stay_whole;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

const INTERLEAVE: &[&str] = &["v1", "classic", "modern", "strict", "mirage-tcpip", "posix"];

pub(super) const ABOUT: About = About {
    statement: "Writes that overlap mix no more than the contract lets them: byte by byte, or each in one piece.",
    source: "the interface documents are silent; POSIX write(2) on pipes keeps small writes whole",
    premise: "bytes of a write that overlaps another are read, where writes stay whole",
    parameters: &["concurrent_writes"],
    breakable: writes_stay_whole,
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::WritesNotInterleaved, Section::Safety, Level::BothEnds)
};

const EXAMPLES: &[Example] = &[Example {
    contracts: &["pipe", "modern,concurrent_writes=whole"],
    bad: r#"
            client call 1 write "aa"
            client call 2 write "bb"
            client return 1 ok
            client return 2 ok
            server read -> "abab""#,
    good: r#"
            client call 1 write "aa"
            client call 2 write "bb"
            client return 1 ok
            client return 2 ok
            server read -> "bbaa""#,
}];

const EXCUSES: &[Excuse] = &[Excuse {
    why: "overlapping writes may mix byte by byte",
    contracts: INTERLEAVE,
    history: r#"
            client call 1 write "aa"
            client call 2 writev "b" "c"
            client return 1 ok
            client return 2 ok
            server read -> "abac""#,
}];
