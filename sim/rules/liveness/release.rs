//! Ending returns and frees what was held, aborts are told, and nothing hangs on a peer that left.

use crate::rules::about::{About, Example, Level, Section};
use crate::rules::{Rule, scope::*};

pub(in crate::rules) const RELEASE: &[About] = &[
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
            Example {
                contracts: ALL,
                bad: r#"
                    records network resources
                    client disconnect -> done
                    1801s env resources client ports 1"#,
                good: r#"
                    records network resources
                    client disconnect -> done
                    1800s env resources client ports 1
                    1801s env resources client"#,
            },
        ],
        ..About::new(Rule::ResourcesFreed, Section::Liveness, Level::Resources)
    },
    About {
        statement: "A writer that met a zero window goes on when the reader has made room, even if the news of it was lost.",
        source: "RFC 9293 §3.8.6.1 (MUST-35 to MUST-37)",
        premise: "a writer learns that a closed window is open again; or all is quiet while one is closed, and the peer reads",
        examples: &[
            Example {
                contracts: ALL,
                bad: r#"
                    records network segments
                    client call 1 write "abcd"
                    client segment passes PA seq 100 ack 500 win 9 len 2
                    server segment passes A seq 500 ack 102 win 0
                    server read -> "ab"
                    server segment sent A seq 500 ack 102 win 2
                    server segment dropped A seq 500 ack 102 win 2
                    server call 2 read
                    quiet"#,
                good: r#"
                    records network segments
                    client call 1 write "abcd"
                    client segment passes PA seq 100 ack 500 win 9 len 2
                    server segment passes A seq 500 ack 102 win 0
                    server read -> "ab"
                    server segment sent A seq 500 ack 102 win 2
                    server segment dropped A seq 500 ack 102 win 2
                    server call 2 read
                    1s client segment passes A seq 102 ack 500 win 9 len 1
                    server segment passes A seq 500 ack 103 win 1
                    server return 2 "c"
                    client segment passes PA seq 103 ack 500 win 9 len 1
                    client return 1 ok
                    server call 3 read
                    server return 3 "d"
                    quiet"#,
            },
            Example {
                contracts: NOT_FLUSHED,
                bad: r#"
                    records network segments
                    client write "abcd" -> ok
                    client segment passes PA seq 100 ack 500 win 9 len 2
                    server segment passes A seq 500 ack 102 win 0
                    server read -> "ab"
                    server call 2 read
                    quiet"#,
                good: r#"
                    records network segments
                    client write "abcd" -> ok
                    client segment passes PA seq 100 ack 500 win 9 len 2
                    server segment passes A seq 500 ack 102 win 0
                    server read -> "ab"
                    server segment passes A seq 500 ack 102 win 2
                    server call 2 read
                    client segment passes PA seq 102 ack 500 win 9 len 2
                    server return 2 "cd"
                    quiet"#,
            },
        ],
        ..About::new(Rule::WindowReopens, Section::Liveness, Level::Segments)
    },
    About {
        statement: "An idle flow is quiet: apart from keep-alive it sends next to nothing, and two ends don't answer each other for ever.",
        source: "RFC 9293 §3.8.4 (keep-alive is off by default); RFC 5961 §7 (limit of challenge ACKs)",
        premise: "a segment that says nothing new is sent when nothing has happened for five minutes, or hundreds of acknowledgements answer \
                  nothing",
        parameters: &["idle_packets"],
        examples: &[
            Example {
                contracts: ALL,
                bad: r#"
                    records network segments
                    client shutdown write -> done
                    client segment sent FA seq 100 ack 500 win 9
                    301s repeat 301 every 1s client segment sent FA seq 100 ack 500 win 9"#,
                good: r#"
                    records network segments
                    client shutdown write -> done
                    client segment sent FA seq 100 ack 500 win 9
                    301s repeat 300 every 1s client segment sent FA seq 100 ack 500 win 9"#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    records network segments
                    client segment passes PA seq 100 ack 500 win 9 len 1
                    server segment passes A seq 500 ack 101 win 9
                    400s repeat 151 every 10s server segment passes A seq 500 ack 101 win 9
                    2000s repeat 150 every 10s client segment passes A seq 101 ack 500 win 9"#,
                good: r#"
                    records network segments
                    client segment passes PA seq 100 ack 500 win 9 len 1
                    server segment passes A seq 500 ack 101 win 9
                    400s repeat 151 every 10s server segment passes A seq 500 ack 101 win 9
                    4000s repeat 150 every 10s client segment passes A seq 101 ack 500 win 9"#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    records network segments
                    client call 1 read
                    client segment sent A seq 101 ack 500 win 9
                    1s repeat 301 every 1ms server segment sent A seq 500 ack 101 win 9
                    2s client segment sent A seq 101 ack 500 win 9
                    end"#,
                good: r#"
                    records network segments
                    client call 1 read
                    client segment sent A seq 101 ack 500 win 9
                    1s repeat 300 every 1ms server segment sent A seq 500 ack 101 win 9
                    400s client segment sent A seq 101 ack 500 win 9
                    end"#,
            },
        ],
        ..About::new(Rule::QuietWhenIdle, Section::Liveness, Level::Segments)
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
            Example {
                contracts: CANCEL_SAFE,
                bad: r#"
                    records network segments
                    server close -> done
                    1s client write "a" -> ok
                    1500ms client segment passes PA seq 100 ack 500 win 9 len 1
                    2500ms client write "b" -> ok"#,
                good: r#"
                    records network segments
                    server close -> done
                    1s client write "a" -> ok
                    1500ms client segment passes PA seq 100 ack 500 win 9 len 1
                    2499ms client write "b" -> ok
                    2500ms server segment sent R seq 500
                    server segment dropped R seq 500
                    4s client write "c" -> ok
                    env reset client by fault
                    client write "d" -> error reset"#,
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
        premise: "a connect returns ok to which somebody listened, or it or its accept is pending at quiet over a fair path",
        examples: &[
            Example {
                contracts: ALL,
                bad: r#"
                    server call 1 accept 80
                    client call 1 connect
                    quiet"#,
                good: r#"
                    server call 1 accept 80
                    client call 1 connect
                    client return 1 ok
                    server return 1 ok
                    quiet"#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    server listen 80 -> ok
                    client call 1 connect server:80
                    quiet"#,
                good: r#"
                    server listen 80 -> ok
                    client call 1 connect server:80
                    client return 1 ok
                    quiet"#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    server listen 80 -> ok
                    client connect server:80 -> ok
                    server call 2 accept 80
                    quiet"#,
                good: r#"
                    server listen 80 -> ok
                    client connect server:80 -> ok
                    server call 2 accept 80
                    server return 2 ok
                    quiet"#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    simulated
                    server listen 80 -> ok
                    env partition
                    client call 1 connect server:80
                    2s client return 1 error timed_out
                    4s env heal
                    quiet"#,
                good: r#"
                    simulated
                    server listen 80 -> ok
                    env partition
                    client call 1 connect server:80
                    4s env heal
                    8s client return 1 ok
                    quiet"#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    records network segments
                    server listen 80 -> ok
                    server call 2 accept 80
                    client call 1 connect server:80
                    client segment passes S seq 100
                    180s client return 1 error timed_out"#,
                good: r#"
                    records network segments
                    server listen 80 -> ok
                    server call 2 accept 80
                    client call 1 connect server:80
                    client segment passes S seq 100
                    server segment passes SA seq 500 ack 101
                    client return 1 ok
                    client segment passes A seq 101 ack 501
                    server return 2 ok"#,
            },
        ],
        ..About::new(Rule::HandshakeCompletes, Section::Liveness, Level::BothEnds)
    },
];
