//! What must happen at last: due when everything is quiet, or when patience has run out.

use super::about::{About, Example, Level, Section};
use super::{Rule, scope::*};

pub(super) const RULES: &[About] = &[
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
    About {
        statement: "Shutting down reading returns, always. Shutting down writing, or both, returns once the peer has read what was \
                    accepted, or this end was aborted.",
        source: "gluten-mirage Mirage_flow.S, shutdown; measured: a shutdown of reading that hangs on a full buffer",
        premise: "a shutdown that nothing holds up is pending or returns",
        parameters: &["patience"],
        examples: &[
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
        ],
        ..About::new(Rule::ShutdownReturns, Section::Liveness, Level::BothEnds)
    },
    About {
        statement: "A full close returns within patience, whatever the peer and the network do. A half close returns once both ends have \
                    called close and each has read to the end or was aborted.",
        source: "gluten-mirage Mirage_flow.S, close; hvsock FLOW, close: it waits for the remote end's close, for nothing else",
        premise: "a full close is called, or both ends called a half close and are at the end of what they read",
        parameters: &["close_is", "close_waits_for_peer", "patience"],
        examples: &[
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
        ],
        ..About::new(Rule::CloseReturns, Section::Liveness, Level::BothEnds)
    },
    About {
        statement: "When an end is done, by its own full close, an abort, or the end of both directions, it holds nothing in the long run: \
                    no connection, timer, buffer or port.",
        source: "gluten-mirage Mirage_flow.S, close (frees all data); hvsock FLOW, close; RFC 9293 §3.6.1 (2·MSL) and §3.8.3",
        premise: "an end's resources are recorded at quiet, or after the give-up time and 2·MSL, when the end is done",
        examples: &[
            Example {
                contracts: ALL,
                bad: r#"
                    records network resources
                    env reset client by fault
                    3600s env resources client connections 1
                    quiet"#,
                good: r#"
                    records network resources
                    env reset client by fault
                    3600s env resources client
                    quiet"#,
            },
            Example {
                contracts: FULL,
                bad: r#"
                    records network resources
                    client close -> done
                    3600s env resources client timers 1
                    quiet"#,
                good: r#"
                    records network resources
                    client close -> done
                    3600s env resources client
                    quiet"#,
            },
        ],
        ..About::new(Rule::ResourcesFreed, Section::Liveness, Level::Resources)
    },
    About {
        statement: "A writer that met a zero window goes on when the reader has made room, even if the news of it was lost.",
        source: "RFC 9293 §3.8.6.1 (MUST-35 to MUST-37)",
        premise: "a write is pending at a zero window, and the peer reads again",
        ..About::later(Rule::WindowReopens, Section::Liveness, Level::Segments)
    },
    About {
        statement: "An idle flow is quiet: apart from keep-alive it sends next to nothing, and two ends don't answer each other for ever.",
        source: "RFC 9293 §3.8.4 (keep-alive is off by default); RFC 5961 §7 (limit of challenge ACKs)",
        premise: "a flow is idle for an hour, and segments are recorded",
        parameters: &["idle_packets"],
        ..About::later(Rule::QuietWhenIdle, Section::Liveness, Level::Segments)
    },
    About {
        statement: "An abort is told at once: all pending calls of that end return, and none succeeds any more, except reads of what was \
                    kept. Where the contract says so, a writer also learns in time that the peer is gone for good.",
        source: "RFC 9293 §3.10.7.4 and §3.10.8 (all outstanding calls are answered); metrics-mirage Tcp.S, create_connection; measured: a \
                 stack that gives up and wakes nobody",
        premise: "an end is aborted with calls pending, or a call is made after it; a write comes a second after a write to a closed peer",
        parameters: &["closed_peer_writes", "data_before_abort"],
        examples: &[
            Example {
                contracts: ALL,
                bad: r#"
                    client call 1 read
                    env reset client by fault
                    quiet"#,
                good: r#"
                    client call 1 read
                    env reset client by fault
                    client return 1 error reset
                    client shutdown read_write -> done
                    quiet"#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    env reset client by fault
                    client write "a" -> ok"#,
                good: r#"
                    env reset client by fault
                    client write "a" -> error reset"#,
            },
            Example {
                contracts: CANCEL_SAFE,
                bad: r#"
                    server close -> done
                    1s client write "a" -> ok
                    2s client write "b" -> ok"#,
                good: r#"
                    server close -> done
                    1s client write "a" -> ok
                    2s client write "b" -> closed"#,
            },
            Example {
                contracts: CANCEL_SAFE,
                bad: r#"
                    server close -> done
                    1s client write "a" -> ok
                    1999ms client write "b" -> ok
                    3s client write "c" -> ok"#,
                good: r#"
                    server close -> done
                    1s client write "a" -> ok
                    1999ms client write "b" -> ok
                    3s client write "c" -> closed"#,
            },
        ],
        ..About::new(Rule::AbortIsTold, Section::Liveness, Level::Network)
    },
    About {
        statement: "Writing to a peer that shut down reading and throws away what comes does not hang.",
        source: "gluten-mirage Mirage_flow.S, shutdown `read`; measured: a shutdown of reading that keeps the window closed",
        premise: "a write is pending or returns after the peer's shutdown of reading returned",
        parameters: &["data_after_shutdown_read", "patience"],
        applies: shuts_read,
        breakable: discards,
        examples: &[Example {
            contracts: DISCARD,
            bad: r#"
                server shutdown read -> done
                client call 1 write "a"
                quiet"#,
            good: r#"
                server shutdown read -> done
                client call 1 write "a"
                client return 1 ok
                quiet"#,
        }],
        ..About::new(Rule::PeerShutRead, Section::Liveness, Level::BothEnds)
    },
    About {
        statement: "Over a fair path and with a listener, a connect and its accept both complete, even if the last acknowledgement of the \
                    handshake is lost.",
        source: "RFC 9293 §3.5; metrics-mirage Tcp.S, create_connection and listen",
        premise: "connect is called while somebody listens and the path is fair",
        ..About::later(Rule::HandshakeCompletes, Section::Liveness, Level::BothEnds)
    },
];
