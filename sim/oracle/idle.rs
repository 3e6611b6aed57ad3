//! What is sent on a flow on which nothing happens.
//!
//! A segment is one too many if it brings no new sequence number and acknowledges nothing new, long after the last one that did
//! and the last call. Bursts of such segments belong to recovery from loss, and that makes progress or gives up sooner. A bare
//! acknowledgement that nothing was there to be answered with belongs to nothing: of those there are too many at any time.

use std::time::Duration;

use super::judge::Judge;
use super::ledger::Site;
use super::ruling::Findings;
use crate::rules::Rule;
use crate::time::Instant;
use crate::trace::{Fate, SegmentEvent};

/// What is sent although nothing new is to be said.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Idle {
    /// When something new was last sent.
    since: Option<Instant>,
    /// Segments of this hour that nobody needed.
    hour: Hour,
    /// Acknowledgements of this hour that answer nothing.
    storm: Hour,
    /// Segments that may be answered.
    questions: u32,
    /// Keep-alive probes that may be answered.
    probes: u32,
    /// Too much was found already.
    found: bool,
}

/// How many there were, from the first of them on for an hour.
#[derive(Clone, Copy, Debug, Default)]
struct Hour(Option<(Instant, u64)>);

/// The most segments that are remembered as not answered yet: more than a window holds.
const QUESTIONS: u32 = 1 << 16;

/// So many acknowledgements in an hour for no reason are no storm yet, however quiet a contract wants idle flows to be: late ones
/// are answered.
const STORM: u64 = 300;

/// After so long without any progress recovery from loss has slowed down.
const SETTLED: Duration = Duration::from_secs(300);

/// What an idle flow may do in an hour is counted over this time.
const HOUR: Duration = Duration::from_secs(3600);

impl Idle {
    /// A call, or something else that is no segment, shows that the flow is not idle.
    fn stir(&mut self, at: Instant) {
        if self.since.is_none_or(|since| since < at) {
            self.progress(at);
        }
    }

    /// When something new was last sent.
    pub fn since(&self) -> Option<Instant> {
        self.since
    }

    /// A segment came into being that may be answered: it was sent, or a copy made. What was recorded before a network card cut it
    /// up may have been as many as it has bytes.
    pub fn ask(&mut self, len: u32) {
        self.questions = self.questions.saturating_add(len.max(1)).min(QUESTIONS);
    }

    /// Is a segment one more that nobody needed? Keep-alive probes and their answers are none. Everything but a bare
    /// acknowledgement may be answered by one; what `opens` a window needs no question.
    pub fn weigh(&mut self, at: Instant, sent: Weight) -> News {
        let Weight { len, new, probe, answer, opens } = sent;
        let asked = answer && (opens || self.questions > 0);
        match answer {
            true if !opens => self.questions = self.questions.saturating_sub(1),
            true => {}
            false => self.ask(len),
        }
        if new || self.since.is_none() {
            self.progress(at);
            return News::Some;
        }
        match (probe, answer && self.probes > 0) {
            (true, _) => self.probes = self.probes.saturating_add(1),
            (false, true) => self.probes -= 1,
            (false, false) if answer && !asked => return News::Unasked,
            (false, false) => return News::None,
        }
        News::Some
    }

    fn progress(&mut self, at: Instant) {
        *self = Idle { since: Some(at), questions: self.questions, ..Idle::default() };
    }
}

impl Hour {
    /// One more: how many there were in its hour.
    fn count(&mut self, at: Instant) -> u64 {
        let (begun, count) = self.0.filter(|(begun, _)| at - *begun < HOUR).unwrap_or((at, 0));
        self.0 = Some((begun, count + 1));
        count + 1
    }
}

/// What matters of a segment that is sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weight {
    /// So many bytes long.
    pub len: u32,
    /// It takes new numbers, or acknowledges some.
    pub new: bool,
    /// It may be a keep-alive probe.
    pub probe: bool,
    /// It is a bare acknowledgement.
    pub answer: bool,
    /// It offers another window.
    pub opens: bool,
}

/// Whether a segment says something new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum News {
    /// It brings something new, or is no new segment.
    Some,
    /// It says nothing that was not said before.
    None,
    /// So it is, and nothing was there that it could answer.
    Unasked,
}

impl Judge<'_> {
    /// Something happens that is no segment: the flow is not idle.
    pub(super) fn stir(&mut self) {
        if self.header.records.segments {
            self.flow.arrivals.idle.stir(self.at.t);
        }
    }

    /// A segment of a recording with one clock, as far as it tells more than what it must be itself.
    pub(super) fn arrival(&mut self, event: &SegmentEvent) {
        let at = self.at;
        self.comes_late(event);
        let closed = self.flow.arrivals.meets_closed_window(self.end.peer());
        let news = self.flow.arrivals.segment(event, at);
        if closed && !self.flow.arrivals.meets_closed_window(self.end.peer()) {
            self.book.exercise(Rule::WindowReopens);
        }
        if news != News::Some {
            self.idle_segment(news == News::Unasked);
        }
    }

    /// As [`Judge::arrival`], of a common segment that came as it was to be expected.
    pub(super) fn common_arrival(&mut self, event: &SegmentEvent) {
        let arrivals = &mut self.flow.arrivals;
        if event.fate == Fate::Sent {
            let news = arrivals.said(event, self.at.t);
            if news != News::Some {
                self.idle_segment(news == News::Unasked);
            }
            return;
        }
        let closed = arrivals.meets_closed_window(event.from.peer());
        arrivals.heard(event, self.at);
        if closed && !arrivals.meets_closed_window(event.from.peer()) {
            self.book.exercise(Rule::WindowReopens);
        }
        self.comes_late(event);
    }

    /// Data for an end that has closed for good: its stack is to say so.
    fn comes_late(&mut self, event: &SegmentEvent) {
        if event.fate == Fate::Delivered && event.segment.data_len() > 0 && self.peer().halves.full_close_returned().is_some() {
            self.flow.arrivals.came_late(self.end, self.at.t);
        }
    }

    /// A segment that says nothing new: long after anything happened, or for no reason at all.
    fn idle_segment(&mut self, unasked: bool) {
        let (at, end) = (self.at, self.end);
        let most = u64::from(self.me().contract.idle_packets);
        let idle = &mut self.flow.arrivals.idle;
        let settled = idle.since.is_some_and(|since| at.t - since >= SETTLED);
        if idle.found || !(settled || unasked) {
            return;
        }
        let needless = if settled { idle.hour.count(at.t) } else { 0 };
        let storm = if unasked { idle.storm.count(at.t) } else { 0 };
        let (is_loud, is_storm) = (needless > most, storm > most.max(STORM));
        self.book.exercise_where([(Rule::QuietWhenIdle, settled || is_storm)]);
        if !is_loud && !is_storm {
            return;
        }
        self.flow.arrivals.idle.found = true;
        let mut found = Findings::default();
        found.add(Rule::QuietWhenIdle, &[], || {
            if is_loud {
                return format!(
                    "{needless} segments in an hour on a flow that is idle, the last one of the {end}: at most {most} may be sent"
                );
            }
            format!("{storm} acknowledgements in an hour that say nothing new and answer nothing but each other, the last one of the {end}")
        });
        self.book.enter(Site { at, flow: self.flow.id, end, op: None }, found);
    }
}
