//! What of a link decides its future: equal where the same will happen, whenever it got there.

use std::hash::Hasher;

use super::*;
use crate::link::InFlight;

/// All that is fed, as it is.
#[derive(Default)]
struct Fed(Vec<u8>);

impl Hasher for Fed {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}

type State = (Vec<u8>, Vec<(Duration, bool, bool)>);

fn state(bench: &Bench, now: Instant) -> State {
    let mut fed = Fed::default();
    bench.link.canonical(now, &mut fed);
    let under_way = |one: InFlight<'_, u64>| (one.remaining, one.is_held, one.is_corrupted);
    (fed.0, bench.link.in_flight(now).map(under_way).collect())
}

/// The state 1 ms after these acknowledgements were sent, all else being long past.
fn after<const N: usize>(mut bench: Bench, times: [u64; N]) -> State {
    let last = times.last().copied().unwrap_or_default();
    for time in times {
        while bench.link.next().is_some_and(|(due, _)| due <= ms(time)) {
            bench.link.remove_first();
        }
        bench.send(ms(time), ack());
    }
    state(&bench, ms(last + 1))
}

fn slow() -> Bench {
    Bench::new(Settings { delay: MS * 20, rate: Some(100_000), queue: Some(9), ..Settings::default() })
}

#[test]
fn the_past_does_not_count() {
    let (new, old) = (after(Bench::delayed(20), [0, 3]), after(Bench::delayed(20), [0, 500, 1000, 1003]));
    assert_eq!(new, old);
    assert_eq!(after(slow(), [0, 0, 1]), after(slow(), [0, 1, 5000, 5000, 5001]));
}

#[test]
fn what_is_under_way_counts() {
    assert_ne!(after(Bench::delayed(20), [0, 3]), after(Bench::delayed(20), [0, 4]));
    assert_ne!(after(Bench::delayed(20), [0]), after(Bench::delayed(20), [0, 0]));
    let held = Bench::delayed(20).with([nth(Kind::Ack, 1, Action::Reorder)]);
    let late = Bench::delayed(20).with([nth(Kind::Ack, 1, Action::Delay(MS * 20))]);
    assert_ne!(after(held, [0]), after(late, [0]));
}

#[test]
fn a_busy_line_and_a_cut_count() {
    assert_ne!(after(slow(), [0]).0, after(slow(), [0, 0]).0);
    let mut cut = Bench::delayed(20);
    cut.link.cut();
    let mut twice = Bench::delayed(20);
    (0..2).for_each(|_| twice.link.cut());
    assert_ne!(state(&cut, ms(0)), state(&Bench::delayed(20), ms(0)));
    assert_ne!(state(&cut, ms(0)), state(&twice, ms(0)));
}

#[test]
fn what_stays_behind_a_jittered_packet_counts_as_long_as_it_does() {
    let jittered = || Bench::delayed(20).with([nth(Kind::Ack, 1, Action::Jitter(MS * 5))]);
    let state_at = |mut bench: Bench, time: u64| {
        bench.acks([0]);
        bench.arrivals();
        state(&bench, ms(time)).0
    };
    assert_ne!(state_at(jittered(), 4), state_at(Bench::delayed(20), 4));
    assert_eq!(state_at(jittered(), 5), state_at(Bench::delayed(20), 5));
}

#[test]
fn a_fault_counts_by_how_far_ahead_its_packet_is() {
    let waiting = |count: u64| Bench::delayed(0).with([nth(Kind::Ack, count, Action::Drop)]);
    assert_eq!(after(waiting(3), [0]).0, after(waiting(4), [0, 7]).0);
    assert_ne!(after(waiting(3), [0]).0, after(waiting(4), [0]).0);
    assert_ne!(after(waiting(1), [0]).0, after(waiting(2), [0]).0, "one that has struck is gone");
    assert_eq!(after(waiting(1), [0]).0, after(Bench::delayed(0), [0]).0);
}
