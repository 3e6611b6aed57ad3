//! Negative controls: for each parameter of a contract, histories that one value allows and another forbids.

use crate::contract::{Contract, ContractError};
use crate::rules::Rule;

/// One history and two values of one parameter: under the one it is held, under the other it breaks the rule.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Control {
    /// The parameter.
    pub parameter: &'static str,
    /// The contract that the parameter is changed in, as the command line spells it.
    pub base: &'static str,
    /// The value that allows the history.
    pub allows: &'static str,
    /// The value that forbids it.
    pub forbids: &'static str,
    /// What names the break.
    pub rule: Rule,
    /// What happens, in the notation of [`history`](crate::rules::history).
    pub history: &'static str,
}

impl Control {
    /// The contract that allows the history.
    pub fn allowing(&self) -> Result<Contract, ContractError> {
        self.contract(self.allows)
    }

    /// The contract that forbids it.
    pub fn forbidding(&self) -> Result<Contract, ContractError> {
        self.contract(self.forbids)
    }

    fn contract(&self, value: &str) -> Result<Contract, ContractError> {
        format!("{},{}={value}", self.base, self.parameter).parse()
    }
}

/// Every control, by parameter, in the order of [`Contract::PARAMETERS`].
pub fn controls() -> &'static [Control] {
    CONTROLS
}

/// Shorthand: the columns of [`CONTROLS`] in their order.
const fn control(
    parameter: &'static str,
    base: &'static str,
    allows: &'static str,
    forbids: &'static str,
    rule: Rule,
    history: &'static str,
) -> Control {
    Control { parameter, base, allows, forbids, rule, history }
}

const CLOSE_THEN_READ: &str = r#"
    client close -> done
    server write "a" -> ok
    client read -> "a""#;

const CLOSE_THEN_PEERS_WRITE_FAILS: &str = r#"
    client close -> done
    server read -> eof
    server write "a" -> closed"#;

const CLOSE_ALONE: &str = "client close -> done";

const CLOSED_THEN_EOF: &str = r#"
    client close -> done
    client read -> eof"#;

const PEER_RESET_READS_EOF: &str = r#"
    env reset client by fault
    server read -> eof"#;

const RESET_BY_WORD: &str = r#"
    records
    server read -> error reset"#;

const CLOSE_ALONE_STUCK: &str = r#"
    client call 1 close
    quiet"#;

const WRITE_GIVES_EOF: &str = r#"
    client shutdown write -> done
    client write "a" -> eof"#;

const WRITE_GIVES_CLOSED: &str = r#"
    client shutdown write -> done
    client write "a" -> closed"#;

const WRITE_GIVES_A_WORD: &str = r#"
    client shutdown write -> done
    client write "a" -> error not_ready"#;

const CLOSED_THEN_A_WORD: &str = r#"
    client close -> done
    client write "a" -> error not_connected"#;

const NOTHING_LEFT_TO_CLOSE: &str = r#"
    client close -> done
    client close -> error not_connected"#;

const EMPTY_READ: &str = r#"
    server read -> """#;

const ERROR_AFTER_EOF: &str = r#"
    client shutdown write -> done
    server read -> eof
    server read -> error not_connected"#;

const STUCK_AFTER_EOF: &str = r#"
    client shutdown write -> done
    server read -> eof
    server call 2 read
    quiet"#;

const WRITE_AFTER_FAILURE: &str = r#"
    server close -> done
    client write "a" -> closed
    client write "b" -> ok"#;

const RESET_READS_EOF: &str = r#"
    env reset server by fault
    server read -> eof"#;

const RESET_READS_ERROR_THEN_EOF: &str = r#"
    env reset server by fault
    server read -> error reset
    server read -> eof"#;

const SILENCE_READS_EOF: &str = r#"
    env keepalive_death server
    server read -> eof"#;

const SILENCE_READS_ERROR: &str = r#"
    env keepalive_death server
    server read -> error timed_out"#;

const SILENCE_READS_ERROR_THEN_EOF: &str = r#"
    env keepalive_death server
    server read -> error timed_out
    server read -> eof"#;

const KEPT_DATA: &str = r#"
    client write "ab" -> ok
    env reset server by fault
    server read -> "ab""#;

const LOST_DATA: &str = r#"
    client write "ab" -> ok
    env reset server by fault
    server read -> error reset"#;

const CLOSE_RESETS: &str = r#"
    client write "ab" -> ok
    client close -> done
    server read -> error reset"#;

const UNREAD_CLOSE_RESETS: &str = r#"
    server write "x" -> ok
    client write "ab" -> ok
    client close -> done
    server read -> error reset"#;

const UNFLUSHED: &str = r#"
    server call 1 read
    client write "ab" -> ok
    quiet"#;

const READ_PENDING_AT_CLOSE: &str = r#"
    server call 1 read
    server close -> done
    quiet"#;

const READ_RESOLVED_AT_CLOSE: &str = r#"
    server call 1 read
    server call 2 close
    server return 1 eof
    server return 2 done"#;

const WRITE_PENDING_AT_SHUTDOWN_FAILS: &str = r#"
    client call 1 write "a"
    client shutdown write -> done
    client return 1 closed"#;

const WRITE_PENDING_AT_SHUTDOWN_SUCCEEDS: &str = r#"
    client call 1 write "a"
    client shutdown write -> done
    client return 1 ok"#;

const TOLD_OF_SHUTDOWN_READ: &str = r#"
    server shutdown read -> done
    client write "a" -> closed"#;

const LATE_DATA: &str = r#"
    server shutdown read -> done
    client write "x" -> ok
    server read -> "x""#;

const WRITER_WAITS_FOR_A_READER: &str = r#"
    server shutdown read -> done
    client call 1 write "a"
    quiet"#;

const CANCELLED_READ_TOOK: &str = r#"
    client write "ab" -> ok
    server call 1 read
    server cancel 1
    server read -> "b""#;

const CANCELLED_WRITE_GOES_ON: &str = r#"
    client call 1 write "ab"
    client cancel 1
    client write "c" -> ok
    server read -> "acb""#;

const MIXED_WRITES: &str = r#"
    client call 1 write "aa"
    client call 2 write "bb"
    client return 1 ok
    client return 2 ok
    server read -> "abab""#;

const OVERLAPPING_WRITES: &str = r#"
    client call 1 write "aa"
    client call 2 write "bb"
    client return 1 ok
    client return 2 ok
    server read -> "aabb""#;

const SECOND_READER_FIRST: &str = r#"
    client write "ab" -> ok
    server call 1 read
    server call 2 read
    server return 2 "a"
    server return 1 "b""#;

const OVERLAPPING_READS: &str = r#"
    client write "ab" -> ok
    server call 1 read
    server call 2 read
    server return 1 "a"
    server return 2 "b""#;

const SCRIBBLED: &str = r#"
    records network buffers
    client write "ab" -> ok
    env buffer client 1 "xx"
    server read -> "xx""#;

const CLOSED_PEER_TAKES_ALL: &str = r#"
    server close -> done
    1s client write "a" -> ok
    2s client write "b" -> ok"#;

const NODELAY_UNSENT: &str = r#"
    records network transmitted
    client write_nodelay "a" -> ok"#;

const NODELAY_UNACKNOWLEDGED: &str = r#"
    records network transmitted
    client call 1 write_nodelay "a"
    env transmitted client 1
    client return 1 ok"#;

const LISTENS_TWICE: &str = r#"
    server listen 80 -> ok
    server listen 80 -> ok"#;

const REFUSED_AFTER_UNLISTEN: &str = r#"
    server listen 80 -> ok
    server unlisten 80 -> ok
    server listen 80 -> error in_use"#;

const SECOND_LISTEN_FAILS: &str = r#"
    server listen 80 -> ok
    server listen 80 -> error in_use"#;

const DATA_AFTER_CLOSE_UNTOLD: &str = r#"
    records network segments
    client segment passes S seq 100 win 9000
    server segment passes SA seq 300 ack 101 win 9000
    server close -> done
    server segment passes FA seq 301 ack 101 win 9000
    client write "ab" -> ok
    client segment passes A seq 101 ack 302 win 9000 len 2
    server segment passes A seq 302 ack 103 win 9000
    quiet"#;

const SLOW_CLOSE: &str = r#"
    client call 1 close
    10s client return 1 done
    quiet"#;

const TWO_IDLE_SEGMENTS: &str = r#"
    records network segments
    client segment sent A seq 100 ack 1
    600s client segment sent A seq 100 ack 1
    1200s client segment sent A seq 100 ack 1
    7200s quiet"#;

use Rule::*;

const CONTROLS: &[Control] = &[
    control("close_is", "mirage-tcpip", "half", "full", ErrorAfterClose, CLOSE_THEN_READ),
    control("close_is", "modern", "full", "half", EofKeepsWriting, CLOSE_THEN_PEERS_WRITE_FAILS),
    control("close_waits_for_peer", "classic", "either", "yes", CloseWaits, CLOSE_ALONE),
    control("close_waits_for_peer", "classic", "no", "yes", CloseWaits, CLOSE_ALONE),
    control("write_on_closed", "modern", "eof", "closed", ClosedAfterShutdown, WRITE_GIVES_EOF),
    control("write_on_closed", "modern", "closed", "eof", ClosedAfterShutdown, WRITE_GIVES_CLOSED),
    control("write_on_closed", "modern", "error", "closed", ClosedAfterShutdown, WRITE_GIVES_A_WORD),
    control("write_on_closed", "modern", "error", "eof", ClosedAfterShutdown, WRITE_GIVES_A_WORD),
    control("write_on_closed", "modern", "any", "error", ClosedAfterShutdown, WRITE_GIVES_EOF),
    control("write_on_closed", "modern", "any", "closed", ClosedAfterShutdown, WRITE_GIVES_A_WORD),
    control("write_after_full_close", "modern", "error", "closed", ClosedAfterShutdown, CLOSED_THEN_A_WORD),
    control("read_after_full_close", "modern", "eof_or_error", "error", ErrorAfterClose, CLOSED_THEN_EOF),
    control("eof_on_peer_abort", "modern", "allow", "forbid", EofHasCause, PEER_RESET_READS_EOF),
    control("abort_by_word", "posix", "yes", "with_reason", ReadErrorHasCause, RESET_BY_WORD),
    control("close_needs_reader", "modern", "yes", "no", CloseReturns, CLOSE_ALONE_STUCK),
    control("close_error", "modern", "when_ended", "never", CloseIsIdempotent, NOTHING_LEFT_TO_CLOSE),
    control("empty_reads", "modern", "allow", "forbid", DataNonempty, EMPTY_READ),
    control("listen_again", "strict", "may_refuse", "free", UnlistenStopsNew, REFUSED_AFTER_UNLISTEN),
    control("accepted_is_arrived", "modern,data_before_abort=keep", "no", "yes", DataBeforeAbort, LOST_DATA),
    control("read_after_eof", "modern", "eof_or_error", "eof", EofIsFinal, ERROR_AFTER_EOF),
    control("read_after_eof", "modern", "may_block", "eof_or_error", NoStuckCall, STUCK_AFTER_EOF),
    control("read_after_eof", "modern", "may_block", "eof", NoStuckCall, STUCK_AFTER_EOF),
    control("write_error_is_final", "modern", "no", "yes", WriteErrorIsFinal, WRITE_AFTER_FAILURE),
    control("eof_on_reset", "modern", "allow", "after_error", EofAfterReset, RESET_READS_EOF),
    control("eof_on_reset", "modern", "allow", "forbid", EofAfterReset, RESET_READS_EOF),
    control("eof_on_reset", "modern", "after_error", "forbid", EofAfterReset, RESET_READS_ERROR_THEN_EOF),
    control("eof_on_keepalive_death", "modern", "allow", "after_error", EofAfterReset, SILENCE_READS_EOF),
    control("eof_on_keepalive_death", "modern", "require", "forbid", EofAfterReset, SILENCE_READS_EOF),
    control("eof_on_keepalive_death", "modern", "after_error", "forbid", EofAfterReset, SILENCE_READS_ERROR_THEN_EOF),
    control("eof_on_keepalive_death", "modern", "allow", "require", KeepaliveEndsDeadFlow, SILENCE_READS_ERROR),
    control("eof_on_keepalive_death", "modern", "forbid", "require", KeepaliveEndsDeadFlow, SILENCE_READS_ERROR),
    control("data_before_abort", "pipe", "keep", "drop", DataBeforeAbort, KEPT_DATA),
    control("data_before_abort", "pipe", "drop", "keep", DataBeforeAbort, LOST_DATA),
    control("data_before_abort", "pipe", "either", "keep", DataBeforeAbort, LOST_DATA),
    control("close_sends_pending", "modern", "either", "yes", ReadErrorHasCause, CLOSE_RESETS),
    control("close_sends_pending", "modern", "either", "unless_unread", ReadErrorHasCause, CLOSE_RESETS),
    control("close_sends_pending", "modern", "unless_unread", "yes", ReadErrorHasCause, UNREAD_CLOSE_RESETS),
    control("close_sends_pending", "posix", "yes", "unless_unread", ResetOnUnreadClose, DATA_AFTER_CLOSE_UNTOLD),
    control("close_sends_pending", "posix", "either", "unless_unread", ResetOnUnreadClose, DATA_AFTER_CLOSE_UNTOLD),
    control("accepted_means", "modern", "flushed", "written", Delivery, UNFLUSHED),
    control("blocked_read_at_close", "modern", "may_block", "resolve", NoStuckCall, READ_PENDING_AT_CLOSE),
    control("blocked_read_at_close", "modern", "resolve", "fault", CallerKeepsOff, READ_RESOLVED_AT_CLOSE),
    control("blocked_write_at_shutdown", "modern", "either", "complete", PendingAtShutdown, WRITE_PENDING_AT_SHUTDOWN_FAILS),
    control("blocked_write_at_shutdown", "modern", "fail", "complete", PendingAtShutdown, WRITE_PENDING_AT_SHUTDOWN_FAILS),
    control("blocked_write_at_shutdown", "modern", "complete", "fail", PendingAtShutdown, WRITE_PENDING_AT_SHUTDOWN_SUCCEEDS),
    control("shutdown_read_seen_by_peer", "modern", "either", "no", ClosedHasCause, TOLD_OF_SHUTDOWN_READ),
    control("shutdown_read_seen_by_peer", "modern", "yes", "no", ClosedHasCause, TOLD_OF_SHUTDOWN_READ),
    control("data_after_shutdown_read", "modern", "readable", "discard", EofAfterShutdownRead, LATE_DATA),
    control("data_after_shutdown_read", "modern", "either", "discard", EofAfterShutdownRead, LATE_DATA),
    control("data_after_shutdown_read", "modern", "readable", "discard", PeerShutRead, WRITER_WAITS_FOR_A_READER),
    control("cancel_read", "modern", "lossy", "safe", CancelledRead, CANCELLED_READ_TOOK),
    control("cancel_write", "modern", "runs_on", "prefix", FailedWriteIsPrefix, CANCELLED_WRITE_GOES_ON),
    control("concurrent_writes", "modern", "interleave", "whole", WritesNotInterleaved, MIXED_WRITES),
    control("concurrent_writes", "modern", "whole", "forbidden", CallerKeepsOff, OVERLAPPING_WRITES),
    control("concurrent_reads", "modern", "any", "fifo", OneReaderPerByte, SECOND_READER_FIRST),
    control("concurrent_reads", "modern", "fifo", "forbidden", CallerKeepsOff, OVERLAPPING_READS),
    control("written_buffer", "modern", "transfer", "copy", StreamPrefix, SCRIBBLED),
    control("closed_peer_writes", "modern", "either", "told", AbortIsTold, CLOSED_PEER_TAKES_ALL),
    control("nodelay_means", "modern", "accepted", "transmitted", NodelayIsSent, NODELAY_UNSENT),
    control("nodelay_means", "modern", "transmitted", "acknowledged", NodelayIsSent, NODELAY_UNACKNOWLEDGED),
    control("second_listen", "modern", "replace", "error", UnlistenStopsNew, LISTENS_TWICE),
    control("second_listen", "modern", "error", "replace", UnlistenStopsNew, SECOND_LISTEN_FAILS),
    control("patience", "modern", "300s", "5s", CloseReturns, SLOW_CLOSE),
    control("patience", "modern", "10s", "9s", CloseReturns, SLOW_CLOSE),
    control("idle_packets", "modern", "2", "1", QuietWhenIdle, TWO_IDLE_SEGMENTS),
];
