//! Chance: what is drawn, and what is not.

use super::*;

fn with_chance(settings: Settings, seed: u64) -> Bench {
    Bench { link: Link::new(settings), choice: Choice::seeded(seed), sent: 0 }
}

#[test]
fn certain_loss_loses_everything_and_certain_doubling_doubles() {
    let mut lost = with_chance(Settings { loss: Probability::ALWAYS, ..Settings::default() }, 1);
    assert_eq!(lost.acks([0, 0]).map(|fate| fate.dropped), [Some(Cause::Loss); 2]);
    let mut doubled = with_chance(Settings { duplicate: Probability::ALWAYS, ..Settings::default() }, 1);
    doubled.acks([0, 1]);
    assert_eq!(doubled.arrivals_ms(), [(0, 1), (0, 1), (1, 2), (1, 2)]);
    let mut damaged = with_chance(Settings { corrupt: Probability::ALWAYS, ..Settings::default() }, 1);
    damaged.acks([0]);
    assert_eq!(damaged.arrivals_ms(), [(0, -1)]);
}

#[test]
fn what_has_no_chance_is_not_drawn() {
    let mut bench = with_chance(Settings { loss: Probability(1 << 31), ..Settings::default() }, 3);
    bench.acks([0; 64]);
    let mut same = Choice::seeded(3);
    let alone: Vec<bool> =
        (1..=64).map(|nth| same.chance(crate::choice::Address::new(1, crate::choice::Site::Loss, nth), 1 << 31)).collect();
    assert_eq!(bench.choice.deviations().len(), alone.iter().filter(|lost| **lost).count());
    assert!(bench.choice.deviations().keys().all(|address| address.site() == Some(crate::choice::Site::Loss)));
}

#[test]
fn jitter_is_bounded_varies_and_keeps_the_order() {
    let mut bench = with_chance(Settings { delay: MS * 10, jitter: MS * 3, ..Settings::default() }, 5);
    (0..200).for_each(|nth| {
        bench.send(Instant(nth * 500_000), ack());
    });
    let arrivals = bench.arrivals();
    let late: Vec<u64> = arrivals.iter().map(|(time, packet)| time - (*packet as u64 - 1) * 500_000 - 10_000_000).collect();
    assert!(arrivals.is_sorted() && arrivals.iter().map(|(_, packet)| *packet).eq(1..=200));
    assert!(late.iter().all(|late| *late <= 3_000_000));
    assert!(late.iter().max() > Some(&2_500_000) && late.iter().min() < Some(&1_000_000));
}

#[test]
fn a_benign_choice_makes_a_bad_link_good() {
    let half = Probability(1 << 31);
    let settings = Settings { loss: half, duplicate: half, reorder: half, corrupt: half, jitter: MS, ..Settings::default() };
    let mut bench = Bench::new(settings.clone());
    bench.acks([0, 1, 2]);
    assert_eq!(bench.arrivals_ms(), [(0, 1), (1, 2), (2, 3)]);
    assert!(settings.has_chance() && !settings.without_chance().has_chance());
}

#[test]
fn replaying_the_decisions_gives_the_same_fates_without_the_seed() {
    let half = Probability(1 << 31);
    let settings = Settings { loss: half, duplicate: half, reorder: half, corrupt: half, jitter: MS, ..Settings::default() };
    let run = |choice: Choice| {
        let mut bench = Bench { choice, ..Bench::new(settings.clone()) };
        let fates = bench.acks([0, 1, 2, 3, 4, 5, 6, 7]);
        (fates, bench.arrivals(), bench.choice.deviations().clone())
    };
    let seeded = run(Choice::seeded(9));
    assert_eq!(run(Choice::replay(seeded.2.clone())), seeded);
}
