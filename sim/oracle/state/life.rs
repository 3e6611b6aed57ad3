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
#[derive(Clone, Debug, Default)]
pub(in crate::oracle) struct Life {
    /// Apart: most ends live.
    harm: Option<Box<Harm>>,
}

/// What has befallen an end.
#[derive(Clone, Debug, Default)]
struct Harm {
    aborted: Option<Aborted>,
    crashed: Option<Stamp>,
    arrived: Option<(Stamp, u64)>,
    told: Option<Stamp>,
    untold: Option<(Stamp, u64)>,
    reset_by_close: Option<Stamp>,
    stack_left: Option<Stamp>,
    maybe_dead: bool,
    below_ended: Option<Stamp>,
    below_lost: Option<Stamp>,
}

impl Life {
    fn harm_mut(&mut self) -> &mut Harm {
        self.harm.get_or_insert_default()
    }

    /// Its abort.
    pub fn aborted(&self) -> Option<Aborted> {
        self.harm.as_deref()?.aborted
    }

    /// When it was aborted.
    pub fn aborted_at(&self) -> Option<Stamp> {
        self.aborted().map(|abort| abort.at)
    }

    /// When its host crashed.
    pub fn crashed(&self) -> Option<Stamp> {
        self.harm.as_deref()?.crashed
    }

    /// The abort, and the stream offset up to which bytes had arrived, where arrivals are known.
    pub fn arrived(&self) -> Option<(Stamp, u64)> {
        self.harm.as_deref()?.arrived
    }

    /// When a call first returned the error of the abort.
    pub fn told(&self) -> Option<Stamp> {
        self.harm.as_deref()?.told
    }

    /// The EOF that came before any call had returned the error, and its operation, while a call that may return it is pending.
    pub fn untold(&self) -> Option<(Stamp, u64)> {
        self.harm.as_deref()?.untold
    }

    /// When a call failed with the reset that the peer's full close may be.
    pub fn reset_by_close(&self) -> Option<Stamp> {
        self.harm.as_deref()?.reset_by_close
    }

    /// When a disconnect was called on another flow of what may be the same stack.
    pub fn stack_left(&self) -> Option<Stamp> {
        self.harm.as_deref()?.stack_left
    }

    /// When the flow that it stands on gave an EOF or an error here, was closed or aborted: that may end it.
    pub fn below_ended(&self) -> Option<Stamp> {
        self.harm.as_deref()?.below_ended
    }

    /// When the flow that it stands on failed here: nothing may come through it any more.
    pub fn below_lost(&self) -> Option<Stamp> {
        self.harm.as_deref()?.below_lost
    }

    /// It was aborted before it was known to be connected: what it has since is not known.
    pub fn is_maybe_dead(&self) -> bool {
        self.harm.as_deref().is_some_and(|harm| harm.maybe_dead)
    }

    /// It was aborted, or may have been.
    pub fn is_gone(&self) -> bool {
        self.harm.as_deref().is_some_and(|harm| harm.aborted.is_some() || harm.maybe_dead || harm.stack_left.is_some())
    }

    /// An abort is known; a line of the network is exact, where an error word was only a guess at the moment.
    pub fn abort(&mut self, abort: Aborted) {
        if self.aborted().is_none_or(|known| known.by_word && !abort.by_word) {
            self.harm_mut().aborted = Some(abort);
        }
    }

    /// The flow that it stands on ends here; `fails`: not in good order.
    pub fn ends_below(&mut self, at: Stamp, fails: bool) {
        let harm = self.harm_mut();
        harm.below_ended.get_or_insert(at);
        if fails {
            harm.below_lost.get_or_insert(at);
        }
    }

    /// It was aborted before it was known to be connected.
    pub fn doubt(&mut self) {
        self.harm_mut().maybe_dead = true;
    }

    /// So much of the stream had arrived when it was aborted.
    pub fn had_arrived(&mut self, at: Stamp, bytes: u64) {
        self.harm_mut().arrived = Some((at, bytes));
    }

    /// What had arrived counts no longer: it was judged, or lost.
    pub fn forget_arrivals(&mut self) {
        if let Some(harm) = &mut self.harm {
            harm.arrived = None;
        }
    }

    /// Its host crashed: what had arrived is gone with it.
    pub fn crash(&mut self, at: Stamp) {
        let harm = self.harm_mut();
        harm.crashed.get_or_insert(at);
        (harm.arrived, harm.untold) = (None, None);
    }

    /// A call returned an error: if the end was aborted, that tells it.
    pub fn tell(&mut self, at: Stamp) {
        if let Some(harm) = self.harm.as_deref_mut().filter(|harm| harm.aborted.is_some()) {
            harm.told.get_or_insert(at);
            harm.untold = None;
        }
    }

    /// An EOF came before any call had returned the error of the abort.
    pub fn pass_for_the_end(&mut self, at: Stamp, op: u64) {
        self.harm_mut().untold.get_or_insert((at, op));
    }

    /// No call returns the error any more that was pending at that EOF, or none needs to.
    pub fn wait_no_longer(&mut self) {
        if let Some(harm) = &mut self.harm {
            harm.untold = None;
        }
    }

    /// A call failed with the reset that the peer's full close may be.
    pub fn was_reset_by_close(&mut self, at: Stamp) {
        self.harm_mut().reset_by_close.get_or_insert(at);
    }

    /// What may be its stack left the network.
    pub fn stack_leaves(&mut self, at: Stamp) {
        self.harm_mut().stack_left.get_or_insert(at);
    }

    /// It was connected on a host that had come back: nothing of it was there to crash.
    pub fn outlive_crash(&mut self) {
        if let Some(harm) = &mut self.harm {
            (harm.crashed, harm.aborted) = (None, None);
        }
    }

    /// It is connected from now on: what failed before tells nothing of what comes.
    pub fn forget_failures(&mut self) {
        if let Some(harm) = &mut self.harm {
            harm.maybe_dead |= harm.aborted.is_some();
            (harm.aborted, harm.told, harm.untold) = (None, None, None);
        }
    }
}
