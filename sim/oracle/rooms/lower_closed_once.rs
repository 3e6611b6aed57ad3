//! States `lower-closed-once`, which nothing judges yet.

use crate::rules::{About, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A layer closes the flow below it at most once: exactly once when it was closed itself, or both its halves ended by its \
                    own doing.",
    source: "gluten-mirage Mirage_flow.S, close: closing a layered flow closes what is below",
    premise: "a layered flow is closed, or both its halves are shut",
    ..About::later(Rule::LowerClosedOnce, Section::Layers, Level::Lower)
};
