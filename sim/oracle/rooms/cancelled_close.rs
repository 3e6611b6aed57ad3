//! Judges `cancelled-close`.

use super::scope::{ALL, NOT_V1, V1};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A shutdown or close that was given up took place or did not. Once something has shown which, the answer stands.",
    source: "the interface documents are silent: what cancelling leaves open must still be one of the two",
    premise: "a call whose result shows whether a cancelled shutdown or close took place returns",
    parameters: &["write_on_closed"],
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::CancelledClose, Section::Safety, Level::OneEnd)
};

const EXAMPLES: &[Example] = &[
    Example {
        contracts: V1,
        bad: r#"
            client call 1 shutdown write
            client cancel 1
            client write "a" -> eof
            client write "b" -> ok"#,
        good: r#"
            client call 1 shutdown write
            client cancel 1
            client write "a" -> eof
            client write "b" -> eof"#,
    },
    Example {
        contracts: NOT_V1,
        bad: r#"
            client call 1 shutdown write
            client cancel 1
            client write "a" -> closed
            client write "b" -> ok"#,
        good: r#"
            client call 1 shutdown write
            client cancel 1
            client write "a" -> closed
            client write "b" -> closed"#,
    },
];

const EXCUSES: &[Excuse] = &[Excuse {
    why: "nothing had shown that it took place",
    contracts: ALL,
    history: r#"
            client call 1 shutdown write
            client cancel 1
            client write "a" -> ok
            server read -> "a""#,
}];
