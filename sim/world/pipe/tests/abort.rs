//! Reset, timeout, keep-alive death.

use super::*;
use crate::contract::{DataBeforeAbort, EofOnKeepaliveDeath, EofOnReset};
use crate::trace::By;

const RESET: Outcome = Outcome::Error(Error::Reset);
const TIMED_OUT: Outcome = Outcome::Error(Error::TimedOut);

/// The aborts that were logged, as (end, abort, by whom).
fn aborts(pair: &mut PipePair) -> Vec<(End, Abort, By)> {
    let aborts = pair.events().into_iter().filter_map(|event| match event.what {
        What::Env(env) => match (env.end, env.what) {
            (Some(end), EnvWhat::Abort(abort, by)) => Some((end, abort, by)),
            _ => None,
        },
        _ => None,
    });
    aborts.collect()
}

#[test]
fn pending_calls_end_at_once_with_the_error() {
    let mut pair = PipePair::small(Contract::pipe(), 1);
    let calls = [read(9), write("ab"), write("c"), Call::Flush, SHUT_WRITE];
    let ops = calls.map(|call| pair.begin(CLIENT, call));
    pair.abort(CLIENT, Abort::Timeout);
    let outcomes = ops.map(|op| pair.poll(op).expect("ended"));
    assert_eq!(outcomes, [TIMED_OUT, TIMED_OUT, TIMED_OUT, TIMED_OUT, Outcome::Done]);
    assert_eq!(aborts(&mut pair), [(CLIENT, Abort::Timeout, By::Fault)]);
}

#[test]
fn the_error_comes_once_and_then_the_end_or_for_ever_as_the_contract_says() {
    let cases = [
        (EofOnReset::Forbid, [RESET, RESET, RESET], [RESET, RESET]),
        (EofOnReset::AfterError, [RESET, Outcome::Eof, Outcome::Eof], [Outcome::Closed, Outcome::Closed]),
        (EofOnReset::Allow, [RESET, Outcome::Eof, Outcome::Eof], [Outcome::Closed, Outcome::Closed]),
    ];
    for (eof_on_reset, reads, writes) in cases {
        let mut pair = PipePair::new(Contract { eof_on_reset, ..Contract::modern() });
        pair.abort(CLIENT, Abort::Reset);
        assert_eq!([0; 3].map(|_| pair.read(CLIENT)), reads);
        assert_eq!([0; 2].map(|_| pair.now(CLIENT, write("a"))), writes);
    }
}

#[test]
fn the_error_is_given_to_whichever_call_comes_first_and_a_cancelled_one_has_not_got_it() {
    let mut pair = PipePair::small(Contract::strict(), 1);
    let writing = pair.begin(CLIENT, write("ab"));
    pair.abort(CLIENT, Abort::Reset);
    pair.world.cancel(writing);
    assert_eq!((pair.now(CLIENT, write("c")), pair.read(CLIENT)), (RESET, Outcome::Eof));
}

#[test]
fn keepalive_death_shows_what_the_contract_says() {
    let eof = Outcome::Eof;
    let cases = [
        (Some(EofOnKeepaliveDeath::Require), [eof.clone(), eof.clone()], Outcome::Closed),
        (Some(EofOnKeepaliveDeath::Allow), [TIMED_OUT, eof.clone()], Outcome::Closed),
        (Some(EofOnKeepaliveDeath::AfterError), [TIMED_OUT, eof], Outcome::Closed),
        (Some(EofOnKeepaliveDeath::Forbid), [TIMED_OUT, TIMED_OUT], TIMED_OUT),
        (None, [TIMED_OUT, TIMED_OUT], TIMED_OUT),
    ];
    for (eof_on_keepalive_death, reads, write_after) in cases {
        let mut pair = PipePair::new(Contract { eof_on_keepalive_death, eof_on_reset: EofOnReset::Forbid, ..Contract::modern() });
        pair.abort(CLIENT, Abort::KeepaliveDeath);
        assert_eq!([pair.read(CLIENT), pair.read(CLIENT)], reads);
        assert_eq!(pair.now(CLIENT, write("a")), write_after);
    }
}

#[test]
fn what_had_arrived_is_read_before_the_error_unless_it_is_to_be_dropped() {
    for (data_before_abort, first) in
        [(DataBeforeAbort::Keep, data("ab")), (DataBeforeAbort::Either, data("ab")), (DataBeforeAbort::Drop, RESET)]
    {
        for millis in [0, 5] {
            let mut pair = PipePair::delayed(Contract { data_before_abort, ..Contract::pipe() }, millis);
            pair.now(SERVER, write("ab"));
            pair.abort(CLIENT, Abort::Reset);
            assert_eq!((pair.read(CLIENT), pair.read(CLIENT)), (first.clone(), RESET));
            pair.settle();
            assert_eq!(pair.read(CLIENT), RESET, "nothing comes later");
            pair.assert_nothing_left();
        }
    }
}

#[test]
fn a_reset_reaches_the_peer_behind_what_was_sent_before() {
    let mut pair = PipePair::delayed(Contract::pipe(), 5);
    pair.now(CLIENT, write("ab"));
    pair.abort(CLIENT, Abort::Reset);
    assert_eq!(pair.now(SERVER, write("x")), Outcome::Ok, "it does not know yet");
    pair.settle();
    assert_eq!([pair.read(SERVER), pair.read(SERVER)], [data("ab"), RESET]);
    assert_eq!(aborts(&mut pair), [(CLIENT, Abort::Reset, By::Fault), (SERVER, Abort::Reset, By::Stack)]);
}

#[test]
fn after_a_timeout_the_peer_learns_it_from_the_answer_to_what_it_sends() {
    for (call, ended) in [(write("abc"), RESET), (SHUT_WRITE, Outcome::Done)] {
        let mut pair =
            PipePair::with(&PipeSettings { capacity: 1, delay: Duration::from_millis(5), ..PipeSettings::new(Contract::pipe()) });
        pair.abort(CLIENT, Abort::Timeout);
        let reading = pair.begin(SERVER, read(9));
        pair.settle();
        assert_eq!(pair.poll(reading), None);
        let op = pair.begin(SERVER, call);
        pair.settle();
        assert_eq!((pair.poll(reading), pair.world.now().0), (Some(RESET), 10_000_000));
        let outcome = pair.poll(op);
        assert!(outcome == Some(ended) || outcome == Some(Outcome::Ok), "{outcome:?}");
    }
}

#[test]
fn a_writer_with_no_delay_and_a_dead_peer_ends() {
    let mut pair = PipePair::small(Contract::pipe(), 1);
    let stuck = pair.begin(SERVER, Call::Writev(vec![bytes("ab"), bytes("cd"), bytes("ef")]));
    pair.abort(CLIENT, Abort::Timeout);
    assert!(pair.poll(stuck).is_some());
    assert_eq!(pair.now(SERVER, write("x")), RESET);
    pair.assert_nothing_left();
}

#[test]
fn a_clean_end_that_was_read_stays_one() {
    let mut pair = PipePair::new(Contract::pipe());
    pair.now(SERVER, SHUT_WRITE);
    assert_eq!(pair.read(CLIENT), Outcome::Eof);
    pair.abort(CLIENT, Abort::Reset);
    assert_eq!((pair.read(CLIENT), pair.now(CLIENT, write("a"))), (Outcome::Eof, RESET));
}

#[test]
fn closing_after_an_abort_ends_as_it_always_does() {
    for contract in Contract::PRESETS {
        let mut pair = PipePair::new(*contract);
        pair.abort(CLIENT, Abort::Reset);
        assert_eq!([SHUT_READ, SHUT_BOTH, Call::Close, Call::Close].map(|call| pair.now(CLIENT, call)), [(); 4].map(|()| Outcome::Done));
        pair.assert_nothing_left();
    }
}

#[test]
fn a_half_close_that_waits_ends_with_the_abort_of_either_end() {
    for (aborted, other) in [(CLIENT, SERVER), (SERVER, CLIENT)] {
        let mut pair = PipePair::new(Contract::classic());
        let closing = pair.begin(other, Call::Close);
        assert_eq!(pair.poll(closing), None);
        pair.abort(aborted, Abort::Reset);
        assert_eq!(pair.poll(closing), Some(Outcome::Done));
    }
}

#[test]
fn an_end_that_has_ended_cannot_be_aborted() {
    let mut pair = PipePair::new(Contract::modern());
    pair.now(CLIENT, Call::Close);
    pair.abort(CLIENT, Abort::Reset);
    assert_eq!((aborts(&mut pair), pair.read(SERVER)), (vec![], Outcome::Eof));
    pair.abort(SERVER, Abort::Reset);
    pair.abort(SERVER, Abort::Timeout);
    assert_eq!(aborts(&mut pair), [(SERVER, Abort::Reset, By::Fault)]);
}

#[test]
fn nothing_is_kept_for_an_end_that_reads_no_more() {
    let mut pair = PipePair::delayed(Contract::pipe(), 5);
    pair.now(SERVER, SHUT_READ);
    pair.now(CLIENT, write("a"));
    pair.abort(SERVER, Abort::Timeout);
    assert_eq!(pair.read(SERVER), Outcome::Eof);

    let mut pair = PipePair::new(Contract::async_io());
    pair.now(CLIENT, write("a"));
    pair.abort(SERVER, Abort::Timeout);
    pair.now(SERVER, SHUT_BOTH);
    assert_eq!(pair.read(SERVER), Outcome::Eof);
}

#[test]
fn an_end_of_the_stream_that_was_not_sent_dies_with_its_end() {
    let mut pair = PipePair::small(Contract::pipe(), 1);
    pair.begin(CLIENT, write("ab"));
    pair.begin(CLIENT, SHUT_WRITE);
    pair.abort(CLIENT, Abort::Timeout);
    assert_eq!(pair.read(SERVER), data("a"));
    let reading = pair.begin(SERVER, read(9));
    assert_eq!(pair.poll(reading), None, "half of a write is no clean end");
}
