//! Finds every way in which a read can have taken its bytes.

use smallvec::SmallVec;

use super::guess::common;
use super::hole::Hole;
use super::read::DataRead;
use super::view::View;
use super::way::Way;
use crate::oracle::written::Status;

/// The most possibilities that are followed at once.
pub(super) const MOST: usize = 64;

impl View<'_> {
    /// The ways that are possible after a read, and whether it would have fitted but for the order of the calls.
    pub fn step(&self, ways: &[Way], read: &DataRead) -> (Vec<Way>, bool) {
        let (mut next, mut overtook) = (Vec::new(), false);
        self.look_at(read.reader.now);
        for way in ways {
            if self.is_spent() && !next.is_empty() {
                self.cut();
                break;
            }
            self.fill(way, read, &mut next);
            let front = self.front(way, read);
            if read.overtaken {
                overtook |= !front.is_empty();
            } else {
                next.extend(front);
            }
        }
        self.sift(&mut next);
        (next, overtook)
    }

    /// Leaves out what is the same. Of too many the likeliest stay.
    pub fn sift(&self, ways: &mut Vec<Way>) {
        self.charge(ways.iter().map(Way::size).sum());
        if ways.len() > 1 {
            ways.sort_by(Way::likelier);
            ways.dedup_by(|later, first| later.is_same_place(first));
        }
        if ways.len() > MOST {
            ways.truncate(MOST);
            self.cut();
        }
    }

    /// The ways in which these bytes come next.
    fn take(&self, way: Way, data: &[u8]) -> Vec<Way> {
        let mut ways = vec![way];
        let mut done = 0;
        while done < data.len() && !ways.is_empty() {
            if self.is_spent() {
                return self.take_likeliest(ways, &data[done..]);
            }
            let run = if let [way] = ways.as_mut_slice() { self.run(way, &data[done..]) } else { 0 };
            done += run;
            if run > 0 {
                continue;
            }
            ways = self.successors(&ways, data[done]);
            done += 1;
        }
        ways
    }

    /// Nothing may be spent on a choice any more.
    fn take_likeliest(&self, mut ways: Vec<Way>, data: &[u8]) -> Vec<Way> {
        self.cut();
        ways.truncate(1);
        ways.retain_mut(|way| self.follow(way, data).is_some());
        ways
    }

    /// Takes bytes as long as there is one way to do so; how many.
    fn run(&self, way: &mut Way, data: &[u8]) -> usize {
        let open = self.eligible(way, 0);
        let mut fitting = open.iter().copied().filter(|&index| self.next(way, index) == Some(data[0]));
        let (Some(index), None) = (fitting.next(), fitting.next()) else { return 0 };
        let mut run = common(self.rest(way, index), data);
        self.charge(run as u64 / 16);
        for other in open.into_iter().filter(|&other| other != index) {
            let next = self.next(way, other);
            run = data[..run].iter().position(|byte| Some(*byte) == next).unwrap_or(run);
        }
        way.advance(index, run);
        run
    }

    /// The ways in which this byte comes next.
    fn successors(&self, ways: &[Way], byte: u8) -> Vec<Way> {
        let mut next = Vec::new();
        for way in ways {
            for index in self.distinct(way, byte) {
                let mut step = way.clone();
                step.advance(index, 1);
                next.push(step);
            }
        }
        self.sift(&mut next);
        next
    }

    /// The writes that have this byte next, without those that another one stands for.
    fn distinct(&self, way: &Way, byte: u8) -> SmallVec<[usize; 8]> {
        let mut found = SmallVec::<[usize; 8]>::new();
        for index in self.eligible(way, 0) {
            if self.next(way, index) != Some(byte) || found.iter().any(|&first| self.stands_for(way, first, index)) {
                continue;
            }
            if found.len() == MOST {
                self.cut();
                break;
            }
            found.push(index);
        }
        found
    }

    /// Does whatever can follow on taking the later write follow on taking the first one as well? Both are accepted, the same is
    /// left of both, and the first one was called and returned before: whatever waits for the later one waits for it too. Until
    /// both have come equally far each can play the other's part.
    fn stands_for(&self, way: &Way, first: usize, later: usize) -> bool {
        let (one, other) = (self.write(first), self.write(later));
        let accepted = one.status == Status::Ok && other.status == Status::Ok;
        let in_order = one.returned.map(|at| at.seq) <= other.returned.map(|at| at.seq);
        self.charge(1);
        accepted && in_order && self.rest(way, first) == self.rest(way, later)
    }

    /// Ways in which the data was taken at the front: at once, or after bytes that another read has taken.
    fn front(&self, way: &Way, read: &DataRead) -> Vec<Way> {
        let others = read.reader.others;
        let mut found = if way.fits(others) { self.take(way.clone(), &read.data) } else { Vec::new() };
        found.iter_mut().for_each(|way| way.settle(others));
        if way.free(others) > 0 {
            self.further_on(way, read, &mut found);
        }
        found
    }

    fn further_on(&self, way: &Way, read: &DataRead, found: &mut Vec<Way>) {
        let is_swallowed = read.reader.others == 0;
        for at in self.places(way, &read.data, MOST, !found.is_empty(), is_swallowed) {
            let hole = Hole::new(self.between(way, &at), read.reader.now);
            for mut after in self.take(at, &read.data) {
                after.leave(hole.clone(), read.reader);
                found.push(after);
            }
        }
    }

    /// Ways in which the data was part of a hole that another read's data left.
    fn fill(&self, way: &Way, read: &DataRead, found: &mut Vec<Way>) {
        for (index, hole) in way.holes.iter().enumerate().filter(|(_, hole)| read.reader.called < hole.before) {
            let (fillings, is_all) = hole.filled(&read.data);
            self.charge(hole.len() as u64 / 16 + fillings.len() as u64 * way.size());
            if !is_all {
                self.cut();
            }
            for left in fillings {
                let mut filled = way.clone();
                filled.holes.remove(index);
                filled.holes.extend(left);
                if filled.fits(read.reader.others) {
                    filled.settle(read.reader.others);
                    found.push(filled);
                }
            }
        }
    }
}
