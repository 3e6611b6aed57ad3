//! Failures: none without a cause, none that should not be, and what must fail does.

use crate::rules::about::{About, Example, Level, Section};
use crate::rules::{Rule, scope::*};

pub(in crate::rules) const FAILURE: &[About] = &[
    About {
        statement: "After a write has failed no later one succeeds.",
        source: "gluten-mirage Mirage_flow.S, write and writev: an error is final. The older documents don't say so",
        premise: "a write that was called after another had failed returns",
        parameters: &["write_error_is_final"],
        breakable: errors_are_final,
        examples: &[Example {
            contracts: NO_WAIT,
            bad: r#"
                env reset client by fault
                client write "a" -> error reset
                client write "b" -> ok"#,
            good: r#"
                env reset client by fault
                client write "a" -> error reset
                client write "b" -> closed"#,
        }],
        ..About::new(Rule::WriteErrorIsFinal, Section::Safety, Level::OneEnd)
    },
    About {
        statement: "A write that is called when this end's writing is over fails, and with the very result that the contract names. The \
                    error of an abort may stand in its place.",
        source: "gluten-mirage Mirage_flow.S, shutdown (later writes give `Closed`) and close; mirage-http FLOW, write (gives `Eof`); \
                 POSIX write(2), EPIPE",
        premise: "a write returns that was called after own shutdown of writing or close returned, or after the peer read the EOF",
        parameters: &["write_on_closed", "write_after_full_close"],
        examples: &[
            Example {
                contracts: V1,
                bad: r#"
                    client shutdown write -> done
                    client write "a" -> ok"#,
                good: r#"
                    client shutdown write -> done
                    client write "a" -> eof"#,
            },
            Example {
                contracts: NOT_V1,
                bad: r#"
                    client shutdown write -> done
                    client write "a" -> ok"#,
                good: r#"
                    client shutdown write -> done
                    client write "a" -> closed"#,
            },
            Example {
                contracts: V1,
                bad: r#"
                    client shutdown write -> done
                    client write "a" -> closed"#,
                good: r#"
                    client shutdown write -> done
                    client write "" -> ok
                    client write "a" -> eof"#,
            },
            Example {
                contracts: &["classic", "modern", "strict"],
                bad: r#"
                    client shutdown write -> done
                    client write "a" -> error not_ready"#,
                good: r#"
                    client shutdown write -> done
                    client write "" -> ok
                    client write "a" -> closed"#,
            },
            Example {
                contracts: &["posix", "async-io", "pipe"],
                bad: r#"
                    client shutdown write -> done
                    client write "a" -> eof"#,
                good: r#"
                    client shutdown write -> done
                    client write "" -> ok
                    client write "a" -> error broken_pipe"#,
            },
            Example {
                contracts: NOT_V1,
                bad: r#"
                    client call 1 shutdown write
                    server read -> eof
                    client write "a" -> ok
                    client return 1 done"#,
                good: r#"
                    client call 1 shutdown write
                    server read -> eof
                    client write "a" -> closed
                    client return 1 done"#,
            },
            Example {
                contracts: &["strict"],
                bad: r#"
                    client close -> done
                    client write "a" -> error not_connected"#,
                good: r#"
                    client close -> done
                    client write "a" -> closed"#,
            },
            Example {
                contracts: &["mirage-tcpip"],
                bad: r#"
                    client close -> done
                    client write "a" -> ok"#,
                good: r#"
                    client close -> done
                    client write "a" -> error not_ready"#,
            },
        ],
        ..About::new(Rule::ClosedAfterShutdown, Section::Safety, Level::OneEnd)
    },
    About {
        statement: "A write fails only for a reason: this end called shutdown of writing, close or disconnect, it was aborted, an \
                    earlier write failed, the peer closed for good, or, where that shows, the peer shut down reading. That the peer \
                    ended its own writing is none.",
        source: "gluten-mirage Mirage_flow.S, write (`Closed` says that the connection is closed); hvsock FLOW, close (the remote end \
                 may still write); POSIX write(2)",
        premise: "a write fails",
        parameters: &["close_is", "shutdown_read_seen_by_peer"],
        examples: &[
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
        ],
        ..About::new(Rule::ClosedHasCause, Section::Safety, Level::BothEnds)
    },
    About {
        statement: "A read fails only for a reason: this end was aborted or closed for good, the peer closed for good (and may have \
                    reset), or a read had failed before.",
        source: "gluten-mirage Mirage_flow.S, read; RFC 9293 §3.10.3 RECEIVE; POSIX read(2)",
        premise: "a read fails",
        parameters: &["close_is", "close_sends_pending", "read_after_eof"],
        examples: &[
            Example {
                contracts: ALL,
                bad: "server read -> error reset",
                good: r#"
                    env reset server by fault
                    server read -> error reset"#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    env reset client by fault
                    server read -> error reset"#,
                good: r#"
                    env timeout server by fault
                    server read -> error timed_out"#,
            },
        ],
        ..About::new(Rule::ReadErrorHasCause, Section::Safety, Level::Network)
    },
    About {
        statement: "Ending one's own writing leaves the other direction as it was: the peer's writes and one's own reads go on.",
        source: "hvsock FLOW, close: the remote end may still write, the local end still read; RFC 9293 §3.6; POSIX shutdown(2)",
        premise: "after a half close, a write of the peer or a read of this end returns",
        parameters: &["close_is"],
        examples: &[
            Example {
                contracts: ALL,
                bad: r#"
                    client shutdown write -> done
                    server write "a" -> closed"#,
                good: r#"
                    client shutdown write -> done
                    server write "a" -> ok
                    client read -> "a""#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    client shutdown write -> done
                    client read -> error not_connected"#,
                good: r#"
                    client shutdown write -> done
                    server write "a" -> ok
                    server shutdown write -> done
                    client read -> "a"
                    client read -> eof"#,
            },
            Example {
                contracts: &["mirage-tcpip"],
                bad: r#"
                    client close -> done
                    server write "a" -> closed"#,
                good: r#"
                    client close -> done
                    server write "a" -> ok
                    client read -> "a""#,
            },
        ],
        ..About::new(Rule::HalfCloseKeepsReading, Section::Safety, Level::BothEnds)
    },
    About {
        statement: "Having read EOF is no reason for own writes to fail, as long as the peer has only ended its writing and this end was \
                    not aborted.",
        source: "hvsock FLOW, close; RFC 9293 §3.6 (CLOSE-WAIT may send); POSIX shutdown(2)",
        premise: "a write that was called after a read of this end gave EOF returns, and the peer has only half closed",
        parameters: &["close_is"],
        examples: &[
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
        ],
        ..About::new(Rule::EofKeepsWriting, Section::Safety, Level::BothEnds)
    },
    About {
        statement: "Shutting down reading is no reason for own writes to fail.",
        source: "gluten-mirage Mirage_flow.S, shutdown: each mode ends its own half; POSIX shutdown(2)",
        premise: "a write that was called after own shutdown of reading returns",
        parameters: &["data_after_shutdown_read"],
        applies: shuts_read,
        breakable: shuts_read,
        examples: &[Example {
            contracts: SHUTS_READ,
            bad: r#"
                client shutdown read -> done
                client write "a" -> closed"#,
            good: r#"
                client shutdown read -> done
                client write "a" -> ok
                server read -> "a""#,
        }],
        ..About::new(Rule::ShutdownReadKeepsWriting, Section::Safety, Level::OneEnd)
    },
];
