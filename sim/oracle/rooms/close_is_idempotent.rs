//! Judges `close-is-idempotent`.

use super::scope::{ALL, NO_WAIT};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "Closing or shutting down again, or twice at a time, ends as the first would and changes nothing more: it is done, and \
                    it never panics. Sockets may say instead that there is nothing left to close.",
    source: "gluten-mirage Mirage_flow.S, close: a second one does nothing and raises nothing; RFC 9293 §3.10.4 (no second FIN); POSIX \
                 shutdown(2), ENOTCONN",
    premise: "a close or shutdown returns that was called when another of this end had been called",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::CloseIsIdempotent, Section::Safety, Level::OneEnd)
};

const EXAMPLES: &[Example] = &[
    Example {
        contracts: NO_WAIT,
        bad: r#"
            client close -> done
            client close -> panic"#,
        good: r#"
            client close -> done
            client close -> done"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            client call 1 close
            client call 2 close
            client return 2 panic"#,
        good: r#"
            client call 1 close
            client call 2 close
            server call 1 close
            client return 2 done
            client return 1 done
            server return 1 done"#,
    },
    Example {
        contracts: &["v1", "classic", "modern", "strict", "mirage-tcpip", "pipe"],
        bad: r#"
            client shutdown write -> done
            client shutdown write -> error not_connected"#,
        good: r#"
            client shutdown write -> done
            client shutdown write -> done"#,
    },
    Example {
        contracts: &["posix", "async-io"],
        bad: r#"
            client shutdown write -> done
            client shutdown write -> panic"#,
        good: r#"
            client shutdown write -> done
            client shutdown write -> error not_connected"#,
    },
];

const EXCUSES: &[Excuse] = &[Excuse {
    why: "sockets may say that nothing is left to shut down",
    contracts: &["posix", "async-io"],
    history: r#"
            client close -> done
            client shutdown write -> error not_connected
            client close -> error bad_descriptor"#,
}];
