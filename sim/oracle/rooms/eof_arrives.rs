//! Judges `eof-arrives`.

use super::scope::{ALL, NO_WAIT};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "If this end keeps reading and is not aborted, it learns that the peer half or fully closed: EOF after the data, or an \
                    error where that close may reset.",
    source: "hvsock FLOW, close: EOF is expected once all is read; gluten-mirage Mirage_flow.S, shutdown (signals the remote end); RFC \
                 9293 §3.6",
    premise: "a read is pending or returns EOF after the peer's shutdown of writing or close returned",
    parameters: &["close_sends_pending", "patience"],
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::EofArrives, Section::Liveness, Level::BothEnds)
};

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            server call 1 read
            client shutdown write -> done
            quiet"#,
        good: r#"
            server call 1 read
            client shutdown write -> done
            server return 1 eof
            server shutdown write -> done
            quiet"#,
    },
    Example {
        contracts: NO_WAIT,
        bad: r#"
            client write "a" -> ok
            client close -> done
            server read -> "a"
            server call 2 read
            quiet"#,
        good: r#"
            client write "a" -> ok
            client close -> done
            server read -> "a"
            server read -> eof
            server close -> done
            quiet"#,
    },
];

const EXCUSES: &[Excuse] = &[Excuse {
    why: "the sender's host crashed",
    contracts: ALL,
    history: r#"
            server call 1 read
            client call 1 shutdown write
            env crash client by fault
            quiet"#,
}];
