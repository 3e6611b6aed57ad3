//! Judges `fin-after-data`: does the FIN stand right behind the last byte, and no byte behind the FIN?

use super::scope::ALL;
use crate::oracle::events::SentSegment;
use crate::oracle::fact::{Fact, fact};
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::track::Misplaced;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "The FIN comes right after the last byte: an end sends no data at or beyond it.",
    source: "RFC 9293 §3.4 and §3.6: the FIN has the sequence number behind the last byte",
    premise: "an end sends data and a FIN",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::FinAfterData, Section::Wire, Level::Segments)
};

#[inline]
pub(in crate::oracle) fn sent(scene: &Scene<'_>, sent: &SentSegment<'_>) -> Ruling {
    let (own, carries) = (sent.own.sent(), sent.segment.data_len() > 0);
    if !sent.segment.flags.fin() && (own.fin.is_none() || !carries) {
        return Ruling::Moot;
    }
    match own.misplaced(sent.segment, scene.header.simulated) {
        None | Some(Misplaced::Second { .. }) => Ruling::kept_if(carries || own.has_data),
        Some(Misplaced::Behind { fin, line }) => {
            Ruling::broken(&[scene.earlier(line)], misplaced(scene, sent, Misplaced::Behind { fin, line }))
        }
        Some(wrong) => Ruling::broken(&[], misplaced(scene, sent, wrong)),
    }
}

fn misplaced(scene: &Scene<'_>, sent: &SentSegment<'_>, wrong: Misplaced) -> Fact {
    let (end, own) = (scene.end, sent.own);
    let number = own.relative(sent.segment.data_end());
    match wrong {
        Misplaced::Early { next } => {
            let next = own.relative(next);
            fact!("the {end} sent its FIN at sequence number {number}, but had sent data up to {next}", end, number, next)
        }
        Misplaced::Late { next } => {
            let next = own.relative(next);
            fact!("the {end} sent its FIN at sequence number {number}, but had sent nothing beyond {next}", end, number, next)
        }
        Misplaced::Behind { fin, .. } | Misplaced::Second { first: fin, .. } => {
            let fin = own.relative(fin);
            fact!("the {end} sent up to sequence number {number}, but its FIN is at {fin}", end, number, fin)
        }
    }
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client segment sent FA seq 100 ack 1
            client segment sent A seq 101 ack 1 len 1"#,
        good: r#"
            records network segments
            client segment sent A seq 100 ack 1 len 1
            client segment sent FA seq 101 ack 1
            client segment sent A seq 100 ack 1 len 1"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client segment sent FA seq 4294967295 ack 1
            client segment sent A seq 4294967295 ack 1 len 2"#,
        good: r#"
            records network segments
            client segment sent A seq 4294967295 ack 1 len 2
            client segment sent FA seq 1 ack 1
            client segment sent A seq 4294967295 ack 1 len 2"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            simulated
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 9000
            client segment passes A seq 101 ack 301 win 9000 len 2
            client segment sent FA seq 104 ack 301 win 9000"#,
        good: r#"
            records network segments
            simulated
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 9000
            client segment passes A seq 101 ack 301 win 9000 len 2
            client segment sent FA seq 103 ack 301 win 9000 len 1"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "the last bytes and the FIN go out again together",
        contracts: ALL,
        history: r#"
            records network segments
            client segment sent A seq 90 ack 1 len 10
            client segment sent FA seq 100 ack 1
            client segment sent FA seq 90 ack 1 len 10"#,
    },
    Excuse {
        why: "a keep-alive's garbage octet has the number of the FIN, which was acknowledged",
        contracts: ALL,
        history: r#"
            records network segments
            client segment sent FA seq 100 ack 1
            client segment sent A seq 100 ack 1 len 1"#,
    },
    Excuse {
        why: "all of this data lies before the FIN",
        contracts: ALL,
        history: r#"
            records network segments
            client segment sent FA seq 4294967295 ack 1 len 3
            client segment sent A seq 4294967295 ack 1 len 3
            client segment sent A seq 1 ack 1 len 1"#,
    },
];
