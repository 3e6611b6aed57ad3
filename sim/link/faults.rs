//! The exact faults that wait for their packets.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

use smallvec::SmallVec;

use super::count::{Counts, Sender};
use super::plan::Plan;
use super::{Action, Exact, Kind, Meaning, Which};

/// The exact faults that wait for their packets, by sender and name: found at once, however many they are.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults(BTreeMap<u32, Named>);

/// The faults of one sender.
type Named = BTreeMap<Which, SmallVec<[Action; 1]>>;

impl Faults {
    pub(super) fn add(&mut self, fault: Exact) {
        self.0.entry(fault.entity).or_default().entry(fault.what).or_default().push(fault.action);
    }

    /// Those that did not strike yet.
    pub(super) fn outstanding(&self) -> impl Iterator<Item = Exact> {
        self.each().flat_map(|(entity, what, actions)| actions.iter().map(move |action| Exact { entity, what, action: *action }))
    }

    fn each(&self) -> impl Iterator<Item = (u32, Which, &[Action])> {
        self.0.iter().flat_map(|(entity, named)| named.iter().map(|(what, actions)| (*entity, *what, &actions[..])))
    }

    /// Takes the faults that name this packet; `sender` has counted it already.
    pub(super) fn strike(&mut self, meaning: &Meaning, sender: &Sender) -> Plan {
        let mut plan = Plan::default();
        let Some(named) = self.0.get_mut(&meaning.entity) else { return plan };
        for what in names(named, meaning, sender) {
            named.remove(&what).into_iter().flatten().for_each(|action| plan.add(action));
        }
        if named.is_empty() {
            self.0.remove(&meaning.entity);
        }
        plan
    }

    /// What is waited for, seen from where the senders are now.
    pub(super) fn canonical(&self, counts: &Counts, hasher: &mut impl Hasher) {
        self.each().count().hash(hasher);
        for (entity, what, actions) in self.each() {
            (entity, ahead(what, counts.of(entity)), actions).hash(hasher);
        }
    }
}

/// The names of this packet for which a fault waits.
fn names(named: &Named, meaning: &Meaning, sender: &Sender) -> SmallVec<[Which; 2]> {
    let kinds = Kind::ALL.into_iter().filter(|kind| meaning.is(*kind)).map(|kind| Which::Nth { kind, nth: sender.nth(kind) });
    let mut names: SmallVec<[Which; 2]> = kinds.filter(|name| named.contains_key(name)).collect();
    if meaning.is_data() {
        let stream = meaning.stream();
        let [from, to] = [stream.start, stream.end].map(|offset| Which::Carries { offset, transmission: 0 });
        names.extend(named.range(from..to).map(|(what, _)| *what).filter(|what| is_now(what, sender)));
    }
    names
}

/// Is this octet carried for that time now?
fn is_now(what: &Which, sender: &Sender) -> bool {
    matches!(what, Which::Carries { offset, transmission } if sender.transmissions(*offset) == *transmission)
}

/// A name that is counted from now instead of from the start; one that has passed counts 0 and is waited for in vain.
fn ahead(what: Which, sender: Option<&Sender>) -> Which {
    match what {
        Which::Nth { kind, nth } => Which::Nth { kind, nth: nth.saturating_sub(sender.map_or(0, |sender| sender.nth(kind))) },
        Which::Carries { offset, transmission } => {
            let times = sender.map_or(0, |sender| sender.transmissions(offset));
            Which::Carries { offset, transmission: transmission.saturating_sub(times) }
        }
    }
}
