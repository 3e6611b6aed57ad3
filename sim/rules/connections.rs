//! Connecting and accepting, keep-alive, and what may come in from the network.

use super::about::{About, Example, Level, Section};
use super::{Rule, scope::*};

pub(super) const RULES: &[About] = &[
    About {
        statement: "A connect returns once: with a flow that a listener took, refused, or timed out after the stack's own patience; a \
                    disconnect ends it too.",
        source: "metrics-mirage Tcp.S, create_connection; RFC 9293 §3.10.1, §3.10.7.3 and MUST-23",
        premise: "a connect returns, or is pending at quiet",
        examples: &[
            Example {
                contracts: ALL,
                bad: r#"
                    client call 1 connect server:80
                    quiet"#,
                good: r#"
                    client call 1 connect server:80
                    client return 1 error refused
                    quiet"#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    client call 1 connect server:80
                    client disconnect -> done
                    quiet"#,
                good: r#"
                    client call 1 connect server:80
                    client disconnect -> done
                    client return 1 error not_connected
                    quiet"#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    records network segments
                    client call 1 connect server:80
                    client segment sent S seq 100
                    client segment dropped S seq 100
                    client return 1 error refused"#,
                good: r#"
                    records network segments
                    client call 1 connect server:80
                    client segment sent S seq 100
                    client segment delivered S seq 100
                    server segment sent RA seq 0 ack 101
                    server segment delivered RA seq 0 ack 101
                    client return 1 error refused"#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    records network segments
                    client call 1 connect server:80
                    client segment sent S seq 100
                    client segment delivered S seq 100
                    server segment sent RA seq 0 ack 101
                    server segment delivered RA seq 0 ack 101
                    180s client return 1 error timed_out"#,
                good: r#"
                    records network segments
                    client call 1 connect server:80
                    client segment sent S seq 100
                    client segment delivered S seq 100
                    server segment sent RA seq 0 ack 100
                    server segment delivered RA seq 0 ack 100
                    180s client return 1 error timed_out"#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    simulated
                    env partition
                    1s client call 1 connect server:80
                    180999ms client return 1 error timed_out"#,
                good: r#"
                    simulated
                    env partition
                    1s client call 1 connect server:80
                    181s client return 1 error timed_out"#,
            },
        ],
        ..About::new(Rule::ConnectOnce, Section::Connections, Level::Network)
    },
    About {
        statement: "An established connection is handed out at most once, by callback or by accept, with its keep-alive settings already \
                    in force.",
        source: "metrics-mirage Tcp.S, listen: the callback runs for each established flow",
        premise: "accept returns a flow",
        examples: &[
            Example {
                contracts: ALL,
                bad: r#"
                    client call 1 connect server:80
                    server accept 80 -> ok
                    client return 1 ok
                    server accept 80 -> ok"#,
                good: r#"
                    client call 1 connect server:80
                    server accept 80 -> ok
                    client return 1 ok
                    client/1 call 1 connect server:80
                    server/1 accept 80 -> ok
                    client/1 return 1 ok"#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    server accept 80 -> ok
                    client connect server:80 -> ok"#,
                good: r#"
                    server call 1 accept 80
                    client connect server:80 -> ok
                    server return 1 ok"#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    simulated
                    client connect server:80 -> ok
                    server accept 80 -> ok
                    server/1 accept 80 -> ok
                    quiet"#,
                good: r#"
                    simulated
                    client connect server:80 -> ok
                    server accept 80 -> ok
                    server/1 call 1 accept 80
                    quiet"#,
            },
        ],
        ..About::new(Rule::AcceptOnce, Section::Connections, Level::BothEnds)
    },
    About {
        statement: "Nothing that begins after unlisten returned is accepted, while flows that exist live on. The port can be listened on \
                    again; a second listener takes over or is refused, as the contract says.",
        source: "metrics-mirage Tcp.S, listen and unlisten; POSIX listen(2), EADDRINUSE",
        premise: "unlisten returns, a second listen on a port, or a connect or accept after an unlisten",
        parameters: &["second_listen"],
        examples: &[
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
        ],
        ..About::new(Rule::UnlistenStopsNew, Section::Connections, Level::BothEnds)
    },
    About {
        statement: "Disconnecting a stack ends without an error, ends what is pending on it, and nothing is accepted afterwards.",
        source: "metrics-mirage Tcp.S, disconnect",
        premise: "disconnect is called",
        examples: &[
            Example { contracts: ALL, bad: "client disconnect -> error not_ready", good: "client disconnect -> done" },
            Example {
                contracts: ALL,
                bad: r#"
                    client call 1 disconnect
                    quiet"#,
                good: r#"
                    client call 1 disconnect
                    client return 1 done
                    quiet"#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    server call 1 accept 80
                    server disconnect -> done
                    quiet"#,
                good: r#"
                    server call 1 accept 80
                    server disconnect -> done
                    server return 1 error not_connected
                    quiet"#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    server disconnect -> done
                    client call 1 connect server:80
                    server accept 80 -> ok"#,
                good: r#"
                    server disconnect -> done
                    client call 1 connect server:80
                    server accept 80 -> error not_connected"#,
            },
        ],
        ..About::new(Rule::DisconnectNeverFails, Section::Connections, Level::OneEnd)
    },
    About {
        statement: "A flow's destination is what was connected to, or where the connection came from, as long as it lives.",
        source: "metrics-mirage Tcp.S, dst",
        premise: "destination says whom the flow is connected to, and something else said it before",
        examples: &[
            Example {
                contracts: ALL,
                bad: r#"
                    client connect -> ok peer 10.0.0.2:80
                    client destination -> ok peer 10.0.0.3:80"#,
                good: r#"
                    client connect -> ok peer 10.0.0.2:80
                    client destination -> ok peer 10.0.0.2:80"#,
            },
            Example {
                contracts: ALL,
                bad: r#"
                    server destination -> ok peer 10.0.0.1:5000
                    server destination -> ok peer 10.0.0.1:5001"#,
                good: r#"
                    server destination -> ok peer 10.0.0.1:5000
                    server/1 destination -> ok peer 10.0.0.1:5001
                    server destination -> ok peer 10.0.0.1:5000"#,
            },
        ],
        ..About::new(Rule::DestinationIsConstant, Section::Connections, Level::OneEnd)
    },
    About {
        statement: "A write that is not to be delayed returns ok only when its bytes were transmitted, or acknowledged where the contract \
                    asks for that.",
        source: "metrics-mirage Tcp.S, write_nodelay and writev_nodelay; measured: mirage-tcpip returns on acceptance",
        premise: "write_nodelay or writev_nodelay returns ok, and transmission is recorded",
        parameters: &["nodelay_means"],
        applies: has_nodelay,
        breakable: has_nodelay,
        ..About::later(Rule::NodelayIsSent, Section::Connections, Level::Transmitted)
    },
    About {
        statement: "Keep-alive probes go out on idle connections only, when they were asked for; a lost one is not the end, and a peer \
                    that lives is never given up, be it half closed.",
        source: "metrics-mirage Tcp.S, create_connection; RFC 9293 §3.8.4 (MUST-24 to MUST-29)",
        premise: "a keep-alive probe is sent, or keep-alive gives a connection up",
        applies: has_keepalive,
        breakable: has_keepalive,
        ..About::later(Rule::KeepaliveOnlyWhenIdle, Section::Connections, Level::Segments)
    },
    About {
        statement: "With keep-alive on and nothing outstanding, a peer that fell silent ends reads and writes, pending ones too, when the \
                    probes are used up: not before, and at most one interval and a second later.",
        source: "metrics-mirage Tcp.S, create_connection; RFC 9293 §3.8.4",
        premise: "keep-alive is on, and the peer is silent for longer than all probes take",
        parameters: &["eof_on_keepalive_death"],
        applies: has_keepalive,
        breakable: has_keepalive,
        examples: &[Example {
            contracts: &["classic", "mirage-tcpip"],
            bad: r#"
                env keepalive_death client
                client read -> error timed_out"#,
            good: r#"
                env keepalive_death client
                client read -> eof"#,
        }],
        ..About::later(Rule::KeepaliveEndsDeadFlow, Section::Connections, Level::Network)
    },
    About {
        statement: "No input, whatever its bytes and the connection's state, makes a stack panic or touches another flow. What has a bad \
                    checksum or a malformed header is dropped.",
        source: "metrics-mirage Tcp.S, input; RFC 9293 §3.1 (MUST-3, MUST-7)",
        premise: "a segment that is malformed, corrupted or injected arrives",
        ..About::later(Rule::InputIsTotal, Section::Connections, Level::Segments)
    },
    About {
        statement: "A port that is out of range or in use, and ephemeral ports that ran out, give a clear error.",
        source: "metrics-mirage Tcp.S, listen and create_connection; POSIX bind(2) and connect(2)",
        premise: "listen, unlisten or connect is called with a port that can't be had",
        ..About::later(Rule::PortsAreChecked, Section::Connections, Level::OneEnd)
    },
];
