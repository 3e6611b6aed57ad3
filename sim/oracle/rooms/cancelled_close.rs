//! Judges `cancelled-close`: does what a call gives agree with what was shown of a cancelled shutdown or close before?

use super::scope::{ALL, NOT_V1, V1};
use crate::oracle::Seq;
use crate::oracle::events::ReturnedWrite;
use crate::oracle::fact::fact;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::state::Doubt;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A shutdown or close that was given up took place or did not. Once something has shown which, the answer stands.",
    source: "the interface documents are silent: what cancelling leaves open must still be one of the two",
    premise: "a call whose result shows whether a cancelled shutdown or close took place returns",
    parameters: &["write_on_closed"],
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::CancelledClose, Section::Safety, Level::OneEnd)
};

/// What was known of a cancelled end of own writing before the call of a write.
fn premise(scene: &Scene<'_>, called: Seq) -> Option<Doubt> {
    scene.me().halves.maybe_write().filter(|doubt| doubt.stamp().seq < called)
}

pub(in crate::oracle) fn returned_write(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> Ruling {
    Ruling::kept_if(premise(scene, write.called()).is_some())
}

pub(in crate::oracle) fn write_ok(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> Ruling {
    let Some(Doubt::Happened(shown)) = premise(scene, write.called()) else { return returned_write(scene, write) };
    let said = fact!(
        "the {end}'s write #{op} returned ok, but a call at {t} had shown that the cancelled close took effect",
        end = scene.end,
        op = write.pending.op,
        t = shown.t
    );
    Ruling::broken(&[shown], said)
}

pub(in crate::oracle) fn failed_write(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> Ruling {
    let refuted = scene.me().halves.maybe_write().filter(|_| write.unexplained);
    let Some(Doubt::Refuted(shown)) = refuted else { return returned_write(scene, write) };
    let said = fact!(
        "the {end}'s write #{op} failed with `{error}`, but a call at {t} had shown that the cancelled close did not happen",
        end = scene.end,
        op = write.pending.op,
        error = &write.error(),
        t = shown.t
    );
    Ruling::broken(&[shown], said)
}

/// A cancelled end of own writing may be why a write fails.
pub(in crate::oracle) fn may_have_ended_writing(scene: &Scene<'_>) -> bool {
    matches!(scene.me().halves.maybe_write(), Some(Doubt::Open(_) | Doubt::Happened(_)))
}

/// A write that was called later returned ok: the cancelled end of writing did not happen.
pub(in crate::oracle) fn shown_by_success(scene: &Scene<'_>, called: Seq) -> Option<Doubt> {
    let open = premise(scene, called).is_some_and(|doubt| matches!(doubt, Doubt::Open(_)));
    open.then_some(Doubt::Refuted(scene.at))
}

/// A write failed, and nothing else explains it: the cancelled end of writing took effect.
pub(in crate::oracle) fn shown_by_failure(scene: &Scene<'_>) -> Option<Doubt> {
    let open = scene.me().halves.maybe_write().is_some_and(|doubt| matches!(doubt, Doubt::Open(_)));
    open.then_some(Doubt::Happened(scene.at))
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: V1,
        bad: r#"
            client call 1 shutdown write
            client cancel 1
            client write "a" -> eof
            client write "b" -> ok"#,
        good: r#"
            client call 1 shutdown write
            client cancel 1
            client write "a" -> eof
            client write "b" -> eof"#,
    },
    Example {
        contracts: NOT_V1,
        bad: r#"
            client call 1 shutdown write
            client cancel 1
            client write "a" -> closed
            client write "b" -> ok"#,
        good: r#"
            client call 1 shutdown write
            client cancel 1
            client write "a" -> closed
            client write "b" -> closed"#,
    },
];

const EXCUSES: &[Excuse] = &[Excuse {
    why: "nothing had shown that it took place",
    contracts: ALL,
    history: r#"
            client call 1 shutdown write
            client cancel 1
            client write "a" -> ok
            server read -> "a""#,
}];
