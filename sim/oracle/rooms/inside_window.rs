//! Judges `inside-window`: does data stay inside the window that reached its sender, and within the segment size?

use super::scope::ALL;
use crate::oracle::events::SentSegment;
use crate::oracle::fact::{Value, fact};
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};
use crate::wire::Seq;

pub(super) const ABOUT: About = About {
    statement: "A sender stays inside the window that reached it last, and within the segment size, window probes of one octet and \
                    what is sent again after the window shrank apart.",
    source: "RFC 9293 §3.7.1, §3.8.6 (MUST-34) and §3.8.6.1",
    premise: "data is sent under a window that is known",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::InsideWindow, Section::Wire, Level::Segments)
};

#[inline]
pub(in crate::oracle) fn sent(scene: &Scene<'_>, sent: &SentSegment<'_>) -> Ruling {
    let (own, segment, terms) = (sent.own, sent.segment, sent.own.terms());
    if segment.data_len() == 0 || segment.flags.syn() || own.sent().syn.is_none() || !terms.known {
        return Ruling::Moot;
    }
    let (Some(size), limit) = (terms.size, own.limit()) else { return Ruling::Moot };
    if segment.data_len() > size {
        return too_large(scene, sent, size);
    }
    match limit {
        Some((edge, line)) if is_beyond(sent, edge) => beyond(scene, sent, edge, line),
        _ => Ruling::kept_if(limit.is_some()),
    }
}

/// What was sent before may lie outside a window that has shrunk since, and one octet is a probe.
#[inline]
fn is_beyond(sent: &SentSegment<'_>, edge: Seq) -> bool {
    let segment = sent.segment;
    let is_probe = segment.data_len() == 1 && segment.seq == edge;
    segment.data_end().is_after(edge) && !is_probe && sent.own.sent().fresh(segment) > 0
}

#[cold]
fn too_large(scene: &Scene<'_>, sent: &SentSegment<'_>, size: u32) -> Ruling {
    let bytes = Value::bytes(sent.segment.data_len());
    let because = sent.own.limit().filter(|(edge, _)| is_beyond(sent, *edge)).map(|(_, line)| scene.earlier(line));
    Ruling::broken(because.as_slice(), fact!("the {end} sent {bytes} in one segment; its peer takes {size}", end = scene.end, bytes, size))
}

#[cold]
fn beyond(scene: &Scene<'_>, sent: &SentSegment<'_>, edge: Seq, line: u64) -> Ruling {
    let sent_to = sent.segment.data_end();
    let fact = fact!(
        "the {end} sent up to sequence number {number}, {bytes} beyond the window, which ends at {edge}",
        end = scene.end,
        number = sent.own.relative(sent_to),
        bytes = Value::bytes(sent_to.since(edge)),
        edge = sent.own.relative(edge)
    );
    Ruling::broken(&[scene.earlier(line)], fact)
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client segment passes S seq 100 win 9000 opts mss=1000
            server segment passes SA seq 300 ack 101 win 10 opts mss=1000
            client segment sent A seq 101 ack 301 win 9000 len 11"#,
        good: r#"
            records network segments
            client segment passes S seq 100 win 9000 opts mss=1000
            server segment passes SA seq 300 ack 101 win 10 opts mss=1000
            client segment sent A seq 101 ack 301 win 9000 len 10
            client segment sent A seq 111 ack 301 win 9000 len 1"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client segment passes S seq 100 win 9000 opts mss=1000
            server segment passes SA seq 300 ack 101 win 9000 opts mss=500
            client segment sent A seq 101 ack 301 win 9000 len 501"#,
        good: r#"
            records network segments
            client segment passes S seq 100 win 9000 opts mss=1000
            server segment passes SA seq 300 ack 101 win 9000 opts mss=500
            client segment sent A seq 101 ack 301 win 9000 len 500
            server segment sent A seq 301 ack 101 win 9000 len 1000"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client segment passes S seq 100 win 10 opts mss=1000,ws=1
            server segment passes SA seq 300 ack 101 win 10 opts mss=1000,ws=2
            client segment passes A seq 101 ack 301 win 10
            server segment sent A seq 301 ack 101 win 10 len 21"#,
        good: r#"
            records network segments
            client segment passes S seq 100 win 10 opts mss=1000,ws=1
            server segment passes SA seq 300 ack 101 win 10 opts mss=1000,ws=2
            client segment passes A seq 101 ack 301 win 10
            server segment sent A seq 301 ack 101 win 10 len 20"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "a window update came before the segment that was sent earlier",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 100 win 9000 opts mss=1000
            server segment passes SA seq 300 ack 101 win 10 opts mss=1000
            server segment delivered A seq 301 ack 101 win 20
            server segment delivered A seq 301 ack 101 win 10
            client segment sent A seq 101 ack 301 win 9000 len 20"#,
    },
    Excuse {
        why: "what was sent before is sent again after the window shrank",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 100 win 9000 opts mss=1000
            server segment passes SA seq 300 ack 101 win 20 opts mss=1000
            client segment sent A seq 101 ack 301 win 9000 len 20
            server segment delivered A seq 301 ack 101 win 0
            client segment sent A seq 101 ack 301 win 9000 len 20"#,
    },
    Excuse {
        why: "one octet probes a closed window, again and again",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 100 win 9000 opts mss=1000
            server segment passes SA seq 300 ack 101 win 0 opts mss=1000
            client segment sent A seq 101 ack 301 win 9000 len 1
            client segment sent A seq 101 ack 301 win 9000 len 1"#,
    },
    Excuse {
        why: "the FIN is no data",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 100 win 9000 opts mss=1000
            server segment passes SA seq 300 ack 101 win 4 opts mss=1000
            client segment sent FA seq 101 ack 301 win 9000 len 4"#,
    },
    Excuse {
        why: "the recording shows no options: windows may be scaled, and segments large",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 500
            client segment sent A seq 101 ack 301 win 9000 len 1400"#,
    },
    Excuse {
        why: "the recording begins in the middle",
        contracts: ALL,
        history: r#"
            records network segments
            server segment passes A seq 300 ack 101 win 5
            client segment sent A seq 101 ack 301 win 9000 len 1400"#,
    },
    Excuse {
        why: "both ends open at the same time",
        contracts: ALL,
        history: r#"
            records network segments
            client segment sent S seq 100 win 50 opts mss=1000
            server segment sent S seq 300 win 60 opts mss=1000
            client segment delivered S seq 100 win 50 opts mss=1000
            server segment delivered S seq 300 win 60 opts mss=1000
            client segment passes SA seq 100 ack 301 win 50 opts mss=1000
            server segment passes SA seq 300 ack 101 win 60 opts mss=1000
            client segment sent A seq 101 ack 301 win 50 len 60
            server segment sent A seq 301 ack 101 win 60 len 50"#,
    },
    Excuse {
        why: "the server answers in the window of the SYN itself",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 100 win 50 opts mss=1000,ws=7
            server segment sent SA seq 4294967295 ack 101 win 60 opts mss=1000,ws=7
            server segment sent A seq 0 ack 101 win 60 len 50"#,
    },
];
