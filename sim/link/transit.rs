//! Holds what is under way on a link, in the order of arrival, and lets packets overtake others.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Arrival, InFlight, nanos};
use crate::time::Instant;

/// A packet under way.
#[derive(Clone, Debug)]
pub(super) struct Traveller<P> {
    /// When it arrives, and in which place within that instant.
    pub(super) due: (Instant, u64),
    pub(super) is_corrupted: bool,
    pub(super) packet: P,
}

/// What is under way, in the order of arrival.
#[derive(Clone, Debug)]
pub(super) struct Transit<P> {
    moving: Lane<P>,
    /// Those that the next one may overtake, by the end of their wait.
    held: Lane<P>,
    /// For how long.
    wait: Duration,
    /// When the first of all arrives: asked more often than it changes.
    next: Option<(Instant, u64)>,
    /// Packets that keep their order arrive at this time at the earliest.
    horizon: Instant,
}

impl<P> Transit<P> {
    pub(super) const fn new() -> Self {
        Transit { moving: Lane::new(), held: Lane::new(), wait: Duration::ZERO, next: None, horizon: Instant::ZERO }
    }

    /// When a packet that keeps its place behind those before it arrives, if it were alone at `time`.
    #[inline]
    pub(super) fn in_order(&self, time: Instant) -> Instant {
        self.horizon.max(time)
    }

    /// Later packets stay behind this one.
    #[inline]
    pub(super) fn keep_order(&mut self, arrival: Instant) {
        self.horizon = arrival;
    }

    /// A packet goes on its way, ahead of those that are held back and can wait for it.
    #[inline]
    pub(super) fn push(&mut self, due: (Instant, u64), is_corrupted: bool, packet: P) {
        self.moving.insert(Traveller { due, is_corrupted, packet });
        self.next = Some(self.next.map_or(due, |next| next.min(due)));
        if !self.held.0.is_empty() {
            self.release(due);
        }
    }

    /// A copy follows: it overtakes no other packet.
    pub(super) fn push_copy(&mut self, due: (Instant, u64), is_corrupted: bool, packet: P) {
        self.moving.insert(Traveller { due, is_corrupted, packet });
        self.look_again();
    }

    /// A packet is held back, for `wait` at most: as long as any other.
    pub(super) fn hold(&mut self, own: (Instant, u64), wait: Duration, is_corrupted: bool, packet: P) {
        self.wait = wait;
        self.held.insert(Traveller { due: (own.0 + wait, own.1), is_corrupted, packet });
        self.look_again();
    }

    /// Those that were waiting for this one arrive directly behind it, or at their own time if that is later.
    fn release(&mut self, ahead: (Instant, u64)) {
        let too_early = self.held.0.partition_point(|held| held.due.0 < ahead.0);
        for mut held in self.held.0.split_off(too_early) {
            let own = (Instant(held.due.0.0.saturating_sub(nanos(self.wait))), held.due.1);
            held.due = ahead.max(own);
            self.moving.insert(held);
        }
        self.look_again();
    }

    fn look_again(&mut self) {
        self.next = match (self.moving.first(), self.held.first()) {
            (moving, None) => moving,
            (None, held) => held,
            (moving, held) => moving.min(held),
        };
    }

    #[inline]
    pub(super) fn next(&self) -> Option<(Instant, u64)> {
        self.next
    }

    /// The first of all.
    #[inline]
    pub(super) fn first(&mut self) -> Option<Arrival<&mut P>> {
        let Traveller { is_corrupted, packet, .. } = self.first_lane().0.front_mut()?;
        Some(Arrival { packet, is_corrupted: *is_corrupted })
    }

    /// The first of all has arrived.
    #[inline]
    pub(super) fn remove_first(&mut self) {
        self.first_lane().0.pop_front();
        self.look_again();
    }

    /// The lane with the first of all.
    #[inline]
    fn first_lane(&mut self) -> &mut Lane<P> {
        let is_held = !self.held.0.is_empty() && self.held.first() == self.next;
        if is_held { &mut self.held } else { &mut self.moving }
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.moving.0.is_empty() && self.held.0.is_empty()
    }

    pub(super) fn clear(&mut self) {
        *self = Transit::new();
    }

    /// By how much a packet that keeps its order would be late, if it arrived at `time` otherwise.
    pub(super) fn backlog(&self, time: Instant) -> Duration {
        self.horizon - time
    }

    /// Everything under way, in the order of arrival.
    pub(super) fn in_flight(&self, now: Instant) -> impl Iterator<Item = InFlight<'_, P>> {
        let (mut moving, mut held) = (self.moving.0.iter().peekable(), self.held.0.iter().peekable());
        std::iter::from_fn(move || {
            let is_held = match (moving.peek(), held.peek()) {
                (Some(moving), Some(held)) => held.due < moving.due,
                (moving, _) => moving.is_none(),
            };
            let traveller = if is_held { held.next() } else { moving.next() }?;
            let (remaining, is_corrupted) = (traveller.due.0 - now, traveller.is_corrupted);
            Some(InFlight { remaining, is_held, is_corrupted, packet: &traveller.packet })
        })
    }
}

/// Travellers, sorted by when they are due; of equals the first inserted is first.
#[derive(Clone, Debug)]
struct Lane<P>(VecDeque<Traveller<P>>);

impl<P> Lane<P> {
    const fn new() -> Self {
        Lane(VecDeque::new())
    }

    #[inline]
    fn first(&self) -> Option<(Instant, u64)> {
        self.0.front().map(|first| first.due)
    }

    #[inline]
    fn insert(&mut self, traveller: Traveller<P>) {
        if self.0.back().is_none_or(|last| last.due <= traveller.due) {
            self.0.push_back(traveller);
        } else {
            self.insert_between(traveller);
        }
    }

    #[inline(never)]
    fn insert_between(&mut self, traveller: Traveller<P>) {
        let at = self.0.partition_point(|other| other.due <= traveller.due);
        self.0.insert(at, traveller);
    }
}
