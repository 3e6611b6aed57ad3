//! Judges `close-keeps-reading`: does reading go on after own close of the writing half?

use super::scope::{HALF, close_is_half};
use crate::oracle::events::{FailedRead, ReadReturn};
use crate::oracle::rooms::read_error_has_cause::unexplained;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::{Ordinal, Stamp};
use crate::rules::{About, Example, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "Where close ends only the writing half, reading goes on while close waits, and after it where it does not wait: the \
                    peer's data, then EOF.",
    source: "hvsock and datakit-server-9p FLOW, close; metrics-mirage Tcp.S, close: the local end may still read",
    premise: "a read that was called after own half close was called gives something",
    parameters: &["close_is", "close_waits_for_peer"],
    breakable: close_is_half,
    examples: EXAMPLES,
    ..About::new(Rule::CloseKeepsReading, Section::Safety, Level::BothEnds)
};

/// When this end's half close had been called before a read was.
fn premise(scene: &Scene<'_>, called: Ordinal) -> Option<Stamp> {
    let halves = &scene.me().halves;
    halves.close().called.filter(|at| at.seq < called && !halves.closes_fully())
}

/// Reading has gone on.
pub(in crate::oracle) fn read_on(scene: &Scene<'_>, read: &impl ReadReturn) -> Ruling {
    Ruling::kept_if(premise(scene, read.called()).is_some())
}

pub(in crate::oracle) fn failed_read(scene: &Scene<'_>, read: &FailedRead<'_>) -> Ruling {
    match premise(scene, read.called()) {
        None => Ruling::Moot,
        Some(close) if read.unexplained => Ruling::broken(&[close], unexplained(scene, read)),
        Some(_) => Ruling::Kept,
    }
}

const EXAMPLES: &[Example] = &[Example {
    contracts: HALF,
    bad: r#"
            client call 1 close
            server write "a" -> ok
            client read -> error not_connected"#,
    good: r#"
            client call 1 close
            server write "a" -> ok
            client read -> "a""#,
}];
