//! Estimates what it costs to ask the oracle about a run, in events of a plain run: a report asks many times, and must end soon
//! whatever the run holds. The measure counts and looks at no clock, so that a report is the same everywhere.

use crate::oracle::Verdict;
use crate::trace::{Clock, Header};

/// A violation is looked into, named and written down.
const VIOLATION: usize = 16;
/// Where each end has its own clock, an event is judged in several orders.
const ORDERS: usize = 16;

/// What it cost to judge this many events with this verdict. Where each end has its own clock, all that came before is looked at
/// again for each violation.
pub(super) fn cost(header: &Header, events: usize, verdict: &Verdict) -> usize {
    let violations = verdict.violations.len() + verdict.client_faults.len();
    let again = match header.clock {
        Clock::Shared => 1,
        Clock::PerEnd => ORDERS + violations,
    };
    events.saturating_mul(again).saturating_add(violations * VIOLATION).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{Contract, End};
    use crate::oracle::{ClientFault, Fact, Oracle};
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
