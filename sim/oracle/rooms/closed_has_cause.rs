//! Judges `closed-has-cause`.

use super::scope::{ALL, FULL};
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
        contracts: &["posix"],
        history: r#"
            server shutdown read -> done
            client write "a" -> error broken_pipe"#,
    },
    Excuse {
        why: "where the network is not recorded, the word speaks for itself",
        contracts: ALL,
        history: r#"
            records
            client write "a" -> error broken_pipe"#,
    },
];
