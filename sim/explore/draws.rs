//! Draws numbers for a generator out of a source: chance, or a record of what was drawn before.
//!
//! 0 is always the simplest answer. What belongs together stands between marks, so that a source that keeps a record can be edited
//! group by group.

use std::ops::{Range, RangeInclusive};
use std::time::Duration;

use crate::choice::CaseNumbers;

/// Where numbers come from.
pub(super) trait Source {
    /// A number of at most `most`; where it is left to chance, the one that `decide` makes of a number below 2³².
    fn number(&mut self, most: u32, decide: &dyn Fn(u32) -> u32) -> u32;

    /// A number that stands where there is no choice.
    fn fixed(&mut self, number: u32);

    /// What follows, up to the next [`Source::leave`] that is left over, belongs together.
    fn enter(&mut self, group: Group);

    /// The group at hand is complete.
    fn leave(&mut self);
}

/// Chance keeps no record.
impl Source for CaseNumbers {
    #[inline]
    fn number(&mut self, _most: u32, decide: &dyn Fn(u32) -> u32) -> u32 {
        decide(self.next())
    }

    fn fixed(&mut self, _number: u32) {}

    fn enter(&mut self, _group: Group) {}

    fn leave(&mut self) {}
}

/// What belongs together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    /// A part that can be brought back as a whole to what is simplest.
    Part,
    /// An element of a list; the number before it says that it is there.
    Element,
}

/// The tables of kinds of which a case may do without some.
#[derive(Clone, Copy, Debug)]
pub(super) enum Table {
    Calls,
    Sizes,
    Faults,
    Impairments,
}

/// Which kinds a case does without, by table: a bit for each kind. A search whose cases each have few kinds of calls and faults
/// gets further into what these do together than one whose cases have all of them.
#[derive(Clone, Copy, Debug, Default)]
struct Swarm([u32; 4]);

/// What is drawn from a source.
pub(super) struct Draws<'a> {
    source: &'a mut dyn Source,
    swarm: Swarm,
}

/// One kind of what can be drawn: how often, and how it is made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weighted<T> {
    weight: u32,
    make: fn(&mut Draws<'_>) -> T,
}

/// A kind that is drawn `weight` times in as many as the weights of all kinds together.
pub(super) const fn weighted<T>(weight: u32, make: fn(&mut Draws<'_>) -> T) -> Weighted<T> {
    Weighted { weight, make }
}

impl<'a> Draws<'a> {
    /// From this source.
    pub(super) fn new(source: &'a mut dyn Source) -> Self {
        Draws { source, swarm: Swarm::default() }
    }

    /// Decides which kinds there are from here on: in two of three cases all of them, else each of them in half.
    pub(super) fn swarm(&mut self) {
        let swarm = self.maybe(33, |draws| Swarm([(); 4].map(|()| draws.up_to(u32::MAX))));
        self.swarm = swarm.unwrap_or_default();
    }

    fn fixed(&mut self, number: u32) -> u32 {
        self.source.fixed(number);
        number
    }

    fn group<T>(&mut self, group: Group, make: impl FnOnce(&mut Self) -> T) -> T {
        self.source.enter(group);
        let made = make(self);
        self.source.leave();
        made
    }

    /// Any number up to `most`, each as often.
    pub(super) fn up_to(&mut self, most: u32) -> u32 {
        let count = u64::from(most) + 1;
        self.source.number(most, &|drawn| share_of(drawn, count) as u32)
    }

    /// Any number of this range, each as often. It has at least one, and at most 2³².
    pub(super) fn within(&mut self, range: Range<u64>) -> u64 {
        let most = u32::try_from(range.end - range.start - 1).unwrap_or(u32::MAX);
        range.start + u64::from(self.up_to(most))
    }

    /// A time, of a number of microseconds in this range.
    pub(super) fn micros(&mut self, range: Range<u64>) -> Duration {
        Duration::from_micros(self.within(range))
    }

    /// Yes in `percent` of a hundred cases.
    pub(super) fn happens(&mut self, percent: u32) -> bool {
        self.source.number(1, &|drawn| u32::from(share_of(drawn, 100) >= u64::from(100 - percent))) != 0
    }

    /// Something in `percent` of a hundred cases.
    pub(super) fn maybe<T>(&mut self, percent: u32, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.part(|draws| draws.happens(percent).then(|| make(draws)))
    }

    /// One of these, each as often; the first is the simplest. There is at least one.
    pub(super) fn one_of<T: Copy>(&mut self, values: &[T]) -> T {
        let last = values.len() as u32 - 1;
        values[self.up_to(last) as usize]
    }

    /// One of these kinds, as often as its weight says; the first is the simplest. There is at least one.
    pub(super) fn pick<T>(&mut self, kinds: &[Weighted<T>]) -> T {
        self.pick_without(0, kinds)
    }

    /// One of the kinds of a table that the case has; of all of them if it has none.
    pub(super) fn pick_of<T>(&mut self, table: Table, kinds: &[Weighted<T>]) -> T {
        let all = u32::MAX >> (u32::BITS - kinds.len() as u32);
        let off = self.swarm.0[table as usize] & all;
        self.pick_without(if off == all { 0 } else { off }, kinds)
    }

    fn pick_without<T>(&mut self, off: u32, kinds: &[Weighted<T>]) -> T {
        let last = kinds.len() as u32 - 1;
        self.part(|draws| {
            let index = draws.source.number(last, &|drawn| index_of(drawn, off, kinds));
            (kinds[index as usize].make)(draws)
        })
    }

    /// A part that can be brought back as a whole to what is simplest.
    pub(super) fn part<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> T {
        self.group(Group::Part, make)
    }

    /// A list, each of these lengths as often. Before each element, and at the end, stands whether there is another one.
    pub(super) fn list<T>(&mut self, lengths: RangeInclusive<usize>, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        self.part(|draws| {
            let mut list = Vec::new();
            while draws.goes_on(list.len(), &lengths) {
                list.push(draws.group(Group::Element, &mut make));
            }
            list
        })
    }

    fn goes_on(&mut self, length: usize, lengths: &RangeInclusive<usize>) -> bool {
        let room = lengths.end().saturating_sub(length) as u64;
        let goes_on = match room {
            0 => self.fixed(0),
            _ if length < *lengths.start() => self.fixed(1),
            _ => self.source.number(1, &|drawn| u32::from(share_of(drawn, room + 1) > 0)),
        };
        goes_on != 0
    }
}

/// A number below 2³² brought down to one below `count`; how far from evenly is the same everywhere (`count` / 2³²).
fn share_of(drawn: u32, count: u64) -> u64 {
    (u64::from(drawn) * count) >> 32
}

/// Which of the kinds a number below 2³² stands for; those whose bit is set are none.
fn index_of<T>(drawn: u32, off: u32, kinds: &[Weighted<T>]) -> u32 {
    let weights = || kinds.iter().enumerate().map(|(at, kind)| if off >> at & 1 == 0 { kind.weight } else { 0 });
    let mut rest = share_of(drawn, u64::from(weights().sum::<u32>())) as u32;
    let before = weights().take_while(|weight| {
        let is_before = rest >= *weight;
        rest = rest.saturating_sub(*weight);
        is_before
    });
    before.count().min(kinds.len() - 1) as u32
}
