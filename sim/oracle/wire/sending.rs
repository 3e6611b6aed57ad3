//! What is judged of a segment when it is sent.

use super::arrived::Wrong;
use super::sent::Misplaced;
use super::{Syns, states, window};
use crate::oracle::judge::Judge;
use crate::oracle::ruling::Findings;
use crate::rules::Rule;
use crate::trace::SegmentEvent;
use crate::wire::Segment;

/// What an end sends.
impl Judge<'_> {
    /// A SYN goes out: again, or for a connection that begins with it.
    pub(super) fn syn_sent(&mut self, event: &SegmentEvent, found: &mut Findings) {
        let segment = &event.segment;
        let (at, end) = (self.at, self.end);
        let state = self.wire().chain.state();
        let own = self.wire();
        if own.sent.begins_anew(segment) {
            let waits = state == Some(states::SYN_SENT) || state == Some(states::SYN_RECEIVED);
            if let Some(syn) = own.sent.syn.filter(|syn| waits && !own.sent.over && *syn != segment.seq) {
                let seq = segment.seq;
                found
                    .add(Rule::RetransmitIsSame, &[], || format!("the {end} sent its SYN again at sequence number {seq}; it was at {syn}"));
            }
            // The same number may be that of a connection before, too.
            own.offered = None;
            if own.sent.syn != Some(segment.seq) {
                own.syns = Syns::default();
                own.offer.begin_anew(segment.seq);
            }
            let again = own.sent.syn.is_some();
            own.sent.begin_anew(segment);
            own.arrived.begin_anew(segment.flags.ack().then_some(segment.ack));
            (own.begun, own.outdated, own.reset, own.waits) = (Some(at), false, false, None);
            own.syns.send(event);
            let far = self.far();
            far.outdated = again && far.sent.spoke;
            return;
        }
        own.syns.send(event);
    }

    /// Nothing answers a reset.
    pub(super) fn answers(&mut self, segment: &Segment, found: &mut Findings) {
        let (end, t) = (self.end, self.at.t);
        self.wire().heard = None;
        let Some(spur) = self.wire().spur.take() else { return };
        if spur.is_answered_by(segment, t) {
            let what = if segment.flags.rst() { "a reset" } else { "an acknowledgement" };
            found.add(Rule::NoResetToReset, &[self.earlier(spur.line)], || format!("the {end} answered a reset with {what}"));
        }
    }

    /// `one-fin` and `fin-after-data`.
    pub(super) fn places(&mut self, segment: &Segment, found: &mut Findings) {
        let known = self.wire().sent.fin.is_some();
        let data = if segment.flags.fin() { self.wire().sent.has_data || segment.data_len() > 0 } else { known && segment.data_len() > 0 };
        if !segment.flags.fin() && (!known || segment.data_len() == 0) {
            return;
        }
        self.book.exercise_where([(Rule::OneFin, segment.flags.fin()), (Rule::FinAfterData, data)]);
        let (end, sent, whole) = (self.end, segment.data_end(), self.header.simulated);
        match self.wire().sent.misplaced(segment, whole) {
            None => {}
            Some(Misplaced::Second { first, line }) => found.add(Rule::OneFin, &[self.earlier(line)], || {
                let [sent, first] = [sent, first].map(|number| self.own_number(number));
                format!("the {end} sent a second FIN, at sequence number {sent}; its first was at {first}")
            }),
            Some(Misplaced::Early { next }) => found.add(Rule::FinAfterData, &[], || {
                let [sent, next] = [sent, next].map(|number| self.own_number(number));
                format!("the {end} sent its FIN at sequence number {sent}, but had sent data up to {next}")
            }),
            Some(Misplaced::Late { next }) => found.add(Rule::FinAfterData, &[], || {
                let [sent, next] = [sent, next].map(|number| self.own_number(number));
                format!("the {end} sent its FIN at sequence number {sent}, but had sent nothing beyond {next}")
            }),
            Some(Misplaced::Behind { fin, line }) => found.add(Rule::FinAfterData, &[self.earlier(line)], || {
                let [sent, fin] = [sent, fin].map(|number| self.own_number(number));
                format!("the {end} sent up to sequence number {sent}, but its FIN is at {fin}")
            }),
        }
    }

    /// `retransmit-is-same`.
    pub(super) fn repeats(&mut self, segment: &Segment, found: &mut Findings) {
        let end = self.end;
        let (known, change) = self.wire().sent.compare(segment);
        if known > 0 {
            self.book.exercise(Rule::RetransmitIsSame);
        }
        if let Some(change) = change {
            found.add(Rule::RetransmitIsSame, &[self.earlier(change.line)], || {
                let (at, was, now) =
                    (self.own_number(change.at), char::from(change.was).escape_default(), char::from(change.now).escape_default());
                format!("the {end} sent the byte of sequence number {at} again as '{now}'; it was '{was}'")
            });
        }
    }

    /// `inside-window`: the window that reached the sender, and the size that its peer takes.
    pub(super) fn extents(&mut self, segment: &Segment, found: &mut Findings) {
        if segment.data_len() == 0 || segment.flags.syn() {
            return;
        }
        let (own, far) = (&self.flow.wire[self.end], &self.flow.wire[self.end.peer()]);
        let simulated = self.header.simulated;
        if own.sent.syn.is_none() || !window::options_known(simulated, [&own.syns, &far.syns]) {
            return;
        }
        let (end, len, sent) = (self.end, segment.data_len(), segment.data_end());
        let size = window::segment_size(&far.syns, simulated);
        let edge = size.and(own.offer.edge());
        let fresh = own.sent.fresh(segment);
        self.book.exercise_where([(Rule::InsideWindow, edge.is_some())]);
        if let Some(size) = size.filter(|size| len > *size) {
            found.add(Rule::InsideWindow, &[], || format!("the {end} sent {len} bytes in one segment; its peer takes {size}"));
        }
        // What was sent before may lie outside a window that has shrunk since, and one octet is a probe.
        if let Some((edge, line)) = edge.filter(|(edge, _)| fresh > 0 && sent.is_after(*edge) && !(len == 1 && segment.seq == *edge)) {
            found.add(Rule::InsideWindow, &[self.earlier(line)], || {
                let beyond = sent.since(edge);
                let [sent, edge] = [sent, edge].map(|number| self.own_number(number));
                format!("the {end} sent up to sequence number {sent}, {beyond} bytes beyond the window, which ends at {edge}")
            });
        }
    }

    /// `ack-is-received`.
    pub(super) fn acknowledgement(&mut self, segment: &Segment, found: &mut Findings) {
        if !segment.flags.ack() {
            return;
        }
        let (end, ack, line) = (self.end, segment.ack, self.at.line());
        let far = self.far();
        if !far.fates {
            far.sent.acknowledge(ack);
        }
        let unheard = far.fates.then_some(far.sent.syn).flatten();
        let own = self.wire();
        let begun_here = own.sent.syn.is_some() || !own.sent.spoke;
        let unheard = unheard.filter(|syn| begun_here && !own.arrived.has_syn() && ack.is_after(*syn));
        let Some(judged) = own.arrived.acknowledge(ack, own.sent.syn.is_some(), line) else { return };
        self.book.exercise(Rule::AckIsReceived);
        match judged {
            Err(Wrong::Beyond { next, line }) => found.add(Rule::AckIsReceived, &[self.earlier(line)], || {
                let [ack, next] = [ack, next].map(|number| self.far_number(number));
                format!("the {end} acknowledged up to sequence number {ack}, but only what lies before {next} had arrived in sequence")
            }),
            Err(Wrong::Back { acked, line }) => found.add(Rule::AckIsReceived, &[self.earlier(line)], || {
                let [ack, acked] = [ack, acked].map(|number| self.far_number(number));
                format!("the {end} acknowledged up to sequence number {ack}, after it had acknowledged up to {acked}")
            }),
            Ok(()) if unheard.is_some() => {
                found.add(Rule::AckIsReceived, &[], || {
                    let ack = self.far_number(ack);
                    format!("the {end} acknowledged up to sequence number {ack}, but no SYN had arrived")
                });
            }
            Ok(()) => {}
        }
    }
}

/// What an end offers its peer.
impl Judge<'_> {
    /// `window-not-shrunk`: judged between the SYNs, whose windows are not scaled, and the peer's FIN, behind which nothing comes;
    /// not of an end whose peer's SYN has just made void what was settled about scales.
    pub(super) fn offers(&mut self, event: &SegmentEvent, found: &mut Findings) {
        let segment = &event.segment;
        let (own, far) = (&self.flow.wire[self.end], &self.flow.wire[self.end.peer()]);
        let known =
            window::options_known(self.header.simulated, [&own.syns, &far.syns]) && own.sent.syn.is_some() && far.sent.fin.is_none();
        // An end that has closed for good takes nothing any more, whatever it offers.
        let is_over = self.flow.ends[self.end].halves.full_close_called().is_some();
        if !known || is_over || own.outdated || segment.flags.syn() || !segment.flags.ack() || !own.arrived.has_syn() {
            return;
        }
        let shift = self.window_shift(segment);
        let (end, line, edge) = (self.end, self.at.line(), segment.ack + window::in_bytes(event.window(), shift));
        let Some((before, earlier)) = self.wire().offered.replace((edge, line)) else { return };
        self.book.exercise(Rule::WindowNotShrunk);
        if window::shrinks(before, edge, shift) {
            found.add(Rule::WindowNotShrunk, &[self.earlier(earlier)], || {
                let [edge, before] = [edge, before].map(|number| self.far_number(number));
                format!("the {end} offered a window up to sequence number {edge}, after one up to {before}")
            });
        }
    }
}
