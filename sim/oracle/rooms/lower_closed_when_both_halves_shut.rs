//! Judges `lower-closed-when-both-halves-shut`: does a layer keep the flow below open for the half that goes on?

use super::scope::{FULL, closes_fully};
use crate::contract::Call;
use crate::oracle::Stamp;
use crate::oracle::events::layers::{LayerAtQuiet, LowerCall};
use crate::oracle::fact::fact;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::state::{EndState, first};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A layer of which one half is shut keeps the flow below open; when its second half ends it closes it, or ends its own \
                    writing there, where that is all that it can ask for.",
    source: "gluten-mirage Mirage_flow.S, shutdown: the flow below is closed when the state is `Closed`",
    premise: "a layer with one half shut closes the flow below, or both were shut down",
    parameters: &["close_is"],
    breakable: closes_fully,
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::LowerClosedWhenBothHalvesShut, Section::Layers, Level::Lower)
};

/// The half that was shut here, if the other one goes on.
fn only_half(upper: &EndState) -> Option<Stamp> {
    let halves = &upper.halves;
    let (write, read) = (halves.write_end_called(), halves.shut_read().called);
    let is_over = halves.full_close_possible().is_some() || write.is_some() && upper.reading.eof().is_some();
    let failed = [upper.life.aborted_at(), upper.life.below_ended(), upper.reading.error(), upper.writing.error()];
    first([write, read]).filter(|_| !is_over && first(failed).is_none())
}

/// The flow below is not closed while a half goes on; where a close ends one half only, it may be.
pub(in crate::oracle) fn lower_called(scene: &Scene<'_>, lower: &LowerCall<'_>) -> Ruling {
    let halves = &scene.me().halves;
    if !matches!(lower.call, Call::Close) || !halves.closes_fully() || halves.close_begun().is_some() {
        return Ruling::Moot;
    }
    match only_half(lower.upper) {
        None => Ruling::kept_if(first([lower.upper.halves.write_end_called(), lower.upper.halves.shut_read().called]).is_some()),
        Some(half) => {
            let said = fact!("the {end}'s layer closed the flow below, although only one of its halves was shut", end = scene.end);
            Ruling::broken(&[half], said)
        }
    }
}

/// Both halves were shut down, and the flow below goes on.
pub(in crate::oracle) fn at_quiet(scene: &Scene<'_>, layer: &LayerAtQuiet<'_>) -> Ruling {
    let me = scene.me();
    let lives = me.halves.closes_fully() && !me.life.is_gone() && me.life.below_lost().is_none() && !me.is_void();
    let over = me.halves.full_close_returned().filter(|_| lives && me.halves.close_begun().is_none());
    match over {
        None => Ruling::Moot,
        Some(_) if layer.lower.halves.write_end_called().is_some() => Ruling::Kept,
        Some(over) => {
            let said =
                fact!("the {end} had shut both halves down by {t}, and its layer never ended the flow below", end = scene.end, t = over.t);
            Ruling::broken(&[over], said)
        }
    }
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: FULL,
        bad: r#"
            records network lower
            layers 1 0
            client/1 call 1 shutdown write
            client close -> done"#,
        good: r#"
            records network lower
            layers 1 0
            client/1 call 1 shutdown write
            client shutdown write -> done
            client/1 return 1 done
            server/1 shutdown write -> done
            client/1 read -> eof
            client close -> done"#,
    },
    Example {
        contracts: FULL,
        bad: r#"
            records network lower
            layers 1 0
            client/1 shutdown read_write -> done
            quiet"#,
        good: r#"
            records network lower
            layers 1 0
            client/1 call 1 shutdown read_write
            client close -> done
            client/1 return 1 done
            quiet"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "a call on the flow below had failed",
        contracts: FULL,
        history: r#"
            records network lower
            layers 1 0
            client/1 call 1 shutdown write
            client write "x" -> error reset
            client close -> done"#,
    },
    Excuse {
        why: "writing had ended below, too: a stream has no other word for it before it is dropped",
        contracts: FULL,
        history: r#"
            records network lower
            layers 1 0
            client/1 call 1 shutdown read_write
            client shutdown write -> done
            client/1 return 1 done
            quiet"#,
    },
];
