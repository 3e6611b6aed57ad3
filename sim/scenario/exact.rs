//! Tells a random run without chance: as faults that name their packets, and a schedule.

use super::file::MAX_FILE;
use super::schedule::MAX_DECISIONS;
use super::sense::MAX_FAULTS;
use super::{Fault, FaultKind, Scenario};
use crate::choice::Deviations;
use crate::contract::Both;
use crate::link::{self, ExactFault};
use crate::trace::{Diagnostic, Place};
use crate::world::Conn;

impl Scenario {
    /// The scenario of one random run ([`Run::decisions`](super::Run::decisions)), told without chance: no seed, links that do
    /// nothing at random, and what was decided as `[[fault]]`s and `schedule`. On the simulator's own targets it leaves the same
    /// trace, byte for byte.
    ///
    /// # Errors
    /// A run in which chance decided more than a scenario file holds.
    pub fn exact(&self, decisions: &Deviations) -> Result<Scenario, Diagnostic> {
        let settings = |entity: u32| &self.link[Conn::of_entity(entity).place().end];
        let faults = link::exact(decisions, settings).into_iter().map(told);
        let others = decisions.iter().filter(|(address, _)| !link::is_fate(**address));
        let exact = Scenario {
            seed: None,
            schedule: others.map(|(address, decided)| (*address, *decided)).collect(),
            link: Both { client: self.link.client.without_chance(), server: self.link.server.without_chance() },
            faults: self.faults.iter().copied().chain(faults).collect(),
            ..self.clone()
        };
        exact.fits()?;
        Ok(exact)
    }

    /// Is there room in a file for all that was decided?
    fn fits(&self) -> Result<(), Diagnostic> {
        let counts = [
            ("faults", self.faults.len(), MAX_FAULTS),
            ("decisions in its schedule", self.schedule.len(), MAX_DECISIONS),
            ("bytes", self.to_string().len(), MAX_FILE),
        ];
        match counts.into_iter().find(|(_, count, most)| count > most) {
            None => Ok(()),
            Some((what, count, most)) => Err(self.too_long(&format!("{count} {what}"), most)),
        }
    }

    fn too_long(&self, what: &str, most: usize) -> Diagnostic {
        let help = format!("at most {most}; a shorter run, or one that leaves less to chance, can be told");
        self.source.whole(&format!("the run told exactly has {what}")).with_help(help)
    }
}

/// A fault of the network as a scenario tells it.
fn told(fault: ExactFault) -> Fault {
    let Place { flow, end: from } = Conn::of_entity(fault.entity).place();
    FaultKind::Segment { from, flow, which: fault.what, action: fault.action }.into()
}
