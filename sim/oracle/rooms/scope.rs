//! Which contracts a rule or an example is about.

use crate::contract::{
    CancelRead, CloseIs, CloseWaits, ConcurrentReads, ConcurrentWrites, Contract, DataAfterShutdownRead, DataBeforeAbort, EmptyReads,
    EofOnKeepaliveDeath, EofOnReset, YesNo,
};

/// Every preset.
pub(in crate::oracle) const ALL: &[&str] = &["v1", "classic", "modern", "strict", "mirage-tcpip", "posix", "async-io", "pipe", "relay"];
/// Where an error word is evidence of an abort, if the network is not recorded.
pub(in crate::oracle) const BY_WORD: &[&str] = &["v1", "classic", "modern", "strict", "mirage-tcpip", "posix", "async-io", "pipe"];
/// Where a write on a closed flow has its own word.
pub(in crate::oracle) const V1: &[&str] = &["v1"];
/// All others.
pub(in crate::oracle) const NOT_V1: &[&str] = &["classic", "modern", "strict", "mirage-tcpip", "posix", "async-io", "pipe", "relay"];
/// What a write returned ok for is accepted.
pub(in crate::oracle) const NOT_FLUSHED: &[&str] = &["v1", "classic", "modern", "strict", "mirage-tcpip", "posix", "pipe", "relay"];
/// `close` ends the flow.
pub(in crate::oracle) const FULL: &[&str] = &["modern", "strict", "posix", "async-io", "pipe", "relay"];
/// `close` ends the writing half.
pub(in crate::oracle) const HALF: &[&str] = &["v1", "classic", "mirage-tcpip"];
/// `close` waits for the peer's.
pub(in crate::oracle) const WAITS: &[&str] = &["v1", "classic"];
/// `close` need not wait for the peer's.
pub(in crate::oracle) const NO_WAIT: &[&str] = &["modern", "strict", "mirage-tcpip", "posix", "async-io", "pipe", "relay"];
/// A port can be listened on again as soon as it is not listened on any more.
pub(in crate::oracle) const LISTENS_AGAIN: &[&str] = &["classic", "strict", "mirage-tcpip"];
/// Shutdown of reading throws away what is queued and what comes.
pub(in crate::oracle) const DISCARD: &[&str] = &["modern", "strict", "pipe"];
/// Shutdown of reading means something.
pub(in crate::oracle) const SHUTS_READ: &[&str] = &["modern", "strict", "mirage-tcpip", "posix", "pipe", "relay"];
/// Bytes that come after a close draw a reset.
pub(in crate::oracle) const RESETS_UNREAD: &[&str] = &["posix", "async-io"];
/// A cancelled read consumes nothing.
pub(in crate::oracle) const CANCEL_SAFE: &[&str] = &["strict", "posix", "async-io", "pipe", "relay"];
/// A writer is told that its peer has closed for good.
pub(in crate::oracle) const TOLD: &[&str] = &["strict", "posix", "async-io", "pipe"];

/// A connection may have keep-alive.
pub(in crate::oracle) const HAS_KEEPALIVE: &[&str] = &["v1", "classic", "modern", "strict", "mirage-tcpip", "posix", "async-io", "relay"];

pub(in crate::oracle) fn forbids_empty_reads(contract: &Contract) -> bool {
    contract.empty_reads == EmptyReads::Forbid
}

pub(in crate::oracle) fn shuts_read(contract: &Contract) -> bool {
    contract.data_after_shutdown_read.is_some()
}

pub(in crate::oracle) fn discards(contract: &Contract) -> bool {
    contract.data_after_shutdown_read == Some(DataAfterShutdownRead::Discard)
}

pub(in crate::oracle) fn has_keepalive(contract: &Contract) -> bool {
    contract.eof_on_keepalive_death.is_some()
}

pub(in crate::oracle) fn has_nodelay(contract: &Contract) -> bool {
    contract.nodelay_means.is_some()
}

pub(in crate::oracle) fn close_is_half(contract: &Contract) -> bool {
    contract.close_is == CloseIs::Half
}

pub(in crate::oracle) fn close_waits(contract: &Contract) -> bool {
    contract.close_waits_for_peer == CloseWaits::Yes
}

pub(in crate::oracle) fn errors_are_final(contract: &Contract) -> bool {
    contract.write_error_is_final == YesNo::Yes
}

pub(in crate::oracle) fn limits_eof_after_abort(contract: &Contract) -> bool {
    use EofOnKeepaliveDeath::{AfterError, Forbid};
    contract.eof_on_reset != EofOnReset::Allow || matches!(contract.eof_on_keepalive_death, Some(AfterError | Forbid))
}

pub(in crate::oracle) fn writes_stay_whole(contract: &Contract) -> bool {
    contract.concurrent_writes == ConcurrentWrites::Whole
}

pub(in crate::oracle) fn reads_may_overlap(contract: &Contract) -> bool {
    contract.concurrent_reads != ConcurrentReads::Forbidden
}

pub(in crate::oracle) fn cancelled_reads_are_safe(contract: &Contract) -> bool {
    contract.cancel_read == CancelRead::Safe
}

pub(in crate::oracle) fn closes_fully(contract: &Contract) -> bool {
    contract.close_is == CloseIs::Full
}

pub(in crate::oracle) fn keeps_or_drops(contract: &Contract) -> bool {
    contract.data_before_abort != DataBeforeAbort::Either
}
