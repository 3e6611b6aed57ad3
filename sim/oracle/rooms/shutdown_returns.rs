//! Judges `shutdown-returns`.

use super::scope::ALL;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "Shutting down reading returns, always. Shutting down writing, or both, returns once the peer has read what was \
                    accepted, or this end was aborted.",
    source: "gluten-mirage Mirage_flow.S, shutdown; measured: a shutdown of reading that hangs on a full buffer",
    premise: "a shutdown that nothing holds up is pending or returns",
    parameters: &["patience"],
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::ShutdownReturns, Section::Liveness, Level::BothEnds)
};

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            client call 1 shutdown read
            quiet"#,
        good: r#"
            client call 1 shutdown read
            client return 1 done
            quiet"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            server call 1 read
            client call 1 shutdown write
            server return 1 eof
            quiet"#,
        good: r#"
            server call 1 read
            client call 1 shutdown write
            server return 1 eof
            client return 1 done
            server shutdown write -> done
            quiet"#,
    },
];

const EXCUSES: &[Excuse] = &[Excuse {
    why: "nobody reads what was accepted",
    contracts: ALL,
    history: r#"
            client write "a" -> ok
            client call 2 shutdown write
            quiet"#,
}];
