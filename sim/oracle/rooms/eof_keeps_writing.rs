//! Judges `eof-keeps-writing`.

use super::scope::{ALL, FULL, WAITS};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "Having read EOF is no reason for own writes to fail, as long as the peer has only ended its writing and this end was \
                    not aborted.",
    source: "hvsock FLOW, close; RFC 9293 §3.6 (CLOSE-WAIT may send); POSIX shutdown(2)",
    premise: "a write that was called after a read of this end gave EOF returns, and the peer has only half closed",
    parameters: &["close_is"],
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::EofKeepsWriting, Section::Safety, Level::BothEnds)
};

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            client shutdown write -> done
            server read -> eof
            server write "a" -> closed"#,
        good: r#"
            client shutdown write -> done
            server read -> eof
            server write "a" -> ok
            client read -> "a""#,
    },
    Example {
        contracts: WAITS,
        bad: r#"
            client call 1 close
            server read -> eof
            server write "a" -> error reset"#,
        good: r#"
            client call 1 close
            server read -> eof
            server write "a" -> ok"#,
    },
];

const EXCUSES: &[Excuse] = &[Excuse {
    why: "the peer closed for good, not only its writing",
    contracts: FULL,
    history: r#"
            client close -> done
            server read -> eof
            server write "a" -> error broken_pipe"#,
}];
