//! Judges `half-close-keeps-reading`: does the other direction go on after a half close?

use super::scope::ALL;
use crate::oracle::Stamp;
use crate::oracle::events::{Ending, FailedRead, ReadEof, ReadReturn, ReturnedWrite};
use crate::oracle::fact::fact;
use crate::oracle::rooms::read_error_has_cause::unexplained;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::state::{Doubt, first, sooner};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "Ending one's own writing leaves the other direction as it was: the peer's writes and one's own reads go on.",
    source: "hvsock FLOW, close: the remote end may still write, the local end still read; RFC 9293 §3.6; POSIX shutdown(2)",
    premise: "after a half close, a write of the peer or a read of this end returns",
    parameters: &["close_is"],
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::HalfCloseKeepsReading, Section::Safety, Level::BothEnds)
};

/// When this end asked for its own half close, as long as it has not asked for more.
fn own_half_close(scene: &Scene<'_>) -> Option<Stamp> {
    let halves = &scene.me().halves;
    halves.shut_write().called.filter(|_| halves.full_close_called().is_none())
}

/// Reading has gone on.
pub(in crate::oracle) fn read_on(scene: &Scene<'_>, _: &impl ReadReturn) -> Ruling {
    Ruling::kept_if(own_half_close(scene).is_some())
}

/// When this end ended its writing and no more, or may have.
fn own_half_ended(scene: &Scene<'_>) -> Option<Stamp> {
    let halves = &scene.me().halves;
    let perhaps = halves.maybe_write().filter(|doubt| !matches!(doubt, Doubt::Refuted(_))).map(Doubt::stamp);
    sooner(halves.write_end_called(), perhaps).filter(|_| halves.full_close_called().is_none())
}

/// An EOF that nothing but own half close can have caused.
pub(in crate::oracle) fn read_eof(scene: &Scene<'_>, read: &ReadEof<'_>) -> Ruling {
    let is_groundless = matches!(read.ending, Ending::Clean) && read.cause.is_none();
    let Some(shut) = own_half_ended(scene).filter(|_| is_groundless) else { return read_on(scene, read) };
    let said = fact!(
        "the {end}'s read returned EOF, but only the {end} itself had ended its writing, at {t}: its reading goes on",
        end = scene.end,
        t = shut.t
    );
    Ruling::broken(&[shut], said)
}

pub(in crate::oracle) fn failed_read(scene: &Scene<'_>, read: &FailedRead<'_>) -> Ruling {
    match own_half_close(scene) {
        None => Ruling::Moot,
        Some(shut) if read.unexplained => Ruling::broken(&[shut], unexplained(scene, read)),
        Some(_) => Ruling::Kept,
    }
}

/// When the peer ended its writing, or may have.
pub(in crate::oracle) fn peer_half_close(scene: &Scene<'_>) -> Option<Stamp> {
    let halves = &scene.peer().halves;
    first([halves.write_end_called(), halves.maybe_write().map(Doubt::stamp)])
}

/// The peer has ended its writing and no more, and this end's writing goes on.
pub(in crate::oracle) fn is_half_closed_by_peer(scene: &Scene<'_>) -> bool {
    let halves = &scene.peer().halves;
    halves.write_end_called().is_some() && halves.full_close_called().is_none() && scene.me().writes_on()
}

pub(in crate::oracle) fn returned_write(scene: &Scene<'_>, _: &ReturnedWrite<'_>) -> Ruling {
    Ruling::kept_if(is_half_closed_by_peer(scene))
}

pub(in crate::oracle) fn failed_write(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> Ruling {
    let Some(half) = peer_half_close(scene).filter(|_| write.unexplained) else { return returned_write(scene, write) };
    let said = fact!(
        "the {end}'s write #{op} failed with `{error}`, although the peer had only ended its own writing",
        end = scene.end,
        op = write.pending.op,
        error = &write.error()
    );
    Ruling::broken(&[half], said)
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            client shutdown write -> done
            server write "a" -> closed"#,
        good: r#"
            client shutdown write -> done
            server write "a" -> ok
            client read -> "a""#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            client shutdown write -> done
            client read -> error not_connected"#,
        good: r#"
            client shutdown write -> done
            server write "a" -> ok
            server shutdown write -> done
            client read -> "a"
            client read -> eof"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            client shutdown write -> done
            client read -> eof"#,
        good: r#"
            client shutdown write -> done
            server call 1 shutdown write
            client read -> eof
            server return 1 done"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            client call 1 shutdown write
            client cancel 1
            client read -> eof"#,
        good: r#"
            client call 1 shutdown write
            client cancel 1
            server write "a" -> ok
            client read -> "a"
            client shutdown write -> done
            server write "b" -> ok
            client read -> "b""#,
    },
    Example {
        contracts: &["mirage-tcpip"],
        bad: r#"
            client close -> done
            server write "a" -> closed"#,
        good: r#"
            client close -> done
            server write "a" -> ok
            client read -> "a""#,
    },
];

const EXCUSES: &[Excuse] = &[Excuse {
    why: "own abort is reason enough",
    contracts: ALL,
    history: r#"
            client shutdown write -> done
            env timeout client by fault
            client read -> error timed_out"#,
}];
