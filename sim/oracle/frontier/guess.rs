//! Follows one way, the likeliest.

use super::hole::Hole;
use super::read::DataRead;
use super::view::View;
use super::way::Way;
use crate::oracle::written::same;

/// How many places further on are tried.
const TRIES: usize = 4;

/// Where the likeliest way leads, and whether it is the only one.
pub(super) struct Guess {
    pub way: Way,
    pub is_sure: bool,
}

impl View<'_> {
    /// The likeliest way in which a read took its bytes.
    pub fn guess(&self, way: &Way, read: &DataRead) -> Option<Guess> {
        self.look_at(read.reader.now);
        if let Some(way) = self.guess_fill(way, read) {
            return Some(Guess { way, is_sure: false });
        }
        if read.overtaken {
            return None;
        }
        let others = read.reader.others;
        if way.fits(others) {
            let mut front = way.clone();
            if let Some(is_sole) = self.follow(&mut front, &read.data) {
                let is_sure = is_sole && way.free(others) == 0 && way.holes.is_empty();
                return Some(Guess { way: front, is_sure });
            }
        }
        let way = if way.free(others) > 0 { self.guess_further_on(way, read) } else { None };
        way.map(|way| Guess { way, is_sure: false })
    }

    /// The read took what another one left.
    fn guess_fill(&self, way: &Way, read: &DataRead) -> Option<Way> {
        self.charge(way.size());
        let index = way.holes.iter().position(|hole| read.reader.called < hole.before && !hole.filled(&read.data).0.is_empty())?;
        let mut filled = way.clone();
        let (fillings, _) = filled.holes.remove(index).filled(&read.data);
        filled.holes.extend(fillings.into_iter().next()?);
        filled.fits(read.reader.others).then(|| {
            filled.settle(read.reader.others);
            filled
        })
    }

    /// Another read took what comes first.
    fn guess_further_on(&self, way: &Way, read: &DataRead) -> Option<Way> {
        self.places(way, &read.data, TRIES, false, false).into_iter().find_map(|at| {
            let mut after = at.clone();
            self.follow(&mut after, &read.data)?;
            after.leave(Hole::new(self.between(way, &at), read.reader.now), read.reader);
            Some(after)
        })
    }

    /// Takes these bytes: each time from the first write that they fit as far as both go, else from the one that they fit longest.
    /// Whether there is no other way.
    pub fn follow(&self, way: &mut Way, data: &[u8]) -> Option<bool> {
        let (mut done, mut is_sole) = (0, true);
        while done < data.len() {
            let open = self.eligible(way, 0);
            let (index, run) = self.longest(way, &open, &data[done..])?;
            is_sole = is_sole && !self.is_shared(way, &open, index, &data[done..done + run]);
            way.advance(index, run);
            done += run;
        }
        Some(is_sole)
    }

    fn longest(&self, way: &Way, open: &[usize], data: &[u8]) -> Option<(usize, usize)> {
        let mut best = None;
        for &index in open {
            let rest = self.rest(way, index);
            let most = rest.len().min(data.len());
            let run = common(rest, data);
            self.charge(run as u64 / 16);
            if run > best.map_or(0, |(_, run)| run) {
                best = Some((index, run));
            }
            if run == most && run > 0 {
                break;
            }
        }
        best
    }

    /// Can another write have one of these bytes?
    fn is_shared(&self, way: &Way, open: &[usize], index: usize, run: &[u8]) -> bool {
        let nexts = open.iter().filter(|&&other| other != index).filter_map(|&other| self.next(way, other));
        nexts.into_iter().any(|next| {
            self.charge(run.len() as u64 / 64);
            run.contains(&next)
        })
    }
}

/// How many bytes are equal at the start.
pub(super) fn common(a: &[u8], b: &[u8]) -> usize {
    let most = a.len().min(b.len());
    if same(&a[..most], &b[..most]) {
        return most;
    }
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}
