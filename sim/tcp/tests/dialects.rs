//! What calls answer, where the contracts differ.

use super::*;

#[test]
fn a_half_close_returns_once_both_directions_have_ended() {
    for contract in [Contract::v1(), Contract::classic()] {
        let mut pair = Pair::connected(contract);
        pair.write(CLIENT, "data");
        pair.blocks(CLIENT, Call::Close);
        pair.drive();
        pair.blocks(CLIENT, Call::Close);
        assert_eq!([pair.read(SERVER), pair.read(SERVER)], [data("data"), Outcome::Eof]);
        pair.write(SERVER, "answer");
        pair.blocks(SERVER, Call::Close);
        pair.drive();
        assert_eq!([pair.now(CLIENT, Call::Close), pair.now(SERVER, Call::Close)], [Outcome::Done, Outcome::Done]);
        assert_eq!([pair.read(CLIENT), pair.read(CLIENT)], [data("answer"), Outcome::Eof]);
        pair.assert_nothing_left();
    }
}

#[test]
fn a_half_close_ends_with_an_abort() {
    let mut pair = Pair::connected(Contract::classic());
    pair.blocks(CLIENT, Call::Close);
    pair.drive();
    pair.abort(SERVER, Abort::Reset);
    pair.drive();
    assert_eq!(pair.now(CLIENT, Call::Close), Outcome::Done);
}

#[test]
fn a_half_close_that_waits_for_nobody_returns_at_once() {
    let mut pair = Pair::connected(Contract::mirage_tcpip());
    assert_eq!(pair.now(CLIENT, Call::Close), Outcome::Done);
    pair.write(SERVER, "still read");
    pair.drive();
    assert_eq!(pair.read(CLIENT), data("still read"));
}

#[test]
fn a_full_close_returns_at_once_and_nothing_is_read_after_it() {
    for contract in [Contract::modern(), Contract::strict(), Contract::posix()] {
        let mut pair = Pair::connected(contract);
        assert_eq!(pair.now(CLIENT, Call::Close), Outcome::Done);
        assert_eq!([pair.read(CLIENT), pair.now(CLIENT, write("x"))], [Outcome::Error(Error::NotConnected), Outcome::Closed]);
        assert_eq!([pair.now(CLIENT, Call::Close), pair.now(CLIENT, SHUT_BOTH)], [Outcome::Done, Outcome::Done]);
        assert_eq!(pair.now(CLIENT, Call::Flush), Outcome::Error(Error::Closed));
    }
}

#[test]
fn writes_on_a_closed_flow_have_the_word_of_the_contract() {
    for (contract, word) in [(Contract::v1(), Outcome::Eof), (Contract::classic(), Outcome::Closed), (Contract::posix(), Outcome::Closed)] {
        let mut pair = Pair::connected(contract);
        pair.now(CLIENT, SHUT_WRITE);
        assert_eq!(pair.now(CLIENT, write("x")), word);
        pair.drive();
        pair.now(SERVER, SHUT_WRITE);
        pair.finish();
        assert_eq!((pair.now(CLIENT, write("x")), pair.states.client), (word, "CLOSED"));
    }
}

#[test]
fn an_empty_write_is_no_byte() {
    let mut pair = Pair::connected(Contract::modern());
    assert_eq!(pair.now(CLIENT, write("")), Outcome::Ok);
    assert_eq!(pair.now(CLIENT, Call::Writev(vec![])), Outcome::Ok);
    assert_eq!(pair.travelled(), [] as [&str; 0]);
    pair.blocks(SERVER, READ);
}

#[test]
fn bytes_that_are_not_known_cannot_be_sent() {
    let mut pair = Pair::connected(Contract::modern());
    let refused = Outcome::Error(Error::Other("contents_unknown".into()));
    assert_eq!(pair.now(CLIENT, Call::Write(Payload::Count(3))), refused);
    assert_eq!(pair.now(CLIENT, Call::Write(Payload::Count(0))), Outcome::Ok);
}

#[test]
fn late_data_stays_readable_where_the_contract_says_so() {
    let mut pair = Pair::connected(Contract::mirage_tcpip());
    assert_eq!([pair.now(SERVER, SHUT_READ), pair.read(SERVER)], [Outcome::Done, Outcome::Eof]);
    pair.write(CLIENT, "late");
    pair.drive();
    assert_eq!([pair.read(SERVER), pair.read(SERVER)], [data("late"), Outcome::Eof]);
}

#[test]
fn shutting_both_halves_is_a_full_close() {
    let mut pair = Pair::connected(Contract::strict());
    assert_eq!(pair.now(CLIENT, SHUT_BOTH), Outcome::Done);
    pair.drive();
    pair.write(SERVER, "nobody reads");
    pair.drive();
    assert_eq!((pair.states(), &*pair.aborts.client), (["CLOSED", "CLOSED"], &[Abort::Reset][..]));
}

#[test]
fn readable_says_what_a_read_would_do() {
    let mut pair = Pair::connected(Contract::modern());
    let (client, server) = (pair.socket(CLIENT), pair.socket(SERVER));
    assert!(!pair.stacks.server.is_readable(server));
    pair.write(CLIENT, "x");
    pair.drive();
    assert!(pair.stacks.server.is_readable(server));
    pair.read(SERVER);
    assert!(!pair.stacks.server.is_readable(server));
    pair.now(CLIENT, Call::Close);
    pair.drive();
    assert!(pair.stacks.server.is_readable(server) && pair.stacks.client.is_readable(client));
}

#[test]
fn nobodys_connection_is_not_connected() {
    let mut stack = Tcp::new(settings(Contract::modern()));
    let outcome = stack.call(Instant::ZERO, Socket::new(7), &mut READ.clone());
    assert_eq!(outcome, Some(Outcome::Error(Error::NotConnected)));
    assert!(!stack.abort(Instant::ZERO, Socket::new(7), Abort::Reset));
    assert_eq!(stack.held(Socket::new(7)), Resources::default());
}

#[test]
fn calls_on_the_stack_are_none_on_a_connection() {
    let mut pair = Pair::connected(Contract::modern());
    let unsupported = Outcome::Error(Error::Other("unsupported".into()));
    assert_eq!(pair.now(CLIENT, Call::Unlisten { port: 80 }), unsupported);
    assert_eq!(pair.now(CLIENT, Call::Destination), Outcome::Ok);
}
