//! Judges `one-reader-per-byte`: do reads that overlap share the stream?

use super::scope::reads_may_overlap;
use crate::contract::ConcurrentReads;
use crate::oracle::Stamp;
use crate::oracle::events::{ReadData, ReadReturn, WrongBytes};
use crate::oracle::evidence::Flaw;
use crate::oracle::fact::{Value, fact};
use crate::oracle::rooms::stream_prefix::broken;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::rules::{About, Example, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "Reads that overlap share the stream: each byte goes to exactly one of them, and put into some order (where reads queue: \
                    the order of the calls) they give the stream.",
    source: "the interface documents are silent; mirage-tcpip 9.0.1 queues readers; POSIX read(2)",
    premise: "a read that overlaps another returns data",
    parameters: &["concurrent_reads"],
    breakable: reads_may_overlap,
    examples: EXAMPLES,
    ..About::new(Rule::OneReaderPerByte, Section::Safety, Level::BothEnds)
};

#[inline]
pub(in crate::oracle) fn read_data(scene: &Scene<'_>, read: &ReadData<'_>) -> Ruling {
    if let Some(eof) = overtaking_eof(scene, read) {
        return behind_eof(scene, read, eof);
    }
    let overlaps = scene.me().pending.reads() > 0 || scene.flow.streams[scene.end.peer()].overlaps(read.called());
    Ruling::kept_if(overlaps)
}

/// Where reads queue: the clean EOF of a read that stood before this one in line.
#[inline]
fn overtaking_eof(scene: &Scene<'_>, read: &ReadData<'_>) -> Option<Stamp> {
    let me = scene.me();
    let (called, eof) = (me.reading.clean_eof_called()?, me.reading.clean_eof()?);
    let in_line = me.contract.concurrent_reads == ConcurrentReads::Fifo && (called.seq..eof.seq).contains(&read.called());
    in_line.then_some(eof)
}

#[cold]
fn behind_eof(scene: &Scene<'_>, read: &ReadData<'_>, eof: Stamp) -> Ruling {
    let said = fact!(
        "the {end}'s read returned {bytes}, but a read that stands before it in line had got the end of the stream at {t}",
        end = scene.end,
        bytes = Value::bytes(read.len),
        t = eof.t
    );
    Ruling::broken(&[eof, read.pending.called], said)
}

/// Where reads queue, it was overtaken; or a read that overlapped it returned the same bytes.
pub(in crate::oracle) fn wrong_bytes(scene: &Scene<'_>, read: &WrongBytes<'_>) -> Ruling {
    let evidence = &read.evidence;
    let is_shared = || scene.flow.streams[scene.end.peer()].was_read_since(read.pending.called.seq, evidence.rest);
    match evidence.flaw == Flaw::Overtaken || evidence.gap.is_none() && is_shared() {
        true => broken(scene, read),
        false => Ruling::Moot,
    }
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: &["v1", "classic", "modern", "strict", "mirage-tcpip", "posix", "pipe", "relay"],
        bad: r#"
            client write "ab" -> ok
            server call 1 read
            server call 2 read
            server return 1 "a"
            server return 2 "a""#,
        good: r#"
            client write "ab" -> ok
            server call 1 read
            server call 2 read
            server return 1 "a"
            server return 2 "b""#,
    },
    Example {
        contracts: &["mirage-tcpip", "modern,concurrent_reads=fifo"],
        bad: r#"
            client write "ab" -> ok
            server call 1 read
            server call 2 read
            server return 2 "a"
            server return 1 "b""#,
        good: r#"
            client write "ab" -> ok
            server call 1 read
            server call 2 read
            server return 2 "b"
            server return 1 "a""#,
    },
    Example {
        contracts: &["mirage-tcpip", "modern,concurrent_reads=fifo"],
        bad: r#"
            client call 1 write "a"
            client call 2 shutdown write
            server call 1 read
            server call 2 read
            server return 1 eof
            client return 1 ok
            server return 2 "a"
            client return 2 done"#,
        good: r#"
            client call 1 write "a"
            client call 2 shutdown write
            server call 1 read
            server call 2 read
            server return 1 "a"
            client return 1 ok
            server return 2 eof
            client return 2 done"#,
    },
];
