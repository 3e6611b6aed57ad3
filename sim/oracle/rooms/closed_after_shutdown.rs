//! Judges `closed-after-shutdown`: does a write that was called when own writing was over give what the contract names?

use super::scope::{ALL, NOT_V1, V1};
use crate::contract::{Error, Outcome, WriteAfterFullClose, WriteOnClosed};
use crate::oracle::events::ReturnedWrite;
use crate::oracle::fact::fact;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::state::first;
use crate::oracle::{Ordinal, Stamp};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A write that is called when this end's writing is over fails, and with the very result that the contract names. The \
                    error of an abort may stand in its place.",
    source: "gluten-mirage Mirage_flow.S, shutdown (later writes give `Closed`) and close; mirage-http FLOW, write (gives `Eof`); \
                 POSIX write(2), EPIPE",
    premise: "a write returns that was called after own shutdown of writing or close returned, or after the peer read the EOF",
    parameters: &["write_on_closed", "write_after_full_close"],
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::ClosedAfterShutdown, Section::Safety, Level::OneEnd)
};

/// What had ended this end's writing before a call: its own return, or that the peer has read the EOF.
pub(in crate::oracle) fn writing_over(scene: &Scene<'_>, called: Ordinal) -> Option<Stamp> {
    let me = scene.me();
    let begun = me.halves.write_end_called();
    let seen = scene.peer().reading.clean_eof().filter(|eof| begun.is_some_and(|begun| begun.seq < eof.seq));
    first([me.halves.write_end_returned(), seen]).filter(|at| at.seq < called)
}

pub(in crate::oracle) fn returned_write(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> Ruling {
    Ruling::kept_if(writing_over(scene, write.called()).is_some())
}

pub(in crate::oracle) fn write_ok(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> Ruling {
    let Some(over) = writing_over(scene, write.called()) else { return Ruling::Moot };
    let op = write.pending.op;
    let said = fact!("the {end}'s write #{op} returned ok, but it was called after writing had been shut down", end = scene.end, op);
    Ruling::broken(&[over], said)
}

pub(in crate::oracle) fn failed_write(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> Ruling {
    let Some(over) = writing_over(scene, write.called()) else { return Ruling::Moot };
    let (asked, fits) = asked(scene, write);
    if fits || is_excused(scene, write) {
        return Ruling::Kept;
    }
    let said = fact!(
        "the {end}'s write #{op} was called after writing had ended and failed with `{error}`, where `{asked}` is asked for",
        end = scene.end,
        op = write.pending.op,
        error = &write.error(),
        asked
    );
    Ruling::broken(&[over], said)
}

/// What the contract asks for, in its words, and whether the write gives that.
fn asked(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> (&'static str, bool) {
    let (me, outcome) = (scene.me(), write.outcome);
    let full = me.contract.write_after_full_close.filter(|_| me.halves.fully_closed_before(write.called()));
    match (full, me.contract.write_on_closed) {
        (Some(WriteAfterFullClose::Closed), _) | (None, WriteOnClosed::Closed) => ("closed", *outcome == Outcome::Closed),
        (Some(WriteAfterFullClose::Error), _) | (None, WriteOnClosed::Error) => ("closed or an error", *outcome != Outcome::Eof),
        (None, WriteOnClosed::Eof) => ("eof", *outcome == Outcome::Eof),
        (None, WriteOnClosed::Any) => ("a failure", true),
    }
}

/// The error of an abort may stand in its place, and what never was connected has nothing that could have been closed.
fn is_excused(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> bool {
    let me = scene.me();
    let unconnected = matches!(write.outcome, Outcome::Error(Error::NotConnected)) && me.opening.is_closed_to(write.called());
    unconnected || me.life.aborted().is_some() && !is_no_result(scene, write)
}

/// A write returned `eof`, which is no result of writes under this contract.
pub(in crate::oracle) fn is_no_result(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> bool {
    let has_eof = matches!(scene.me().contract.write_on_closed, WriteOnClosed::Eof | WriteOnClosed::Any);
    *write.outcome == Outcome::Eof && !has_eof
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: V1,
        bad: r#"
            client shutdown write -> done
            client write "a" -> ok"#,
        good: r#"
            client shutdown write -> done
            client write "a" -> eof"#,
    },
    Example {
        contracts: NOT_V1,
        bad: r#"
            client shutdown write -> done
            client write "a" -> ok"#,
        good: r#"
            client shutdown write -> done
            client write "a" -> closed"#,
    },
    Example {
        contracts: V1,
        bad: r#"
            client shutdown write -> done
            client write "a" -> closed"#,
        good: r#"
            client shutdown write -> done
            client write "" -> ok
            client write "a" -> eof"#,
    },
    Example {
        contracts: &["classic", "modern", "strict"],
        bad: r#"
            client shutdown write -> done
            client write "a" -> error not_ready"#,
        good: r#"
            client shutdown write -> done
            client write "" -> ok
            client write "a" -> closed"#,
    },
    Example {
        contracts: &["posix", "async-io", "pipe", "relay"],
        bad: r#"
            client shutdown write -> done
            client write "a" -> eof"#,
        good: r#"
            client shutdown write -> done
            client write "" -> ok
            client write "a" -> error broken_pipe"#,
    },
    Example {
        contracts: NOT_V1,
        bad: r#"
            client call 1 shutdown write
            server read -> eof
            client write "a" -> ok
            client return 1 done"#,
        good: r#"
            client call 1 shutdown write
            server read -> eof
            client write "a" -> closed
            client return 1 done"#,
    },
    Example {
        contracts: &["strict"],
        bad: r#"
            client close -> done
            client write "a" -> error not_connected"#,
        good: r#"
            client close -> done
            client write "a" -> closed"#,
    },
    Example {
        contracts: &["mirage-tcpip"],
        bad: r#"
            client close -> done
            client write "a" -> ok"#,
        good: r#"
            client close -> done
            client write "a" -> error not_ready"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "the write was called before shutdown had returned",
        contracts: ALL,
        history: r#"
            client call 1 shutdown write
            client write "a" -> ok
            client return 1 done
            server read -> "a"
            server read -> eof"#,
    },
    Excuse {
        why: "the error of an abort may stand in place of the word",
        contracts: ALL,
        history: r#"
            client shutdown write -> done
            env reset client by fault
            client write "a" -> error reset"#,
    },
];
