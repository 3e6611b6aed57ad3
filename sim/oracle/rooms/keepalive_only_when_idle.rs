//! Judges `keepalive-only-when-idle`: do probes wait for a silence as long as was asked for, and is a peer that lives spared?

use std::time::Duration;

use super::abort_has_cause;
use super::scope::{HAS_KEEPALIVE, has_keepalive};
use crate::oracle::events::SentSegment;
use crate::oracle::events::abort::AbortedByStack;
use crate::oracle::fact::fact;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};
use crate::trace::Abort;

pub(super) const ABOUT: About = About {
    statement: "Keep-alive probes go out on idle connections only, when they were asked for; a lost one is not the end, and a peer \
                    that lives is never given up, be it half closed.",
    source: "metrics-mirage Tcp.S, create_connection; RFC 9293 §3.8.4 (MUST-24 to MUST-29)",
    premise: "a keep-alive probe is sent, or keep-alive gives a connection up",
    applies: has_keepalive,
    breakable: has_keepalive,
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::KeepaliveOnlyWhenIdle, Section::Connections, Level::Segments)
};

/// Clocks of kernels and of those who record them differ by so much, at most a tenth of what is waited for.
const ROUNDING: Duration = Duration::from_millis(50);

/// A segment is sent: if it is a probe, has the connection been idle for long enough?
#[inline]
pub(in crate::oracle) fn sent(scene: &Scene<'_>, sent: &SentSegment<'_>) -> Ruling {
    if sent.sending.weight.probe && sent.sending.covered { probes(scene) } else { Ruling::Moot }
}

/// A probe of a peer that owes nothing. One of a closed window is none of keep-alive's.
#[cold]
fn probes(scene: &Scene<'_>) -> Ruling {
    let (end, tracks) = (scene.end, scene.flow.tracks());
    let settings = scene.me().opening.keepalive().filter(|_| tracks.tells_fates() && !tracks.meets_closed_window(end));
    let Some((settings, heard)) = settings.zip(tracks.of(end.peer()).heard) else { return Ruling::Moot };
    let probed = tracks.of(end).probed.filter(|probed| *probed >= heard);
    let (since, wait) = probed.map_or((heard, settings.after), |probed| (probed, settings.interval));
    if scene.at.t - since + ROUNDING.min(wait / 10) >= wait {
        return Ruling::Kept;
    }
    let said = match probed {
        None => fact!("the {end} sent a keep-alive probe, although it had heard from its peer at {since}", end, since),
        Some(_) => fact!("the {end} sent a keep-alive probe too soon after the one at {since}", end, since),
    };
    Ruling::broken(&[], said)
}

/// Keep-alive gave a connection up.
pub(in crate::oracle) fn aborted(scene: &Scene<'_>, abort: &AbortedByStack) -> Ruling {
    if abort.kind == Abort::KeepaliveDeath { abort_has_cause::aborted(scene, abort) } else { Ruling::Moot }
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: HAS_KEEPALIVE,
        bad: r#"
            keepalive 4s 1s 2
            records network segments
            client segment passes S seq 99 win 9
            server segment passes SA seq 499 ack 100 win 9
            client segment passes A seq 100 ack 500 win 9
            3s client segment passes A seq 99 ack 500 win 9"#,
        good: r#"
            keepalive 4s 1s 2
            records network segments
            client segment passes S seq 99 win 9
            server segment passes SA seq 499 ack 100 win 9
            client segment passes A seq 100 ack 500 win 9
            4s client segment passes A seq 99 ack 500 win 9
            4s server segment passes A seq 500 ack 100 win 9"#,
    },
    Example {
        contracts: HAS_KEEPALIVE,
        bad: r#"
            keepalive 4s 1s 2
            records network segments
            client segment passes S seq 99 win 9
            server segment passes SA seq 499 ack 100 win 9
            client segment passes A seq 100 ack 500 win 9
            4s client segment sent A seq 99 ack 500 win 9
            4s client segment dropped A seq 99 ack 500 win 9
            4500ms client segment sent A seq 99 ack 500 win 9"#,
        good: r#"
            keepalive 4s 1s 2
            records network segments
            client segment passes S seq 99 win 9
            server segment passes SA seq 499 ack 100 win 9
            client segment passes A seq 100 ack 500 win 9
            4s client segment sent A seq 99 ack 500 win 9
            4s client segment dropped A seq 99 ack 500 win 9
            5s client segment sent A seq 99 ack 500 win 9"#,
    },
];

const EXCUSES: &[Excuse] = &[Excuse {
    why: "a probe of a closed window is none of keep-alive's",
    contracts: HAS_KEEPALIVE,
    history: r#"
            keepalive 4s 1s 2
            records network segments
            client segment passes S seq 99 win 9
            server segment passes SA seq 499 ack 100 win 9
            client segment passes A seq 100 ack 500 win 9
            server segment passes A seq 500 ack 100 win 0
            1s client segment passes A seq 99 ack 500 win 9"#,
}];
