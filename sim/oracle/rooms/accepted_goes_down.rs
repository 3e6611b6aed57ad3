//! Judges `accepted-goes-down`: does what a layer has accepted reach the flow below before that ends?

use super::scope::{ALL, NOT_FLUSHED};
use crate::contract::{AcceptedMeans, Call};
use crate::oracle::events::layers::{LowerCall, UpperEnded};
use crate::oracle::fact::fact;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::state::{Between, first};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "What a layer has accepted reaches the flow below before that is shut down or closed.",
    source: "gluten-mirage Mirage_flow.S, shutdown: pending writes are flushed",
    premise: "a layer that has accepted bytes shuts down or closes the flow below",
    parameters: &["accepted_means"],
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::AcceptedGoesDown, Section::Layers, Level::Lower)
};

/// Writing ends below: something was written there since the last write above was called.
pub(in crate::oracle) fn lower_called(scene: &Scene<'_>, lower: &LowerCall<'_>) -> Ruling {
    let ends = matches!(lower.call, Call::Close) || matches!(lower.call, Call::Shutdown(mode) if mode.writes());
    let upper = lower.upper;
    let is_over = scene.me().halves.write_end_called().is_some();
    let failed = first([upper.life.aborted_at(), upper.life.below_lost(), upper.writing.error()]).is_some();
    if !ends || is_over || failed || upper.contract.accepted_means == AcceptedMeans::Flushed {
        return Ruling::Moot;
    }
    judge(scene, lower.between)
}

/// A shutdown or close makes accepted what was written before it, where that takes a flush.
pub(in crate::oracle) fn upper_ended(scene: &Scene<'_>, upper: &UpperEnded) -> Ruling {
    let me = scene.me();
    let failed = first([me.life.aborted_at(), me.life.below_lost(), me.writing.error()]).is_some();
    match upper.below_ended && !failed && me.contract.accepted_means == AcceptedMeans::Flushed {
        true => judge(scene, upper.between),
        false => Ruling::Moot,
    }
}

fn judge(scene: &Scene<'_>, between: Between) -> Ruling {
    let Some(held) = between.held_back() else { return Ruling::Kept };
    let said = fact!(
        "the {end}'s layer ended writing below, where nothing was written since the write called at {t}, which it had accepted",
        end = scene.end,
        t = held.t
    );
    Ruling::broken(&[held], said)
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: NOT_FLUSHED,
        bad: r#"
            records network lower
            layers 1 0
            client/1 write "ab" -> ok
            client/1 call 2 shutdown write
            client shutdown write -> done"#,
        good: r#"
            records network lower
            layers 1 0
            client/1 write "ab" -> ok
            client/1 call 2 shutdown write
            client write "AB" -> ok
            client shutdown write -> done"#,
    },
    Example {
        contracts: &["async-io"],
        bad: r#"
            records network lower
            layers 1 0
            client/1 write "ab" -> ok
            client/1 call 2 shutdown write
            client shutdown write -> done
            client/1 return 2 done"#,
        good: r#"
            records network lower
            layers 1 0
            client/1 write "ab" -> ok
            client/1 call 2 shutdown write
            client write "AB" -> ok
            client shutdown write -> done
            client/1 return 2 done"#,
    },
];

const EXCUSES: &[Excuse] = &[Excuse {
    why: "a write below was called after that above",
    contracts: ALL,
    history: r#"
            records network lower
            layers 1 0
            client/1 call 1 write "ab"
            client write "AB" -> ok
            client/1 return 1 ok
            client/1 call 2 shutdown write
            client shutdown write -> done"#,
}];
