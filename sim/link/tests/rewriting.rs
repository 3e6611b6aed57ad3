//! Random runs as lists of exact faults.

use super::*;
use proptest::prelude::*;

/// What is sent, and the pause before it (ns).
#[derive(Clone, Debug)]
struct Departure {
    pause: u64,
    meaning: Meaning,
    cut: bool,
}

fn segments() -> impl Strategy<Value = Departure> {
    let kind = proptest::sample::select(&SegmentKind::ALL[..]);
    let pause = prop_oneof![Just(0), 0..100_000_u64, 0..40_000_000_u64];
    let shape = (0..3_u32, kind, 0..8_u64, 0..3_u32, pause, prop::bool::weighted(0.05));
    shape.prop_map(|(entity, kind, offset, len, pause, cut)| {
        let len = if kind == SegmentKind::Data { len + 1 } else { len };
        let meaning = Meaning { entity, kind, offset: offset * 500, len: len * 500 };
        Departure { pause, meaning, cut }
    })
}

fn probabilities() -> impl Strategy<Value = Probability> {
    prop_oneof![Just(0_u32), Just(u32::MAX), any::<u32>(), 0..u32::MAX / 4].prop_map(Probability)
}

fn links() -> impl Strategy<Value = LinkSettings> {
    let spans = || prop_oneof![Just(0), 0..1000_u64, 0..50_000_000_u64].prop_map(Duration::from_nanos);
    let jitter = prop_oneof![spans(), (4_294_967_290..20_000_000_000_u64).prop_map(Duration::from_nanos)];
    let rate = prop::option::of(1_000_000..1_000_000_000_u64);
    let chances = (probabilities(), probabilities(), probabilities(), probabilities());
    (spans(), jitter, chances, rate, prop::option::of(0..4_u32)).prop_map(|(delay, jitter, chances, rate, queue)| {
        let (loss, duplicate, reorder, corrupt) = chances;
        LinkSettings { delay, jitter, loss, duplicate, reorder, corrupt, rate, queue, ..LinkSettings::default() }
    })
}

fn faults() -> impl Strategy<Value = ExactFault> {
    let span = || (0..10_000_000_u64).prop_map(Duration::from_nanos);
    let action = prop_oneof![
        Just(Impairment::Drop),
        Just(Impairment::Reorder),
        Just(Impairment::Corrupt),
        span().prop_map(Impairment::Delay),
        span().prop_map(Impairment::Jitter),
        span().prop_map(Impairment::Duplicate),
    ];
    let kind = proptest::sample::select(&SegmentKind::ALL[..]);
    let what = prop_oneof![
        (kind, 1..5_u64).prop_map(|(kind, nth)| PacketName::Nth { kind, nth }),
        (0..5000_u64, 1..4_u64).prop_map(|(offset, transmission)| PacketName::Carries { offset, transmission }),
    ];
    (0..3_u32, what, action).prop_map(|(entity, what, action)| ExactFault { entity, what, action })
}

/// Everything that happened to the packets: why each was dropped (loss and fault look the same), what else was done to it, and what
/// arrived when, in which order. What is due is taken before the next packet is sent, as in a world.
type Observed = (Vec<(Option<bool>, bool, bool, bool)>, Vec<(u64, i64)>, Deviations, Vec<ExactFault>);

fn history(settings: &LinkSettings, choice: Choice, faults: &[ExactFault], sends: &[Departure]) -> Observed {
    let mut rig = Rig { choice, ..Rig::new(settings.clone()) }.with(faults.iter().copied());
    let (mut now, mut fates, mut arrivals) = (Instant(0), Vec::new(), Vec::new());
    for send in sends {
        now = now + Duration::from_nanos(send.pause);
        while rig.link.next().is_some_and(|(time, _)| time <= now) {
            arrivals.extend(rig.arrival());
        }
        if send.cut {
            rig.link.cut();
        }
        let fate = rig.send(now, send.meaning);
        if send.cut {
            rig.link.heal();
        }
        let dropped = fate.dropped.map(|cause| matches!(cause, Cause::Loss | Cause::Fault));
        fates.push((dropped, fate.corrupted, fate.duplicated, fate.reordered));
    }
    arrivals.extend(rig.arrivals());
    (fates, arrivals, rig.choice.deviations().clone(), rig.outstanding())
}

proptest! {
    /// The promise of semantic addresses: a random run is a list of exact faults.
    #[test]
    fn exact_faults_do_what_chance_did(
        settings in links(),
        seed: u64,
        own in prop::collection::vec(faults(), 0..4),
        sends in prop::collection::vec(segments(), 0..60),
    ) {
        let random = history(&settings, Choice::seeded(seed), &own, &sends);
        let mut rewritten = exact(&random.2, |_| &settings);
        rewritten.extend(own);
        let again = history(&settings.without_chance(), Choice::benign(), &rewritten, &sends);
        prop_assert_eq!(again.0, random.0);
        prop_assert_eq!(again.1, random.1);
        prop_assert_eq!(again.3, random.3, "every rewritten fault struck");
    }

    #[test]
    fn no_two_packets_of_a_sender_have_the_same_address(sends in prop::collection::vec(segments(), 0..80)) {
        let mut counts = count::Counts::default();
        let names = sends.iter().map(|send| (send.meaning.entity, counts.note(&send.meaning).name(&send.meaning)));
        let mut indices: Vec<_> = names.map(|(entity, name)| (entity, address::index(name))).collect();
        indices.sort_unstable();
        prop_assert!(indices.windows(2).all(|pair| pair[0] != pair[1]));
    }

    /// Nothing is lost or made but by a fault, arrivals come in order of time, and none comes before it was sent.
    #[test]
    fn what_is_sent_arrives_as_often_as_its_fate_says(
        settings in links(),
        seed: u64,
        sends in prop::collection::vec(segments(), 0..60),
    ) {
        let (fates, arrivals, ..) = history(&settings, Choice::seeded(seed), &[], &sends);
        prop_assert!(arrivals.iter().map(|(time, _)| time).is_sorted());
        for (at, (dropped, corrupted, duplicated, _)) in fates.into_iter().enumerate() {
            let number = at as i64 + 1;
            let count = arrivals.iter().filter(|(_, packet)| *packet == if corrupted { -number } else { number }).count();
            prop_assert_eq!(count, if dropped.is_some() { 0 } else { 1 + usize::from(duplicated) });
        }
    }
}

#[test]
fn data_beyond_what_an_index_holds_has_an_address_of_its_own() {
    let mut counts = count::Counts::default();
    let far = data(1 << 44, 10);
    let first = counts.note(&far).name(&far);
    let again = counts.note(&far).name(&far);
    assert_eq!([first, again], [1, 2].map(|nth| PacketName::Nth { kind: SegmentKind::Data, nth }));
}

#[test]
fn a_probe_that_is_sent_for_months_has_an_address_of_its_own_each_time() {
    let mut counts = count::Counts::default();
    let probe = data(7, 1);
    let names: Vec<PacketName> = (0..1 << 17).map(|_| counts.note(&probe).name(&probe)).collect();
    let (last, before) = (names[names.len() - 1], names[names.len() - 2]);
    assert_eq!(before, PacketName::Carries { offset: 7, transmission: (1 << 17) - 1 });
    assert_eq!(last, PacketName::Nth { kind: SegmentKind::Data, nth: 1 << 17 });
}
