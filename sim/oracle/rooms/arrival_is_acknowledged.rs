//! Judges `arrival-is-acknowledged`: is what arrived in sequence answered in time?

use super::scope::ALL;
use crate::oracle::events::{ArrivedSegment, Unheeded};
use crate::oracle::fact::fact;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "Data or a FIN that arrives in sequence draws an acknowledgement of what was taken of it, or a reset, within half a \
                    second; a FIN that comes again in TIME-WAIT draws one at once.",
    source: "RFC 9293 §3.8.6.3 (MUST-58), §3.10.7.4 (TIME-WAIT); measured: stacks that never answer a FIN",
    premise: "data or a FIN arrives in sequence, or a FIN again in TIME-WAIT",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::ArrivalIsAcknowledged, Section::Wire, Level::Segments)
};

/// A segment arrives that brings something.
#[inline]
pub(in crate::oracle) fn arrived(_: &Scene<'_>, segment: &ArrivedSegment) -> Ruling {
    Ruling::kept_if(segment.brings)
}

/// No answer has been sent in time.
pub(in crate::oracle) fn unheeded(scene: &Scene<'_>, unheeded: &Unheeded) -> Ruling {
    let me = scene.me();
    let gone = me.life.is_gone() || me.is_void() || scene.flow.tracks().end(scene.end).has_reset();
    if gone || scene.flow.is_unopened() || scene.flow.is_untaken(scene.end) {
        return Ruling::Moot;
    }
    let t = unheeded.arrived.t;
    Ruling::broken(&[], fact!("the {end} never answered what arrived in sequence at {t}", end = scene.end, t))
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 9000
            client write "ab" -> ok
            client segment passes A seq 101 ack 301 win 9000 len 2
            600ms client segment passes A seq 101 ack 301 win 9000 len 2"#,
        good: r#"
            records network segments
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 9000
            client write "ab" -> ok
            client segment passes A seq 101 ack 301 win 9000 len 2
            500ms server segment passes A seq 301 ack 103 win 9000"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 9000
            client shutdown write -> done
            client segment passes FA seq 101 ack 301 win 9000
            quiet"#,
        good: r#"
            records network segments
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 9000
            client shutdown write -> done
            client segment passes FA seq 101 ack 301 win 9000
            server segment passes R seq 301
            quiet"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "what lies beyond a hole is answered by what the stack likes",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 9000
            client write "ab" -> ok
            client segment passes A seq 102 ack 301 win 9000 len 1
            2s client segment passes A seq 102 ack 301 win 9000 len 1"#,
    },
    Excuse {
        why: "the host has crashed",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 9000
            client write "ab" -> ok
            client segment passes A seq 101 ack 301 win 9000 len 2
            env crash server by fault
            quiet"#,
    },
];
