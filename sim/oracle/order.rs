//! Says which rooms are asked about each kind of event, and in which order: the first rule that is broken names the violation
//! (the flow contract, "one broken event, one violation").

use super::events::abort::AbortedByStack;
use super::events::opening::{Accepted, Connected, FailedConnect};
use super::events::{BufferSeen, FailedRead, Panicked, ReadEof, ReaderLeft};
use super::rooms;
use super::ruling::Findings;
use super::scene::Scene;
use super::waiting::{Stuck, Waiting};
use crate::rules::Rule;

/// One table: what each rule's room says of such an event.
macro_rules! table {
    ($(#[$doc:meta])* $name:ident($event:ty) { $($rule:ident: $room:ident::$ask:ident,)* }) => {
        $(#[$doc])*
        pub(super) fn $name(scene: &Scene<'_>, event: &$event) -> Findings {
            let mut found = Findings::default();
            $(found.hear(Rule::$rule, rooms::$room::$ask(scene, event));)*
            found
        }
    };
}

table! {
    /// A read gave EOF.
    read_eof(ReadEof<'_>) {
        ErrorAfterClose: error_after_close::ended_read,
        ZeroLengthIsInvisible: zero_length_is_invisible::read_eof,
        EofAfterReset: eof_after_reset::read_eof,
        DataBeforeAbort: data_before_abort::read_eof,
        HalfCloseKeepsReading: half_close_keeps_reading::read_on,
        FlowsAreIsolated: flows_are_isolated::read_on,
        EofComplete: eof_complete::read_eof,
        EofHasCause: eof_has_cause::read_eof,
        EofIsFinal: eof_is_final::read_eof,
        EofAfterShutdownRead: eof_after_shutdown_read::read_eof,
        PendingAtShutdown: pending_at_shutdown::ended_read,
        CloseKeepsReading: close_keeps_reading::read_on,
        NoStuckCall: no_stuck_call::returned_read,
        EofArrives: eof_arrives::read_eof,
    }
}

table! {
    /// A read failed.
    failed_read(FailedRead<'_>) {
        DataBeforeAbort: data_before_abort::failed_read,
        EofAfterShutdownRead: eof_after_shutdown_read::failed_read,
        HalfCloseKeepsReading: half_close_keeps_reading::failed_read,
        CloseKeepsReading: close_keeps_reading::failed_read,
        EofIsFinal: eof_is_final::failed_read,
        KeepaliveEndsDeadFlow: keepalive_ends_dead_flow::failed_read,
        FlowsAreIsolated: flows_are_isolated::failed_read,
        ReadErrorHasCause: read_error_has_cause::failed_read,
        EofAfterReset: eof_after_reset::failed_read,
        ErrorAfterClose: error_after_close::ended_read,
        PendingAtShutdown: pending_at_shutdown::ended_read,
        NoStuckCall: no_stuck_call::returned_read,
    }
}

table! {
    /// A read gave EOF, and takes nothing any more.
    reader_left(ReaderLeft<'_>) {
        EofComplete: eof_complete::reader_left,
    }
}

table! {
    /// A read was cancelled.
    cancelled_read(ReaderLeft<'_>) {
        CancelledRead: cancelled_read::cancelled_read,
    }
}

table! {
    /// A call panicked.
    panicked(Panicked<'_>) {
        InputIsTotal: input_is_total::panicked,
    }
}

table! {
    /// A buffer that a read had returned is seen again.
    buffer_seen(BufferSeen) {
        FreshBuffer: fresh_buffer::buffer_seen,
    }
}

table! {
    /// The stack itself aborted an end.
    aborted(AbortedByStack) {
        AbortHasCause: abort_has_cause::aborted,
        FlowsAreIsolated: flows_are_isolated::aborted,
    }
}

table! {
    /// A connect succeeded.
    connected(Connected<'_>) {
        UnlistenStopsNew: unlisten_stops_new::connected,
        ConnectOnce: connect_once::connected,
        HandshakeCompletes: handshake_completes::connected,
    }
}

table! {
    /// A connect failed.
    failed_connect(FailedConnect<'_>) {
        HandshakeCompletes: handshake_completes::failed_connect,
        ConnectOnce: connect_once::failed_connect,
        UnlistenStopsNew: unlisten_stops_new::failed_connect,
    }
}

table! {
    /// An accept returned a connection.
    accepted(Accepted<'_>) {
        UnlistenStopsNew: unlisten_stops_new::accepted,
        AcceptOnce: accept_once::accepted,
        DisconnectNeverFails: disconnect_never_fails::accepted,
    }
}

/// What each rule's room says of a pending call: the rules by which it is owed its return.
macro_rules! stuck_table {
    ($($rule:ident: $room:ident,)*) => {
        fn owed(call: &Waiting<'_>) -> Stuck {
            let mut stuck = Stuck::default();
            $(stuck.hear(Rule::$rule, rooms::$room::stuck(call));)*
            stuck
        }
    };
}

stuck_table! {
    HandshakeCompletes: handshake_completes,
    ConnectOnce: connect_once,
    DisconnectNeverFails: disconnect_never_fails,
    CloseReturns: close_returns,
    ShutdownReturns: shutdown_returns,
    NoStuckCall: no_stuck_call,
    PeerShutRead: peer_shut_read,
    WindowReopens: window_reopens,
    EofArrives: eof_arrives,
    Delivery: delivery,
    WriteResolves: write_resolves,
}

/// A call is pending: after an abort only that counts, before it all that could end the call.
pub(super) fn stuck(call: &Waiting<'_>) -> Option<Stuck> {
    let mut told = Stuck::default();
    told.hear(Rule::AbortIsTold, rooms::abort_is_told::stuck(call));
    told.hear(Rule::KeepaliveEndsDeadFlow, rooms::keepalive_ends_dead_flow::stuck(call));
    let stuck = if told.rules.is_empty() && !call.is_up_in_the_air() { owed(call) } else { told };
    (!stuck.rules.is_empty()).then_some(stuck)
}
