//! Judges `eof-after-reset`: may an abort pass for the end of the stream here?

use super::scope::{ALL, limits_eof_after_abort};
use crate::contract::{EofOnKeepaliveDeath, EofOnReset};
use crate::oracle::Stamp;
use crate::oracle::events::{Ending, FailedRead, ReadEof, UntoldEof};
use crate::oracle::fact::fact;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::state::{Asked, EndState};
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
        && let Some((parameter, word)) = forbidden_by(scene, abort.kind)
        && !(word == Word::MayCome && may_be_told(scene.me()))
    {
        return broken(scene, abort.at, parameter);
    }
    Ruling::kept_if(scene.me().life.aborted().is_some() && scene.peer().halves.write_end_called().is_none())
}

fn broken(scene: &Scene<'_>, aborted: Stamp, parameter: &'static str) -> Ruling {
    let said =
        fact!("the {end} was aborted, and its read returned EOF as if the stream had ended ({parameter})", end = scene.end, parameter);
    Ruling::broken(&[aborted], said)
}

/// The calls that were pending at such an EOF are over, and none of them has told the error.
pub(in crate::oracle) fn never_told(scene: &Scene<'_>, _: &UntoldEof) -> Ruling {
    let abort = scene.me().life.aborted();
    let forbidden = abort.and_then(|abort| Some((abort.at, forbidden_by(scene, abort.kind)?.0)));
    forbidden.map_or(Ruling::Moot, |(aborted, parameter)| broken(scene, aborted, parameter))
}

/// This EOF is in order only if a call that is pending returns the error of the abort.
pub(in crate::oracle) fn waits_for_word(scene: &Scene<'_>, read: &ReadEof<'_>) -> bool {
    let Ending::Aborted(abort) = read.ending else { return false };
    is_only_cause(scene, read) && forbidden_by(scene, abort.kind).is_some_and(|(_, word)| word == Word::MayCome)
}

/// Can this call tell the error of an abort? A shutdown or close tells nothing.
pub(in crate::oracle) fn can_tell(asked: Asked) -> bool {
    matches!(asked, Asked::Read { .. } | Asked::Write { .. } | Asked::Flush | Asked::Connect(_))
}

/// A call is pending that can tell the error.
pub(in crate::oracle) fn may_be_told(me: &EndState) -> bool {
    me.pending.iter().any(|pending| can_tell(pending.asked))
}

/// Nothing but the abort of this end says why there is an EOF: it passes for the end of a stream.
pub(in crate::oracle) fn is_only_cause(scene: &Scene<'_>, read: &ReadEof<'_>) -> bool {
    let has_ended = read.owed == 0 && read.cause.is_some();
    scene.me().reading.eof().is_none() && !has_ended
}

/// Whether the error of the abort, told by a call, would make the EOF lawful.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    MayCome,
    ChangesNothing,
}

/// The parameter that forbids an EOF after such an abort, if one does, as long as no call has told the error.
fn forbidden_by(scene: &Scene<'_>, kind: Abort) -> Option<(&'static str, Word)> {
    let me = scene.me();
    let after_error = me.life.told().is_none().then_some(Word::MayCome);
    if kind == Abort::KeepaliveDeath {
        let word = match me.contract.eof_on_keepalive_death {
            None | Some(EofOnKeepaliveDeath::Require | EofOnKeepaliveDeath::Allow) => None,
            Some(EofOnKeepaliveDeath::AfterError) => after_error,
            Some(EofOnKeepaliveDeath::Forbid) => Some(Word::ChangesNothing),
        };
        return word.map(|word| ("eof_on_keepalive_death", word));
    }
    let word = match me.contract.eof_on_reset {
        EofOnReset::Allow => None,
        EofOnReset::AfterError => after_error,
        EofOnReset::Forbid => Some(Word::ChangesNothing),
    };
    word.map(|word| ("eof_on_reset", word))
}

/// An error tells an abort as it must.
pub(in crate::oracle) fn failed_read(scene: &Scene<'_>, _: &FailedRead<'_>) -> Ruling {
    Ruling::kept_if(scene.me().life.aborted().is_some())
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: &["strict", "posix", "async-io", "relay"],
        bad: r#"
            env reset server by fault
            server read -> eof"#,
        good: r#"
            env reset server by fault
            server read -> error reset
            server read -> eof"#,
    },
    Example {
        contracts: &["strict", "posix", "async-io", "relay"],
        bad: r#"
            env keepalive_death server
            server read -> eof"#,
        good: r#"
            env keepalive_death server
            server read -> error timed_out
            server read -> eof"#,
    },
    Example {
        contracts: &["strict", "posix", "async-io", "relay"],
        bad: r#"
            client call 1 write "ab"
            env reset client by fault
            client read -> eof
            client return 1 ok"#,
        good: r#"
            client call 1 write "ab"
            env reset client by fault
            client read -> eof
            client return 1 error reset"#,
    },
    Example {
        contracts: &["strict", "posix", "async-io", "relay"],
        bad: r#"
            env reset client by fault
            client shutdown write -> error reset
            client read -> eof"#,
        good: r#"
            env reset client by fault
            client write "" -> closed
            client read -> eof"#,
    },
    Example {
        contracts: &["strict", "posix", "async-io", "relay"],
        bad: r#"
            client call 1 write "ab"
            env reset client by fault
            client read -> eof
            client cancel 1"#,
        good: r#"
            env reset client by fault
            client write "ab" -> error reset
            client read -> eof"#,
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
        why: "a relay may have turned the abort of the peer into that end before",
        contracts: &["relay"],
        history: r#"
            env reset client by fault
            env reset server by fault
            server read -> eof"#,
    },
    Excuse {
        why: "the error went to a write",
        contracts: &["strict", "posix", "async-io", "relay"],
        history: r#"
            env reset server by fault
            server write "a" -> error reset
            server read -> eof"#,
    },
    Excuse {
        why: "the call that returned the error overlaps the EOF",
        contracts: &["strict", "posix", "async-io", "relay"],
        history: r#"
            server call 1 write "a"
            server call 2 read
            env reset server by fault
            server return 2 eof
            server return 1 error reset"#,
    },
];
