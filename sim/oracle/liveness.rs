//! What is owed: at quiet every obligation is due, before it after patience; a recording that just stops leaves it open.

use super::fact::Fact;
use super::flow::Flow;
use super::hosts::Host;
use super::ledger::{Ledger, Site};
use super::ruling::Findings;
use super::state::{Asked, EndState, Pending, first};
use super::wire::unread;
use super::{Stamp, established, remains};
use crate::contract::{AcceptedMeans, BlockedReadAtClose, Both, End, Mode, ReadAfterEof};
use crate::rules::Rule;
use crate::time::Instant;
use crate::trace::{Abort, Header};

/// The most pending calls of an end that are looked at as time passes; with more, only quiet tells what is stuck.
const WATCHED: usize = 256;

/// A pending call that is owed its return.
pub(super) struct Due {
    pub rules: Vec<Rule>,
    because: Vec<Stamp>,
    why: String,
}

impl Due {
    pub fn new(rule: Rule, because: &[Option<Stamp>], why: impl Into<String>) -> Self {
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
    established::mended(flow, book, hosts);
    for end in End::BOTH {
        for (pending, due) in stuck(flow, hosts, end).into_iter().chain(established::unopened(flow, hosts, end)) {
            exercise(book, &due);
            enter(flow, book, end, &pending, due, at, Held::No);
        }
        established::unasked(flow, book, header, end);
        duties(flow, book, end, at);
        remains::at_quiet(flow, book, header, end, at);
        unread::at_quiet(flow, book, header, end, at);
    }
}

/// At the end of a recording without quiet: an obligation that can't be decided.
pub(super) fn open_question(flow: &Flow, hosts: &Both<Host>) -> Option<Fact> {
    End::BOTH.into_iter().filter(|&end| !flow.ends[end].pending.is_empty()).find_map(|end| {
        let (pending, due) = stuck(flow, hosts, end).into_iter().find(|(pending, _)| !pending.overdue)?;
        let rule = due.rules[0];
        let word = pending.asked.word();
        Some(format!("the recording ends while the {end}'s {word} is pending ({}): {rule} can't be decided", due.why).into())
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

/// When something last got on: no read shows that where an end throws away what comes, but new segments do.
fn last_progress(flow: &Flow) -> Instant {
    let throws_away = |end: End| flow.ends[end].halves.shut_read().called.is_some() && flow.ends[end].discards();
    let said = flow.arrivals.idle.since().filter(|_| End::BOTH.into_iter().any(throws_away));
    said.map_or(flow.active, |said| said.max(flow.active))
}

/// When to look again at an end that waits; never, if only an event can make anything due here.
fn lose_patience(flow: &mut Flow, book: &mut Ledger, hosts: &Both<Host>, end: End, at: Stamp) -> Option<Instant> {
    let patience = flow.ends[end].contract.patience;
    let active = last_progress(flow);
    let over = at.t - active > patience;
    let fair = over && !flow.is_cut();
    let mut next = (!over).then(|| active + patience);
    for (pending, due) in stuck(flow, hosts, end) {
        let deadline = pending.called.t + patience;
        let closing = pending.asked == Asked::Close && flow.ends[end].halves.closes_fully();
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
        let Some(abort) = flow.ends[end].life.aborted() else { continue };
        let late = |pending: &&Pending| pending.called.seq < abort.at.seq && !pending.overdue && pending.asked.is_of_flow();
        let waiting: Vec<Pending> = flow.ends[end].pending.heard().filter(late).copied().collect();
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
    if flow.ends[end].pending.mark_overdue(op) != Some(false) {
        return;
    }
    let mut found = Findings::default();
    let word = pending.asked.word();
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
    flow.ends[end].pending.heard().filter_map(due).collect()
}

fn due(flow: &Flow, hosts: &Both<Host>, end: End, pending: &Pending) -> Option<Due> {
    let me = &flow.ends[end];
    if let Some(told) = abort_owed(me, pending).filter(|_| pending.asked.is_of_flow()) {
        return Some(told);
    }
    if is_up_in_the_air(flow, end, pending.asked) {
        return None;
    }
    match pending.asked {
        Asked::Read { .. } => read_due(flow, end, pending),
        Asked::Write { .. } => write_due(flow, end, pending),
        Asked::Flush => {
            (reads_on(flow, end.peer()) && !flow.is_cut()).then(|| Due::new(Rule::WriteResolves, &[], "the peer keeps reading"))
        }
        Asked::Shutdown(Mode::Read) => Some(Due::new(Rule::ShutdownReturns, &[], "a shutdown of reading waits for nobody")),
        Asked::Shutdown(_) => shutdown_due(flow, end),
        Asked::Close => close_due(flow, end),
        Asked::Disconnect => Some(Due::new(Rule::DisconnectNeverFails, &[], "a disconnect ends")),
        Asked::Connect(port) => established::handshake_due(flow, hosts, end, port),
        Asked::Accept(port) => established::accept_due(flow, hosts, end, port),
        Asked::Listen(..) | Asked::Unlisten(_) | Asked::Destination => None,
    }
}

/// Nothing is owed on a flow that is not known to be connected, but that its own calls end.
fn is_up_in_the_air(flow: &Flow, end: End, kind: Asked) -> bool {
    let me = &flow.ends[end];
    let own = me.halves.full_close_returned().is_some()
        || matches!(kind, Asked::Shutdown(Mode::Read))
        || kind == Asked::Close && me.halves.closes_fully();
    let unknown = me.life.is_maybe_dead() || me.life.stack_left().is_some() || flow.is_unopened();
    kind.is_of_flow() && !matches!(kind, Asked::Connect(_)) && !own && unknown
}

/// After an abort everything ends; only a read that an earlier EOF released may stay.
fn abort_owed(me: &EndState, pending: &Pending) -> Option<Due> {
    let abort = me.life.aborted()?;
    let released = me.contract.read_after_eof == ReadAfterEof::MayBlock && matches!(pending.asked, Asked::Read { .. });
    if released && me.reading.eof().is_some_and(|eof| eof.seq > abort.at.seq) {
        return None;
    }
    let rule =
        if abort.kind == Abort::KeepaliveDeath { vec![Rule::AbortIsTold, Rule::KeepaliveEndsDeadFlow] } else { vec![Rule::AbortIsTold] };
    let why = format!("this end had been aborted at {}", abort.at.t);
    Some(Due { rules: rule, because: vec![abort.at], why })
}

fn read_due(flow: &Flow, end: End, pending: &Pending) -> Option<Due> {
    let me = &flow.ends[end];
    if me.contract.read_after_eof == ReadAfterEof::MayBlock && me.reading.eof().is_some() {
        return None;
    }
    let at_close = me.halves.full_close_called().is_some_and(|at| at.seq > pending.called.seq);
    if at_close && me.contract.blocked_read_at_close == BlockedReadAtClose::MayBlock {
        return None;
    }
    if let Some(closed) = me.halves.full_close_returned() {
        return Some(Due::new(Rule::NoStuckCall, &[Some(closed)], "this end had closed the flow"));
    }
    if let Some(shut) = me.halves.shut_read().returned {
        return Some(Due::new(Rule::NoStuckCall, &[Some(shut)], "this end had shut reading down"));
    }
    let last = [me.reading.eof(), me.reading.error()].into_iter().flatten().min_by_key(|at| at.seq);
    if let Some(last) = last {
        return Some(Due::new(Rule::NoStuckCall, &[Some(last)], format!("another read had ended the stream at {}", last.t)));
    }
    incoming_due(flow, end)
}

/// Data or EOF of the peer that does not come.
fn incoming_due(flow: &Flow, end: End) -> Option<Due> {
    let peer = &flow.ends[end.peer()];
    if flow.is_cut() || peer.life.is_gone() {
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

/// The peer's half or full close, called where somebody was there to take it, and (unless it waits) not cancelled.
fn ended_writing(peer: &EndState) -> Option<Stamp> {
    let ends = |kind| kind == Asked::Close || matches!(kind, Asked::Shutdown(mode) if mode.writes());
    if peer.pending.iter().any(|pending| pending.unheard && ends(pending.asked)) {
        return None;
    }
    let sure = match peer.halves.maybe_write() {
        Some(super::state::Doubt::Happened(at)) => Some(at),
        _ => None,
    };
    first([peer.halves.write_end_called(), sure])
}

fn write_due(flow: &Flow, end: End, pending: &Pending) -> Option<Due> {
    let (me, peer) = (&flow.ends[end], &flow.ends[end.peer()]);
    if let Some(closed) = me.halves.full_close_returned() {
        return Some(Due::new(Rule::NoStuckCall, &[Some(closed)], "this end had closed the flow"));
    }
    if let Some(shut) = me.halves.write_end_returned().filter(|at| at.seq < pending.called.seq) {
        return Some(Due::new(Rule::NoStuckCall, &[Some(shut)], "this end had shut writing down before"));
    }
    if flow.is_cut() || peer.life.is_gone() || peer.is_void() {
        return None;
    }
    if let Some(shut) = peer.halves.shut_read().called.filter(|_| peer.discards()) {
        return Some(Due::new(Rule::PeerShutRead, &[Some(shut)], "the peer had shut reading down and throws data away"));
    }
    reads_on(flow, end.peer()).then(|| Due::new(Rule::WriteResolves, &[], "the peer keeps reading").at_window(flow, end))
}

/// Is a read pending that this end's peer can fill?
fn reads_on(flow: &Flow, end: End) -> bool {
    let me = &flow.ends[end];
    let open = me.life.aborted().is_none() && !me.is_void() && me.reading.eof().is_none() && me.halves.full_close_called().is_none();
    open && me.pending.reads() > 0 && me.pending.heard().any(|pending| matches!(pending.asked, Asked::Read { .. }))
}

fn shutdown_due(flow: &Flow, end: End) -> Option<Due> {
    let peer = &flow.ends[end.peer()];
    if flow.is_cut() || peer.life.is_gone() || peer.is_void() {
        return None;
    }
    let all_read = flow.streams[end].owed(false, 0) == 0 && flow.ends[end].pending.writes() == 0;
    let why = if all_read { "the peer has read everything that was accepted" } else { "the peer keeps reading" };
    (all_read || reads_on(flow, end.peer())).then(|| Due::new(Rule::ShutdownReturns, &[], why))
}

fn close_due(flow: &Flow, end: End) -> Option<Due> {
    let (me, peer) = (&flow.ends[end], &flow.ends[end.peer()]);
    if me.halves.closes_fully() {
        return Some(Due::new(Rule::CloseReturns, &[], "a full close waits for nobody"));
    }
    if flow.is_cut() {
        return None;
    }
    let done =
        |state: &EndState| state.halves.close().called.is_some() && (state.reading.eof().is_some() || state.life.aborted().is_some());
    let because = [me.halves.close().called, peer.halves.close().called];
    (done(me) && done(peer)).then(|| Due::new(Rule::CloseReturns, &because, "both ends had called close and read to the end"))
}

/// After EOF or an error the caller closes or shuts down.
fn duties(flow: &Flow, book: &mut Ledger, end: End, at: Stamp) {
    let me = &flow.ends[end];
    let Some(last) = first([me.reading.eof(), me.reading.error(), me.writing.error()]) else { return };
    // What never was connected need not be closed.
    if me.is_void() || me.opening.is_closed_to(at.seq) {
        return;
    }
    book.exercise(Rule::CallerKeepsOff);
    if me.halves.any_called().is_none() && me.halves.maybe_write().is_none() && me.halves.maybe_read().is_none() {
        let site = Site { at, flow: flow.id, end, op: None };
        book.fault(site, format!("the {end} read EOF or an error at {} and never closed or shut down the flow", last.t));
    }
}
