//! Judges `error-after-close`: does anything work after own full close?

use super::scope::{FULL, NOT_V1, V1};
use crate::contract::ReadAfterFullClose;
use crate::oracle::events::{ReadData, ReadEof, ReadReturn, ReturnedWrite};
use crate::oracle::fact::{Value, fact};
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::{Ordinal, Stamp};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "After own full close nothing works any more: a read gives what the contract names, an error or EOF, never data, and no write \
                    succeeds.",
    source: "gluten-mirage Mirage_flow.S, close; RFC 9293 §3.10.2 and §3.10.3 (CLOSED); POSIX close(2)",
    premise: "a read or write that was called after own full close returned gives something",
    parameters: &["close_is", "read_after_full_close", "write_after_full_close"],
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::ErrorAfterClose, Section::Safety, Level::OneEnd)
};

/// When this end had ended reading for good before the call of a read.
fn reading_over(scene: &Scene<'_>, called: Ordinal) -> Option<Stamp> {
    scene.me().halves.reading_over().filter(|at| at.seq < called)
}

pub(in crate::oracle) fn read_data(scene: &Scene<'_>, read: &ReadData<'_>) -> Ruling {
    let Some(over) = reading_over(scene, read.called()) else { return Ruling::Moot };
    let said = fact!(
        "the {end}'s read returned {bytes}, but it was called after the {end} had closed the flow",
        end = scene.end,
        bytes = Value::bytes(read.len)
    );
    Ruling::broken(&[over, read.pending.called], said)
}

/// `read_after_full_close=error`: a read that is called after own close returned fails.
pub(in crate::oracle) fn read_eof(scene: &Scene<'_>, read: &ReadEof<'_>) -> Ruling {
    let halves = &scene.me().halves;
    let must_fail = scene.me().contract.read_after_full_close == Some(ReadAfterFullClose::Error) && halves.closes_fully();
    let closed = halves.close().returned.filter(|at| must_fail && at.seq < read.called() && halves.disconnect().called.is_none());
    let Some(closed) = closed else { return ended_read(scene, read) };
    let said = fact!(
        "the {end}'s read returned EOF, but it was called after the {end} had closed the flow: an error is asked for",
        end = scene.end
    );
    Ruling::broken(&[closed, read.pending.called], said)
}

/// Errors are what a read may give.
pub(in crate::oracle) fn ended_read(scene: &Scene<'_>, read: &impl ReadReturn) -> Ruling {
    Ruling::kept_if(reading_over(scene, read.called()).is_some())
}

/// When both halves had ended here before the call of a write.
fn closed(scene: &Scene<'_>, called: Ordinal) -> Option<Stamp> {
    scene.me().halves.full_close_returned().filter(|at| at.seq < called)
}

pub(in crate::oracle) fn returned_write(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> Ruling {
    Ruling::kept_if(closed(scene, write.called()).is_some())
}

pub(in crate::oracle) fn write_ok(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> Ruling {
    let Some(closed) = closed(scene, write.called()) else { return Ruling::Moot };
    let op = write.pending.op;
    let said = fact!("the {end}'s write #{op} returned ok, but it was called after the {end} had closed the flow", end = scene.end, op);
    Ruling::broken(&[closed], said)
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: &["modern", "strict", "posix", "relay"],
        bad: r#"
            server close -> done
            server read -> eof"#,
        good: r#"
            server close -> done
            server read -> error not_connected"#,
    },
    Example {
        contracts: FULL,
        bad: r#"
            client write "x" -> ok
            server close -> done
            server read -> "x""#,
        good: r#"
            client write "x" -> ok
            server close -> done
            server read -> error not_connected"#,
    },
    Example {
        contracts: FULL,
        bad: r#"
            client close -> done
            client write "a" -> ok"#,
        good: r#"
            client close -> done
            client write "a" -> closed"#,
    },
    Example {
        contracts: V1,
        bad: r#"
            client shutdown read_write -> done
            client write "a" -> ok"#,
        good: r#"
            client shutdown read_write -> done
            client write "a" -> eof"#,
    },
    Example {
        contracts: NOT_V1,
        bad: r#"
            client shutdown read_write -> done
            client write "a" -> ok"#,
        good: r#"
            client shutdown read_write -> done
            client write "a" -> closed"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "the read was called before close had returned",
        contracts: FULL,
        history: r#"
            client write "x" -> ok
            server call 1 close
            server read -> "x"
            server return 1 done"#,
    },
    Excuse {
        why: "a read may say that the stream is over where it is not asked for an error",
        contracts: &["async-io", "pipe"],
        history: r#"
            server close -> done
            server read -> eof
            server read -> error not_connected"#,
    },
    Excuse {
        why: "after the stack's disconnect a read may give either",
        contracts: FULL,
        history: r#"
            server disconnect -> done
            server read -> eof"#,
    },
];
