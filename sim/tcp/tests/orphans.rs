//! Ends that their users have left: bounded, whatever the peer does.

use super::*;

#[test]
fn fin_wait_2_is_bounded_after_a_full_close() {
    let mut pair = Pair::connected(Contract::modern());
    pair.now(CLIENT, Call::Close);
    pair.drive();
    assert_eq!(pair.states(), ["FIN-WAIT-2", "CLOSE-WAIT"]);
    let deadline = pair.stacks.client.deadline().expect("bounded");
    assert_eq!(deadline - pair.now, seconds(60));
    pair.finish();
    assert_eq!((pair.states(), pair.held(CLIENT)), (["CLOSED", "CLOSE-WAIT"], Resources::default()));
    pair.write(SERVER, "late");
    pair.drive();
    assert_eq!(pair.states(), ["CLOSED", "CLOSED"]);
}

#[test]
fn fin_wait_2_is_bounded_once_the_second_half_is_shut() {
    let mut pair = Pair::connected(Contract::modern());
    pair.now(CLIENT, SHUT_WRITE);
    pair.drive_for(seconds(1000));
    pair.now(CLIENT, SHUT_READ);
    assert_eq!(pair.stacks.client.deadline(), Some(pair.now + seconds(60)));
}

#[test]
fn a_close_into_the_void_ends_with_the_limit() {
    let mut pair = Pair::connected(Contract::modern());
    pair.is_cut = true;
    pair.write(CLIENT, "lost");
    pair.now(CLIENT, Call::Close);
    let begun = pair.now;
    pair.finish();
    assert_eq!((pair.states.client, pair.now - begun), ("CLOSED", seconds(100)));
    assert_eq!(pair.held(CLIENT), Resources::default());
}

#[test]
fn a_close_at_a_closed_window_is_bounded_although_probes_are_answered() {
    let mut pair = Pair::with(Settings { receive_buffer: 10, ..settings(Contract::modern()) }).connect();
    assert_eq!(pair.now(CLIENT, Call::Write(many(20))), Outcome::Ok);
    pair.drive_for(seconds(500));
    assert_eq!(pair.states.client, "ESTABLISHED");
    pair.now(CLIENT, Call::Close);
    pair.drive_for(seconds(100 + 240));
    assert_eq!((pair.held(CLIENT), &*pair.aborts.client), (Resources::default(), &[Abort::Timeout][..]));
}

#[test]
fn a_close_at_a_closed_window_is_done_when_it_opens() {
    let mut pair = Pair::with(Settings { receive_buffer: 10, ..settings(Contract::modern()) }).connect();
    assert_eq!(pair.now(CLIENT, Call::Write(many(20))), Outcome::Ok);
    pair.now(CLIENT, Call::Close);
    pair.drive_for(seconds(20));
    assert_eq!(pair.read_all(SERVER), 10);
    pair.drive_for(millis(100));
    assert_eq!(pair.read_all(SERVER), 10);
    pair.drive_for(millis(100));
    assert_eq!(pair.read(SERVER), Outcome::Eof);
}

#[test]
fn a_partition_longer_than_time_wait_ends_in_a_reset_without_an_error() {
    let quick = Settings { msl: seconds(5), ..settings(Contract::modern()) };
    let mut pair = Pair::with(quick).connect();
    pair.now(CLIENT, SHUT_WRITE);
    pair.drive();
    (0..5).for_each(|_| pair.lose(CLIENT, Sort::Ack));
    pair.now(SERVER, SHUT_WRITE);
    pair.drive_for(seconds(60));
    assert_eq!(pair.states(), ["CLOSED", "CLOSED"]);
    assert_eq!((pair.aborts.client.len(), pair.aborts.server.len()), (0, 0));
    assert_eq!(pair.read(SERVER), Outcome::Eof);
}

#[test]
fn a_closed_flow_that_still_delivers_resets_only_then() {
    let mut pair = Pair::connected(Contract::classic());
    pair.write(CLIENT, "unread");
    pair.drive();
    pair.write(SERVER, "delivered all the same");
    assert_eq!(pair.now(SERVER, SHUT_BOTH), Outcome::Done);
    pair.drive();
    assert_eq!(pair.read(CLIENT), data("delivered all the same"));
    assert_eq!((pair.states(), &*pair.aborts.server), (["CLOSED", "CLOSED"], &[Abort::Reset][..]));
}

#[test]
fn data_that_comes_before_a_closed_flow_has_delivered_is_not_lost_in_silence() {
    let mut pair = Pair::connected(Contract::mirage_tcpip());
    pair.write(SERVER, "under way");
    pair.now(CLIENT, SHUT_WRITE);
    pair.now(CLIENT, SHUT_READ);
    pair.drive();
    assert_eq!((pair.states(), pair.read(SERVER)), (["CLOSED", "CLOSED"], Outcome::Eof));
    assert_eq!(pair.aborts.server, [Abort::Reset]);
}
