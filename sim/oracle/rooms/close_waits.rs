//! Judges `close-waits`.

use super::scope::{WAITS, close_waits};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A close that waits does not return before the peer has called close too, or one of the two ends was aborted.",
    source: "hvsock and datakit-server-9p FLOW, close; metrics-mirage Tcp.S, close; mirage-http FLOW, close",
    premise: "a close returns, where close waits for the peer",
    parameters: &["close_waits_for_peer"],
    breakable: close_waits,
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::CloseWaits, Section::Safety, Level::BothEnds)
};

const EXAMPLES: &[Example] = &[
    Example {
        contracts: WAITS,
        bad: "client close -> done",
        good: r#"
            client call 1 close
            server call 1 close
            client return 1 done
            server return 1 done"#,
    },
    Example {
        contracts: WAITS,
        bad: r#"
            server shutdown write -> done
            client close -> done"#,
        good: r#"
            env reset server by fault
            client close -> done"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "the peer had called close, though it had not returned",
        contracts: WAITS,
        history: r#"
            client call 1 close
            server call 1 close
            server return 1 done
            client return 1 done"#,
    },
    Excuse {
        why: "an end that was aborted waits for nobody",
        contracts: WAITS,
        history: r#"
            client call 1 close
            env reset client by fault
            client return 1 done"#,
    },
    Excuse {
        why: "on the wire the peer's shutdown of writing and its half close are one",
        contracts: WAITS,
        history: r#"
            records network segments
            client call 1 close
            client segment passes FA seq 100 ack 500 win 9
            server shutdown write -> done
            server segment passes FA seq 500 ack 101 win 9
            client return 1 done"#,
    },
];
