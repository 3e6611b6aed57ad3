//! Bytes arrive, ends arrive, and calls whose answer is settled return.

use crate::rules::about::{About, Example, Level, Section};
use crate::rules::{Rule, scope::*};

pub(in crate::rules) const PROGRESS: &[About] = &[
    About {
        statement: "If the peer keeps reading and neither end is aborted, every byte of a write that returned ok is read.",
        source: "gluten-mirage Mirage_flow.S, flow (a reliable stream) and write; RFC 9293 §2.2",
        premise: "bytes of a write that returned ok are unread while a read of the peer is pending, or are read by it",
        parameters: &["accepted_means", "close_sends_pending", "patience"],
        examples: &[
            Example {
                contracts: &["v1", "classic", "modern", "strict", "mirage-tcpip", "posix", "pipe"],
                bad: r#"
                    server call 1 read
                    client write "ab" -> ok
                    quiet"#,
                good: r#"
                    server call 1 read
                    client write "ab" -> ok
                    server return 1 "ab"
                    quiet"#,
            },
            Example {
                contracts: &["async-io"],
                bad: r#"
                    server call 1 read
                    client write "ab" -> ok
                    client flush -> ok
                    quiet"#,
                good: r#"
                    server call 1 read
                    client write "ab" -> ok
                    client flush -> ok
                    server return 1 "ab"
                    quiet"#,
            },
        ],
        ..About::new(Rule::Delivery, Section::Liveness, Level::BothEnds)
    },
    About {
        statement: "If this end keeps reading and is not aborted, it learns that the peer half or fully closed: EOF after the data, or an \
                    error where that close may reset.",
        source: "hvsock FLOW, close: EOF is expected once all is read; gluten-mirage Mirage_flow.S, shutdown (signals the remote end); RFC \
                 9293 §3.6",
        premise: "a read is pending or returns EOF after the peer's shutdown of writing or close returned",
        parameters: &["close_sends_pending", "patience"],
        examples: &[
            Example {
                contracts: ALL,
                bad: r#"
                    server call 1 read
                    client shutdown write -> done
                    quiet"#,
                good: r#"
                    server call 1 read
                    client shutdown write -> done
                    server return 1 eof
                    server shutdown write -> done
                    quiet"#,
            },
            Example {
                contracts: NO_WAIT,
                bad: r#"
                    client write "a" -> ok
                    client close -> done
                    server read -> "a"
                    server call 2 read
                    quiet"#,
                good: r#"
                    client write "a" -> ok
                    client close -> done
                    server read -> "a"
                    server read -> eof
                    server close -> done
                    quiet"#,
            },
        ],
        ..About::new(Rule::EofArrives, Section::Liveness, Level::BothEnds)
    },
    About {
        statement: "If the peer keeps reading, a pending write returns.",
        source: "gluten-mirage Mirage_flow.S, write: it waits for acceptance of the remainder, not for ever",
        premise: "a write is pending, or returns, while a read of the peer is pending",
        parameters: &["patience"],
        examples: &[Example {
            contracts: ALL,
            bad: r#"
                server call 1 read
                client call 1 write "a"
                quiet"#,
            good: r#"
                server call 1 read
                client call 1 write "a"
                server return 1 "a"
                client return 1 ok
                quiet"#,
        }],
        ..About::new(Rule::WriteResolves, Section::Liveness, Level::BothEnds)
    },
    About {
        statement: "A call whose answer is settled returns, to every waiter: a read after own shutdown of reading, EOF or an error; a write \
                    after own shutdown of writing; either after own full close.",
        source: "gluten-mirage Mirage_flow.S, shutdown and close; RFC 9293 §3.10; measured: mirage-tcpip 9.0.1 answers one reader only",
        premise: "a read or write whose answer is settled is pending or returns",
        parameters: &["read_after_eof", "blocked_read_at_close", "patience"],
        examples: &[
            Example {
                contracts: V1,
                bad: r#"
                    client shutdown write -> done
                    client call 2 write "a"
                    quiet"#,
                good: r#"
                    client shutdown write -> done
                    client call 2 write "a"
                    client return 2 eof
                    client shutdown read_write -> done
                    quiet"#,
            },
            Example {
                contracts: NOT_V1,
                bad: r#"
                    client shutdown write -> done
                    client call 2 write "a"
                    quiet"#,
                good: r#"
                    client shutdown write -> done
                    client call 2 write "a"
                    client return 2 closed
                    client shutdown read_write -> done
                    quiet"#,
            },
            Example {
                contracts: &["v1", "classic", "modern", "strict", "posix", "async-io", "pipe"],
                bad: r#"
                    client shutdown write -> done
                    server read -> eof
                    server call 2 read
                    quiet"#,
                good: r#"
                    client shutdown write -> done
                    server read -> eof
                    server call 2 read
                    server return 2 eof
                    server shutdown write -> done
                    quiet"#,
            },
            Example {
                contracts: SHUTS_READ,
                bad: r#"
                    server call 1 read
                    server shutdown read -> done
                    quiet"#,
                good: r#"
                    server call 1 read
                    server shutdown read -> done
                    server return 1 eof
                    quiet"#,
            },
            Example {
                contracts: &["modern", "strict", "pipe"],
                bad: r#"
                    server call 1 read
                    server close -> done
                    quiet"#,
                good: r#"
                    server call 1 read
                    server close -> done
                    server return 1 eof
                    quiet"#,
            },
        ],
        ..About::new(Rule::NoStuckCall, Section::Liveness, Level::OneEnd)
    },
];
