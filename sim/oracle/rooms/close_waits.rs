//! Judges `close-waits`: does a close that waits return before the peer has closed?

use super::scope::{WAITS, close_waits};
use crate::contract::Outcome;
use crate::oracle::Stamp;
use crate::oracle::events::ReturnedEnd;
use crate::oracle::fact::fact;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::state::{Doubt, Pending, first, sooner};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A close that waits does not return before the peer has called close too, or one of the two ends was aborted.",
    source: "hvsock and datakit-server-9p FLOW, close; metrics-mirage Tcp.S, close; mirage-http FLOW, close",
    premise: "a close returns, where close waits for the peer",
    parameters: &["close_waits_for_peer"],
    breakable: close_waits,
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::CloseWaits, Section::Safety, Level::BothEnds)
};

/// `close_waits_for_peer=yes`: close does not return before the peer has called it too.
pub(in crate::oracle) fn returned_close(scene: &Scene<'_>, end: &ReturnedEnd<'_>) -> Ruling {
    if !close_waits(&scene.me().contract) || *end.outcome != Outcome::Done {
        return Ruling::Moot;
    }
    if need_not_wait(scene, end.pending) || peer_ended(scene).is_some() {
        return Ruling::Kept;
    }
    let said = fact!("the {end}'s close returned before the {peer} had called close", end = scene.end, peer = scene.end.peer());
    Ruling::broken(&[end.pending.called], said)
}

/// When the peer did what close waits for, or was aborted. On the wire a shutdown of writing and a half close are the same.
fn peer_ended(scene: &Scene<'_>) -> Option<Stamp> {
    let (peer, tracks) = (scene.peer(), scene.flow.tracks());
    let unclear = tracks.tells_fates() && tracks.arrived_of(scene.end.peer()).is_none();
    let asked = sooner(peer.halves.shut_write().called, peer.halves.maybe_write().map(Doubt::stamp));
    let shut = asked.filter(|_| unclear || tracks.fin_arrived(scene.end.peer()));
    first([peer.halves.close_begun(), peer.halves.disconnect().called, shut, peer.life.aborted_at(), peer.life.stack_left()])
}

/// This end has nothing to wait for: it was aborted, left the network, had been asked to end both halves before, or was perhaps never
/// connected.
fn need_not_wait(scene: &Scene<'_>, close: &Pending) -> bool {
    let me = scene.me();
    let over = me.halves.full_close_possible().is_some_and(|at| at.seq < close.called.seq) || me.halves.may_have_shut_both();
    let closed = me.halves.disconnect().called.is_some() || me.halves.close().returned.is_some();
    over || closed || me.life.is_gone() || scene.flow.is_unopened()
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: WAITS,
        bad: "client close -> done",
        good: r#"
            client call 1 close
            server call 1 close
            client return 1 done
            server return 1 done"#,
    },
    Example {
        contracts: WAITS,
        bad: r#"
            server shutdown write -> done
            client close -> done"#,
        good: r#"
            env reset server by fault
            client close -> done"#,
    },
    Example {
        contracts: WAITS,
        bad: r#"
            client shutdown read -> done
            200s client close -> done"#,
        good: r#"
            client shutdown read -> done
            client call 2 close
            200s server call 1 close
            client return 2 done
            server return 1 done"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "a shutdown of both halves that was cancelled may have ended them before",
        contracts: WAITS,
        history: r#"
            client call 1 shutdown read_write
            client cancel 1
            client call 2 close
            client shutdown write -> done
            60s client return 2 done"#,
    },
    Excuse {
        why: "the peer had called close, though it had not returned",
        contracts: WAITS,
        history: r#"
            client call 1 close
            server call 1 close
            server return 1 done
            client return 1 done"#,
    },
    Excuse {
        why: "an end that was aborted waits for nobody",
        contracts: WAITS,
        history: r#"
            client call 1 close
            env reset client by fault
            client return 1 done"#,
    },
    Excuse {
        why: "on the wire the peer's shutdown of writing and its half close are one",
        contracts: WAITS,
        history: r#"
            records network segments
            client call 1 close
            client segment passes FA seq 100 ack 500 win 9
            server shutdown write -> done
            server segment passes FA seq 500 ack 101 win 9
            client return 1 done"#,
    },
];
