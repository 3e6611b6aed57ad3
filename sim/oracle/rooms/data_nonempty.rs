//! Judges `data-nonempty`: does a read bring at least one byte, and no more than were asked for?

use super::scope::{ALL, NOT_V1, forbids_empty_reads};
use crate::oracle::events::ReadData;
use crate::oracle::fact::{Fact, Value, fact};
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A read that succeeds brings at least one byte, and no more than were asked for.",
    source: "gluten-mirage Mirage_flow.S, read; hvsock and datakit-server-9p FLOW, read; metrics-mirage Tcp.S, read; POSIX read(2). The \
                 mirage-http document promises no such thing",
    premise: "a read returns data",
    parameters: &["empty_reads"],
    applies: forbids_empty_reads,
    breakable: forbids_empty_reads,
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::DataNonempty, Section::Safety, Level::OneEnd)
};

#[inline]
pub(in crate::oracle) fn read_data(scene: &Scene<'_>, read: &ReadData<'_>) -> Ruling {
    if !forbids_empty_reads(&scene.me().contract) {
        return Ruling::Moot;
    }
    match (1..=read.max).contains(&read.len) {
        true => Ruling::Kept,
        false => Ruling::broken(&[], wrong_size(scene, read)),
    }
}

#[cold]
fn wrong_size(scene: &Scene<'_>, read: &ReadData<'_>) -> Fact {
    match read.len {
        0 => fact!("the {end}'s read returned data of no bytes", end = scene.end),
        len => {
            let most = Value::bytes(read.max);
            fact!("the {end}'s read asked for at most {most} and returned {len}", end = scene.end, most, len)
        }
    }
}

const EXAMPLES: &[Example] = &[
    Example { contracts: NOT_V1, bad: r#"server read -> """#, good: "client write \"a\" -> ok\nserver read -> \"a\"" },
    Example {
        contracts: NOT_V1,
        bad: r#"
            client write "ab" -> ok
            server read 1 -> "ab""#,
        good: r#"
            client write "ab" -> ok
            server read 1 -> "a"
            server read 2 -> "b""#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "a read of no bytes says nothing, and may give no bytes",
        contracts: ALL,
        history: r#"
            client write "a" -> ok
            server read 0 -> ""
            server read -> "a""#,
    },
    Excuse {
        why: "a read of no bytes says nothing, not even by an EOF or an error",
        contracts: ALL,
        history: r#"
            client write "a" -> ok
            server read 0 -> eof
            server read 0 -> error not_ready
            server read -> "a""#,
    },
];
