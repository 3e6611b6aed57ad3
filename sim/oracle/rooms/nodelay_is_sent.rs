//! States `nodelay-is-sent`, which nothing judges yet.

use super::scope::has_nodelay;
use crate::rules::{About, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A write that is not to be delayed returns ok only when its bytes were transmitted, or acknowledged where the contract \
                    asks for that.",
    source: "metrics-mirage Tcp.S, write_nodelay and writev_nodelay; measured: mirage-tcpip returns on acceptance",
    premise: "write_nodelay or writev_nodelay returns ok, and transmission is recorded",
    parameters: &["nodelay_means"],
    applies: has_nodelay,
    breakable: has_nodelay,
    ..About::later(Rule::NodelayIsSent, Section::Connections, Level::Transmitted)
};
