//! States `ports-are-checked`, which nothing judges yet.

use crate::rules::{About, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A port that is out of range or in use, and ephemeral ports that ran out, give a clear error.",
    source: "metrics-mirage Tcp.S, listen and create_connection; POSIX bind(2) and connect(2)",
    premise: "listen, unlisten or connect is called with a port that can't be had",
    ..About::later(Rule::PortsAreChecked, Section::Connections, Level::OneEnd)
};
