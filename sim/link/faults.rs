//! The exact faults that wait for their packets.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

use smallvec::SmallVec;

use super::count::{Counts, Sender};
use super::plan::Plan;
use super::{Action, Exact, Kind, Meaning, Which};

/// The exact faults that wait for their packets: found by name, however many they are.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults(BTreeMap<(u32, Which), Vec<Action>>);

impl Faults {
    pub(super) fn add(&mut self, fault: Exact) {
        self.0.entry((fault.entity, fault.what)).or_default().push(fault.action);
    }

    /// Those that did not strike yet.
    pub(super) fn outstanding(&self) -> impl Iterator<Item = Exact> {
        self.0
            .iter()
            .flat_map(|((entity, what), actions)| actions.iter().map(|action| Exact { entity: *entity, what: *what, action: *action }))
    }

    /// Takes the faults that name this packet; `sender` has counted it already.
    pub(super) fn strike(&mut self, meaning: &Meaning, sender: &Sender) -> Plan {
        let mut plan = Plan::default();
        if !self.0.is_empty() {
            for what in self.named(meaning, sender) {
                self.0.remove(&(meaning.entity, what)).into_iter().flatten().for_each(|action| plan.add(action));
            }
        }
        plan
    }

    /// What is waited for, seen from where the senders are now.
    pub(super) fn canonical(&self, counts: &Counts, hasher: &mut impl Hasher) {
        self.0.len().hash(hasher);
        for ((entity, what), actions) in &self.0 {
            (entity, ahead(what, counts.of(*entity)), actions).hash(hasher);
        }
    }

    /// The names of this packet for which a fault waits.
    fn named(&self, meaning: &Meaning, sender: &Sender) -> SmallVec<[Which; 2]> {
        let entity = meaning.entity;
        let kinds = Kind::ALL.into_iter().filter(|kind| meaning.is(*kind)).map(|kind| Which::Nth { kind, nth: sender.nth(kind) });
        let mut names: SmallVec<[Which; 2]> = kinds.filter(|name| self.0.contains_key(&(entity, *name))).collect();
        if meaning.is_data() {
            let stream = meaning.stream();
            let [from, to] = [stream.start, stream.end].map(|offset| (entity, Which::Carries { offset, transmission: 0 }));
            names.extend(self.0.range(from..to).map(|((_, what), _)| *what).filter(|what| is_now(what, sender)));
        }
        names
    }
}

/// Is this octet carried for that time now?
fn is_now(what: &Which, sender: &Sender) -> bool {
    matches!(what, Which::Carries { offset, transmission } if sender.transmissions(*offset) == *transmission)
}

/// A name that is counted from now instead of from the start; one that has passed counts 0 and is waited for in vain.
fn ahead(what: &Which, sender: Option<&Sender>) -> Which {
    match *what {
        Which::Nth { kind, nth } => Which::Nth { kind, nth: nth.saturating_sub(sender.map_or(0, |sender| sender.nth(kind))) },
        Which::Carries { offset, transmission } => {
            let times = sender.map_or(0, |sender| sender.transmissions(offset));
            Which::Carries { offset, transmission: transmission.saturating_sub(times) }
        }
    }
}
