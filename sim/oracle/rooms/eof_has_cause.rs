//! Judges `eof-has-cause`.

use super::scope::{ALL, SHUTS_READ};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A stream does not end by itself. Somebody must have ended it: the peer by calling shutdown of writing, close or \
                    disconnect, this end by its own shutdown of reading, full close or disconnect, or an abort of this end.",
    source: "hvsock FLOW, read: EOF means that the remote end called close; gluten-mirage Mirage_flow.S, shutdown; RFC 9293 §3.6",
    premise: "a read returns EOF for the first time at its end",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::EofHasCause, Section::Safety, Level::BothEnds)
};

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: "server read -> eof",
        good: r#"
            client call 1 shutdown write
            server read -> eof
            client return 1 done"#,
    },
    Example {
        contracts: SHUTS_READ,
        bad: r#"
            client shutdown read -> done
            server read -> eof"#,
        good: r#"
            client shutdown read_write -> done
            server read -> eof"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "shutdown had been called, though it had not returned",
        contracts: ALL,
        history: r#"
            client call 1 shutdown read_write
            server read -> eof
            client return 1 done"#,
    },
    Excuse {
        why: "the peer's shutdown was given up, and may have taken place",
        contracts: ALL,
        history: r#"
            client call 1 shutdown write
            client cancel 1
            server read -> eof"#,
    },
    Excuse {
        why: "each end has its own clock, and the reader's lines stand first",
        contracts: ALL,
        history: r#"
            clock per-end
            server read -> eof
            client shutdown write -> done"#,
    },
];
