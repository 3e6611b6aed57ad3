//! Judges `read-error-has-cause`: does anything explain that a read failed?

use super::scope::{ALL, BY_WORD};
use crate::contract::{AbortByWord, ReadAfterEof};
use crate::oracle::events::{FailedRead, ReadReturn};
use crate::oracle::fact::{Fact, fact};
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::state::{first, sooner};
use crate::oracle::{Ordinal, Stamp};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

const MAY_RESET: &[&str] = &["modern", "strict"];

pub(super) const ABOUT: About = About {
    statement: "A read fails only for a reason: this end was aborted or closed for good, the peer closed for good (and may have \
                    reset), or a read had failed before.",
    source: "gluten-mirage Mirage_flow.S, read; RFC 9293 §3.10.3 RECEIVE; POSIX read(2)",
    premise: "a read fails",
    parameters: &["abort_by_word", "close_is", "close_sends_pending", "read_after_eof"],
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::ReadErrorHasCause, Section::Safety, Level::Network)
};

pub(in crate::oracle) fn failed_read(scene: &Scene<'_>, read: &FailedRead<'_>) -> Ruling {
    match read.unexplained {
        true => Ruling::broken(&[], unexplained(scene, read)),
        false => Ruling::kept_if(is_judged(scene, read.called())),
    }
}

/// Does nothing that is known for certain explain that a read which was called then fails, as far as it is judged?
pub(in crate::oracle) fn is_unexplained(scene: &Scene<'_>, called: Ordinal) -> bool {
    is_judged(scene, called) && !is_explained(scene)
}

/// Can it be told whether the failure of a read that was called then has a cause?
fn is_judged(scene: &Scene<'_>, called: Ordinal) -> bool {
    let tells_nothing = scene.me().contract.abort_by_word == AbortByWord::WithReason;
    (scene.header.records.network || tells_nothing) && !scene.may_be_dead() && !scene.me().opening.is_closed_to(called)
}

/// Does anything that happened explain that a read fails here?
fn is_explained(scene: &Scene<'_>) -> bool {
    let me = scene.me();
    let earlier_eof = me.reading.eof().filter(|_| me.contract.read_after_eof != ReadAfterEof::Eof);
    let peer_closed = scene.peer().full_close_possible().filter(|_| scene.peer_close_may_reset());
    let own = sooner(me.halves.full_close_called(), both_closed(scene));
    first([me.life.aborted_at(), ended_below(scene), own, peer_closed, me.reading.error(), earlier_eof]).is_some()
}

/// What befell the flow below. An end of stream there is none of it where the peer's layer has ended its own in good order: this one has
/// lost that.
fn ended_below(scene: &Scene<'_>) -> Option<Stamp> {
    let (me, peer) = (scene.me(), scene.peer());
    let is_lost = me.life.below_lost().is_some() || peer.life.below_lost().is_some() || peer.is_out_of_sight();
    me.life.below_ended().filter(|_| is_lost || peer.halves.write_end_returned().is_none())
}

/// Where close is a half close: own close has returned and the peer has called its own, so that the flow is over.
fn both_closed(scene: &Scene<'_>) -> Option<Stamp> {
    scene.me().halves.close().returned.filter(|_| scene.peer().halves.close().called.is_some())
}

/// What is said of a failure that nothing explains, whichever rule names it.
pub(in crate::oracle) fn unexplained(scene: &Scene<'_>, read: &FailedRead<'_>) -> Fact {
    fact!("the {end}'s read failed with `{error}`, but neither end was aborted or closed", end = scene.end, error = &read.error)
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: "server read -> error reset",
        good: r#"
            env reset server by fault
            server read -> error reset"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            env reset client by fault
            server read -> error reset"#,
        good: r#"
            env timeout server by fault
            server read -> error timed_out"#,
    },
    Example {
        contracts: &["relay"],
        bad: r#"
            records
            server read -> error reset"#,
        good: r#"
            records
            env reset client by fault
            server read -> error reset"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "the peer's full close may reset",
        contracts: MAY_RESET,
        history: r#"
            server write "x" -> ok
            client close -> done
            server read -> error reset"#,
    },
    Excuse {
        why: "where the network is not recorded, the word speaks for itself",
        contracts: BY_WORD,
        history: r#"
            records
            server read -> error reset"#,
    },
    Excuse {
        why: "of a relay it does so only where the other end was aborted or closed",
        contracts: &["relay"],
        history: r#"
            records
            client close -> done
            server read -> error reset"#,
    },
];
