//! Judges `cancelled-read`: has a cancelled read taken anything, where it must not?

use super::scope::{CANCEL_SAFE, cancelled_reads_are_safe};
use crate::oracle::events::{CancelledRead, WrongBytes};
use crate::oracle::rooms::eof_complete::lost_bytes;
use crate::oracle::rooms::stream_prefix::broken_since;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::rules::{About, Example, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "Where reads are safe to cancel, one that was given up has taken nothing: the next read gets the bytes.",
    source: "the interface documents are silent; POSIX read(2) interrupted before it took anything; futures AsyncRead (a dropped poll)",
    premise: "data is read, or EOF, after a read was cancelled",
    parameters: &["cancel_read"],
    breakable: cancelled_reads_are_safe,
    examples: EXAMPLES,
    ..About::new(Rule::CancelledRead, Section::Safety, Level::BothEnds)
};

pub(in crate::oracle) fn cancelled_read(scene: &Scene<'_>, read: &CancelledRead<'_>) -> Ruling {
    match read.lost {
        true => Ruling::broken(&[read.pending.called, scene.at], lost_bytes(scene)),
        false => Ruling::Kept,
    }
}

/// Bytes are missing that a cancelled read can have taken.
pub(in crate::oracle) fn wrong_bytes(scene: &Scene<'_>, read: &WrongBytes<'_>) -> Ruling {
    let me = scene.me();
    match me.reading.cancelled().filter(|_| read.evidence.gap.is_some() && cancelled_reads_are_safe(&me.contract)) {
        Some(cancelled) => broken_since(scene, read, Some(cancelled)),
        None => Ruling::Moot,
    }
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: CANCEL_SAFE,
        bad: r#"
            client write "ab" -> ok
            server call 1 read
            server cancel 1
            server read -> "b""#,
        good: r#"
            client write "ab" -> ok
            server call 1 read
            server cancel 1
            server read -> "ab""#,
    },
    Example {
        contracts: CANCEL_SAFE,
        bad: r#"
            server call 1 read
            client write "a" -> ok
            server cancel 1
            client write "b" -> ok
            server read -> "b""#,
        good: r#"
            server call 1 read
            client write "a" -> ok
            server cancel 1
            client write "b" -> ok
            server read -> "ab""#,
    },
];
