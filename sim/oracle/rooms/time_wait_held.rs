//! Judges `time-wait-held`: does the end that closed first stay in TIME-WAIT for 2·MSL?

use super::scope::ALL;
use crate::oracle::events::StateChange;
use crate::oracle::fact::{Fact, fact};
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::rules::transitions;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};
use crate::time::Instant;
use crate::wire::State;

pub(super) const ABOUT: About = About {
    statement: "The end that closed first stays in TIME-WAIT for 2·MSL, unless a new SYN or, where that is not ruled out, a reset ends \
                    it.",
    source: "RFC 9293 §3.6.1 (MUST-13, MAY-2); RFC 1337",
    premise: "a connection of a simulated stack enters TIME-WAIT",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::TimeWaitHeld, Section::Wire, Level::Segments)
};

pub(in crate::oracle) fn state(scene: &Scene<'_>, change: &StateChange<'_>) -> Ruling {
    if is_skipped(scene, change) {
        return Ruling::broken(&[], skipped(scene, change));
    }
    let msl = scene.header.limits[scene.end].msl;
    let (held, owed) = match change.own.waits() {
        Some(since) if change.from == State::TimeWait && change.to == State::Closed => (scene.at.t - since.t, msl.saturating_mul(2)),
        _ => return Ruling::kept_if(change.to == State::TimeWait && change.from != change.to && scene.header.simulated && !msl.is_zero()),
    };
    if held >= owed || is_cut_short(scene, change) {
        return Ruling::Moot;
    }
    let fact = fact!(
        "the {end} left TIME-WAIT after {held}; twice the lifetime of a segment is {owed}",
        end = scene.end,
        held = Instant::ZERO + held,
        owed = Instant::ZERO + owed
    );
    Ruling::broken(change.own.waits().as_slice(), fact)
}

/// A SYN that arrives, for whatever flow it is, may open the next connection (RFC 9293 §3.6.1, MAY-2); a reset may end it where RFC
/// 1337 is not heeded.
fn is_cut_short(scene: &Scene<'_>, change: &StateChange<'_>) -> bool {
    let reopened = scene.hosts[scene.end].greeted == Some(scene.at.t);
    reopened || has_left(scene) || scene.me().life.stack_left().is_some() || change.own.has_reset()
}

fn has_left(scene: &Scene<'_>) -> bool {
    scene.me().life.aborted().is_some() || scene.me().halves.disconnect().called.is_some()
}

/// The connection closes along an arrow that is for resets, aborts and timeouts, though it ended in the ordinary way.
pub(in crate::oracle) fn is_skipped(scene: &Scene<'_>, change: &StateChange<'_>) -> bool {
    let closes = change.to == State::Closed && change.from.owes_time_wait() && transitions::allowed(change.from, change.to);
    let whole = scene.header.records.network && scene.is_ordered();
    closes && whole && !has_left(scene) && change.own.is_finished_with(change.far, scene.at.t)
}

/// What is said of that.
pub(in crate::oracle) fn skipped(scene: &Scene<'_>, change: &StateChange<'_>) -> Fact {
    fact!(
        "the {end} went from {from} to CLOSED without TIME-WAIT, though both FINs had arrived and nothing had reset it",
        end = scene.end,
        from = change.from.name()
    )
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            simulated
            limits client msl 10s
            client state FIN-WAIT-2 to TIME-WAIT
            19s client state TIME-WAIT to CLOSED"#,
        good: r#"
            records network segments
            simulated
            limits client msl 10s
            0 client state FIN-WAIT-2 to TIME-WAIT
            20s client state TIME-WAIT to CLOSED"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            simulated
            0 client state CLOSING to TIME-WAIT
            239999999999 client state TIME-WAIT to CLOSED"#,
        good: r#"
            records network segments
            simulated
            0 client state CLOSING to TIME-WAIT
            9s server/1 segment delivered S seq 5000
            9s client state TIME-WAIT to CLOSED"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "how long a stack waits that is not simulated is its own affair",
        contracts: ALL,
        history: r#"
            records network segments
            client state FIN-WAIT-2 to TIME-WAIT
            60s client state TIME-WAIT to CLOSED"#,
    },
    Excuse {
        why: "the connection was aborted from outside",
        contracts: ALL,
        history: r#"
            records network segments
            simulated
            client state FIN-WAIT-2 to TIME-WAIT
            9s env reset client by fault
            9s client state TIME-WAIT to CLOSED"#,
    },
    Excuse {
        why: "a stack that does not heed RFC 1337 takes a reset in TIME-WAIT",
        contracts: ALL,
        history: r#"
            records network segments
            simulated
            client state FIN-WAIT-2 to TIME-WAIT
            9s server segment delivered R seq 302
            9s client state TIME-WAIT to CLOSED"#,
    },
    Excuse {
        why: "a new SYN opens the connection again",
        contracts: ALL,
        history: r#"
            records network segments
            simulated
            client state FIN-WAIT-2 to TIME-WAIT
            9s client state TIME-WAIT to SYN-RECEIVED"#,
    },
];
