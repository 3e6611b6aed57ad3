//! Close, half and full.

use super::*;
use crate::contract::{BlockedWriteAtShutdown, CloseWaits};

#[test]
fn a_half_close_waits_for_the_peers_and_keeps_reading() {
    for contract in [Contract::v1(), Contract::classic()] {
        let mut pair = PipePair::new(contract);
        let closing = pair.begin(CLIENT, Call::Close);
        assert_eq!((pair.poll(closing), pair.read(SERVER)), (None, Outcome::Eof));
        assert_eq!(pair.now(SERVER, write("late")), Outcome::Ok);
        assert_eq!(pair.read(CLIENT), data("late"));
        assert_eq!(pair.now(SERVER, Call::Close), Outcome::Done);
        assert_eq!((pair.poll(closing), pair.read(CLIENT)), (Some(Outcome::Done), Outcome::Eof));
        pair.assert_nothing_left();
    }
}

#[test]
fn the_peers_shutdown_of_writing_is_not_its_close() {
    let mut pair = PipePair::new(Contract::classic());
    pair.now(SERVER, SHUT_WRITE);
    let closing = pair.begin(CLIENT, Call::Close);
    assert_eq!(pair.poll(closing), None);
    pair.now(SERVER, Call::Close);
    assert_eq!(pair.poll(closing), Some(Outcome::Done));
}

#[test]
fn a_half_close_returns_when_the_peers_end_of_stream_has_arrived() {
    let mut pair = PipePair::delayed(Contract::classic(), 5);
    let (here, there) = (pair.begin(CLIENT, Call::Close), pair.begin(SERVER, Call::Close));
    let again = pair.begin(CLIENT, Call::Close);
    assert_eq!([here, there, again].map(|op| pair.poll(op)), [None, None, None]);
    pair.settle();
    assert_eq!(pair.world.now().0, 5_000_000);
    assert_eq!([here, there, again].map(|op| pair.poll(op)), [Some(Outcome::Done), Some(Outcome::Done), Some(Outcome::Done)]);
}

#[test]
fn a_half_close_that_need_not_wait_waits_for_own_writes_only() {
    for waits in [CloseWaits::No, CloseWaits::Either] {
        let mut pair = PipePair::small(Contract { close_waits_for_peer: waits, ..Contract::classic() }, 1);
        pair.begin(CLIENT, write("ab"));
        let closing = pair.begin(CLIENT, Call::Close);
        assert_eq!(pair.poll(closing), None);
        pair.read(SERVER);
        assert_eq!(pair.poll(closing), Some(Outcome::Done));
    }
}

#[test]
fn a_full_close_waits_for_nobody_and_delivers_what_was_accepted() {
    for contract in [Contract::modern(), Contract::strict(), Contract::posix(), Contract::async_io(), Contract::pipe()] {
        let mut pair = PipePair::small(contract, 2);
        let (reading, writing) = (pair.begin(CLIENT, read(9)), pair.begin(CLIENT, write("abc")));
        assert_eq!(pair.now(CLIENT, Call::Close), Outcome::Done);
        assert_eq!((pair.poll(reading), pair.poll(writing)), (Some(contract.closed_read()), Some(Outcome::Closed)));
        assert_eq!([pair.read(SERVER), pair.read(SERVER)], [data("ab"), Outcome::Eof]);
        assert_eq!((pair.read(CLIENT), pair.now(CLIENT, write("d"))), (contract.closed_read(), Outcome::Closed));
        assert_eq!(pair.now(CLIENT, Call::Flush), Outcome::Error(Error::Closed));
        assert_eq!([Call::Close, SHUT_BOTH].map(|call| pair.now(CLIENT, call)), [Outcome::Done, Outcome::Done]);
    }
}

#[test]
fn writes_that_are_to_complete_complete_at_a_full_close_though_nobody_reads() {
    let contract = Contract { blocked_write_at_shutdown: BlockedWriteAtShutdown::Complete, ..Contract::modern() };
    let mut pair = PipePair::small(contract, 2);
    let (writing, flush) = (pair.begin(CLIENT, write("abcdef")), pair.begin(CLIENT, Call::Flush));
    let shut = pair.begin(CLIENT, SHUT_WRITE);
    assert_eq!(pair.now(CLIENT, Call::Close), Outcome::Done);
    assert_eq!([writing, flush, shut].map(|op| pair.poll(op)), [Some(Outcome::Ok), Some(Outcome::Ok), Some(Outcome::Done)]);
    assert_eq!([pair.read(SERVER), pair.read(SERVER), pair.read(SERVER)], [data("abcdef"), Outcome::Eof, Outcome::Eof]);
}

#[test]
fn the_peer_of_a_full_close_reads_to_the_end_and_its_writes_fail() {
    let mut pair = PipePair::small(Contract::strict(), 2);
    let stuck = pair.begin(SERVER, write("xyz"));
    let (flush, shut) = (pair.begin(SERVER, Call::Flush), pair.begin(SERVER, SHUT_WRITE));
    pair.now(CLIENT, write("ab"));
    pair.now(CLIENT, Call::Close);
    assert_eq!(pair.poll(stuck), Some(Outcome::Closed));
    assert_eq!((pair.poll(flush), pair.poll(shut)), (Some(Outcome::Error(Error::Closed)), Some(Outcome::Done)));
    assert_eq!(pair.now(SERVER, write("w")), Outcome::Closed);
    assert_eq!([pair.read(SERVER), pair.read(SERVER)], [data("ab"), Outcome::Eof]);
    pair.assert_nothing_left();
}

#[test]
fn a_failed_write_says_how_much_was_accepted() {
    let mut pair = PipePair::small(Contract::strict(), 2);
    let stuck = pair.begin(SERVER, write("xyz"));
    pair.now(CLIENT, Call::Close);
    pair.poll(stuck);
    let accepted = pair.events().into_iter().filter_map(|event| match event.what {
        What::Return { outcome: Outcome::Closed, accepted, .. } => accepted,
        _ => None,
    });
    assert_eq!(accepted.collect::<Vec<_>>(), [2]);
}

#[test]
fn an_end_that_closed_owes_nothing_while_its_last_bytes_are_under_way() {
    let mut pair = PipePair::delayed(Contract::modern(), 5);
    pair.now(CLIENT, write("ab"));
    pair.now(CLIENT, Call::Close);
    pair.world.quiesce();
    let free = pair.events().into_iter().filter(|event| {
        matches!(&event.what, What::Env(env) if env.end == Some(CLIENT)
        && env.what == EnvWhat::Resources(Resources::default()))
    });
    assert_eq!(free.count(), 1);
    pair.settle();
    assert_eq!([pair.read(SERVER), pair.read(SERVER)], [data("ab"), Outcome::Eof]);
}

#[test]
fn a_disconnect_closes_fully_in_every_dialect_and_ends_a_half_close_that_waits() {
    for contract in Contract::PRESETS {
        let mut pair = PipePair::new(*contract);
        let reading = pair.begin(CLIENT, read(9));
        let closing = pair.begin(CLIENT, Call::Close);
        assert_eq!(pair.now(CLIENT, Call::Disconnect), Outcome::Done);
        assert_eq!(pair.poll(reading), Some(contract.closed_read()));
        assert_eq!(pair.poll(closing), Some(Outcome::Done));
        assert_eq!(pair.read(SERVER), Outcome::Eof);
    }
}

#[test]
fn ends_of_different_dialects_each_keep_their_own() {
    let contract = Both { client: Contract::classic(), server: Contract::modern() };
    let mut pair = PipePair::with(&PipeSettings { contract, ..PipeSettings::new(Contract::modern()) });
    let closing = pair.begin(CLIENT, Call::Close);
    assert_eq!(pair.poll(closing), None);
    assert_eq!(pair.now(SERVER, write("a")), Outcome::Ok);
    assert_eq!(pair.now(SERVER, Call::Close), Outcome::Done);
    assert_eq!((pair.poll(closing), pair.read(CLIENT), pair.read(CLIENT)), (Some(Outcome::Done), data("a"), Outcome::Eof));
}

#[test]
fn a_half_close_need_not_wait_for_an_end_that_it_will_not_read() {
    let mut pair = PipePair::new(Contract::classic());
    let closing = pair.begin(SERVER, Call::Close);
    pair.abort(CLIENT, Abort::KeepaliveDeath);
    pair.now(CLIENT, Call::Close);
    assert_eq!(pair.poll(closing), None, "nobody has told it");
    pair.now(SERVER, SHUT_READ);
    assert_eq!(pair.poll(closing), Some(Outcome::Done));
}
