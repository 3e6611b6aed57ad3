//! Describes calls as they begin.

use crate::contract::{BlockedReadAtClose, ConcurrentReads, ConcurrentWrites};
use crate::oracle::scene::Scene;
use crate::oracle::state::Asked;

/// A call begins; it is not among the pending ones yet.
pub(in crate::oracle) struct BegunCall {
    pub asked: Asked,
    /// Another of its kind is pending, and must not be.
    pub overlaps: bool,
    /// It is a close, and a read or write is pending that must not be.
    pub closes_under: bool,
}

impl BegunCall {
    pub fn new(scene: &Scene<'_>, asked: Asked) -> Self {
        let me = scene.me();
        let (reads, writes) = (me.pending.reads() > 0, me.pending.writes() > 0);
        let overlaps = match asked {
            Asked::Read { .. } => reads && me.contract.concurrent_reads == ConcurrentReads::Forbidden,
            Asked::Write { .. } => writes && me.contract.concurrent_writes == ConcurrentWrites::Forbidden,
            _ => false,
        };
        let closes_under = asked == Asked::Close && (reads || writes) && me.contract.blocked_read_at_close == BlockedReadAtClose::Fault;
        BegunCall { asked, overlaps, closes_under }
    }
}

/// A write begins.
pub(in crate::oracle) struct BegunWrite {
    pub len: usize,
}
