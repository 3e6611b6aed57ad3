//! Judges `eof-after-reset`.

use super::scope::{ALL, limits_eof_after_abort};
use crate::oracle::events::FailedRead;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

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
