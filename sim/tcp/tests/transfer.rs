//! Data.

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
}
