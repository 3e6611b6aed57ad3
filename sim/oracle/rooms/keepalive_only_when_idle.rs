//! States `keepalive-only-when-idle`, which nothing judges yet.

use super::scope::has_keepalive;
use crate::rules::{About, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "Keep-alive probes go out on idle connections only, when they were asked for; a lost one is not the end, and a peer \
                    that lives is never given up, be it half closed.",
    source: "metrics-mirage Tcp.S, create_connection; RFC 9293 §3.8.4 (MUST-24 to MUST-29)",
    premise: "a keep-alive probe is sent, or keep-alive gives a connection up",
    applies: has_keepalive,
    breakable: has_keepalive,
    ..About::later(Rule::KeepaliveOnlyWhenIdle, Section::Connections, Level::Segments)
};
