//! What is owed: at quiet every obligation is due, before it after patience; a recording that just stops leaves it open.

use std::time::Duration;

use super::Stamp;
use super::end::{EndState, Kind, Pending, first};
use super::flow::Flow;
use super::hosts::Host;
use super::ledger::{Findings, Ledger, Site};
use crate::contract::{AcceptedMeans, BlockedReadAtClose, Both, End, Mode, ReadAfterEof};
use crate::rules::Rule;
use crate::time::Instant;
use crate::trace::{Abort, Header, Resources};

/// The most pending calls of an end that are looked at as time passes; with more, only quiet tells what is stuck.
const WATCHED: usize = 256;

/// Longer than any stack tries to get rid of what it still has to say, and two lives of a segment after that.
const LONG: Duration = Duration::from_secs(1800);

/// A pending call that is owed its return.
struct Due {
    rules: Vec<Rule>,
    because: Vec<Stamp>,
    why: String,
}

impl Due {
    fn new(rule: Rule, because: &[Option<Stamp>], why: impl Into<String>) -> Self {
        Due { rules: vec![rule], because: because.iter().flatten().copied().collect(), why: why.into() }
    }

    /// The writer waits at a window that is closed as far as it knows: that is what is wrong.
    fn at_window(mut self, flow: &Flow, writer: End) -> Self {
        if flow.arrivals.meets_closed_window(writer) {
            self.rules.insert(0, Rule::WindowReopens);
            self.why += &format!(", and the {writer} knows only of a closed window");
        }
        self
    }
}

/// At quiet: what is pending now is stuck for ever.
pub(super) fn quiet(flow: &mut Flow, book: &mut Ledger, header: &Header, hosts: &Both<Host>, at: Stamp) {
    mended(flow, book, hosts);
    for end in End::BOTH {
        for (pending, due) in stuck(flow, hosts, end).into_iter().chain(unopened(flow, end)) {
            exercise(book, &due);
            enter(flow, book, end, &pending, due, at, Held::No);
        }
        unasked(flow, book, header, end);
        duties(flow, book, end, at);
        resources(flow, book, header, end, at);
    }
}

/// At the end of a recording without quiet: an obligation that can't be decided.
pub(super) fn open_question(flow: &Flow, hosts: &Both<Host>) -> Option<String> {
    End::BOTH.into_iter().filter(|&end| !flow.ends[end].pending.is_empty()).find_map(|end| {
        let (pending, due) = stuck(flow, hosts, end).into_iter().find(|(pending, _)| !pending.overdue)?;
        let rule = due.rules[0];
        let word = pending.kind.word();
        Some(format!("the recording ends while the {end}'s {word} is pending ({}): {rule} can't be decided", due.why))
    })
}

/// Before quiet: what is overdue after patience, held until quiet; when to look again.
pub(super) fn pass_time(flow: &mut Flow, book: &mut Ledger, hosts: &Both<Host>, at: Stamp) -> Option<Instant> {
    if flow.settled {
        return None;
    }
    let mut next: Option<Instant> = None;
    for end in End::BOTH {
        if (1..=WATCHED).contains(&flow.ends[end].pending.len())
            && let Some(due) = lose_patience(flow, book, hosts, end, at)
        {
            next = Some(next.map_or(due, |next| next.min(due)));
        }
    }
    flow.settled = next.is_none();
    next
}

/// When to look again at an end that waits; never, if only an event can make anything due here.
fn lose_patience(flow: &mut Flow, book: &mut Ledger, hosts: &Both<Host>, end: End, at: Stamp) -> Option<Instant> {
    let patience = flow.ends[end].contract.patience;
    let over = at.t - flow.active > patience;
    let fair = over && !flow.is_cut();
    let mut next = (!over).then(|| flow.active + patience);
    for (pending, due) in stuck(flow, hosts, end) {
        let deadline = pending.called.t + patience;
        let closing = pending.kind == Kind::Close && flow.ends[end].closes_fully();
        let late = if closing { at.t > deadline } else { fair };
        if late {
            enter(flow, book, end, &pending, due, at, Held::UntilQuiet);
        } else if closing {
            next = Some(next.map_or(deadline, |next| next.min(deadline)));
        }
    }
    next
}

/// In a simulated run an abort ends all pending calls in the same instant.
pub(super) fn abort_told_at_once(flow: &mut Flow, book: &mut Ledger, at: Stamp) {
    for end in End::BOTH {
        let Some(abort) = flow.ends[end].aborted else { continue };
        let late = |pending: &&Pending| pending.called.seq < abort.at.seq && !pending.overdue && pending.kind.is_of_flow();
        let waiting: Vec<Pending> = flow.ends[end].pending.iter().filter(late).copied().collect();
        for pending in waiting {
            let due = Due::new(Rule::AbortIsTold, &[Some(abort.at)], "it was not ended in the instant of the abort");
            enter(flow, book, end, &pending, due, at, Held::No);
        }
    }
}

#[derive(PartialEq, Eq)]
enum Held {
    No,
    UntilQuiet,
}

fn enter(flow: &mut Flow, book: &mut Ledger, end: End, pending: &Pending, due: Due, at: Stamp, held: Held) {
    let op = pending.op;
    if flow.ends[end].faulted {
        return;
    }
    let Some(known) = flow.ends[end].pending.get_mut(op) else { return };
    if std::mem::replace(&mut known.overdue, true) {
        return;
    }
    let mut found = Findings::default();
    let word = pending.kind.word();
    for rule in &due.rules {
        let because: Vec<Stamp> = due.because.iter().copied().chain([pending.called]).collect();
        found.add(*rule, &because, || format!("the {end}'s {word} #{op} never returns: {}", due.why));
    }
    let site = Site { at: Stamp { seq: at.seq, ..pending.called }, flow: flow.id, end, op: Some(op) };
    match held {
        Held::No => drop(book.enter(site, found)),
        Held::UntilQuiet => book.hold(site, found),
    }
}

fn exercise(book: &mut Ledger, due: &Due) {
    due.rules.iter().for_each(|rule| book.exercise(*rule));
}

/// The pending calls of an end that are owed their return, each with the rule that names it first.
fn stuck(flow: &Flow, hosts: &Both<Host>, end: End) -> Vec<(Pending, Due)> {
    if flow.ends[end].is_void() || flow.ends[end].pending.is_empty() {
        return Vec::new();
    }
    let due = |pending: &Pending| due(flow, hosts, end, pending).map(|due| (*pending, due));
    flow.ends[end].pending.iter().filter_map(due).collect()
}

fn due(flow: &Flow, hosts: &Both<Host>, end: End, pending: &Pending) -> Option<Due> {
    let me = &flow.ends[end];
    if let Some(told) = abort_owed(me, pending).filter(|_| pending.kind.is_of_flow()) {
        return Some(told);
    }
    if is_up_in_the_air(flow, end, pending.kind) {
        return None;
    }
    match pending.kind {
        Kind::Read { .. } => read_due(flow, end, pending),
        Kind::Write { .. } => write_due(flow, end, pending),
        Kind::Flush => (reads_on(flow, end.peer()) && !flow.is_cut()).then(|| Due::new(Rule::WriteResolves, &[], "the peer keeps reading")),
        Kind::Shutdown(Mode::Read) => Some(Due::new(Rule::ShutdownReturns, &[], "a shutdown of reading waits for nobody")),
        Kind::Shutdown(_) => shutdown_due(flow, end),
        Kind::Close => close_due(flow, end),
        Kind::Disconnect => Some(Due::new(Rule::DisconnectNeverFails, &[], "a disconnect ends")),
        Kind::Connect(port) => handshake_due(flow, hosts, end, port),
        Kind::Accept(port) => accept_due(flow, hosts, end, port),
        Kind::Listen(..) | Kind::Unlisten(_) | Kind::Destination => None,
    }
}

/// Nothing is owed on a flow that is not known to be connected, but that its own calls end.
fn is_up_in_the_air(flow: &Flow, end: End, kind: Kind) -> bool {
    let me = &flow.ends[end];
    let own = me.full_close_returned().is_some() || matches!(kind, Kind::Shutdown(Mode::Read)) || kind == Kind::Close && me.closes_fully();
    let unknown = me.maybe_dead || me.stack_left.is_some() || flow.is_unopened();
    kind.is_of_flow() && !matches!(kind, Kind::Connect(_)) && !own && unknown
}

/// After an abort everything ends; only a read that an earlier EOF released may stay.
fn abort_owed(me: &EndState, pending: &Pending) -> Option<Due> {
    let abort = me.aborted?;
    let released = me.contract.read_after_eof == ReadAfterEof::MayBlock && matches!(pending.kind, Kind::Read { .. });
    if released && me.eof.is_some_and(|eof| eof.seq > abort.at.seq) {
        return None;
    }
    let rule =
        if abort.kind == Abort::KeepaliveDeath { vec![Rule::AbortIsTold, Rule::KeepaliveEndsDeadFlow] } else { vec![Rule::AbortIsTold] };
    let why = format!("this end had been aborted at {}", abort.at.t);
    Some(Due { rules: rule, because: vec![abort.at], why })
}

fn read_due(flow: &Flow, end: End, pending: &Pending) -> Option<Due> {
    let me = &flow.ends[end];
    if me.contract.read_after_eof == ReadAfterEof::MayBlock && me.eof.is_some() {
        return None;
    }
    let at_close = me.full_close_called().is_some_and(|at| at.seq > pending.called.seq);
    if at_close && me.contract.blocked_read_at_close == BlockedReadAtClose::MayBlock {
        return None;
    }
    if let Some(closed) = me.full_close_returned() {
        return Some(Due::new(Rule::NoStuckCall, &[Some(closed)], "this end had closed the flow"));
    }
    if let Some(shut) = me.shut_read.returned {
        return Some(Due::new(Rule::NoStuckCall, &[Some(shut)], "this end had shut reading down"));
    }
    let last = [me.eof, me.read_error].into_iter().flatten().min_by_key(|at| at.seq);
    if let Some(last) = last {
        return Some(Due::new(Rule::NoStuckCall, &[Some(last)], format!("another read had ended the stream at {}", last.t)));
    }
    incoming_due(flow, end)
}

/// Data or EOF of the peer that does not come.
fn incoming_due(flow: &Flow, end: End) -> Option<Due> {
    let peer = &flow.ends[end.peer()];
    if flow.is_cut() || peer.is_gone() {
        return None;
    }
    let stream = &flow.streams[end.peer()];
    let flushed = peer.contract.accepted_means == AcceptedMeans::Flushed;
    let owed = stream.owed(flushed, 0);
    let unread = stream.writes.front().map(|write| write.returned.unwrap_or(write.called));
    if let Some(ended) = ended_writing(peer) {
        let mut due = Due::new(Rule::EofArrives, &[Some(ended)], format!("the peer had ended its writing at {}", ended.t));
        if owed > 0 {
            due.rules.push(Rule::Delivery);
            due.why += &format!(", and {owed} accepted bytes have not come either");
        }
        return Some(due.at_window(flow, end.peer()));
    }
    (owed > 0).then(|| {
        Due::new(Rule::Delivery, &[unread], format!("{owed} bytes that the peer's writes had accepted have not come"))
            .at_window(flow, end.peer())
    })
}

/// The peer's half or full close, called and (unless it waits) not cancelled.
fn ended_writing(peer: &EndState) -> Option<Stamp> {
    let sure = match peer.maybe_write {
        Some(super::end::Answer::Yes(at)) => Some(at),
        _ => None,
    };
    first([peer.write_end_called(), sure])
}

fn write_due(flow: &Flow, end: End, pending: &Pending) -> Option<Due> {
    let (me, peer) = (&flow.ends[end], &flow.ends[end.peer()]);
    if let Some(closed) = me.full_close_returned() {
        return Some(Due::new(Rule::NoStuckCall, &[Some(closed)], "this end had closed the flow"));
    }
    if let Some(shut) = me.write_end_returned().filter(|at| at.seq < pending.called.seq) {
        return Some(Due::new(Rule::NoStuckCall, &[Some(shut)], "this end had shut writing down before"));
    }
    if flow.is_cut() || peer.is_gone() || peer.is_void() {
        return None;
    }
    if let Some(shut) = peer.shut_read.called.filter(|_| peer.discards()) {
        return Some(Due::new(Rule::PeerShutRead, &[Some(shut)], "the peer had shut reading down and throws data away"));
    }
    reads_on(flow, end.peer()).then(|| Due::new(Rule::WriteResolves, &[], "the peer keeps reading").at_window(flow, end))
}

/// Is a read pending that this end's peer can fill?
fn reads_on(flow: &Flow, end: End) -> bool {
    let me = &flow.ends[end];
    me.reads_pending > 0 && me.aborted.is_none() && !me.is_void() && me.eof.is_none() && me.full_close_called().is_none()
}

fn shutdown_due(flow: &Flow, end: End) -> Option<Due> {
    let peer = &flow.ends[end.peer()];
    if flow.is_cut() || peer.is_gone() || peer.is_void() {
        return None;
    }
    let all_read = flow.streams[end].owed(false, 0) == 0 && flow.ends[end].writes_pending == 0;
    let why = if all_read { "the peer has read everything that was accepted" } else { "the peer keeps reading" };
    (all_read || reads_on(flow, end.peer())).then(|| Due::new(Rule::ShutdownReturns, &[], why))
}

fn close_due(flow: &Flow, end: End) -> Option<Due> {
    let (me, peer) = (&flow.ends[end], &flow.ends[end.peer()]);
    if me.closes_fully() {
        return Some(Due::new(Rule::CloseReturns, &[], "a full close waits for nobody"));
    }
    if flow.is_cut() {
        return None;
    }
    let done = |state: &EndState| state.close.called.is_some() && (state.eof.is_some() || state.aborted.is_some());
    let because = [me.close.called, peer.close.called];
    (done(me) && done(peer)).then(|| Due::new(Rule::CloseReturns, &because, "both ends had called close and read to the end"))
}

/// A connect that somebody listens for, or accepts.
fn handshake_due(flow: &Flow, hosts: &Both<Host>, end: End, port: Option<u16>) -> Option<Due> {
    let peer = &flow.ends[end.peer()];
    if flow.is_cut() || peer.is_gone() || hosts[end.peer()].left.is_some() {
        return None;
    }
    let fits = |kind| matches!(kind, Kind::Accept(other) if port.is_none_or(|port| port == other));
    let (there, why) = match peer.pending.earliest(fits) {
        Some(accepting) => (accepting, "the peer was accepting"),
        None => (hosts[end.peer()].listener(port)?, "the peer was listening"),
    };
    let mut due = Due::new(Rule::HandshakeCompletes, &[Some(there)], why);
    due.rules.push(Rule::ConnectOnce);
    Some(due)
}

/// An accept whose connection is established, as the peer's connect says.
fn accept_due(flow: &Flow, hosts: &Both<Host>, end: End, port: u16) -> Option<Due> {
    let (me, peer) = (&flow.ends[end], &flow.ends[end.peer()]);
    let (connected, _) = peer.opening.opened.filter(|_| peer.opening.connects)?;
    let fair = !flow.is_cut() && !me.maybe_dead && !peer.is_gone() && !peer.is_void();
    let there = hosts[end].left.is_none() && hosts[end].is_listening_perhaps(port);
    let untaken = me.opening.opened.is_none() && me.pending.iter().filter(|pending| matches!(pending.kind, Kind::Accept(_))).count() == 1;
    (fair && there && untaken).then(|| Due::new(Rule::HandshakeCompletes, &[Some(connected)], "the peer's connect had succeeded"))
}

/// At quiet a connect is over, whatever became of it, and so is all that was asked of a stack that has left the network.
fn unopened(flow: &Flow, end: End) -> Vec<(Pending, Due)> {
    let me = &flow.ends[end];
    let over = |pending: &Pending| match (pending.kind, me.disconnect.returned) {
        (Kind::Connect(_), left) => Some(Due::new(Rule::ConnectOnce, &[left], "a connect succeeds, is refused or times out")),
        (Kind::Accept(_), Some(left)) => Some(Due::new(Rule::DisconnectNeverFails, &[Some(left)], "the stack had left the network")),
        _ => None,
    };
    let due = |pending: &Pending| over(pending).map(|due| (*pending, due));
    if me.is_void() { Vec::new() } else { me.pending.iter().filter_map(due).collect() }
}

/// A connect that gave up too early, over a path that was mended, to somebody who listened.
fn mended(flow: &mut Flow, book: &mut Ledger, hosts: &Both<Host>) {
    let Some(early) = flow.gave_up_early.take().filter(|_| !flow.is_cut()) else { return };
    let end = book.violations[early].end;
    let accepting = |kind| matches!(kind, Kind::Accept(_));
    let there = flow.ends[end.peer()].pending.earliest(accepting).is_some() || hosts[end.peer()].is_listening();
    if there {
        book.rename(early, Rule::HandshakeCompletes, |message| {
            format!("{message}; the {} listened, and nothing stood in between", end.peer())
        });
    }
}

/// In a simulated run all calls are recorded: a connection that nobody asked for was handed out twice.
fn unasked(flow: &Flow, book: &mut Ledger, header: &Header, end: End) {
    let (me, peer) = (&flow.ends[end], &flow.ends[end.peer()]);
    let Some((at, op)) = me.opening.opened.filter(|_| header.simulated && !me.opening.connects && !peer.used) else { return };
    let mut found = Findings::default();
    found
        .add(Rule::AcceptOnce, &[], || format!("the {end}'s accept #{op} returned a connection that the {} had not asked for", end.peer()));
    book.enter(Site { at, flow: flow.id, end, op: Some(op) }, found);
}

/// After EOF or an error the caller closes or shuts down.
fn duties(flow: &Flow, book: &mut Ledger, end: End, at: Stamp) {
    let me = &flow.ends[end];
    let Some(last) = first([me.eof, me.read_error, me.write_error]) else { return };
    if me.is_void() {
        return;
    }
    book.exercise(Rule::CallerKeepsOff);
    let left = [me.close.called, me.shut_write.called, me.shut_read.called, me.disconnect.called].into_iter().flatten().next();
    if left.is_none() && me.maybe_write.is_none() && me.maybe_read.is_none() {
        let site = Site { at, flow: flow.id, end, op: None };
        book.fault(site, format!("the {end} read EOF or an error at {} and never closed or shut down the flow", last.t));
    }
}

/// What an end still holds once nothing can use it any more.
fn resources(flow: &mut Flow, book: &mut Ledger, header: &Header, end: End, at: Stamp) {
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
    let Some(over) = done(flow, end).filter(|over| seen.t - over.t > LONG && !flow.is_cut()) else { return };
    // What was written is sent as long as the peer acknowledges probes of its closed window (MUST-37).
    let peer = &flow.ends[end.peer()];
    let unread = flow.streams[end].owed(false, 0) > 0 && peer.full_close_called().is_none() && flow.ends[end].aborted.is_none();
    if !unread && !held.is_free() {
        still_held(flow, book, end, over, (seen, held), at);
    }
}

/// Since when an end is done for good: its own full close, its abort, the end of both directions, or that it was never connected.
fn done(flow: &Flow, end: End) -> Option<Stamp> {
    let (me, peer) = (&flow.ends[end], &flow.ends[end.peer()]);
    let ended = |end: &EndState| first([end.write_end_called(), end.stack_left]);
    let directions = me.write_end_returned().filter(|_| me.eof.is_some() && ended(peer).is_some());
    let failed = me.opening.failed.filter(|_| me.opening.opened.is_none() && !me.opening.pending);
    let over = first([me.full_close_returned(), me.aborted.map(|abort| abort.at), directions, failed]);
    over.filter(|_| !me.is_void())
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
