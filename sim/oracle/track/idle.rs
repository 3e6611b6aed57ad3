//! Weighs what is sent on a flow on which nothing happens.
//!
//! A segment is one too many if it brings no new sequence number and acknowledges nothing new, long after the last one that did
//! and the last call. Bursts of such segments belong to recovery from loss, and that makes progress or gives up sooner. A bare
//! acknowledgement that nothing was there to be answered with belongs to nothing: of those there are too many at any time.

use std::time::Duration;

use super::sending::{Needless, News, Sending, Weight};
use crate::time::Instant;

/// What is sent although nothing new is to be said.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::oracle) struct Idle {
    /// When something new was last sent.
    since: Option<Instant>,
    /// Needless segments of this hour.
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

/// After this time without any progress recovery from loss has slowed down.
const SETTLED: Duration = Duration::from_secs(300);

/// What an idle flow may do in an hour is counted over this time.
const HOUR: Duration = Duration::from_secs(3600);

impl Idle {
    /// When something new was last sent.
    pub fn since(&self) -> Option<Instant> {
        self.since
    }

    /// Something happens that is no segment: the flow is not idle.
    pub fn stir(&mut self, at: Instant) {
        if self.since.is_none_or(|since| since < at) {
            self.progress(at);
        }
    }

    /// A segment came into being that may be answered: it was sent, or a copy made. What was recorded before a network card cut it
    /// up may have been as many as it has bytes.
    pub fn ask(&mut self, len: u32) {
        self.questions = self.questions.saturating_add(len.max(1)).min(QUESTIONS);
    }

    /// What a segment says. Everything but a bare acknowledgement may be answered by one; what opens a window needs no question.
    #[inline]
    pub fn news(&self, sent: Weight) -> News {
        let Weight { new, probe, answer, opens, .. } = sent;
        match () {
            () if new || self.since.is_none() => News::Some,
            () if probe || answer && self.probes > 0 => News::Alive,
            () if answer && !opens && self.questions == 0 => News::Unasked,
            () => News::None,
        }
    }

    /// How many needless segments there are with one that says no more than that; none if too many were found before.
    #[cold]
    pub fn needless(&self, at: Instant, news: News) -> Option<Needless> {
        if self.found {
            return None;
        }
        let settled = self.since.is_some_and(|since| at - since >= SETTLED);
        let unasked = news == News::Unasked;
        let count = |hour: &Hour, counts: bool| if counts { hour.with(at).1 } else { 0 };
        (settled || unasked).then(|| Needless { late: count(&self.hour, settled), unasked: count(&self.storm, unasked) })
    }

    /// Takes a segment that is sent; at `most` this number of needless ones may be sent in an hour.
    #[inline]
    pub fn take(&mut self, at: Instant, sending: &Sending, most: u64) {
        let Sending { weight: sent, news, .. } = *sending;
        let needless = if news.is_needless() { self.needless(at, news) } else { None };
        match sent {
            Weight { answer: false, len, .. } => self.ask(len),
            Weight { opens: false, .. } => self.questions = self.questions.saturating_sub(1),
            _ => {}
        }
        match news {
            News::Some => self.progress(at),
            News::Alive if sent.probe => self.probes = self.probes.saturating_add(1),
            News::Alive => self.probes -= 1,
            News::None | News::Unasked => {}
        }
        if let Some(needless) = needless {
            self.count(at, needless, most);
        }
    }

    fn count(&mut self, at: Instant, needless: Needless, most: u64) {
        for (hour, count) in [(&mut self.hour, needless.late), (&mut self.storm, needless.unasked)] {
            if count > 0 {
                *hour = Hour(Some(hour.with(at)));
            }
        }
        self.found = needless.is_loud(most) || needless.is_storm(most);
    }

    fn progress(&mut self, at: Instant) {
        *self = Idle { since: Some(at), questions: self.questions, ..Idle::default() };
    }
}

impl Hour {
    /// When its hour began, and how many there are with one more.
    fn with(self, at: Instant) -> (Instant, u64) {
        let (begun, count) = self.0.filter(|(begun, _)| at - *begun < HOUR).unwrap_or((at, 0));
        (begun, count + 1)
    }
}
