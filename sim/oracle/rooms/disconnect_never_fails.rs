//! Judges `disconnect-never-fails`: does a disconnect end well, and everything with it?

use super::scope::ALL;
use crate::contract::Outcome;
use crate::oracle::events::ReturnedEnd;
use crate::oracle::events::opening::Accepted;
use crate::oracle::fact::fact;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::state::Asked;
use crate::oracle::waiting::{Due, Waiting};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "Disconnecting a stack ends without an error, ends what is pending on it, and nothing is accepted afterwards.",
    source: "metrics-mirage Tcp.S, disconnect",
    premise: "disconnect is called",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::DisconnectNeverFails, Section::Connections, Level::OneEnd)
};

/// A disconnect ends; at quiet all is over that was asked of a stack that has left the network.
pub(in crate::oracle) fn stuck(call: &Waiting<'_>) -> Option<Due> {
    match (call.asked(), call.me().halves.disconnect().returned) {
        (Asked::Disconnect, _) => Some(Due::new(&[], fact!("a disconnect ends"))),
        (Asked::Accept(_), Some(left)) if call.at_quiet && !call.hosts[call.end].down => {
            Some(Due::new(&[left], fact!("the stack had left the network")))
        }
        _ => None,
    }
}

/// An accept returned a connection: had its stack left the network before it was called?
pub(in crate::oracle) fn accepted(scene: &Scene<'_>, accept: &Accepted<'_>) -> Ruling {
    let left = scene.me().halves.disconnect().returned.filter(|left| left.seq < accept.pending.called.seq);
    let Some(left) = left.filter(|_| accept.made || scene.is_ordered()) else { return Ruling::Moot };
    let said = fact!("the {end} accepted a connection after it had left the network at {t}", end = scene.end, t = left.t);
    Ruling::broken(&[left, accept.pending.called], said)
}

pub(in crate::oracle) fn returned_disconnect(scene: &Scene<'_>, end: &ReturnedEnd<'_>) -> Ruling {
    if *end.outcome == Outcome::Done {
        return Ruling::Kept;
    }
    let said = fact!("the {end}'s disconnect returned `{result}`", end = scene.end, result = end.outcome.word());
    Ruling::broken(&[end.pending.called], said)
}

const EXAMPLES: &[Example] = &[
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
];

const EXCUSES: &[Excuse] = &[Excuse {
    why: "the connection was taken before",
    contracts: ALL,
    history: r#"
            client call 1 connect server:80
            server call 1 accept 80
            server call 2 disconnect
            server return 1 ok
            server return 2 done"#,
}];
