//! Bytes: order, room, concurrent calls, cancellation.

use super::*;
use crate::choice::Choice;

#[test]
fn a_write_waits_until_all_of_it_is_accepted_from_both_sides_of_the_capacity() {
    let mut pair = PipePair::small(Contract::modern(), 4);
    assert_eq!(pair.now(CLIENT, write("abcd")), Outcome::Ok);
    let more = pair.begin(CLIENT, write("e"));
    assert_eq!(pair.poll(more), None);
    assert_eq!(pair.now(SERVER, read(1)), data("a"));
    assert_eq!(pair.poll(more), Some(Outcome::Ok));
}

#[test]
fn a_long_write_moves_piece_by_piece() {
    let mut pair = PipePair::small(Contract::modern(), 3);
    let long = pair.begin(CLIENT, write("abcdefgh"));
    assert_eq!([pair.read(SERVER), pair.read(SERVER)], [data("abc"), data("def")]);
    assert_eq!(pair.poll(long), Some(Outcome::Ok));
    assert_eq!(pair.read(SERVER), data("gh"));
}

#[test]
fn a_pipe_without_room_has_room_for_one() {
    let mut pair = PipePair::small(Contract::modern(), 0);
    assert_eq!(pair.now(CLIENT, write("a")), Outcome::Ok);
    assert_eq!(pair.read(SERVER), data("a"));
}

#[test]
fn pieces_are_joined_up_to_a_named_size_and_not_for_whatever_is_convenient() {
    let mut pair = PipePair::new(Contract::modern());
    for text in ["ab", "cd", "ef"] {
        pair.now(CLIENT, write(text));
    }
    assert_eq!(pair.now(SERVER, read(3)), data("abc"));
    assert_eq!(pair.now(SERVER, read(usize::MAX)), data("d"));
    assert_eq!(pair.now(SERVER, read(0)), data("e"));
    assert_eq!(pair.now(SERVER, read(2)), data("f"));
}

#[test]
fn a_vectored_write_is_one_write_of_the_buffers_joined() {
    let mut pair = PipePair::small(Contract::modern(), 4);
    let list = pair.begin(CLIENT, Call::Writev(vec![bytes("ab"), bytes(""), bytes("cde")]));
    let later = pair.begin(CLIENT, Call::WritevNodelay(vec![bytes("f"), bytes("g")]));
    assert_eq!(pair.now(SERVER, read(9)), data("abcd"));
    assert_eq!((pair.poll(list), pair.poll(later)), (Some(Outcome::Ok), Some(Outcome::Ok)));
    assert_eq!(pair.now(SERVER, read(9)), data("efg"));
}

#[test]
fn writes_stay_in_one_piece_in_call_order() {
    let mut pair = PipePair::small(Contract::modern(), 2);
    let first = pair.begin(CLIENT, write("aaa"));
    let second = pair.begin(CLIENT, write("bb"));
    assert_eq!((pair.poll(first), pair.poll(second)), (None, None));
    assert_eq!([pair.read(SERVER), pair.read(SERVER), pair.read(SERVER)], [data("aa"), data("ab"), data("b")]);
}

#[test]
fn a_write_of_nothing_gives_the_peer_nothing() {
    let mut pair = PipePair::new(Contract::modern());
    let waiting = pair.begin(SERVER, read(9));
    for nothing in [write(""), Call::Writev(vec![]), Call::Writev(vec![bytes(""), bytes("")]), Call::WriteNodelay(bytes(""))] {
        assert_eq!(pair.now(CLIENT, nothing), Outcome::Ok);
    }
    assert_eq!(pair.poll(waiting), None);
}

#[test]
fn bytes_whose_contents_are_not_known_cannot_be_written() {
    let mut pair = PipePair::new(Contract::modern());
    let outcome = pair.now(CLIENT, Call::Write(Payload::Count(usize::MAX)));
    assert_eq!(outcome, Outcome::Error(Error::Other("contents_unknown".into())));
}

#[test]
fn reads_are_served_in_call_order_and_each_byte_once() {
    let mut pair = PipePair::new(Contract::modern());
    let (first, second) = (pair.begin(SERVER, read(1)), pair.begin(SERVER, read(9)));
    pair.now(CLIENT, write("abc"));
    assert_eq!(pair.poll(second), None, "it is not its turn");
    assert_eq!((pair.poll(first), pair.poll(second)), (Some(data("a")), Some(data("bc"))));
}

#[test]
fn the_next_reader_is_told_when_the_first_has_left_something() {
    let mut pair = PipePair::new(Contract::modern());
    let (first, second) = (pair.begin(SERVER, read(1)), pair.begin(SERVER, read(1)));
    let sent = pair.begin(CLIENT, write("ab"));
    let told: Vec<_> = std::iter::from_fn(|| pair.world.finished()).collect();
    assert_eq!(told, [sent, first]);
    pair.poll(first);
    assert_eq!(pair.world.finished(), Some(second));
}

#[test]
fn a_cancelled_read_has_consumed_nothing_even_if_it_was_already_told() {
    for contract in [Contract::strict(), Contract::pipe(), Contract::modern()] {
        let mut pair = PipePair::new(contract);
        let (first, second) = (pair.begin(SERVER, read(9)), pair.begin(SERVER, read(9)));
        pair.now(CLIENT, write("ab"));
        assert_eq!(pair.world.finished(), Some(first));
        pair.world.cancel(first);
        assert_eq!(pair.poll(first), None);
        assert_eq!(std::iter::from_fn(|| pair.world.finished()).last(), Some(second));
        assert_eq!(pair.poll(second), Some(data("ab")));
    }
}

#[test]
fn a_cancelled_write_leaves_what_was_accepted_and_lets_the_next_one_go_on() {
    let mut pair = PipePair::small(Contract::strict(), 2);
    let first = pair.begin(CLIENT, write("abcd"));
    let second = pair.begin(CLIENT, write("xy"));
    pair.world.cancel(first);
    assert_eq!(pair.read(SERVER), data("ab"));
    assert_eq!(pair.poll(second), Some(Outcome::Ok));
    assert_eq!(pair.read(SERVER), data("xy"));
}

#[test]
fn a_flush_waits_for_the_writes_before_it_and_for_no_other() {
    let mut pair = PipePair::small(Contract::modern(), 2);
    assert_eq!(pair.now(CLIENT, Call::Flush), Outcome::Ok);
    pair.begin(CLIENT, write("abc"));
    let flush = pair.begin(CLIENT, Call::Flush);
    let later = pair.begin(CLIENT, write("def"));
    assert_eq!(pair.poll(flush), None);
    pair.read(SERVER);
    assert_eq!((pair.poll(flush), pair.poll(later)), (Some(Outcome::Ok), None));
}

#[test]
fn a_write_that_waits_for_acknowledgement_ends_when_its_bytes_are_there() {
    let mut contract = Contract::strict();
    contract.nodelay_means = Some(crate::contract::NodelayMeans::Acknowledged);
    let mut pair = PipePair::delayed(contract, 5);
    let plain = pair.begin(CLIENT, write("a"));
    let acknowledged = pair.begin(CLIENT, Call::WriteNodelay(bytes("b")));
    assert_eq!((pair.poll(plain), pair.poll(acknowledged)), (Some(Outcome::Ok), None));
    pair.settle();
    assert_eq!((pair.poll(acknowledged), pair.world.now().0), (Some(Outcome::Ok), 5_000_000));
}

#[test]
fn bytes_take_the_delay_and_keep_their_order() {
    let mut pair = PipePair::delayed(Contract::modern(), 5);
    pair.now(CLIENT, write("a"));
    let timer = pair.world.sleep(crate::time::Instant(2_000_000));
    assert_eq!((pair.world.step(), pair.poll(timer)), (Stepped::Ran, Some(Outcome::Done)));
    pair.now(CLIENT, write("b"));
    let waiting = pair.begin(SERVER, read(9));
    pair.world.step();
    assert_eq!((pair.poll(waiting), pair.world.now().0), (Some(data("a")), 5_000_000));
    pair.world.step();
    assert_eq!((pair.read(SERVER), pair.world.now().0), (data("b"), 7_000_000));
}

#[test]
fn chance_may_give_what_arrived_to_another_reader_where_any_may_have_it() {
    let taken = |contract: Contract, seed| {
        let mut world = World::with_choice(Choice::seeded(seed));
        let ends = world.pipe(&PipeSettings::new(contract));
        let ops = [0; 3].map(|_| world.call(ends.server, read(9)));
        world.call(ends.client, write("a"));
        ops.map(|op| world.poll(op).is_some())
    };
    assert!((0..20).any(|seed| taken(Contract::modern(), seed) != [true, false, false]));
    assert!((0..20).all(|seed| taken(Contract::mirage_tcpip(), seed) == [true, false, false]));
}

#[test]
fn what_a_pipe_does_not_offer_fails_and_harms_nothing() {
    let mut pair = PipePair::new(Contract::modern());
    for call in [Call::Destination, Call::Listen { port: 1, keepalive: None }, Call::Unlisten { port: 1 }] {
        assert_eq!(pair.now(CLIENT, call), Outcome::Error(Error::Other("unsupported".into())));
    }
    assert_eq!(pair.now(CLIENT, write("a")), Outcome::Ok);
}

#[test]
fn what_waits_for_a_write_goes_on_when_that_is_cancelled() {
    for call in [Call::Flush, SHUT_WRITE] {
        let mut pair = PipePair::small(Contract::modern(), 1);
        let stuck = pair.begin(CLIENT, write("ab"));
        let waiting = pair.begin(CLIENT, call);
        assert_eq!(pair.poll(waiting), None);
        pair.world.cancel(stuck);
        assert!(pair.poll(waiting).is_some());
    }
}
