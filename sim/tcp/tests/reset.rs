//! Resets: sent for a reason, taken only at the right number (RFC 5961), and told once.

use super::*;

const RST: Flags = Flags::RST;
const ACK: Flags = Flags::ACK;

#[test]
fn a_close_with_unread_bytes_resets() {
    let mut pair = Pair::connected(Contract::strict());
    pair.write(CLIENT, "unread");
    pair.drive();
    pair.changes.clear();
    assert_eq!(pair.now(SERVER, Call::Close), Outcome::Done);
    pair.drive();
    assert_eq!(pair.changes, ["server ESTABLISHED to CLOSED", "client ESTABLISHED to CLOSED"], "no FIN, so no FIN-WAIT-1");
    assert_eq!((&*pair.aborts.client, &*pair.aborts.server), (&[Abort::Reset][..], &[Abort::Reset][..]));
    assert_eq!(pair.read(CLIENT), Outcome::Error(Error::Reset));
    assert_eq!([pair.read(CLIENT), pair.now(CLIENT, write("x"))], [Outcome::Eof, Outcome::Closed]);
    assert_eq!([pair.read(SERVER), pair.now(SERVER, write("x"))], [Outcome::Error(Error::NotConnected), Outcome::Closed]);
    pair.assert_nothing_left();
}

#[test]
fn data_after_a_full_close_is_reset_and_the_second_write_fails() {
    let mut pair = Pair::connected(Contract::strict());
    pair.now(SERVER, Call::Close);
    pair.drive();
    assert_eq!((pair.read(CLIENT), pair.states()), (Outcome::Eof, ["CLOSE-WAIT", "FIN-WAIT-2"]));
    pair.write(CLIENT, "too late");
    pair.drive();
    assert_eq!(pair.states(), ["CLOSED", "CLOSED"]);
    assert_eq!(pair.now(CLIENT, write("x")), Outcome::Error(Error::Reset));
    assert_eq!([pair.now(CLIENT, write("x")), pair.read(CLIENT)], [Outcome::Closed, Outcome::Eof]);
}

#[test]
fn a_close_with_unread_bytes_resets_also_in_the_middle_of_its_own_end() {
    let mut pair = Pair::connected(Contract::strict());
    pair.write(CLIENT, "unread");
    pair.drive();
    pair.now(SERVER, SHUT_WRITE);
    pair.drive();
    pair.changes.clear();
    pair.now(SERVER, Call::Close);
    pair.drive();
    assert_eq!(pair.changes, ["server FIN-WAIT-2 to CLOSED", "client CLOSE-WAIT to CLOSED"]);
}

/// The server's window is closed, and an octet of the client's probe has it open again.
fn probed(answer: Treatment) -> Pair {
    let mut pair = Pair::with(Settings { receive_buffer: 1000, ..settings(Contract::modern()) }).connect();
    assert_eq!(pair.now(CLIENT, Call::Write(many(3000))), Outcome::Ok);
    pair.drive_for(millis(500));
    pair.lose(SERVER, Sort::Ack);
    assert_eq!(pair.read_all(SERVER), 1000, "the update is lost");
    pair.fate(SERVER, Sort::Ack, answer);
    while !pair.log.iter().any(|line| line.contains("client Data 1001+1 ")) {
        pair.step();
    }
    pair
}

#[test]
fn a_reset_behind_a_probe_that_was_taken_unheard_counts_its_octet() {
    let mut pair = probed(Treatment::Lose);
    pair.drive_for(millis(500));
    assert_eq!(pair.read_all(SERVER), 1, "the probe's");
    assert!(pair.abort(CLIENT, Abort::Reset));
    pair.drive_for(millis(20));
    assert_eq!(pair.states(), ["CLOSED", "CLOSED"]);
    assert_eq!(pair.aborts.server, [Abort::Reset]);
}

#[test]
fn a_reset_behind_a_probe_that_was_refused_does_not_count_its_octet() {
    let mut pair = Pair::with(Settings { receive_buffer: 1000, ..settings(Contract::modern()) }).connect();
    assert_eq!(pair.now(CLIENT, Call::Write(many(3000))), Outcome::Ok);
    pair.drive_for(seconds(2));
    assert!(pair.travelled().iter().any(|line| line.contains("client Data 1001+1 ")), "the probe, and its answer");
    assert!(pair.abort(CLIENT, Abort::Reset));
    pair.drive_for(millis(20));
    assert_eq!((pair.states(), &*pair.aborts.server), (["CLOSED", "CLOSED"], &[Abort::Reset][..]));
}

#[test]
fn a_reset_behind_a_probe_that_was_lost_is_made_good_when_the_peer_speaks() {
    let mut pair = Pair::with(Settings { receive_buffer: 1000, ..settings(Contract::modern()) }).connect();
    assert_eq!(pair.now(CLIENT, Call::Write(many(3000))), Outcome::Ok);
    pair.drive_for(millis(500));
    pair.lose(CLIENT, Sort::Data);
    while !pair.log.iter().any(|line| line.contains("client Data 1001+1 ")) {
        pair.step();
    }
    assert!(pair.abort(CLIENT, Abort::Reset));
    pair.drive_for(millis(20));
    assert_eq!(pair.states(), ["CLOSED", "ESTABLISHED"], "the octet that the reset counts is not there");
    assert_eq!(pair.read_all(SERVER), 1000);
    pair.drive_for(millis(40));
    assert_eq!((pair.states(), &*pair.aborts.server), (["CLOSED", "CLOSED"], &[Abort::Reset][..]), "the update is answered");
}

#[test]
fn data_after_a_half_close_is_not_reset() {
    let mut pair = Pair::connected(Contract::classic());
    pair.blocks(SERVER, Call::Close);
    pair.drive();
    pair.write(CLIENT, "in time");
    pair.drive();
    assert_eq!((pair.read(SERVER), pair.states()), (data("in time"), ["CLOSE-WAIT", "FIN-WAIT-2"]));
}

#[test]
fn what_had_arrived_is_read_before_the_reset() {
    for contract in [Contract::strict(), Contract::posix(), Contract::modern(), Contract::classic()] {
        let mut pair = Pair::connected(contract);
        pair.write(CLIENT, "kept");
        pair.drive();
        assert!(pair.abort(CLIENT, Abort::Reset));
        pair.drive();
        assert_eq!([pair.read(SERVER), pair.read(SERVER)], [data("kept"), Outcome::Error(Error::Reset)]);
        assert_eq!((pair.read(SERVER), pair.held(SERVER)), (Outcome::Eof, Resources::default()));
    }
}

#[test]
fn what_had_arrived_is_dropped_where_the_contract_says_so() {
    let contract: Contract = "strict,data_before_abort=drop".parse().expect("a contract");
    let mut pair = Pair::connected(contract);
    pair.write(CLIENT, "dropped");
    pair.now(CLIENT, SHUT_WRITE);
    pair.drive();
    pair.inject(SERVER, RST, 9, 0, "");
    assert_eq!([pair.read(SERVER), pair.read(SERVER)], [Outcome::Error(Error::Reset), Outcome::Eof], "not a clean end");
}

#[test]
fn a_reset_that_must_not_look_like_an_end_never_does() {
    let mut pair = Pair::connected("strict,eof_on_reset=forbid".parse().expect("a contract"));
    pair.abort(CLIENT, Abort::Reset);
    pair.drive();
    assert!((0..3).all(|_| pair.read(SERVER) == Outcome::Error(Error::Reset)));
    assert_eq!(pair.now(SERVER, write("x")), Outcome::Error(Error::Reset));
}

#[test]
fn pending_calls_end_with_the_connection() {
    let mut pair = Pair::with(Settings { send_buffer: 10, ..settings(Contract::strict()) }).connect();
    let mut pending = Call::Write(many(100));
    assert_eq!(pair.call(SERVER, &mut pending), None);
    pair.abort(CLIENT, Abort::Reset);
    pair.drive();
    assert_eq!(pair.call(SERVER, &mut pending), Some(Outcome::Error(Error::Reset)));
    assert_eq!(pair.now(SERVER, Call::Flush), Outcome::Error(Error::Closed));
}

#[test]
fn a_reset_after_the_peers_fin_leaves_the_end_an_end() {
    for (contract, told) in [(Contract::posix(), Outcome::Closed), (Contract::strict(), Outcome::Error(Error::Reset))] {
        let mut pair = Pair::connected(contract);
        pair.now(CLIENT, SHUT_WRITE);
        pair.drive();
        pair.inject(SERVER, RST, 2, 0, "");
        assert_eq!((pair.read(SERVER), &*pair.aborts.server), (Outcome::Eof, &[Abort::Reset][..]));
        assert_eq!([pair.now(SERVER, write("x")), pair.now(SERVER, write("x"))], [told, Outcome::Closed]);
    }
}

#[test]
fn a_reset_in_last_ack_is_the_end_and_no_error() {
    let mut pair = Pair::connected(Contract::strict());
    pair.now(CLIENT, SHUT_WRITE);
    pair.drive();
    pair.lose(SERVER, Sort::Fin);
    pair.now(SERVER, SHUT_WRITE);
    pair.inject(SERVER, RST, 2, 0, "");
    assert_eq!((pair.states.server, pair.aborts.server.len(), pair.read(SERVER)), ("CLOSED", 0, Outcome::Eof));
}

#[test]
fn a_reset_counts_only_at_the_number_that_is_expected() {
    let mut pair = Pair::connected(Contract::strict());
    for (seq, answer) in [(0, None), (2, Some("0 server Ack 1+0 ack 1")), (50_000, Some("0 server Ack 1+0 ack 1")), (70_000, None)] {
        pair.inject(SERVER, RST, seq, 0, "");
        assert_eq!(pair.travelled(), answer.into_iter().collect::<Vec<_>>(), "{seq}");
    }
    assert_eq!(pair.states.server, "ESTABLISHED");
    pair.inject(SERVER, RST, 1, 0, "data may come with it");
    assert_eq!((pair.states.server, pair.travelled()), ("CLOSED", vec![]));
}

#[test]
fn a_syn_in_a_connection_is_challenged() {
    let mut pair = Pair::connected(Contract::strict());
    for seq in [0, 1, 100, 4_000_000_000] {
        pair.inject(SERVER, Flags::SYN, seq, 0, "");
        assert_eq!(pair.travelled(), ["0 server Ack 1+0 ack 1"], "{seq}");
    }
    assert_eq!(pair.states.server, "ESTABLISHED");
}

#[test]
fn challenges_are_limited() {
    let mut pair = Pair::connected(Contract::strict());
    for _ in 0..100 {
        pair.inject(SERVER, RST, 2, 0, "");
        pair.inject(SERVER, ACK, 1, 1_000_000, "");
        pair.inject(SERVER, ACK, 3_000_000, 1, "");
    }
    assert_eq!(pair.travelled().len(), 10);
    pair.drive_for(seconds(300));
    pair.inject(SERVER, RST, 2, 0, "");
    assert_eq!(pair.travelled().len(), 1);
}

#[test]
fn an_acknowledgement_from_nowhere_brings_no_data() {
    let mut pair = Pair::connected(Contract::strict());
    pair.write(SERVER, "a");
    pair.drive();
    pair.travelled();
    for (ack, is_taken) in [(3, false), (2_u32.wrapping_sub(1 << 16), false), (2_u32.wrapping_sub(5000), true)] {
        pair.inject(SERVER, ACK, 1, ack, "blind");
        assert_eq!(pair.call(SERVER, &mut READ.clone()).is_some(), is_taken, "{ack}");
    }
}

#[test]
fn time_wait_is_not_ended_by_a_reset() {
    let mut pair = Pair::connected(Contract::strict());
    pair.now(CLIENT, Call::Close);
    pair.drive();
    pair.now(SERVER, Call::Close);
    pair.drive();
    pair.travelled();
    pair.inject(CLIENT, RST, 2, 0, "");
    pair.inject(CLIENT, RST, 3, 0, "");
    assert_eq!((pair.states.client, pair.travelled()), ("TIME-WAIT", vec![]));
}

#[test]
fn a_peer_that_has_forgotten_everything_resets() {
    let mut pair = Pair::connected(Contract::strict());
    pair.stacks.server = Tcp::new(settings(Contract::strict()));
    pair.write(CLIENT, "hello?");
    pair.drive();
    assert_eq!((pair.states.client, pair.read(CLIENT)), ("CLOSED", Outcome::Error(Error::Reset)));
}

#[test]
fn an_old_number_without_data_is_answered() {
    let mut pair = Pair::connected(Contract::strict());
    for _ in 0..30 {
        pair.inject(SERVER, ACK, 0, 1, "");
        assert_eq!(pair.travelled(), ["0 server Ack 1+0 ack 1"], "as keep-alive asks");
    }
}

#[test]
fn an_aborted_end_is_reset_once_and_forgotten() {
    let mut pair = Pair::connected(Contract::strict());
    pair.write(CLIENT, "in flight");
    assert!(pair.abort(SERVER, Abort::Timeout));
    assert!(!pair.abort(SERVER, Abort::Reset), "it has ended");
    assert_eq!(pair.read(SERVER), Outcome::Error(Error::TimedOut));
    pair.drive();
    assert_eq!((pair.states(), &*pair.aborts.client), (["CLOSED", "CLOSED"], &[Abort::Reset][..]));
    assert_eq!(pair.aborts.server, [], "the host knows what it asked for");
    pair.assert_nothing_left();
}
