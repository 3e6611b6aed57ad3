//! Judges `handshake-completes`: do a connect and a listener, or an accept, come together?

use super::scope::ALL;
use crate::contract::{Both, End};
use crate::oracle::events::opening::{Connected, FailedConnect, accepting};
use crate::oracle::fact::{Fact, fact};
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::state::{Asked, Flow, Host};
use crate::oracle::waiting::{Due, Waiting};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "Over a fair path and with a listener, a connect and its accept both complete, even if the last acknowledgement of the \
                    handshake is lost.",
    source: "RFC 9293 §3.5; metrics-mirage Tcp.S, create_connection and listen",
    premise: "a connect returns ok to which somebody listened, or it or its accept is pending at quiet over a fair path",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::HandshakeCompletes, Section::Liveness, Level::BothEnds)
};

/// A connect that a listener or an accept waits for, or an accept whose connection is established.
pub(in crate::oracle) fn stuck(call: &Waiting<'_>) -> Option<Due> {
    match call.asked() {
        Asked::Connect(port) => stuck_connect(call, port),
        Asked::Accept(port) => stuck_accept(call, port),
        _ => None,
    }
}

fn stuck_connect(call: &Waiting<'_>, port: Option<u32>) -> Option<Due> {
    let (peer, host) = (call.peer(), &call.hosts[call.end.peer()]);
    let down = End::BOTH.iter().any(|&end| call.hosts[end].down);
    if call.flow.is_cut() || down || peer.life.is_gone() || host.left.is_some() {
        return None;
    }
    let fits = |asked| matches!(asked, Asked::Accept(other) if port.is_none_or(|port| port == other));
    match peer.pending.earliest(fits) {
        Some(accepting) => Some(Due::new(&[accepting], fact!("the peer was accepting"))),
        None => Some(Due::new(&[host.listener(port)?], fact!("the peer was listening"))),
    }
}

/// The peer's connect says that the connection is established.
fn stuck_accept(call: &Waiting<'_>, port: u32) -> Option<Due> {
    let (flow, me, peer, host) = (call.flow, call.me(), call.peer(), &call.hosts[call.end]);
    let elsewhere = port != 0 && peer.opening.port().is_some_and(|asked| asked != port);
    let (connected, _) = peer.opening.opened().filter(|_| peer.opening.connects() && !elsewhere)?;
    let fair = !call.is_parted() && !flow.tracks().answers_in_vain(call.end) && !me.life.is_maybe_dead();
    let there = host.left.is_none() && !host.down && host.is_listening_perhaps(Some(port));
    let accepts = me.pending.iter().filter(|pending| matches!(pending.asked, Asked::Accept(_))).count();
    let untaken = me.opening.opened().is_none() && accepts == 1;
    (fair && there && untaken).then(|| Due::new(&[connected], fact!("the peer's connect had succeeded")))
}

/// An end listened or accepted, to which a connect gave up too early.
pub(in crate::oracle) fn was_awaited(flow: &Flow, hosts: &Both<Host>, end: End) -> bool {
    let accepts = flow.ends[end].pending.earliest(|asked| matches!(asked, Asked::Accept(_))).is_some();
    accepts || hosts[end].is_listening()
}

/// What was said of such a connect, and that its path was mended.
pub(in crate::oracle) fn was_mended(said: Fact, end: End) -> Fact {
    fact!("{said}; the {end} listened, and nothing stood in between", said, end)
}

/// A connect succeeded to a peer that listened or accepted.
pub(in crate::oracle) fn connected(scene: &Scene<'_>, connect: &Connected<'_>) -> Ruling {
    let listens = scene.hosts[scene.end.peer()].listener(connect.port).is_some();
    Ruling::kept_if(listens || accepting(scene, connect.port).is_some())
}

/// A connect failed over a path on which nothing was lost, to a peer that was accepting all the time.
pub(in crate::oracle) fn failed_connect(scene: &Scene<'_>, connect: &FailedConnect<'_>) -> Ruling {
    let (called, flow) = (connect.pending.called, &scene.flow);
    let fair = flow.tracks().tells_fates() && !flow.tracks().is_lossy() && !flow.is_cut() && !flow.path.was_cut();
    if !connect.is_judged || !fair || scene.peer().life.is_gone() || !scene.header.records.network {
        return Ruling::Moot;
    }
    let listens = scene.hosts[scene.end.peer()].listener_on(connect.port, flow.id).is_some_and(|at| at.seq < called.seq);
    let accepting = accepting(scene, connect.port).filter(|at| at.seq < called.seq && listens);
    let Some(accepting) = accepting else { return Ruling::Moot };
    let said = fact!(
        "the {end}'s connect failed with `{error}`, but the {peer} listened and was accepting, and nothing was lost",
        end = scene.end,
        error = connect.error,
        peer = scene.end.peer()
    );
    Ruling::broken(&[accepting, called], said)
}

const EXAMPLES: &[Example] = &[
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
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "nobody listens, and nobody is owed an accept",
        contracts: ALL,
        history: r#"
            client connect server:80 -> error refused
            server call 1 accept 80
            quiet"#,
    },
    Excuse {
        why: "the connecting end was aborted",
        contracts: ALL,
        history: r#"
            server listen 80 -> ok
            client connect server:80 -> ok
            server call 2 accept 80
            env reset client by fault
            quiet"#,
    },
    Excuse {
        why: "a partition stands between the ends",
        contracts: ALL,
        history: r#"
            server call 1 accept 80
            client connect server:80 -> ok
            env partition
            quiet"#,
    },
    Excuse {
        why: "segments were lost, perhaps all of them",
        contracts: ALL,
        history: r#"
            records network segments
            server listen 80 -> ok
            server call 2 accept 80
            client call 1 connect server:80
            client segment sent S seq 100
            client segment dropped S seq 100
            180s client return 1 error timed_out
            server cancel 2"#,
    },
];
