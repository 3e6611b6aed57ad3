//! Where a run's events go: to the oracle while it runs, into a trace, to both, or nowhere.

use crate::contract::End;
use crate::oracle::Oracle;
use crate::time::Instant;
use crate::trace::{Event, Fate, Header, Outcome, Trace, What};

/// What a run keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// Nothing: only expectations are judged.
    Nothing,
    /// The verdict, with no trace.
    Verdict,
    /// The trace, unjudged.
    Trace,
    /// Verdict and trace.
    #[default]
    Both,
}

impl Keep {
    const fn judges(self) -> bool {
        matches!(self, Keep::Verdict | Keep::Both)
    }

    const fn records(self) -> bool {
        matches!(self, Keep::Trace | Keep::Both)
    }
}

/// What a run amounted to. Where the run kept nothing, all is zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Events, the header apart.
    pub events: u64,
    /// When the last call returned.
    pub last_return: Instant,
    /// Bytes that servers read.
    pub bytes_to_server: u64,
    /// Bytes that clients read.
    pub bytes_to_client: u64,
    /// Segments that were sent.
    pub segments_sent: u64,
    /// Segments that were lost.
    pub segments_dropped: u64,
}

impl Stats {
    fn count(&mut self, event: &Event) {
        self.events += 1;
        match &event.what {
            What::Return { at, outcome, .. } => {
                self.last_return = event.t;
                if let Outcome::Data(data) = outcome {
                    *(if at.end == End::Server { &mut self.bytes_to_server } else { &mut self.bytes_to_client }) += data.len() as u64;
                }
            }
            What::Segment(segment) if segment.fate == Fate::Sent => self.segments_sent += 1,
            What::Segment(segment) if segment.fate == Fate::Dropped => self.segments_dropped += 1,
            _ => {}
        }
    }
}

/// The events of one run.
#[derive(Clone, Debug)]
pub(super) struct Log {
    oracle: Option<Oracle>,
    trace: Option<Trace>,
    pub(super) stats: Stats,
}

impl Log {
    pub(super) fn new(keep: Keep, header: &Header) -> Self {
        Log {
            oracle: keep.judges().then(|| Oracle::with(header.clone())),
            trace: keep.records().then(|| Trace { header: header.clone(), ..Trace::default() }),
            stats: Stats::default(),
        }
    }

    /// Takes the next event.
    pub(super) fn take(&mut self, event: Event) {
        self.stats.count(&event);
        if let Some(oracle) = &mut self.oracle {
            // The header is line 1.
            oracle.observe(self.stats.events + 1, &event);
        }
        if let Some(trace) = &mut self.trace {
            trace.events.push(event);
        }
    }

    pub(super) fn into_parts(self) -> (Option<Oracle>, Option<Trace>) {
        (self.oracle, self.trace)
    }
}
