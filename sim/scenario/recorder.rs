//! Hands a run's events to the oracle while it runs, into a trace, to both, or nowhere.

use crate::contract::End;
use crate::oracle::Oracle;
use crate::time::Instant;
use crate::trace::{Abort, EnvWhat, Event, Fate, Header, Outcome, SegmentEvent, Sending, Trace, What};

/// What a run keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
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

    pub(super) const fn records(self) -> bool {
        matches!(self, Keep::Trace | Keep::Both)
    }
}

/// Counts of a run. Where the run kept nothing, all are zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Events, the header apart.
    pub events: u64,
    /// When the last call returned.
    pub last_return: Instant,
    /// Bytes that servers read; those that a layer or proxy read below apart.
    pub bytes_to_server: u64,
    /// Bytes that clients read; those that a layer or proxy read below apart.
    pub bytes_to_client: u64,
    /// Segments that were sent.
    pub segments_sent: u64,
    /// Segments that were lost: on the way, or since the host that they came to was down. Not those that arrived damaged, to be
    /// thrown away by their receiver.
    pub segments_dropped: u64,
    /// Segments with something (a SYN, data, a FIN) that their sender had sent before.
    pub retransmits: u64,
    /// Ends that gave up waiting: by retransmission or user timeout, not by keep-alive.
    pub timeouts: u64,
}

impl Stats {
    /// `below`: the flows that others stand on.
    fn count(&mut self, event: &Event, sending: &mut Sending, below: &[u32]) {
        self.events += 1;
        match &event.what {
            What::Return { at, outcome, .. } => {
                self.last_return = event.t;
                if let (Outcome::Data(data), false) = (outcome, below.contains(&at.flow)) {
                    *(if at.end == End::Server { &mut self.bytes_to_server } else { &mut self.bytes_to_client }) += data.len() as u64;
                }
            }
            What::Segment(event) => self.count_segment(event, sending),
            What::Env(env) if matches!(env.what, EnvWhat::Abort(Abort::Timeout, _)) => self.timeouts += 1,
            _ => {}
        }
    }

    fn count_segment(&mut self, event: &SegmentEvent, sending: &mut Sending) {
        match event.fate {
            Fate::Sent => {
                self.segments_sent += 1;
                self.retransmits += u64::from(sending.is_again(event));
            }
            Fate::Dropped => self.segments_dropped += 1,
            Fate::Delivered | Fate::Duplicated | Fate::Corrupted | Fate::Injected => {}
        }
    }
}

/// The events of one run.
#[derive(Clone, Debug, Default)]
pub(super) struct Recorder {
    oracle: Option<Oracle>,
    trace: Option<Trace>,
    pub(super) stats: Stats,
    sending: Sending,
    /// The flows that others stand on.
    below: Vec<u32>,
}

impl Recorder {
    /// `used`: an oracle that has judged another run.
    pub(super) fn new(keep: Keep, header: &Header, used: Option<Oracle>) -> Self {
        Recorder {
            oracle: keep.judges().then(|| judging(header.clone(), used)),
            trace: keep.records().then(|| Trace { header: header.clone(), ..Trace::default() }),
            stats: Stats::default(),
            sending: Sending::default(),
            below: header.below().collect(),
        }
    }

    /// Is a trace kept?
    pub(super) fn is_kept(&self) -> bool {
        self.trace.is_some()
    }

    /// Sees the next event.
    pub(super) fn see(&mut self, event: &Event) {
        self.stats.count(event, &mut self.sending, &self.below);
        if let Some(oracle) = &mut self.oracle {
            // The header is line 1.
            oracle.observe(self.stats.events + 1, event);
        }
    }

    /// Takes the next event.
    pub(super) fn take(&mut self, event: Event) {
        self.see(&event);
        if let Some(trace) = &mut self.trace {
            trace.events.push(event);
        }
    }

    /// Does the oracle find more that is violated if the run ends with these events? Where a trace is kept for another judge, it may.
    pub(super) fn fails_with(&self, last: &[Event]) -> bool {
        let Some(oracle) = &self.oracle else { return self.trace.is_some() };
        let mut trial = oracle.clone();
        last.iter().zip(self.stats.events + 2..).for_each(|(event, line)| trial.observe(line, event));
        trial.conclude(false).violations.len() > oracle.violations()
    }

    pub(super) fn into_parts(self) -> (Option<Oracle>, Option<Trace>) {
        (self.oracle, self.trace)
    }
}

/// An oracle for this run.
fn judging(header: Header, used: Option<Oracle>) -> Oracle {
    match used {
        Some(mut oracle) => {
            oracle.restart(header);
            oracle
        }
        None => Oracle::with(header),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Payload;
    use crate::trace::{By, Env, Place};
    use crate::wire::{Flags, Segment, Seq};

    fn segment(from: End, fate: Fate, flags: &str, seq: u32, len: usize) -> What {
        let flags = Flags::from_letters(flags).expect("letters");
        let segment = Segment { seq: Seq(seq), flags, data: Payload::Count(len), ..Segment::default() };
        What::Segment(SegmentEvent::new(0, from, fate, segment))
    }

    fn abort(abort: Abort) -> What {
        What::Env(Env { flow: None, end: Some(End::Client), what: EnvWhat::Abort(abort, By::Stack) })
    }

    fn stats(events: impl IntoIterator<Item = What>) -> Stats {
        let mut recorder = Recorder::new(Keep::Nothing, &Header::default(), None);
        (7..).zip(events).for_each(|(t, what)| recorder.take(Event { t: Instant(t), what }));
        recorder.stats
    }

    #[test]
    fn segments_are_counted_by_what_became_of_them() {
        use End::{Client, Server};
        let counted = stats([
            segment(Client, Fate::Sent, "S", u32::MAX, 0),
            segment(Client, Fate::Dropped, "S", u32::MAX, 0),
            segment(Client, Fate::Sent, "S", u32::MAX, 0),
            segment(Client, Fate::Delivered, "S", u32::MAX, 0),
            segment(Server, Fate::Sent, "SA", 9, 0),
            segment(Client, Fate::Sent, "A", 0, 5),
            segment(Client, Fate::Duplicated, "A", 0, 5),
            segment(Client, Fate::Corrupted, "A", 0, 5),
            segment(Client, Fate::Injected, "A", 0, 5),
            segment(Client, Fate::Sent, "A", 0, 5),
            segment(Server, Fate::Sent, "A", 10, 0),
            segment(Server, Fate::Sent, "A", 10, 0),
        ]);
        assert_eq!((counted.segments_sent, counted.segments_dropped, counted.retransmits, counted.events), (7, 1, 2, 12));
    }

    #[test]
    fn only_timeouts_are_timeouts() {
        let counted = stats([abort(Abort::Timeout), abort(Abort::Reset), abort(Abort::KeepaliveDeath), abort(Abort::Timeout)]);
        assert_eq!(counted.timeouts, 2);
    }

    #[test]
    fn what_was_read_and_when_the_last_call_returned() {
        let data = |flow, end, bytes| What::Return {
            at: Place { flow, end },
            op: 1,
            outcome: Outcome::Data(Payload::Count(bytes)),
            accepted: None,
            peer: None,
            made: None,
        };
        let counted = stats([data(0, End::Client, 1), data(1, End::Server, 20), data(0, End::Server, 300), abort(Abort::Reset)]);
        assert_eq!((counted.bytes_to_client, counted.bytes_to_server, counted.last_return), (1, 320, Instant(9)));
    }
}
