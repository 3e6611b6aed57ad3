//! Judges events: takes them in order, knows what each end promises, and yields a verdict. It sees nothing of the simulator, and
//! that is what makes it valid for any implementation in any language.
//!
//! ```text
//!   event
//!     │
//!     ▼
//!   court ────── finds the flow, passes time, keeps the ledger, gives the verdict (merge: ends with clocks of their own)
//!     │
//!     ▼
//!   judge ────── describes what one end did (events), asks, then applies what that establishes and enters what is wrong
//!     │    owed: the same for calls that have not returned
//!     ▼
//!   order ────── which rules are asked about which event: the first one that is broken names the violation
//!     │
//!     ▼
//!   rooms ────── one file a rule: statement, premise, decision, histories; a room sees a scene and changes nothing
//!     │
//!     ▼
//!   state ────── what is known of an end: halves, reads, writes, life, opening; of a flow, of the hosts
//!   stream ───── which bytes can come next (frontier: where overlapping calls leave several answers)
//!   track ────── what segments show of each end: numbers, windows, resets, states, and what is certain to have arrived
//! ```
//!
//! Start here: [`Oracle::observe`]. From the name of a rule to its meaning and its code: `rooms/`, the file of that name. What is
//! wrong is told as a [`Fact`]; the sentences are made by [`report`](crate::report). What bytes are that fit nowhere is worked out
//! in `evidence`.
//!
//! What it never does: guess. Where the documents or the recording leave a question open, every answer is accepted.

mod catalogue;
mod controls;
mod court;
mod events;
mod evidence;
mod fact;
mod flows;
mod frontier;
mod judge;
mod ledger;
mod merge;
mod order;
mod owed;
mod rooms;
mod ruling;
mod scene;
mod stamp;
mod state;
mod stream;
mod track;
mod unseen;
mod verdict;
mod waiting;
mod written;

pub use catalogue::{belongs, examples, excuses, presets};
pub use controls::{Control, controls};
pub use fact::{Fact, Value};
pub use unseen::not_judged;
pub use verdict::{ClientFault, Exercised, Judgement, NotJudged, Tolerated, Verdict, Violation};

use crate::contract::{Both, Contract};
use crate::trace::{Clock, Event, Header, Trace};

use court::Court;
use frontier::Effort;
use merge::Merge;
use stamp::{Ordinal, Stamp};

/// Judges one run, event by event.
#[derive(Clone, Debug)]
pub struct Oracle {
    bench: Bench,
}

#[derive(Clone, Debug)]
enum Bench {
    /// The order of the events is the true order: judged at once.
    Shared(Box<Court>),
    /// Only the order within an end is known: judged at the end.
    PerEnd(Box<Merge>),
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
        let bench = match header.clock {
            Clock::Shared => Bench::Shared(Box::new(Court::new(header))),
            Clock::PerEnd => Bench::PerEnd(Box::new(Merge::new(header))),
        };
        Oracle { bench }
    }

    /// Judges another run from its beginning on, which this header describes, in the memory that the last one took: a search
    /// judges very many small ones.
    pub fn restart(&mut self, header: Header) {
        match &mut self.bench {
            Bench::Shared(court) if header.clock == Clock::Shared => court.restart(header),
            _ => *self = Oracle::with(header),
        }
    }

    /// Of what any run may cost where calls overlap, this one gets no more than this many writes to be looked at.
    pub(crate) fn limit(&mut self, writes: u64) {
        let effort = Effort::at_most(writes);
        match &mut self.bench {
            Bench::Shared(court) => court.limit(effort),
            Bench::PerEnd(merge) => merge.limit(effort),
        }
    }

    /// Takes the next event; `line` is its place in the trace (the header is line 1). The event must be well formed: one
    /// return for each call, none after a cancel, as [`crate::trace::Reader`] guarantees.
    #[inline]
    pub fn observe(&mut self, line: u64, event: &Event) {
        match &mut self.bench {
            Bench::Shared(court) => court.observe(line, event),
            Bench::PerEnd(merge) => merge.add(line, event),
        }
    }

    /// The number of violations found so far; a run whose ends have clocks of their own is judged only at its end.
    pub fn violations(&self) -> usize {
        match &self.bench {
            Bench::Shared(court) => court.violations(),
            Bench::PerEnd(_) => 0,
        }
    }

    /// The verdict. `cut`: the trace ended in the middle of a line.
    pub fn finish(mut self, cut: bool) -> Verdict {
        self.conclude(cut)
    }

    /// As [`Oracle::finish`], of an oracle that will be used again: until it is [restarted](Oracle::restart) it can judge nothing.
    pub fn conclude(&mut self, cut: bool) -> Verdict {
        match &mut self.bench {
            Bench::Shared(court) => court.finish(cut),
            Bench::PerEnd(merge) => merge.finish(cut),
        }
    }

    /// Judges a whole trace under this oracle's own contract; clock, records and the rest are the trace's.
    pub fn judge(&self, trace: &Trace) -> Verdict {
        let contract = match &self.bench {
            Bench::Shared(court) => court.header().contract,
            Bench::PerEnd(merge) => merge.header().contract,
        };
        let mut oracle = Oracle::with(Header { contract, ..trace.header.clone() });
        for (event, line) in trace.events.iter().zip(2..) {
            oracle.observe(line, event);
        }
        oracle.finish(trace.cut)
    }
}
