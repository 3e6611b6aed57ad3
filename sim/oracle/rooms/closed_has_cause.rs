//! Judges `closed-has-cause`: does anything explain that a write failed?

use super::scope::{ALL, BY_WORD, FULL};
use crate::contract::Seen;
use crate::oracle::Ordinal;
use crate::oracle::events::ReturnedWrite;
use crate::oracle::fact::{Fact, fact};
use crate::oracle::rooms::closed_after_shutdown::{is_no_result, writing_over};
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::state::first;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A write fails only for a reason: this end called shutdown of writing, close or disconnect, it was aborted, an \
                    earlier write failed, the peer closed for good, or, where that shows, the peer shut down reading. That the peer \
                    ended its own writing is none.",
    source: "gluten-mirage Mirage_flow.S, write (`Closed` says that the connection is closed); hvsock FLOW, close (the remote end \
                 may still write); POSIX write(2)",
    premise: "a write fails",
    parameters: &["close_is", "shutdown_read_seen_by_peer"],
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::ClosedHasCause, Section::Safety, Level::BothEnds)
};

pub(in crate::oracle) fn failed_write(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> Ruling {
    if write.unexplained {
        return Ruling::broken(&[], unexplained(scene, write));
    }
    if is_no_result(scene, write) && writing_over(scene, write.called()).is_none() {
        let op = write.pending.op;
        return Ruling::broken(
            &[],
            fact!("the {end}'s write #{op} returned `eof`, which is no result of a write here", end = scene.end, op),
        );
    }
    Ruling::Kept
}

/// Does anything that is known for certain explain that a write which was called then fails here?
pub(in crate::oracle) fn is_explained(scene: &Scene<'_>, called: Ordinal) -> bool {
    let (me, peer) = (scene.me(), scene.peer());
    let is_seen = me.contract.shutdown_read_seen_by_peer != Some(Seen::No);
    let peer_shut_read = peer.halves.shut_read().called.filter(|_| is_seen);
    let own = first([me.halves.write_end_called(), me.life.aborted_at(), me.life.below_ended(), me.writing.error()]);
    let unconnected = me.life.is_maybe_dead() || me.life.stack_left().is_some() || me.opening.is_closed_to(called);
    first([own, peer.full_close_possible(), peer_shut_read]).is_some() || unconnected
}

/// What is said of a failure that nothing explains, whichever rule names it.
pub(in crate::oracle) fn unexplained(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> Fact {
    let (op, error) = (write.pending.op, &write.error());
    fact!("the {end}'s write #{op} failed with `{error}`, and nothing that happened explains it", end = scene.end, op, error)
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"client write "a" -> closed"#,
        good: r#"
            env reset client by fault
            client write "a" -> error reset"#,
    },
    Example {
        contracts: &["modern", "strict", "mirage-tcpip", "pipe"],
        bad: r#"
            server shutdown read -> done
            client write "a" -> closed"#,
        good: r#"
            server shutdown read_write -> done
            client write "a" -> closed"#,
    },
    Example {
        contracts: FULL,
        bad: r#"client write "a" -> error broken_pipe"#,
        good: r#"
            server close -> done
            client write "a" -> closed"#,
    },
    Example {
        contracts: &["relay"],
        bad: r#"
            records
            client write "a" -> error broken_pipe"#,
        good: r#"
            records
            env reset server by fault
            client write "a" -> error broken_pipe"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "a write may notice that the peer closed for good",
        contracts: FULL,
        history: r#"
            server call 1 close
            client write "a" -> closed
            server return 1 done"#,
    },
    Excuse {
        why: "it may show that the peer shut down reading",
        contracts: &["posix", "relay"],
        history: r#"
            server shutdown read -> done
            client write "a" -> error broken_pipe"#,
    },
    Excuse {
        why: "a call that is refused since another is pending had no effect, and says nothing",
        contracts: ALL,
        history: r#"
            client call 1 write "a"
            client write "b" -> error busy
            client return 1 ok
            client write "c" -> ok
            server read -> "ac""#,
    },
    Excuse {
        why: "where the network is not recorded, the word speaks for itself",
        contracts: BY_WORD,
        history: r#"
            records
            client write "a" -> error broken_pipe"#,
    },
    Excuse {
        why: "of a relay it does so only where the other end was aborted or closed",
        contracts: &["relay"],
        history: r#"
            records
            server close -> done
            client write "a" -> error broken_pipe"#,
    },
];
