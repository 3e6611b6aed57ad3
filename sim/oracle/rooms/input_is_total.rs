//! Judges `input-is-total`: did anything panic?

use super::scope::ALL;
use crate::oracle::events::{BadSegment, Panicked};
use crate::oracle::fact::fact;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "No input, whatever its bytes and the connection's state, makes a stack panic or touches another flow. What has a bad \
                    checksum or a malformed header is dropped.",
    source: "metrics-mirage Tcp.S, input; RFC 9293 §3.1 (MUST-3, MUST-7)",
    premise: "a segment that is malformed, corrupted or injected is on its way, or a call panics",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::InputIsTotal, Section::Connections, Level::Segments)
};

/// It is on its way: whatever it does, nothing may panic.
pub(in crate::oracle) fn bad_segment(_: &Scene<'_>, _: &BadSegment) -> Ruling {
    Ruling::Kept
}

pub(in crate::oracle) fn panicked(scene: &Scene<'_>, call: &Panicked<'_>) -> Ruling {
    let (end, asked) = (scene.end, call.pending.asked.word());
    let said = match call.said {
        "" => fact!("the {end}'s {call} panicked", end, call = asked),
        said => fact!("the {end}'s {call} panicked: {said}", end, call = asked, said = said.to_owned()),
    };
    Ruling::broken(&[call.pending.called], said)
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client segment injected A seq 100 ack 500 win 9 len 9
            server read -> panic"#,
        good: r#"
            records network segments
            client segment injected R seq 7
            client write "a" -> ok
            server read -> "a""#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            client write "a" -> panic"#,
        good: r#"
            records network segments
            client segment sent PA seq 100 ack 500 win 9 len 1 id 1
            client segment corrupted PA seq 100 ack 500 win 9 len 1 id 1
            client write "a" -> ok"#,
    },
];

const EXCUSES: &[Excuse] = &[Excuse {
    why: "a corrupted segment is dropped, and comes again",
    contracts: ALL,
    history: r#"
            records network segments
            client write "a" -> ok
            client segment sent PA seq 100 ack 500 win 9 len 1 id 1
            client segment corrupted PA seq 100 ack 500 win 9 len 1 id 1
            client segment delivered PA seq 100 ack 500 win 9 len 1 id 1
            1s client segment passes PA seq 100 ack 500 win 9 len 1
            server segment passes A seq 500 ack 101 win 9
            server read -> "a""#,
}];
