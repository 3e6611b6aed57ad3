//! Takes every decision that is left to chance: one of `n`, where 0 is the benign one (deliver, in order, first come first served).
//!
//! Recorded is the *decision* at its [`Address`], never the draw: the decisions of a failing run, replayed over an all-benign base,
//! show the failure again without its seed, and each of them can be taken away on its own. What this is not: a source of sizes,
//! delays or numbers. Those are values of the scenario.
//!
//! **Unstable**: this may change with any version ([what stays stable](crate::changelog#what-stays-stable)), except for [`Address`] as
//! text, [`Choice::benign`], [`Choice::seeded`] and [`Choice::replay`].

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use hashbrown::HashTable;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A kind of decision: a place in the simulator where chance may act. Its number is part of saved failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum Site {
    /// Which of several calls that became ready together goes on first.
    Wake = 1,
    /// Which of several pending reads gets what arrived.
    Reader = 2,
    /// Which of several runnable tasks of users' code runs first.
    Task = 3,
    /// Which of several tasks of a scenario takes its next step first.
    Step = 4,
    /// Is a packet lost on a link?
    Loss = 5,
    /// Does a packet arrive twice?
    Duplicate = 6,
    /// Is a packet held back, so that later ones overtake it?
    Reorder = 7,
    /// Is a packet damaged on its way?
    Corrupt = 8,
    /// How much longer than the link's delay does a packet travel?
    Jitter = 9,
}

impl Site {
    const ALL: [Site; 9] =
        [Site::Wake, Site::Reader, Site::Task, Site::Step, Site::Loss, Site::Duplicate, Site::Reorder, Site::Corrupt, Site::Jitter];

    const fn word(self) -> &'static str {
        match self {
            Site::Wake => "wake",
            Site::Reader => "reader",
            Site::Task => "task",
            Site::Step => "step",
            Site::Loss => "loss",
            Site::Duplicate => "duplicate",
            Site::Reorder => "reorder",
            Site::Corrupt => "corrupt",
            Site::Jitter => "jitter",
        }
    }
}

/// The highest entity that an address can tell.
const MAX_ENTITY: u32 = (1 << 24) - 1;

/// Names one decision of a run: the deciding entity (24 bits), the site and the occasion. It means the same thing after unrelated
/// parts of a scenario were edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// Names the random stream: the entity and the site.
    stream: u32,
    index: u64,
}

impl Address {
    /// An address; an entity beyond 2²⁴ wraps around.
    pub const fn new(entity: u32, site: Site, index: u64) -> Self {
        Address { stream: (entity << 8) | site as u32, index }
    }

    /// The deciding entity: an end of a flow, or a task.
    pub const fn entity(self) -> u32 {
        self.stream >> 8
    }

    /// The site; none for a number that is no site's.
    pub fn site(self) -> Option<Site> {
        Site::ALL.into_iter().find(|site| *site as u8 == self.stream as u8)
    }

    /// The occasion: a number for each entity and site.
    pub const fn index(self) -> u64 {
        self.index
    }
}

/// `wake of 1 #4`, for people.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} #{}", self.site().map_or("unknown site", Site::word), self.entity(), self.index)
    }
}

/// As it prints.
impl FromStr for Address {
    type Err = NoAddress;

    fn from_str(text: &str) -> Result<Self, NoAddress> {
        let (word, rest) = text.split_once(" of ").ok_or(NoAddress)?;
        let (entity, index) = rest.split_once(" #").ok_or(NoAddress)?;
        let site = Site::ALL.into_iter().find(|site| site.word() == word).ok_or(NoAddress)?;
        let entity = number(entity).and_then(|entity| u32::try_from(entity).ok()).filter(|entity| *entity <= MAX_ENTITY);
        Ok(Address::new(entity.ok_or(NoAddress)?, site, number(index).ok_or(NoAddress)?))
    }
}

/// Digits and nothing else.
fn number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// A text that is no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoAddress;

impl fmt::Display for NoAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no decision: as `step of 0 #1`")
    }
}

impl std::error::Error for NoAddress {}

/// Decisions other than the benign one, by address.
pub type Deviations = BTreeMap<Address, u32>;

/// A source of decisions, and the record of those that were not benign.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    source: Source,
    taken: Deviations,
    /// What is taken is not kept.
    is_forgetful: bool,
    /// Every decision that was asked for and could have been another, and among how many: only where it is wanted.
    open: Option<Vec<(Address, u32)>>,
    /// By name; nothing is ever listed in their order.
    streams: HashTable<Stream>,
}

#[derive(Clone, Debug, Default)]
enum Source {
    #[default]
    Benign,
    Seeded(u64),
    Replay(Deviations),
}

/// The decisions of one entity at one site.
#[derive(Clone, Debug)]
struct Stream {
    name: u32,
    /// How many there were that are told apart by their order alone.
    occasions: u32,
    /// Where they come from, if any was drawn.
    generator: Option<Box<ChaCha8Rng>>,
}

impl Choice {
    /// Always the benign decision.
    pub const fn benign() -> Self {
        Choice::by(Source::Benign)
    }

    /// Decisions drawn from a seed: each entity and site has a ChaCha8 stream of its own, so that one more decision here
    /// changes nothing there.
    pub const fn seeded(seed: u64) -> Self {
        Choice::by(Source::Seeded(seed))
    }

    /// These decisions where they apply, the benign one everywhere else.
    pub const fn replay(deviations: Deviations) -> Self {
        Choice::by(Source::Replay(deviations))
    }

    const fn by(source: Source) -> Self {
        Choice { source, taken: Deviations::new(), is_forgetful: false, open: None, streams: HashTable::new() }
    }

    /// Keeps no record of what is decided: for runs that will not be told again, since it costs as much as the decisions.
    #[must_use]
    pub fn without_record(self) -> Self {
        Choice { is_forgetful: true, ..self }
    }

    /// Lists every decision that is asked for where it could have been another one. Only what is [replayed](Choice::replay) is listed.
    #[must_use]
    pub fn listing(self) -> Self {
        Choice { open: Some(Vec::new()), ..self }
    }

    /// The decisions that were asked for, in order, and among how many each was: nothing where they are not [listed](Choice::listing).
    pub fn open_decisions(&self) -> &[(Address, u32)] {
        self.open.as_deref().unwrap_or_default()
    }

    /// Which of `n` (0 is benign). Where there is nothing to choose (`n` below 2) nothing is drawn.
    #[inline]
    pub fn pick(&mut self, address: Address, n: u32) -> u32 {
        match self.source {
            Source::Benign => 0,
            _ if n < 2 => 0,
            _ => self.decide(address, n),
        }
    }

    /// As [`Choice::pick`], for decisions that nothing but their order tells apart: the index is the number of the occasion.
    pub fn pick_next(&mut self, entity: u32, site: Site, n: u32) -> u32 {
        if n < 2 || self.is_benign() {
            return 0;
        }
        let stream = self.stream(Address::new(entity, site, 0).stream);
        let index = stream.occasions;
        stream.occasions = index.wrapping_add(1);
        self.pick(Address::new(entity, site, u64::from(index)), n)
    }

    /// Does something happen that has this chance, as a share of 2³² (`u32::MAX`: certainly)? What is recorded is that it did (1).
    #[inline]
    pub fn chance(&mut self, address: Address, share: u32) -> bool {
        match self.source {
            Source::Benign => false,
            _ if share == 0 => false,
            Source::Seeded(seed) => {
                let happens = self.next(seed, address.stream) < share || share == u32::MAX;
                if happens {
                    self.take(address, 1);
                }
                happens
            }
            Source::Replay(_) => self.decide(address, 2) != 0,
        }
    }

    /// Is every decision benign? Then candidates need not be counted.
    #[inline]
    pub const fn is_benign(&self) -> bool {
        matches!(self.source, Source::Benign)
    }

    /// The decisions that were not benign, so far; nothing [without a record](Choice::without_record).
    pub const fn deviations(&self) -> &Deviations {
        &self.taken
    }

    fn decide(&mut self, address: Address, n: u32) -> u32 {
        if let Some(open) = &mut self.open {
            open.push((address, n));
        }
        let pick = match &self.source {
            Source::Benign => 0,
            Source::Seeded(seed) => scaled(self.next(*seed, address.stream), n),
            Source::Replay(deviations) => deviations.get(&address).map_or(0, |&pick| pick.min(n - 1)),
        };
        if pick != 0 {
            self.take(address, pick);
        }
        pick
    }

    /// The next number of a stream.
    fn next(&mut self, seed: u64, stream: u32) -> u32 {
        self.stream(stream).generator.get_or_insert_with(|| Box::new(generator(seed, Purpose::Decision, stream.into()))).next_u32()
    }

    fn stream(&mut self, name: u32) -> &mut Stream {
        let is_meant = |stream: &Stream| stream.name == name;
        let entry = self.streams.entry(hash(name), is_meant, |stream| hash(stream.name));
        entry.or_insert_with(|| Stream { name, occasions: 0, generator: None }).into_mut()
    }

    fn take(&mut self, address: Address, pick: u32) {
        if !self.is_forgetful {
            self.taken.insert(address, pick);
        }
    }
}

/// Scales a draw to `0..n`; the bias (below n / 2³²) is the same everywhere.
fn scaled(draw: u32, n: u32) -> u32 {
    ((u64::from(draw) * u64::from(n)) >> 32) as u32
}

/// Spreads the names of streams: neighbours differ in their lowest bits only.
const fn hash(name: u32) -> u64 {
    let product = (name as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    product ^ product >> 32
}

/// The numbers that a case of a search is made of: each case of a seed has a stream of its own, apart from those of the decisions
/// in a run with this seed.
#[derive(Clone, Debug)]
pub(crate) struct CaseNumbers(ChaCha8Rng);

impl CaseNumbers {
    /// Those of the case with this index.
    pub(crate) fn new(seed: u64, index: u64) -> Self {
        CaseNumbers(generator(seed, Purpose::Case, index))
    }

    /// The next one: any number, each as often.
    #[inline]
    pub(crate) fn next(&mut self) -> u32 {
        self.0.next_u32()
    }
}

/// What a generator's numbers are for: no two purposes share numbers.
#[derive(Clone, Copy, Debug)]
enum Purpose {
    Decision = 0,
    Case = 1,
}

/// A fresh generator for one stream of a seed. The stream is set before the first draw and never again.
fn generator(seed: u64, purpose: Purpose, stream: u64) -> ChaCha8Rng {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8] = purpose as u8;
    let mut generator = ChaCha8Rng::from_seed(key);
    generator.set_stream(stream);
    generator
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draws(choice: &mut Choice, entity: u32, site: Site, count: u64) -> Vec<u32> {
        (0..count).map(|index| choice.pick(Address::new(entity, site, index), 1000)).collect()
    }

    #[test]
    fn the_same_seed_draws_the_same_on_every_machine() {
        let mut choice = Choice::seeded(7);
        assert_eq!(draws(&mut choice, 0, Site::Wake, 6), [158, 934, 673, 281, 112, 963]);
        assert_eq!(draws(&mut choice, 1, Site::Task, 6), [72, 352, 930, 578, 28, 319]);
    }

    #[test]
    fn the_same_case_has_the_same_numbers_on_every_machine() {
        let numbers = |seed, index| {
            let mut numbers = CaseNumbers::new(seed, index);
            [(); 3].map(|()| numbers.next())
        };
        assert_eq!(
            [numbers(7, 0), numbers(7, 1 << 40), numbers(8, 0)],
            [[171183541, 3736010134, 258160029], [549644417, 846022683, 1278681097], [2298794660, 1325574837, 1654048726]]
        );
    }

    #[test]
    fn streams_are_independent_of_each_other() {
        let (mut alone, mut mixed) = (Choice::seeded(1), Choice::seeded(1));
        draws(&mut mixed, 9, Site::Reader, 100);
        assert_eq!(draws(&mut alone, 3, Site::Wake, 50), draws(&mut mixed, 3, Site::Wake, 50));
    }

    #[test]
    fn replaying_the_recorded_decisions_decides_the_same_without_the_seed() {
        let mut seeded = Choice::seeded(42);
        let first = draws(&mut seeded, 5, Site::Wake, 100);
        let mut replay = Choice::replay(seeded.deviations().clone());
        assert_eq!(draws(&mut replay, 5, Site::Wake, 100), first);
        assert_eq!(replay.deviations(), seeded.deviations());
    }

    #[test]
    fn a_replayed_decision_is_cut_to_what_there_is_to_choose() {
        let address = Address::new(1, Site::Wake, 0);
        let pick = |n| Choice::replay(Deviations::from([(address, 5)])).pick(address, n);
        assert_eq!([pick(0), pick(1), pick(5), pick(6), pick(7)], [0, 0, 4, 5, 5]);
    }

    #[test]
    fn benign_decisions_are_not_recorded() {
        let mut choice = Choice::seeded(3);
        let zeros = draws(&mut choice, 1, Site::Wake, 1).iter().filter(|pick| **pick == 0).count();
        assert_eq!(choice.deviations().len(), 1 - zeros);
        assert_eq!(Choice::benign().pick(Address::new(1, Site::Wake, 0), 9), 0);
    }

    #[test]
    fn what_keeps_no_record_decides_alike() {
        let (mut told, mut untold) = (Choice::seeded(8), Choice::seeded(8).without_record());
        assert_eq!(draws(&mut told, 2, Site::Jitter, 20), draws(&mut untold, 2, Site::Jitter, 20));
        assert!(
            (0..20).all(
                |index| [&mut told, &mut untold].map(|choice| choice.chance(Address::new(1, Site::Loss, index), u32::MAX)) == [true; 2]
            )
        );
        assert!(untold.deviations().is_empty() && told.deviations().len() > 20);
    }

    #[test]
    fn decisions_in_order_have_addresses_of_their_own() {
        let draw = |choice: &mut Choice| (0..40).map(|turn| choice.pick_next(turn % 2, Site::Task, 9)).collect::<Vec<_>>();
        let mut seeded = Choice::seeded(11);
        let first = draw(&mut seeded);
        assert_eq!(draw(&mut Choice::replay(seeded.deviations().clone())), first);
        assert!(seeded.deviations().keys().all(|address| address.index < 20));
    }

    #[test]
    fn addresses_keep_their_parts_apart() {
        let address = Address::new(0x00ab_cdef, Site::Reader, u64::MAX);
        assert_eq!((address.entity(), address.site(), address.index()), (0x00ab_cdef, Some(Site::Reader), u64::MAX));
        assert_eq!(address.to_string(), format!("reader of 11259375 #{}", u64::MAX));
        assert_eq!(Address::new(1 << 24, Site::Wake, 1), Address::new(0, Site::Wake, 1));
    }

    #[test]
    fn addresses_read_what_they_print_and_nothing_else() {
        for site in Site::ALL {
            for address in [Address::new(0, site, 0), Address::new(MAX_ENTITY, site, u64::MAX)] {
                assert_eq!(address.to_string().parse(), Ok(address));
            }
        }
        let wrong = ["", "step", "step of 1", "step of #1", "step of 1 #", "stop of 1 #1", "step of 16777216 #1", "step of -1 #1"];
        for text in wrong.into_iter().chain(["step of 1 #+1", "step of 1 #1 ", "step of 1 #18446744073709551616"]) {
            assert_eq!(text.parse::<Address>(), Err(NoAddress), "{text:?}");
        }
    }

    #[test]
    fn what_has_a_chance_happens_as_often_as_it_says_and_is_replayed_without_a_draw() {
        let quarter =
            |choice: &mut Choice| (0..10_000).map(|index| choice.chance(Address::new(2, Site::Loss, index), 1 << 30)).collect::<Vec<_>>();
        let mut seeded = Choice::seeded(5);
        let first = quarter(&mut seeded);
        assert!((2_300..2_700).contains(&first.iter().filter(|happens| **happens).count()));
        assert_eq!(quarter(&mut Choice::replay(seeded.deviations().clone())), first);
        assert!(!Choice::benign().chance(Address::new(2, Site::Loss, 0), u32::MAX));
    }

    #[test]
    fn certainty_and_impossibility_are_exact() {
        let mut choice = Choice::seeded(1);
        assert!(!(0..1000).any(|index| choice.chance(Address::new(0, Site::Loss, index), 0)));
        assert!((0..1000).all(|index| choice.chance(Address::new(1, Site::Loss, index), u32::MAX)));
    }
}
