//! The judge. It consumes events, knows what each end promises, and yields a verdict; it sees nothing of the simulator.

mod verdict;

pub use verdict::{ClientFault, Exercised, Judgement, Verdict, Violation};

use crate::contract::{Both, Contract};
use crate::trace::{Event, Header, Trace};

/// Judges one run, event by event.
#[derive(Clone, Debug)]
pub struct Oracle {
    header: Header,
}

impl Oracle {
    /// For a run in which both ends promise `contract`, on one clock, with the network recorded.
    pub fn new(contract: Contract) -> Self {
        let mut header = Header { contract: Both::same(contract), ..Header::default() };
        header.records.network = true;
        Oracle::with(header)
    }

    /// For a run that is described by a trace's header.
    pub fn with(header: Header) -> Self {
        Oracle { header }
    }

    /// Takes the next event; `line` is its place in the trace (the header is line 1).
    pub fn observe(&mut self, line: u64, event: &Event) {
        let _ = (line, event, &self.header);
    }

    /// The number of violations found so far.
    pub fn violations(&self) -> usize {
        0
    }

    /// The verdict. `cut`: the trace ended in the middle of a line.
    pub fn finish(self, cut: bool) -> Verdict {
        Verdict {
            judgement: if cut { Judgement::Inconclusive } else { Judgement::Held },
            why: String::new(),
            violations: Vec::new(),
            client_faults: Vec::new(),
            truncations: 0,
            exercised: Exercised::default(),
        }
    }

    /// Judges a whole trace under this oracle's own contract; clock, records and the rest are the trace's.
    pub fn judge(&self, trace: &Trace) -> Verdict {
        let header = Header { contract: self.header.contract, ..trace.header.clone() };
        let mut oracle = Oracle::with(header);
        for (event, line) in trace.events.iter().zip(2..) {
            oracle.observe(line, event);
        }
        oracle.finish(trace.cut)
    }
}
