//! Orderly endings.

use super::*;

#[test]
fn a_half_close_lets_the_answer_through() {
    let mut pair = Pair::connected(Contract::modern());
    pair.write(CLIENT, "question");
    assert_eq!(pair.now(CLIENT, SHUT_WRITE), Outcome::Done);
    pair.drive();
    assert_eq!(pair.states(), ["FIN-WAIT-2", "CLOSE-WAIT"]);
    assert_eq!([pair.read(SERVER), pair.read(SERVER)], [data("question"), Outcome::Eof]);
    pair.write(SERVER, "answer");
    assert_eq!(pair.now(SERVER, Call::Close), Outcome::Done);
    pair.drive();
    assert_eq!(pair.states(), ["TIME-WAIT", "CLOSED"]);
    assert_eq!([pair.read(CLIENT), pair.read(CLIENT), pair.read(CLIENT)], [data("answer"), Outcome::Eof, Outcome::Eof]);
    assert_eq!(pair.now(CLIENT, write("more")), Outcome::Closed);
    pair.assert_nothing_left();
    assert_eq!(pair.states(), ["CLOSED", "CLOSED"]);
}

#[test]
fn data_and_fin_share_a_segment_and_are_lost_together() {
    let mut pair = Pair::with(Settings { nagle: true, ..settings(Contract::modern()) }).connect();
    pair.write(CLIENT, "a");
    pair.write(CLIENT, "b");
    pair.now(CLIENT, SHUT_WRITE);
    assert_eq!(pair.travelled(), ["0 client Data 1+1 ack 1", "0 client Fin 2+1 ack 1"]);
    let mut pair = Pair::connected(Contract::modern());
    pair.write(CLIENT, "a");
    pair.lose(CLIENT, Sort::Fin);
    pair.write(CLIENT, "b");
    pair.now(CLIENT, SHUT_WRITE);
    pair.drive_for(seconds(3));
    assert_eq!([pair.read(SERVER), pair.read(SERVER), pair.read(SERVER)], [data("a"), data("b"), Outcome::Eof]);
}

#[test]
fn a_lost_fin_is_sent_again_alone() {
    let mut pair = Pair::connected(Contract::modern());
    pair.write(CLIENT, "data");
    pair.lose(CLIENT, Sort::Fin);
    pair.now(CLIENT, SHUT_WRITE);
    pair.drive_for(millis(500));
    assert_eq!((pair.read(SERVER), pair.states()), (data("data"), ["FIN-WAIT-1", "ESTABLISHED"]));
    pair.travelled();
    pair.drive_for(seconds(2));
    assert_eq!(pair.travelled()[0], "1060 client Fin 5+0 ack 1");
    assert_eq!((pair.read(SERVER), pair.states()), (Outcome::Eof, ["FIN-WAIT-2", "CLOSE-WAIT"]));
}

#[test]
fn a_fin_above_a_hole_waits_for_its_turn() {
    let mut pair = Pair::connected(Contract::modern());
    pair.lose(CLIENT, Sort::Data);
    pair.write(CLIENT, "data");
    pair.now(CLIENT, SHUT_WRITE);
    pair.drive_for(millis(500));
    pair.blocks(SERVER, READ);
    assert_eq!(pair.states.server, "ESTABLISHED");
    pair.drive_for(seconds(2));
    assert_eq!([pair.read(SERVER), pair.read(SERVER)], [data("data"), Outcome::Eof]);
}

#[test]
fn both_close_at_once() {
    let mut pair = Pair::connected(Contract::modern());
    pair.write(CLIENT, "from client");
    pair.write(SERVER, "from server");
    pair.now(CLIENT, SHUT_WRITE);
    pair.now(SERVER, SHUT_WRITE);
    pair.drive_for(millis(15));
    assert_eq!(pair.states(), ["CLOSING", "CLOSING"]);
    pair.drive();
    assert_eq!(pair.states(), ["TIME-WAIT", "TIME-WAIT"]);
    assert_eq!([pair.read(CLIENT), pair.read(SERVER)], [data("from server"), data("from client")]);
    assert_eq!([pair.read(CLIENT), pair.read(SERVER)], [Outcome::Eof, Outcome::Eof]);
    pair.assert_nothing_left();
}

#[test]
fn both_close_at_once_and_one_fin_is_lost() {
    let mut pair = Pair::connected(Contract::modern());
    pair.lose(SERVER, Sort::Fin);
    pair.now(CLIENT, SHUT_WRITE);
    pair.now(SERVER, SHUT_WRITE);
    pair.drive_for(seconds(5));
    assert_eq!(pair.states(), ["TIME-WAIT", "TIME-WAIT"]);
    pair.assert_nothing_left();
}

#[test]
fn the_last_acknowledgement_is_lost_and_time_wait_answers_again() {
    let mut pair = Pair::connected(Contract::modern());
    pair.now(CLIENT, SHUT_WRITE);
    pair.drive();
    pair.lose(CLIENT, Sort::Ack);
    pair.now(SERVER, Call::Close);
    pair.drive_for(millis(500));
    assert_eq!(pair.states(), ["TIME-WAIT", "LAST-ACK"]);
    let entered = pair.now;
    pair.drive_for(seconds(2));
    assert_eq!(pair.states(), ["TIME-WAIT", "CLOSED"]);
    pair.drive_for(seconds(240) - seconds(2));
    assert_eq!(pair.states.client, "TIME-WAIT", "2·MSL count from the last FIN");
    pair.finish();
    assert!(pair.now - entered > seconds(240));
}

#[test]
fn time_wait_lasts_twice_the_segment_lifetime() {
    let mut pair = Pair::connected(Contract::modern());
    pair.now(CLIENT, Call::Close);
    pair.drive();
    pair.now(SERVER, Call::Close);
    pair.drive();
    let deadline = pair.stacks.client.deadline().expect("TIME-WAIT");
    pair.drive_for(deadline - pair.now - Duration::from_nanos(1));
    assert_eq!(pair.states(), ["TIME-WAIT", "CLOSED"]);
    pair.drive_for(Duration::from_nanos(1));
    assert_eq!(pair.states(), ["CLOSED", "CLOSED"]);
}

#[test]
fn a_late_fin_with_an_old_acknowledgement_counts_in_fin_wait_2() {
    let mut pair = Pair::connected(Contract::modern());
    pair.now(CLIENT, SHUT_WRITE);
    pair.drive();
    assert_eq!(pair.states.client, "FIN-WAIT-2");
    pair.inject(CLIENT, Flags::FIN | Flags::ACK, 1, 1, "");
    assert_eq!((pair.states.client, pair.read(CLIENT)), ("TIME-WAIT", Outcome::Eof));
}

#[test]
fn a_second_close_sends_nothing() {
    let mut pair = Pair::connected(Contract::modern());
    for call in [SHUT_WRITE, SHUT_WRITE, Call::Close, Call::Close] {
        assert_eq!(pair.now(CLIENT, call), Outcome::Done);
    }
    assert_eq!(pair.travelled(), ["0 client Fin 1+0 ack 1"]);
}

#[test]
fn a_fin_waits_for_all_data() {
    let mut pair = Pair::with(Settings { receive_buffer: 5_000, ..settings(Contract::modern()) }).connect();
    assert_eq!(pair.now(CLIENT, Call::Write(many(50_000))), Outcome::Ok);
    pair.now(CLIENT, Call::Close);
    let mut count = 0;
    while pair.states.server != "CLOSE-WAIT" {
        assert!(pair.step());
        count += pair.read_all(SERVER);
    }
    assert_eq!((count + pair.read_all(SERVER), pair.read(SERVER)), (50_000, Outcome::Eof));
}

#[test]
fn a_half_closed_end_waits_for_as_long_as_it_takes() {
    let mut pair = Pair::connected(Contract::modern());
    pair.now(CLIENT, SHUT_WRITE);
    pair.drive();
    pair.travelled();
    assert_eq!(pair.next_time(), None, "nothing ends it, nothing is sent");
    pair.drive_for(seconds(100_000));
    pair.write(SERVER, "at last");
    pair.drive();
    assert_eq!(pair.read(CLIENT), data("at last"));
}

#[test]
fn reading_that_was_shut_down_takes_no_room() {
    let mut pair = Pair::with(Settings { receive_buffer: 1_000, ..settings(Contract::modern()) }).connect();
    assert_eq!(pair.now(CLIENT, Call::Write(many(1_000))), Outcome::Ok);
    pair.drive();
    assert_eq!([pair.now(SERVER, SHUT_READ), pair.read(SERVER)], [Outcome::Done, Outcome::Eof]);
    assert_eq!(pair.now(CLIENT, Call::Write(many(10_000))), Outcome::Ok);
    pair.drive_for(seconds(1));
    assert_eq!((pair.held(CLIENT).buffered, pair.held(SERVER).buffered), (0, 0));
    pair.write(SERVER, "and writing goes on");
    pair.drive();
    assert_eq!((pair.read(CLIENT), pair.read(SERVER)), (data("and writing goes on"), Outcome::Eof));
}

/// A server in TIME-WAIT, and nothing under way.
fn server_in_time_wait() -> Pair {
    let mut pair = Pair::connected(Contract::modern());
    pair.now(SERVER, Call::Close);
    pair.drive();
    pair.now(CLIENT, Call::Close);
    pair.drive();
    assert_eq!(pair.states(), ["CLOSED", "TIME-WAIT"]);
    pair.travelled();
    pair
}

#[test]
fn a_newer_syn_may_end_time_wait() {
    let mut pair = server_in_time_wait();
    pair.inject(SERVER, Flags::SYN, 2, 0, "");
    assert_eq!((pair.states.server, pair.travelled()), ("TIME-WAIT", vec!["40 server Ack 2+0 ack 2".to_owned()]), "not newer");
    let old = pair.socket(SERVER);
    pair.inject(SERVER, Flags::SYN, 3, 0, "");
    assert_eq!(pair.travelled(), ["40 server SynAck 3+0 ack 4"], "numbers above those of the old connection");
    assert_ne!(pair.socket(SERVER), old);
    pair.inject(SERVER, Flags::ACK, 4, 4, "new");
    assert_eq!((pair.states.server, pair.read(SERVER)), ("ESTABLISHED", data("new")));
}

#[test]
fn a_syn_for_a_port_that_nobody_listens_on_leaves_time_wait_alone() {
    let mut pair = server_in_time_wait();
    pair.stacks.server.unlisten(pair.now, PORT);
    pair.inject(SERVER, Flags::SYN, 1000, 0, "");
    assert_eq!(pair.states.server, "TIME-WAIT");
}
