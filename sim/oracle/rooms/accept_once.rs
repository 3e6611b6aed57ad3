//! Judges `accept-once`: is a connection handed out once, and only where there is one?

use super::scope::ALL;
use crate::oracle::events::opening::{Accepted, HandedOut};
use crate::oracle::fact::fact;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "An established connection is handed out at most once, by callback or by accept, with its keep-alive settings already \
                    in force.",
    source: "metrics-mirage Tcp.S, listen: the callback runs for each established flow",
    premise: "accept returns a flow",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::AcceptOnce, Section::Connections, Level::BothEnds)
};

/// In a simulated run all calls are recorded: a connection that the peer never asked for was handed out twice.
pub(in crate::oracle) fn unasked(scene: &Scene<'_>, handed: &HandedOut) -> Ruling {
    if !scene.header.simulated || scene.me().opening.connects() || scene.peer().used {
        return Ruling::Moot;
    }
    let said = fact!(
        "the {end}'s accept #{op} returned a connection that the {peer} had not asked for",
        end = scene.end,
        op = handed.op,
        peer = scene.end.peer()
    );
    Ruling::broken(&[], said)
}

/// An accept returned a connection: had an earlier one returned it?
pub(in crate::oracle) fn accepted(scene: &Scene<'_>, accept: &Accepted<'_>) -> Ruling {
    let opening = &scene.me().opening;
    // An end that is connected to somebody else has another connection, whatever flow the call stands on.
    let other = opening.destination().zip(accept.peer).is_some_and(|(known, peer)| known != peer);
    let Some((first, op)) = opening.opened().filter(|_| !other && !accept.made) else { return Ruling::kept_if(!accept.made) };
    let said =
        fact!("the {end}'s accept returned a connection that its accept #{op} had returned at {t}", end = scene.end, op, t = first.t);
    Ruling::broken(&[first, accept.pending.called], said)
}

/// A call that stands on another flow handed this connection out.
pub(in crate::oracle) fn handed_out(scene: &Scene<'_>, _: &HandedOut) -> Ruling {
    let Some((first, _)) = scene.me().opening.opened() else { return Ruling::Kept };
    let said = fact!("the {end} was handed a connection that it had been handed at {t}", end = scene.end, t = first.t);
    Ruling::broken(&[first], said)
}

/// A connect is called, and the peer's accept has already returned its connection.
pub(in crate::oracle) fn accepted_before(scene: &Scene<'_>, handed: &HandedOut) -> Ruling {
    let said = fact!(
        "the {peer}'s accept returned a connection at {t}, before the {end} had called connect",
        peer = scene.end.peer(),
        t = handed.at.t,
        end = scene.end
    );
    Ruling::broken(&[scene.at], said)
}

const EXAMPLES: &[Example] = &[
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
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "an accept that failed took nothing",
        contracts: ALL,
        history: r#"
            client call 1 connect server:80
            server accept 80 -> error connection_aborted
            server accept 80 -> ok
            client return 1 ok"#,
    },
    Excuse {
        why: "nobody has said how the client came to be connected",
        contracts: ALL,
        history: r#"
            server accept 80 -> ok
            client write "a" -> ok
            server read -> "a""#,
    },
    Excuse {
        why: "it is another client's connection, though the call stands on the same flow",
        contracts: ALL,
        history: r#"
            client call 1 connect server:80
            client/1 call 1 connect server:80
            server accept 80 -> ok peer 10.0.0.1:5000
            server accept 80 -> ok peer 10.0.0.1:5001
            client return 1 ok
            client/1 return 1 ok"#,
    },
    Excuse {
        why: "the calls stand on one flow, and make others",
        contracts: ALL,
        history: r#"
            client/1 call 1 connect server:80
            client/2 call 1 connect server:80
            server accept 80 -> ok made 1
            server accept 80 -> ok made 2
            client/1 return 1 ok
            client/2 return 1 ok"#,
    },
];
