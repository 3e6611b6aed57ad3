//! Bytes that a pending (or cancelled) read must have taken, since another read's data came after them.

use super::Seq;
use super::frontier::MOST;

/// A hole in what was read: in one piece, but where overlapping writes lie in it their bytes may be mixed in any way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hole {
    /// What of each write lies in it.
    parts: Vec<Vec<u8>>,
    /// Only reads called before this can have taken it.
    pub before: Seq,
}

impl Hole {
    pub fn new(parts: Vec<Vec<u8>>, before: Seq) -> Self {
        Hole { parts: parts.into_iter().filter(|part| !part.is_empty()).collect(), before }
    }

    pub fn len(&self) -> usize {
        self.parts.iter().map(Vec::len).sum()
    }

    /// What can be left of it when a read took these bytes from it, each answer a list of smaller holes; and whether these
    /// are all answers.
    pub fn filled(&self, data: &[u8]) -> (Vec<Vec<Hole>>, bool) {
        match self.parts.as_slice() {
            [only] => (self.filled_within(only, data), true),
            // What is taken from the middle of a mixture can't be told.
            _ => (self.filled_at_an_edge(data), false),
        }
    }

    fn filled_within(&self, part: &[u8], data: &[u8]) -> Vec<Vec<Hole>> {
        let around = |at: usize| {
            let sides = [&part[..at], &part[at + data.len()..]].into_iter().filter(|side| !side.is_empty());
            sides.map(|side| Hole::new(vec![side.to_vec()], self.before)).collect()
        };
        occurrences(part, data).take(MOST).map(around).collect()
    }

    /// Of a mixture a read is followed from the first byte or from the last.
    fn filled_at_an_edge(&self, data: &[u8]) -> Vec<Vec<Hole>> {
        let rest = |parts: Vec<Vec<u8>>| {
            let hole = Hole::new(parts, self.before);
            if hole.parts.is_empty() { Vec::new() } else { vec![hole] }
        };
        let front = unmixed(&self.parts, data).into_iter().map(rest);
        let reversed: Vec<Vec<u8>> = self.parts.iter().map(|part| part.iter().rev().copied().collect()).collect();
        let backwards: Vec<u8> = data.iter().rev().copied().collect();
        let turn = |parts: Vec<Vec<u8>>| parts.into_iter().map(|part| part.into_iter().rev().collect()).collect();
        let back = unmixed(&reversed, &backwards).into_iter().map(|parts| rest(turn(parts)));
        front.chain(back).collect()
    }
}

/// Takes bytes off the fronts of several parts, in up to [`MOST`] ways; what each way leaves.
fn unmixed(parts: &[Vec<u8>], data: &[u8]) -> Vec<Vec<Vec<u8>>> {
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
    let left = |cursor: Vec<usize>| parts.iter().zip(cursor).map(|(part, taken)| part[taken..].to_vec()).collect();
    cursors.into_iter().map(left).collect()
}

/// Every place where `needle` stands in `hay`.
pub(super) fn occurrences(hay: &[u8], needle: &[u8]) -> impl Iterator<Item = usize> {
    let last = (hay.len() + 1).saturating_sub(needle.len().max(1));
    (0..last).filter(move |&at| !needle.is_empty() && hay[at..].starts_with(needle))
}
