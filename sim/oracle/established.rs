//! What is owed to who connects and who accepts: that it comes to an end, and that both hear of the same connection.

use super::fact::fact;
use super::flow::Flow;
use super::hosts::Host;
use super::ledger::{Ledger, Site};
use super::liveness::Due;
use super::ruling::Findings;
use super::state::{Asked, Pending};
use crate::contract::{Both, End};
use crate::rules::Rule;
use crate::trace::Header;

/// A connect that somebody listens for, or accepts.
pub(super) fn handshake_due(flow: &Flow, hosts: &Both<Host>, end: End, port: Option<u16>) -> Option<Due> {
    let peer = &flow.ends[end.peer()];
    let down = End::BOTH.iter().any(|&end| hosts[end].down);
    if flow.is_cut() || down || peer.life.is_gone() || hosts[end.peer()].left.is_some() {
        return None;
    }
    let fits = |kind| matches!(kind, Asked::Accept(other) if port.is_none_or(|port| port == other));
    let (there, why) = match peer.pending.earliest(fits) {
        Some(accepting) => (accepting, "the peer was accepting"),
        None => (hosts[end.peer()].listener(port)?, "the peer was listening"),
    };
    let mut due = Due::new(Rule::HandshakeCompletes, &[Some(there)], why);
    due.rules.push(Rule::ConnectOnce);
    Some(due)
}

/// An accept whose connection is established, as the peer's connect says.
pub(super) fn accept_due(flow: &Flow, hosts: &Both<Host>, end: End, port: u16) -> Option<Due> {
    let (me, peer) = (&flow.ends[end], &flow.ends[end.peer()]);
    let (connected, _) = peer.opening.opened().filter(|_| peer.opening.connects())?;
    let fair = !flow.is_cut() && !flow.arrivals.answers_in_vain(end) && !me.life.is_maybe_dead() && !peer.life.is_gone() && !peer.is_void();
    let there = hosts[end].left.is_none() && !hosts[end].down && hosts[end].is_listening_perhaps(Some(port));
    let untaken =
        me.opening.opened().is_none() && me.pending.iter().filter(|pending| matches!(pending.asked, Asked::Accept(_))).count() == 1;
    (fair && there && untaken).then(|| Due::new(Rule::HandshakeCompletes, &[Some(connected)], "the peer's connect had succeeded"))
}

/// At quiet a connect is over, whatever became of it, and so is all that was asked of a stack that has left the network.
pub(super) fn unopened(flow: &Flow, hosts: &Both<Host>, end: End) -> Vec<(Pending, Due)> {
    let me = &flow.ends[end];
    let over = |pending: &Pending| match (pending.asked, me.halves.disconnect().returned) {
        (Asked::Connect(_), left) => Some(Due::new(Rule::ConnectOnce, &[left], "a connect succeeds, is refused or times out")),
        (Asked::Accept(_), Some(left)) => Some(Due::new(Rule::DisconnectNeverFails, &[Some(left)], "the stack had left the network")),
        _ => None,
    };
    let due = |pending: &Pending| over(pending).map(|due| (*pending, due));
    if me.is_void() || hosts[end].down { Vec::new() } else { me.pending.heard().filter_map(due).collect() }
}

/// A connect that gave up too early, over a path that was mended, to somebody who listened.
pub(super) fn mended(flow: &mut Flow, book: &mut Ledger, hosts: &Both<Host>) {
    let Some(early) = flow.gave_up_early.take().filter(|_| !flow.is_cut()) else { return };
    let end = book.violations[early].end;
    let accepting = |kind| matches!(kind, Asked::Accept(_));
    let there = flow.ends[end.peer()].pending.earliest(accepting).is_some() || hosts[end.peer()].is_listening();
    if there {
        book.rename(early, Rule::HandshakeCompletes, |said| {
            fact!("{said}; the {peer} listened, and nothing stood in between", said, peer = end.peer())
        });
    }
}

/// In a simulated run all calls are recorded: a connection that nobody asked for was handed out twice.
pub(super) fn unasked(flow: &Flow, book: &mut Ledger, header: &Header, end: End) {
    let (me, peer) = (&flow.ends[end], &flow.ends[end.peer()]);
    let Some((at, op)) = me.opening.opened().filter(|_| header.simulated && !me.opening.connects() && !peer.used) else { return };
    let mut found = Findings::default();
    found
        .add(Rule::AcceptOnce, &[], || format!("the {end}'s accept #{op} returned a connection that the {} had not asked for", end.peer()));
    book.enter(Site { at, flow: flow.id, end, op: Some(op) }, found);
}
