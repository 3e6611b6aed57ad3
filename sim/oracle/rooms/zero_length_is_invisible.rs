//! Judges `zero-length-is-invisible`: does a read show that its peer wrote nothing?

use super::scope::ALL;
use crate::oracle::events::{BegunWrite, Ending, ReadData, ReadEof};
use crate::oracle::fact::fact;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A write of nothing shows nothing to the peer: no byte, no read without bytes, no EOF.",
    source: "gluten-mirage Mirage_flow.S, read (at least one byte) and write; POSIX write(2) with length zero",
    premise: "a read of the peer returns after a write of no bytes was called",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::ZeroLengthIsInvisible, Section::Safety, Level::BothEnds)
};

#[inline]
pub(in crate::oracle) fn read_data(scene: &Scene<'_>, read: &ReadData<'_>) -> Ruling {
    match scene.peer().writing.empty().filter(|_| read.len == 0) {
        None => Ruling::Moot,
        Some((zero, _)) => Ruling::broken(
            &[zero],
            fact!("the {end}'s read returned no bytes: the peer's zero-length write became visible", end = scene.end),
        ),
    }
}

/// An EOF without a cause came where the peer's last write of nothing lies in the stream.
pub(in crate::oracle) fn read_eof(scene: &Scene<'_>, read: &ReadEof<'_>) -> Ruling {
    let place = scene.flow.streams[scene.end.peer()].bytes_read;
    match scene.peer().writing.empty() {
        Some((zero, behind)) if behind == place && read.cause.is_none() && matches!(read.ending, Ending::Clean) => Ruling::broken(
            &[zero],
            fact!(
                "the {end}'s read returned EOF although nothing was closed: the peer's zero-length write became visible",
                end = scene.end
            ),
        ),
        _ => Ruling::Moot,
    }
}

#[inline]
pub(in crate::oracle) fn begun_write(_: &Scene<'_>, write: &BegunWrite) -> Ruling {
    Ruling::kept_if(write.len == 0)
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            client write "" -> ok
            server read -> eof"#,
        good: r#"
            client write "" -> ok
            client write "a" -> ok
            server read -> "a""#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            client writev -> ok
            server read -> """#,
        good: r#"
            client writev -> ok
            client writev "" "a" -> ok
            server read -> "a""#,
    },
];

const EXCUSES: &[Excuse] = &[Excuse {
    why: "the EOF has a cause of its own",
    contracts: ALL,
    history: r#"
            client write "" -> ok
            client shutdown write -> done
            server read -> eof"#,
}];
