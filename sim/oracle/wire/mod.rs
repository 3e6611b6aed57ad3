//! What segments and states show.
//!
//! Each end has what it `sent` (with the `contents` that may have to be sent again), what has `arrived` at it, and the `window`
//! that reached it, each in sequence numbers as they stand on the wire; `reset` holds what must not follow a reset, `states` the
//! diagram. Here every event goes to the parts that it concerns, and what they find is written down.
//!
//! What this is not: a TCP. It knows no timers and holds no connection; where a recording begins in the middle, leaves out
//! options or what was delivered, or shows several connections at once, it judges only what is certain all the same.

mod arrived;
mod contents;
mod reset;
mod sent;
mod seq;
mod states;
mod window;

use super::Stamp;
use super::ledger::{Findings, Site};
use super::scene::Scene;
use crate::rules::Rule;
use crate::time::Instant;
use crate::trace::{Clock, Fate, Wire};
use arrived::{Arrived, Wrong};
use reset::Spur;
use sent::{Misplaced, Sent, data_end};
use seq::is_after;
use states::{Chain, State};
use window::{Offer, Syns};

/// One end of a connection on the wire.
#[derive(Clone, Debug, Default)]
pub(super) struct WireState {
    sent: Sent,
    arrived: Arrived,
    offer: Offer,
    syns: Syns,
    chain: Chain,
    /// A reset has just arrived.
    spur: Option<Spur>,
    /// When a segment arrived that nothing was sent after yet.
    heard: Option<Instant>,
    /// What becomes of this end's segments is recorded.
    fates: bool,
    /// Its right edge as it was offered last, and the line; see `window-not-shrunk`.
    offered: Option<(u32, u64)>,
}

impl WireState {
    /// The caller does something: what is sent from now on may be his doing.
    pub fn interrupt(&mut self) {
        self.spur = None;
    }
}

impl Scene<'_> {
    fn wire(&mut self) -> &mut WireState {
        &mut self.flow.wire[self.end]
    }

    fn far(&mut self) -> &mut WireState {
        &mut self.flow.wire[self.end.peer()]
    }

    /// A segment, at the end that sent it.
    pub(super) fn segment(&mut self, wire: &Wire) {
        if !self.header.records.segments {
            return;
        }
        let shared = self.header.clock == Clock::Shared;
        match wire.fate {
            Fate::Sent => self.segment_sent(wire),
            _ if !shared => {}
            Fate::Delivered => self.segment_delivered(wire),
            // It may arrive, if no line says so.
            Fate::Injected => self.reach_peer(wire),
            Fate::Dropped | Fate::Duplicated | Fate::Corrupted => self.wire().fates = true,
        }
    }

    fn segment_sent(&mut self, wire: &Wire) {
        let mut found = Findings::default();
        if wire.flags.syn() {
            self.syn_sent(wire, &mut found);
        }
        self.answers(wire, &mut found);
        if wire.flags.rst() {
            self.wire().sent.over = true;
        } else {
            self.places(wire, &mut found);
            self.repeats(wire, &mut found);
            self.extents(wire, &mut found);
            self.acknowledgement(wire, &mut found);
            let line = self.at.line;
            self.wire().sent.note(wire, line);
        }
        self.write_down(found);
    }

    fn write_down(&mut self, found: Findings) {
        if !found.is_empty() {
            let site = Site { at: self.at, flow: self.flow.id, end: self.end, op: None };
            self.book.enter(site, found);
        }
    }

    /// The event of an earlier line.
    fn earlier(&self, line: u64) -> Stamp {
        Stamp { line, ..self.at }
    }
}

/// What an end sends.
impl Scene<'_> {
    /// A SYN goes out: again, or for a connection that begins with it.
    fn syn_sent(&mut self, wire: &Wire, found: &mut Findings) {
        let end = self.end;
        let state = self.wire().chain.state();
        let own = self.wire();
        if own.sent.begins_anew(wire) {
            let waits = state == Some(states::SYN_SENT) || state == Some(states::SYN_RECEIVED);
            if let Some(syn) = own.sent.syn.filter(|syn| waits && !own.sent.over && *syn != wire.seq) {
                let seq = wire.seq;
                found
                    .add(Rule::RetransmitIsSame, &[], || format!("the {end} sent its SYN again at sequence number {seq}; it was at {syn}"));
            }
            if own.sent.syn != Some(wire.seq) {
                (own.syns, own.offered) = (Syns::default(), None);
                own.offer.begin_anew(wire.seq);
            }
            own.sent.begin_anew(wire);
            own.arrived.begin_anew(wire.flags.ack().then_some(wire.ack));
        }
        own.syns.send(wire);
    }

    /// Nothing answers a reset.
    fn answers(&mut self, wire: &Wire, found: &mut Findings) {
        let (end, t) = (self.end, self.at.t);
        self.wire().heard = None;
        let Some(spur) = self.wire().spur.take() else { return };
        if spur.is_answered_by(wire, t) {
            let what = if wire.flags.rst() { "a reset" } else { "an acknowledgement" };
            found.add(Rule::NoResetToReset, &[self.earlier(spur.line)], || format!("the {end} answered a reset with {what}"));
        }
    }

    /// `one-fin` and `fin-after-data`.
    fn places(&mut self, wire: &Wire, found: &mut Findings) {
        let known = self.wire().sent.fin.is_some();
        if !wire.flags.fin() && (!known || wire.len == 0) {
            return;
        }
        self.book.exercise_where([(Rule::OneFin, wire.flags.fin()), (Rule::FinAfterData, known && wire.len > 0)]);
        let (end, sent) = (self.end, data_end(wire));
        match self.wire().sent.misplaced(wire) {
            None => {}
            Some(Misplaced::Second { first, line }) => found.add(Rule::OneFin, &[self.earlier(line)], || {
                format!("the {end} sent a second FIN, at sequence number {sent}; its first was at {first}")
            }),
            Some(Misplaced::Early { next }) => found.add(Rule::FinAfterData, &[], || {
                format!("the {end} sent its FIN at sequence number {sent}, but had sent data up to {next}")
            }),
            Some(Misplaced::Behind { fin, line }) => found.add(Rule::FinAfterData, &[self.earlier(line)], || {
                format!("the {end} sent up to sequence number {sent}, but its FIN is at {fin}")
            }),
        }
    }

    /// `retransmit-is-same`.
    fn repeats(&mut self, wire: &Wire, found: &mut Findings) {
        if wire.data.is_none() {
            return;
        }
        let end = self.end;
        let (known, change) = self.wire().sent.compare(wire);
        if known > 0 {
            self.book.exercise(Rule::RetransmitIsSame);
        }
        if let Some(change) = change {
            found.add(Rule::RetransmitIsSame, &[self.earlier(change.line)], || {
                let (at, was, now) = (change.at, char::from(change.was).escape_default(), char::from(change.now).escape_default());
                format!("the {end} sent the byte of sequence number {at} again as '{now}'; it was '{was}'")
            });
        }
    }

    /// `inside-window`: the window that reached the sender, and the size that its peer takes.
    fn extents(&mut self, wire: &Wire, found: &mut Findings) {
        if wire.len == 0 || wire.flags.syn() {
            return;
        }
        let (own, far) = (&self.flow.wire[self.end], &self.flow.wire[self.end.peer()]);
        let simulated = self.header.simulated;
        if own.sent.syn.is_none() || !window::options_known(simulated, [&own.syns, &far.syns]) {
            return;
        }
        let (end, len, sent) = (self.end, wire.len, data_end(wire));
        let size = window::segment_size(&far.syns, simulated);
        let edge = size.and(own.offer.edge());
        let fresh = own.sent.fresh(wire);
        self.book.exercise_where([(Rule::InsideWindow, edge.is_some())]);
        if let Some(size) = size.filter(|size| len > *size) {
            found.add(Rule::InsideWindow, &[], || format!("the {end} sent {len} bytes in one segment; its peer takes {size}"));
        }
        // What was sent before may lie outside a window that has shrunk since, and one octet is a probe.
        if let Some((edge, line)) = edge.filter(|(edge, _)| fresh > 0 && is_after(sent, *edge) && !(len == 1 && wire.seq == *edge)) {
            found.add(Rule::InsideWindow, &[self.earlier(line)], || {
                let beyond = sent.wrapping_sub(edge);
                format!("the {end} sent up to sequence number {sent}, {beyond} bytes beyond the window, which ends at {edge}")
            });
        }
    }

    /// `ack-is-received`.
    fn acknowledgement(&mut self, wire: &Wire, found: &mut Findings) {
        if !wire.flags.ack() {
            return;
        }
        let (end, ack, line) = (self.end, wire.ack, self.at.line);
        let far = self.far();
        if !far.fates {
            far.sent.acknowledge(ack);
        }
        let unheard = far.fates.then_some(far.sent.syn).flatten();
        let own = self.wire();
        let begun_here = own.sent.syn.is_some() || !own.sent.spoke;
        let unheard = unheard.filter(|syn| begun_here && !own.arrived.has_syn() && is_after(ack, *syn));
        let Some(judged) = own.arrived.acknowledge(ack, line) else { return };
        self.book.exercise(Rule::AckIsReceived);
        match judged {
            Err(Wrong::Beyond { next, line }) => found.add(Rule::AckIsReceived, &[self.earlier(line)], || {
                format!("the {end} acknowledged up to sequence number {ack}, but only what lies before {next} had arrived in sequence")
            }),
            Err(Wrong::Back { acked, line }) => found.add(Rule::AckIsReceived, &[self.earlier(line)], || {
                format!("the {end} acknowledged up to sequence number {ack}, after it had acknowledged up to {acked}")
            }),
            Ok(()) if unheard.is_some() => {
                found.add(Rule::AckIsReceived, &[], || {
                    format!("the {end} acknowledged up to sequence number {ack}, but no SYN had arrived")
                });
            }
            Ok(()) => {}
        }
    }
}

/// What reaches an end; the scene is the sender's.
impl Scene<'_> {
    fn segment_delivered(&mut self, wire: &Wire) {
        self.wire().fates = true;
        self.reach_peer(wire);
        if wire.flags.rst() {
            self.book.exercise(Rule::NoResetToReset);
        }
        let (t, line) = (self.at.t, self.at.line);
        let far = self.far();
        // What arrived in the same instant before the reset may still be answered.
        let alone = wire.flags.rst() && far.heard != Some(t);
        far.spur = alone.then(|| Spur::new(wire, far.arrived.expects(), t, line));
        far.heard = (!wire.flags.rst()).then_some(t).or(far.heard);
    }

    /// The other end may take this segment.
    fn reach_peer(&mut self, wire: &Wire) {
        let line = self.at.line;
        if wire.flags.rst() {
            self.far().sent.over = true;
            return;
        }
        if wire.flags.syn() {
            self.wire().syns.arrive(wire);
        }
        let window = window::in_bytes(wire.win, self.window_shift(wire));
        let far = self.far();
        far.arrived.take(wire, line);
        if wire.flags.ack() {
            far.sent.acknowledge(wire.ack);
            if far.sent.could_acknowledge(wire.ack) {
                far.offer.widen(wire.ack.wrapping_add(window), line);
            }
        } else if wire.flags.syn() {
            far.offer.meet(window, line, far.sent.syn);
        }
    }

    /// By how much the window of this segment is shifted; that of a SYN never is (RFC 7323 §2.2).
    fn window_shift(&self, wire: &Wire) -> u8 {
        let (own, far) = (&self.flow.wire[self.end], &self.flow.wire[self.end.peer()]);
        if wire.flags.syn() { 0 } else { window::shift(&own.syns, own.fates, &far.syns, far.fates) }
    }
}

/// What becomes of connections.
impl Scene<'_> {
    /// A change of state; names that are none of RFC 9293's say nothing.
    pub(super) fn state(&mut self, from: &str, to: &str) {
        if !self.header.records.segments {
            return;
        }
        let (Some(from), Some(to), None) = (State::find(from), State::find(to), self.me().crashed) else {
            return self.wire().chain.forget();
        };
        self.book.exercise(Rule::StateTransition);
        let (end, line) = (self.end, self.at.line);
        let broken = self.wire().chain.go(from, to, line);
        let mut found = Findings::default();
        if let Some((was, line)) = broken {
            let (was, from) = (was.name(), from.name());
            found.add(Rule::StateTransition, &[self.earlier(line)], || format!("the {end} left {from}, but it was in {was}"));
        }
        if !from.may_become(to) {
            let (from, to) = (from.name(), to.name());
            found.add(Rule::StateTransition, &[], || format!("the {end} went from {from} to {to}; the diagram has no such arrow"));
        } else if to == states::CLOSED && from.owes_time_wait() && self.both_are_finished() {
            let from = from.name();
            found.add(Rule::StateTransition, &[], || {
                format!(
                    "the {end} went from {from} to CLOSED without TIME-WAIT, though both FINs were acknowledged and nothing had reset it"
                )
            });
        }
        if to.is_none() {
            self.wire().sent.over = true;
        }
        self.write_down(found);
    }

    /// Both FINs have arrived and were acknowledged, and nothing cut the connection short.
    fn both_are_finished(&mut self) -> bool {
        let left = self.me().aborted.is_some() || self.me().disconnect.called.is_some();
        let whole = self.header.records.network && self.header.clock == Clock::Shared;
        let far_fin = self.far().sent.fin;
        let own = self.wire();
        let heard = far_fin.is_some_and(|(fin, _)| own.arrived.expects() == Some(fin.wrapping_add(1)));
        whole && !left && !own.sent.over && heard && own.sent.is_finished()
    }
}
