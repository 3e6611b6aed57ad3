//! Says which rooms are asked about each kind of event, and in which order: the first rule that is broken names the violation
//! (the flow contract, "one broken event, one violation").

use super::events::abort::AbortedByStack;
use super::events::layers::{LayerAtQuiet, LowerCall, ProxySides, UpperEnded};
use super::events::opening::{Accepted, Connected, Destination, FailedConnect, HandedOut, Listened};
use super::events::{
    ArrivedSegment, BadSegment, BegunWrite, BufferSeen, CancelledRead, FailedRead, Holding, OvertakenEof, Panicked, PushedOut, ReadData,
    ReadEof, ReturnedEnd, ReturnedWrite, SentSegment, StateChange, Unheeded, UntoldEof, WrongBytes,
};
use super::rooms;
use super::ruling::Findings;
use super::scene::Scene;
use super::state::Pending;
use super::waiting::{StuckRules, Waiting};
use crate::rules::Rule;

/// One table: what each rule's room says of such an event. What stands under `[unless calm]` has nothing to say of a flow on which
/// there was nothing but reads and writes, all of them fine.
macro_rules! table {
    (
        $(#[$doc:meta])* $name:ident($event:ty) {
            $([unless calm] { $($late:ident: $its_room:ident::$its_ask:ident,)* })?
            $($rule:ident: $room:ident::$ask:ident,)*
        }
    ) => {
        $(#[$doc])*
        #[inline]
        pub(super) fn $name(scene: &Scene<'_>, event: &$event) -> Findings {
            let mut found = Findings::default();
            $(if !scene.is_calm() {
                $(found.hear(Rule::$late, rooms::$its_room::$its_ask(scene, event));)*
            })?
            $(found.hear(Rule::$rule, rooms::$room::$ask(scene, event));)*
            found
        }
    };
}

table! {
    /// A read returned data.
    read_data(ReadData<'_>) {
        [unless calm] {
            CancelledClose: cancelled_close::read_data,
            DataBeforeAbort: data_before_abort::read_data,
            ErrorAfterClose: error_after_close::read_data,
            EofAfterShutdownRead: eof_after_shutdown_read::read_data,
            PendingAtShutdown: pending_at_shutdown::read_data,
            EofIsFinal: eof_is_final::read_data,
            HalfCloseKeepsReading: half_close_keeps_reading::read_on,
            CloseKeepsReading: close_keeps_reading::read_on,
            FlowsAreIsolated: flows_are_isolated::read_on,
            NoStuckCall: no_stuck_call::returned_read,
        }
        ZeroLengthIsInvisible: zero_length_is_invisible::read_data,
        DataNonempty: data_nonempty::read_data,
        StreamCausal: stream_causal::read_data,
        OneReaderPerByte: one_reader_per_byte::read_data,
        WriteOrder: write_order::read_data,
        StreamPrefix: stream_prefix::read_data,
        Delivery: delivery::read_data,
    }
}

table! {
    /// A read returned bytes that do not fit their stream, and breaks no rule by returning any. That they came before their write
    /// was called (`stream-causal`, the first of this list) is found out only then.
    wrong_bytes(WrongBytes<'_>) {
        OneReaderPerByte: one_reader_per_byte::wrong_bytes,
        CancelledRead: cancelled_read::wrong_bytes,
        FailedWriteIsPrefix: failed_write_is_prefix::wrong_bytes,
        WritevIsConcat: writev_is_concat::wrong_bytes,
        WriteOrder: write_order::wrong_bytes,
        WritesNotInterleaved: writes_not_interleaved::wrong_bytes,
        OkMeansWhole: ok_means_whole::wrong_bytes,
        StreamPrefix: stream_prefix::wrong_bytes,
    }
}

table! {
    /// A read gave EOF.
    read_eof(ReadEof<'_>) {
        CancelledClose: cancelled_close::read_eof,
        ErrorAfterClose: error_after_close::read_eof,
        ZeroLengthIsInvisible: zero_length_is_invisible::read_eof,
        EofAfterReset: eof_after_reset::read_eof,
        DataBeforeAbort: data_before_abort::read_eof,
        HalfCloseKeepsReading: half_close_keeps_reading::read_eof,
        FlowsAreIsolated: flows_are_isolated::read_eof,
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
    /// An EOF after an abort whose error no call has told: none that was pending then is any more.
    untold_eof(UntoldEof) {
        EofAfterReset: eof_after_reset::never_told,
    }
}

table! {
    /// A clean EOF came while other reads were pending, and they are over.
    overtaken_eof(OvertakenEof) {
        EofComplete: eof_complete::overtaken_eof,
    }
}

table! {
    /// A read failed.
    failed_read(FailedRead<'_>) {
        CancelledClose: cancelled_close::failed_read,
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
    /// A read was cancelled.
    cancelled_read(CancelledRead<'_>) {
        CancelledRead: cancelled_read::cancelled_read,
    }
}

table! {
    /// A write begins.
    begun_write(BegunWrite) {
        WritesNotInterleaved: writes_not_interleaved::begun_write,
        ZeroLengthIsInvisible: zero_length_is_invisible::begun_write,
    }
}

table! {
    /// A write was cancelled.
    cancelled_write(Pending) {
        FailedWriteIsPrefix: failed_write_is_prefix::cancelled_write,
    }
}

table! {
    /// A call returned, whatever it gave.
    returned(Pending) {
        AbortIsTold: abort_is_told::returned,
    }
}

table! {
    /// A write returned ok.
    write_ok(ReturnedWrite<'_>) {
        [unless calm] {
            CancelledClose: cancelled_close::write_ok,
            ErrorAfterClose: error_after_close::write_ok,
            PendingAtShutdown: pending_at_shutdown::write_ok,
            ClosedAfterShutdown: closed_after_shutdown::write_ok,
            WriteErrorIsFinal: write_error_is_final::write_ok,
            AbortIsTold: abort_is_told::write_ok,
            AbortIsTold: abort_is_told::write_ok_to_closed_peer,
            ShutdownReadKeepsWriting: shutdown_read_keeps_writing::returned_write,
            EofKeepsWriting: eof_keeps_writing::returned_write,
            HalfCloseKeepsReading: half_close_keeps_reading::returned_write,
            FlowsAreIsolated: flows_are_isolated::returned_write,
            NoStuckCall: no_stuck_call::returned_write,
            PeerShutRead: peer_shut_read::returned_write,
        }
        ConnectOnce: connect_once::write_ok,
        OkMeansWhole: ok_means_whole::write_ok,
        NodelayIsSent: nodelay_is_sent::write_ok,
        WritevIsConcat: writev_is_concat::write_ok,
        WriteResolves: write_resolves::returned_write,
    }
}

table! {
    /// A write says how much of it was accepted: was it called before a clean EOF that the peer has read?
    late_write(ReturnedWrite<'_>) {
        EofComplete: eof_complete::late_write,
    }
}

table! {
    /// A write failed.
    failed_write(ReturnedWrite<'_>) {
        CancelledClose: cancelled_close::failed_write,
        PendingAtShutdown: pending_at_shutdown::failed_write,
        ShutdownReadKeepsWriting: shutdown_read_keeps_writing::failed_write,
        EofKeepsWriting: eof_keeps_writing::failed_write,
        HalfCloseKeepsReading: half_close_keeps_reading::failed_write,
        FlowsAreIsolated: flows_are_isolated::failed_write,
        FailedWriteIsPrefix: failed_write_is_prefix::failed_write,
        ClosedAfterShutdown: closed_after_shutdown::failed_write,
        ClosedHasCause: closed_has_cause::failed_write,
        ErrorAfterClose: error_after_close::returned_write,
        WriteErrorIsFinal: write_error_is_final::returned_write,
        AbortIsTold: abort_is_told::returned_write,
        NoStuckCall: no_stuck_call::returned_write,
        PeerShutRead: peer_shut_read::returned_write,
        WriteResolves: write_resolves::returned_write,
    }
}

table! {
    /// A write returned what its own rules don't ask about: ok of no bytes, which may come where others must fail, or a panic.
    unjudged_write(ReturnedWrite<'_>) {
        CancelledClose: cancelled_close::returned_write,
        PendingAtShutdown: pending_at_shutdown::returned_write,
        ShutdownReadKeepsWriting: shutdown_read_keeps_writing::returned_write,
        EofKeepsWriting: eof_keeps_writing::returned_write,
        HalfCloseKeepsReading: half_close_keeps_reading::returned_write,
        FlowsAreIsolated: flows_are_isolated::returned_write,
        FailedWriteIsPrefix: failed_write_is_prefix::failed_write,
        ClosedAfterShutdown: closed_after_shutdown::returned_write,
        ErrorAfterClose: error_after_close::returned_write,
        WriteErrorIsFinal: write_error_is_final::returned_write,
        AbortIsTold: abort_is_told::returned_write,
        NoStuckCall: no_stuck_call::returned_write,
        PeerShutRead: peer_shut_read::returned_write,
        WriteResolves: write_resolves::returned_write,
    }
}

table! {
    /// A shutdown returned.
    returned_shutdown(ReturnedEnd<'_>) {
        CloseIsIdempotent: close_is_idempotent::returned_end,
        ShutdownErrorHasCause: shutdown_error_has_cause::returned_end,
        ShutdownReturns: shutdown_returns::returned_shutdown,
    }
}

table! {
    /// A close returned.
    returned_close(ReturnedEnd<'_>) {
        CloseIsIdempotent: close_is_idempotent::returned_end,
        ShutdownErrorHasCause: shutdown_error_has_cause::returned_end,
        CloseWaits: close_waits::returned_close,
        CloseReturns: close_returns::returned_close,
        CallerKeepsOff: caller_keeps_off::returned_close,
    }
}

table! {
    /// A flush returned.
    returned_flush(ReturnedEnd<'_>) {
        ShutdownErrorHasCause: shutdown_error_has_cause::returned_flush,
    }
}

table! {
    /// A disconnect returned.
    returned_disconnect(ReturnedEnd<'_>) {
        DisconnectNeverFails: disconnect_never_fails::returned_disconnect,
    }
}

table! {
    /// What was written before counts as accepted now, and the peer has read a clean EOF.
    pushed_out(PushedOut) {
        EofComplete: eof_complete::pushed_out,
    }
}

table! {
    /// A segment was damaged on its way, or came from nowhere.
    bad_segment(BadSegment) {
        InputIsTotal: input_is_total::bad_segment,
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
        FlowsAreIsolated: flows_are_isolated::aborted,
        AbortHasCause: abort_has_cause::aborted,
        KeepaliveOnlyWhenIdle: keepalive_only_when_idle::aborted,
        KeepaliveEndsDeadFlow: keepalive_ends_dead_flow::aborted,
    }
}

table! {
    /// A connect succeeded.
    connected(Connected<'_>) {
        PortsAreChecked: ports_are_checked::connected,
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
        PortsAreChecked: ports_are_checked::failed_connect,
    }
}

table! {
    /// An accept returned a connection.
    accepted(Accepted<'_>) {
        PortsAreChecked: ports_are_checked::accepted,
        UnlistenStopsNew: unlisten_stops_new::accepted,
        AcceptOnce: accept_once::accepted,
        DisconnectNeverFails: disconnect_never_fails::accepted,
    }
}

table! {
    /// A segment that is no reset is sent.
    sent(SentSegment<'_>) {
        NoResetToReset: no_reset_to_reset::sent,
        ResetOnUnreadClose: reset_on_unread_close::sent,
        AcknowledgedIsNotSentAgain: acknowledged_is_not_sent_again::sent,
        NoSillyWindow: no_silly_window::sent,
        OneFin: one_fin::sent,
        FinAfterData: fin_after_data::sent,
        RetransmitIsSame: retransmit_is_same::sent,
        InsideWindow: inside_window::sent,
        AckIsReceived: ack_is_received::sent,
        WindowNotShrunk: window_not_shrunk::sent,
        QuietWhenIdle: quiet_when_idle::sent,
        KeepaliveOnlyWhenIdle: keepalive_only_when_idle::sent,
    }
}

table! {
    /// A call that stands on another flow handed a connection out.
    handed_out(HandedOut) {
        AcceptOnce: accept_once::handed_out,
    }
}

table! {
    /// A reset is sent.
    sent_reset(SentSegment<'_>) {
        RetransmitIsSame: retransmit_is_same::sent_reset,
        NoResetToReset: no_reset_to_reset::sent,
        ResetOnUnreadClose: reset_on_unread_close::sent_reset,
        QuietWhenIdle: quiet_when_idle::sent,
    }
}

table! {
    /// A connect is called, and the peer's accept has already returned its connection.
    accepted_before_connect(HandedOut) {
        AcceptOnce: accept_once::accepted_before,
    }
}

table! {
    /// What arrived in sequence was not answered in time.
    unheeded(Unheeded) {
        ArrivalIsAcknowledged: arrival_is_acknowledged::unheeded,
    }
}

table! {
    /// A segment arrives.
    arrived(ArrivedSegment) {
        NoResetToReset: no_reset_to_reset::arrived,
        WindowReopens: window_reopens::arrived,
        ArrivalIsAcknowledged: arrival_is_acknowledged::arrived,
    }
}

table! {
    /// A layer calls the flow below.
    lower_called(LowerCall<'_>) {
        LowerClosedOnce: lower_closed_once::lower_called,
        LowerClosedWhenBothHalvesShut: lower_closed_when_both_halves_shut::lower_called,
        LowerNotUsedAfterClose: lower_not_used_after_close::lower_called,
        AcceptedGoesDown: accepted_goes_down::lower_called,
    }
}

table! {
    /// A shutdown of writing, or close, of a layered flow is done.
    upper_ended(UpperEnded) {
        AcceptedGoesDown: accepted_goes_down::upper_ended,
    }
}

table! {
    /// All is quiet, and a flow stands on another.
    layer_at_quiet(LayerAtQuiet<'_>) {
        LowerClosedWhenBothHalvesShut: lower_closed_when_both_halves_shut::at_quiet,
        LowerClosedOnce: lower_closed_once::at_quiet,
    }
}

table! {
    /// A proxy closes one of its ends.
    proxy_closes(ProxySides<'_>) {
        ProxyPassesHalfClose: proxy_passes_half_close::closes,
    }
}

table! {
    /// All is quiet, and a proxy joins two flows.
    proxy_at_quiet(ProxySides<'_>) {
        ProxyPassesHalfClose: proxy_passes_half_close::at_quiet,
    }
}

table! {
    /// A listen returned.
    listened(Listened<'_>) {
        PortsAreChecked: ports_are_checked::listened,
        UnlistenStopsNew: unlisten_stops_new::listened,
    }
}

table! {
    /// The state of a connection changes.
    state(StateChange<'_>) {
        StateTransition: state_transition::state,
        TimeWaitHeld: time_wait_held::state,
        ResetInWindow: reset_in_window::state,
    }
}

table! {
    /// An unlisten returned.
    returned_unlisten(Pending) {
        UnlistenStopsNew: unlisten_stops_new::returned_unlisten,
    }
}

table! {
    /// An end says which address it is connected to.
    told_destination(Destination<'_>) {
        DestinationIsConstant: destination_is_constant::told,
    }
}

table! {
    /// What an end holds is seen.
    held(Holding) {
        ResourcesFreed: resources_freed::held_late,
    }
}

table! {
    /// All is quiet, and it was seen before what an end holds.
    held_at_quiet(Holding) {
        ResourcesFreed: resources_freed::at_quiet,
    }
}

table! {
    /// All is quiet, and an end was handed a connection.
    handed_out_at_quiet(HandedOut) {
        AcceptOnce: accept_once::unasked,
    }
}

/// What each rule's room says of a pending call: the rules by which it is owed its return.
macro_rules! stuck_table {
    ($($rule:ident: $room:ident,)*) => {
        fn owed(call: &Waiting<'_>) -> StuckRules {
            let mut stuck = StuckRules::default();
            $(stuck.hear(Rule::$rule, rooms::$room::stuck(call));)*
            stuck
        }
    };
}

stuck_table! {
    HandshakeCompletes: handshake_completes,
    ConnectOnce: connect_once,
    UnlistenStopsNew: unlisten_stops_new,
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
pub(super) fn stuck(call: &Waiting<'_>) -> Option<StuckRules> {
    let mut told = StuckRules::default();
    told.hear(Rule::AbortIsTold, rooms::abort_is_told::stuck(call));
    told.hear(Rule::KeepaliveEndsDeadFlow, rooms::keepalive_ends_dead_flow::stuck(call));
    let stuck = if told.rules.is_empty() && !call.is_up_in_the_air() { owed(call) } else { told };
    (!stuck.rules.is_empty()).then_some(stuck)
}
