//! What is sent on a flow on which nothing happens.
//!
//! A segment is one too many if it brings no new sequence number and acknowledges nothing new, long after the last one that did
//! and the last call. Bursts of such segments belong to recovery from loss, and that makes progress or gives up sooner.

use std::time::Duration;

use super::ledger::{Findings, Site};
use super::scene::Scene;
use crate::rules::Rule;
use crate::time::Instant;
use crate::trace::{Fate, Wire};

/// What is sent although nothing new is to be said.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Idle {
    /// When something new was last sent.
    since: Option<Instant>,
    /// The first segment of this hour, and how many there were.
    hour: Option<(Instant, u64)>,
    /// Keep-alive probes that may be answered.
    probes: u32,
    /// Too much was found already.
    found: bool,
}

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

    /// Is a segment one more that nobody needed? Keep-alive probes and their answers are none.
    pub fn weigh(&mut self, at: Instant, new: bool, probe: bool, answer: bool) -> News {
        if new || self.since.is_none() {
            self.progress(at);
            return News::Some;
        }
        match (probe, answer && self.probes > 0) {
            (true, _) => self.probes = self.probes.saturating_add(1),
            (false, true) => self.probes -= 1,
            (false, false) => return News::None,
        }
        News::Some
    }

    fn progress(&mut self, at: Instant) {
        *self = Idle { since: Some(at), ..Idle::default() };
    }

    /// One more segment that says nothing new: how many there were in its hour.
    fn count(&mut self, at: Instant) -> u64 {
        let (begun, count) = self.hour.filter(|(begun, _)| at - *begun < HOUR).unwrap_or((at, 0));
        self.hour = Some((begun, count + 1));
        count + 1
    }
}

/// Whether a segment says something new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum News {
    /// It brings something new, or is no new segment.
    Some,
    /// It says nothing that was not said before.
    None,
}

impl Scene<'_> {
    /// Something happens that is no segment: the flow is not idle.
    pub(super) fn stir(&mut self) {
        if self.header.records.segments {
            self.flow.arrivals.idle.stir(self.at.t);
        }
    }

    /// A segment of a recording with one clock, as far as it tells more than what it must be itself.
    pub(super) fn arrival(&mut self, wire: &Wire) {
        let at = self.at;
        let closed = self.flow.arrivals.meets_closed_window(self.end.peer());
        let news = self.flow.arrivals.segment(wire, at);
        if closed && !self.flow.arrivals.meets_closed_window(self.end.peer()) {
            self.book.exercise(Rule::WindowReopens);
        }
        if news == News::None {
            self.idle_segment();
        }
    }

    /// As [`Scene::arrival`], of a common segment that came as it was to be expected.
    pub(super) fn common_arrival(&mut self, wire: &Wire) {
        let arrivals = &mut self.flow.arrivals;
        if wire.fate == Fate::Sent {
            if arrivals.said(wire, self.at.t) == News::None {
                self.idle_segment();
            }
            return;
        }
        let closed = arrivals.meets_closed_window(wire.from.peer());
        arrivals.heard(wire, self.at);
        if closed && !arrivals.meets_closed_window(wire.from.peer()) {
            self.book.exercise(Rule::WindowReopens);
        }
    }

    /// A segment that says nothing new, long after anything happened.
    fn idle_segment(&mut self) {
        let (at, end) = (self.at, self.end);
        let contract = self.me().contract;
        let idle = &mut self.flow.arrivals.idle;
        if idle.found || idle.since.is_none_or(|since| at.t - since < SETTLED) {
            return;
        }
        let (count, most) = (idle.count(at.t), contract.idle_packets);
        self.book.exercise(Rule::QuietWhenIdle);
        if count > u64::from(most) {
            self.flow.arrivals.idle.found = true;
            let mut found = Findings::default();
            found.add(Rule::QuietWhenIdle, &[], || {
                format!("{count} segments in an hour on a flow that is idle, the last one of the {end}: at most {most} may be sent")
            });
            self.book.enter(Site { at, flow: self.flow.id, end, op: None }, found);
        }
    }
}
