//! What follows a reset at once: nothing that answers it.

use crate::time::Instant;
use crate::trace::{Flags, Wire};

/// A reset that just reached an end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spur {
    pub t: Instant,
    pub line: u64,
    pub seq: u32,
    len: u32,
    /// Its acknowledgement, if it had one.
    ack: Option<u32>,
    /// It had exactly the number that the end expected next: the end must take it.
    exact: bool,
}

impl Spur {
    pub fn new(wire: &Wire, expects: Option<u32>, t: Instant, line: u64) -> Self {
        let ack = wire.flags.ack().then_some(wire.ack);
        Spur { t, line, seq: wire.seq, len: wire.len, ack, exact: expects == Some(wire.seq) }
    }

    /// Can this segment, sent at `t`, only be an answer to the reset? Either the reset that answers any stray segment (RFC 9293
    /// §3.10.7.1), or a bare acknowledgement where the reset was to be taken.
    pub fn is_answered_by(&self, wire: &Wire, t: Instant) -> bool {
        if t != self.t {
            return false;
        }
        if !wire.flags.rst() {
            return self.exact && wire.flags == Flags(16) && wire.len == 0;
        }
        match self.ack {
            Some(ack) => wire.seq == ack,
            None => wire.seq == 0 && wire.flags.ack() && wire.ack == self.seq.wrapping_add(self.len),
        }
    }
}
