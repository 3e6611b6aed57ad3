//! Reads the machine's clock: for how long a search goes on, and how fast it is. No finding depends on it.

#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "how long to search, and what is shown of the pace")]

use std::time::Duration;

/// Real time since it was started.
pub(super) struct Stopwatch(std::time::Instant);

impl Stopwatch {
    /// Starts at zero.
    pub(super) fn start() -> Self {
        Stopwatch(std::time::Instant::now())
    }

    /// How long it has run.
    pub(super) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}
