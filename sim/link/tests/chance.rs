//! Chance: what is drawn, and what is not.

use super::*;

fn with_chance(settings: LinkSettings, seed: u64) -> Rig {
    Rig { link: Link::new(settings), choice: Choice::seeded(seed), sent: 0 }
}

#[test]
fn certain_loss_loses_everything_and_certain_doubling_doubles() {
    let mut lost = with_chance(LinkSettings { loss: Probability::ALWAYS, ..LinkSettings::default() }, 1);
    assert_eq!(lost.acks([0, 0]).map(|fate| fate.dropped), [Some(Cause::Loss); 2]);
    let mut doubled = with_chance(LinkSettings { duplicate: Probability::ALWAYS, ..LinkSettings::default() }, 1);
    doubled.acks([0, 1]);
    assert_eq!(doubled.arrivals_ms(), [(0, 1), (0, 1), (1, 2), (1, 2)]);
    let mut damaged = with_chance(LinkSettings { corrupt: Probability::ALWAYS, ..LinkSettings::default() }, 1);
    damaged.acks([0]);
    assert_eq!(damaged.arrivals_ms(), [(0, -1)]);
}

#[test]
fn what_has_no_chance_is_not_drawn() {
    let mut rig = with_chance(LinkSettings { loss: Probability(1 << 31), ..LinkSettings::default() }, 3);
    rig.acks([0; 64]);
    let mut same = Choice::seeded(3);
    let alone: Vec<bool> =
        (1..=64).map(|nth| same.chance(crate::choice::Address::new(1, crate::choice::Site::Loss, nth), 1 << 31)).collect();
    assert_eq!(rig.choice.deviations().len(), alone.iter().filter(|lost| **lost).count());
    assert!(rig.choice.deviations().keys().all(|address| address.site() == Some(crate::choice::Site::Loss)));
}

#[test]
fn jitter_is_bounded_varies_and_keeps_the_order() {
    let mut rig = with_chance(LinkSettings { delay: MS * 10, jitter: MS * 3, ..LinkSettings::default() }, 5);
    (0..200).for_each(|nth| {
        rig.send(Instant(nth * 500_000), ack());
    });
    let arrivals = rig.arrivals();
    let late: Vec<u64> = arrivals.iter().map(|(time, packet)| time - (*packet as u64 - 1) * 500_000 - 10_000_000).collect();
    assert!(arrivals.is_sorted() && arrivals.iter().map(|(_, packet)| *packet).eq(1..=200));
    assert!(late.iter().all(|late| *late <= 3_000_000));
    assert!(late.iter().max() > Some(&2_500_000) && late.iter().min() < Some(&1_000_000));
}

#[test]
fn a_benign_choice_makes_a_bad_link_good() {
    let half = Probability(1 << 31);
    let settings = LinkSettings { loss: half, duplicate: half, reorder: half, corrupt: half, jitter: MS, ..LinkSettings::default() };
    let mut rig = Rig::new(settings.clone());
    rig.acks([0, 1, 2]);
    assert_eq!(rig.arrivals_ms(), [(0, 1), (1, 2), (2, 3)]);
    assert!(settings.has_chance() && !settings.without_chance().has_chance());
}

#[test]
fn replaying_the_decisions_gives_the_same_fates_without_the_seed() {
    let half = Probability(1 << 31);
    let settings = LinkSettings { loss: half, duplicate: half, reorder: half, corrupt: half, jitter: MS, ..LinkSettings::default() };
    let run = |choice: Choice| {
        let mut rig = Rig { choice, ..Rig::new(settings.clone()) };
        let fates = rig.acks([0, 1, 2, 3, 4, 5, 6, 7]);
        (fates, rig.arrivals(), rig.choice.deviations().clone())
    };
    let seeded = run(Choice::seeded(9));
    assert_eq!(run(Choice::replay(seeded.2.clone())), seeded);
}
