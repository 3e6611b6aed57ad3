//! Judges `close-returns`.

use super::scope::{FULL, HALF};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A full close returns within patience, whatever the peer and the network do. A half close returns once both ends have \
                    called close and each has read to the end or was aborted.",
    source: "gluten-mirage Mirage_flow.S, close; hvsock FLOW, close: it waits for the remote end's close, for nothing else",
    premise: "a full close is called, or both ends called a half close and are at the end of what they read",
    parameters: &["close_is", "close_waits_for_peer", "patience"],
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::CloseReturns, Section::Liveness, Level::BothEnds)
};

const EXAMPLES: &[Example] = &[
    Example {
        contracts: FULL,
        bad: r#"
            client call 1 close
            quiet"#,
        good: r#"
            client call 1 close
            client return 1 done
            quiet"#,
    },
    Example {
        contracts: FULL,
        bad: r#"
            client call 1 close
            301s client return 1 done
            quiet"#,
        good: r#"
            client call 1 close
            299s client return 1 done
            quiet"#,
    },
    Example {
        contracts: HALF,
        bad: r#"
            client call 1 close
            server call 1 close
            server return 1 done
            client read -> eof
            server read -> eof
            quiet"#,
        good: r#"
            client call 1 close
            server call 1 close
            server return 1 done
            client read -> eof
            server read -> eof
            client return 1 done
            quiet"#,
    },
];

const EXCUSES: &[Excuse] = &[Excuse {
    why: "the peer has not called close",
    contracts: HALF,
    history: r#"
            client call 1 close
            server read -> eof
            quiet"#,
}];
