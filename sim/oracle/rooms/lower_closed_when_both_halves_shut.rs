//! States `lower-closed-when-both-halves-shut`, which nothing judges yet.

use crate::rules::{About, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A layer of which one half is shut keeps the flow below open; when its second half ends it closes it.",
    source: "gluten-mirage Mirage_flow.S, shutdown: the flow below is closed when the state is `Closed`",
    premise: "a half of a layered flow is shut down",
    ..About::later(Rule::LowerClosedWhenBothHalvesShut, Section::Layers, Level::Lower)
};
