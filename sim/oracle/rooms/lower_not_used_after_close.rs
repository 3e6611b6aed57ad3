//! Judges `lower-not-used-after-close`: does a layer leave the flow below alone once it has closed it?

use super::scope::ALL;
use crate::contract::Call;
use crate::oracle::events::layers::LowerCall;
use crate::oracle::fact::fact;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A layer asks nothing of the flow below after closing it.",
    source: "gluten-mirage Mirage_flow.S, close: later calls fail, so they are the layer's mistake",
    premise: "a layer closes the flow below, or calls it after that",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::LowerNotUsedAfterClose, Section::Layers, Level::Lower)
};

/// A second close is `lower-closed-once`'s affair.
pub(in crate::oracle) fn lower_called(scene: &Scene<'_>, lower: &LowerCall<'_>) -> Ruling {
    if matches!(lower.call, Call::Close) {
        return Ruling::Kept;
    }
    let Some(closed) = scene.me().halves.close().returned else { return Ruling::Moot };
    Ruling::broken(&[closed], fact!("the {end}'s layer called the flow below after it had closed it", end = scene.end))
}

const EXAMPLES: &[Example] = &[Example {
    contracts: ALL,
    bad: r#"
            records network lower
            layers 1 0
            client close -> done
            client call 2 write "x""#,
    good: r#"
            records network lower
            layers 1 0
            client write "x" -> ok
            client close -> done"#,
}];

const EXCUSES: &[Excuse] = &[Excuse {
    why: "the close below had not returned",
    contracts: ALL,
    history: r#"
            records network lower
            layers 1 0
            client call 1 close
            client call 2 read"#,
}];
