//! A random run told without chance: as faults that name their packets, and a schedule.

use super::{Fault, FaultKind, Scenario};
use crate::choice::Deviations;
use crate::contract::Both;
use crate::link;
use crate::trace::Place;
use crate::world::Conn;

impl Scenario {
    /// The scenario of one random run ([`Run::decisions`](super::Run::decisions)), told without chance: no seed, links that do
    /// nothing at random, and what was decided as `[[fault]]`s and `schedule`. On the simulator's own targets it leaves the same
    /// trace, byte for byte.
    #[must_use]
    pub fn exact(&self, decisions: &Deviations) -> Scenario {
        let settings = |entity: u32| &self.link[Conn(entity).place().end];
        let faults = link::exact(decisions, settings).into_iter().map(told);
        let others = decisions.iter().filter(|(address, _)| !link::is_fate(**address));
        Scenario {
            seed: None,
            schedule: others.map(|(address, decided)| (*address, *decided)).collect(),
            link: Both { client: self.link.client.without_chance(), server: self.link.server.without_chance() },
            faults: self.faults.iter().copied().chain(faults).collect(),
            ..self.clone()
        }
    }
}

/// A fault of the network as a scenario tells it.
fn told(fault: link::Exact) -> Fault {
    let Place { flow, end: from } = Conn(fault.entity).place();
    FaultKind::Segment { from, flow, which: fault.what, action: fault.action }.into()
}
