//! Sequence numbers against integers that never wrap.

use super::*;

/// Two positions on a line that lie less than half the circle apart, as the arithmetic asks for: most near each other, and near
/// the places where 32 bits end.
fn neighbours() -> impl Strategy<Value = (i128, i128)> {
    let place =
        prop_oneof![any::<u64>().prop_map(i128::from), (-3..=3_i128, 1..9_i128).prop_map(|(near, turns)| near + turns * (1 << 31)),];
    let far = (1_i128 << 31) - 1;
    let apart = prop_oneof![-3..=3_i128, -far..=far, Just(far), Just(-far)];
    (place, apart).prop_map(|(place, apart)| (place + (1 << 40), place + (1 << 40) + apart))
}

fn seq(position: i128) -> Seq {
    Seq(position.rem_euclid(1 << 32) as u32)
}

proptest! {
    #[test]
    fn the_order_is_that_of_integers_less_than_half_the_circle_apart((a, b) in neighbours()) {
        let (x, y) = (seq(a), seq(b));
        prop_assert_eq!(x.is_before(y), a < b);
        prop_assert_eq!(x.is_after(y), a > b);
        prop_assert_eq!(x.is_at_most(y), a <= b);
        prop_assert_eq!(x.is_at_least(y), a >= b);
        prop_assert_eq!(x.latest(y), seq(a.max(b)));
        prop_assert_eq!(x.earliest(y), seq(a.min(b)));
    }

    #[test]
    fn distances_are_those_of_integers_less_than_the_circle_apart(a: u64, apart: u32) {
        let (a, b) = (i128::from(a), i128::from(a) + i128::from(apart));
        prop_assert_eq!(seq(b).since(seq(a)), apart);
        prop_assert_eq!(seq(a) + apart, seq(b));
        prop_assert_eq!(seq(b) - apart, seq(a));
        let mut sum = seq(a);
        sum += apart;
        prop_assert_eq!(sum, seq(b));
    }

    #[test]
    fn within_is_that_of_a_range_of_integers(start: u64, length: u32, ahead: u32) {
        let (start, number) = (i128::from(start), i128::from(start) + i128::from(ahead));
        let is_within = (start..start + i128::from(length)).contains(&number);
        prop_assert_eq!(seq(number).is_within(seq(start), length), is_within);
    }
}

#[test]
fn order_goes_round_and_ends_at_half_the_circle() {
    for start in [0, 1, u32::MAX - 1, u32::MAX, 1 << 31].map(Seq) {
        let (near, far) = (start + ((1 << 31) - 1), start + (1 << 31));
        assert!(near.is_after(start) && !start.is_after(near) && !start.is_after(start));
        assert!([far.is_after(start), far.is_before(start), far.is_at_least(start), far.is_at_most(start)].iter().all(|is_so| !is_so));
        assert_eq!((near.latest(start), start.latest(near), far.latest(start)), (near, near, far));
        assert_eq!((near.earliest(start), start.earliest(near), far.earliest(start)), (start, start, far));
    }
}

#[test]
fn a_range_holds_its_first_number_and_not_the_one_behind_its_last() {
    let start = Seq(u32::MAX - 1);
    assert!(!Seq(u32::MAX - 2).is_within(start, 4));
    assert!(start.is_within(start, 4) && Seq(1).is_within(start, 4));
    assert!(!Seq(2).is_within(start, 4) && !start.is_within(start, 0));
}

#[test]
fn a_segment_takes_a_number_for_each_octet_and_one_each_for_syn_and_fin() {
    let length =
        |flags, data: &'static [u8]| Segment { flags, data: Bytes::from_static(data).into(), seq: Seq(u32::MAX), ..Segment::default() };
    let segments = [length(Flags::ACK, b""), length(Flags::SYN, b""), length(Flags::FIN, b"abc"), length(Flags::SYN | Flags::FIN, b"a")];
    assert_eq!(segments.clone().map(|segment| segment.length()), [0, 1, 4, 3]);
    assert_eq!(segments.map(|segment| segment.end().0), [u32::MAX, 0, 3, 2]);
}
