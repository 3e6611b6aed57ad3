//! Judges `quiet-when-idle`: is more sent on an idle flow than it needs?

use super::scope::ALL;
use crate::oracle::events::SentSegment;
use crate::oracle::fact::{Fact, Value, fact};
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::track::Needless;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "An idle flow is quiet: apart from keep-alive it sends next to nothing, and two ends don't answer each other for ever.",
    source: "RFC 9293 §3.8.4 (keep-alive is off by default); RFC 5961 §7 (limit of challenge ACKs)",
    premise: "a segment that says nothing new is sent when nothing has happened for five minutes, or hundreds of acknowledgements answer \
                  nothing",
    parameters: &["idle_packets"],
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::QuietWhenIdle, Section::Liveness, Level::Segments)
};

#[inline]
pub(in crate::oracle) fn sent(scene: &Scene<'_>, sent: &SentSegment<'_>) -> Ruling {
    if sent.sending.news.is_needless() { judge(scene, sent) } else { Ruling::Moot }
}

#[cold]
fn judge(scene: &Scene<'_>, sent: &SentSegment<'_>) -> Ruling {
    let idle = scene.flow.tracks().idle();
    let Some(needless) = idle.needless(scene.at.t, sent.sending.news) else { return Ruling::Moot };
    let most = u64::from(scene.me().contract.idle_packets);
    if needless.is_loud(most) || needless.is_storm(most) {
        return Ruling::broken(&[], too_much(scene, needless, most));
    }
    Ruling::kept_if(needless.late > 0)
}

fn too_much(scene: &Scene<'_>, needless: Needless, most: u64) -> Fact {
    let end = scene.end;
    if needless.is_loud(most) {
        let segments = Value::many(needless.late, "segment");
        return fact!(
            "{segments} in an hour on a flow that is idle, the last one of the {end}: at most {most} may be sent",
            segments,
            end,
            most
        );
    }
    let acknowledgements = Value::many(needless.unasked, "acknowledgement");
    fact!(
        "{acknowledgements} in an hour that say nothing new and answer nothing but each other, the last one of the {end}",
        acknowledgements,
        end
    )
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client shutdown write -> done
            client segment sent FA seq 100 ack 500 win 9
            301s repeat 301 every 1s client segment sent FA seq 100 ack 500 win 9"#,
        good: r#"
            records network segments
            client shutdown write -> done
            client segment sent FA seq 100 ack 500 win 9
            301s repeat 300 every 1s client segment sent FA seq 100 ack 500 win 9"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client segment passes PA seq 100 ack 500 win 9 len 1
            server segment passes A seq 500 ack 101 win 9
            400s repeat 151 every 10s server segment passes A seq 500 ack 101 win 9
            2000s repeat 150 every 10s client segment passes A seq 101 ack 500 win 9"#,
        good: r#"
            records network segments
            client segment passes PA seq 100 ack 500 win 9 len 1
            server segment passes A seq 500 ack 101 win 9
            400s repeat 151 every 10s server segment passes A seq 500 ack 101 win 9
            4000s repeat 150 every 10s client segment passes A seq 101 ack 500 win 9"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client call 1 read
            client segment sent A seq 101 ack 500 win 9
            1s repeat 301 every 1ms server segment sent A seq 500 ack 101 win 9
            2s client segment sent A seq 101 ack 500 win 9
            end"#,
        good: r#"
            records network segments
            client call 1 read
            client segment sent A seq 101 ack 500 win 9
            1s repeat 300 every 1ms server segment sent A seq 500 ack 101 win 9
            400s client segment sent A seq 101 ack 500 win 9
            end"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "keep-alive probes and their answers",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes PA seq 100 ack 500 win 9 len 1
            server segment passes A seq 500 ack 101 win 9
            400s repeat 302 every 1s client segment passes A seq 100 ack 500 win 9
            800s repeat 302 every 1s server segment passes A seq 500 ack 101 win 9"#,
    },
    Excuse {
        why: "a burst of repeated acknowledgements belongs to what was sent just before",
        contracts: ALL,
        history: r#"
            records network segments
            client write 1000 -> ok
            client segment sent PA seq 100 ack 500 win 9 len 1
            client segment dropped PA seq 100 ack 500 win 9 len 1
            client segment passes PA seq 101 ack 500 win 9 len 999
            repeat 999 every 1us server segment passes A seq 500 ack 100 win 9000"#,
    },
    Excuse {
        why: "as many as may be in each hour",
        contracts: ALL,
        history: r#"
            records network segments
            client call 1 shutdown write
            client segment sent FA seq 100 ack 500 win 9
            500s repeat 300 every 1s client segment sent FA seq 100 ack 500 win 9
            4100s repeat 300 every 1s client segment sent FA seq 100 ack 500 win 9"#,
    },
];
