//! Judges `shutdown-error-has-cause`: does anything explain that a shutdown, close or flush failed?

use super::scope::ALL;
use crate::contract::{CloseError, Outcome};
use crate::oracle::events::ReturnedEnd;
use crate::oracle::fact::fact;
use crate::oracle::rooms::close_is_idempotent::is_again;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::state::Doubt;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

const NEVER: &[&str] = &["v1", "classic", "modern", "strict", "mirage-tcpip", "pipe"];
const WHEN_ENDED: &[&str] = &["posix", "async-io", "relay"];

pub(super) const ABOUT: About = About {
    statement: "The first shutdown or close of an end is done, and a flush of an end whose writing nothing ended is ok, unless this end \
                    was aborted. Sockets may also say that the peer had closed for good, or was aborted.",
    source: "gluten-mirage Mirage_flow.S, shutdown and close (they raise nothing); futures AsyncWrite, poll_flush and poll_close; POSIX \
                 shutdown(2), ENOTCONN",
    premise: "the first shutdown or close of an end returns, or a flush does",
    parameters: &["close_error"],
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::ShutdownErrorHasCause, Section::Safety, Level::Network)
};

/// A shutdown or close returned: one that comes again is `close-is-idempotent`'s affair, and so is a panic.
pub(in crate::oracle) fn returned_end(scene: &Scene<'_>, end: &ReturnedEnd<'_>) -> Ruling {
    match end.outcome {
        _ if is_again(scene, end.pending) || may_have_ended(scene) => Ruling::Moot,
        Outcome::Done => Ruling::Kept,
        Outcome::Panic(_) => Ruling::Moot,
        _ if is_explained(scene, end) => Ruling::Kept,
        _ => unexplained(scene, end),
    }
}

/// A flush returned.
pub(in crate::oracle) fn returned_flush(scene: &Scene<'_>, end: &ReturnedEnd<'_>) -> Ruling {
    let (me, peer) = (scene.me(), scene.peer());
    let is_ended = me.halves.write_end_called().is_some() || me.writing.error().is_some() || peer.full_close_possible().is_some();
    match end.outcome {
        _ if is_ended || may_have_ended(scene) => Ruling::Moot,
        Outcome::Ok => Ruling::Kept,
        Outcome::Panic(_) => Ruling::Moot,
        _ if is_explained(scene, end) => Ruling::Kept,
        _ => unexplained(scene, end),
    }
}

/// A cancelled or failed shutdown or close may have ended this end before.
fn may_have_ended(scene: &Scene<'_>) -> bool {
    let halves = &scene.me().halves;
    [halves.maybe_read(), halves.maybe_write()].into_iter().flatten().any(|doubt| !matches!(doubt, Doubt::Refuted(_)))
}

/// This end was aborted, or perhaps never connected; or the peer was, or closed for good, where that may be said.
fn is_explained(scene: &Scene<'_>, end: &ReturnedEnd<'_>) -> bool {
    let (me, peer) = (scene.me(), scene.peer());
    let own = me.life.is_gone()
        || me.life.below_ended().is_some()
        || me.halves.disconnect().called.is_some()
        || me.opening.is_closed_to(end.pending.called.seq);
    let may_tell = me.contract.close_error == CloseError::WhenEnded;
    own || scene.flow.is_unopened() || may_tell && (peer.life.is_gone() || peer.full_close_possible().is_some())
}

fn unexplained(scene: &Scene<'_>, end: &ReturnedEnd<'_>) -> Ruling {
    let said = fact!(
        "the {end}'s {call} #{op} failed with `{error}`, and nothing that happened explains it",
        end = scene.end,
        call = end.pending.asked.word(),
        op = end.pending.op,
        error = &end.outcome.clone().into_error()
    );
    Ruling::broken(&[end.pending.called], said)
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: "client shutdown write -> error not_connected",
        good: r#"
            env reset client by fault
            client shutdown write -> error not_connected"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            server shutdown write -> done
            client read -> eof
            client close -> error EIO"#,
        good: r#"
            server shutdown write -> done
            client read -> eof
            env timeout client by fault
            client close -> error EIO"#,
    },
    Example { contracts: ALL, bad: "client flush -> error EIO", good: "client flush -> ok" },
    Example {
        contracts: &["modern", "strict", "pipe"],
        bad: r#"
            server close -> done
            client shutdown write -> error not_connected"#,
        good: r#"
            server close -> done
            client shutdown write -> done"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "sockets may say that the peer had closed for good",
        contracts: WHEN_ENDED,
        history: r#"
            server close -> done
            client shutdown write -> error not_connected"#,
    },
    Excuse {
        why: "where the network is not recorded, the word speaks for itself",
        contracts: &["v1", "classic", "modern", "strict", "mirage-tcpip", "posix", "async-io", "pipe"],
        history: r#"
            records
            client shutdown write -> error not_connected"#,
    },
    Excuse {
        why: "a cancelled shutdown may have ended it before",
        contracts: NEVER,
        history: r#"
            client call 1 shutdown write
            client cancel 1
            client shutdown write -> error not_connected"#,
    },
];
