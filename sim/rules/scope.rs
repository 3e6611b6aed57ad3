//! Which contracts a rule or an example is about.

use crate::contract::{
    CancelRead, CloseIs, CloseSendsPending, CloseWaits, ConcurrentReads, ConcurrentWrites, Contract, DataAfterShutdownRead,
    DataBeforeAbort, EofOnKeepaliveDeath, EofOnReset, YesNo,
};

/// Every preset.
pub(super) const ALL: &[&str] = &["v1", "classic", "modern", "strict", "mirage-tcpip", "posix", "async-io", "pipe"];
/// Where a write on a closed flow has its own word.
pub(super) const V1: &[&str] = &["v1"];
/// All others.
pub(super) const NOT_V1: &[&str] = &["classic", "modern", "strict", "mirage-tcpip", "posix", "async-io", "pipe"];
/// What a write returned ok for is accepted.
pub(super) const NOT_FLUSHED: &[&str] = &["v1", "classic", "modern", "strict", "mirage-tcpip", "posix", "pipe"];
/// `close` ends the flow.
pub(super) const FULL: &[&str] = &["modern", "strict", "posix", "async-io", "pipe"];
/// `close` ends the writing half.
pub(super) const HALF: &[&str] = &["v1", "classic", "mirage-tcpip"];
/// `close` waits for the peer's.
pub(super) const WAITS: &[&str] = &["v1", "classic"];
/// `close` need not wait for the peer's.
pub(super) const NO_WAIT: &[&str] = &["modern", "strict", "mirage-tcpip", "posix", "async-io", "pipe"];
/// Not the sockets of an operating system, which keep a port while connections that came in by it live on.
pub(super) const NO_SOCKETS: &[&str] = &["v1", "classic", "modern", "strict", "mirage-tcpip", "pipe"];
/// Shutdown of reading throws away what is queued and what comes.
pub(super) const DISCARD: &[&str] = &["modern", "strict", "pipe"];
/// Shutdown of reading means something.
pub(super) const SHUTS_READ: &[&str] = &["modern", "strict", "mirage-tcpip", "posix", "pipe"];
/// A close that leaves bytes unread resets.
pub(super) const RESETS_UNREAD: &[&str] = &["posix", "async-io"];
/// A cancelled read consumes nothing.
pub(super) const CANCEL_SAFE: &[&str] = &["strict", "posix", "async-io", "pipe"];

pub(super) fn not_v1(contract: &Contract) -> bool {
    contract.base != "v1"
}

pub(super) fn shuts_read(contract: &Contract) -> bool {
    contract.data_after_shutdown_read.is_some()
}

pub(super) fn discards(contract: &Contract) -> bool {
    contract.data_after_shutdown_read == Some(DataAfterShutdownRead::Discard)
}

pub(super) fn has_keepalive(contract: &Contract) -> bool {
    contract.eof_on_keepalive_death.is_some()
}

pub(super) fn has_nodelay(contract: &Contract) -> bool {
    contract.nodelay_means.is_some()
}

pub(super) fn close_is_half(contract: &Contract) -> bool {
    contract.close_is == CloseIs::Half
}

pub(super) fn close_waits(contract: &Contract) -> bool {
    contract.close_waits_for_peer == CloseWaits::Yes
}

pub(super) fn errors_are_final(contract: &Contract) -> bool {
    contract.write_error_is_final == YesNo::Yes
}

pub(super) fn limits_eof_after_abort(contract: &Contract) -> bool {
    use EofOnKeepaliveDeath::{AfterError, Forbid};
    contract.eof_on_reset != EofOnReset::Allow || matches!(contract.eof_on_keepalive_death, Some(AfterError | Forbid))
}

pub(super) fn writes_stay_whole(contract: &Contract) -> bool {
    contract.concurrent_writes == ConcurrentWrites::Whole
}

pub(super) fn reads_may_overlap(contract: &Contract) -> bool {
    contract.concurrent_reads != ConcurrentReads::Forbidden
}

pub(super) fn cancelled_reads_are_safe(contract: &Contract) -> bool {
    contract.cancel_read == CancelRead::Safe
}

pub(super) fn resets_unread(contract: &Contract) -> bool {
    contract.close_is == CloseIs::Full && contract.close_sends_pending == CloseSendsPending::UnlessUnread
}

pub(super) fn keeps_or_drops(contract: &Contract) -> bool {
    contract.data_before_abort != DataBeforeAbort::Either
}
