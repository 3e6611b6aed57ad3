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
        let reads = || me.pending.iter().any(|pending| matches!(pending.asked, Asked::Read { .. }));
        let writes = me.pending.writes() > 0;
        let overlaps = match asked {
            Asked::Read { .. } => me.contract.concurrent_reads == ConcurrentReads::Forbidden && reads(),
            Asked::Write { .. } => writes && me.contract.concurrent_writes == ConcurrentWrites::Forbidden,
            _ => false,
        };
        let is_fault = me.contract.blocked_read_at_close == BlockedReadAtClose::Fault;
        let closes_under = match asked {
            Asked::Close => is_fault && (writes || reads()),
            Asked::Unlisten(port) => is_fault && me.pending.iter().any(|pending| pending.asked == Asked::Accept(port)),
            _ => false,
        };
        BegunCall { asked, overlaps, closes_under }
    }
}

/// A write begins.
pub(in crate::oracle) struct BegunWrite {
    pub len: usize,
}
