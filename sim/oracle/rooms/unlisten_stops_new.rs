//! Judges `unlisten-stops-new`: does anything connect to a port that is not listened on any more?

use super::scope::{ALL, LISTENS_AGAIN};
use crate::contract::{ListenAgain, Outcome, SecondListen};
use crate::oracle::events::opening::{Accepted, Connected, FailedConnect, Listened};
use crate::oracle::fact::{Fact, fact};
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::state::{Asked, Found, Pending};
use crate::oracle::waiting::{Due, Waiting};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "Nothing that begins after unlisten returned is accepted, while flows that exist live on. The port can be listened on \
                    again; a second listener takes over or is refused, as the contract says.",
    source: "metrics-mirage Tcp.S, listen and unlisten; POSIX listen(2), EADDRINUSE",
    premise: "unlisten returns, a second listen on a port, or a connect or accept after an unlisten",
    parameters: &["second_listen"],
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::UnlistenStopsNew, Section::Connections, Level::BothEnds)
};

/// An accept is pending on a port on which nothing listens any more: it ends, in an error.
pub(in crate::oracle) fn stuck(call: &Waiting<'_>) -> Option<Due> {
    let Asked::Accept(port) = call.asked() else { return None };
    let gone = call.hosts[call.end].nobody(Some(port), call.flow.id).filter(|gone| call.pending.called.seq < gone.seq)?;
    Some(Due::new(&[gone], fact!("listening had stopped at {t}", t = gone.t)))
}

/// A connect succeeded: had its listener stopped before it was called?
pub(in crate::oracle) fn connected(scene: &Scene<'_>, connect: &Connected<'_>) -> Ruling {
    let gone = scene.hosts[scene.end.peer()].nobody(connect.port, scene.flow.id).filter(|_| scene.is_ordered());
    let (Some(gone), called) = (gone, connect.pending.called) else { return Ruling::Moot };
    if gone.seq > called.seq {
        return Ruling::Kept;
    }
    let said = fact!("the {end}'s connect succeeded, but it was called after unlisten had returned at {t}", end = scene.end, t = gone.t);
    Ruling::broken(&[gone, called], said)
}

/// A connect failed after its listener had stopped, as it must.
pub(in crate::oracle) fn failed_connect(scene: &Scene<'_>, connect: &FailedConnect<'_>) -> Ruling {
    let gone = scene.hosts[scene.end.peer()].nobody(connect.port, scene.flow.id);
    Ruling::kept_if(gone.is_some_and(|gone| gone.seq < connect.pending.called.seq))
}

/// An accept returned a connection: had it begun after its listener stopped?
pub(in crate::oracle) fn accepted(scene: &Scene<'_>, accept: &Accepted<'_>) -> Ruling {
    let gone = scene.hosts[scene.end].nobody(Some(accept.port), scene.flow.id);
    let Some(gone) = gone.filter(|_| scene.is_ordered() && !accept.made) else { return Ruling::Moot };
    let Some(begun) = scene.peer().opening.begun().filter(|begun| begun.seq > gone.seq) else { return Ruling::Kept };
    let said = fact!(
        "the {end} accepted a connection that began at {begun}, after unlisten had returned at {gone}",
        end = scene.end,
        begun = begun.t,
        gone = gone.t
    );
    Ruling::broken(&[gone, begun], said)
}

/// Listening has stopped: from now on nothing new may come in.
pub(in crate::oracle) fn returned_unlisten(_: &Scene<'_>, _: &Pending) -> Ruling {
    Ruling::Kept
}

/// A second listen on a port, or one after unlisten.
pub(in crate::oracle) fn listened(scene: &Scene<'_>, listen: &Listened<'_>) -> Ruling {
    let me = scene.me();
    let ok = *listen.outcome == Outcome::Ok;
    let unclear = scene.hosts[scene.end].left.is_some() || me.life.crashed().is_some() || listen.port == 0;
    let wrong = match (listen.found, me.contract.second_listen) {
        _ if unclear => return Ruling::Moot,
        (Found::Unknown, _) | (Found::Taken, None) => return Ruling::Moot,
        (Found::Free, _) if me.contract.listen_again.is_none() => return Ruling::Moot,
        (Found::Free, _) => !ok && me.contract.listen_again == Some(ListenAgain::Free),
        (Found::Taken, Some(SecondListen::Replace)) => !ok,
        (Found::Taken, Some(SecondListen::Error)) => ok,
    };
    // An unlisten that was called meanwhile may have come before.
    let still = listen.found != Found::Taken || ok || scene.hosts[scene.end].listener(Some(listen.port)).is_some();
    if wrong && still { Ruling::broken(&[listen.pending.called], said(scene, listen, ok)) } else { Ruling::Kept }
}

fn said(scene: &Scene<'_>, listen: &Listened<'_>, ok: bool) -> Fact {
    let (end, port, error) = (scene.end, listen.port, listen.outcome.clone().into_error());
    match (listen.found, ok) {
        (Found::Free, _) => fact!("the {end} can't listen on port {port} again after unlisten: `{error}`", end, port, error = &error),
        (_, true) => fact!("the {end}'s second listen on port {port} succeeded, where it must fail", end, port),
        (_, false) => {
            fact!("the {end}'s second listen on port {port} failed with `{error}`, where it must take over", end, port, error = &error)
        }
    }
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: &["v1", "classic", "modern", "strict", "mirage-tcpip", "pipe"],
        bad: r#"
            server listen 80 -> ok
            server call 2 accept 80
            server unlisten 80 -> ok
            quiet"#,
        good: r#"
            server listen 80 -> ok
            server call 2 accept 80
            server unlisten 80 -> ok
            server return 2 error not_connected
            quiet"#,
    },
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
        contracts: LISTENS_AGAIN,
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
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "the connect was called before unlisten had returned",
        contracts: ALL,
        history: r#"
            server listen 80 -> ok
            client call 1 connect server:80
            server unlisten 80 -> ok
            client return 1 ok
            client write "a" -> ok
            server accept 80 -> ok
            server read -> "a""#,
    },
    Excuse {
        why: "somebody listens there again, though listen has not returned",
        contracts: ALL,
        history: r#"
            server listen 80 -> ok
            server unlisten 80 -> ok
            server call 3 listen 80
            client connect server:80 -> ok
            server return 3 ok"#,
    },
    Excuse {
        why: "it is another port",
        contracts: ALL,
        history: r#"
            server listen 80 -> ok
            server listen 81 -> ok
            server unlisten 80 -> ok
            client connect server:81 -> ok"#,
    },
    Excuse {
        why: "the unlisten failed",
        contracts: ALL,
        history: r#"
            server listen 80 -> ok
            server unlisten 80 -> error not_ready
            client connect server:80 -> ok"#,
    },
    Excuse {
        why: "the first listen had not returned when the second was called",
        contracts: ALL,
        history: r#"
            server call 1 listen 80
            server call 2 listen 80
            server return 1 ok
            server return 2 error in_use
            server/1 call 1 listen 81
            server/1 call 2 listen 81
            server/1 return 1 ok
            server/1 return 2 ok"#,
    },
];
