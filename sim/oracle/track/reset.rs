//! Tells what answers a reset: nothing may.

use crate::time::Instant;
use crate::wire::{Flags, Segment, Seq};

/// A reset that just reached an end.
#[derive(Clone, Copy, Debug)]
pub(in crate::oracle) struct Spur {
    pub t: Instant,
    pub line: u64,
    pub seq: Seq,
    len: u32,
    /// Its acknowledgement, if it had one.
    ack: Option<Seq>,
    /// It had exactly the number that the end expected next: the end must take it.
    exact: bool,
}

impl Spur {
    pub fn new(segment: &Segment, expects: Option<Seq>, t: Instant, line: u64) -> Self {
        let ack = segment.flags.ack().then_some(segment.ack);
        Spur { t, line, seq: segment.seq, len: segment.data_len(), ack, exact: expects == Some(segment.seq) }
    }

    /// Can this segment, sent at `t`, only be an answer to the reset? Either the reset that answers any stray segment (RFC 9293
    /// §3.10.7.1), or a bare acknowledgement where the reset was to be taken.
    pub fn is_answered_by(&self, segment: &Segment, t: Instant) -> bool {
        if t != self.t {
            return false;
        }
        if !segment.flags.rst() {
            return self.exact && segment.flags == Flags::ACK && segment.data_len() == 0;
        }
        match self.ack {
            Some(ack) => segment.seq == ack,
            None => segment.seq == Seq(0) && segment.flags.ack() && segment.ack == self.seq + self.len,
        }
    }
}
