//! Judges `resources-freed`: does an end hold anything once it is done?

use super::scope::{ALL, FULL, WAITS, close_waits};
use crate::contract::End;
use crate::oracle::Stamp;
use crate::oracle::events::Holding;
use crate::oracle::fact::{Fact, Value, fact};
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::state::{EndState, first, sooner};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};
use crate::time::Instant;
use crate::trace::{Resources, Timeouts};
use std::time::Duration;

pub(super) const ABOUT: About = About {
    statement: "When an end is done, by its own full close, an abort, or the end of both directions, it holds nothing in the long run: \
                    no connection, timer, buffer or port.",
    source: "gluten-mirage Mirage_flow.S, close (frees all data); hvsock FLOW, close; RFC 9293 §3.6.1 (2·MSL) and §3.8.3",
    premise: "an end's resources are recorded at quiet, or after the give-up time and 2·MSL, when the end is done",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::ResourcesFreed, Section::Liveness, Level::Resources)
};

/// Longer than any stack that is not the simulator's tries to get rid of what it still has to say, and two lives of a segment
/// after that.
const LONG: Duration = Duration::from_secs(1800);

/// Three tries are made in any case (R1, RFC 9293 §3.8.3), however slow they have become.
const TRIES: Duration = Duration::from_secs(240);

/// At quiet: what an end still holds once nothing can use it any more.
pub(in crate::oracle) fn at_quiet(scene: &Scene<'_>, holding: &Holding) -> Ruling {
    match done(scene).filter(|over| over.seq < holding.seen.seq) {
        Some(over) => freed(scene, over, holding),
        None => Ruling::Moot,
    }
}

/// Before quiet: what an end holds long after it was done.
pub(in crate::oracle) fn held_late(scene: &Scene<'_>, holding: &Holding) -> Ruling {
    let Some(over) = done(scene).filter(|_| !scene.flow.is_cut()) else { return Ruling::Moot };
    if holding.seen.t - last_word(scene, over) <= longest(scene) {
        return Ruling::Moot;
    }
    // What was written is sent as long as the peer acknowledges probes of its closed window (MUST-37).
    let open = scene.peer().halves.full_close_called().is_none() && scene.me().life.aborted().is_none();
    let unread = open && scene.flow.streams[scene.end].owed(false, 0) > 0;
    if unread { Ruling::Kept } else { freed(scene, over, holding) }
}

fn freed(scene: &Scene<'_>, over: Stamp, holding: &Holding) -> Ruling {
    match holding.held.is_free() {
        true => Ruling::Kept,
        false => Ruling::broken(&[over, holding.seen], said(scene.end, over, holding.held)),
    }
}

/// Since when an end is done for good: its own full close, its abort, the end of both directions, or that it was never connected.
fn done(scene: &Scene<'_>) -> Option<Stamp> {
    let (me, peer) = (scene.me(), scene.peer());
    let peer_ended = sooner(peer.halves.write_end_called(), peer.life.stack_left());
    let directions = me.halves.write_end_returned().filter(|_| me.reading.peer_eof().is_some() && peer_ended.is_some());
    let failed = me.opening.failed().filter(|_| me.opening.connects() && me.opening.opened().is_none() && !me.is_opening());
    let over = first([closed(me), me.life.aborted_at(), directions, failed]);
    // A late SYN may have begun a connection that is none of this flow's.
    over.filter(|over| !me.is_void() && !scene.flow.tracks().end(scene.end).has_begun_after(*over))
}

/// Since when an end has closed for good: a close that waits has ended both directions when it returns, and not before.
fn closed(me: &EndState) -> Option<Stamp> {
    let halves = &me.halves;
    let waited = halves.close().returned.filter(|_| close_waits(&me.contract));
    let is_waiting = close_waits(&me.contract) && halves.close().called.is_some() && waited.is_none();
    sooner(waited, halves.full_close_returned().filter(|_| !is_waiting))
}

/// How long an end may hold anything once it is done.
fn longest(scene: &Scene<'_>) -> Duration {
    let Timeouts { data, msl, fin_wait_2, .. } = scene.header.limits[scene.end];
    let tried = data.max(TRIES);
    if scene.header.simulated { tried.saturating_add(fin_wait_2).saturating_add(msl.saturating_mul(2)) } else { LONG }
}

/// When that time began: with the end's last call or, in a simulated run, with what last reached it of the peer.
fn last_word(scene: &Scene<'_>, over: Stamp) -> Instant {
    let heard = scene.flow.tracks().of(scene.end.peer()).heard.filter(|_| scene.header.simulated);
    heard.map_or(over.t, |heard| heard.max(over.t))
}

fn said(end: End, over: Stamp, Resources { connections, timers, buffered, ports }: Resources) -> Fact {
    fact!(
        "the {end} is done since {t}, and still holds {connections}, {timers}, {buffered}, {ports}",
        end,
        t = over.t,
        connections = Value::many(connections, "connection"),
        timers = Value::many(timers, "timer"),
        buffered = Value::bytes(buffered),
        ports = Value::many(ports, "port")
    )
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            records network resources
            env reset client by fault
            3600s env resources client connections 1
            quiet"#,
        good: r#"
            records network resources
            env reset client by fault
            3600s env resources client
            quiet"#,
    },
    Example {
        contracts: FULL,
        bad: r#"
            records network resources
            client close -> done
            3600s env resources client timers 1
            quiet"#,
        good: r#"
            records network resources
            client close -> done
            3600s env resources client
            quiet"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            records network resources
            client disconnect -> done
            1801s env resources client ports 1"#,
        good: r#"
            records network resources
            client disconnect -> done
            1800s env resources client ports 1
            1801s env resources client"#,
    },
    Example {
        contracts: WAITS,
        bad: r#"
            records network resources
            client call 1 close
            server close -> done
            client return 1 done
            3600s env resources client connections 1
            quiet"#,
        good: r#"
            records network resources
            client call 1 close
            server close -> done
            client return 1 done
            3600s env resources client
            quiet"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "a half-closed end still needs its connection",
        contracts: ALL,
        history: r#"
            records network resources
            client shutdown write -> done
            3600s env resources client connections 1
            quiet"#,
    },
    Excuse {
        why: "a close that waits for the peer still needs its connection",
        contracts: WAITS,
        history: r#"
            records network resources
            client call 1 close
            client shutdown read_write -> done
            3600s env resources client connections 1
            quiet"#,
    },
];
