//! Says by trying everything whether a history of one direction can be explained.
//!
//! The reads are put into some order, each takes its bytes one by one from some write. Nothing is left out, nothing is clever.

use std::collections::BTreeSet;

use super::history::{Event, How, Terms};

struct Write {
    data: Vec<u8>,
    called: usize,
    returned: Option<usize>,
    fate: Fate,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Pending,
    Whole,
    Prefix,
    RunsOn,
}

struct Read {
    called: usize,
    /// When it returned data or the end of the stream.
    returned: Option<usize>,
    took: Took,
}

#[derive(Clone, PartialEq, Eq)]
enum Took {
    Data(Vec<u8>),
    End,
    /// Pending: perhaps a piece.
    Perhaps,
    /// Cancelled: perhaps a piece, at any later time.
    Lost,
    Nothing,
}

/// How far each write was taken, and which reads have taken their piece.
type State = (Vec<usize>, BTreeSet<usize>);

pub struct Model {
    terms: Terms,
    writes: Vec<Write>,
    reads: Vec<Read>,
}

impl Model {
    pub fn new(terms: Terms, events: &[Event]) -> Self {
        let mut model = Model { terms, writes: Vec::new(), reads: Vec::new() };
        for (at, event) in events.iter().enumerate() {
            model.add(at, event);
        }
        model
    }

    fn add(&mut self, at: usize, event: &Event) {
        let data = |data: &Vec<u8>| if self.terms.counted { vec![b'?'; data.len()] } else { data.clone() };
        match event {
            Event::Write { data: bytes, .. } => {
                let data = data(bytes);
                self.writes.push(Write { data, called: at, returned: None, fate: Fate::Pending });
            }
            Event::Settle { op, how } => {
                let write = &mut self.writes[*op];
                write.returned = Some(at);
                write.fate = match how {
                    How::Ok | How::Failed(Some(_)) => Fate::Whole,
                    How::Failed(None) => Fate::Prefix,
                    How::Cancelled => {
                        if self.terms.runs_on {
                            Fate::RunsOn
                        } else {
                            Fate::Prefix
                        }
                    }
                };
                if let How::Failed(Some(accepted)) = how {
                    write.data.truncate(*accepted);
                }
            }
            Event::Read { .. } => self.reads.push(Read { called: at, returned: None, took: Took::Perhaps }),
            Event::Data { op, data: bytes } => {
                let took = Took::Data(data(bytes));
                (self.reads[*op].returned, self.reads[*op].took) = (Some(at), took);
            }
            Event::End { op } => (self.reads[*op].returned, self.reads[*op].took) = (Some(at), Took::End),
            Event::Cancel { op } => {
                self.reads[*op].took = if self.terms.lossy { Took::Lost } else { Took::Nothing };
            }
        }
    }

    /// Is there any order that explains all that was returned?
    pub fn explains(&self) -> bool {
        let mut seen = BTreeSet::new();
        let mut todo = vec![(vec![0; self.writes.len()], BTreeSet::new())];
        while let Some(state) = todo.pop() {
            if self.is_complete(&state) {
                return true;
            }
            for read in 0..self.reads.len() {
                for next in self.place(&state, read) {
                    if seen.insert(next.clone()) {
                        todo.push(next);
                    }
                }
            }
        }
        false
    }

    fn is_complete(&self, (_, placed): &State) -> bool {
        self.reads.iter().enumerate().all(|(index, read)| placed.contains(&index) || !matches!(read.took, Took::Data(_) | Took::End))
    }

    /// This read comes next.
    fn place(&self, (taken, placed): &State, index: usize) -> Vec<State> {
        let read = &self.reads[index];
        let over = placed.iter().any(|&other| self.reads[other].took == Took::End);
        let late = |other: &Read| matches!(other.took, Took::Data(_) | Took::End) && other.returned.is_some_and(|at| at < read.called);
        let must_wait = self.reads.iter().enumerate().any(|(other, known)| !placed.contains(&other) && late(known));
        let overtaken = self.terms.fifo && placed.iter().any(|&other| self.is_overtaken(read, &self.reads[other]));
        // What came before the bytes of a read had been written when it returned.
        let is_early = self.writes.iter().zip(taken).any(|(write, taken)| *taken > 0 && read.returned.is_some_and(|at| at < write.called));
        if placed.contains(&index) || must_wait || overtaken || is_early {
            return Vec::new();
        }
        let reached = match &read.took {
            Took::Data(data) if !over => self.take(taken, data, read.returned.unwrap_or(usize::MAX)),
            Took::End if self.is_all_taken(taken, read.returned.unwrap_or(usize::MAX)) => vec![taken.clone()],
            Took::Perhaps | Took::Lost if !over => self.take_any(taken),
            _ => Vec::new(),
        };
        let placed: BTreeSet<usize> = placed.iter().copied().chain([index]).collect();
        reached.into_iter().map(|taken| (taken, placed.clone())).collect()
    }

    /// Where reads get their bytes in the order of their calls: was this one served after one that was called later?
    fn is_overtaken(&self, read: &Read, other: &Read) -> bool {
        let is_data = |read: &Read| matches!(read.took, Took::Data(_)) && !self.terms.counted;
        let both = is_data(read) && is_data(other) || read.took == Took::End && other.took == Took::Perhaps;
        both && other.called > read.called
    }

    fn is_all_taken(&self, taken: &[usize], at: usize) -> bool {
        let accepted = |write: &Write| write.fate == Fate::Whole && write.returned.is_some_and(|returned| returned < at);
        self.writes.iter().zip(taken).all(|(write, taken)| !accepted(write) || *taken == write.data.len())
    }

    /// The bytes, taken one by one of any writes called before `now`.
    fn take(&self, taken: &[usize], data: &[u8], now: usize) -> Vec<Vec<usize>> {
        let mut reached = BTreeSet::from([taken.to_vec()]);
        for byte in data {
            let steps =
                |taken: &Vec<usize>| self.steps(taken, now).filter(|(next, _)| next == byte).map(|(_, taken)| taken).collect::<Vec<_>>();
            reached = reached.iter().flat_map(steps).collect();
        }
        reached.into_iter().collect()
    }

    /// One byte or more.
    fn take_any(&self, taken: &[usize]) -> Vec<Vec<usize>> {
        let mut found = BTreeSet::new();
        let mut todo = vec![taken.to_vec()];
        while let Some(taken) = todo.pop() {
            for (_, next) in self.steps(&taken, usize::MAX) {
                if found.insert(next.clone()) {
                    todo.push(next);
                }
            }
        }
        found.into_iter().collect()
    }

    /// Every byte that can come next.
    fn steps(&self, taken: &[usize], now: usize) -> impl Iterator<Item = (u8, Vec<usize>)> {
        (0..self.writes.len()).filter(move |&index| self.writes[index].called < now && self.can_come(taken, index, now)).map(move |index| {
            let mut next = taken.to_vec();
            next[index] += 1;
            (self.writes[index].data[taken[index]], next)
        })
    }

    fn can_come(&self, taken: &[usize], index: usize, now: usize) -> bool {
        let others = || (0..self.writes.len()).filter(|&other| other != index);
        let is_open = |other: usize| taken[other] < self.writes[other].data.len();
        let was_pending = |write: &Write| write.returned.is_none_or(|at| at > now);
        let must_go_on = |other: usize| {
            taken[other] > 0 && is_open(other) && (was_pending(&self.writes[other]) || self.writes[other].fate == Fate::Whole)
        };
        let waits = |other: usize| self.precedes(other, index) && self.writes[other].fate == Fate::Whole && is_open(other);
        let is_over = |other: usize| self.precedes(index, other) && taken[other] > 0;
        is_open(index) && !others().any(|other| waits(other) || is_over(other) || self.terms.whole && must_go_on(other))
    }

    fn precedes(&self, first: usize, later: usize) -> bool {
        let returned = self.writes[first].returned;
        self.writes[first].fate != Fate::RunsOn && returned.is_some_and(|at| at < self.writes[later].called)
    }
}
