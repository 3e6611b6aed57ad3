//! Calls beside each other: zero lengths, overlap, cancellation, other flows, and what callers owe.

use crate::contract::{BlockedWriteAtShutdown, Contract};
use crate::rules::about::{About, Example, Level, Section};
use crate::rules::{Rule, scope::*};

fn decides_pending_calls(contract: &Contract) -> bool {
    discards(contract) || contract.blocked_write_at_shutdown == BlockedWriteAtShutdown::Complete
}

pub(in crate::rules) const CALLS: &[About] = &[
    About {
        statement: "A write of nothing shows nothing to the peer: no byte, no read without bytes, no EOF.",
        source: "gluten-mirage Mirage_flow.S, read (at least one byte) and write; POSIX write(2) with length zero",
        premise: "a read of the peer returns after a write of no bytes was called",
        examples: &[
            Example {
                contracts: ALL,
                bad: r#"
                    client write "" -> ok
                    server read -> eof"#,
                good: r#"
                    client write "" -> ok
                    client write "a" -> ok
                    server read -> "a""#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    client writev -> ok
                    server read -> """#,
                good: r#"
                    client writev -> ok
                    client writev "" "a" -> ok
                    server read -> "a""#,
            },
        ],
        ..About::new(Rule::ZeroLengthIsInvisible, Section::Safety, Level::BothEnds)
    },
    About {
        statement: "Reads that overlap share the stream: each byte goes to exactly one of them, and put into some order (where reads queue: \
                    the order of the calls) they give the stream.",
        source: "the interface documents are silent; mirage-tcpip 9.0.1 queues readers; POSIX read(2)",
        premise: "a read that overlaps another returns data",
        parameters: &["concurrent_reads"],
        breakable: reads_may_overlap,
        examples: &[
            Example {
                contracts: &["v1", "classic", "modern", "strict", "mirage-tcpip", "posix", "pipe"],
                bad: r#"
                    client write "ab" -> ok
                    server call 1 read
                    server call 2 read
                    server return 1 "a"
                    server return 2 "a""#,
                good: r#"
                    client write "ab" -> ok
                    server call 1 read
                    server call 2 read
                    server return 1 "a"
                    server return 2 "b""#,
            },
            Example {
                contracts: &["mirage-tcpip", "modern,concurrent_reads=fifo"],
                bad: r#"
                    client write "ab" -> ok
                    server call 1 read
                    server call 2 read
                    server return 2 "a"
                    server return 1 "b""#,
                good: r#"
                    client write "ab" -> ok
                    server call 1 read
                    server call 2 read
                    server return 2 "b"
                    server return 1 "a""#,
            },
        ],
        ..About::new(Rule::OneReaderPerByte, Section::Safety, Level::BothEnds)
    },
    About {
        statement: "What is pending when this end shuts down or closes ends only in the ways that the contract leaves open. In particular \
                    it gets no data that was sent later, unless late data stays readable.",
        source: "gluten-mirage Mirage_flow.S, shutdown and close; POSIX shutdown(2); the rest is measured: the documents are silent",
        premise: "a read or write returns that was pending at own shutdown of its half, or at own full close",
        parameters: &["blocked_read_at_close", "blocked_write_at_shutdown", "data_after_shutdown_read"],
        breakable: decides_pending_calls,
        examples: &[
            Example {
                contracts: DISCARD,
                bad: r#"
                    server call 1 read
                    server shutdown read -> done
                    client write "x" -> ok
                    server return 1 "x""#,
                good: r#"
                    server call 1 read
                    server shutdown read -> done
                    client write "x" -> ok
                    server return 1 eof"#,
            },
            Example {
                contracts: DISCARD,
                bad: r#"
                    server call 1 read
                    server close -> done
                    client write "x" -> ok
                    server return 1 "x""#,
                good: r#"
                    server call 1 read
                    server close -> done
                    client write "x" -> ok
                    server return 1 eof"#,
            },
            Example {
                contracts: &["mirage-tcpip"],
                bad: r#"
                    client call 1 write "a"
                    client shutdown write -> done
                    client return 1 closed"#,
                good: r#"
                    client call 1 write "a"
                    client shutdown write -> done
                    client return 1 ok"#,
            },
        ],
        ..About::new(Rule::PendingAtShutdown, Section::Safety, Level::BothEnds)
    },
    About {
        statement: "A buffer that a read gave away is the caller's: it never changes by itself. Where writes copy, the caller may change a \
                    written buffer once the write said ok, and the peer must not notice.",
        source: "gluten-mirage Mirage_flow.S, read (a fresh buffer) and write; POSIX write(2) copies",
        premise: "a buffer that a read returned is seen again",
        parameters: &["written_buffer"],
        applies: not_v1,
        breakable: not_v1,
        examples: &[Example {
            contracts: NOT_V1,
            bad: r#"
                records network buffers
                client write "ab" -> ok
                server read 1 -> "a"
                server read 1 -> "b"
                env buffer server 1 "b""#,
            good: r#"
                records network buffers
                client write "ab" -> ok
                server read 1 -> "a"
                server read 1 -> "b"
                env buffer server 1 "a""#,
        }],
        ..About::new(Rule::FreshBuffer, Section::Safety, Level::Buffers)
    },
    About {
        statement: "Where reads are safe to cancel, one that was given up has taken nothing: the next read gets the bytes.",
        source: "the interface documents are silent; POSIX read(2) interrupted before it took anything; futures AsyncRead (a dropped poll)",
        premise: "data is read, or EOF, after a read was cancelled",
        parameters: &["cancel_read"],
        breakable: cancelled_reads_are_safe,
        examples: &[
            Example {
                contracts: CANCEL_SAFE,
                bad: r#"
                    client write "ab" -> ok
                    server call 1 read
                    server cancel 1
                    server read -> "b""#,
                good: r#"
                    client write "ab" -> ok
                    server call 1 read
                    server cancel 1
                    server read -> "ab""#,
            },
            Example {
                contracts: CANCEL_SAFE,
                bad: r#"
                    server call 1 read
                    client write "a" -> ok
                    server cancel 1
                    client write "b" -> ok
                    server read -> "b""#,
                good: r#"
                    server call 1 read
                    client write "a" -> ok
                    server cancel 1
                    client write "b" -> ok
                    server read -> "ab""#,
            },
        ],
        ..About::new(Rule::CancelledRead, Section::Safety, Level::BothEnds)
    },
    About {
        statement: "A shutdown or close that was given up took place or did not. Once something has shown which, the answer stands.",
        source: "the interface documents are silent: what cancelling leaves open must still be one of the two",
        premise: "a call whose result shows whether a cancelled shutdown or close took place returns",
        parameters: &["write_on_closed"],
        examples: &[
            Example {
                contracts: V1,
                bad: r#"
                    client call 1 shutdown write
                    client cancel 1
                    client write "a" -> eof
                    client write "b" -> ok"#,
                good: r#"
                    client call 1 shutdown write
                    client cancel 1
                    client write "a" -> eof
                    client write "b" -> eof"#,
            },
            Example {
                contracts: NOT_V1,
                bad: r#"
                    client call 1 shutdown write
                    client cancel 1
                    client write "a" -> closed
                    client write "b" -> ok"#,
                good: r#"
                    client call 1 shutdown write
                    client cancel 1
                    client write "a" -> closed
                    client write "b" -> closed"#,
            },
        ],
        ..About::new(Rule::CancelledClose, Section::Safety, Level::OneEnd)
    },
    About {
        statement: "Flows of one stack don't touch each other: what happens on one changes nothing on another.",
        source: "gluten-mirage Mirage_flow.S, flow: the state of a single stream; RFC 9293 §3.3.1 (a control block for each connection)",
        premise: "a call returns on a flow while another flow of the same stack was aborted or closed",
        examples: &[
            Example {
                contracts: ALL,
                bad: r#"
                    client write "a" -> ok
                    env reset server/1 by fault
                    server read -> error reset"#,
                good: r#"
                    client write "a" -> ok
                    env reset server/1 by fault
                    server read -> "a""#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    env reset client/1 by fault
                    client write "a" -> closed"#,
                good: r#"
                    env reset client/1 by fault
                    client write "a" -> ok"#,
            },
        ],
        ..About::new(Rule::FlowsAreIsolated, Section::Safety, Level::BothEnds)
    },
    About {
        statement: "A stack that gives a connection up of its own accord has a reason: for a reset an acceptable one from outside, a full \
                    close with bytes unread or arriving, the peer's own end, or no such connection; for a timeout no progress for as long \
                    as configured; for keep-alive a peer that stayed silent. A quiet half-closed flow is none.",
        source: "RFC 9293 §3.5.2, §3.5.3, §3.8.3, §3.8.4; RFC 5961 §3.2; measured: a stack that drops half-closed connections after 10 s",
        premise: "an end is aborted, and the stack itself decided that",
        examples: &[
            Example {
                contracts: ALL,
                bad: r#"
                client write "a" -> ok
                server read -> "a"
                client shutdown write -> done
                server read -> eof
                10s env timeout client by stack"#,
                good: r#"
                client write "a" -> ok
                client shutdown write -> done
                168s env timeout client by stack"#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    client write "a" -> ok
                    env reset client by stack"#,
                good: r#"
                    client write "a" -> ok
                    server disconnect -> done
                    env reset client by stack"#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    client write "a" -> ok
                    env keepalive_death client by stack"#,
                good: r#"
                    client write "a" -> ok
                    env partition
                    7875s env keepalive_death client by stack"#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    records network segments
                    client write "a" -> ok
                    client segment passes PA seq 100 ack 500 win 9 len 1
                    server segment passes A seq 500 ack 101 win 9
                    client segment injected R seq 50
                    env reset server by stack"#,
                good: r#"
                    records network segments
                    client write "a" -> ok
                    client segment passes PA seq 100 ack 500 win 9 len 1
                    server segment passes A seq 500 ack 101 win 9
                    client segment injected R seq 101
                    env reset server by stack"#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    simulated
                    records network segments
                    client write "ab" -> ok
                    client segment passes PA seq 100 ack 500 win 9 len 2
                    2s server segment passes A seq 500 ack 101 win 9
                    101s env timeout client by stack"#,
                good: r#"
                    simulated
                    records network segments
                    client write "ab" -> ok
                    client segment passes PA seq 100 ack 500 win 9 len 2
                    2s server segment passes A seq 500 ack 101 win 9
                    102s env timeout client by stack"#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    records network segments
                    client write "a" -> ok
                    client segment passes PA seq 100 ack 500 win 9 len 1
                    server segment passes A seq 500 ack 101 win 9
                    500s env timeout client by stack"#,
                good: r#"
                    records network segments
                    client write "a" -> ok
                    client segment passes PA seq 100 ack 500 win 9 len 1
                    500s env timeout client by stack"#,
            },
        ],
        ..About::new(Rule::AbortHasCause, Section::Safety, Level::Network)
    },
    About {
        statement: "The caller's side of the contract: leave a written buffer alone where it changed hands, don't overlap calls where that \
                    is forbidden, don't use a flow after closing it for good, and close or shut down after EOF or an error.",
        source: "gluten-mirage Mirage_flow.S, read and write (close or shutdown should follow; a written buffer must not be reused); \
                 futures AsyncRead and AsyncWrite (one task for each half); POSIX close(2)",
        premise: "a call is made where the contract forbids some overlap, or after own full close; or all is quiet after EOF or an error",
        parameters: &["written_buffer", "concurrent_reads", "concurrent_writes", "blocked_read_at_close"],
        client_duty: true,
        examples: &[
            Example {
                contracts: ALL,
                bad: r#"
                    client shutdown write -> done
                    server read -> eof
                    quiet"#,
                good: r#"
                    client shutdown write -> done
                    server read -> eof
                    server shutdown write -> done
                    quiet"#,
            },
            Example {
                contracts: FULL,
                bad: r#"
                    client close -> done
                    client write "a" -> closed"#,
                good: r#"
                    client shutdown write -> done
                    server read -> eof
                    server close -> done
                    quiet"#,
            },
            Example {
                contracts: &["async-io"],
                bad: r#"
                    server call 1 read
                    server call 2 read"#,
                good: r#"
                    server call 1 read
                    server call 2 write "a""#,
            },
            Example {
                contracts: &["async-io"],
                bad: r#"
                    client call 1 write "a"
                    client call 2 write "b""#,
                good: r#"
                    client call 1 write "a"
                    client call 2 read"#,
            },
            Example {
                contracts: &["posix", "async-io"],
                bad: r#"
                    server call 1 read
                    server call 2 close"#,
                good: r#"
                    client write "a" -> ok
                    server read -> "a"
                    server close -> done"#,
            },
        ],
        ..About::new(Rule::CallerKeepsOff, Section::Safety, Level::OneEnd)
    },
];
