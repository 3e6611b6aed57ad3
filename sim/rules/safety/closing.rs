//! Own shutdown and close: what they end, what they leave alone, when they return.

use crate::rules::about::{About, Example, Level, Section};
use crate::rules::{Rule, scope::*};

pub(in crate::rules) const CLOSING: &[About] = &[
    About {
        statement: "A read that is called after own shutdown of reading gives EOF, or the error of an abort, whatever is queued or still \
                    arrives. Where the contract leaves late data readable it may give that too.",
        source: "gluten-mirage Mirage_flow.S, shutdown `read`; POSIX shutdown(2); measured: Linux lets late data be read, BSD does not",
        premise: "a read that was called after own shutdown of reading returned gives something",
        parameters: &["data_after_shutdown_read"],
        applies: shuts_read,
        breakable: discards,
        examples: &[
            Example {
                contracts: DISCARD,
                bad: r#"
                    client write "x" -> ok
                    server shutdown read -> done
                    server read -> "x""#,
                good: r#"
                    client write "x" -> ok
                    server shutdown read -> done
                    server read -> eof"#,
            },
            Example {
                contracts: DISCARD,
                bad: r#"
                    server shutdown read -> done
                    client write "x" -> ok
                    server read -> "x""#,
                good: r#"
                    server shutdown read -> done
                    client write "x" -> ok
                    server read -> eof"#,
            },
        ],
        ..About::new(Rule::EofAfterShutdownRead, Section::Safety, Level::OneEnd)
    },
    About {
        statement: "After own full close nothing works any more: a read gives EOF or an error, never data, and no write succeeds.",
        source: "gluten-mirage Mirage_flow.S, close; RFC 9293 §3.10.2 and §3.10.3 (CLOSED); POSIX close(2)",
        premise: "a read or write that was called after own full close returned gives something",
        parameters: &["close_is", "write_after_full_close"],
        examples: &[
            Example {
                contracts: FULL,
                bad: r#"
                    client write "x" -> ok
                    server close -> done
                    server read -> "x""#,
                good: r#"
                    client write "x" -> ok
                    server close -> done
                    server read -> error not_connected"#,
            },
            Example {
                contracts: FULL,
                bad: r#"
                    client close -> done
                    client write "a" -> ok"#,
                good: r#"
                    client close -> done
                    client write "a" -> closed"#,
            },
            Example {
                contracts: V1,
                bad: r#"
                    client shutdown read_write -> done
                    client write "a" -> ok"#,
                good: r#"
                    client shutdown read_write -> done
                    client write "a" -> eof"#,
            },
            Example {
                contracts: NOT_V1,
                bad: r#"
                    client shutdown read_write -> done
                    client write "a" -> ok"#,
                good: r#"
                    client shutdown read_write -> done
                    client write "a" -> closed"#,
            },
        ],
        ..About::new(Rule::ErrorAfterClose, Section::Safety, Level::OneEnd)
    },
    About {
        statement: "Where close ends only the writing half, reading goes on while close waits, and after it where it does not wait: the \
                    peer's data, then EOF.",
        source: "hvsock and datakit-server-9p FLOW, close; metrics-mirage Tcp.S, close: the local end may still read",
        premise: "a read that was called after own half close was called gives something",
        parameters: &["close_is", "close_waits_for_peer"],
        breakable: close_is_half,
        examples: &[Example {
            contracts: HALF,
            bad: r#"
                client call 1 close
                server write "a" -> ok
                client read -> error not_connected"#,
            good: r#"
                client call 1 close
                server write "a" -> ok
                client read -> "a""#,
        }],
        ..About::new(Rule::CloseKeepsReading, Section::Safety, Level::BothEnds)
    },
    About {
        statement: "A close that waits does not return before the peer has called close too, or one of the two ends was aborted.",
        source: "hvsock and datakit-server-9p FLOW, close; metrics-mirage Tcp.S, close; mirage-http FLOW, close",
        premise: "a close returns, where close waits for the peer",
        parameters: &["close_waits_for_peer"],
        breakable: close_waits,
        examples: &[
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
        ],
        ..About::new(Rule::CloseWaits, Section::Safety, Level::BothEnds)
    },
    About {
        statement: "Closing or shutting down again, or twice at a time, ends as the first would and changes nothing more: it is done, and \
                    it never panics. Sockets may say instead that there is nothing left to close.",
        source: "gluten-mirage Mirage_flow.S, close: a second one does nothing and raises nothing; RFC 9293 §3.10.4 (no second FIN); POSIX \
                 shutdown(2), ENOTCONN",
        premise: "a close or shutdown returns that was called when another of this end had been called",
        examples: &[
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
        ],
        ..About::new(Rule::CloseIsIdempotent, Section::Safety, Level::OneEnd)
    },
];
