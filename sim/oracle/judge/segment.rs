//! Judges segments, when they are sent and when they arrive, and changes of a connection's state.

use super::Judge;
use crate::oracle::events::{ArrivedSegment, BadSegment, SentSegment, StateChange, Unheeded};
use crate::oracle::ledger::ViolationSite;
use crate::oracle::order;
use crate::oracle::ruling::Findings;
use crate::oracle::track::Tracks;
use crate::rules::Rule;
use crate::trace::{Clock, Fate, SegmentEvent};
use crate::wire::{Seq, State};

impl Judge<'_> {
    /// Something happens that is no segment: the flow is not idle.
    pub fn stir(&mut self) {
        let t = self.at.t;
        self.on_tracks(|tracks| tracks.stirred(t));
    }

    /// Does something to what is known of segments, where these are recorded.
    #[inline]
    pub fn on_tracks(&mut self, act: impl FnOnce(&mut Tracks)) {
        if let Some(tracks) = self.flow.segments.as_deref_mut() {
            act(tracks);
        }
    }

    /// A segment, at the end that sent it.
    #[inline]
    pub fn segment(&mut self, event: &SegmentEvent) {
        let ordered = self.header.clock == Clock::Shared;
        match event.fate {
            _ if self.flow.segments.is_none() => {}
            _ if ordered && self.flow.tracks().overdue(self.at.t).is_some() => {
                self.answers_are_late();
                self.segment(event);
            }
            Fate::Sent => self.segment_sent(event, ordered),
            _ if !ordered => {}
            Fate::Delivered => self.segment_arrived(event),
            _ => self.segment_became(event),
        }
    }

    /// What arrived in sequence was not answered in time.
    #[cold]
    fn answers_are_late(&mut self) {
        while let Some((end, _)) = self.flow.tracks().overdue(self.at.t) {
            Judge { flow: self.flow, book: self.book, header: self.header, hosts: self.hosts, end, at: self.at }.answer_is_missing();
        }
    }

    /// This end has not answered what arrived in sequence, and should have.
    pub fn answer_is_missing(&mut self) {
        let (end, at) = (self.end, self.at);
        let unanswered = self.flow.tracks().unanswered(end);
        self.on_tracks(|tracks| tracks.give_up_waiting(end));
        let Some(unanswered) = unanswered else { return };
        let found = order::unheeded(&self.scene(), &Unheeded { arrived: unanswered.at });
        self.book.enter(ViolationSite { at: unanswered.at.seen_at(at), ..self.site_of_end() }, found);
    }

    #[inline(never)]
    fn segment_sent(&mut self, event: &SegmentEvent, ordered: bool) {
        let (at, end) = (self.at, self.end);
        let moved_from = if event.segment.flags.syn() { self.syn_sent(event, ordered) } else { None };
        let scene = self.scene();
        let sending = scene.flow.tracks().weigh(event, ordered);
        let sent = SentSegment::new(&scene, event, moved_from, &sending);
        let found = if event.segment.flags.rst() { order::sent_reset(&scene, &sent) } else { order::sent(&scene, &sent) };
        let (offers, is_told) = (sent.offers, found.breaks(Rule::ResetOnUnreadClose));
        let most = ordered.then_some(u64::from(scene.me().contract.idle_packets));
        self.on_tracks(|tracks| {
            tracks.sent(event, at, offers, &sending, most);
            if is_told {
                tracks.owed_reset(end);
            }
        });
        self.write_down(found);
    }

    /// A SYN: the number of an earlier one of its connection, if that was another.
    #[inline(never)]
    fn syn_sent(&mut self, event: &SegmentEvent, ordered: bool) -> Option<Seq> {
        let (at, moved_from) = (self.at, self.flow.tracks().end(self.end).moved_from(&event.segment));
        self.on_tracks(|tracks| tracks.syn_sent(event, at, ordered));
        moved_from
    }

    #[inline(never)]
    fn segment_arrived(&mut self, event: &SegmentEvent) {
        let (opens, brings) = (self.flow.tracks().opens_window(event), event.segment.data_len() > 0 || event.segment.flags.fin());
        let found = order::arrived(&self.scene(), &ArrivedSegment { resets: event.segment.flags.rst(), brings, opens });
        let (at, end, before) = (self.at, self.end, self.flow.tracks().arrived_of(self.end));
        self.on_tracks(|tracks| tracks.delivered(event, at));
        self.note_greeting(event);
        // New data for an end that has closed for good, from a writer that went on after that: its stack is to say so. What had arrived
        // before is merely acknowledged again.
        let is_new = before.is_none() || self.flow.tracks().arrived_of(end) != before;
        if event.segment.data_len() > 0 && is_new && self.me().writing.first_to_closed().is_some() {
            self.on_tracks(|tracks| tracks.came_late(end, at.t));
        }
        self.write_down(found);
    }

    #[cold]
    fn segment_became(&mut self, event: &SegmentEvent) {
        let at = self.at;
        self.on_tracks(|tracks| tracks.became(event, at));
        if event.fate == Fate::Injected {
            self.note_greeting(event);
        }
        if matches!(event.fate, Fate::Injected | Fate::Corrupted) {
            let found = order::bad_segment(&self.scene(), &BadSegment);
            self.book.exercise_all(found.exercised());
        }
    }

    /// A segment reaches a host: a SYN may open a connection there.
    #[inline]
    fn note_greeting(&mut self, event: &SegmentEvent) {
        if event.segment.flags.syn() && !event.segment.flags.rst() {
            self.hosts[self.end.peer()].greeted = Some(self.at.t);
        }
    }

    /// A change of state; names that are none of RFC 9293's say nothing.
    pub fn state(&mut self, from: &str, to: &str) {
        if self.flow.segments.is_none() {
            return;
        }
        let known = State::find(from).zip(State::find(to)).filter(|_| self.me().life.crashed().is_none());
        let scene = self.scene();
        let found = known.map(|(from, to)| order::state(&scene, &StateChange::new(&scene, from, to))).unwrap_or_default();
        let (end, at) = (self.end, self.at);
        self.on_tracks(|tracks| tracks.goes(end, known, at));
        self.write_down(found);
    }

    #[inline]
    fn write_down(&mut self, found: Findings) {
        let site = ViolationSite { at: self.at, flow: self.flow.id, end: self.end, op: None };
        self.book.enter(site, found);
    }
}

#[cfg(test)]
mod tests;
