//! Lists the presets: one contract for each interface document and each measured family of implementations.

use std::time::Duration;

use super::*;

impl Contract {
    /// Every preset, in the order of the specification.
    pub const PRESETS: &'static [Contract] = &[
        Contract::v1(),
        Contract::classic(),
        Contract::modern(),
        Contract::strict(),
        Contract::mirage_tcpip(),
        Contract::posix(),
        Contract::async_io(),
        Contract::pipe(),
        Contract::relay(),
    ];

    /// The FLOW interface of 2016 (mirage-http's document): `close` is a half close that waits for the peer, and a write on a
    /// closed flow gives `eof`.
    pub const fn v1() -> Self {
        Contract {
            base: "v1",
            close_is: CloseIs::Half,
            close_waits_for_peer: CloseWaits::Yes,
            write_on_closed: WriteOnClosed::Eof,
            write_after_full_close: None,
            read_after_full_close: None,
            eof_on_peer_abort: EofOnPeerAbort::Forbid,
            abort_by_word: AbortByWord::Yes,
            close_error: CloseError::Never,
            close_needs_reader: None,
            empty_reads: EmptyReads::Allow,
            listen_again: None,
            accepted_is_arrived: YesNo::No,
            read_after_eof: ReadAfterEof::Eof,
            write_error_is_final: YesNo::No,
            eof_on_reset: EofOnReset::Allow,
            eof_on_keepalive_death: Some(EofOnKeepaliveDeath::Allow),
            data_before_abort: DataBeforeAbort::Either,
            close_sends_pending: CloseSendsPending::Yes,
            accepted_means: AcceptedMeans::Written,
            blocked_read_at_close: BlockedReadAtClose::MayBlock,
            blocked_write_at_shutdown: BlockedWriteAtShutdown::Either,
            shutdown_read_seen_by_peer: None,
            data_after_shutdown_read: None,
            cancel_read: CancelRead::Lossy,
            cancel_write: CancelWrite::RunsOn,
            concurrent_writes: ConcurrentWrites::Interleave,
            concurrent_reads: ConcurrentReads::Any,
            written_buffer: WrittenBuffer::Transfer,
            closed_peer_writes: ClosedPeerWrites::Either,
            nodelay_means: None,
            second_listen: None,
            patience: Duration::from_secs(300),
            idle_packets: 300,
        }
    }

    /// mirage-flow 1 to 3 (the hvsock, datakit and TCP documents): as v1, with `closed` as the word for a closed flow.
    pub const fn classic() -> Self {
        Contract {
            base: "classic",
            write_on_closed: WriteOnClosed::Closed,
            listen_again: Some(ListenAgain::Free),
            empty_reads: EmptyReads::Forbid,
            eof_on_keepalive_death: Some(EofOnKeepaliveDeath::Require),
            nodelay_means: Some(NodelayMeans::Transmitted),
            second_listen: Some(SecondListen::Replace),
            ..Contract::v1()
        }
    }

    /// mirage-flow 4 and later (gluten-mirage's document): `shutdown` ends halves, `close` ends the flow.
    pub const fn modern() -> Self {
        Contract {
            base: "modern",
            close_is: CloseIs::Full,
            close_waits_for_peer: CloseWaits::No,
            write_on_closed: WriteOnClosed::Closed,
            write_after_full_close: Some(WriteAfterFullClose::Error),
            read_after_full_close: Some(ReadAfterFullClose::Error),
            eof_on_peer_abort: EofOnPeerAbort::Forbid,
            abort_by_word: AbortByWord::Yes,
            close_error: CloseError::Never,
            close_needs_reader: Some(YesNo::No),
            empty_reads: EmptyReads::Forbid,
            listen_again: None,
            accepted_is_arrived: YesNo::No,
            read_after_eof: ReadAfterEof::EofOrError,
            write_error_is_final: YesNo::Yes,
            eof_on_reset: EofOnReset::Allow,
            eof_on_keepalive_death: Some(EofOnKeepaliveDeath::Allow),
            data_before_abort: DataBeforeAbort::Either,
            close_sends_pending: CloseSendsPending::Either,
            accepted_means: AcceptedMeans::Written,
            blocked_read_at_close: BlockedReadAtClose::Resolve,
            blocked_write_at_shutdown: BlockedWriteAtShutdown::Either,
            shutdown_read_seen_by_peer: Some(Seen::No),
            data_after_shutdown_read: Some(DataAfterShutdownRead::Discard),
            cancel_read: CancelRead::Lossy,
            cancel_write: CancelWrite::RunsOn,
            concurrent_writes: ConcurrentWrites::Interleave,
            concurrent_reads: ConcurrentReads::Any,
            written_buffer: WrittenBuffer::Transfer,
            closed_peer_writes: ClosedPeerWrites::Either,
            nodelay_means: None,
            second_listen: None,
            patience: Duration::from_secs(300),
            idle_packets: 300,
        }
    }

    /// What callers are best served by: modern, with every freedom decided for the caller.
    pub const fn strict() -> Self {
        Contract {
            base: "strict",
            write_after_full_close: Some(WriteAfterFullClose::Closed),
            listen_again: Some(ListenAgain::Free),
            eof_on_reset: EofOnReset::AfterError,
            eof_on_keepalive_death: Some(EofOnKeepaliveDeath::AfterError),
            cancel_read: CancelRead::Safe,
            cancel_write: CancelWrite::Prefix,
            closed_peer_writes: ClosedPeerWrites::Told,
            nodelay_means: Some(NodelayMeans::Transmitted),
            second_listen: Some(SecondListen::Error),
            ..Contract::modern()
        }
    }

    /// The behaviour that mirage-tcpip 9.0.1 aims at.
    pub const fn mirage_tcpip() -> Self {
        Contract {
            base: "mirage-tcpip",
            close_waits_for_peer: CloseWaits::Either,
            write_on_closed: WriteOnClosed::Any,
            read_after_eof: ReadAfterEof::MayBlock,
            write_error_is_final: YesNo::Yes,
            eof_on_keepalive_death: Some(EofOnKeepaliveDeath::Require),
            data_before_abort: DataBeforeAbort::Keep,
            blocked_write_at_shutdown: BlockedWriteAtShutdown::Complete,
            shutdown_read_seen_by_peer: Some(Seen::No),
            data_after_shutdown_read: Some(DataAfterShutdownRead::Readable),
            concurrent_reads: ConcurrentReads::Fifo,
            nodelay_means: Some(NodelayMeans::Accepted),
            second_listen: Some(SecondListen::Replace),
            ..Contract::classic()
        }
    }

    /// Sockets as Linux has them.
    pub const fn posix() -> Self {
        Contract {
            base: "posix",
            write_on_closed: WriteOnClosed::Error,
            write_after_full_close: Some(WriteAfterFullClose::Error),
            close_error: CloseError::WhenEnded,
            listen_again: Some(ListenAgain::MayRefuse),
            eof_on_reset: EofOnReset::AfterError,
            eof_on_keepalive_death: Some(EofOnKeepaliveDeath::AfterError),
            data_before_abort: DataBeforeAbort::Keep,
            close_sends_pending: CloseSendsPending::UnlessUnread,
            blocked_read_at_close: BlockedReadAtClose::Fault,
            shutdown_read_seen_by_peer: Some(Seen::Either),
            data_after_shutdown_read: Some(DataAfterShutdownRead::Either),
            cancel_read: CancelRead::Safe,
            cancel_write: CancelWrite::Prefix,
            written_buffer: WrittenBuffer::Copy,
            closed_peer_writes: ClosedPeerWrites::Told,
            second_listen: Some(SecondListen::Error),
            ..Contract::modern()
        }
    }

    /// `AsyncRead` and `AsyncWrite` of futures and tokio.
    pub const fn async_io() -> Self {
        Contract {
            base: "async-io",
            read_after_full_close: Some(ReadAfterFullClose::EofOrError),
            close_needs_reader: Some(YesNo::Yes),
            data_before_abort: DataBeforeAbort::Either,
            accepted_means: AcceptedMeans::Flushed,
            shutdown_read_seen_by_peer: None,
            data_after_shutdown_read: None,
            concurrent_writes: ConcurrentWrites::Forbidden,
            concurrent_reads: ConcurrentReads::Forbidden,
            second_listen: None,
            ..Contract::posix()
        }
    }

    /// A pair of ends in memory.
    pub const fn pipe() -> Self {
        Contract {
            base: "pipe",
            write_on_closed: WriteOnClosed::Error,
            write_after_full_close: Some(WriteAfterFullClose::Error),
            read_after_full_close: Some(ReadAfterFullClose::EofOrError),
            listen_again: None,
            accepted_is_arrived: YesNo::Yes,
            read_after_eof: ReadAfterEof::Eof,
            eof_on_reset: EofOnReset::Forbid,
            eof_on_keepalive_death: None,
            data_before_abort: DataBeforeAbort::Keep,
            close_sends_pending: CloseSendsPending::Yes,
            cancel_read: CancelRead::Safe,
            cancel_write: CancelWrite::Prefix,
            concurrent_writes: ConcurrentWrites::Whole,
            closed_peer_writes: ClosedPeerWrites::Told,
            ..Contract::modern()
        }
    }

    /// What a TCP relay owes its two outer ends. Many relays turn a reset into an end of stream; none of them can be told from
    /// its peer when it fails without a reason.
    pub const fn relay() -> Self {
        Contract {
            base: "relay",
            eof_on_peer_abort: EofOnPeerAbort::Allow,
            abort_by_word: AbortByWord::WithReason,
            listen_again: None,
            close_sends_pending: CloseSendsPending::Either,
            closed_peer_writes: ClosedPeerWrites::Either,
            second_listen: None,
            ..Contract::posix()
        }
    }

    /// The preset of that name.
    pub fn preset(name: &str) -> Option<Self> {
        Self::PRESETS.iter().find(|preset| preset.base == name).copied()
    }
}
