//! Judges `keepalive-ends-dead-flow`.

use super::scope::has_keepalive;
use crate::rules::{About, Example, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "With keep-alive on and nothing outstanding, a peer that fell silent ends reads and writes, pending ones too, when the \
                    probes are used up: not before, and at most one interval and a second later.",
    source: "metrics-mirage Tcp.S, create_connection; RFC 9293 §3.8.4",
    premise: "keep-alive is on, and the peer is silent for longer than all probes take",
    parameters: &["eof_on_keepalive_death"],
    applies: has_keepalive,
    breakable: has_keepalive,
    examples: EXAMPLES,
    ..About::later(Rule::KeepaliveEndsDeadFlow, Section::Connections, Level::Network)
};

const EXAMPLES: &[Example] = &[Example {
    contracts: &["classic", "mirage-tcpip"],
    bad: r#"
            env keepalive_death client
            client read -> error timed_out"#,
    good: r#"
            env keepalive_death client
            client read -> eof"#,
}];
