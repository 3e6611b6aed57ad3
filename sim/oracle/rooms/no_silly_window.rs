//! Judges `no-silly-window`: does a window open by enough to be worth a segment?

use super::scope::ALL;
use crate::oracle::events::SentSegment;
use crate::oracle::fact::{Value, fact};
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};
use crate::wire::Seq;

pub(super) const ABOUT: About = About {
    statement: "A bare segment that acknowledges nothing new neither opens a closed window by less than the smaller of the MSS and half \
                    the largest window ever offered, nor, sent without having been asked, moves the window's edge by less.",
    source: "RFC 9293 §3.8.6.2.2 (MUST-39); RFC 1122 §4.2.3.3",
    premise: "a bare segment that acknowledges nothing new offers more than the one before",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::NoSillyWindow, Section::Wire, Level::Segments)
};

#[inline]
pub(in crate::oracle) fn sent(scene: &Scene<'_>, sent: &SentSegment<'_>) -> Ruling {
    let segment = sent.segment;
    let (Some(edge), Some((before, line))) = (sent.offers, sent.own.offered()) else { return Ruling::Moot };
    if !edge.is_after(before) || sent.takes_numbers() || !acknowledges_no_more(scene, segment.ack) {
        return Ruling::Moot;
    }
    let was_closed = before == segment.ack;
    if !was_closed && !sent.own.is_unasked() || !sent.far.tells_fates() {
        return Ruling::Moot;
    }
    let Some(size) = sent.far.terms().size else { return Ruling::Moot };
    let least = size.min(sent.own.largest() / 2);
    // A field that is shifted may be rounded down.
    let moved = edge.since(before) + (1 << sent.own.terms().shift) - 1;
    if moved >= least {
        return Ruling::Kept;
    }
    let fact = fact!(
        "the {end} opened its window by {moved}, where less than {least} is not worth a segment",
        end = scene.end,
        moved = Value::bytes(edge.since(before)),
        least = Value::bytes(least)
    );
    Ruling::broken(&[scene.earlier(line)], fact)
}

/// Did the segment before acknowledge as much?
fn acknowledges_no_more(scene: &Scene<'_>, ack: Seq) -> bool {
    scene.flow.tracks().of(scene.end).ack == Some(ack)
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client segment passes S seq 100 win 9000 opts mss=1000
            server segment passes SA seq 300 ack 101 win 9000 opts mss=1000
            client segment passes A seq 101 ack 301 win 9000 len 2
            server segment passes A seq 301 ack 103 win 1000
            client segment passes A seq 103 ack 301 win 9000 len 1000
            server segment passes A seq 301 ack 1103 win 0
            client segment passes A seq 1103 ack 301 win 9000 len 1
            server segment passes A seq 301 ack 1103 win 499"#,
        good: r#"
            records network segments
            client segment passes S seq 100 win 9000 opts mss=1000
            server segment passes SA seq 300 ack 101 win 9000 opts mss=1000
            client segment passes A seq 101 ack 301 win 9000 len 2
            server segment passes A seq 301 ack 103 win 1000
            client segment passes A seq 103 ack 301 win 9000 len 1000
            server segment passes A seq 301 ack 1103 win 0
            client segment passes A seq 1103 ack 301 win 9000 len 1
            server segment passes A seq 301 ack 1103 win 500"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client segment passes S seq 100 win 9000 opts mss=1000
            server segment passes SA seq 300 ack 101 win 9000 opts mss=1000
            client segment passes A seq 101 ack 301 win 9000 len 2
            server segment passes A seq 301 ack 103 win 1000
            server segment passes A seq 301 ack 103 win 1499"#,
        good: r#"
            records network segments
            client segment passes S seq 100 win 9000 opts mss=1000
            server segment passes SA seq 300 ack 101 win 9000 opts mss=1000
            client segment passes A seq 101 ack 301 win 9000 len 2
            server segment passes A seq 301 ack 103 win 1000
            server segment passes A seq 301 ack 103 win 1500"#,
    },
];

const EXCUSES: &[Excuse] = &[Excuse {
    why: "an answer tells the window as it is, where that was not closed",
    contracts: ALL,
    history: r#"
            records network segments
            client segment passes S seq 100 win 9000 opts mss=1000
            server segment passes SA seq 300 ack 101 win 9000 opts mss=1000
            client segment passes A seq 101 ack 301 win 9000 len 2
            server segment passes A seq 301 ack 103 win 1000
            client segment passes A seq 101 ack 301 win 9000
            server segment passes A seq 301 ack 103 win 1001"#,
}];
