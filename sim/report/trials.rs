//! Asks the oracle about other runs than the one that was recorded. A report asks many times, and must end soon whatever the run
//! holds: what asking costs is counted, in events of a plain run, and by no clock, so that a report is the same everywhere.

use crate::oracle::{Oracle, Verdict};
use crate::trace::{Clock, Event, Header};

/// A violation is looked into, named and written down.
const VIOLATION: usize = 16;
/// Where each end has its own clock, an event is judged in several orders.
const ORDERS: usize = 16;
/// So many writes are looked at in the time of an event, where calls overlap.
const WRITES: u64 = 16;

/// What it cost to judge this many events with this verdict. Where each end has its own clock, all that came before is looked at
/// again for each violation.
pub(super) fn cost(header: &Header, events: usize, verdict: &Verdict) -> usize {
    let violations = verdict.violations.len() + verdict.client_faults.len();
    let again = match header.clock {
        Clock::Shared => 1,
        Clock::PerEnd => ORDERS + violations,
    };
    let searched = usize::try_from(verdict.searched / WRITES).unwrap_or(usize::MAX);
    events.saturating_mul(again).saturating_add(violations * VIOLATION).saturating_add(searched).saturating_add(1)
}

/// Judges runs one after another, as long as there is something left to spend.
pub(super) struct Trials {
    left: usize,
    oracle: Option<Oracle>,
}

impl Trials {
    /// They may cost about as much as judging this many plain events.
    pub fn new(events: usize) -> Self {
        Trials { left: events, oracle: None }
    }

    pub fn is_over(&self) -> bool {
        self.left == 0
    }

    /// Judges events as a whole run. `None` where that can't be paid for any more.
    pub fn judge<'a>(&mut self, header: &Header, events: impl IntoIterator<Item = &'a Event>) -> Option<Verdict> {
        if self.is_over() {
            return None;
        }
        let oracle = match &mut self.oracle {
            Some(oracle) => {
                oracle.restart(header.clone());
                oracle
            }
            none => none.insert(Oracle::with(header.clone())),
        };
        let most = WRITES.saturating_mul(self.left as u64);
        oracle.limit(most);
        let mut count = 0;
        for (line, event) in (2..).zip(events) {
            oracle.observe(line, event);
            count += 1;
        }
        let verdict = oracle.conclude(false);
        self.left = self.left.saturating_sub(cost(header, count, &verdict));
        (verdict.searched < most).then_some(verdict)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{Contract, End};
    use crate::oracle::{ClientFault, Fact};
    use crate::time::Instant;

    #[test]
    fn violations_and_clocks_apart_cost_more_than_events() {
        let shared = Header::default();
        let apart = Header { clock: Clock::PerEnd, ..Header::default() };
        let mut verdict = Oracle::new(Contract::modern()).finish(false);
        assert_eq!((cost(&shared, 10, &verdict), cost(&apart, 10, &verdict)), (11, 161));
        let fault = ClientFault { line: 2, t: Instant::ZERO, flow: 0, end: End::Client, fact: Fact::default() };
        verdict.client_faults.push(fault);
        assert_eq!((cost(&shared, 10, &verdict), cost(&apart, 10, &verdict)), (27, 187));
    }
}
