//! The end of the stream: EOF, and what an abort shows instead.

use crate::rules::about::{About, Example, Level, Section};
use crate::rules::{Rule, scope::*};

pub(in crate::rules) const ENDING: &[About] = &[
    About {
        statement: "A clean EOF says that nothing is missing: it comes only after all that the peer's writes had accepted before its \
                    shutdown or close took effect. A close that may drop bytes must not let that look like a clean end.",
        source: "hvsock FLOW, read and close; gluten-mirage Mirage_flow.S, shutdown; RFC 9293 §3.6 (a close flushes) and MUST-12",
        premise: "a read returns EOF at an end that was not aborted, did not shut down reading and did not close",
        parameters: &["accepted_means", "cancel_read", "cancel_write"],
        examples: &[
            Example {
                contracts: ALL,
                bad: r#"
                    client write "ab" -> ok
                    client shutdown write -> done
                    server read -> "a"
                    server read -> eof"#,
                good: r#"
                    client write "ab" -> ok
                    client shutdown write -> done
                    server read -> "a"
                    server read -> "b"
                    server read -> eof"#,
            },
            Example {
                contracts: NO_WAIT,
                bad: r#"
                    client write "ab" -> ok
                    client close -> done
                    server read -> "a"
                    server read -> eof"#,
                good: r#"
                    client write "ab" -> ok
                    client close -> done
                    server read -> "ab"
                    server read -> eof"#,
            },
            Example {
                contracts: WAITS,
                bad: r#"
                    client write "ab" -> ok
                    client call 2 close
                    server read -> "a"
                    server read -> eof"#,
                good: r#"
                    client write "ab" -> ok
                    client call 2 close
                    server read -> "ab"
                    server read -> eof"#,
            },
        ],
        ..About::new(Rule::EofComplete, Section::Safety, Level::BothEnds)
    },
    About {
        statement: "A stream does not end by itself. Somebody must have ended it: the peer by calling shutdown of writing, close or \
                    disconnect, this end by its own shutdown of reading, full close or disconnect, or an abort of this end.",
        source: "hvsock FLOW, read: EOF means that the remote end called close; gluten-mirage Mirage_flow.S, shutdown; RFC 9293 §3.6",
        premise: "a read returns EOF for the first time at its end",
        examples: &[
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
        ],
        ..About::new(Rule::EofHasCause, Section::Safety, Level::BothEnds)
    },
    About {
        statement: "Once a read gave EOF or an error, no read that is called later brings data; what it gives instead is the \
                    contract's choice.",
        source: "gluten-mirage Mirage_flow.S, read: no later read is successful; measured: one mirage-tcpip EOF and then a hang",
        premise: "a read that was called after another gave EOF or an error returns",
        parameters: &["read_after_eof", "data_after_shutdown_read"],
        examples: &[
            Example {
                contracts: ALL,
                bad: r#"
                    client shutdown write -> done
                    server read -> eof
                    server read -> "x""#,
                good: r#"
                    client shutdown write -> done
                    server read -> eof
                    server read -> eof"#,
            },
            Example {
                contracts: &["modern", "strict", "mirage-tcpip", "posix", "async-io"],
                bad: r#"
                    env reset server by fault
                    server read -> error reset
                    client write "x" -> ok
                    server read -> "x""#,
                good: r#"
                    env reset server by fault
                    server read -> error reset
                    client write "x" -> ok
                    server read -> error reset"#,
            },
        ],
        ..About::new(Rule::EofIsFinal, Section::Safety, Level::OneEnd)
    },
    About {
        statement: "An abort may pass for an end of stream only as far as the contract says: never, after the error was shown once, or \
                    always. Where it may, and bytes from the peer were lost, the EOF is counted as a truncation.",
        source: "RFC 9293 MUST-12 (a user can tell an abort from a close); metrics-mirage Tcp.S, create_connection (keep-alive ends in \
                 EOF); measured: Linux gives the error once, then EOF",
        premise: "a read gives EOF or an error at an end that was aborted, and nothing else could have ended its stream",
        parameters: &["eof_on_reset", "eof_on_keepalive_death"],
        breakable: limits_eof_after_abort,
        examples: &[
            Example {
                contracts: &["strict", "posix", "async-io"],
                bad: r#"
                    env reset server by fault
                    server read -> eof"#,
                good: r#"
                    env reset server by fault
                    server read -> error reset
                    server read -> eof"#,
            },
            Example {
                contracts: &["strict", "posix", "async-io"],
                bad: r#"
                    env keepalive_death server
                    server read -> eof"#,
                good: r#"
                    env keepalive_death server
                    server read -> error timed_out
                    server read -> eof"#,
            },
            Example {
                contracts: &["pipe"],
                bad: r#"
                    env reset server by fault
                    server read -> eof"#,
                good: r#"
                    env reset server by fault
                    server read -> error reset"#,
            },
        ],
        ..About::new(Rule::EofAfterReset, Section::Safety, Level::Network)
    },
    About {
        statement: "What had arrived at this end before it was aborted is read before the error or EOF, or never after it, as the \
                    contract says.",
        source: "measured: Linux keeps what is queued, BSD throws it away; RFC 9293 §3.10.7.4 throws it away",
        premise: "an end is aborted with arrived bytes unread, and its arrivals are recorded (a pipe needs no record)",
        parameters: &["data_before_abort"],
        breakable: keeps_or_drops,
        examples: &[
            Example {
                contracts: &["pipe"],
                bad: r#"
                    client write "ab" -> ok
                    env reset server by fault
                    server read -> error reset"#,
                good: r#"
                    client write "ab" -> ok
                    env reset server by fault
                    server read -> "ab"
                    server read -> error reset"#,
            },
            Example {
                contracts: &["mirage-tcpip", "posix"],
                bad: r#"
                    records network segments
                    client write "ab" -> ok
                    client segment passes PA seq 100 ack 500 win 9 len 2
                    server segment sent A seq 500 ack 102 win 9
                    env reset server by fault
                    server read -> error reset"#,
                good: r#"
                    records network segments
                    client write "ab" -> ok
                    client segment passes PA seq 100 ack 500 win 9 len 2
                    server segment sent A seq 500 ack 102 win 9
                    env reset server by fault
                    server read -> "ab"
                    server read -> error reset"#,
            },
            Example {
                contracts: &["classic,data_before_abort=drop", "modern,data_before_abort=drop"],
                bad: r#"
                    records network segments
                    client write "ab" -> ok
                    client segment passes PA seq 100 ack 500 win 9 len 2
                    env reset server by fault
                    server read -> "ab""#,
                good: r#"
                    records network segments
                    client write "ab" -> ok
                    client segment passes PA seq 100 ack 500 win 9 len 2
                    env reset server by fault
                    server read -> error reset"#,
            },
            Example {
                contracts: &["pipe,data_before_abort=drop"],
                bad: r#"
                    client write "ab" -> ok
                    env reset server by fault
                    server read -> "ab""#,
                good: r#"
                    client write "ab" -> ok
                    env reset server by fault
                    server read -> error reset"#,
            },
        ],
        ..About::new(Rule::DataBeforeAbort, Section::Safety, Level::Segments)
    },
];
