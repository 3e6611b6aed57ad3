//! Judges `peer-shut-read`.

use super::scope::{DISCARD, discards, shuts_read};
use crate::rules::{About, Example, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "Writing to a peer that shut down reading and throws away what comes does not hang.",
    source: "gluten-mirage Mirage_flow.S, shutdown `read`; measured: a shutdown of reading that keeps the window closed",
    premise: "a write is pending or returns after the peer's shutdown of reading returned",
    parameters: &["data_after_shutdown_read", "patience"],
    applies: shuts_read,
    breakable: discards,
    examples: EXAMPLES,
    ..About::new(Rule::PeerShutRead, Section::Liveness, Level::BothEnds)
};

const EXAMPLES: &[Example] = &[Example {
    contracts: DISCARD,
    bad: r#"
            server shutdown read -> done
            client call 1 write "a"
            quiet"#,
    good: r#"
            server shutdown read -> done
            client call 1 write "a"
            client return 1 ok
            quiet"#,
}];
