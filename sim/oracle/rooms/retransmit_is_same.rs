//! Judges `retransmit-is-same`: is what is sent again what it was?

use super::scope::ALL;
use crate::oracle::events::SentSegment;
use crate::oracle::fact::{Value, fact};
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::track::Change;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A sequence number carries the same byte whenever it is sent; the octet of a keep-alive probe may be anything.",
    source: "RFC 9293 §3.4 and §3.8.4",
    premise: "data is sent again, and what it was is recorded",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::RetransmitIsSame, Section::Wire, Level::Segments)
};

#[inline]
pub(in crate::oracle) fn sent(scene: &Scene<'_>, sent: &SentSegment<'_>) -> Ruling {
    match sent.own.sent().compare(sent.segment) {
        _ if sent.moved_from.is_some() => moved(scene, sent),
        (_, Some(change)) => changed(scene, sent, change),
        (known, None) => Ruling::kept_if(known > 0),
    }
}

/// A reset is sent: that it is a SYN too helps nothing.
pub(in crate::oracle) fn sent_reset(scene: &Scene<'_>, sent: &SentSegment<'_>) -> Ruling {
    if sent.moved_from.is_some() { moved(scene, sent) } else { Ruling::Moot }
}

/// A SYN that is sent again stands at another number.
#[cold]
fn moved(scene: &Scene<'_>, sent: &SentSegment<'_>) -> Ruling {
    let [seq, syn] = [Some(sent.segment.seq), sent.moved_from].map(|number| number.unwrap_or_default().0);
    Ruling::broken(&[], fact!("the {end} sent its SYN again at sequence number {seq}; it was at {syn}", end = scene.end, seq, syn))
}

/// A byte that is sent again is another one.
#[cold]
fn changed(scene: &Scene<'_>, sent: &SentSegment<'_>, change: Change) -> Ruling {
    let letter = |byte: u8| Value::from(char::from(byte).escape_default().to_string());
    let fact = fact!(
        "the {end} sent the byte of sequence number {at} again as '{now}'; it was '{was}'",
        end = scene.end,
        at = sent.own.relative(change.at),
        now = letter(change.now),
        was = letter(change.was)
    );
    Ruling::broken(&[scene.earlier(change.line)], fact)
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client segment sent A seq 1 ack 1 data "ab"
            client segment sent A seq 1 ack 1 data "ac""#,
        good: r#"
            records network segments
            client segment sent A seq 1 ack 1 data "abcd"
            client segment dropped A seq 1 ack 1 data "abcd"
            client segment sent A seq 1 ack 1 data "ab"
            client segment sent FA seq 3 ack 1 data "cdef""#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client segment sent A seq 4294967295 ack 1 data "abc"
            client segment sent A seq 0 ack 1 data "x""#,
        good: r#"
            records network segments
            client segment sent A seq 4294967295 ack 1 data "abc"
            client segment sent A seq 0 ack 1 data "b""#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client state CLOSED to SYN-SENT
            client segment sent S seq 100
            client segment sent S seq 200"#,
        good: r#"
            records network segments
            client state CLOSED to SYN-SENT
            client segment sent S seq 100
            client segment sent S seq 100
            client segment sent A seq 101 ack 1 data "ab"
            client segment sent A seq 101 ack 1 data "ab""#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "the octet of a keep-alive probe may be anything",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 100
            client segment passes A seq 101 ack 1 data "ab"
            server segment passes A seq 1 ack 103
            client segment sent A seq 102 ack 1 data "?""#,
    },
    Excuse {
        why: "another connection begins at the same number",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 100
            client segment sent A seq 101 ack 1 data "a"
            server segment passes R seq 1
            client segment passes S seq 100
            client segment sent A seq 101 ack 1 data "b""#,
    },
    Excuse {
        why: "a connection that failed to open is tried again",
        contracts: ALL,
        history: r#"
            records network segments
            client state CLOSED to SYN-SENT
            client segment passes S seq 100
            server segment passes RA seq 0 ack 101
            client state SYN-SENT to CLOSED
            client state CLOSED to SYN-SENT
            client segment sent S seq 200"#,
    },
    Excuse {
        why: "the contents of the first transmission are not known",
        contracts: ALL,
        history: r#"
            records network segments
            client segment sent A seq 1 ack 1 len 2
            client segment sent A seq 1 ack 1 data "ab"
            client segment sent A seq 1 ack 1 data "xy""#,
    },
];
