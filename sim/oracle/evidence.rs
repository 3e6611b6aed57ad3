//! Works out what bytes are that fit nowhere in their stream: what they look like, what was skipped before them, and which
//! unread bytes stand in their place.
//!
//! They are compared with what goes wrong in practice: bytes that come twice, out of order, with a piece missing, changed, from
//! nowhere. Which rule that breaks is for the rooms to say.

use super::Ordinal;
use super::stream::{ByteStream, Status, Write, position};

/// The longest stretch of unread bytes that is searched.
const REACH: usize = 4 << 20;

/// The most unread writes that are searched.
const PARTS: usize = 1024;

/// How many of the bytes read last are compared with bytes that come again.
const AGAIN: usize = 1 << 16;

/// What is wrong with bytes, in the plainest terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// Their read was overtaken by one that stands behind it in line.
    Overtaken,
    /// The last bytes before them come a second time, and then the stream goes on as it should.
    Repeated { bytes: usize },
    /// That read had returned them before.
    ReadBefore { op: u64 },
    /// They are what comes next, but for some that differ, from this one on.
    Changed { at: usize },
    /// So many bytes before them are missing.
    Skipped { bytes: usize },
    /// So many are more than there were.
    Excess { bytes: usize },
    /// They are none of these.
    Foreign,
}

/// What was found out about bytes that fit nowhere.
pub(super) struct Evidence<'a> {
    pub flaw: Flaw,
    /// The bytes from the first one on that does not fit; none where only their number is known.
    pub rest: &'a [u8],
    /// How many unread bytes stand before these, where they are found among them.
    pub gap: Option<usize>,
    /// They would fit if overlapping writes could mix, and these may not.
    pub is_mixed: bool,
    pub unread: Unread,
}

impl<'a> Evidence<'a> {
    /// Of these bytes the stream goes on with the first `fit`, which are read by now.
    pub fn of(stream: &ByteStream, bytes: &'a [u8], fit: usize) -> Self {
        let unread = Unread::of(stream);
        let (fitted, rest) = bytes.split_at(fit);
        let gap = position(&unread.bytes, rest).filter(|&gap| gap > 0);
        let again = || repeated(stream, fitted, rest, &unread).or_else(|| read_before(stream, rest));
        let known = if gap.is_none() { again() } else { None };
        let flaw = known.or_else(|| changed(rest, &unread.bytes, gap.is_some())).unwrap_or(match gap {
            Some(bytes) => Flaw::Skipped { bytes },
            None if unread.bytes.is_empty() => Flaw::Excess { bytes: rest.len() },
            None => Flaw::Foreign,
        });
        Evidence { flaw, rest, gap, is_mixed: false, unread }
    }

    /// No more than this is known of them.
    pub fn bare(flaw: Flaw) -> Self {
        Evidence { flaw, rest: &[], gap: None, is_mixed: false, unread: Unread::default() }
    }

    /// How many unread bytes are done with where judging goes on after these; none where they are no part of the stream.
    pub fn done(&self) -> Option<usize> {
        let len = self.rest.len();
        match self.flaw {
            Flaw::Overtaken | Flaw::ReadBefore { .. } | Flaw::Excess { .. } => None,
            Flaw::Repeated { bytes } => Some(len - bytes),
            Flaw::Changed { .. } => Some(len),
            Flaw::Skipped { bytes } => Some(bytes + len),
            Flaw::Foreign => (self.unread.bytes.len() >= len).then_some(len),
        }
    }

    /// The write inside which a piece is missing before these bytes.
    pub fn torn_write(&self) -> Option<&Part> {
        let gap = self.gap?;
        self.unread.part(gap).filter(|part| part.start < gap)
    }

    /// Are they these parts (the last one perhaps cut) in an order other than theirs?
    pub fn is_shuffle_of(&self, parts: &[&[u8]]) -> bool {
        let mut left: Vec<&[u8]> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
        let (mut bytes, mut used) = (self.rest, 0);
        while !bytes.is_empty() {
            let fits = |part: &&[u8]| bytes.starts_with(part) || part.starts_with(bytes);
            let Some(index) = left.iter().position(fits) else { return false };
            let part = left.remove(index);
            bytes = &bytes[part.len().min(bytes.len())..];
            used += 1;
        }
        used > 1
    }
}

/// The bytes that could come next, in the order of the calls.
#[derive(Default)]
pub(super) struct Unread {
    pub bytes: Vec<u8>,
    /// What each write has in them.
    pub parts: Vec<Part>,
    /// The write that the next byte is of.
    pub first: Option<Write>,
}

/// The unread bytes of one write.
pub(super) struct Part {
    /// Its index among the writes that can still contribute.
    pub write: usize,
    /// Its operation.
    pub op: u64,
    pub status: Status,
    /// Where they begin among the unread bytes.
    pub start: usize,
    /// Where they begin in the write.
    pub from: usize,
    pub len: usize,
}

impl Unread {
    fn of(stream: &ByteStream) -> Self {
        let mut unread = Unread::default();
        for (index, write) in stream.writes.iter().enumerate() {
            let from = stream.taken_at_most(index);
            let Some(rest) = write.bytes().map(|bytes| &bytes[from..]) else { break };
            if unread.bytes.len() > REACH || unread.parts.len() > PARTS {
                break;
            }
            let (op, status, start) = (write.op, write.status, unread.bytes.len());
            unread.parts.push(Part { write: index, op, status, start, from, len: rest.len() });
            unread.bytes.extend_from_slice(rest);
            if unread.first.is_none() && !rest.is_empty() {
                unread.first = Some(write.clone());
            }
        }
        unread
    }

    /// The part that holds this offset.
    pub fn part(&self, offset: usize) -> Option<&Part> {
        self.parts.iter().rev().find(|part| part.start <= offset && offset < part.start + part.len)
    }

    /// Does a write begin here, nothing of it taken?
    pub fn begins_write(&self, offset: usize) -> bool {
        self.part(offset).is_some_and(|part| part.start == offset && part.from == 0)
    }

    /// The bytes of each write.
    pub fn by_write(&self) -> impl Iterator<Item = &[u8]> {
        self.parts.iter().map(|part| &self.bytes[part.start..part.start + part.len])
    }
}

/// What wrong bytes are compared with.
impl ByteStream {
    /// Did a read return these bytes that overlaps one called then?
    pub fn was_read_since(&self, called: Ordinal, bytes: &[u8]) -> bool {
        self.history.iter().any(|piece| piece.returned > called && position(&piece.data, bytes).is_some())
    }

    /// Are they bytes of a write that failed or was cancelled?
    pub fn is_of_dead_write(&self, bytes: &[u8]) -> bool {
        self.dead.iter().any(|write| write.data.bytes().is_some_and(|dead| position(dead, bytes).is_some()))
    }

    /// Do some of the writes overlap that can still contribute?
    pub fn has_overlap(&self) -> bool {
        self.writes.iter().zip(self.writes.iter().skip(1)).any(|(first, second)| !first.precedes(second))
    }

    /// Are the contents of all writes known that can still contribute?
    pub fn is_known(&self) -> bool {
        self.writes.iter().all(|write| write.data.bytes().is_some())
    }
}

fn repeated(stream: &ByteStream, fitted: &[u8], rest: &[u8], unread: &Unread) -> Option<Flaw> {
    let read: Vec<u8> = stream.history.iter().flat_map(|piece| piece.data.iter()).chain(fitted).copied().collect();
    let read = &read[read.len().saturating_sub(AGAIN)..];
    let goes_on = |again: &usize| unread.bytes.starts_with(&rest[*again..]);
    overlaps(read, rest).into_iter().find(goes_on).map(|bytes| Flaw::Repeated { bytes })
}

/// Every length, the shortest first, at which the last bytes of the one are the first of the other (Knuth, Morris and Pratt).
fn overlaps(before: &[u8], after: &[u8]) -> Vec<usize> {
    let mut shorter = vec![0; after.len() + 1];
    let longer = |mut len: usize, byte: u8, shorter: &[usize]| {
        while len > 0 && after.get(len) != Some(&byte) {
            len = shorter[len];
        }
        if after.get(len) == Some(&byte) { len + 1 } else { 0 }
    };
    for (at, byte) in after.iter().enumerate().skip(1) {
        shorter[at + 1] = longer(shorter[at], *byte, &shorter);
    }
    let longest = before.iter().fold(0, |len, byte| longer(len, *byte, &shorter));
    let mut lengths: Vec<usize> = std::iter::successors(Some(longest), |&len| Some(shorter[len])).take_while(|len| *len > 0).collect();
    lengths.reverse();
    lengths
}

fn read_before(stream: &ByteStream, rest: &[u8]) -> Option<Flaw> {
    let piece = stream.history.iter().rev().find(|piece| position(&piece.data, rest).is_some())?;
    Some(Flaw::ReadBefore { op: piece.op })
}

/// At least half of the bytes are those that come next; where they are also found further on, all but one.
fn changed(rest: &[u8], ahead: &[u8], is_further_on: bool) -> Option<Flaw> {
    let len = rest.len();
    let equal = rest.iter().zip(ahead).filter(|(got, want)| got == want).count();
    let is_alike = len >= 2 && ahead.len() >= len && equal * 2 >= len && (!is_further_on || equal + 1 >= len);
    let at = || rest.iter().zip(ahead).take_while(|(got, want)| got == want).count();
    is_alike.then(|| Flaw::Changed { at: at() })
}

#[cfg(test)]
mod tests {
    use super::overlaps;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn overlaps_are_all_that_trying_each_length_finds(before in "[ab]{0,12}", after in "[ab]{0,12}") {
            let tried = (1..=before.len().min(after.len())).filter(|&len| before.ends_with(&after[..len])).collect::<Vec<_>>();
            prop_assert_eq!(overlaps(before.as_bytes(), after.as_bytes()), tried);
        }
    }
}
