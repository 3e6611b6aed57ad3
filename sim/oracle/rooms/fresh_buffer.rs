//! Judges `fresh-buffer`: has a buffer that a read returned other contents now?

use super::scope::{NOT_V1, forbids_empty_reads};
use crate::oracle::events::BufferSeen;
use crate::oracle::fact::fact;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A buffer that a read gave away is the caller's: it never changes by itself. Where writes copy, the caller may change a \
                    written buffer once the write said ok, and the peer must not notice.",
    source: "gluten-mirage Mirage_flow.S, read (a fresh buffer) and write; POSIX write(2) copies",
    premise: "a buffer that a read returned is seen again",
    parameters: &["empty_reads", "written_buffer"],
    applies: forbids_empty_reads,
    breakable: forbids_empty_reads,
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::FreshBuffer, Section::Safety, Level::Buffers)
};

pub(in crate::oracle) fn buffer_seen(scene: &Scene<'_>, buffer: &BufferSeen) -> Ruling {
    if !forbids_empty_reads(&scene.me().contract) {
        return Ruling::Moot;
    }
    match buffer.changed {
        true => Ruling::broken(&[], fact!("the buffer that the {end}'s read returned has other contents now", end = scene.end)),
        false => Ruling::Kept,
    }
}

const EXAMPLES: &[Example] = &[Example {
    contracts: NOT_V1,
    bad: r#"
            records network buffers
            client write "ab" -> ok
            server read 1 -> "a"
            server read 1 -> "b"
            env buffer server 1 "b""#,
    good: r#"
            records network buffers
            client write "ab" -> ok
            server read 1 -> "a"
            server read 1 -> "b"
            env buffer server 1 "a""#,
}];

const EXCUSES: &[Excuse] = &[Excuse {
    why: "the contents are the same",
    contracts: NOT_V1,
    history: r#"
            records network buffers
            client write "aa" -> ok
            server read 1 -> "a"
            server read 1 -> "a"
            env buffer server 1 "a"
            env buffer server 2 "a""#,
}];
