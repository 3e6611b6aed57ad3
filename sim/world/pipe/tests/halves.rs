//! Shutdown of one half or both.

use super::*;
use crate::contract::{BlockedWriteAtShutdown, DataAfterShutdownRead, Seen};

#[test]
fn the_end_of_the_stream_comes_after_the_bytes_and_stays() {
    for contract in Contract::PRESETS {
        let mut pair = PipePair::new(*contract);
        pair.now(CLIENT, write("ab"));
        assert_eq!(pair.now(CLIENT, SHUT_WRITE), Outcome::Done);
        let got = [0; 4].map(|_| pair.read(SERVER));
        assert_eq!(got, [data("ab"), Outcome::Eof, Outcome::Eof, Outcome::Eof]);
        assert_eq!(pair.now(SERVER, write("c")), Outcome::Ok, "the other direction goes on");
        assert_eq!(pair.read(CLIENT), data("c"));
    }
}

#[test]
fn a_write_after_own_shutdown_gives_the_dialects_word() {
    for (contract, word) in [(Contract::v1(), Outcome::Eof), (Contract::classic(), Outcome::Closed), (Contract::posix(), Outcome::Closed)] {
        let mut pair = PipePair::new(contract);
        pair.now(CLIENT, SHUT_WRITE);
        assert_eq!(pair.now(CLIENT, write("a")), word);
        assert_eq!(pair.now(CLIENT, write("")), word);
        assert_eq!(pair.now(CLIENT, SHUT_WRITE), Outcome::Done, "as often as one likes");
    }
}

#[test]
fn pending_writes_go_before_the_end_of_the_stream_and_the_shutdown_waits_for_them() {
    let mut pair = PipePair::small(Contract::modern(), 2);
    let pending = pair.begin(CLIENT, write("abc"));
    let (shut, again) = (pair.begin(CLIENT, SHUT_WRITE), pair.begin(CLIENT, SHUT_BOTH));
    assert_eq!((pair.poll(shut), pair.poll(again)), (None, None));
    assert_eq!([pair.read(SERVER), pair.read(SERVER), pair.read(SERVER)], [data("ab"), data("c"), Outcome::Eof]);
    assert_eq!([pair.poll(pending), pair.poll(shut), pair.poll(again)], [Some(Outcome::Ok), Some(Outcome::Done), Some(Outcome::Done)]);
}

#[test]
fn pending_writes_fail_at_shutdown_where_the_contract_says_so() {
    let contract = Contract { blocked_write_at_shutdown: BlockedWriteAtShutdown::Fail, ..Contract::modern() };
    let mut pair = PipePair::small(contract, 2);
    let pending = pair.begin(CLIENT, write("abc"));
    assert_eq!(pair.now(CLIENT, SHUT_WRITE), Outcome::Done);
    assert_eq!(pair.poll(pending), Some(Outcome::Closed));
    assert_eq!([pair.read(SERVER), pair.read(SERVER)], [data("ab"), Outcome::Eof]);
}

#[test]
fn a_cancelled_shutdown_has_happened() {
    let mut pair = PipePair::small(Contract::modern(), 1);
    pair.begin(CLIENT, write("ab"));
    let shut = pair.begin(CLIENT, SHUT_WRITE);
    pair.world.cancel(shut);
    assert_eq!(pair.now(CLIENT, write("c")), Outcome::Closed);
    assert_eq!([pair.read(SERVER), pair.read(SERVER), pair.read(SERVER)], [data("a"), data("b"), Outcome::Eof]);
}

#[test]
fn shutdown_of_reading_discards_and_frees_the_peers_writer() {
    let mut pair = PipePair::small(Contract::modern(), 2);
    let stuck = pair.begin(CLIENT, write("abcdef"));
    assert_eq!(pair.now(SERVER, SHUT_READ), Outcome::Done);
    assert_eq!(pair.poll(stuck), Some(Outcome::Ok));
    assert_eq!((pair.read(SERVER), pair.now(CLIENT, write("gh"))), (Outcome::Eof, Outcome::Ok));
    assert_eq!((pair.read(SERVER), pair.now(SERVER, write("x"))), (Outcome::Eof, Outcome::Ok));
    assert_eq!(pair.read(CLIENT), data("x"));
}

#[test]
fn what_was_under_way_at_shutdown_of_reading_is_dropped_on_arrival_and_takes_no_room() {
    let mut pair = PipePair::with(&PipeSettings { capacity: 2, delay: Duration::from_millis(1), ..PipeSettings::new(Contract::modern()) });
    pair.now(CLIENT, write("ab"));
    pair.now(SERVER, SHUT_READ);
    assert_eq!(pair.now(CLIENT, write("cdef")), Outcome::Ok);
    pair.settle();
    assert_eq!(pair.read(SERVER), Outcome::Eof);
}

#[test]
fn shutdown_of_reading_leaves_data_readable_where_the_contract_says_so() {
    let either = Contract { data_after_shutdown_read: Some(DataAfterShutdownRead::Either), ..Contract::modern() };
    for contract in [Contract::mirage_tcpip(), Contract::async_io(), Contract::v1(), either] {
        let mut pair = PipePair::new(contract);
        pair.now(CLIENT, write("ab"));
        pair.now(SERVER, SHUT_READ);
        assert_eq!((pair.read(SERVER), pair.read(SERVER)), (data("ab"), Outcome::Eof));
        pair.now(CLIENT, write("cd"));
        assert_eq!(pair.read(SERVER), data("cd"));
    }
}

#[test]
fn pending_reads_end_at_shutdown_of_reading() {
    for contract in Contract::PRESETS {
        let mut pair = PipePair::new(*contract);
        let (first, second) = (pair.begin(SERVER, read(9)), pair.begin(SERVER, read(9)));
        pair.now(SERVER, SHUT_READ);
        assert_eq!((pair.poll(first), pair.poll(second)), (Some(Outcome::Eof), Some(Outcome::Eof)));
    }
}

#[test]
fn the_peers_writes_fail_only_where_it_sees_the_shutdown() {
    let mut contract = Contract::modern();
    for (seen, outcome) in [(Seen::No, Outcome::Ok), (Seen::Either, Outcome::Ok), (Seen::Yes, Outcome::Closed)] {
        contract.shutdown_read_seen_by_peer = Some(seen);
        let mut pair = PipePair::small(contract, 1);
        let pending = pair.begin(CLIENT, write("ab"));
        pair.now(SERVER, SHUT_READ);
        assert_eq!((pair.poll(pending), pair.now(CLIENT, write("c"))), (Some(outcome.clone()), outcome));
    }
}

#[test]
fn both_halves_shut_are_a_full_close() {
    for contract in Contract::PRESETS {
        let mut pair = PipePair::small(*contract, 1);
        let stuck = pair.begin(SERVER, write("ab"));
        assert_eq!(pair.now(CLIENT, SHUT_BOTH), Outcome::Done);
        let word = if contract.base == "v1" { Outcome::Eof } else { Outcome::Closed };
        assert_eq!((pair.poll(stuck), pair.now(SERVER, write("c"))), (Some(word.clone()), word.clone()));
        assert_eq!((pair.read(CLIENT), pair.now(CLIENT, write("x"))), (Outcome::Eof, word));
        assert_eq!(pair.read(SERVER), Outcome::Eof);
        pair.now(SERVER, SHUT_WRITE);
        pair.assert_nothing_left();
    }
}

#[test]
fn the_ends_of_both_directions_leave_nothing() {
    for millis in [0, 7] {
        let mut pair = PipePair::delayed(Contract::modern(), millis);
        assert_eq!(pair.left().map(|held| held.connections), [1, 1]);
        pair.now(CLIENT, SHUT_WRITE);
        assert_eq!(pair.left().map(|held| held.connections), [1, 1]);
        pair.now(SERVER, SHUT_WRITE);
        pair.assert_nothing_left();
    }
}

#[test]
fn what_is_unread_or_under_way_is_counted() {
    let mut pair = PipePair::delayed(Contract::modern(), 3);
    pair.now(CLIENT, write("abc"));
    pair.world.quiesce();
    assert!(pair.events().iter().any(|event| matches!(&event.what, What::Env(env) if env.end == Some(CLIENT)
        && env.what == EnvWhat::Resources(Resources { connections: 1, buffered: 3, ..Resources::default() }))));
    assert_eq!(pair.left().map(|held| held.buffered), [0, 3]);
}
