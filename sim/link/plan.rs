//! What is to be done with one packet: by exact faults, by chance, or by both.

use smallvec::SmallVec;

use super::address::{index, lateness};
use super::{Action, Probability, Settings, Which, nanos};
use crate::choice::{Address, Choice, Site};

/// What is to be done with one packet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// It is lost.
    pub(super) drop: bool,
    /// It is damaged.
    pub(super) corrupt: bool,
    /// The next one may overtake it.
    pub(super) reorder: bool,
    /// It alone is later by so much (ns).
    pub(super) delay: u64,
    /// It, and what comes behind it, is later by so much (ns).
    pub(super) jitter: u64,
    /// How much behind it its copies arrive (ns).
    pub(super) copies: SmallVec<[u64; 2]>,
}

impl Plan {
    /// Takes in what an exact fault wants.
    pub(super) fn add(&mut self, action: Action) {
        match action {
            Action::Drop => self.drop = true,
            Action::Corrupt => self.corrupt = true,
            Action::Reorder => self.reorder = true,
            Action::Delay(by) => self.delay = self.delay.saturating_add(nanos(by)),
            Action::Jitter(by) => self.jitter = self.jitter.saturating_add(nanos(by)),
            Action::Duplicate(by) => self.copies.push(nanos(by)),
        }
    }
}

/// Chance, as one packet meets it.
pub(super) struct Dice<'a> {
    choice: &'a mut Choice,
    settings: &'a Settings,
    entity: u32,
    index: u64,
}

impl<'a> Dice<'a> {
    pub(super) fn new(choice: &'a mut Choice, settings: &'a Settings, entity: u32, which: Which) -> Self {
        Dice { choice, settings, entity, index: index(which) }
    }

    /// Is it lost?
    pub(super) fn loses(&mut self) -> bool {
        self.happens(Site::Loss, self.settings.loss)
    }

    /// What befalls it on its way.
    pub(super) fn travel(&mut self, plan: &mut Plan) {
        plan.corrupt |= self.happens(Site::Corrupt, self.settings.corrupt);
        plan.reorder |= self.happens(Site::Reorder, self.settings.reorder);
        if self.happens(Site::Duplicate, self.settings.duplicate) {
            plan.copies.push(0);
        }
        plan.jitter = plan.jitter.saturating_add(self.jitter());
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
