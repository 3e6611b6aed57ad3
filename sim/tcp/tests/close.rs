//! Endings.

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
