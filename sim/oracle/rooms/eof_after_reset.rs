//! Judges `eof-after-reset`: may an abort pass for the end of the stream here?

use super::scope::{ALL, limits_eof_after_abort};
use crate::contract::{EofOnKeepaliveDeath, EofOnReset};
use crate::oracle::events::{Ending, FailedRead, ReadEof};
use crate::oracle::fact::fact;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};
use crate::trace::Abort;

pub(super) const ABOUT: About = About {
    statement: "An abort may pass for an end of stream only as far as the contract says: never, after the error was shown once, or \
                    always. Where it may, and bytes from the peer were lost, the EOF is counted as a truncation.",
    source: "RFC 9293 MUST-12 (a user can tell an abort from a close); metrics-mirage Tcp.S, create_connection (keep-alive ends in \
                 EOF); measured: Linux gives the error once, then EOF",
    premise: "a read gives EOF or an error at an end that was aborted, and nothing else could have ended its stream",
    parameters: &["eof_on_reset", "eof_on_keepalive_death"],
    breakable: limits_eof_after_abort,
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::EofAfterReset, Section::Safety, Level::Network)
};

pub(in crate::oracle) fn read_eof(scene: &Scene<'_>, read: &ReadEof<'_>) -> Ruling {
    if let Ending::Aborted(abort) = read.ending
        && is_only_cause(scene, read)
        && let Some(parameter) = forbidden_by(scene, abort.kind)
    {
        let said =
            fact!("the {end} was aborted, and its read returned EOF as if the stream had ended ({parameter})", end = scene.end, parameter);
        return Ruling::broken(&[abort.at], said);
    }
    Ruling::kept_if(scene.me().life.aborted().is_some() && scene.peer().halves.write_end_called().is_none())
}

/// Nothing but the abort of this end says why there is an EOF: it passes for the end of a stream.
pub(in crate::oracle) fn is_only_cause(scene: &Scene<'_>, read: &ReadEof<'_>) -> bool {
    let has_ended = read.owed == 0 && read.cause.is_some();
    scene.me().reading.eof().is_none() && !has_ended
}

/// The parameter that forbids an EOF after such an abort, if one does.
fn forbidden_by(scene: &Scene<'_>, kind: Abort) -> Option<&'static str> {
    let me = scene.me();
    let is_told = me.life.told().is_some() || !me.pending.is_empty();
    match (kind, me.contract.eof_on_keepalive_death) {
        (Abort::KeepaliveDeath, dies) => {
            let forbids = match dies {
                None | Some(EofOnKeepaliveDeath::Require | EofOnKeepaliveDeath::Allow) => false,
                Some(EofOnKeepaliveDeath::AfterError) => !is_told,
                Some(EofOnKeepaliveDeath::Forbid) => true,
            };
            forbids.then_some("eof_on_keepalive_death")
        }
        _ => {
            let forbids = match me.contract.eof_on_reset {
                EofOnReset::Allow => false,
                EofOnReset::AfterError => !is_told,
                EofOnReset::Forbid => true,
            };
            forbids.then_some("eof_on_reset")
        }
    }
}

/// An error tells an abort as it must.
pub(in crate::oracle) fn failed_read(scene: &Scene<'_>, _: &FailedRead<'_>) -> Ruling {
    Ruling::kept_if(scene.me().life.aborted().is_some())
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: &["strict", "posix", "async-io"],
        bad: r#"
            env reset server by fault
            server read -> eof"#,
        good: r#"
            env reset server by fault
            server read -> error reset
            server read -> eof"#,
    },
    Example {
        contracts: &["strict", "posix", "async-io"],
        bad: r#"
            env keepalive_death server
            server read -> eof"#,
        good: r#"
            env keepalive_death server
            server read -> error timed_out
            server read -> eof"#,
    },
    Example {
        contracts: &["pipe"],
        bad: r#"
            env reset server by fault
            server read -> eof"#,
        good: r#"
            env reset server by fault
            server read -> error reset"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "the clean EOF had been read before the reset",
        contracts: ALL,
        history: r#"
            client shutdown write -> done
            server read -> eof
            env reset server by fault
            server read -> eof"#,
    },
    Excuse {
        why: "the error went to a write",
        contracts: &["strict", "posix", "async-io"],
        history: r#"
            env reset server by fault
            server write "a" -> error reset
            server read -> eof"#,
    },
    Excuse {
        why: "the call that returned the error overlaps the EOF",
        contracts: &["strict", "posix", "async-io"],
        history: r#"
            server call 1 write "a"
            server call 2 read
            env reset server by fault
            server return 2 eof
            server return 1 error reset"#,
    },
];
