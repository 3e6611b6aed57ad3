//! Judges `write-resolves`: does a write return while its peer reads?

use super::scope::ALL;
use crate::oracle::events::ReturnedWrite;
use crate::oracle::fact::fact;
use crate::oracle::rooms::{no_stuck_call, peer_shut_read};
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::state::Asked;
use crate::oracle::waiting::{Due, Waiting};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "If the peer keeps reading, a pending write returns.",
    source: "gluten-mirage Mirage_flow.S, write: it waits for acceptance of the remainder, not for ever",
    premise: "a write is pending, or returns, while a read of the peer is pending",
    parameters: &["patience"],
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::WriteResolves, Section::Liveness, Level::BothEnds)
};

/// A write or flush waits for a peer that keeps reading.
pub(in crate::oracle) fn stuck(call: &Waiting<'_>) -> Option<Due> {
    let waits = match call.asked() {
        Asked::Write { .. } => !call.is_parted() && no_stuck_call::stuck(call).is_none() && peer_shut_read::stuck(call).is_none(),
        Asked::Flush => !call.flow.is_cut(),
        _ => false,
    };
    (waits && call.peer_reads_on()).then(|| Due::new(&[], fact!("the peer keeps reading")))
}

#[inline]
pub(in crate::oracle) fn returned_write(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> Ruling {
    Ruling::kept_if(scene.peer().reading.returned() > write.pending.peer_reads)
}

const EXAMPLES: &[Example] = &[Example {
    contracts: ALL,
    bad: r#"
            server call 1 read
            client call 1 write "a"
            quiet"#,
    good: r#"
            server call 1 read
            client call 1 write "a"
            server return 1 "a"
            client return 1 ok
            quiet"#,
}];

const EXCUSES: &[Excuse] = &[Excuse {
    why: "nobody reads, and the pipe may be full",
    contracts: ALL,
    history: r#"
            client call 1 write "a"
            quiet"#,
}];
