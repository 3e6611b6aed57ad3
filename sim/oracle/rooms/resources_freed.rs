//! Judges `resources-freed`: does an end hold anything once it is done?

use super::scope::{ALL, FULL};
use crate::contract::End;
use crate::oracle::Stamp;
use crate::oracle::fact::{Fact, Value, fact};
use crate::oracle::ledger::{Ledger, Site};
use crate::oracle::ruling::Findings;
use crate::oracle::state::Flow;
use crate::oracle::state::{EndState, first, sooner};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};
use crate::time::Instant;
use crate::trace::{Header, Resources, Timeouts};
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
pub(in crate::oracle) fn at_quiet(flow: &mut Flow, book: &mut Ledger, header: &Header, end: End, at: Stamp) {
    let Some((seen, held)) = flow.resources[end].filter(|_| header.records.resources) else { return };
    let Some(over) = done(flow, end).filter(|over| over.seq < seen.seq) else { return };
    book.exercise(Rule::ResourcesFreed);
    if !held.is_free() {
        still_held(flow, book, end, over, (seen, held), at);
    }
}

/// Before quiet: what an end holds long after it was done.
pub(in crate::oracle) fn held_too_long(flow: &mut Flow, book: &mut Ledger, header: &Header, end: End, at: Stamp) {
    let Some((seen, held)) = flow.resources[end].filter(|_| header.records.resources) else { return };
    let Some(over) = done(flow, end).filter(|_| !flow.is_cut()) else { return };
    if seen.t - last_word(flow, header, end, over) <= longest(header, end) {
        return;
    }
    // What was written is sent as long as the peer acknowledges probes of its closed window (MUST-37).
    let peer = &flow.ends[end.peer()];
    let open = peer.halves.full_close_called().is_none() && flow.ends[end].life.aborted().is_none();
    let unread = open && flow.streams[end].owed(false, 0) > 0;
    book.exercise(Rule::ResourcesFreed);
    if !unread && !held.is_free() {
        still_held(flow, book, end, over, (seen, held), at);
    }
}

/// Since when an end is done for good: its own full close, its abort, the end of both directions, or that it was never connected.
fn done(flow: &Flow, end: End) -> Option<Stamp> {
    let (me, peer) = (&flow.ends[end], &flow.ends[end.peer()]);
    let ended = |end: &EndState| sooner(end.halves.write_end_called(), end.life.stack_left());
    let directions = me.halves.write_end_returned().filter(|_| me.reading.eof().is_some() && ended(peer).is_some());
    let failed = me.opening.failed().filter(|_| me.opening.connects() && me.opening.opened().is_none() && !me.is_opening());
    let over = first([me.halves.full_close_returned(), me.life.aborted_at(), directions, failed]);
    // A late SYN may have begun a connection that is none of this flow's.
    over.filter(|over| !me.is_void() && !flow.tracks().end(end).has_begun_after(*over))
}

/// How long an end may hold anything once it is done.
fn longest(header: &Header, end: End) -> Duration {
    let Timeouts { data, msl, fin_wait_2, .. } = header.limits[end];
    let tried = data.max(TRIES);
    if header.simulated { tried.saturating_add(fin_wait_2).saturating_add(msl.saturating_mul(2)) } else { LONG }
}

/// When that time began: with the end's last call or, in a simulated run, with what last reached it of the peer.
fn last_word(flow: &Flow, header: &Header, end: End, over: Stamp) -> Instant {
    let heard = flow.tracks().of(end.peer()).heard.filter(|_| header.simulated);
    heard.map_or(over.t, |heard| heard.max(over.t))
}

fn still_held(flow: &mut Flow, book: &mut Ledger, end: End, over: Stamp, (seen, held): (Stamp, Resources), at: Stamp) {
    let mut found = Findings::default();
    found.add(Rule::ResourcesFreed, &[over, seen], || said(end, over, held));
    book.enter(Site { at: at.on_line_of(seen), flow: flow.id, end, op: None }, found);
    flow.resources[end] = None;
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
];

const EXCUSES: &[Excuse] = &[Excuse {
    why: "a half-closed end still needs its connection",
    contracts: ALL,
    history: r#"
            records network resources
            client shutdown write -> done
            3600s env resources client connections 1
            quiet"#,
}];
