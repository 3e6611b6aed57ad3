//! Judges `peer-shut-read`: does a write return to a peer that throws away what comes?

use super::scope::{ALL, DISCARD, discards, shuts_read};
use crate::oracle::events::ReturnedWrite;
use crate::oracle::fact::fact;
use crate::oracle::rooms::no_stuck_call;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::waiting::{Due, Waiting};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "Writing to a peer that shut down reading and throws away what comes does not hang.",
    source: "gluten-mirage Mirage_flow.S, shutdown `read`; measured: a shutdown of reading that keeps the window closed",
    premise: "a write is pending or returns after the peer's shutdown of reading returned",
    parameters: &["data_after_shutdown_read", "patience"],
    applies: shuts_read,
    breakable: discards,
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::PeerShutRead, Section::Liveness, Level::BothEnds)
};

/// A write waits for a peer that throws away what comes.
pub(in crate::oracle) fn stuck(call: &Waiting<'_>) -> Option<Due> {
    if !call.is_write() || call.is_parted() || no_stuck_call::stuck(call).is_some() {
        return None;
    }
    let shut = call.peer().halves.shut_read().returned.filter(|_| call.peer().discards())?;
    Some(Due::new(&[shut], fact!("the peer had shut reading down and throws data away")))
}

pub(in crate::oracle) fn returned_write(scene: &Scene<'_>, _: &ReturnedWrite<'_>) -> Ruling {
    let peer = scene.peer();
    Ruling::kept_if(peer.halves.shut_read().returned.is_some() && peer.discards())
}

const EXAMPLES: &[Example] = &[Example {
    contracts: DISCARD,
    bad: r#"
            server shutdown read -> done
            client call 1 write "a"
            quiet"#,
    good: r#"
            server shutdown read -> done
            client call 1 write "a"
            client return 1 ok
            quiet"#,
}];

const EXCUSES: &[Excuse] = &[Excuse {
    why: "the peer's shutdown waits for its own bytes to be read, and may not have taken effect",
    contracts: ALL,
    history: r#"
            server call 1 write "abc"
            server call 2 shutdown read_write
            client call 1 write "x"
            quiet"#,
}];
