//! Keeps the exact faults that wait for their packets.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

use smallvec::SmallVec;

use super::count::{Counts, Sender};
use super::impairments::Impairments;
use super::{ExactFault, Impairment, Meaning, PacketName, SegmentKind};

/// The exact faults that wait for their packets, by sender and name: found at once, however many they are.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults(BTreeMap<u32, FaultsByName>);

/// The faults of one sender.
type FaultsByName = BTreeMap<PacketName, SmallVec<[Impairment; 1]>>;

impl Faults {
    pub(super) fn add(&mut self, fault: ExactFault) {
        self.0.entry(fault.entity).or_default().entry(fault.what).or_default().push(fault.action);
    }

    /// Did this one not strike yet?
    pub(super) fn awaits(&self, fault: &ExactFault) -> bool {
        let named = self.0.get(&fault.entity).and_then(|named| named.get(&fault.what));
        named.is_some_and(|actions| actions.contains(&fault.action))
    }

    /// Those that did not strike yet.
    #[cfg(test)]
    pub(super) fn outstanding(&self) -> impl Iterator<Item = ExactFault> {
        self.each().flat_map(|(entity, what, actions)| actions.iter().map(move |action| ExactFault { entity, what, action: *action }))
    }

    fn each(&self) -> impl Iterator<Item = (u32, PacketName, &[Impairment])> {
        self.0.iter().flat_map(|(entity, named)| named.iter().map(|(what, actions)| (*entity, *what, &actions[..])))
    }

    /// Takes the faults that name this packet; `sender` has counted it already.
    pub(super) fn strike(&mut self, meaning: &Meaning, sender: &Sender) -> Impairments {
        let mut impairments = Impairments::default();
        let Some(named) = self.0.get_mut(&meaning.entity) else { return impairments };
        for what in names(named, meaning, sender) {
            named.remove(&what).into_iter().flatten().for_each(|action| impairments.add(action));
        }
        if named.is_empty() {
            self.0.remove(&meaning.entity);
        }
        impairments
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
fn names(named: &FaultsByName, meaning: &Meaning, sender: &Sender) -> SmallVec<[PacketName; 2]> {
    let kinds = SegmentKind::ALL.into_iter().filter(|kind| meaning.is(*kind)).map(|kind| PacketName::Nth { kind, nth: sender.nth(kind) });
    let mut names: SmallVec<[PacketName; 2]> = kinds.filter(|name| named.contains_key(name)).collect();
    if meaning.is_data() {
        let stream = meaning.stream();
        let [from, to] = [stream.start, stream.end].map(|offset| PacketName::Carries { offset, transmission: 0 });
        names.extend(named.range(from..to).map(|(what, _)| *what).filter(|what| is_now(what, sender)));
    }
    names
}

/// Is this octet carried for that time now?
fn is_now(what: &PacketName, sender: &Sender) -> bool {
    matches!(what, PacketName::Carries { offset, transmission } if sender.transmissions(*offset) == *transmission)
}

/// A name that is counted from now instead of from the start; one that has passed counts 0 and is waited for in vain.
fn ahead(what: PacketName, sender: Option<&Sender>) -> PacketName {
    match what {
        PacketName::Nth { kind, nth } => PacketName::Nth { kind, nth: nth.saturating_sub(sender.map_or(0, |sender| sender.nth(kind))) },
        PacketName::Carries { offset, transmission } => {
            let times = sender.map_or(0, |sender| sender.transmissions(offset));
            PacketName::Carries { offset, transmission: transmission.saturating_sub(times) }
        }
    }
}
