//! Judges `connect-once`.

use super::scope::{ALL, FULL};
use crate::oracle::fact::fact;
use crate::oracle::rooms::handshake_completes;
use crate::oracle::state::Asked;
use crate::oracle::waiting::{Due, Waiting};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A connect returns once: with a flow that a listener took, refused, or timed out after the stack's own patience; a \
                    disconnect ends it too.",
    source: "metrics-mirage Tcp.S, create_connection; RFC 9293 §3.10.1, §3.10.7.3 and MUST-23",
    premise: "a connect returns, or is pending at quiet",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::ConnectOnce, Section::Connections, Level::Network)
};

/// At quiet a connect is over, whatever became of it; before, one that is to complete.
pub(in crate::oracle) fn stuck(call: &Waiting<'_>) -> Option<Due> {
    let over = call.at_quiet && !call.hosts[call.end].down;
    let Asked::Connect(_) = call.asked() else { return None };
    if !over && handshake_completes::stuck(call).is_none() {
        return None;
    }
    let left = call.me().halves.disconnect().returned;
    Some(Due::new(left.as_slice(), fact!("a connect succeeds, is refused or times out")))
}

const EXAMPLES: &[Example] = &[
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
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "where segments are not recorded, a refusal speaks for itself",
        contracts: ALL,
        history: r#"
            server listen 80 -> ok
            client connect server:80 -> error refused"#,
    },
    Excuse {
        why: "a reset that does not acknowledge the SYN is no refusal",
        contracts: ALL,
        history: r#"
            records network segments
            client call 1 connect server:80
            client segment passes S seq 100
            server segment injected R seq 0
            180s client return 1 error timed_out"#,
    },
    Excuse {
        why: "the peer that refused begins to connect itself before the call returns",
        contracts: ALL,
        history: r#"
            records network segments
            client call 1 connect server:80
            client segment passes S seq 100
            server segment passes RA seq 0 ack 101
            server call 1 connect client:80
            server segment sent S seq 700
            client return 1 error refused"#,
    },
    Excuse {
        why: "how long a recorded stack tries is its own affair",
        contracts: ALL,
        history: r#"
            env partition
            client call 1 connect server:80
            5s client return 1 error timed_out"#,
    },
    Excuse {
        why: "the connecting end was closed meanwhile",
        contracts: FULL,
        history: r#"
            records network segments
            client call 1 connect server:80
            client segment passes S seq 100
            client call 2 close
            client return 1 error reset
            client return 2 done"#,
    },
    Excuse {
        why: "nothing says that the recording shows the fate of segments",
        contracts: ALL,
        history: r#"
            records network segments
            client call 1 connect server:80
            client segment sent S seq 100
            client return 1 error refused"#,
    },
];
