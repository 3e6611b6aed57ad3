//! States `lower-not-used-after-close`, which nothing judges yet.

use crate::rules::{About, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A layer asks nothing of the flow below after closing it.",
    source: "gluten-mirage Mirage_flow.S, close: later calls fail, so they are the layer's mistake",
    premise: "a layer has closed the flow below",
    ..About::later(Rule::LowerNotUsedAfterClose, Section::Layers, Level::Lower)
};
