//! Judges `write-resolves`: does a write return while its peer reads?

use super::scope::{ALL, DISCARD, FULL};
use crate::oracle::events::ReturnedWrite;
use crate::oracle::fact::fact;
use crate::oracle::rooms::{no_stuck_call, peer_shut_read, shutdown_returns};
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::state::Asked;
use crate::oracle::waiting::{Due, Waiting};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "If the peer keeps reading, or has closed for good, a pending write, flush or shutdown of writing returns.",
    source: "gluten-mirage Mirage_flow.S, write: it waits for acceptance of the remainder, not for ever; measured: writers that hang \
                 behind a peer that has closed",
    premise: "a write is pending, or returns, while a read of the peer is pending, or after the peer has closed for good",
    parameters: &["data_after_shutdown_read", "patience"],
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::WriteResolves, Section::Liveness, Level::BothEnds)
};

/// A write, flush or shutdown of writing waits for a peer that keeps reading, or will never read again.
pub(in crate::oracle) fn stuck(call: &Waiting<'_>) -> Option<Due> {
    if !waits_for_peer(call) {
        return None;
    }
    if let Some(over) = call.peer().halves.reading_over().filter(|_| !call.is_parted()) {
        return Some(Due::new(&[over], fact!("the peer had closed the flow at {t}", t = over.t)));
    }
    let reads_on = !matches!(call.asked(), Asked::Shutdown(_)) && call.peer_reads_on();
    reads_on.then(|| Due::new(&[], fact!("the peer keeps reading")))
}

/// Only what the peer does can end the call.
fn waits_for_peer(call: &Waiting<'_>) -> bool {
    match call.asked() {
        Asked::Write { .. } => !call.is_parted() && no_stuck_call::stuck(call).is_none() && peer_shut_read::stuck(call).is_none(),
        Asked::Flush => !call.flow.is_cut(),
        Asked::Shutdown(mode) => mode.writes() && shutdown_returns::stuck(call).is_none(),
        _ => false,
    }
}

#[inline]
pub(in crate::oracle) fn returned_write(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> Ruling {
    let peer = scene.peer();
    Ruling::kept_if(peer.reading.returned() > write.pending.peer_reads || peer.halves.reading_over().is_some())
}

const EXAMPLES: &[Example] = &[
    Example {
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
    },
    Example {
        contracts: FULL,
        bad: r#"
            server close -> done
            client call 1 write "a"
            quiet"#,
        good: r#"
            server close -> done
            client call 1 write "a"
            client return 1 closed
            client shutdown read_write -> done
            quiet"#,
    },
    Example {
        contracts: FULL,
        bad: r#"
            client write "a" -> ok
            client call 2 flush
            server close -> done
            quiet"#,
        good: r#"
            client call 2 write "a"
            server close -> done
            client return 2 ok
            client shutdown read_write -> done
            quiet"#,
    },
    Example {
        contracts: DISCARD,
        bad: r#"
            client write "a" -> ok
            client call 2 shutdown write
            server shutdown read_write -> done
            quiet"#,
        good: r#"
            client call 1 write "a"
            server shutdown read_write -> done
            client return 1 closed
            client shutdown read_write -> done
            quiet"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "nobody reads, and the pipe may be full",
        contracts: ALL,
        history: r#"
            client call 1 write "a"
            quiet"#,
    },
    Excuse {
        why: "the peer's close may not have been heard of through a partition",
        contracts: FULL,
        history: r#"
            env partition
            server close -> done
            client call 1 write "a"
            quiet"#,
    },
    Excuse {
        why: "where late data can be read, a peer with both halves shut may still make room",
        contracts: &["mirage-tcpip", "posix", "relay"],
        history: r#"
            server shutdown read_write -> done
            client call 1 write "a"
            quiet"#,
    },
];
