//! Judges `stream-prefix`: do the bytes that are read go on with the stream?

use super::scope::ALL;
use crate::oracle::Stamp;
use crate::oracle::events::{ReadData, WrongBytes};
use crate::oracle::evidence::{Evidence, Flaw};
use crate::oracle::fact::{Fact, Value, fact};
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

const LOSSY: &[&str] = &["v1", "classic", "modern", "mirage-tcpip"];

const LATE: &[&str] = &["mirage-tcpip", "posix", "relay"];

pub(super) const ABOUT: About = About {
    statement: "A reader gets the bytes that its peer's writes had accepted, from the first on: nothing left out, said twice, out \
                    of order, altered, or from elsewhere.",
    source: "gluten-mirage Mirage_flow.S, flow and read; RFC 9293 §3.4 and §3.8",
    premise: "a read returns data",
    parameters: &["accepted_means", "cancel_read", "data_after_shutdown_read", "written_buffer"],
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::StreamPrefix, Section::Safety, Level::BothEnds)
};

/// Those that do not fit are asked about apart.
#[inline]
pub(in crate::oracle) fn read_data(_: &Scene<'_>, _: &ReadData<'_>) -> Ruling {
    Ruling::Kept
}

pub(in crate::oracle) fn wrong_bytes(scene: &Scene<'_>, read: &WrongBytes<'_>) -> Ruling {
    match read.evidence.flaw {
        Flaw::Overtaken => Ruling::Moot,
        _ => broken(scene, read),
    }
}

/// The bytes break a rule, whichever names them.
pub(super) fn broken(scene: &Scene<'_>, read: &WrongBytes<'_>) -> Ruling {
    broken_since(scene, read, None)
}

/// The same, where something that happened before explains it. What should have been read is part of the story.
pub(super) fn broken_since(scene: &Scene<'_>, read: &WrongBytes<'_>, cause: Option<Stamp>) -> Ruling {
    let next = read.evidence.unread.first.as_ref().map(|write| write.called);
    let because: Vec<Stamp> = [Some(read.pending.called), next, cause].into_iter().flatten().collect();
    Ruling::broken(&because, plainly(scene, &read.evidence))
}

/// What is wrong with the bytes, in the plainest terms.
fn plainly(scene: &Scene<'_>, evidence: &Evidence<'_>) -> Fact {
    let (end, writer, expected) = (scene.end, scene.end.peer(), expected(scene, evidence));
    let (bytes, len) = (Value::bytes(evidence.rest.len()), evidence.rest.len());
    match evidence.flaw {
        Flaw::Overtaken => {
            fact!("the {end}'s reads must get their bytes in the order of their calls, and this one was overtaken", end)
        }
        Flaw::Repeated { bytes } => {
            fact!("the {end}'s read returned {bytes} a second time, right after they had come", end, bytes = Value::bytes(bytes))
        }
        Flaw::ReadBefore { op } => {
            fact!(
                "the {end}'s read returned {bytes} again that its read #{op} had returned; expected: {expected}",
                end,
                bytes,
                op,
                expected
            )
        }
        Flaw::Changed { at } => {
            fact!("the {end}'s read returned changed bytes: byte {at} of {len} differs; expected: {expected}", end, at, len, expected)
        }
        Flaw::Skipped { bytes } => {
            fact!("the {end}'s read skipped {bytes}; expected: {expected}", end, bytes = Value::bytes(bytes), expected)
        }
        Flaw::Excess { bytes } => {
            fact!("the {end}'s read returned {bytes} more than the {writer} had written", end, bytes = Value::bytes(bytes), writer)
        }
        Flaw::Foreign => {
            fact!(
                "the {end}'s read returned {bytes} that the {writer} did not write there; expected: {expected}",
                end,
                bytes,
                writer,
                expected
            )
        }
    }
}

/// What stands in the place of the bytes.
fn expected(scene: &Scene<'_>, evidence: &Evidence<'_>) -> Fact {
    match evidence.unread.part(0) {
        None => fact!("nothing more"),
        Some(part) => {
            fact!("bytes {from}.. of the {writer}'s write #{op}", from = part.from, writer = scene.end.peer(), op = part.op)
        }
    }
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            client write "ab" -> ok
            server read -> "b""#,
        good: r#"
            client write "ab" -> ok
            server read -> "a"
            server read -> "b""#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            client write "ab" -> ok
            server read -> "a"
            server read -> "a""#,
        good: r#"
            client write "aa" -> ok
            server read -> "a"
            server read -> "a""#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            client write "ab" -> ok
            server read -> "ax""#,
        good: r#"
            client write "ax" -> ok
            server read -> "ax""#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            client write "ab" -> ok
            client/1 write "xy" -> ok
            server read -> "xy""#,
        good: r#"
            client write "ab" -> ok
            client/1 write "xy" -> ok
            server read -> "ab"
            server/1 read -> "xy""#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "a cancelled read may have taken one piece",
        contracts: LOSSY,
        history: r#"
            client write "abc" -> ok
            server call 1 read
            server cancel 1
            server read -> "a"
            server read -> "c""#,
    },
    Excuse {
        why: "what lay unread at own shutdown of reading may be gone, in one piece",
        contracts: LATE,
        history: r#"
            client write "ab" -> ok
            server shutdown read -> done
            client write "c" -> ok
            server read -> "c""#,
    },
];
