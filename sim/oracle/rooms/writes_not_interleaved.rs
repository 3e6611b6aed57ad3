//! Judges `writes-not-interleaved`: do writes that overlap stay whole, where they must?

use super::scope::writes_stay_whole;
use crate::oracle::events::{BegunWrite, WrongBytes};
use crate::oracle::rooms::stream_prefix::broken;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

const INTERLEAVE: &[&str] = &["v1", "classic", "modern", "strict", "mirage-tcpip", "posix", "relay"];

pub(super) const ABOUT: About = About {
    statement: "Writes that overlap mix no more than the contract lets them: byte by byte, or each in one piece.",
    source: "the interface documents are silent; POSIX write(2) on pipes keeps small writes whole",
    premise: "bytes of a write that overlaps another are read, where writes stay whole",
    parameters: &["concurrent_writes"],
    breakable: writes_stay_whole,
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::WritesNotInterleaved, Section::Safety, Level::BothEnds)
};

/// The bytes would fit if overlapping writes could mix.
pub(in crate::oracle) fn wrong_bytes(scene: &Scene<'_>, read: &WrongBytes<'_>) -> Ruling {
    match read.evidence.is_mixed && scene.flow.streams[scene.end.peer()].has_overlap() {
        true => broken(scene, read),
        false => Ruling::Moot,
    }
}

/// A write begins: does it overlap another?
#[inline]
pub(in crate::oracle) fn begun_write(scene: &Scene<'_>, write: &BegunWrite) -> Ruling {
    Ruling::kept_if(scene.me().pending.writes() > 0 && write.len > 0)
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: &["pipe", "modern,concurrent_writes=whole"],
        bad: r#"
            client call 1 write "aa"
            client call 2 write "bb"
            client return 1 ok
            client return 2 ok
            server read -> "abab""#,
        good: r#"
            client call 1 write "aa"
            client call 2 write "bb"
            client return 1 ok
            client return 2 ok
            server read -> "bbaa""#,
    },
    Example {
        contracts: &["pipe", "modern,concurrent_writes=whole"],
        bad: r#"
            client call 1 write "abcdef"
            client call 2 write "uvwxyz"
            server read -> "ab"
            server read -> "uv"
            server read -> "cdef"
            server read -> "wxyz"
            client return 1 ok
            client return 2 ok"#,
        good: r#"
            client call 1 write "abcdef"
            client call 2 write "uvwxyz"
            server read -> "ab"
            server read -> "cdefuv"
            server read -> "wxyz"
            client return 1 ok
            client return 2 ok"#,
    },
    Example {
        contracts: &["pipe", "modern,concurrent_writes=whole"],
        bad: r#"
            client call 1 write "abcdef"
            client call 2 write "ucvw"
            server read -> "ab"
            server read -> "ucvw""#,
        good: r#"
            client call 1 write "abcdef"
            client call 2 write "ucvw"
            server read -> "ucvw"
            server read -> "ab""#,
    },
];

const EXCUSES: &[Excuse] = &[Excuse {
    why: "overlapping writes may mix byte by byte",
    contracts: INTERLEAVE,
    history: r#"
            client call 1 write "aa"
            client call 2 writev "b" "c"
            client return 1 ok
            client return 2 ok
            server read -> "abac""#,
}];
