//! Exact faults: which packet they name, and what they do to it.

use super::*;

#[test]
fn a_drop_strikes_the_packet_that_it_names_and_only_once() {
    let mut bench = Bench::delayed(1).with([nth(Kind::Ack, 2, Action::Drop)]);
    assert_eq!(bench.acks([0, 0, 0]).map(|fate| fate.dropped), [None, Some(Cause::Fault), None]);
    assert_eq!(bench.outstanding(), []);
    assert_eq!(bench.arrivals_ms(), [(1, 1), (1, 3)]);
}

#[test]
fn each_kind_is_counted_apart_and_a_fin_with_data_counts_as_both() {
    let sends = |fault| {
        let mut bench = Bench::delayed(1).with([fault]);
        let segments = [data(0, 10), ack(), segment(Kind::Fin, 10, 5), data(0, 10), segment(Kind::Fin, 15, 0)];
        let fates = segments.map(|meaning| bench.send(ms(0), meaning));
        fates.iter().position(|fate| fate.dropped.is_some())
    };
    let hit = [(Kind::Data, 1), (Kind::Data, 2), (Kind::Data, 3), (Kind::Data, 4), (Kind::Fin, 1), (Kind::Fin, 2), (Kind::Fin, 3)];
    let hit = hit.map(|(kind, count)| sends(nth(kind, count, Action::Drop)));
    assert_eq!(hit, [Some(0), Some(2), Some(3), None, Some(2), Some(4), None]);
    assert_eq!(sends(nth(Kind::Ack, 1, Action::Drop)), Some(1));
}

#[test]
fn a_fault_names_the_segment_that_carries_an_octet_for_the_nth_time() {
    let sends = |offset, transmission| {
        let mut bench = Bench::delayed(1).with([carries(offset, transmission, Action::Drop)]);
        let segments = [data(0, 10), data(10, 10), data(5, 10), segment(Kind::Fin, 10, 10)];
        let fates = segments.map(|meaning| bench.send(ms(0), meaning));
        fates.iter().position(|fate| fate.dropped.is_some())
    };
    assert_eq!([sends(0, 1), sends(0, 2)], [Some(0), None]);
    assert_eq!([sends(9, 1), sends(9, 2), sends(9, 3)], [Some(0), Some(2), None]);
    assert_eq!([sends(10, 1), sends(10, 2), sends(10, 3)], [Some(1), Some(2), Some(3)]);
    assert_eq!([sends(19, 1), sends(19, 2), sends(20, 1)], [Some(1), Some(3), None]);
}

#[test]
fn a_fault_strikes_its_own_sender_only() {
    let mut bench = Bench::delayed(1).with([nth(Kind::Ack, 1, Action::Drop)]);
    let other = Meaning { entity: 2, ..ack() };
    assert_eq!(bench.send(ms(0), other), Fate::CARRIED);
    assert_eq!(bench.send(ms(0), ack()).dropped, Some(Cause::Fault));
}

#[test]
fn a_delayed_packet_is_overtaken_and_a_jittered_one_is_not() {
    let run = |action| {
        let mut bench = Bench::delayed(20).with([nth(Kind::Ack, 1, action)]);
        bench.acks([0, 1, 9]);
        bench.arrivals_ms()
    };
    assert_eq!(run(Action::Delay(MS * 5)), [(21, 2), (25, 1), (29, 3)]);
    assert_eq!(run(Action::Jitter(MS * 5)), [(25, 1), (25, 2), (29, 3)]);
}

#[test]
fn a_copy_arrives_directly_behind_or_so_much_later() {
    let run = |by| {
        let mut bench = Bench::delayed(20).with([nth(Kind::Ack, 1, Action::Duplicate(by))]);
        assert!(bench.acks([0, 0, 1])[0].duplicated);
        bench.arrivals_ms()
    };
    assert_eq!(run(Duration::ZERO), [(20, 1), (20, 1), (20, 2), (21, 3)]);
    assert_eq!(run(MS), [(20, 1), (20, 2), (21, 1), (21, 3)]);
    assert_eq!(run(MS * 2), [(20, 1), (20, 2), (21, 3), (22, 1)]);
}

#[test]
fn the_copy_of_a_held_packet_is_not_held() {
    let both = [nth(Kind::Ack, 1, Action::Duplicate(Duration::ZERO)), nth(Kind::Ack, 1, Action::Reorder)];
    let mut bench = Bench::delayed(20).with(both);
    bench.acks([0, 5]);
    assert_eq!(bench.arrivals_ms(), [(20, 1), (25, 2), (25, 1)]);
}

#[test]
fn a_damaged_packet_arrives_as_such_and_so_do_its_copies() {
    let mut bench = Bench::delayed(20).with([Action::Corrupt, Action::Duplicate(MS)].map(|action| nth(Kind::Ack, 1, action)));
    let fate = bench.acks([0, 5])[0];
    assert!(fate.corrupted && fate.duplicated && fate.dropped.is_none());
    assert_eq!(bench.arrivals_ms(), [(20, -1), (21, -1), (25, 2)]);
}

#[test]
fn faults_on_the_same_packet_all_strike_whatever_the_order_in_which_they_were_added() {
    let faults = [Action::Delay(MS), Action::Delay(MS * 2), Action::Corrupt].map(|action| nth(Kind::Ack, 1, action));
    let run = |faults: Vec<Exact>| {
        let mut bench = Bench::delayed(20).with(faults);
        bench.acks([0]);
        (bench.outstanding(), bench.arrivals_ms())
    };
    assert_eq!(run(faults.to_vec()), (vec![], vec![(23, -1)]));
    assert_eq!(run(faults.into_iter().rev().collect()), run(faults.to_vec()));
}

#[test]
fn a_fault_that_never_struck_is_told() {
    let faults = [nth(Kind::Fin, 2, Action::Drop), carries(100, 1, Action::Corrupt)];
    let mut bench = Bench::delayed(1).with(faults);
    bench.send(ms(0), data(0, 100));
    bench.send(ms(0), segment(Kind::Fin, 100, 0));
    assert_eq!(bench.outstanding(), faults);
}

#[test]
fn a_packet_that_a_cut_drops_is_counted_and_uses_up_its_faults() {
    let mut bench = Bench::delayed(1).with([nth(Kind::Ack, 1, Action::Drop), nth(Kind::Ack, 2, Action::Drop)]);
    bench.link.cut();
    assert_eq!(bench.acks([0])[0].dropped, Some(Cause::Cut));
    bench.link.heal();
    assert_eq!(bench.acks([0])[0].dropped, Some(Cause::Fault));
}

#[test]
fn a_watched_link_knows_what_was_sent_before_a_fault_was_added() {
    let fate_of_third = |watched: bool| {
        let mut bench = Bench::delayed(1);
        if watched {
            bench.link.watch();
        }
        bench.acks([0, 0]);
        bench.link.add(nth(Kind::Ack, 3, Action::Drop));
        bench.acks([0])[0].dropped
    };
    assert_eq!([fate_of_third(true), fate_of_third(false)], [Some(Cause::Fault), None]);
}

#[test]
fn the_octets_of_a_reset_are_no_part_of_the_stream() {
    let mut bench = Bench::delayed(1).with([carries(0, 1, Action::Drop), nth(Kind::Data, 1, Action::Corrupt)]);
    assert_eq!(bench.send(ms(0), segment(Kind::Rst, 0, 9)), Fate::CARRIED);
    assert_eq!(bench.outstanding().len(), 2);
}
