//! Judges `acknowledged-is-not-sent-again`: is anything sent again that is known to have arrived?

use super::scope::ALL;
use crate::oracle::events::SentSegment;
use crate::oracle::fact::fact;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "Data or a FIN that the peer has acknowledged, by an acknowledgement that arrived, is not sent again. Probes of a \
                    connection that is kept alive, or of a closed window, are no sending again.",
    source: "RFC 9293 §3.4 (SND.UNA) and §3.10.7.4 (acknowledged segments are removed from the retransmission queue); measured: a stack \
                 whose FIN goes out for ever",
    premise: "data or a FIN is sent of which all was acknowledged, or some was not",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::AcknowledgedIsNotSentAgain, Section::Wire, Level::Segments)
};

#[inline]
pub(in crate::oracle) fn sent(scene: &Scene<'_>, sent: &SentSegment<'_>) -> Ruling {
    let segment = sent.segment;
    if !sent.takes_numbers() || segment.flags.syn() || !sent.far.tells_fates() || !scene.is_ordered() {
        return Ruling::Moot;
    }
    let probes = segment.data_len() <= 1 && !segment.flags.fin();
    if probes || !scene.flow.tracks().is_acknowledged(scene.end, segment) || sent.own.has_reset() {
        return Ruling::Kept;
    }
    let [from, to] = [segment.seq, segment.end()].map(|number| sent.own.relative(number));
    let fact = fact!("the {end} sent sequence numbers {from} to {to} again, which the peer had acknowledged", end = scene.end, from, to);
    Ruling::broken(&[], fact)
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 9000
            client segment passes A seq 101 ack 301 win 9000 len 2
            server segment passes A seq 301 ack 103 win 9000
            client segment passes A seq 101 ack 301 win 9000 len 2
            server segment passes A seq 301 ack 103 win 9000"#,
        good: r#"
            records network segments
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 9000
            client segment passes A seq 101 ack 301 win 9000 len 2
            server segment sent A seq 301 ack 103 win 9000
            server segment dropped A seq 301 ack 103 win 9000
            client segment passes A seq 101 ack 301 win 9000 len 2
            server segment passes A seq 301 ack 103 win 9000"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 9000
            client shutdown write -> done
            client segment passes FA seq 101 ack 301 win 9000
            server segment passes A seq 301 ack 102 win 9000
            client segment passes FA seq 101 ack 301 win 9000
            server segment passes A seq 301 ack 102 win 9000"#,
        good: r#"
            records network segments
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 9000
            client shutdown write -> done
            client segment passes FA seq 101 ack 301 win 9000
            client segment passes FA seq 101 ack 301 win 9000
            server segment passes A seq 301 ack 102 win 9000"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "an old segment is dropped, and its acknowledgement with it",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 9000
            client segment passes A seq 101 ack 301 win 9000 len 2
            server segment passes A seq 301 ack 101 win 9000 len 2
            client segment passes A seq 101 ack 303 win 9000 len 2
            server segment passes A seq 301 ack 103 win 9000 len 2
            client segment passes A seq 103 ack 303 win 9000"#,
    },
    Excuse {
        why: "one octet that was acknowledged keeps the connection alive",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 9000
            client segment passes A seq 101 ack 301 win 9000 len 2
            server segment passes A seq 301 ack 103 win 9000
            7200s client segment passes A seq 102 ack 301 win 9000 len 1
            server segment passes A seq 301 ack 103 win 9000"#,
    },
];
