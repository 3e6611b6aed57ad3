//! Holds a room for each rule: `eof_complete` is the file of `eof-complete`, with all that there is to know of that rule.
//!
//! To add a rule: its name in `rules/mod.rs`; its file, and `mod` and `ROOMS` here; a line of the table of each event that it is asked
//! at (`order.rs`); in `merge.rs`, whether one end alone breaks it (`is_own_doing`) and what could mend it (`Broken::by`); `RULES` in
//! `tests/rules.rs`, its place in `tests/rooms.rs`, and the new row of `snapshots/matrix.snap`.

pub(super) mod abort_has_cause;
pub(super) mod abort_is_told;
pub(super) mod accept_once;
pub(super) mod accepted_goes_down;
pub(super) mod ack_is_received;
pub(super) mod acknowledged_is_not_sent_again;
pub(super) mod arrival_is_acknowledged;
pub(super) mod caller_keeps_off;
pub(super) mod cancelled_close;
pub(super) mod cancelled_read;
pub(super) mod close_is_idempotent;
pub(super) mod close_keeps_reading;
pub(super) mod close_returns;
pub(super) mod close_waits;
pub(super) mod closed_after_shutdown;
pub(super) mod closed_has_cause;
pub(super) mod connect_once;
pub(super) mod data_before_abort;
pub(super) mod data_nonempty;
pub(super) mod delivery;
pub(super) mod destination_is_constant;
pub(super) mod disconnect_never_fails;
pub(super) mod eof_after_reset;
pub(super) mod eof_after_shutdown_read;
pub(super) mod eof_arrives;
pub(super) mod eof_complete;
pub(super) mod eof_has_cause;
pub(super) mod eof_is_final;
pub(super) mod eof_keeps_writing;
pub(super) mod error_after_close;
pub(super) mod failed_write_is_prefix;
pub(super) mod fin_after_data;
pub(super) mod flows_are_isolated;
pub(super) mod fresh_buffer;
pub(super) mod half_close_keeps_reading;
pub(super) mod handshake_completes;
pub(super) mod input_is_total;
pub(super) mod inside_window;
pub(super) mod keepalive_ends_dead_flow;
pub(super) mod keepalive_only_when_idle;
pub(super) mod lower_closed_once;
pub(super) mod lower_closed_when_both_halves_shut;
pub(super) mod lower_not_used_after_close;
pub(super) mod no_reset_to_reset;
pub(super) mod no_silly_window;
pub(super) mod no_stuck_call;
pub(super) mod nodelay_is_sent;
pub(super) mod ok_means_whole;
pub(super) mod one_fin;
pub(super) mod one_reader_per_byte;
pub(super) mod peer_shut_read;
pub(super) mod pending_at_shutdown;
pub(super) mod ports_are_checked;
pub(super) mod proxy_passes_half_close;
pub(super) mod quiet_when_idle;
pub(super) mod read_error_has_cause;
pub(super) mod reset_in_window;
pub(super) mod reset_on_unread_close;
pub(super) mod resources_freed;
pub(super) mod retransmit_is_same;
mod scope;
pub(super) mod shutdown_error_has_cause;
pub(super) mod shutdown_read_keeps_writing;
pub(super) mod shutdown_returns;
pub(super) mod state_transition;
pub(super) mod stream_causal;
pub(super) mod stream_prefix;
pub(super) mod time_wait_held;
pub(super) mod unlisten_stops_new;
pub(super) mod window_not_shrunk;
pub(super) mod window_reopens;
pub(super) mod write_error_is_final;
pub(super) mod write_order;
pub(super) mod write_resolves;
pub(super) mod writes_not_interleaved;
pub(super) mod writev_is_concat;
pub(super) mod zero_length_is_invisible;

use crate::rules::{About, Rule};

/// The catalogue, by rule. A rule that is missing or out of order does not compile.
pub(super) static ROOMS: [&About; Rule::COUNT] = in_order(&[
    &stream_prefix::ABOUT,
    &stream_causal::ABOUT,
    &write_order::ABOUT,
    &data_nonempty::ABOUT,
    &ok_means_whole::ABOUT,
    &failed_write_is_prefix::ABOUT,
    &writev_is_concat::ABOUT,
    &writes_not_interleaved::ABOUT,
    &eof_complete::ABOUT,
    &eof_has_cause::ABOUT,
    &eof_is_final::ABOUT,
    &eof_after_reset::ABOUT,
    &data_before_abort::ABOUT,
    &write_error_is_final::ABOUT,
    &closed_after_shutdown::ABOUT,
    &closed_has_cause::ABOUT,
    &read_error_has_cause::ABOUT,
    &half_close_keeps_reading::ABOUT,
    &eof_keeps_writing::ABOUT,
    &shutdown_read_keeps_writing::ABOUT,
    &eof_after_shutdown_read::ABOUT,
    &error_after_close::ABOUT,
    &close_keeps_reading::ABOUT,
    &close_waits::ABOUT,
    &close_is_idempotent::ABOUT,
    &shutdown_error_has_cause::ABOUT,
    &zero_length_is_invisible::ABOUT,
    &one_reader_per_byte::ABOUT,
    &pending_at_shutdown::ABOUT,
    &fresh_buffer::ABOUT,
    &cancelled_read::ABOUT,
    &cancelled_close::ABOUT,
    &flows_are_isolated::ABOUT,
    &abort_has_cause::ABOUT,
    &caller_keeps_off::ABOUT,
    &connect_once::ABOUT,
    &accept_once::ABOUT,
    &unlisten_stops_new::ABOUT,
    &disconnect_never_fails::ABOUT,
    &destination_is_constant::ABOUT,
    &nodelay_is_sent::ABOUT,
    &keepalive_only_when_idle::ABOUT,
    &keepalive_ends_dead_flow::ABOUT,
    &input_is_total::ABOUT,
    &ports_are_checked::ABOUT,
    &delivery::ABOUT,
    &eof_arrives::ABOUT,
    &write_resolves::ABOUT,
    &no_stuck_call::ABOUT,
    &shutdown_returns::ABOUT,
    &close_returns::ABOUT,
    &resources_freed::ABOUT,
    &window_reopens::ABOUT,
    &quiet_when_idle::ABOUT,
    &abort_is_told::ABOUT,
    &peer_shut_read::ABOUT,
    &handshake_completes::ABOUT,
    &lower_closed_once::ABOUT,
    &lower_closed_when_both_halves_shut::ABOUT,
    &lower_not_used_after_close::ABOUT,
    &accepted_goes_down::ABOUT,
    &proxy_passes_half_close::ABOUT,
    &acknowledged_is_not_sent_again::ABOUT,
    &arrival_is_acknowledged::ABOUT,
    &no_silly_window::ABOUT,
    &one_fin::ABOUT,
    &fin_after_data::ABOUT,
    &retransmit_is_same::ABOUT,
    &inside_window::ABOUT,
    &ack_is_received::ABOUT,
    &no_reset_to_reset::ABOUT,
    &reset_on_unread_close::ABOUT,
    &time_wait_held::ABOUT,
    &reset_in_window::ABOUT,
    &window_not_shrunk::ABOUT,
    &state_transition::ABOUT,
]);

const fn in_order(rooms: &[&'static About; Rule::COUNT]) -> [&'static About; Rule::COUNT] {
    let mut next = 0;
    while next < Rule::COUNT {
        assert!(rooms[next].rule as usize == next, "the rooms are in the order of `Rule::ALL`");
        next += 1;
    }
    *rooms
}
