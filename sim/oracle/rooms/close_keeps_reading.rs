//! Judges `close-keeps-reading`.

use super::scope::{HALF, close_is_half};
use crate::rules::{About, Example, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "Where close ends only the writing half, reading goes on while close waits, and after it where it does not wait: the \
                    peer's data, then EOF.",
    source: "hvsock and datakit-server-9p FLOW, close; metrics-mirage Tcp.S, close: the local end may still read",
    premise: "a read that was called after own half close was called gives something",
    parameters: &["close_is", "close_waits_for_peer"],
    breakable: close_is_half,
    examples: EXAMPLES,
    ..About::new(Rule::CloseKeepsReading, Section::Safety, Level::BothEnds)
};

const EXAMPLES: &[Example] = &[Example {
    contracts: HALF,
    bad: r#"
            client call 1 close
            server write "a" -> ok
            client read -> error not_connected"#,
    good: r#"
            client call 1 close
            server write "a" -> ok
            client read -> "a""#,
}];
