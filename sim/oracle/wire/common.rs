//! The common segment: the next data, or an acknowledgement, on a connection whose SYNs have crossed and which nobody ends.
//!
//! It is judged by the same rules as any other, and what they keep is kept, but in fewer steps: what the SYNs have settled is
//! looked up once, in `Terms`. A segment that does not fit goes the long way and is judged there; a test holds the two together.

use super::{WireState, window};
use crate::oracle::judge::Judge;
use crate::rules::Rule;
use crate::time::Instant;
use crate::trace::{Fate, SegmentEvent};
use crate::wire::{Flags, Segment};

/// FIN, SYN, RST and ACK: with the last alone a segment begins and ends nothing.
const CONTROL: u8 = 0b1_0111;
const ACK: u8 = 0b1_0000;

/// What holds of all that an end sends from now on, until one of the ends begins or ends a connection: both SYNs have crossed,
/// options and arrivals are recorded, and no FIN was sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    /// By how much its windows are shifted.
    shift: u8,
    /// The largest payload that its peer takes.
    size: u32,
}

/// A segment that begins and ends nothing.
pub(super) const fn is_common(flags: Flags) -> bool {
    flags.0 & CONTROL == ACK
}

impl Judge<'_> {
    /// Takes a common segment that comes as it was to be expected; false if it must go the long way.
    #[inline]
    pub(super) fn is_as_expected(&mut self, event: &SegmentEvent) -> bool {
        match self.flow.wire[self.end].terms {
            Some(terms) if is_common(event.segment.flags) => match event.fate {
                Fate::Sent => self.is_sent_as_expected(event, terms),
                Fate::Delivered => {
                    let (t, line) = (self.at.t, self.at.line());
                    self.far().hears(event, terms, t, line)
                }
                _ => false,
            },
            _ => false,
        }
    }

    fn is_sent_as_expected(&mut self, event: &SegmentEvent, terms: Terms) -> bool {
        let line = self.at.line();
        let fits = self.wire().says(event, terms, line);
        if fits {
            let premises = [(Rule::InsideWindow, event.segment.data_len() > 0), (Rule::AckIsReceived, true), (Rule::WindowNotShrunk, true)];
            self.book.exercise_where(premises);
        }
        fits
    }

    /// After a segment that went the long way: do the terms of its sender hold, or are they over?
    pub(super) fn come_to_terms(&mut self, segment: &Segment) {
        if !is_common(segment.flags) {
            (self.wire().terms, self.far().terms) = (None, None);
        } else if self.flow.wire[self.end].terms.is_none() {
            self.wire().terms = self.terms();
        }
    }

    fn terms(&self) -> Option<Terms> {
        let (own, far) = (&self.flow.wire[self.end], &self.flow.wire[self.end.peer()]);
        let begun = [own, far].iter().all(|end| end.sent.syn.is_some() && end.sent.fin.is_none() && end.fates && end.arrived.is_single());
        let known = window::options_known(self.header.simulated, [&own.syns, &far.syns]) && !own.outdated;
        let size = window::segment_size(&far.syns, self.header.simulated).filter(|_| begun && known)?;
        Some(Terms { shift: window::shift(&own.syns, own.fates, &far.syns, far.fates), size })
    }
}

impl WireState {
    /// This end sends a common segment; false, with nothing changed, unless it says what comes next, inside the window, and
    /// takes nothing back.
    fn says(&mut self, event: &SegmentEvent, terms: Terms, line: u64) -> bool {
        let segment = &event.segment;
        let (Some((before, _)), Some((limit, _))) = (self.offered, self.offer.edge()) else { return false };
        let end = segment.data_end();
        let edge = segment.ack + window::in_bytes(event.window(), terms.shift);
        let is_next = self.sent.is_next(segment.seq) && segment.data_len() <= terms.size && limit.is_at_least(end);
        let shrinks = window::shrinks(before, edge, terms.shift);
        if !is_next || self.spur.is_some() || shrinks || !self.arrived.confirms(segment.ack, line) {
            return false;
        }
        (self.heard, self.offered) = (None, Some((edge, line)));
        self.sent.go_on(&event.segment, end, line);
        true
    }

    /// A common segment reaches this end; false, with nothing changed, unless its data is the next.
    fn hears(&mut self, event: &SegmentEvent, terms: Terms, t: Instant, line: u64) -> bool {
        let segment = &event.segment;
        if !self.arrived.takes_next(segment.seq, segment.data_len(), line) {
            return false;
        }
        (self.missed, self.spur, self.heard) = (false, None, Some(t));
        if self.sent.could_acknowledge(segment.ack) {
            self.sent.acknowledged(segment.ack);
            self.offer.widen(segment.ack + window::in_bytes(event.window(), terms.shift), line);
        }
        true
    }
}

#[cfg(test)]
mod tests;
