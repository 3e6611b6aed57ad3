//! States `accepted-goes-down`, which nothing judges yet.

use crate::rules::{About, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "What a layer has accepted reaches the flow below before that is shut down or closed.",
    source: "gluten-mirage Mirage_flow.S, shutdown: pending writes are flushed",
    premise: "a layer that has accepted bytes shuts down or closes the flow below",
    parameters: &["close_sends_pending"],
    ..About::later(Rule::AcceptedGoesDown, Section::Layers, Level::Lower)
};
