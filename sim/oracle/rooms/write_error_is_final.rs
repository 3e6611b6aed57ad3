//! Judges `write-error-is-final`: does a write succeed after another has failed?

use super::scope::{NO_WAIT, errors_are_final};
use crate::oracle::events::ReturnedWrite;
use crate::oracle::fact::fact;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::{Ordinal, Stamp};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "After a write has failed no later one succeeds.",
    source: "gluten-mirage Mirage_flow.S, write and writev: an error is final. The older documents don't say so",
    premise: "a write that was called after another had failed returns",
    parameters: &["write_error_is_final"],
    breakable: errors_are_final,
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::WriteErrorIsFinal, Section::Safety, Level::OneEnd)
};

/// When a write had failed for good before the call of another.
fn premise(scene: &Scene<'_>, called: Ordinal) -> Option<Stamp> {
    let me = scene.me();
    me.writing.error().filter(|at| at.seq < called && errors_are_final(&me.contract))
}

pub(in crate::oracle) fn returned_write(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> Ruling {
    Ruling::kept_if(premise(scene, write.called()).is_some())
}

pub(in crate::oracle) fn write_ok(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> Ruling {
    let Some(failed) = premise(scene, write.called()) else { return Ruling::Moot };
    let said = fact!(
        "the {end}'s write #{op} returned ok, but an earlier write had failed at {t}",
        end = scene.end,
        op = write.pending.op,
        t = failed.t
    );
    Ruling::broken(&[failed], said)
}

const EXAMPLES: &[Example] = &[Example {
    contracts: NO_WAIT,
    bad: r#"
            env reset client by fault
            client write "a" -> error reset
            client write "b" -> ok"#,
    good: r#"
            env reset client by fault
            client write "a" -> error reset
            client write "b" -> closed"#,
}];

const EXCUSES: &[Excuse] = &[Excuse {
    why: "the second write was called before the first had failed",
    contracts: &["modern", "strict", "mirage-tcpip", "posix", "pipe", "relay"],
    history: r#"
            client call 1 write "a"
            client call 2 write "b"
            server call 1 shutdown read_write
            client return 1 closed
            client return 2 ok
            server return 1 done"#,
}];
