//! Judges `cancelled-close`: does what a call gives agree with what was shown of a cancelled shutdown or close before?

use super::scope::{ALL, FULL, HALF, NOT_V1, V1};
use crate::oracle::Ordinal;
use crate::oracle::events::{Ending, FailedRead, ReadData, ReadEof, ReadReturn, ReturnedWrite};
use crate::oracle::fact::{Value, fact};
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
fn premise(scene: &Scene<'_>, called: Ordinal) -> Option<Doubt> {
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

/// What was known of a cancelled end of own reading before the call of a read, where data would show that it did not happen.
fn reading_premise(scene: &Scene<'_>, called: Ordinal) -> Option<Doubt> {
    let halves = &scene.me().halves;
    halves.maybe_read().filter(|doubt| doubt.stamp().seq < called && halves.may_end_data())
}

pub(in crate::oracle) fn read_data(scene: &Scene<'_>, read: &ReadData<'_>) -> Ruling {
    match reading_premise(scene, read.called()) {
        None => Ruling::Moot,
        Some(Doubt::Happened(shown)) => {
            let said = fact!(
                "the {end}'s read returned {bytes}, but a call at {t} had shown that the cancelled close took effect",
                end = scene.end,
                bytes = Value::bytes(read.len),
                t = shown.t
            );
            Ruling::broken(&[shown], said)
        }
        Some(_) => Ruling::Kept,
    }
}

/// An EOF that nothing but a cancelled end of own reading can have caused, which is known not to have happened.
pub(in crate::oracle) fn read_eof(scene: &Scene<'_>, read: &ReadEof<'_>) -> Ruling {
    let is_groundless = matches!(read.ending, Ending::Clean) && read.cause.is_none();
    let Some(Doubt::Refuted(shown)) = scene.me().halves.maybe_read().filter(|_| is_groundless) else { return Ruling::Moot };
    let said = fact!(
        "the {end}'s read returned EOF, but a call at {t} had shown that the cancelled close did not happen",
        end = scene.end,
        t = shown.t
    );
    Ruling::broken(&[shown], said)
}

pub(in crate::oracle) fn failed_read(scene: &Scene<'_>, read: &FailedRead<'_>) -> Ruling {
    let Some(Doubt::Refuted(shown)) = scene.me().halves.maybe_read().filter(|_| read.unexplained) else { return Ruling::Moot };
    let said = fact!(
        "the {end}'s read failed with `{error}`, but a call at {t} had shown that the cancelled close did not happen",
        end = scene.end,
        error = &read.error,
        t = shown.t
    );
    Ruling::broken(&[shown], said)
}

/// A cancelled end of own reading may be why a read fails.
pub(in crate::oracle) fn may_have_ended_reading(scene: &Scene<'_>) -> bool {
    matches!(scene.me().halves.maybe_read(), Some(Doubt::Open(_) | Doubt::Happened(_)))
}

/// A read that was called later returned data: the cancelled end of reading did not happen.
pub(in crate::oracle) fn shown_by_data(scene: &Scene<'_>, called: Ordinal) -> Option<Doubt> {
    let open = reading_premise(scene, called).is_some_and(|doubt| matches!(doubt, Doubt::Open(_)));
    open.then_some(Doubt::Refuted(scene.at))
}

/// A read failed, and nothing else explains it: the cancelled end of reading took effect.
pub(in crate::oracle) fn shown_by_failed_read(scene: &Scene<'_>) -> Option<Doubt> {
    let open = scene.me().halves.maybe_read().is_some_and(|doubt| matches!(doubt, Doubt::Open(_)));
    open.then_some(Doubt::Happened(scene.at))
}

/// A cancelled end of own writing may be why a write fails.
pub(in crate::oracle) fn may_have_ended_writing(scene: &Scene<'_>) -> bool {
    matches!(scene.me().halves.maybe_write(), Some(Doubt::Open(_) | Doubt::Happened(_)))
}

/// A write that was called later returned ok: the cancelled end of writing did not happen.
pub(in crate::oracle) fn shown_by_success(scene: &Scene<'_>, called: Ordinal) -> Option<Doubt> {
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
    Example {
        contracts: ALL,
        bad: r#"
            client call 1 shutdown read_write
            client cancel 1
            client write "a" -> ok
            client read -> eof"#,
        good: r#"
            client call 1 shutdown read_write
            client cancel 1
            client write "a" -> ok
            server write "x" -> ok
            client read -> "x"
            client write "b" -> ok"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            client call 1 shutdown read_write
            client cancel 1
            client read -> eof
            client write "a" -> ok"#,
        good: r#"
            client call 1 shutdown read_write
            client cancel 1
            client read -> eof
            client write "" -> ok"#,
    },
    Example {
        contracts: FULL,
        bad: r#"
            server write "x" -> ok
            client call 1 close
            client cancel 1
            client write "a" -> closed
            client read -> "x""#,
        good: r#"
            server write "x" -> ok
            client call 1 close
            client cancel 1
            client read -> "x"
            client write "a" -> ok"#,
    },
    Example {
        contracts: FULL,
        bad: r#"
            client call 1 close
            client cancel 1
            client read -> error not_connected
            client write "a" -> ok"#,
        good: r#"
            client call 1 close
            client cancel 1
            client read -> error not_connected
            client write "a" -> closed"#,
    },
    Example {
        contracts: FULL,
        bad: r#"
            server write "x" -> ok
            client call 1 close
            client cancel 1
            client read -> "x"
            client write "a" -> closed"#,
        good: r#"
            client call 1 close
            client cancel 1
            client write "a" -> closed
            client read -> error not_connected
            client write "b" -> closed"#,
    },
    Example {
        contracts: FULL,
        bad: r#"
            client call 1 close
            client cancel 1
            client write "a" -> ok
            client read -> error not_connected"#,
        good: r#"
            client call 1 close
            client cancel 1
            client write "a" -> ok
            server shutdown write -> done
            client read -> eof
            client write "b" -> ok"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "nothing had shown that it took place",
        contracts: ALL,
        history: r#"
            client call 1 shutdown write
            client cancel 1
            client write "a" -> ok
            server read -> "a""#,
    },
    Excuse {
        why: "where close ends the writing half only, reading goes on after it",
        contracts: HALF,
        history: r#"
            server write "x" -> ok
            client call 1 close
            client cancel 1
            client write "a" -> closed
            client read -> "x""#,
    },
    Excuse {
        why: "the peer had ended the stream: that EOF shows nothing of the cancelled close",
        contracts: FULL,
        history: r#"
            server shutdown write -> done
            client call 1 close
            client cancel 1
            client read -> eof
            client write "a" -> ok"#,
    },
    Excuse {
        why: "a read that was pending at the close that was cancelled may have come before it",
        contracts: &["modern", "strict", "pipe"],
        history: r#"
            server write "x" -> ok
            client call 1 read
            client call 2 close
            client cancel 2
            client return 1 "x"
            client write "a" -> closed"#,
    },
    Excuse {
        why: "late data can be read after a shutdown of both",
        contracts: &["mirage-tcpip", "posix", "relay"],
        history: r#"
            server write "x" -> ok
            client call 1 shutdown read_write
            client cancel 1
            client write "a" -> closed
            client read -> "x""#,
    },
];
