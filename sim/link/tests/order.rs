//! Order, delay, rate, cuts, and what is held back.

use super::*;

#[test]
fn an_unremarkable_link_carries_everything_in_order_after_its_delay() {
    let mut rig = Rig::delayed(20);
    assert_eq!(rig.acks([0, 0, 5]), [PacketFate::CARRIED; 3]);
    assert_eq!(rig.link.next(), Some((ms(20), 1)));
    assert_eq!(rig.arrivals_ms(), [(20, 1), (20, 2), (25, 3)]);
    assert!(rig.link.is_empty() && rig.link.next().is_none() && rig.link.first().is_none());
}

#[test]
fn a_cut_drops_what_is_sent_and_spares_what_is_under_way() {
    let mut rig = Rig::delayed(20);
    rig.acks([0]);
    rig.link.cut();
    assert_eq!(rig.acks([1])[0].dropped, Some(Cause::Cut));
    rig.link.heal();
    rig.acks([2]);
    assert_eq!(rig.arrivals_ms(), [(20, 1), (22, 3)]);
}

#[test]
fn cuts_add_up_and_one_heal_too_many_does_nothing() {
    let mut rig = Rig::delayed(1);
    let dropped = |rig: &mut Rig| rig.send(ms(0), ack()).dropped.is_some();
    rig.link.cut();
    rig.link.cut();
    rig.link.heal();
    assert!(rig.link.is_cut() && dropped(&mut rig));
    rig.link.heal();
    rig.link.heal();
    assert!(!rig.link.is_cut() && !dropped(&mut rig));
    rig.link.cut();
    assert!(dropped(&mut rig));
}

#[test]
fn clearing_loses_what_is_under_way_and_what_waits_for_the_bottleneck() {
    let mut rig = Rig::new(LinkSettings { delay: MS, rate: Some(320_000), queue: Some(1), ..LinkSettings::default() });
    let fates = rig.acks([0, 0, 0]);
    assert_eq!(fates.map(|fate| fate.dropped), [None, None, Some(Cause::QueueFull)]);
    rig.link.clear();
    assert!(rig.link.is_empty());
    rig.acks([0]);
    assert_eq!(rig.arrivals_ms(), [(2, 4)], "40 bytes take 1 ms of the bottleneck, then 1 ms of delay");
}

#[test]
fn the_rate_spaces_packets_and_the_delay_comes_on_top() {
    let mut rig = Rig::new(LinkSettings { delay: MS * 10, rate: Some(320_000), ..LinkSettings::default() });
    rig.acks([0, 0, 1, 7]);
    assert_eq!(rig.arrivals_ms(), [(11, 1), (12, 2), (13, 3), (18, 4)]);
}

#[test]
fn a_held_packet_arrives_directly_behind_the_next_one() {
    let mut rig = Rig::delayed(20).with([nth(SegmentKind::Ack, 1, Impairment::Reorder)]);
    assert!(rig.acks([0, 3, 4])[0].reordered);
    assert_eq!(rig.arrivals_ms(), [(23, 2), (23, 1), (24, 3)]);
}

#[test]
fn a_held_packet_that_nothing_overtakes_arrives_after_the_delay_once_more() {
    let mut rig = Rig::delayed(20).with([nth(SegmentKind::Ack, 1, Impairment::Reorder)]);
    rig.acks([0]);
    assert_eq!(rig.arrivals_ms(), [(40, 1)]);
}

#[test]
fn a_short_delay_holds_for_a_millisecond_all_the_same() {
    let mut rig = Rig::delayed(0).with([nth(SegmentKind::Ack, 1, Impairment::Reorder)]);
    rig.acks([0]);
    assert_eq!(rig.arrivals(), [(1_000_000, 1)]);
}

#[test]
fn what_arrives_at_the_end_of_the_wait_still_overtakes_and_what_arrives_later_does_not() {
    let run = |second: u64| {
        let mut rig = Rig::delayed(20).with([nth(SegmentKind::Ack, 1, Impairment::Reorder)]);
        rig.send(ms(0), ack());
        rig.send(Instant(second), ack());
        rig.arrivals()
    };
    assert_eq!(run(20_000_000), [(40_000_000, 2), (40_000_000, 1)]);
    assert_eq!(run(20_000_001), [(40_000_000, 1), (40_000_001, 2)]);
}

#[test]
fn several_held_packets_keep_their_order_behind_the_one_that_overtakes_them() {
    let mut rig = Rig::delayed(20).with([nth(SegmentKind::Ack, 1, Impairment::Reorder), nth(SegmentKind::Ack, 2, Impairment::Reorder)]);
    rig.acks([0, 1, 2]);
    assert_eq!(rig.arrivals_ms(), [(22, 3), (22, 1), (22, 2)]);
}

#[test]
fn a_dropped_packet_overtakes_nobody() {
    let mut rig = Rig::delayed(20).with([nth(SegmentKind::Ack, 1, Impairment::Reorder), nth(SegmentKind::Ack, 2, Impairment::Drop)]);
    rig.acks([0, 1, 2]);
    assert_eq!(rig.arrivals_ms(), [(22, 3), (22, 1)]);
}

#[test]
fn a_held_and_delayed_packet_is_not_earlier_for_being_overtaken() {
    let mut rig =
        Rig::delayed(20).with([nth(SegmentKind::Ack, 1, Impairment::Reorder), nth(SegmentKind::Ack, 1, Impairment::Delay(MS * 30))]);
    rig.acks([0, 1]);
    assert_eq!(rig.arrivals_ms(), [(21, 2), (50, 1)]);
}

#[test]
fn what_is_under_way_is_told_relative_to_now() {
    let mut rig = Rig::delayed(20).with([nth(SegmentKind::Ack, 1, Impairment::Reorder), nth(SegmentKind::Fin, 1, Impairment::Corrupt)]);
    rig.acks([0]);
    let seen = |rig: &Rig| {
        let under_way = rig.link.in_flight(ms(10));
        under_way.map(|one| (one.remaining, one.is_held, one.is_corrupted, *one.packet)).collect::<Vec<_>>()
    };
    assert_eq!(seen(&rig), [(MS * 30, true, false, 1)]);
    rig.link.add(nth(SegmentKind::Syn, 1, Impairment::Delay(MS * 50)));
    rig.send(ms(1), segment(SegmentKind::Syn, 0, 0));
    assert_eq!(seen(&rig), [(MS * 30, true, false, 1), (MS * 61, false, false, 2)], "in the order of arrival");
    rig.send(ms(2), segment(SegmentKind::Fin, 0, 0));
    assert_eq!(seen(&rig), [(MS * 12, false, true, 3), (MS * 12, false, false, 1), (MS * 61, false, false, 2)]);
}

#[test]
fn the_end_of_time_is_reached_and_not_passed() {
    let mut rig = Rig::new(LinkSettings { delay: Duration::MAX, ..LinkSettings::default() });
    rig.send(ms(1), ack());
    assert_eq!(rig.arrivals(), [(u64::MAX, 1)]);
}
