//! Judges `one-fin`: does a FIN stand where the first one stood?

use super::scope::ALL;
use crate::oracle::events::SentSegment;
use crate::oracle::fact::fact;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::track::Misplaced;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A connection's end has one FIN. Sent again, it stands at the same sequence number.",
    source: "RFC 9293 §3.10.4 (a second CLOSE sends no second FIN); measured: two closes at a time that send two",
    premise: "an end sends a FIN",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::OneFin, Section::Wire, Level::Segments)
};

#[inline]
pub(in crate::oracle) fn sent(scene: &Scene<'_>, sent: &SentSegment<'_>) -> Ruling {
    if !sent.segment.flags.fin() {
        return Ruling::Moot;
    }
    let Some(Misplaced::Second { first, line }) = sent.own.sent().misplaced(sent.segment, scene.header.simulated) else {
        return Ruling::Kept;
    };
    let [number, first] = [sent.segment.data_end(), first].map(|number| sent.own.relative(number));
    let fact = fact!("the {end} sent a second FIN, at sequence number {number}; its first was at {first}", end = scene.end, number, first);
    Ruling::broken(&[scene.earlier(line)], fact)
}

const EXAMPLES: &[Example] = &[Example {
    contracts: ALL,
    bad: r#"
            records network segments
            client segment sent FA seq 100 ack 1
            client segment sent FA seq 101 ack 1"#,
    good: r#"
            records network segments
            client segment sent FA seq 100 ack 1
            client segment dropped FA seq 100 ack 1
            client segment sent FA seq 100 ack 1"#,
}];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "the same FIN goes out again",
        contracts: ALL,
        history: r#"
            records network segments
            client segment sent FA seq 100 ack 1
            client segment sent FA seq 100 ack 2"#,
    },
    Excuse {
        why: "a new connection has a FIN of its own",
        contracts: ALL,
        history: r#"
            records network segments
            client segment sent FA seq 100 ack 1
            client segment sent S seq 5000
            client segment sent FA seq 5001 ack 1"#,
    },
    Excuse {
        why: "the FIN goes out again with the data before it",
        contracts: ALL,
        history: r#"
            records network segments
            client segment sent A seq 4294967290 ack 1 len 8
            client segment sent FA seq 2 ack 1
            client segment sent FA seq 4294967294 ack 1 len 4"#,
    },
    Excuse {
        why: "the second one belongs to a new connection",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 100
            client segment sent FA seq 101 ack 1
            server segment passes R seq 1
            client segment sent S seq 5000
            client segment sent FA seq 5001 ack 1"#,
    },
    Excuse {
        why: "a reset has any number",
        contracts: ALL,
        history: r#"
            records network segments
            client segment sent FA seq 100 ack 1
            client segment sent RA seq 200 ack 1"#,
    },
];
