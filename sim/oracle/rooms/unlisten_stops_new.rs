//! Judges `unlisten-stops-new`.

use super::scope::{ALL, NO_SOCKETS};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "Nothing that begins after unlisten returned is accepted, while flows that exist live on. The port can be listened on \
                    again; a second listener takes over or is refused, as the contract says.",
    source: "metrics-mirage Tcp.S, listen and unlisten; POSIX listen(2), EADDRINUSE",
    premise: "unlisten returns, a second listen on a port, or a connect or accept after an unlisten",
    parameters: &["second_listen"],
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::UnlistenStopsNew, Section::Connections, Level::BothEnds)
};

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            server listen 80 -> ok
            server unlisten 80 -> ok
            client connect server:80 -> ok"#,
        good: r#"
            server listen 80 -> ok
            server unlisten 80 -> ok
            client connect server:80 -> error refused"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            server listen 80 -> ok
            server unlisten 80 -> ok
            client call 1 connect server:80
            server accept 80 -> ok"#,
        good: r#"
            server listen 80 -> ok
            client call 1 connect server:80
            server unlisten 80 -> ok
            server accept 80 -> ok"#,
    },
    Example {
        contracts: NO_SOCKETS,
        bad: r#"
            server listen 80 -> ok
            server unlisten 80 -> ok
            server listen 80 -> error in_use"#,
        good: r#"
            server listen 80 -> ok
            server unlisten 80 -> ok
            server listen 80 -> ok"#,
    },
    Example {
        contracts: &["classic", "mirage-tcpip"],
        bad: r#"
            server listen 80 -> ok
            server listen 80 -> error in_use"#,
        good: r#"
            server listen 80 -> ok
            server listen 80 -> ok"#,
    },
    Example {
        contracts: &["strict", "posix"],
        bad: r#"
            server listen 80 -> ok
            server listen 80 -> ok"#,
        good: r#"
            server listen 80 -> ok
            server listen 80 -> error in_use"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "the connect was called before unlisten had returned",
        contracts: ALL,
        history: r#"
            server listen 80 -> ok
            client call 1 connect server:80
            server unlisten 80 -> ok
            client return 1 ok
            client write "a" -> ok
            server accept 80 -> ok
            server read -> "a""#,
    },
    Excuse {
        why: "somebody listens there again, though listen has not returned",
        contracts: ALL,
        history: r#"
            server listen 80 -> ok
            server unlisten 80 -> ok
            server call 3 listen 80
            client connect server:80 -> ok
            server return 3 ok"#,
    },
    Excuse {
        why: "it is another port",
        contracts: ALL,
        history: r#"
            server listen 80 -> ok
            server listen 81 -> ok
            server unlisten 80 -> ok
            client connect server:81 -> ok"#,
    },
    Excuse {
        why: "the unlisten failed",
        contracts: ALL,
        history: r#"
            server listen 80 -> ok
            server unlisten 80 -> error not_ready
            client connect server:80 -> ok"#,
    },
    Excuse {
        why: "the first listen had not returned when the second was called",
        contracts: ALL,
        history: r#"
            server call 1 listen 80
            server call 2 listen 80
            server return 1 ok
            server return 2 error in_use
            server/1 call 1 listen 81
            server/1 call 2 listen 81
            server/1 return 1 ok
            server/1 return 2 ok"#,
    },
];
