//! Exact faults: which packet they name, and what they do to it.

use super::*;

#[test]
fn a_drop_strikes_the_packet_that_it_names_and_only_once() {
    let mut rig = Rig::delayed(1).with([nth(SegmentKind::Ack, 2, Impairment::Drop)]);
    assert_eq!(rig.acks([0, 0, 0]).map(|fate| fate.dropped), [None, Some(Cause::Fault), None]);
    assert_eq!(rig.outstanding(), []);
    assert_eq!(rig.arrivals_ms(), [(1, 1), (1, 3)]);
}

#[test]
fn each_kind_is_counted_apart_and_a_fin_with_data_counts_as_both() {
    let sends = |fault| {
        let mut rig = Rig::delayed(1).with([fault]);
        let segments = [data(0, 10), ack(), segment(SegmentKind::Fin, 10, 5), data(0, 10), segment(SegmentKind::Fin, 15, 0)];
        let fates = segments.map(|meaning| rig.send(ms(0), meaning));
        fates.iter().position(|fate| fate.dropped.is_some())
    };
    let hit = [
        (SegmentKind::Data, 1),
        (SegmentKind::Data, 2),
        (SegmentKind::Data, 3),
        (SegmentKind::Data, 4),
        (SegmentKind::Fin, 1),
        (SegmentKind::Fin, 2),
        (SegmentKind::Fin, 3),
    ];
    let hit = hit.map(|(kind, count)| sends(nth(kind, count, Impairment::Drop)));
    assert_eq!(hit, [Some(0), Some(2), Some(3), None, Some(2), Some(4), None]);
    assert_eq!(sends(nth(SegmentKind::Ack, 1, Impairment::Drop)), Some(1));
}

#[test]
fn a_fault_names_the_segment_that_carries_an_octet_for_the_nth_time() {
    let sends = |offset, transmission| {
        let mut rig = Rig::delayed(1).with([carries(offset, transmission, Impairment::Drop)]);
        let segments = [data(0, 10), data(10, 10), data(5, 10), segment(SegmentKind::Fin, 10, 10)];
        let fates = segments.map(|meaning| rig.send(ms(0), meaning));
        fates.iter().position(|fate| fate.dropped.is_some())
    };
    assert_eq!([sends(0, 1), sends(0, 2)], [Some(0), None]);
    assert_eq!([sends(9, 1), sends(9, 2), sends(9, 3)], [Some(0), Some(2), None]);
    assert_eq!([sends(10, 1), sends(10, 2), sends(10, 3)], [Some(1), Some(2), Some(3)]);
    assert_eq!([sends(19, 1), sends(19, 2), sends(20, 1)], [Some(1), Some(3), None]);
}

#[test]
fn a_fault_strikes_its_own_sender_only() {
    let mut rig = Rig::delayed(1).with([nth(SegmentKind::Ack, 1, Impairment::Drop)]);
    let other = Meaning { entity: 2, ..ack() };
    assert_eq!(rig.send(ms(0), other), PacketFate::CARRIED);
    assert_eq!(rig.send(ms(0), ack()).dropped, Some(Cause::Fault));
}

#[test]
fn a_delayed_packet_is_overtaken_and_a_jittered_one_is_not() {
    let run = |action| {
        let mut rig = Rig::delayed(20).with([nth(SegmentKind::Ack, 1, action)]);
        rig.acks([0, 1, 9]);
        rig.arrivals_ms()
    };
    assert_eq!(run(Impairment::Delay(MS * 5)), [(21, 2), (25, 1), (29, 3)]);
    assert_eq!(run(Impairment::Jitter(MS * 5)), [(25, 1), (25, 2), (29, 3)]);
}

#[test]
fn a_copy_arrives_directly_behind_or_so_much_later() {
    let run = |by| {
        let mut rig = Rig::delayed(20).with([nth(SegmentKind::Ack, 1, Impairment::Duplicate(by))]);
        assert!(rig.acks([0, 0, 1])[0].duplicated);
        rig.arrivals_ms()
    };
    assert_eq!(run(Duration::ZERO), [(20, 1), (20, 1), (20, 2), (21, 3)]);
    assert_eq!(run(MS), [(20, 1), (20, 2), (21, 1), (21, 3)]);
    assert_eq!(run(MS * 2), [(20, 1), (20, 2), (21, 3), (22, 1)]);
}

#[test]
fn the_copy_of_a_held_packet_is_not_held() {
    let both = [nth(SegmentKind::Ack, 1, Impairment::Duplicate(Duration::ZERO)), nth(SegmentKind::Ack, 1, Impairment::Reorder)];
    let mut rig = Rig::delayed(20).with(both);
    rig.acks([0, 5]);
    assert_eq!(rig.arrivals_ms(), [(20, 1), (25, 2), (25, 1)]);
}

#[test]
fn a_damaged_packet_arrives_as_such_and_so_do_its_copies() {
    let mut rig = Rig::delayed(20).with([Impairment::Corrupt, Impairment::Duplicate(MS)].map(|action| nth(SegmentKind::Ack, 1, action)));
    let fate = rig.acks([0, 5])[0];
    assert!(fate.corrupted && fate.duplicated && fate.dropped.is_none());
    assert_eq!(rig.arrivals_ms(), [(20, -1), (21, -1), (25, 2)]);
}

#[test]
fn faults_on_the_same_packet_all_strike_whatever_the_order_in_which_they_were_added() {
    let faults = [Impairment::Delay(MS), Impairment::Delay(MS * 2), Impairment::Corrupt].map(|action| nth(SegmentKind::Ack, 1, action));
    let run = |faults: Vec<ExactFault>| {
        let mut rig = Rig::delayed(20).with(faults);
        rig.acks([0]);
        (rig.outstanding(), rig.arrivals_ms())
    };
    assert_eq!(run(faults.to_vec()), (vec![], vec![(23, -1)]));
    assert_eq!(run(faults.into_iter().rev().collect()), run(faults.to_vec()));
}

#[test]
fn a_fault_that_never_struck_is_told() {
    let faults = [nth(SegmentKind::Fin, 2, Impairment::Drop), carries(100, 1, Impairment::Corrupt)];
    let mut rig = Rig::delayed(1).with(faults);
    rig.send(ms(0), data(0, 100));
    rig.send(ms(0), segment(SegmentKind::Fin, 100, 0));
    assert_eq!(rig.outstanding(), faults);
}

#[test]
fn a_packet_that_a_cut_drops_is_counted_and_uses_up_its_faults() {
    let mut rig = Rig::delayed(1).with([nth(SegmentKind::Ack, 1, Impairment::Drop), nth(SegmentKind::Ack, 2, Impairment::Drop)]);
    rig.link.cut();
    assert_eq!(rig.acks([0])[0].dropped, Some(Cause::Cut));
    rig.link.heal();
    assert_eq!(rig.acks([0])[0].dropped, Some(Cause::Fault));
}

#[test]
fn a_watched_link_knows_what_was_sent_before_a_fault_was_added() {
    let fate_of_third = |watched: bool| {
        let mut rig = Rig::delayed(1);
        if watched {
            rig.link.watch();
        }
        rig.acks([0, 0]);
        rig.link.add(nth(SegmentKind::Ack, 3, Impairment::Drop));
        rig.acks([0])[0].dropped
    };
    assert_eq!([fate_of_third(true), fate_of_third(false)], [Some(Cause::Fault), None]);
}

#[test]
fn the_octets_of_a_reset_are_no_part_of_the_stream() {
    let mut rig = Rig::delayed(1).with([carries(0, 1, Impairment::Drop), nth(SegmentKind::Data, 1, Impairment::Corrupt)]);
    assert_eq!(rig.send(ms(0), segment(SegmentKind::Rst, 0, 9)), PacketFate::CARRIED);
    assert_eq!(rig.outstanding().len(), 2);
}
