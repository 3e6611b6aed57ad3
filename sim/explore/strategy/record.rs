//! Records what is drawn for a scenario: the same record makes the same scenario again, one with fewer or smaller numbers a simpler
//! one.
//!
//! An edit of one group of numbers changes nothing of what is made of the others: a group that is longer than what is asked for is
//! left early, after the end of one that is shorter all numbers are 0.

use super::super::draws::{Group, Source};
use crate::choice::CaseNumbers;

/// Room for a record that is made at once.
const USUAL: usize = 512;

/// One entry of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Draw {
    Number(u32),
    /// What follows, up to its [`Draw::Leave`], belongs together.
    Enter(Group),
    Leave,
}

impl Draw {
    pub(super) fn number(self) -> Option<u32> {
        match self {
            Draw::Number(number) => Some(number),
            Draw::Enter(_) | Draw::Leave => None,
        }
    }
}

/// A source of numbers, and the record of what came out of it.
#[derive(Debug)]
pub(super) struct Recorder<'a> {
    origin: Origin<'a>,
    record: Vec<Draw>,
}

#[derive(Debug)]
enum Origin<'a> {
    Chance(Box<CaseNumbers>),
    Again(Reading<'a>),
}

impl<'a> Recorder<'a> {
    /// At random.
    pub(super) fn chance(numbers: CaseNumbers) -> Self {
        Recorder { origin: Origin::Chance(Box::new(numbers)), record: Vec::with_capacity(USUAL) }
    }

    /// What this record says, each number cut to what there is to choose.
    pub(super) fn again(record: &'a [Draw]) -> Self {
        let reading = Reading { rest: record, missing: 0 };
        Recorder { origin: Origin::Again(reading), record: Vec::with_capacity(record.len()) }
    }

    /// What was drawn.
    pub(super) fn into_record(self) -> Vec<Draw> {
        self.record
    }
}

impl Source for Recorder<'_> {
    fn number(&mut self, most: u32, decide: &dyn Fn(u32) -> u32) -> u32 {
        let number = match &mut self.origin {
            Origin::Chance(numbers) => decide(numbers.next()),
            Origin::Again(reading) => reading.number().min(most),
        };
        self.record.push(Draw::Number(number));
        number
    }

    fn fixed(&mut self, number: u32) {
        if let Origin::Again(reading) = &mut self.origin {
            reading.number();
        }
        self.record.push(Draw::Number(number));
    }

    fn enter(&mut self, group: Group) {
        if let Origin::Again(reading) = &mut self.origin {
            reading.enter();
        }
        self.record.push(Draw::Enter(group));
    }

    fn leave(&mut self) {
        if let Origin::Again(reading) = &mut self.origin {
            reading.leave();
        }
        self.record.push(Draw::Leave);
    }
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
            [Draw::Enter(_), rest @ ..] if self.missing == 0 => self.rest = rest,
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
            Draw::Enter(_) => depth += 1,
            Draw::Leave => depth -= 1,
        }
        depth == 0
    };
    rest.iter().position(ends).map_or(rest.len(), |end| end + 1)
}
