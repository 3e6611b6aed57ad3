//! States `proxy-passes-half-close`, which nothing judges yet.

use crate::rules::{About, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A proxy that reads EOF on one side shuts down writing on the other, and the opposite direction goes on.",
    source: "hvsock FLOW, close: a half close is a state of its own; RFC 9293 §3.6",
    premise: "a proxy reads EOF on one of its sides",
    ..About::later(Rule::ProxyPassesHalfClose, Section::Layers, Level::BothEnds)
};
