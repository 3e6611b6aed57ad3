//! Judges `window-not-shrunk`: does a window take back what was offered?

use super::scope::ALL;
use crate::oracle::events::SentSegment;
use crate::oracle::fact::fact;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::track::shrinks;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "The right edge of the window that an end offers does not move back, by more than the unit of its scale.",
    source: "RFC 9293 §3.8.6 (SHLD-14); RFC 7323 §2.4",
    premise: "an end sends two segments with windows that are known",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::WindowNotShrunk, Section::Wire, Level::Segments)
};

#[inline]
pub(in crate::oracle) fn sent(scene: &Scene<'_>, sent: &SentSegment<'_>) -> Ruling {
    let (Some(edge), Some((before, line))) = (sent.offers, sent.own.offered()) else { return Ruling::Moot };
    if !shrinks(before, edge, sent.own.terms().shift) {
        return Ruling::Kept;
    }
    let [edge, before] = [edge, before].map(|number| sent.far.relative(number));
    let fact = fact!("the {end} offered a window up to sequence number {edge}, after one up to {before}", end = scene.end, edge, before);
    Ruling::broken(&[scene.earlier(line)], fact)
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client segment passes S seq 100 win 50 opts mss=1000
            server segment passes SA seq 300 ack 101 win 50 opts mss=1000
            client segment sent A seq 101 ack 301 win 50
            client segment sent A seq 101 ack 301 win 48"#,
        good: r#"
            records network segments
            client segment passes S seq 100 win 50 opts mss=1000
            server segment passes SA seq 300 ack 101 win 50 opts mss=1000
            client segment sent A seq 101 ack 301 win 50
            server segment passes A seq 301 ack 101 win 50 len 20
            client segment sent A seq 101 ack 321 win 30"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client segment passes S seq 100 win 50 opts ws=3
            server segment passes SA seq 300 ack 101 win 50 opts ws=0
            client segment sent A seq 101 ack 301 win 50
            client segment sent A seq 101 ack 301 win 48"#,
        good: r#"
            records network segments
            client segment passes S seq 100 win 50 opts ws=3
            server segment passes SA seq 300 ack 101 win 50 opts ws=0
            client segment sent A seq 101 ack 301 win 50
            client segment sent A seq 101 ack 301 win 49"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "nothing comes behind the peer's FIN",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 100 win 50 opts mss=1000
            server segment passes SA seq 300 ack 101 win 50 opts mss=1000
            client segment sent A seq 101 ack 301 win 50
            server segment passes FA seq 301 ack 101 win 50
            client segment sent A seq 101 ack 302 win 0"#,
    },
    Excuse {
        why: "an end that has closed for good takes nothing any more",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 100 win 50 opts mss=1000
            server segment passes SA seq 300 ack 101 win 50 opts mss=1000
            client segment sent A seq 101 ack 301 win 50
            client shutdown read_write -> done
            client segment sent A seq 101 ack 301 win 0"#,
    },
    Excuse {
        why: "the window of the SYN was not scaled, and was larger than what can be said with scale",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 100 win 65535 opts ws=14
            server segment passes SA seq 300 ack 101 win 65535 opts ws=14
            client segment passes A seq 101 ack 301 win 3
            server segment sent A seq 301 ack 101 win 3"#,
    },
    Excuse {
        why: "the recording shows no options: it may be scaled",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 9000
            client segment sent A seq 101 ack 301 win 500
            client segment sent A seq 101 ack 301 win 400"#,
    },
];
