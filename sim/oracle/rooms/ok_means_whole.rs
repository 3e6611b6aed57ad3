//! Judges `ok-means-whole`: is all accepted of a write that said ok?

use super::scope::ALL;
use crate::oracle::events::{ReturnedWrite, WrongBytes};
use crate::oracle::fact::{Fact, Value, fact};
use crate::oracle::rooms::stream_prefix::broken;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::rules::{About, Example, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "When a write says ok, every byte of it was accepted, of a list every byte of every buffer.",
    source: "gluten-mirage Mirage_flow.S, write and writev: resolved when the remainder is accepted too",
    premise: "bytes of a write that returned ok are read",
    parameters: &["accepted_means"],
    examples: EXAMPLES,
    ..About::new(Rule::OkMeansWhole, Section::Safety, Level::BothEnds)
};

/// The bytes that are missing end where a write ends.
pub(in crate::oracle) fn wrong_bytes(scene: &Scene<'_>, read: &WrongBytes<'_>) -> Ruling {
    let evidence = &read.evidence;
    match evidence.gap.is_some_and(|gap| evidence.unread.begins_write(gap)) {
        true => broken(scene, read),
        false => Ruling::Moot,
    }
}

#[inline]
pub(in crate::oracle) fn write_ok(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> Ruling {
    match write.short() {
        None => Ruling::Kept,
        Some(short) => Ruling::broken(&[], said(scene, write, short)),
    }
}

#[cold]
fn said(scene: &Scene<'_>, write: &ReturnedWrite<'_>, short: u64) -> Fact {
    let (op, len) = (write.pending.op, Value::bytes(write.len));
    fact!("the {end}'s write #{op} returned ok with {short} of {len} accepted", end = scene.end, op, short, len)
}

const EXAMPLES: &[Example] = &[Example {
    contracts: ALL,
    bad: r#"
            client write "ab" -> ok
            client write "c" -> ok
            server read -> "ac""#,
    good: r#"
            client write "ab" -> ok
            client write "c" -> ok
            server read -> "abc""#,
}];
