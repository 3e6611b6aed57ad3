//! Bytes that a pending (or cancelled) read must have taken, since another read's data came after them.

use bytes::Bytes;
use smallvec::SmallVec;

use crate::oracle::Ordinal;

/// The most answers that are followed at once.
const MOST: usize = 64;

/// A hole in what was read: in one piece, but where overlapping writes lie in it their bytes may be mixed in any way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hole {
    /// Only reads called before this can have taken it.
    pub before: Ordinal,
    /// What of each write lies in it.
    parts: SmallVec<[Bytes; 1]>,
}

impl Hole {
    pub fn new(parts: impl IntoIterator<Item = Bytes>, before: Ordinal) -> Self {
        Hole { parts: parts.into_iter().filter(|part| !part.is_empty()).collect(), before }
    }

    pub fn len(&self) -> usize {
        self.parts.iter().map(Bytes::len).sum()
    }

    pub fn bytes(&self) -> impl Iterator<Item = &u8> {
        self.parts.iter().flat_map(Bytes::as_ref)
    }

    /// What can be left of it when a read took these bytes from it, each answer a list of smaller holes; and whether these
    /// are all answers.
    pub fn filled(&self, data: &[u8]) -> (Vec<Vec<Hole>>, bool) {
        match self.parts.as_slice() {
            [only] => self.filled_within(only, data),
            // What is taken from the middle of a mixture can't be told.
            _ => (self.filled_at_an_edge(data), false),
        }
    }

    fn filled_within(&self, part: &Bytes, data: &[u8]) -> (Vec<Vec<Hole>>, bool) {
        let around = |at: usize| {
            let sides = [part.slice(..at), part.slice(at + data.len()..)].into_iter().filter(|side| !side.is_empty());
            sides.map(|side| Hole::new([side], self.before)).collect()
        };
        let found: Vec<_> = occurrences(part, data).take(MOST + 1).map(around).collect();
        let complete = found.len() <= MOST;
        (found, complete)
    }

    /// Of a mixture a read is followed from the first byte or from the last.
    fn filled_at_an_edge(&self, data: &[u8]) -> Vec<Vec<Hole>> {
        let rest = |parts: Vec<Bytes>| {
            let hole = Hole::new(parts, self.before);
            if hole.parts.is_empty() { Vec::new() } else { vec![hole] }
        };
        let front = unmixed(&self.parts, data).into_iter().map(rest);
        let reversed: Vec<Bytes> = self.parts.iter().map(reverse).collect();
        let backwards: Vec<u8> = data.iter().rev().copied().collect();
        let back = unmixed(&reversed, &backwards).into_iter().map(|parts| rest(parts.iter().map(reverse).collect()));
        front.chain(back).collect()
    }
}

fn reverse(part: &Bytes) -> Bytes {
    part.iter().rev().copied().collect()
}

/// Takes bytes off the fronts of several parts, in up to [`MOST`] ways; what each way leaves.
fn unmixed(parts: &[Bytes], data: &[u8]) -> Vec<Vec<Bytes>> {
    let mut cursors = vec![vec![0; parts.len()]];
    for byte in data {
        let mut next: Vec<Vec<usize>> = Vec::new();
        for cursor in &cursors {
            for index in (0..parts.len()).filter(|&index| parts[index].get(cursor[index]) == Some(byte)) {
                let mut step = cursor.clone();
                step[index] += 1;
                if !next.contains(&step) && next.len() < MOST {
                    next.push(step);
                }
            }
        }
        cursors = next;
    }
    let left = |cursor: Vec<usize>| parts.iter().zip(cursor).map(|(part, taken)| part.slice(taken..)).collect();
    cursors.into_iter().map(left).collect()
}

/// Every place where `needle` stands in `hay`.
fn occurrences(hay: &[u8], needle: &[u8]) -> impl Iterator<Item = usize> {
    let last = (hay.len() + 1).saturating_sub(needle.len().max(1));
    (0..last).filter(move |&at| !needle.is_empty() && hay[at..].starts_with(needle))
}
