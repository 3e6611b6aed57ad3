//! Draws numbers for a generator, and records them: the same record makes the same value again, one with fewer or smaller numbers
//! a simpler one.
//!
//! 0 is always the simplest answer. What belongs together stands between marks, so that an edit of one group of numbers changes
//! nothing of what is made of the others: a group that is longer than what is asked for is left early, after the end of one that is
//! shorter all numbers are 0.

use std::ops::{Range, RangeInclusive};
use std::time::Duration;

use proptest::prelude::Rng;
use proptest::test_runner::TestRng;

/// Room for a record that is made at once.
const USUAL: usize = 512;

/// A source of numbers, and the record of what came out of it.
#[derive(Debug)]
pub(super) struct Draws<'a> {
    source: DrawSource<'a>,
    record: Vec<Draw>,
}

#[derive(Debug)]
enum DrawSource<'a> {
    Chance(&'a mut TestRng),
    Again(Reading<'a>),
}

/// One entry of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Draw {
    Number(u32),
    /// What follows, up to its [`Draw::End`], belongs together.
    Group,
    /// So it does, and is an element of a list; the number before it says that it is there.
    Element,
    End,
}

/// A record that is read.
#[derive(Debug)]
struct Reading<'a> {
    rest: &'a [Draw],
    /// How many groups were entered that the record does not have.
    missing: usize,
}

impl Reading<'_> {
    /// The next number of the group at hand, 0 after its end.
    fn number(&mut self) -> u32 {
        match self.rest {
            [Draw::Number(number), rest @ ..] if self.missing == 0 => {
                self.rest = rest;
                *number
            }
            _ => 0,
        }
    }

    fn enter(&mut self) {
        match self.rest {
            [Draw::Group | Draw::Element, rest @ ..] if self.missing == 0 => self.rest = rest,
            _ => self.missing += 1,
        }
    }

    fn leave(&mut self) {
        if self.missing > 0 {
            self.missing -= 1;
        } else {
            self.rest = &self.rest[length(self.rest)..];
        }
    }
}

/// How many entries are left of the group at hand, its end among them.
pub(super) fn length(rest: &[Draw]) -> usize {
    let mut depth = 1;
    let ends = |draw: &Draw| {
        match draw {
            Draw::Number(_) => {}
            Draw::Group | Draw::Element => depth += 1,
            Draw::End => depth -= 1,
        }
        depth == 0
    };
    rest.iter().position(ends).map_or(rest.len(), |end| end + 1)
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
    /// At random.
    pub(super) fn chance(rng: &'a mut TestRng) -> Self {
        Draws { source: DrawSource::Chance(rng), record: Vec::with_capacity(USUAL) }
    }

    /// What this record says, each number cut to what there is to choose.
    pub(super) fn again(record: &'a [Draw]) -> Self {
        let reading = Reading { rest: record, missing: 0 };
        Draws { source: DrawSource::Again(reading), record: Vec::with_capacity(record.len()) }
    }

    /// What was drawn.
    pub(super) fn into_record(self) -> Vec<Draw> {
        self.record
    }

    /// A number of at most `most`: at random as `decide` makes it of a number below 2³².
    fn number(&mut self, most: u32, decide: impl FnOnce(u32) -> u32) -> u32 {
        let number = match &mut self.source {
            DrawSource::Chance(rng) => decide(rng.next_u32()),
            DrawSource::Again(reading) => reading.number().min(most),
        };
        self.record.push(Draw::Number(number));
        number
    }

    /// A number that stands where there is no choice.
    fn fixed(&mut self, number: u32) -> u32 {
        if let DrawSource::Again(reading) = &mut self.source {
            reading.number();
        }
        self.record.push(Draw::Number(number));
        number
    }

    /// What belongs together.
    fn group<T>(&mut self, mark: Draw, make: impl FnOnce(&mut Self) -> T) -> T {
        if let DrawSource::Again(reading) = &mut self.source {
            reading.enter();
        }
        self.record.push(mark);
        let made = make(self);
        if let DrawSource::Again(reading) = &mut self.source {
            reading.leave();
        }
        self.record.push(Draw::End);
        made
    }

    /// Any number up to `most`, each as often.
    pub(super) fn up_to(&mut self, most: u32) -> u32 {
        let count = u64::from(most) + 1;
        self.number(most, |drawn| share_of(drawn, count) as u32)
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
        self.number(1, |drawn| u32::from(share_of(drawn, 100) >= u64::from(100 - percent))) != 0
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
        let last = kinds.len() as u32 - 1;
        self.part(|draws| {
            let index = draws.number(last, |drawn| index_of(drawn, kinds));
            (kinds[index as usize].make)(draws)
        })
    }

    /// A part that can be brought back as a whole to what is simplest.
    pub(super) fn part<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> T {
        self.group(Draw::Group, make)
    }

    /// A list, each of these lengths as often. Before each element, and at the end, stands whether there is another one.
    pub(super) fn list<T>(&mut self, lengths: RangeInclusive<usize>, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        self.part(|draws| {
            let mut list = Vec::new();
            while draws.goes_on(list.len(), &lengths) {
                list.push(draws.group(Draw::Element, &mut make));
            }
            list
        })
    }

    fn goes_on(&mut self, length: usize, lengths: &RangeInclusive<usize>) -> bool {
        let room = lengths.end().saturating_sub(length) as u64;
        let goes_on = match room {
            0 => self.fixed(0),
            _ if length < *lengths.start() => self.fixed(1),
            _ => self.number(1, |drawn| u32::from(share_of(drawn, room + 1) > 0)),
        };
        goes_on != 0
    }
}

/// A number below 2³² brought down to one below `count`; how far from evenly is the same everywhere (`count` / 2³²).
fn share_of(drawn: u32, count: u64) -> u64 {
    (u64::from(drawn) * count) >> 32
}

/// Which of the kinds a number below 2³² stands for.
fn index_of<T>(drawn: u32, kinds: &[Weighted<T>]) -> u32 {
    let total: u32 = kinds.iter().map(|kind| kind.weight).sum();
    let mut rest = share_of(drawn, u64::from(total)) as u32;
    let mut index = 0;
    while let Some(kind) = kinds.get(index).filter(|kind| rest >= kind.weight) {
        rest -= kind.weight;
        index += 1;
    }
    index as u32
}
