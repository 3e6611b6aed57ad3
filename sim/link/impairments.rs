//! Collects what exact faults and chance do to one packet.

use smallvec::SmallVec;

use super::address::{index, lateness};
use super::{Impairment, LinkSettings, PacketName, Probability, nanos};
use crate::choice::{Address, Choice, Site};

/// What is done to one packet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Impairments {
    /// It is lost.
    pub(super) drop: bool,
    /// It is damaged.
    pub(super) corrupt: bool,
    /// The next one may overtake it.
    pub(super) reorder: bool,
    /// How much later it alone arrives (ns).
    pub(super) delay: u64,
    /// How much later it and what comes behind it arrive (ns).
    pub(super) jitter: u64,
    /// How much behind it its copies arrive (ns).
    pub(super) copies: SmallVec<[u64; 2]>,
}

impl Impairments {
    /// Takes in what an exact fault wants.
    pub(super) fn add(&mut self, action: Impairment) {
        match action {
            Impairment::Drop => self.drop = true,
            Impairment::Corrupt => self.corrupt = true,
            Impairment::Reorder => self.reorder = true,
            Impairment::Delay(by) => self.delay = self.delay.saturating_add(nanos(by)),
            Impairment::Jitter(by) => self.jitter = self.jitter.saturating_add(nanos(by)),
            Impairment::Duplicate(by) => self.copies.push(nanos(by)),
        }
    }
}

/// Chance, as one packet meets it.
pub(super) struct Dice<'a> {
    choice: &'a mut Choice,
    settings: &'a LinkSettings,
    entity: u32,
    index: u64,
}

impl<'a> Dice<'a> {
    pub(super) fn new(choice: &'a mut Choice, settings: &'a LinkSettings, entity: u32, which: PacketName) -> Self {
        Dice { choice, settings, entity, index: index(which) }
    }

    /// Is it lost?
    pub(super) fn loses(&mut self) -> bool {
        self.happens(Site::Loss, self.settings.loss)
    }

    /// Adds what happens to it on its way.
    pub(super) fn travel(&mut self, impairments: &mut Impairments) {
        impairments.corrupt |= self.happens(Site::Corrupt, self.settings.corrupt);
        impairments.reorder |= self.happens(Site::Reorder, self.settings.reorder);
        if self.happens(Site::Duplicate, self.settings.duplicate) {
            impairments.copies.push(0);
        }
        impairments.jitter = impairments.jitter.saturating_add(self.jitter());
    }

    fn happens(&mut self, site: Site, probability: Probability) -> bool {
        probability != Probability::NEVER && self.choice.chance(Address::new(self.entity, site, self.index), probability.0)
    }

    fn jitter(&mut self) -> u64 {
        if self.settings.jitter.is_zero() {
            return 0;
        }
        let (step, steps) = lateness(self.settings.jitter);
        u64::from(self.choice.pick(Address::new(self.entity, Site::Jitter, self.index), steps)) * step
    }
}
