//! Judges `failed-write-is-prefix`: does a write that failed or was given up bring anything but its beginning?

use super::scope::{ALL, CANCEL_SAFE};
use crate::contract::YesNo;
use crate::oracle::events::{ReturnedWrite, WrongBytes};
use crate::oracle::fact::{Value, fact};
use crate::oracle::rooms::stream_prefix::broken;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::state::{Asked, Pending};
use crate::oracle::stream::Status;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A write that failed, hangs or was given up brings the beginning of its buffer, however long, in its own place in \
                    the stream. It brings nothing when it was called on a flow that could take nothing any more, and where cancelling \
                    cuts it off, nothing new after that.",
    source: "gluten-mirage Mirage_flow.S, write: acceptance may be partial, and final after an error; POSIX write(2)",
    premise: "data is read while a write that failed, hangs or was cancelled stands next in the stream",
    parameters: &["cancel_write", "write_error_is_final"],
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::FailedWriteIsPrefix, Section::Safety, Level::BothEnds)
};

/// They are bytes of such a write that can't be its beginning, or that come too late.
pub(in crate::oracle) fn wrong_bytes(scene: &Scene<'_>, read: &WrongBytes<'_>) -> Ruling {
    let evidence = &read.evidence;
    let has_failed = |status| matches!(status, Status::Prefix | Status::RunsOn | Status::Void);
    let is_its = match evidence.gap {
        Some(_) => evidence.torn_write().is_some_and(|part| has_failed(part.status)),
        None => scene.flow.streams[scene.end.peer()].is_of_dead_write(evidence.rest),
    };
    if is_its { broken(scene, read) } else { Ruling::Moot }
}

/// Must a write that is called now contribute nothing, unless it returns ok?
pub(in crate::oracle) fn must_be_void(scene: &Scene<'_>) -> bool {
    let me = scene.me();
    let ended = me.halves.write_end_returned().is_some() || me.halves.full_close_returned().is_some();
    let failed = me.contract.write_error_is_final == YesNo::Yes && me.writing.error().is_some();
    ended || failed || scene.peer().reading.clean_eof().is_some()
}

/// A write failed that has bytes: had any been read, although it must contribute nothing?
pub(in crate::oracle) fn failed_write(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> Ruling {
    if write.len == 0 {
        return Ruling::Moot;
    }
    let op = write.pending.op;
    let taken = if write.void { scene.flow.streams[scene.end].read_of(op) } else { 0 };
    if taken == 0 {
        return Ruling::Kept;
    }
    let said = fact!(
        "{taken} of the {end}'s write #{op} were read, but it was called after writing had ended, and failed",
        taken = Value::bytes(taken),
        end = scene.end,
        op
    );
    Ruling::broken(&[write.pending.called], said)
}

/// A call was cancelled: is it a write that may have been accepted in part?
pub(in crate::oracle) fn cancelled_write(_: &Scene<'_>, call: &Pending) -> Ruling {
    Ruling::kept_if(matches!(call.asked, Asked::Write { len, .. } if len > 0))
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            client call 1 write "abc"
            env reset client by fault
            client return 1 error reset
            server read -> "c""#,
        good: r#"
            client call 1 write "abc"
            env reset client by fault
            client return 1 error reset
            server read -> "ab""#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            client call 1 write "abc"
            client cancel 1
            server read -> "c""#,
        good: r#"
            client call 1 write "abc"
            client cancel 1
            server read -> "ab""#,
    },
    Example {
        contracts: CANCEL_SAFE,
        bad: r#"
            client call 1 write "ab"
            client cancel 1
            client write "c" -> ok
            server read -> "acb""#,
        good: r#"
            client call 1 write "ab"
            client cancel 1
            client write "c" -> ok
            server read -> "ac""#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "a failed write may have been taken whole",
        contracts: ALL,
        history: r#"
            client call 1 write "ab"
            env reset client by fault
            client return 1 error reset
            server read -> "ab""#,
    },
    Excuse {
        why: "a cancelled write may run on beside later ones",
        contracts: &["v1", "classic", "modern", "mirage-tcpip"],
        history: r#"
            client call 1 write "ab"
            client cancel 1
            client write "c" -> ok
            server read -> "acb""#,
    },
];
