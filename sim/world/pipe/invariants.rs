//! Checks what holds for every pipe between any two calls, that nothing waits that could go on: in debug builds, after every call.

use crate::contract::End;

use super::super::core::Core;
use super::Pipe;
use super::direction::Fin;

impl Pipe {
    /// Panics where the pipe itself is wrong; no caller can bring that about. One with a defect may be.
    pub(super) fn check(&self, core: &Core) {
        if cfg!(debug_assertions) && self.broken.is_none() {
            End::BOTH.into_iter().for_each(|end| self.check_end(core, end));
        }
    }

    fn check_end(&self, core: &Core, end: End) {
        self.check_writing(end);
        self.check_reading(core, end);
        self.check_ending(end);
    }

    fn check_writing(&self, end: End) {
        let direction = &self.directions[end];
        let is_full = direction.held >= self.capacity && !self.is_deaf(end.peer());
        assert!(direction.writers.is_empty() || is_full, "a write waits though there is room");
        assert!(self.sides[end].closed || direction.held <= self.capacity, "more is held than there is room for");
        assert!(direction.fin != Fin::Asked || !direction.writers.is_empty(), "the end of the stream waits for nothing");
        assert!(!direction.has_waiting() || direction.is_behind_writes(), "a flush or shutdown waits for nothing");
        assert!(direction.transit.is_empty() || !self.delay.is_zero(), "something is under way without a delay");
    }

    fn check_reading(&self, core: &Core, end: End) {
        let incoming = &self.directions[end.peer()];
        let first = incoming.readers.front().and_then(|op| core.ops.get(*op));
        assert!(first.is_none_or(|first| first.announced || !self.is_readable(end)), "a read was not told");
        let may_hold = !self.is_deaf(end) || self.sides[end].dead.is_some();
        assert!(incoming.ready.is_empty() || may_hold, "something lies ready for an end that reads no more");
    }

    fn check_ending(&self, end: End) {
        let (side, direction) = (&self.sides[end], &self.directions[end]);
        assert!(side.closing.is_empty() || !self.may_close_return(end), "a close waits for nothing");
        let has_pending = !direction.writers.is_empty() || direction.has_waiting() || !side.closing.is_empty();
        assert!(side.dead.is_none() || !has_pending, "a call outlives the abort of its end");
        assert!(!self.is_gone(end) || self.directions[end.peer()].writers.is_empty(), "a write waits for an end that has closed");
    }
}
