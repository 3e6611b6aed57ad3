//! Judges `connect-once`: does a connect come to one end, and only to one that its listener gave it?

use super::scope::{ALL, FULL};
use crate::oracle::Stamp;
use crate::oracle::events::ReturnedWrite;
use crate::oracle::events::opening::{Connected, FailedConnect};
use crate::oracle::fact::Fact;
use crate::oracle::fact::fact;
use crate::oracle::rooms::handshake_completes;
use crate::oracle::rooms::unlisten_stops_new;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::state::Asked;
use crate::oracle::waiting::{Due, Waiting};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A connect returns once: with a flow that a listener took, refused, or timed out after the stack's own patience; a \
                    disconnect ends it too. On a flow whose connect has failed nothing succeeds, and nothing hangs.",
    source: "metrics-mirage Tcp.S, create_connection; RFC 9293 §3.10.1, §3.10.7.3 and MUST-23",
    premise: "a connect returns, or is pending at quiet",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::ConnectOnce, Section::Connections, Level::Network)
};

/// At quiet a connect is over, whatever became of it; before, one that is to complete.
pub(in crate::oracle) fn stuck(call: &Waiting<'_>) -> Option<Due> {
    let over = call.at_quiet && !call.hosts[call.end].down;
    let Asked::Connect(_) = call.asked() else { return stuck_without(call) };
    if !over && handshake_completes::stuck(call).is_none() {
        return None;
    }
    let left = call.me().halves.disconnect().returned;
    Some(Due::new(left.as_slice(), fact!("a connect succeeds, is refused or times out")))
}

/// A read or write of a flow whose connect has failed.
fn stuck_without(call: &Waiting<'_>) -> Option<Due> {
    let failed = call.me().opening.is_hopeless().filter(|failed| failed.seq < call.pending.called.seq)?;
    (call.is_read() || call.is_write()).then(|| Due::new(&[failed], fact!("its connect had failed at {t}", t = failed.t)))
}

/// A write succeeded: not on a flow whose connect has failed.
pub(in crate::oracle) fn write_ok(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> Ruling {
    let failed = scene.me().opening.is_hopeless().filter(|failed| failed.seq < write.called());
    let Some(failed) = failed else { return Ruling::Moot };
    let op = write.pending.op;
    Ruling::broken(&[failed], fact!("the {end}'s write #{op} returned ok on a flow whose connect had failed", end = scene.end, op))
}

/// A connect succeeded: a listener must have taken it, and no other one of that flow has failed before.
pub(in crate::oracle) fn connected(scene: &Scene<'_>, connect: &Connected<'_>) -> Ruling {
    let before = scene.me().opening.is_hopeless().filter(|failed| failed.seq < connect.pending.called.seq);
    if let Some(failed) = before {
        return Ruling::broken(
            &[failed],
            fact!("the {end}'s second connect succeeded on a flow whose first one had failed", end = scene.end),
        );
    }
    match unlisten_stops_new::connected(scene, connect) {
        Ruling::Broken(breach) => Ruling::Broken(breach),
        Ruling::Moot | Ruling::Kept => Ruling::Kept,
    }
}

/// A connect was refused or timed out: was it, and may it have?
pub(in crate::oracle) fn failed_connect(scene: &Scene<'_>, connect: &FailedConnect<'_>) -> Ruling {
    let wrong = match connect.is_refused() {
        _ if !connect.is_judged => None,
        true => nothing_refused(scene, connect).map(|said| (None, said)),
        false => missed_refusal(scene, connect).or_else(|| gave_up_early(scene, connect).map(|said| (None, said))),
    };
    match wrong {
        None => Ruling::Kept,
        Some((None, said)) => Ruling::broken(&[connect.pending.called], said),
        Some((Some(refusal), said)) => Ruling::broken(&[connect.pending.called, refusal], said),
    }
}

/// Refused, where segments show that no reset came.
fn nothing_refused(scene: &Scene<'_>, connect: &FailedConnect<'_>) -> Option<Fact> {
    let tracks = scene.flow.tracks();
    let seen = tracks.tells_fates() && tracks.end(scene.end).sent().syn.is_some();
    let reset = tracks.of(scene.end.peer()).reset.filter(|at| at.seq > connect.pending.called.seq);
    let missing = seen && reset.is_none();
    missing.then(|| fact!("the {end}'s connect was refused, but no reset that answers its SYN had come", end = scene.end))
}

/// Timed out, although a reset had refused the SYN.
fn missed_refusal(scene: &Scene<'_>, connect: &FailedConnect<'_>) -> Option<(Option<Stamp>, Fact)> {
    let refusal = scene.flow.tracks().of(scene.end.peer()).refusal.filter(|at| at.seq > connect.pending.called.seq)?;
    let said = fact!("the {end}'s connect timed out, but a reset had refused it at {t}", end = scene.end, t = refusal.t);
    Some((Some(refusal), said))
}

/// Timed out sooner than the stack was set to (MUST-23, RFC 9293 §3.8.3).
fn gave_up_early(scene: &Scene<'_>, connect: &FailedConnect<'_>) -> Option<Fact> {
    let (waited, least) = (scene.at.t - connect.pending.called.t, scene.header.limits[scene.end].syn);
    let early = scene.header.simulated && waited < least;
    early
        .then(|| fact!("the {end}'s connect timed out after {waited}; a SYN is tried for {least} at least", end = scene.end, waited, least))
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            client connect server:80 -> error refused
            client call 2 read
            quiet"#,
        good: r#"
            client connect server:80 -> error refused
            client read -> error not_connected
            client write "a" -> error not_connected
            quiet"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            client connect server:80 -> error refused
            client write "a" -> ok"#,
        good: r#"
            client connect server:80 -> error refused
            client write "a" -> error not_connected"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            client connect server:80 -> error refused
            client connect server:80 -> ok"#,
        good: r#"
            client connect server:80 -> error refused
            client/1 connect server:80 -> ok"#,
    },
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
