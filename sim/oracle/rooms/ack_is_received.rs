//! Judges `ack-is-received`: does an acknowledgement cover what arrived, and never go back?

use super::scope::ALL;
use crate::oracle::events::SentSegment;
use crate::oracle::fact::fact;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::track::Wrong;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "An acknowledgement covers what arrived in sequence and no more, SYN and FIN as one each, and never goes back.",
    source: "RFC 9293 §3.4 and §3.10.7.4",
    premise: "a segment with an acknowledgement is sent",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::AckIsReceived, Section::Wire, Level::Segments)
};

#[inline]
pub(in crate::oracle) fn sent(scene: &Scene<'_>, sent: &SentSegment<'_>) -> Ruling {
    match sent.sending.acknowledged {
        None => Ruling::Moot,
        Some(Err(wrong)) => misses(scene, sent, wrong),
        Some(Ok(())) if is_unheard(sent) => unheard(scene, sent),
        Some(Ok(())) => Ruling::Kept,
    }
}

/// No SYN has reached this end, where what becomes of its peer's segments is recorded, but it acknowledges more than that SYN.
#[inline]
fn is_unheard(sent: &SentSegment<'_>) -> bool {
    let begun_here = sent.own.sent().syn.is_some() || !sent.own.sent().spoke;
    let unheard = !sent.own.arrived().has_syn() && sent.far.tells_fates() && begun_here;
    unheard && sent.far.sent().syn.is_some_and(|syn| sent.segment.ack.is_after(syn))
}

#[cold]
fn unheard(scene: &Scene<'_>, sent: &SentSegment<'_>) -> Ruling {
    let ack = sent.far.relative(sent.segment.ack);
    Ruling::broken(&[], fact!("the {end} acknowledged up to sequence number {ack}, but no SYN had arrived", end = scene.end, ack))
}

#[cold]
fn misses(scene: &Scene<'_>, sent: &SentSegment<'_>, wrong: Wrong) -> Ruling {
    let (end, ack) = (scene.end, sent.far.relative(sent.segment.ack));
    let (line, fact) = match wrong {
        Wrong::Beyond { next, line } => {
            let next = sent.far.relative(next);
            let fact = fact!(
                "the {end} acknowledged up to sequence number {ack}, but only what lies before {next} had arrived in sequence",
                end,
                ack,
                next
            );
            (line, fact)
        }
        Wrong::Back { acked, line } => {
            let acked = sent.far.relative(acked);
            (line, fact!("the {end} acknowledged up to sequence number {ack}, after it had acknowledged up to {acked}", end, ack, acked))
        }
    };
    Ruling::broken(&[scene.earlier(line)], fact)
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client segment passes S seq 100
            server segment sent SA seq 300 ack 102"#,
        good: r#"
            records network segments
            client segment passes S seq 100
            server segment sent SA seq 300 ack 101"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            client segment dropped A seq 101 ack 301 len 10
            client segment passes A seq 111 ack 301 len 10
            server segment sent A seq 301 ack 121"#,
        good: r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            client segment dropped A seq 101 ack 301 len 10
            client segment passes A seq 111 ack 301 len 10
            server segment sent A seq 301 ack 101
            client segment passes A seq 101 ack 301 len 10
            server segment sent A seq 301 ack 121"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client segment passes S seq 4294967290
            server segment sent SA seq 300 ack 4294967291
            client segment passes A seq 4294967291 len 5
            client segment dropped FA seq 0
            server segment sent A seq 301 ack 1"#,
        good: r#"
            records network segments
            client segment passes S seq 4294967290
            server segment sent SA seq 300 ack 4294967291
            client segment passes A seq 4294967291 len 5
            client segment passes FA seq 0
            server segment sent A seq 301 ack 1"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            server segment sent A seq 301 ack 102
            server segment sent A seq 301 ack 101"#,
        good: r#"
            records network segments
            server segment sent A seq 301 ack 4294967295
            server segment sent A seq 301 ack 0"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "data that arrived beyond a hole counts once the hole is filled",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 4294967290
            client segment delivered A seq 10 len 5
            client segment delivered FA seq 15
            client segment delivered A seq 4294967291 len 20
            server segment sent A seq 301 ack 16"#,
    },
    Excuse {
        why: "acknowledgements overtake each other on the way, but were sent in order",
        contracts: ALL,
        history: r#"
            records network segments
            server segment sent A seq 301 ack 101
            server segment sent A seq 301 ack 111
            server segment delivered A seq 301 ack 111
            server segment delivered A seq 301 ack 101"#,
    },
    Excuse {
        why: "a SYN that comes again is acknowledged as far as the connection has got",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            client segment passes A seq 101 ack 301 len 5
            server segment sent A seq 301 ack 106
            client segment delivered S seq 100
            client segment delivered S seq 7000
            server segment sent A seq 301 ack 106"#,
    },
    Excuse {
        why: "a reset may acknowledge anything",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            server segment sent RA seq 0 ack 77"#,
    },
    Excuse {
        why: "an old SYN is answered, the answer is reset, and the right SYN is answered then",
        contracts: ALL,
        history: r#"
            records network segments
            client segment delivered S seq 9000
            server segment passes SA seq 300 ack 9001
            client segment passes R seq 301
            client segment passes S seq 100
            server segment sent SA seq 400 ack 101"#,
    },
    Excuse {
        why: "the client has begun anew; the server still answers from the connection before",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 5000
            server segment passes A seq 301 ack 101
            client segment passes R seq 101
            client segment passes S seq 5000
            server segment sent SA seq 900 ack 5001"#,
    },
    Excuse {
        why: "in TIME-WAIT the FIN that comes again is acknowledged again",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            client segment passes FA seq 101 ack 301
            server segment sent A seq 301 ack 102
            client segment delivered FA seq 101 ack 301
            server segment sent A seq 301 ack 102"#,
    },
    Excuse {
        why: "the connection opens again with the numbers of the last one",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            client segment passes A seq 101 ack 301 len 9
            server segment passes A seq 301 ack 110
            client segment passes R seq 110
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101"#,
    },
    Excuse {
        why: "what became of the client's segments was not recorded",
        contracts: ALL,
        history: r#"
            records network segments
            client segment sent S seq 100
            server segment sent SA seq 300 ack 101
            client segment sent A seq 101 ack 301 len 10
            server segment sent A seq 301 ack 111"#,
    },
];
