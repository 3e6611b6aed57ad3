//! Applies a line of the environment to an end: aborts, crashes, what it holds, what its buffers hold.

use super::Judge;
use crate::trace::{Abort, By, EnvWhat};

impl Judge<'_> {
    pub fn env(&mut self, what: &EnvWhat) {
        let at = self.at;
        match what {
            EnvWhat::Abort(kind, by) => self.abort(*kind, *by),
            EnvWhat::Crash(_) => {
                self.abort(Abort::Reset, By::Fault);
                let me = self.me_mut();
                me.life.crash(at);
                me.pending.clear();
            }
            EnvWhat::Resources(resources) => self.holds(*resources),
            EnvWhat::Buffer { op, data } => self.buffer_seen(*op, data),
            EnvWhat::Transmitted { upto } => self.me_mut().writing.transmits(*upto),
            EnvWhat::Acknowledged { upto } => self.me_mut().writing.is_acknowledged(*upto),
            EnvWhat::Partition { .. } | EnvWhat::Heal { .. } | EnvWhat::Quiet | EnvWhat::End => {}
        }
    }
}
