//! Order, delay, rate, cuts, and what is held back.

use super::*;

#[test]
fn an_unremarkable_link_carries_everything_in_order_after_its_delay() {
    let mut bench = Bench::delayed(20);
    assert_eq!(bench.acks([0, 0, 5]), [Fate::CARRIED; 3]);
    assert_eq!(bench.link.next(), Some((ms(20), 1)));
    assert_eq!(bench.arrivals_ms(), [(20, 1), (20, 2), (25, 3)]);
    assert!(bench.link.is_empty() && bench.link.next().is_none() && bench.link.first().is_none());
}

#[test]
fn a_cut_drops_what_is_sent_and_spares_what_is_under_way() {
    let mut bench = Bench::delayed(20);
    bench.acks([0]);
    bench.link.cut();
    assert_eq!(bench.acks([1])[0].dropped, Some(Cause::Cut));
    bench.link.heal();
    bench.acks([2]);
    assert_eq!(bench.arrivals_ms(), [(20, 1), (22, 3)]);
}

#[test]
fn cuts_add_up_and_one_heal_too_many_does_nothing() {
    let mut bench = Bench::delayed(1);
    let dropped = |bench: &mut Bench| bench.send(ms(0), ack()).dropped.is_some();
    bench.link.cut();
    bench.link.cut();
    bench.link.heal();
    assert!(bench.link.is_cut() && dropped(&mut bench));
    bench.link.heal();
    bench.link.heal();
    assert!(!bench.link.is_cut() && !dropped(&mut bench));
    bench.link.cut();
    assert!(dropped(&mut bench));
}

#[test]
fn clearing_loses_what_is_under_way_and_what_waits_for_the_line() {
    let mut bench = Bench::new(Settings { delay: MS, rate: Some(320_000), queue: Some(1), ..Settings::default() });
    let fates = bench.acks([0, 0, 0]);
    assert_eq!(fates.map(|fate| fate.dropped), [None, None, Some(Cause::QueueFull)]);
    bench.link.clear();
    assert!(bench.link.is_empty());
    bench.acks([0]);
    assert_eq!(bench.arrivals_ms(), [(2, 4)], "40 bytes take 1 ms of the line, then 1 ms of delay");
}

#[test]
fn the_rate_spaces_packets_and_the_delay_comes_on_top() {
    let mut bench = Bench::new(Settings { delay: MS * 10, rate: Some(320_000), ..Settings::default() });
    bench.acks([0, 0, 1, 7]);
    assert_eq!(bench.arrivals_ms(), [(11, 1), (12, 2), (13, 3), (18, 4)]);
}

#[test]
fn a_held_packet_arrives_directly_behind_the_next_one() {
    let mut bench = Bench::delayed(20).with([nth(Kind::Ack, 1, Action::Reorder)]);
    assert!(bench.acks([0, 3, 4])[0].reordered);
    assert_eq!(bench.arrivals_ms(), [(23, 2), (23, 1), (24, 3)]);
}

#[test]
fn a_held_packet_that_nothing_overtakes_arrives_after_the_delay_once_more() {
    let mut bench = Bench::delayed(20).with([nth(Kind::Ack, 1, Action::Reorder)]);
    bench.acks([0]);
    assert_eq!(bench.arrivals_ms(), [(40, 1)]);
}

#[test]
fn a_short_delay_holds_for_a_millisecond_all_the_same() {
    let mut bench = Bench::delayed(0).with([nth(Kind::Ack, 1, Action::Reorder)]);
    bench.acks([0]);
    assert_eq!(bench.arrivals(), [(1_000_000, 1)]);
}

#[test]
fn what_arrives_at_the_end_of_the_wait_still_overtakes_and_what_arrives_later_does_not() {
    let run = |second: u64| {
        let mut bench = Bench::delayed(20).with([nth(Kind::Ack, 1, Action::Reorder)]);
        bench.send(ms(0), ack());
        bench.send(Instant(second), ack());
        bench.arrivals()
    };
    assert_eq!(run(20_000_000), [(40_000_000, 2), (40_000_000, 1)]);
    assert_eq!(run(20_000_001), [(40_000_000, 1), (40_000_001, 2)]);
}

#[test]
fn several_held_packets_keep_their_order_behind_the_one_that_overtakes_them() {
    let mut bench = Bench::delayed(20).with([nth(Kind::Ack, 1, Action::Reorder), nth(Kind::Ack, 2, Action::Reorder)]);
    bench.acks([0, 1, 2]);
    assert_eq!(bench.arrivals_ms(), [(22, 3), (22, 1), (22, 2)]);
}

#[test]
fn a_dropped_packet_overtakes_nobody() {
    let mut bench = Bench::delayed(20).with([nth(Kind::Ack, 1, Action::Reorder), nth(Kind::Ack, 2, Action::Drop)]);
    bench.acks([0, 1, 2]);
    assert_eq!(bench.arrivals_ms(), [(22, 3), (22, 1)]);
}

#[test]
fn a_held_and_delayed_packet_is_not_earlier_for_being_overtaken() {
    let mut bench = Bench::delayed(20).with([nth(Kind::Ack, 1, Action::Reorder), nth(Kind::Ack, 1, Action::Delay(MS * 30))]);
    bench.acks([0, 1]);
    assert_eq!(bench.arrivals_ms(), [(21, 2), (50, 1)]);
}

#[test]
fn what_is_under_way_is_told_relative_to_now() {
    let mut bench = Bench::delayed(20).with([nth(Kind::Ack, 1, Action::Reorder), nth(Kind::Fin, 1, Action::Corrupt)]);
    bench.acks([0]);
    let seen = |bench: &Bench| {
        let under_way = bench.link.in_flight(ms(10));
        under_way.map(|one| (one.remaining, one.is_held, one.is_corrupted, *one.packet)).collect::<Vec<_>>()
    };
    assert_eq!(seen(&bench), [(MS * 30, true, false, 1)]);
    bench.link.add(nth(Kind::Syn, 1, Action::Delay(MS * 50)));
    bench.send(ms(1), segment(Kind::Syn, 0, 0));
    assert_eq!(seen(&bench), [(MS * 30, true, false, 1), (MS * 61, false, false, 2)], "in the order of arrival");
    bench.send(ms(2), segment(Kind::Fin, 0, 0));
    assert_eq!(seen(&bench), [(MS * 12, false, true, 3), (MS * 12, false, false, 1), (MS * 61, false, false, 2)]);
}

#[test]
fn the_end_of_time_is_reached_and_not_passed() {
    let mut bench = Bench::new(Settings { delay: Duration::MAX, ..Settings::default() });
    bench.send(ms(1), ack());
    assert_eq!(bench.arrivals(), [(u64::MAX, 1)]);
}
