//! Data: retransmission, acknowledgements, small segments.

use super::*;

#[test]
fn bytes_go_both_ways() {
    let mut pair = Pair::connected(Contract::modern());
    pair.write(CLIENT, "ping");
    pair.drive();
    assert_eq!(pair.read(SERVER), data("ping"));
    pair.write(SERVER, "pong");
    pair.drive();
    assert_eq!(pair.read(CLIENT), data("pong"));
    pair.blocks(CLIENT, READ);
}

#[test]
fn a_mebibyte_arrives_whole() {
    let mut pair = Pair::connected(Contract::modern());
    let mut call = Call::Write(many(1 << 20));
    let (mut count, mut outcome) = (0, None);
    while count < 1 << 20 {
        outcome = outcome.or_else(|| pair.call(CLIENT, &mut call));
        assert!(pair.step(), "it goes on");
        count += pair.read_all(SERVER);
    }
    assert_eq!((count, outcome), (1 << 20, Some(Outcome::Ok)));
    assert!(pair.now < Instant::ZERO + seconds(2), "{}", pair.now);
    let acks = pair.travelled().iter().filter(|line| line.contains("server Ack")).count();
    let segments = (1_usize << 20).div_ceil(1460);
    assert!((segments / 2..segments * 3 / 4).contains(&acks), "an acknowledgement for every second segment: {acks} for {segments}");
}

#[test]
fn buffers_of_a_list_leave_joined() {
    let mut pair = Pair::connected(Contract::modern());
    let list = vec![payload("one "), payload(""), payload("two "), payload("three")];
    pair.stacks.client.call(pair.now, pair.socket(CLIENT), &mut write("first "));
    assert_eq!(pair.now(CLIENT, Call::Writev(list)), Outcome::Ok);
    pair.drive();
    let mut text = Vec::new();
    while let Some(Outcome::Data(Payload::Bytes(bytes))) = pair.call(SERVER, &mut READ.clone()) {
        text.extend(bytes);
    }
    assert_eq!(text, b"first one two three");
}

#[test]
fn a_read_takes_no_more_than_it_asks_for() {
    let mut pair = Pair::connected(Contract::modern());
    pair.write(CLIENT, "abcdef");
    pair.drive();
    assert_eq!(pair.now(SERVER, Call::Read { max: 4 }), data("abcd"));
    assert_eq!(pair.now(SERVER, Call::Read { max: 0 }), data("e"));
    assert_eq!(pair.read(SERVER), data("f"));
}

#[test]
fn lost_data_is_sent_again_each_time_after_twice_as_long() {
    let mut pair = Pair::connected(Contract::modern());
    (0..3).for_each(|_| pair.lose(CLIENT, Sort::Data));
    pair.write(CLIENT, "x");
    pair.drive_for(seconds(10));
    let lines = pair.travelled();
    assert_eq!(lines[..3], ["0 client Data 1+1 ack 1 lost", "1000 client Data 1+1 ack 1 lost", "3000 client Data 1+1 ack 1 lost"]);
    assert_eq!((lines[3].as_str(), pair.read(SERVER)), ("7000 client Data 1+1 ack 1", data("x")));
    pair.blocks(SERVER, READ);
}

#[test]
fn a_lost_acknowledgement_delivers_nothing_twice() {
    let mut pair = Pair::connected(Contract::modern());
    pair.lose(SERVER, Sort::Ack);
    pair.write(CLIENT, "once");
    pair.drive_for(seconds(2));
    assert_eq!(pair.read(SERVER), data("once"));
    pair.blocks(SERVER, READ);
    assert_eq!(pair.next_time(), None);
}

#[test]
fn three_duplicates_repair_a_loss_before_any_timer() {
    let mut pair = Pair::connected(Contract::modern());
    pair.lose(CLIENT, Sort::Data);
    assert_eq!(pair.now(CLIENT, Call::Write(many(14_600))), Outcome::Ok);
    pair.drive_for(millis(100));
    assert_eq!(pair.read_all(SERVER), 14_600);
    let lines = pair.travelled();
    assert_eq!(lines.iter().filter(|line| line.contains("client Data 1+1460")).count(), 2);
    assert!(lines.contains(&"20 client Data 1+1460 ack 1".to_owned()), "{lines:#?}");
}

#[test]
fn two_losses_in_a_window_are_repaired_without_a_timer() {
    let mut pair = Pair::connected(Contract::modern());
    pair.lose(CLIENT, Sort::Data);
    pair.fate(CLIENT, Sort::Data, Treatment::Pass);
    pair.lose(CLIENT, Sort::Data);
    assert_eq!(pair.now(CLIENT, Call::Write(many(14_600))), Outcome::Ok);
    pair.drive_for(millis(200));
    assert_eq!(pair.read_all(SERVER), 14_600);
}

#[test]
fn one_segment_is_acknowledged_late_and_the_second_at_once() {
    let mut pair = Pair::connected(Contract::modern());
    pair.write(CLIENT, "a");
    pair.drive_for(millis(100));
    assert_eq!(pair.travelled(), ["0 client Data 1+1 ack 1", "50 server Ack 1+0 ack 2"]);
    let mut pair = Pair::with(Settings { nagle: false, ..settings(Contract::modern()) }).connect();
    pair.write(CLIENT, "a");
    pair.write(CLIENT, "b");
    pair.drive_for(millis(100));
    assert_eq!(pair.travelled()[2], "10 server Ack 1+0 ack 3");
}

#[test]
fn an_acknowledgement_travels_with_data() {
    let mut pair = Pair::connected(Contract::modern());
    pair.write(CLIENT, "a");
    pair.drive_for(millis(20));
    pair.write(SERVER, "b");
    pair.drive_for(millis(100));
    assert_eq!(pair.travelled()[..2], ["0 client Data 1+1 ack 1", "20 server Data 1+1 ack 2"]);
}

#[test]
fn small_writes_wait_for_an_acknowledgement_unless_they_must_not() {
    let mut pair = Pair::connected(Contract::strict());
    ["a", "b", "c"].into_iter().for_each(|text| pair.write(CLIENT, text));
    pair.drive();
    let lines = pair.travelled();
    assert_eq!((&*lines[0], &*lines[2]), ("0 client Data 1+1 ack 1", "60 client Data 2+2 ack 1"), "Nagle");

    let mut pair = Pair::connected(Contract::strict());
    pair.write(CLIENT, "a");
    assert_eq!(pair.now(CLIENT, Call::WriteNodelay(payload("b"))), Outcome::Ok);
    assert_eq!(pair.travelled(), ["0 client Data 1+1 ack 1", "0 client Data 2+1 ack 1"]);
}

#[test]
fn write_nodelay_returns_once_everything_has_left() {
    let small = Settings { receive_buffer: 10, ..settings(Contract::strict()) };
    let mut pair = Pair::with(small).connect();
    let mut call = Call::WriteNodelay(many(15));
    assert_eq!(pair.call(CLIENT, &mut call), None);
    pair.drive();
    assert_eq!(pair.call(CLIENT, &mut call), None, "the window was too small for all of it");
    assert_eq!(pair.read_all(SERVER), 10);
    pair.drive_for(seconds(5));
    assert_eq!(pair.call(CLIENT, &mut call), Some(Outcome::Ok));
}

#[test]
fn a_write_blocks_while_the_buffer_is_full_and_says_what_it_took() {
    let mut pair = Pair::with(Settings { send_buffer: 10, ..settings(Contract::modern()) }).connect();
    let mut call = Call::Write(many(25));
    assert_eq!((pair.call(CLIENT, &mut call), call.clone()), (None, Call::Write(many(15))));
    pair.drive();
    assert_eq!((pair.call(CLIENT, &mut call), call.clone()), (None, Call::Write(many(5))));
    pair.drive();
    assert_eq!(pair.call(CLIENT, &mut call), Some(Outcome::Ok));
}

#[test]
fn numbers_wrap_where_they_wrap() {
    for isn in [u32::MAX, u32::MAX - 1, u32::MAX - 5, u32::MAX - 2000, (1 << 31) - 3] {
        let mut pair = Pair::with(Settings { isn: Some(isn), ..settings(Contract::modern()) }).connect();
        pair.lose(CLIENT, Sort::Data);
        assert_eq!(pair.now(CLIENT, Call::Write(many(5))), Outcome::Ok);
        pair.now(CLIENT, SHUT_WRITE);
        pair.drive_for(seconds(5));
        assert_eq!((pair.read_all(SERVER), pair.read(SERVER)), (5, Outcome::Eof), "{isn}");
        pair.now(SERVER, Call::Close);
        pair.now(CLIENT, Call::Close);
        pair.assert_nothing_left();
    }
}

#[test]
fn silence_ends_a_connection_after_the_limit() {
    let mut pair = Pair::connected(Contract::strict());
    pair.is_cut = true;
    let begun = pair.now;
    pair.write(CLIENT, "x");
    let mut pending = Call::Write(many(100_000));
    assert_eq!(pair.call(CLIENT, &mut pending), None);
    pair.drive_for(seconds(100) - millis(1));
    assert_eq!(pair.call(CLIENT, &mut pending), None);
    pair.drive_for(millis(1));
    assert_eq!((pair.states.client, pair.now - begun), ("CLOSED", seconds(100)));
    assert_eq!(pair.aborts.client, [Abort::Timeout]);
    assert_eq!(pair.call(CLIENT, &mut pending), Some(Outcome::Error(Error::TimedOut)));
    assert_eq!([pair.read(CLIENT), pair.now(CLIENT, write("y"))], [Outcome::Eof, Outcome::Closed]);
    assert_eq!((pair.held(CLIENT), pair.states.server), (Resources::default(), "ESTABLISHED"));
}

#[test]
fn after_a_pause_the_window_begins_anew() {
    let mut pair = Pair::with(Settings { send_buffer: 1 << 20, receive_buffer: 1 << 20, ..settings(Contract::modern()) }).connect();
    assert_eq!(pair.now(CLIENT, Call::Write(many(500_000))), Outcome::Ok);
    pair.drive();
    assert_eq!(pair.read_all(SERVER), 500_000);
    pair.drive_for(seconds(10));
    pair.travelled();
    assert_eq!(pair.now(CLIENT, Call::Write(many(100_000))), Outcome::Ok);
    assert_eq!(pair.travelled().len(), 10);
}
