//! Keeps the bytes that an end has sent and that may have to be sent again, and compares what is sent again with them.

use std::collections::VecDeque;

use bytes::Bytes;

use crate::oracle::stream::emptied;
use crate::wire::Seq;

/// The most pieces, and the most bytes, that are kept of what is unacknowledged. Older ones are not compared any more.
const PIECES: usize = 1 << 16;
const BYTES: usize = 64 << 20;

/// Known bytes, in the order of their numbers, none twice.
#[derive(Clone, Debug, Default)]
pub(super) struct Contents {
    pieces: VecDeque<Chunk>,
    held: usize,
}

/// Bytes of one segment.
#[derive(Clone, Debug)]
struct Chunk {
    start: Seq,
    data: Bytes,
    /// Where in the trace they were sent first.
    line: u64,
}

impl Chunk {
    fn end(&self) -> Seq {
        self.start + self.data.len() as u32
    }
}

/// A byte that is not what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::oracle) struct Change {
    /// Its sequence number.
    pub at: Seq,
    pub was: u8,
    pub now: u8,
    /// Where in the trace it was sent first.
    pub line: u64,
}

impl Contents {
    /// Takes the memory of contents that are over.
    pub fn inherit(&mut self, old: &mut Contents) {
        self.pieces = emptied(&mut old.pieces);
    }

    /// Keeps bytes that lie behind all that are kept.
    pub fn keep(&mut self, start: Seq, data: Bytes, line: u64) {
        self.held += data.len();
        self.pieces.push_back(Chunk { start, data, line });
        while self.pieces.len() > PIECES || self.held > BYTES {
            self.forget_first();
        }
    }

    /// What lies before `una` is not sent again.
    pub fn acknowledge(&mut self, una: Seq) {
        while self.pieces.front().is_some_and(|piece| una.is_at_least(piece.end())) {
            self.forget_first();
        }
    }

    fn forget_first(&mut self) {
        if let Some(piece) = self.pieces.pop_front() {
            self.held -= piece.data.len();
        }
    }

    /// Compares bytes that are sent from `start` on with what is known of them; what lies before `una` is not looked at. Says how
    /// many were known, and the first that is another one now.
    pub fn compare(&self, start: Seq, data: &[u8], una: Option<Seq>) -> (usize, Option<Change>) {
        let from = una.map_or(start, |una| start.latest(una));
        let end = start + data.len() as u32;
        let first = self.pieces.partition_point(|piece| from.is_at_least(piece.end()));
        let mut known = 0;
        for piece in self.pieces.range(first..).take_while(|piece| end.is_after(piece.start)) {
            let low = from.latest(piece.start);
            let high = piece.end().earliest(end);
            if !high.is_after(low) {
                continue;
            }
            let cut = |bytes: &Bytes, at: Seq| bytes.slice(low.since(at) as usize..high.since(at) as usize);
            let was = cut(&piece.data, piece.start);
            let now = &data[low.since(start) as usize..high.since(start) as usize];
            known += now.len();
            if let Some(offset) = difference(&was, now) {
                let at = low + offset as u32;
                return (known, Some(Change { at, was: was[offset], now: now[offset], line: piece.line }));
            }
        }
        (known, None)
    }
}

/// Where two slices of one length differ first. Slices of the simulator's pattern are mostly the same memory.
fn difference(was: &[u8], now: &[u8]) -> Option<usize> {
    if std::ptr::eq(was, now) || was == now {
        return None;
    }
    was.iter().zip(now).position(|(was, now)| was != now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(pieces: &[(u32, &'static [u8])]) -> Contents {
        let mut contents = Contents::default();
        for (line, (start, data)) in (1..).zip(pieces) {
            contents.keep(Seq(*start), Bytes::from_static(data), line);
        }
        contents
    }

    #[test]
    fn bytes_are_compared_across_pieces_holes_and_the_end_of_the_circle() {
        let top = u32::MAX - 1;
        let contents = kept(&[(top, b"abc"), (1, b"de"), (5, b"x")]);
        assert_eq!(contents.compare(Seq(top), b"abcdeffx", None), (6, None));
        assert_eq!(contents.compare(Seq(0), b"cd", None), (2, None));
        let change = Change { at: Seq(2), was: b'e', now: b'E', line: 2 };
        assert_eq!(contents.compare(Seq(0), b"cdEffy", None), (3, Some(change)));
        assert_eq!(contents.compare(Seq(3), b"??", None), (0, None), "the hole is not known");
        assert_eq!(contents.compare(Seq(top - 5), b"?????", None), (0, None));
        assert_eq!(contents.compare(Seq(6), b"?", None), (0, None));
    }

    #[test]
    fn what_was_acknowledged_is_forgotten_also_in_the_middle_of_a_piece() {
        let mut contents = kept(&[(10, b"abcd"), (14, b"efgh")]);
        contents.acknowledge(Seq(13));
        assert_eq!(contents.compare(Seq(10), b"???defgh", Some(Seq(13))), (5, None));
        assert!(contents.compare(Seq(10), b"???Defgh", Some(Seq(13))).1.is_some_and(|change| change.at == Seq(13)));
        contents.acknowledge(Seq(14));
        assert_eq!((contents.pieces.len(), contents.held), (1, 4));
        contents.acknowledge(Seq(18));
        assert_eq!((contents.pieces.len(), contents.held), (0, 0));
    }

    #[test]
    fn memory_is_bounded() {
        let mut contents = Contents::default();
        for start in 0..PIECES as u32 + 1 {
            contents.keep(Seq(start), Bytes::from_static(b"a"), 1);
        }
        assert_eq!((contents.pieces.len(), contents.held), (PIECES, PIECES));
        assert_eq!(contents.compare(Seq(0), b"a", None), (0, None));
        assert_eq!(contents.compare(Seq(1), b"a", None), (1, None));
        contents.keep(Seq(1 << 20), Bytes::from(vec![0; BYTES]), 2);
        assert_eq!((contents.pieces.len(), contents.held), (1, BYTES));
    }
}
