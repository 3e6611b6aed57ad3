//! Counts what an end of a flow holds.

/// What an end still holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Resources {
    /// Connections.
    pub connections: u64,
    /// Armed timers.
    pub timers: u64,
    /// Bytes that wait to be acknowledged, put in order or read.
    pub buffered: u64,
    /// Ports.
    pub ports: u64,
}

impl Resources {
    /// Nothing is held.
    pub const fn is_free(&self) -> bool {
        self.connections == 0 && self.timers == 0 && self.buffered == 0 && self.ports == 0
    }
}
