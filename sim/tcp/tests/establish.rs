//! Handshakes.

use super::*;

#[test]
fn three_segments_and_both_ends_are_established() {
    let mut pair = Pair::new(Contract::modern());
    pair.begin();
    pair.blocks(CLIENT, CONNECT);
    pair.drive();
    assert_eq!(pair.travelled(), ["0 client Syn 0+0", "10 server SynAck 0+0 ack 1", "20 client Ack 1+0 ack 1"]);
    assert_eq!(pair.states(), ["ESTABLISHED", "ESTABLISHED"]);
    assert_eq!(pair.now(CLIENT, CONNECT), Outcome::Ok);
    assert_eq!(pair.accepted, 1);
    assert_eq!(pair.next_time(), None, "an idle connection wakes nobody");
}
