//! Sends packets in one direction between two hosts.

use std::hash::{Hash, Hasher};
use std::time::Duration;

use super::bottleneck::Bottleneck;
use super::count::Counts;
use super::faults::Faults;
use super::impairments::{Dice, Impairments};
use super::transit::Transit;
use super::{Arrival, Cause, ExactFault, InFlight, LinkSettings, Meaning, PacketFate, nanos};
use crate::choice::Choice;
use crate::time::Instant;

/// The least time that a packet waits for another to overtake it.
const HOLD_MIN: Duration = Duration::from_millis(1);

/// One direction between two hosts: plain data, copied with what is under way on it.
#[derive(Clone, Debug)]
pub struct Link<P> {
    settings: LinkSettings,
    /// The delay in nanoseconds, at hand for every packet.
    delay: u64,
    cuts: u32,
    /// Packets are counted: chance or a fault may name them.
    is_counting: bool,
    /// Nothing here can change a packet's fate: it arrives after the delay.
    is_plain: bool,
    counts: Counts,
    faults: Faults,
    bottleneck: Bottleneck,
    transit: Transit<P>,
}

impl<P: Clone> Link<P> {
    /// An idle direction.
    pub fn new(settings: LinkSettings) -> Self {
        let (delay, bottleneck, is_counting) = (nanos(settings.delay), Bottleneck::new(&settings), settings.has_chance());
        let (counts, faults, transit) = (Counts::default(), Faults::default(), Transit::new());
        let is_plain = !is_counting && bottleneck.is_unlimited();
        Link { settings, delay, cuts: 0, is_counting, is_plain, counts, faults, bottleneck, transit }
    }

    /// What it does to packets.
    pub fn settings(&self) -> &LinkSettings {
        &self.settings
    }

    /// Decides a packet's fate and, unless it is dropped, puts it on its way. `size` tells what it takes on the wire (bytes),
    /// where that matters; `sequence` is larger than that of any packet sent before, and orders what arrives at the same instant.
    /// Time never goes back.
    #[inline]
    pub fn send(
        &mut self,
        choice: &mut Choice,
        now: Instant,
        sequence: u64,
        meaning: Meaning,
        size: impl FnOnce(&P) -> u32,
        packet: P,
    ) -> PacketFate {
        if !self.is_plain {
            let size = size(&packet);
            return self.send_with_care(choice, now, sequence, meaning, size, packet);
        }
        let arrival = self.transit.in_order(self.after_delay(now));
        self.transit.keep_order(arrival);
        self.transit.push((arrival, sequence), false, packet);
        PacketFate::CARRIED
    }

    /// When the first of those under way arrives, and its place among what happens at that instant. Sending may change this.
    #[inline]
    pub fn next(&self) -> Option<(Instant, u64)> {
        self.transit.next()
    }

    /// The first of those under way, as it arrives.
    #[inline]
    pub fn first(&mut self) -> Option<Arrival<&mut P>> {
        self.transit.first()
    }

    /// The first of those under way has arrived.
    #[inline]
    pub fn remove_first(&mut self) {
        self.transit.remove_first();
    }

    /// Nothing is under way.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.transit.is_empty()
    }

    /// Loses all that is under way or waits for the bottleneck. Cuts, counts and faults stay.
    pub fn clear(&mut self) {
        self.transit.clear();
        self.bottleneck.clear();
    }

    /// What is sent from now on is dropped. Cuts add up: each needs a [`heal`](Link::heal) of its own.
    pub fn cut(&mut self) {
        self.cuts = self.cuts.saturating_add(1);
        self.look_again();
    }

    /// Mends one cut; nothing if there is none.
    pub fn heal(&mut self) {
        self.cuts = self.cuts.saturating_sub(1);
        self.look_again();
    }

    /// What is sent is dropped.
    pub fn is_cut(&self) -> bool {
        self.cuts > 0
    }

    /// Adds a fault that strikes once. Segments are counted from the first fault on (on a link with chance from the start): to
    /// add faults later, [`watch`](Link::watch) from the start.
    pub fn add(&mut self, fault: ExactFault) {
        self.faults.add(fault);
        self.watch();
    }

    /// Counts segments from now on.
    pub fn watch(&mut self) {
        self.is_counting = true;
        self.look_again();
    }

    /// Does this fault still wait for its packet?
    pub fn awaits(&self, fault: &ExactFault) -> bool {
        self.faults.awaits(fault)
    }

    /// The faults whose packet was not sent so far, in the order of sender and name.
    #[cfg(test)]
    pub(super) fn outstanding(&self) -> impl Iterator<Item = ExactFault> {
        self.faults.outstanding()
    }

    /// What is under way, in the order of arrival.
    pub fn in_flight(&self, now: Instant) -> impl Iterator<Item = InFlight<'_, P>> {
        self.transit.in_flight(now)
    }

    /// Feeds what decides the future of this direction, packets apart, without absolute time and without the numbers of what
    /// is past: a fault that waits for the 5th ACK after 3 is one that waits for the 3rd after 1.
    pub fn canonical(&self, now: Instant, hasher: &mut impl Hasher) {
        (self.cuts, self.transit.backlog(self.after_delay(now))).hash(hasher);
        self.bottleneck.canonical(now, hasher);
        self.faults.canonical(&self.counts, hasher);
    }

    /// Can anything here change a packet's fate?
    fn look_again(&mut self) {
        self.is_plain = !self.is_counting && self.cuts == 0 && self.bottleneck.is_unlimited();
    }

    #[inline]
    fn after_delay(&self, time: Instant) -> Instant {
        Instant(time.0.saturating_add(self.delay))
    }

    #[inline(never)]
    fn send_with_care(&mut self, choice: &mut Choice, now: Instant, sequence: u64, meaning: Meaning, size: u32, packet: P) -> PacketFate {
        match self.decide(choice, now, &meaning, size) {
            Ok((departure, impairments)) => self.dispatch(departure, sequence, &impairments, packet),
            Err(cause) => PacketFate::dropped(cause),
        }
    }

    /// When a packet leaves the bottleneck, and its impairments from there on; or why it gets no further.
    fn decide(&mut self, choice: &mut Choice, now: Instant, meaning: &Meaning, size: u32) -> Result<(Instant, Impairments), Cause> {
        if !self.is_counting {
            return self.enter(now, size).map(|departure| (departure, Impairments::default()));
        }
        let sender = self.counts.note(meaning);
        let mut impairments = self.faults.strike(meaning, sender);
        let mut dice = Dice::new(choice, &self.settings, meaning.entity, sender.name(meaning));
        if self.cuts > 0 {
            return Err(Cause::Cut);
        }
        if impairments.drop {
            return Err(Cause::Fault);
        }
        if dice.loses() {
            return Err(Cause::Loss);
        }
        let departure = self.bottleneck.admit(now, size).ok_or(Cause::QueueFull)?;
        dice.travel(&mut impairments);
        Ok((departure, impairments))
    }

    fn enter(&mut self, now: Instant, size: u32) -> Result<Instant, Cause> {
        if self.cuts > 0 {
            return Err(Cause::Cut);
        }
        self.bottleneck.admit(now, size).ok_or(Cause::QueueFull)
    }

    /// Puts a packet and its copies on their way.
    fn dispatch(&mut self, departure: Instant, sequence: u64, impairments: &Impairments, packet: P) -> PacketFate {
        let in_order = self.transit.in_order(Instant(self.after_delay(departure).0.saturating_add(impairments.jitter)));
        let arrival = Instant(in_order.0.saturating_add(impairments.delay));
        let copies: Vec<P> = impairments.copies.iter().map(|_| packet.clone()).collect();
        if impairments.reorder {
            let wait = self.settings.delay.max(HOLD_MIN);
            self.transit.hold((arrival, sequence), wait, impairments.corrupt, packet);
        } else {
            if impairments.delay == 0 {
                self.transit.keep_order(in_order);
            }
            self.transit.push((arrival, sequence), impairments.corrupt, packet);
        }
        for (by, copy) in impairments.copies.iter().zip(copies) {
            self.transit.push_copy((Instant(arrival.0.saturating_add(*by)), sequence), impairments.corrupt, copy);
        }
        PacketFate {
            dropped: None,
            corrupted: impairments.corrupt,
            duplicated: !impairments.copies.is_empty(),
            reordered: impairments.reorder,
        }
    }
}
