//! Judges `no-reset-to-reset`: does a segment answer a reset?

use super::scope::ALL;
use crate::oracle::events::{ArrivedSegment, SentSegment};
use crate::oracle::fact::fact;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::track::Spur;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};
use crate::wire::Segment;

pub(super) const ABOUT: About = About {
    statement: "A reset is not answered by a reset.",
    source: "RFC 9293 §3.5.2 and §3.10.7.1",
    premise: "a reset arrives",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::NoResetToReset, Section::Wire, Level::Segments)
};

#[inline]
pub(in crate::oracle) fn arrived(_: &Scene<'_>, segment: &ArrivedSegment) -> Ruling {
    Ruling::kept_if(segment.resets)
}

#[inline]
pub(in crate::oracle) fn sent(scene: &Scene<'_>, sent: &SentSegment<'_>) -> Ruling {
    sent.own.spur().map_or(Ruling::Moot, |spur| judge(scene, sent.segment, spur))
}

#[cold]
fn judge(scene: &Scene<'_>, segment: &Segment, spur: &Spur) -> Ruling {
    if !spur.is_answered_by(segment, scene.at.t) {
        return Ruling::Moot;
    }
    let what = if segment.flags.rst() { "a reset" } else { "an acknowledgement" };
    Ruling::broken(&[scene.earlier(spur.line)], fact!("the {end} answered a reset with {what}", end = scene.end, what))
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            5ms client segment delivered RA seq 100 ack 7
            5ms server segment sent R seq 7"#,
        good: r#"
            records network segments
            5ms client segment delivered A seq 100 ack 7
            5ms server segment passes R seq 7"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            9ms client segment delivered R seq 101
            9ms server segment sent A seq 301 ack 101"#,
        good: r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            9ms client segment delivered R seq 102
            9ms server segment sent A seq 301 ack 101"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "the caller gives up in the same instant",
        contracts: ALL,
        history: r#"
            records network segments
            5ms client segment delivered RA seq 100 ack 7
            5ms server call 1 disconnect
            5ms server segment sent R seq 7
            5ms server return 1 done"#,
    },
    Excuse {
        why: "the answer is to what arrived with the reset",
        contracts: ALL,
        history: r#"
            records network segments
            5ms client segment delivered A seq 100 ack 7 len 3
            5ms client segment delivered RA seq 103 ack 7
            5ms server segment sent R seq 7"#,
    },
    Excuse {
        why: "a reset in the window, but not at the number expected, is challenged",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            client segment passes A seq 101 ack 301 len 5
            9ms client segment delivered R seq 106
            9ms server segment sent A seq 301 ack 106"#,
    },
    Excuse {
        why: "time has passed: the reset was ignored, and this one has a cause of its own",
        contracts: ALL,
        history: r#"
            records network segments
            5ms client segment delivered RA seq 100 ack 7
            6ms server segment sent R seq 7"#,
    },
];
