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

type Outlook = (Vec<u8>, Vec<(Duration, bool, bool)>);

fn state(rig: &Rig, now: Instant) -> Outlook {
    let mut fed = Fed::default();
    rig.link.canonical(now, &mut fed);
    let under_way = |one: InFlight<'_, u64>| (one.remaining, one.is_held, one.is_corrupted);
    (fed.0, rig.link.in_flight(now).map(under_way).collect())
}

/// The state 1 ms after these acknowledgements were sent, all else being long past.
fn after<const N: usize>(mut rig: Rig, times: [u64; N]) -> Outlook {
    let last = times.last().copied().unwrap_or_default();
    for time in times {
        while rig.link.next().is_some_and(|(due, _)| due <= ms(time)) {
            rig.link.remove_first();
        }
        rig.send(ms(time), ack());
    }
    state(&rig, ms(last + 1))
}

fn slow() -> Rig {
    Rig::new(LinkSettings { delay: MS * 20, rate: Some(100_000), queue: Some(9), ..LinkSettings::default() })
}

#[test]
fn the_past_does_not_count() {
    let (new, old) = (after(Rig::delayed(20), [0, 3]), after(Rig::delayed(20), [0, 500, 1000, 1003]));
    assert_eq!(new, old);
    assert_eq!(after(slow(), [0, 0, 1]), after(slow(), [0, 1, 5000, 5000, 5001]));
}

#[test]
fn what_is_under_way_counts() {
    assert_ne!(after(Rig::delayed(20), [0, 3]), after(Rig::delayed(20), [0, 4]));
    assert_ne!(after(Rig::delayed(20), [0]), after(Rig::delayed(20), [0, 0]));
    let held = Rig::delayed(20).with([nth(SegmentKind::Ack, 1, Impairment::Reorder)]);
    let late = Rig::delayed(20).with([nth(SegmentKind::Ack, 1, Impairment::Delay(MS * 20))]);
    assert_ne!(after(held, [0]), after(late, [0]));
}

#[test]
fn a_busy_line_and_a_cut_count() {
    assert_ne!(after(slow(), [0]).0, after(slow(), [0, 0]).0);
    let mut cut = Rig::delayed(20);
    cut.link.cut();
    let mut twice = Rig::delayed(20);
    (0..2).for_each(|_| twice.link.cut());
    assert_ne!(state(&cut, ms(0)), state(&Rig::delayed(20), ms(0)));
    assert_ne!(state(&cut, ms(0)), state(&twice, ms(0)));
}

#[test]
fn what_stays_behind_a_jittered_packet_counts_as_long_as_it_does() {
    let jittered = || Rig::delayed(20).with([nth(SegmentKind::Ack, 1, Impairment::Jitter(MS * 5))]);
    let state_at = |mut rig: Rig, time: u64| {
        rig.acks([0]);
        rig.arrivals();
        state(&rig, ms(time)).0
    };
    assert_ne!(state_at(jittered(), 4), state_at(Rig::delayed(20), 4));
    assert_eq!(state_at(jittered(), 5), state_at(Rig::delayed(20), 5));
}

#[test]
fn a_fault_counts_by_how_far_ahead_its_packet_is() {
    let waiting = |count: u64| Rig::delayed(0).with([nth(SegmentKind::Ack, count, Impairment::Drop)]);
    assert_eq!(after(waiting(3), [0]).0, after(waiting(4), [0, 7]).0);
    assert_ne!(after(waiting(3), [0]).0, after(waiting(4), [0]).0);
    assert_ne!(after(waiting(1), [0]).0, after(waiting(2), [0]).0, "one that has struck is gone");
    assert_eq!(after(waiting(1), [0]).0, after(Rig::delayed(0), [0]).0);
}
