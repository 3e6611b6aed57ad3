//! What an end still holds once it is done: judged at quiet, and before it where it is held for very long.

use std::time::Duration;

use super::Stamp;
use super::flow::Flow;
use super::ledger::{Ledger, Site};
use super::ruling::Findings;
use super::state::{EndState, first};
use crate::contract::End;
use crate::rules::Rule;
use crate::time::Instant;
use crate::trace::{Header, Resources, Timeouts};

/// Longer than any stack that is not the simulator's tries to get rid of what it still has to say, and two lives of a segment
/// after that.
const LONG: Duration = Duration::from_secs(1800);

/// Three tries are made in any case (R1, RFC 9293 §3.8.3), however slow they have become.
const TRIES: Duration = Duration::from_secs(240);

/// What an end still holds once nothing can use it any more.
pub(super) fn at_quiet(flow: &mut Flow, book: &mut Ledger, header: &Header, end: End, at: Stamp) {
    let Some((seen, held)) = flow.resources[end].filter(|_| header.records.resources) else { return };
    let Some(over) = done(flow, end).filter(|over| over.seq < seen.seq) else { return };
    book.exercise(Rule::ResourcesFreed);
    if !held.is_free() {
        still_held(flow, book, end, over, (seen, held), at);
    }
}

/// Before quiet: what an end holds long after it was done.
pub(super) fn held_too_long(flow: &mut Flow, book: &mut Ledger, header: &Header, end: End, at: Stamp) {
    let Some((seen, held)) = flow.resources[end].filter(|_| header.records.resources) else { return };
    let Some(over) = done(flow, end).filter(|_| !flow.is_cut()) else { return };
    if seen.t - last_word(flow, header, end, over) <= longest(header, end) {
        return;
    }
    // What was written is sent as long as the peer acknowledges probes of its closed window (MUST-37).
    let peer = &flow.ends[end.peer()];
    let unread =
        flow.streams[end].owed(false, 0) > 0 && peer.halves.full_close_called().is_none() && flow.ends[end].life.aborted().is_none();
    book.exercise(Rule::ResourcesFreed);
    if !unread && !held.is_free() {
        still_held(flow, book, end, over, (seen, held), at);
    }
}

/// Since when an end is done for good: its own full close, its abort, the end of both directions, or that it was never connected.
fn done(flow: &Flow, end: End) -> Option<Stamp> {
    let (me, peer) = (&flow.ends[end], &flow.ends[end.peer()]);
    let ended = |end: &EndState| first([end.halves.write_end_called(), end.life.stack_left()]);
    let directions = me.halves.write_end_returned().filter(|_| me.reading.eof().is_some() && ended(peer).is_some());
    let failed = me.opening.failed().filter(|_| me.opening.connects() && me.opening.opened().is_none() && !me.is_opening());
    let over = first([me.halves.full_close_returned(), me.life.aborted_at(), directions, failed]);
    // A late SYN may have begun a connection that is none of this flow's.
    over.filter(|over| !me.is_void() && !flow.wire[end].has_begun_after(*over))
}

/// How long an end may hold anything once it is done.
fn longest(header: &Header, end: End) -> Duration {
    let Timeouts { data, msl, fin_wait_2, .. } = header.limits[end];
    let tried = data.max(TRIES);
    if header.simulated { tried.saturating_add(fin_wait_2).saturating_add(msl.saturating_mul(2)) } else { LONG }
}

/// When that time began: with the end's last call or, in a simulated run, with what last reached it of the peer.
fn last_word(flow: &Flow, header: &Header, end: End, over: Stamp) -> Instant {
    let heard = flow.arrivals.of(end.peer()).heard.filter(|_| header.simulated);
    heard.map_or(over.t, |heard| heard.max(over.t))
}

fn still_held(flow: &mut Flow, book: &mut Ledger, end: End, over: Stamp, (seen, held): (Stamp, Resources), at: Stamp) {
    let mut found = Findings::default();
    found.add(Rule::ResourcesFreed, &[over, seen], || {
        let Resources { connections, timers, buffered, ports } = held;
        format!(
            "the {end} is done since {}, and still holds {connections} connections, {timers} timers, {buffered} bytes, {ports} ports",
            over.t
        )
    });
    book.enter(Site { at: Stamp { line: seen.line, ..at }, flow: flow.id, end, op: None }, found);
    flow.resources[end] = None;
}
