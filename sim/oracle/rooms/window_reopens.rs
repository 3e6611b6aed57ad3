//! Judges `window-reopens`: does a writer go on once its peer has read what filled the window?

use super::scope::{ALL, NOT_FLUSHED};
use crate::oracle::events::ArrivedSegment;
use crate::oracle::fact::fact;
use crate::oracle::rooms::{delivery, eof_arrives, write_resolves};
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::waiting::{Due, Waiting};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A writer that met a zero window goes on when the reader has made room, even if the news of it was lost.",
    source: "RFC 9293 §3.8.6.1 (MUST-35 to MUST-37)",
    premise: "a writer learns that a closed window is open again; or all is quiet while one is closed, and the peer reads",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::WindowReopens, Section::Liveness, Level::Segments)
};

/// The writer learns that the window is open again.
#[inline]
pub(in crate::oracle) fn arrived(_: &Scene<'_>, segment: &ArrivedSegment) -> Ruling {
    Ruling::kept_if(segment.opens)
}

/// What is owed waits at a window that is closed as far as its writer knows: that is what is wrong.
pub(in crate::oracle) fn stuck(call: &Waiting<'_>) -> Option<Due> {
    let writer = if call.is_read() { call.end.peer() } else { call.end };
    if !call.is_read() && !call.is_write() || !call.flow.tracks().meets_closed_window(writer) {
        return None;
    }
    let Due { because, why } = eof_arrives::stuck(call).or_else(|| delivery::stuck(call)).or_else(|| write_resolves::stuck(call))?;
    Some(Due { because, why: fact!("{why}, and the {writer} knows only of a closed window", why, writer) })
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client call 1 write "abcd"
            client segment passes PA seq 100 ack 500 win 9 len 2
            server segment passes A seq 500 ack 102 win 0
            server read -> "ab"
            server segment sent A seq 500 ack 102 win 2
            server segment dropped A seq 500 ack 102 win 2
            server call 2 read
            quiet"#,
        good: r#"
            records network segments
            client call 1 write "abcd"
            client segment passes PA seq 100 ack 500 win 9 len 2
            server segment passes A seq 500 ack 102 win 0
            server read -> "ab"
            server segment sent A seq 500 ack 102 win 2
            server segment dropped A seq 500 ack 102 win 2
            server call 2 read
            1s client segment passes A seq 102 ack 500 win 9 len 1
            server segment passes A seq 500 ack 103 win 1
            server return 2 "c"
            client segment passes PA seq 103 ack 500 win 9 len 1
            server segment passes A seq 500 ack 104 win 1
            client return 1 ok
            server call 3 read
            server return 3 "d"
            quiet"#,
    },
    Example {
        contracts: NOT_FLUSHED,
        bad: r#"
            records network segments
            client write "abcd" -> ok
            client segment passes PA seq 100 ack 500 win 9 len 2
            server segment passes A seq 500 ack 102 win 0
            server read -> "ab"
            server call 2 read
            quiet"#,
        good: r#"
            records network segments
            client write "abcd" -> ok
            client segment passes PA seq 100 ack 500 win 9 len 2
            server segment passes A seq 500 ack 102 win 0
            server read -> "ab"
            server segment passes A seq 500 ack 102 win 2
            server call 2 read
            client segment passes PA seq 102 ack 500 win 9 len 2
            server segment passes A seq 500 ack 104 win 2
            server return 2 "cd"
            quiet"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "nobody reads, so that it may stay closed",
        contracts: ALL,
        history: r#"
            records network segments
            client call 1 write "ab"
            client segment passes PA seq 100 ack 500 win 9 len 1
            server segment passes A seq 500 ack 101 win 0
            quiet"#,
    },
    Excuse {
        why: "a partition stands between the ends",
        contracts: ALL,
        history: r#"
            records network segments
            client call 1 write "ab"
            client segment passes PA seq 100 ack 500 win 9 len 1
            server segment passes A seq 500 ack 101 win 0
            env partition
            server read -> "a"
            server call 2 read
            quiet"#,
    },
];
