//! Judges `keepalive-ends-dead-flow`: does keep-alive end the calls of an end whose peer has fallen silent, and do they fail then?

use std::time::Duration;

use super::abort_has_cause::is_all_answered;
use super::scope::{HAS_KEEPALIVE, has_keepalive};
use crate::contract::{End, EofOnKeepaliveDeath, Keepalive};
use crate::oracle::Stamp;
use crate::oracle::events::FailedRead;
use crate::oracle::events::abort::AbortedByStack;
use crate::oracle::fact::fact;
use crate::oracle::rooms::abort_is_told;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::state::{Flow, Pending, first};
use crate::oracle::waiting::{Due, Waiting};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};
use crate::time::Instant;
use crate::trace::Abort;

pub(super) const ABOUT: About = About {
    statement: "With keep-alive on and nothing outstanding, a peer that fell silent ends reads and writes, pending ones too, when the \
                    probes are used up: not before, and at most one interval and a second later.",
    source: "metrics-mirage Tcp.S, create_connection; RFC 9293 §3.8.4",
    premise: "keep-alive gave a connection up and a read fails, or it is on, and a call is pending whose peer is gone",
    parameters: &["eof_on_keepalive_death"],
    applies: has_keepalive,
    breakable: has_keepalive,
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::KeepaliveEndsDeadFlow, Section::Connections, Level::Network)
};

/// Keep-alive may take so much longer than its settings say.
const GRACE: Duration = Duration::from_secs(1);

/// Where the contract wants EOF when keep-alive gave up, an error is none; and it comes in time.
pub(in crate::oracle) fn failed_read(scene: &Scene<'_>, read: &FailedRead<'_>) -> Ruling {
    let aborted = scene.me().life.aborted().filter(|abort| !abort.by_word);
    let Some(abort) = aborted else { return in_time(scene, Some(read.pending)) };
    if abort.kind != Abort::KeepaliveDeath {
        return Ruling::Moot;
    }
    let me = scene.me();
    if me.contract.eof_on_keepalive_death != Some(EofOnKeepaliveDeath::Require) || me.life.crashed().is_some() {
        return Ruling::Kept;
    }
    let said = fact!(
        "keep-alive gave the {end}'s connection up, and its read returned `{error}` where EOF is asked for",
        end = scene.end,
        error = &read.error
    );
    Ruling::broken(&[abort.at], said)
}

/// Keep-alive gave a connection up: in time?
pub(in crate::oracle) fn aborted(scene: &Scene<'_>, abort: &AbortedByStack) -> Ruling {
    if abort.kind == Abort::KeepaliveDeath { in_time(scene, None) } else { Ruling::Moot }
}

/// The end of a connection whose peer is gone shows now, by a call that was pending or by itself: is that soon enough?
fn in_time(scene: &Scene<'_>, call: Option<&Pending>) -> Ruling {
    let gone = gone(scene.flow, scene.end).filter(|_| scene.is_ordered());
    let Some((settings, gone)) = scene.me().opening.keepalive().zip(gone) else { return Ruling::Moot };
    let heard = scene.flow.tracks().of(scene.end.peer()).heard.unwrap_or(gone.t);
    let deadline = deadline(settings, heard);
    if scene.at.t <= deadline || call.is_some_and(|call| call.called.t > deadline) {
        return Ruling::Kept;
    }
    let said = fact!(
        "keep-alive was to give the {end}'s connection up by {deadline}: its peer was heard last at {heard}",
        end = scene.end,
        deadline,
        heard
    );
    Ruling::broken(&[gone], said)
}

/// Keep-alive gave the connection up, or had to, and the call is still pending.
pub(in crate::oracle) fn stuck(call: &Waiting<'_>) -> Option<Due> {
    match call.me().life.aborted() {
        Some(abort) if abort.kind == Abort::KeepaliveDeath => abort_is_told::stuck(call),
        Some(_) => None,
        None => forsaken(call),
    }
}

/// A read whose peer is gone, at an end with keep-alive on and nothing outstanding: data would be sent again, and given up later.
fn forsaken(call: &Waiting<'_>) -> Option<Due> {
    let me = call.me();
    me.opening.keepalive().filter(|_| call.is_read() && me.halves.full_close_called().is_none())?;
    let gone = gone(call.flow, call.end)?;
    let why = fact!("the {peer} was silent from {t} on, and keep-alive was to notice", peer = call.end.peer(), t = gone.t);
    Some(Due::new(&[gone], why))
}

/// Since when this end can't have heard anything of its peer.
fn gone(flow: &Flow, end: End) -> Option<Stamp> {
    let gone = first([flow.ends[end.peer()].life.crashed(), flow.path.cut_off(end.peer())])?;
    let tracks = flow.tracks();
    let owes_nothing = if tracks.tells_fates() { tracks.all_acknowledged(end).is_some() } else { is_all_answered(flow, end) };
    owes_nothing.then_some(gone)
}

/// By when keep-alive must have given up a peer that was heard last then.
fn deadline(settings: Keepalive, heard: Instant) -> Instant {
    let probes = settings.interval.saturating_mul(settings.probes.saturating_add(1));
    heard + settings.after.saturating_add(probes).saturating_add(GRACE)
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: &["classic", "mirage-tcpip"],
        bad: r#"
            env keepalive_death client
            client read -> error timed_out"#,
        good: r#"
            keepalive 4s 1s 2
            client call 1 read
            1s env crash server by fault
            7s env keepalive_death client by stack
            7s client return 1 eof"#,
    },
    Example {
        contracts: &["v1", "classic", "modern", "mirage-tcpip"],
        bad: r#"
            keepalive 4s 1s 2
            client call 1 read
            1s env crash server by fault
            9s quiet"#,
        good: r#"
            keepalive 4s 1s 2
            client call 1 read
            1s env crash server by fault
            7s env keepalive_death client by stack
            7s client return 1 eof
            9s quiet"#,
    },
    Example {
        contracts: &["v1", "modern", "strict", "posix", "async-io", "relay"],
        bad: r#"
            keepalive 4s 1s 2
            client call 1 read
            1s env partition
            9001ms env keepalive_death client by stack
            9001ms client return 1 error timed_out"#,
        good: r#"
            keepalive 4s 1s 2
            client call 1 read
            1s env partition
            9s env keepalive_death client by stack
            9s client return 1 error timed_out"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "what is outstanding is sent again and given up by the retransmission limit, whenever that is",
        contracts: HAS_KEEPALIVE,
        history: r#"
            keepalive 4s 1s 2
            client write "a" -> ok
            client call 2 read
            1s env crash server by fault
            100s quiet"#,
    },
    Excuse {
        why: "the peer is there again before the probes are used up",
        contracts: HAS_KEEPALIVE,
        history: r#"
            keepalive 4s 1s 2
            client call 1 read
            1s env partition
            6s env heal
            100s quiet"#,
    },
    Excuse {
        why: "the host crashed since then, and knows of no connection any more",
        contracts: HAS_KEEPALIVE,
        history: r#"
            env keepalive_death client
            env crash client by fault
            client read -> error not_connected"#,
    },
    Excuse {
        why: "nobody asked for keep-alive",
        contracts: HAS_KEEPALIVE,
        history: r#"
            client call 1 read
            1s env partition
            9000s quiet"#,
    },
];
