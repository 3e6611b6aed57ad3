//! Numbers packets by what they are, for the addresses of decisions, and turns decisions at such addresses into exact faults.
//!
//! An index has 64 bits: 3 say what kind of name follows in the other 61. Names are numbered here once and for all, since indices
//! stand in saved failures.
//!
//! | first bits | then |
//! |---|---|
//! | 0 to 5: SYN, SYN-ACK, data, ACK, FIN, RST | nth of this kind (61 bits) |
//! | 6 | stream offset of its first octet (44 bits), nth transmission of that octet (17 bits) |
//!
//! Data beyond 16 TiB, or sent more often than 131,071 times (probes of a window that stays shut), is named by its number.

use std::time::Duration;

use super::{ExactFault, Impairment, LinkSettings, PacketName, SegmentKind, nanos};
use crate::choice::{Address, Deviations, Site};

const NAME_BITS: u32 = 61;
const TRANSMISSION_BITS: u32 = 17;
const OFFSET_BITS: u32 = NAME_BITS - TRANSMISSION_BITS;
const CARRIES: u64 = SegmentKind::ALL.len() as u64;

/// The lowest `bits`.
const fn low(bits: u32) -> u64 {
    (1 << bits) - 1
}

/// Does the nth transmission of this octet fit into an index?
pub(super) const fn fits(offset: u64, transmission: u64) -> bool {
    offset <= low(OFFSET_BITS) && transmission <= low(TRANSMISSION_BITS)
}

/// The index of a packet in an [`Address`].
pub(super) fn index(which: PacketName) -> u64 {
    match which {
        PacketName::Nth { kind, nth } => (code(kind) << NAME_BITS) | (nth & low(NAME_BITS)),
        PacketName::Carries { offset, transmission } => {
            let transmission = transmission & low(TRANSMISSION_BITS);
            (CARRIES << NAME_BITS) | ((offset & low(OFFSET_BITS)) << TRANSMISSION_BITS) | transmission
        }
    }
}

/// The packet that an index names; none for a number that is no packet's.
fn which(index: u64) -> Option<PacketName> {
    let (code, name) = (index >> NAME_BITS, index & low(NAME_BITS));
    if code == CARRIES {
        return Some(PacketName::Carries { offset: name >> TRANSMISSION_BITS, transmission: name & low(TRANSMISSION_BITS) });
    }
    let kind = *SegmentKind::ALL.get(usize::try_from(code).ok()?)?;
    Some(PacketName::Nth { kind, nth: name })
}

const fn code(kind: SegmentKind) -> u64 {
    match kind {
        SegmentKind::Syn => 0,
        SegmentKind::SynAck => 1,
        SegmentKind::Data => 2,
        SegmentKind::Ack => 3,
        SegmentKind::Fin => 4,
        SegmentKind::Rst => 5,
    }
}

/// Is this the address of a decision about the fate of a packet?
pub fn is_fate(address: Address) -> bool {
    matches!(address.site(), Some(Site::Loss | Site::Duplicate | Site::Reorder | Site::Corrupt | Site::Jitter))
}

/// The decisions of a random run as exact faults: they do to a link [without chance](LinkSettings::without_chance) what these
/// decisions did to the random one. `settings` gives those of the link on which an entity sends; decisions about other things
/// than the fate of packets are left out ([`is_fate`]).
pub fn exact<'a>(decisions: &Deviations, settings: impl Fn(u32) -> &'a LinkSettings) -> Vec<ExactFault> {
    let fault = |(address, decided): (&Address, &u32)| {
        let action = match address.site()? {
            _ if *decided == 0 => return None,
            Site::Loss => Impairment::Drop,
            Site::Duplicate => Impairment::Duplicate(Duration::ZERO),
            Site::Reorder => Impairment::Reorder,
            Site::Corrupt => Impairment::Corrupt,
            Site::Jitter => Impairment::Jitter(late(settings(address.entity()).jitter, *decided)),
            _ => return None,
        };
        Some(ExactFault { entity: address.entity(), what: which(address.index())?, action })
    };
    decisions.iter().filter_map(fault).collect()
}

/// In which steps (ns) a packet may be late, and how many of them there are to choose from: every nanosecond up to the whole
/// jitter, if that is less than 4.29 s.
pub(super) fn lateness(jitter: Duration) -> (u64, u32) {
    let jitter = nanos(jitter);
    let step = jitter / u64::from(u32::MAX) + 1;
    let steps = u32::try_from(jitter / step + 1).unwrap_or(u32::MAX);
    (step, steps)
}

/// How late a packet is by this decision; one that was taken elsewhere is cut to what there is to choose here.
fn late(jitter: Duration, decided: u32) -> Duration {
    let (step, steps) = lateness(jitter);
    Duration::from_nanos(u64::from(decided.min(steps - 1)) * step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names() -> impl Strategy<Value = PacketName> {
        let kinds = proptest::sample::select(&SegmentKind::ALL[..]);
        let near = |bits: u32| prop_oneof![0..4_u64, (low(bits) - 3)..=low(bits), 0..=low(bits)];
        prop_oneof![
            (kinds, near(NAME_BITS)).prop_map(|(kind, nth)| PacketName::Nth { kind, nth }),
            (near(OFFSET_BITS), near(TRANSMISSION_BITS)).prop_map(|(offset, transmission)| PacketName::Carries { offset, transmission }),
        ]
    }

    proptest! {
        #[test]
        fn every_name_that_fits_is_read_back_so_no_two_share_an_index(name in names()) {
            prop_assert_eq!(which(index(name)), Some(name));
        }

        #[test]
        fn lateness_covers_the_jitter_and_no_more(jitter: u64) {
            let (step, steps) = lateness(Duration::from_nanos(jitter));
            let most = u64::from(steps - 1) * step;
            prop_assert!(most <= jitter && jitter - most < step);
        }
    }

    #[test]
    fn the_numbers_of_saved_failures_stay_what_they_are() {
        let nth = SegmentKind::ALL.map(|kind| index(PacketName::Nth { kind, nth: 1 }) >> NAME_BITS);
        assert_eq!(nth, [0, 1, 2, 3, 4, 5]);
        assert_eq!(index(PacketName::Carries { offset: 4096, transmission: 2 }), (6 << 61) | (4096 << 17) | 2);
    }

    #[test]
    fn seven_names_nothing() {
        assert_eq!(which(7 << NAME_BITS), None);
        assert_eq!(which(u64::MAX), None);
    }

    #[test]
    fn what_fits_ends_at_16_tebibytes_and_131071_transmissions() {
        assert!(fits((1 << 44) - 1, (1 << 17) - 1));
        assert!(!fits(1 << 44, 1) && !fits(0, 1 << 17));
    }

    #[test]
    fn lateness_is_to_the_nanosecond_below_four_seconds() {
        assert_eq!(lateness(Duration::ZERO), (1, 1));
        assert_eq!(lateness(Duration::from_nanos(u64::from(u32::MAX) - 1)), (1, u32::MAX));
        assert_eq!(lateness(Duration::from_nanos(u64::from(u32::MAX))), (2, (1 << 31)));
        assert_eq!(lateness(Duration::MAX).1, lateness(Duration::from_nanos(u64::MAX)).1);
    }

    #[test]
    fn decisions_about_other_things_are_no_faults() {
        let addresses = [Site::Wake, Site::Reader, Site::Task, Site::Step].map(|site| Address::new(1, site, 1));
        let decisions = addresses.into_iter().map(|address| (address, 1)).collect();
        assert_eq!(exact(&decisions, |_| unreachable!()), []);
        assert!(!addresses.into_iter().any(is_fate));
        assert!(is_fate(Address::new(1, Site::Jitter, 1)));
    }
}
