//! Tracks whether an end is alive: aborts, crashes, how they are known, and which of its calls were told.

use crate::oracle::Stamp;
use crate::trace::Abort;

/// That an end was aborted, and how it is known.
#[derive(Clone, Copy, Debug)]
pub(in crate::oracle) struct Aborted {
    pub at: Stamp,
    pub kind: Abort,
    /// Known only from the error word of a call.
    pub by_word: bool,
    /// The stack itself decided it.
    pub by_stack: bool,
}

/// Whether an end is alive.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::oracle) struct Life {
    aborted: Option<Aborted>,
    crashed: Option<Stamp>,
    arrived: Option<(Stamp, u64)>,
    told: Option<Stamp>,
    untold: Option<(Stamp, u64)>,
    reset_by_close: Option<Stamp>,
    stack_left: Option<Stamp>,
    maybe_dead: bool,
}

impl Life {
    /// Its abort.
    pub fn aborted(&self) -> Option<Aborted> {
        self.aborted
    }

    /// When it was aborted.
    pub fn aborted_at(&self) -> Option<Stamp> {
        self.aborted.map(|abort| abort.at)
    }

    /// When its host crashed.
    pub fn crashed(&self) -> Option<Stamp> {
        self.crashed
    }

    /// The abort, and the stream offset up to which bytes had arrived, where arrivals are known.
    pub fn arrived(&self) -> Option<(Stamp, u64)> {
        self.arrived
    }

    /// When a call first returned the error of the abort.
    pub fn told(&self) -> Option<Stamp> {
        self.told
    }

    /// The EOF that came before any call had returned the error, and its operation, while a call that may return it is pending.
    pub fn untold(&self) -> Option<(Stamp, u64)> {
        self.untold
    }

    /// When a call failed with the reset that the peer's full close may be.
    pub fn reset_by_close(&self) -> Option<Stamp> {
        self.reset_by_close
    }

    /// When a disconnect was called on another flow of what may be the same stack.
    pub fn stack_left(&self) -> Option<Stamp> {
        self.stack_left
    }

    /// It was aborted before it was known to be connected: what it has since is not known.
    pub fn is_maybe_dead(&self) -> bool {
        self.maybe_dead
    }

    /// It was aborted, or may have been.
    pub fn is_gone(&self) -> bool {
        self.aborted.is_some() || self.maybe_dead || self.stack_left.is_some()
    }

    /// An abort is known; a line of the network is exact, where an error word was only a guess at the moment.
    pub fn abort(&mut self, abort: Aborted) {
        if self.aborted.is_none_or(|known| known.by_word && !abort.by_word) {
            self.aborted = Some(abort);
        }
    }

    /// It was aborted before it was known to be connected.
    pub fn doubt(&mut self) {
        self.maybe_dead = true;
    }

    /// So much of the stream had arrived when it was aborted.
    pub fn had_arrived(&mut self, at: Stamp, bytes: u64) {
        self.arrived = Some((at, bytes));
    }

    /// What had arrived counts no longer: it was judged, or lost.
    pub fn forget_arrivals(&mut self) {
        self.arrived = None;
    }

    /// Its host crashed: what had arrived is gone with it.
    pub fn crash(&mut self, at: Stamp) {
        self.crashed.get_or_insert(at);
        (self.arrived, self.untold) = (None, None);
    }

    /// A call returned an error: if the end was aborted, that tells it.
    pub fn tell(&mut self, at: Stamp) {
        if self.aborted.is_some() {
            self.told.get_or_insert(at);
            self.untold = None;
        }
    }

    /// An EOF came before any call had returned the error of the abort.
    pub fn pass_for_the_end(&mut self, at: Stamp, op: u64) {
        self.untold.get_or_insert((at, op));
    }

    /// No call returns the error any more that was pending at that EOF, or none needs to.
    pub fn wait_no_longer(&mut self) {
        self.untold = None;
    }

    /// A call failed with the reset that the peer's full close may be.
    pub fn was_reset_by_close(&mut self, at: Stamp) {
        self.reset_by_close.get_or_insert(at);
    }

    /// What may be its stack left the network.
    pub fn stack_leaves(&mut self, at: Stamp) {
        self.stack_left.get_or_insert(at);
    }

    /// It was connected on a host that had come back: nothing of it was there to crash.
    pub fn outlive_crash(&mut self) {
        (self.crashed, self.aborted) = (None, None);
    }

    /// It is connected from now on: what failed before tells nothing of what comes.
    pub fn forget_failures(&mut self) {
        self.maybe_dead |= self.aborted.is_some();
        (self.aborted, self.told, self.untold) = (None, None, None);
    }
}
