//! Judges what is owed: at quiet every obligation is due, before it after patience; a recording that just stops leaves it open.

use super::fact::{Fact, fact};
use super::judge::Judge;
use super::ledger::{Ledger, ViolationSite};
use super::rooms::{abort_is_told, handshake_completes, reset_on_unread_close};
use super::ruling::Findings;
use super::state::{Asked, Pending};
use super::waiting::{StuckRules, Waiting};
use super::{Stamp, order};
use crate::contract::{Both, End};
use crate::oracle::state::{Flow, Host};
use crate::rules::Rule;
use crate::time::Instant;
use crate::trace::Header;

/// The most pending calls of an end that are looked at as time passes; with more, only quiet tells what is stuck.
const WATCHED: usize = 256;

/// At quiet: what is pending now is stuck for ever.
pub(super) fn quiet(flow: &mut Flow, book: &mut Ledger, header: &Header, hosts: &mut Both<Host>, at: Stamp) {
    mended(flow, book, hosts);
    for end in End::BOTH {
        for (pending, stuck) in stuck(flow, hosts, end, true) {
            stuck.rules.iter().filter(|_| !flow.is_evidence()).for_each(|rule| book.exercise(*rule));
            if let Some((site, found)) = accuse(flow, end, &pending, stuck, at) {
                book.enter(site, found);
            }
        }
        Judge { flow, book, header, hosts, end, at }.quiet();
        reset_on_unread_close::at_quiet(flow, book, end, at);
    }
}

/// A connect gave up too early, and its path was mended since: the peer may have listened.
fn mended(flow: &mut Flow, book: &mut Ledger, hosts: &Both<Host>) {
    let Some(early) = flow.gave_up_early.take().filter(|_| !flow.is_cut()) else { return };
    let peer = book.violations[early].end.peer();
    if handshake_completes::was_awaited(flow, hosts, peer) {
        book.rename(early, Rule::HandshakeCompletes, |said| handshake_completes::was_mended(said, peer));
    }
}

/// At the end of a recording without quiet: an obligation that can't be decided.
pub(super) fn open_question(flow: &Flow, hosts: &Both<Host>) -> Option<Fact> {
    End::BOTH.into_iter().filter(|&end| !flow.ends[end].pending.is_empty()).find_map(|end| {
        let (pending, stuck) = stuck(flow, hosts, end, false).into_iter().find(|(pending, _)| !pending.overdue)?;
        Some(fact!(
            "the recording ends while the {end}'s {call} is pending ({why}): {rule} can't be decided",
            end,
            call = pending.asked.word(),
            why = stuck.why,
            rule = stuck.rules[0].name()
        ))
    })
}

/// Before quiet: what is overdue after patience, held until quiet; when to look again.
pub(super) fn pass_time(flow: &mut Flow, book: &mut Ledger, hosts: &Both<Host>, at: Stamp) -> Option<Instant> {
    if flow.settled {
        return None;
    }
    let watched = |end: &End| (1..=WATCHED).contains(&flow.ends[*end].pending.len());
    let waiting: Vec<End> = End::BOTH.into_iter().filter(watched).collect();
    let next = waiting.into_iter().filter_map(|end| lose_patience(flow, book, hosts, end, at)).min();
    flow.settled = next.is_none();
    next
}

/// When something last got on: no read shows that where an end throws away what comes, but new segments do.
pub(super) fn last_progress(flow: &Flow) -> Instant {
    let throws_away = |end: End| flow.ends[end].halves.shut_read().called.is_some() && flow.ends[end].discards();
    let said = flow.tracks().idle().since().filter(|_| End::BOTH.into_iter().any(throws_away));
    said.map_or(flow.active, |said| said.max(flow.active))
}

/// When to look again at an end that waits; never, if only an event can make anything due here.
fn lose_patience(flow: &mut Flow, book: &mut Ledger, hosts: &Both<Host>, end: End, at: Stamp) -> Option<Instant> {
    let patience = flow.ends[end].contract.patience;
    let active = last_progress(flow);
    let over = at.t - active > patience;
    let fair = over && !flow.is_cut();
    // A full close waits for nobody but a reader, whatever the network does; that of a layer has to say so through the flow below.
    let mut next = (!over).then(|| active + patience);
    for (pending, stuck) in stuck(flow, hosts, end, false) {
        let deadline = pending.called.t + patience;
        let closing = pending.asked == Asked::Close && flow.ends[end].halves.closes_fully() && !flow.stands_on_another;
        let late = if closing { at.t > deadline } else { fair };
        if late && let Some((site, found)) = accuse(flow, end, &pending, stuck, at) {
            book.hold(site, found);
        } else if closing && !late {
            next = Some(next.map_or(deadline, |next| next.min(deadline)));
        }
    }
    next
}

/// In a simulated run an abort ends all pending calls in the same instant.
pub(super) fn abort_told_at_once(flow: &mut Flow, book: &mut Ledger, at: Stamp) {
    for end in End::BOTH {
        for (pending, stuck) in abort_is_told::late(flow, end) {
            if let Some((site, found)) = accuse(flow, end, &pending, stuck, at) {
                book.enter(site, found);
            }
        }
    }
}

/// What is wrong with a pending call that is owed its return; nothing if that was said before.
fn accuse(flow: &mut Flow, end: End, pending: &Pending, stuck: StuckRules, at: Stamp) -> Option<(ViolationSite, Findings)> {
    let op = pending.op;
    if flow.ends[end].faulted || flow.ends[end].pending.mark_overdue(op) != Some(false) {
        return None;
    }
    let mut found = Findings::default();
    let StuckRules { rules, mut because, why } = stuck;
    because.push(pending.called);
    let said = fact!("the {end}'s {call} #{op} never returns: {why}", end, call = pending.asked.word(), op, why);
    if let [first, also @ ..] = rules.as_slice() {
        found.add(*first, &because, || said);
        also.iter().for_each(|rule| found.also(*rule));
    }
    Some((ViolationSite { at: pending.called.seen_at(at), flow: flow.id, end, op: Some(op) }, found))
}

/// The pending calls of an end that are owed their return, each with the rules that say so.
fn stuck(flow: &Flow, hosts: &Both<Host>, end: End, at_quiet: bool) -> Vec<(Pending, StuckRules)> {
    if flow.ends[end].is_void() || flow.ends[end].pending.is_empty() {
        return Vec::new();
    }
    let stuck = |pending: &Pending| order::stuck(&Waiting { flow, hosts, end, pending, at_quiet }).map(|stuck| (*pending, stuck));
    flow.ends[end].pending.heard().filter_map(stuck).collect()
}
