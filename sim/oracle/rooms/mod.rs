//! Holds a room for each rule: `eof_complete` is the file of `eof-complete`, with all that there is to know of that rule.

mod abort_has_cause;
mod abort_is_told;
mod accept_once;
mod accepted_goes_down;
mod ack_is_received;
mod caller_keeps_off;
mod cancelled_close;
mod cancelled_read;
mod close_is_idempotent;
mod close_keeps_reading;
mod close_returns;
mod close_waits;
mod closed_after_shutdown;
mod closed_has_cause;
mod connect_once;
mod data_before_abort;
mod data_nonempty;
mod delivery;
mod destination_is_constant;
mod disconnect_never_fails;
mod eof_after_reset;
mod eof_after_shutdown_read;
mod eof_arrives;
mod eof_complete;
mod eof_has_cause;
mod eof_is_final;
mod eof_keeps_writing;
mod error_after_close;
mod failed_write_is_prefix;
mod fin_after_data;
mod flows_are_isolated;
mod fresh_buffer;
mod half_close_keeps_reading;
mod handshake_completes;
mod input_is_total;
mod inside_window;
mod keepalive_ends_dead_flow;
mod keepalive_only_when_idle;
mod lower_closed_once;
mod lower_closed_when_both_halves_shut;
mod lower_not_used_after_close;
mod no_reset_to_reset;
mod no_stuck_call;
mod nodelay_is_sent;
mod ok_means_whole;
mod one_fin;
mod one_reader_per_byte;
mod peer_shut_read;
mod pending_at_shutdown;
mod ports_are_checked;
mod proxy_passes_half_close;
mod quiet_when_idle;
mod read_error_has_cause;
mod reset_in_window;
mod reset_on_unread_close;
mod resources_freed;
mod retransmit_is_same;
mod scope;
mod shutdown_read_keeps_writing;
mod shutdown_returns;
mod state_transition;
mod stream_causal;
mod stream_prefix;
mod time_wait_held;
mod unlisten_stops_new;
mod window_not_shrunk;
mod window_reopens;
mod write_error_is_final;
mod write_order;
mod write_resolves;
mod writes_not_interleaved;
mod writev_is_concat;
mod zero_length_is_invisible;

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
