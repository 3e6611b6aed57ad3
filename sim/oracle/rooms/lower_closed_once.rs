//! Judges `lower-closed-once`: does a layer close the flow below once, and not again?

use super::scope::{ALL, FULL};
use crate::contract::Call;
use crate::oracle::events::layers::{LayerAtQuiet, LowerCall};
use crate::oracle::fact::fact;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A layer closes the flow below it at most once, and exactly once when it was closed itself.",
    source: "gluten-mirage Mirage_flow.S, close: closing a layered flow closes what is below",
    premise: "a layer closes the flow below, or is closed itself",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::LowerClosedOnce, Section::Layers, Level::Lower)
};

/// No second close goes down.
pub(in crate::oracle) fn lower_called(scene: &Scene<'_>, lower: &LowerCall<'_>) -> Ruling {
    let first = scene.me().halves.close_begun();
    match (lower.call, first) {
        (Call::Close, None) => Ruling::Kept,
        (Call::Close, Some(first)) => Ruling::broken(&[first], fact!("the {end}'s layer closed the flow below again", end = scene.end)),
        _ => Ruling::Moot,
    }
}

/// What has closed for good has closed the flow below, unless that had failed.
pub(in crate::oracle) fn at_quiet(scene: &Scene<'_>, layer: &LayerAtQuiet<'_>) -> Ruling {
    let me = scene.me();
    let closed = me.halves.close().returned.filter(|_| me.halves.closes_fully());
    let over = closed.filter(|_| !me.life.is_gone() && me.life.below_lost().is_none() && !me.is_void());
    match over {
        None => Ruling::Moot,
        Some(_) if layer.lower.halves.close_begun().is_some() => Ruling::Kept,
        Some(over) => {
            let said = fact!("the {end} had been closed by {t}, and its layer never closed the flow below", end = scene.end, t = over.t);
            Ruling::broken(&[over], said)
        }
    }
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            records network lower
            layers 1 0
            client call 1 close
            client call 2 close"#,
        good: r#"
            records network lower
            layers 1 0
            client call 1 close"#,
    },
    Example {
        contracts: FULL,
        bad: r#"
            records network lower
            layers 1 0
            client/1 close -> done
            quiet"#,
        good: r#"
            records network lower
            layers 1 0
            client/1 call 1 close
            client close -> done
            client/1 return 1 done
            quiet"#,
    },
];

const EXCUSES: &[Excuse] = &[Excuse {
    why: "the flow below had failed",
    contracts: FULL,
    history: r#"
            records network lower
            layers 1 0
            client write "x" -> error reset
            client/1 close -> done
            quiet"#,
}];
