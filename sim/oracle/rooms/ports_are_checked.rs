//! Judges `ports-are-checked`: is a port that there can't be refused?

use super::scope::ALL;
use crate::contract::Outcome;
use crate::oracle::events::opening::{Accepted, Connected, FailedConnect, Listened};
use crate::oracle::fact::fact;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::state::Pending;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A port that is out of range gives an error, and is not taken for another one.",
    source: "metrics-mirage Tcp.S, listen and create_connection; POSIX bind(2) and connect(2); RFC 9293 §3.1 (16 bits)",
    premise: "listen, accept or connect names a port above 65,535, and returns",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::PortsAreChecked, Section::Connections, Level::OneEnd)
};

/// A listen returned.
pub(in crate::oracle) fn listened(scene: &Scene<'_>, listen: &Listened<'_>) -> Ruling {
    match *listen.outcome {
        Outcome::Ok => taken(scene, listen.pending, Some(listen.port)),
        _ => Ruling::kept_if(is_out_of_range(listen.port)),
    }
}

/// A connect succeeded.
pub(in crate::oracle) fn connected(scene: &Scene<'_>, connect: &Connected<'_>) -> Ruling {
    taken(scene, connect.pending, connect.port)
}

/// A connect failed, as one to such a port must.
pub(in crate::oracle) fn failed_connect(_: &Scene<'_>, connect: &FailedConnect<'_>) -> Ruling {
    Ruling::kept_if(connect.port.is_some_and(is_out_of_range))
}

/// An accept returned a connection.
pub(in crate::oracle) fn accepted(scene: &Scene<'_>, accept: &Accepted<'_>) -> Ruling {
    taken(scene, accept.pending, Some(accept.port))
}

const fn is_out_of_range(port: u32) -> bool {
    port > u16::MAX as u32
}

/// A call that named a port succeeded.
fn taken(scene: &Scene<'_>, pending: &Pending, port: Option<u32>) -> Ruling {
    let Some(port) = port.filter(|port| is_out_of_range(*port)) else { return Ruling::Moot };
    let (end, call, op) = (scene.end, pending.asked.word(), pending.op);
    Ruling::broken(&[pending.called], fact!("the {end}'s {call} #{op} succeeded, although there is no port {port}", end, call, op, port))
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            server listen 65536 -> ok"#,
        good: r#"
            server listen 65536 -> error no_such_port"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            server listen 80 -> ok
            client connect server:65616 -> ok"#,
        good: r#"
            server listen 80 -> ok
            client connect server:65616 -> error no_such_port"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            server listen 80 -> ok
            client connect server:80 -> ok
            server accept 65616 -> ok"#,
        good: r#"
            server listen 65616 -> error no_such_port
            server accept 65616 -> error no_such_port"#,
    },
];

const EXCUSES: &[Excuse] = &[Excuse {
    why: "the last port is one",
    contracts: ALL,
    history: r#"
            server listen 65535 -> ok
            client connect server:65535 -> ok"#,
}];
