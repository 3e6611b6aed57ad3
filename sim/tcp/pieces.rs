//! Holds bytes in order, as the slices in which they came.

use std::collections::VecDeque;
use std::hash::{Hash, Hasher};

use bytes::Bytes;
use smallvec::SmallVec;

use crate::contract::Payload;

/// A stretch of a stream. No piece of it is empty.
#[derive(Clone, Debug, Default)]
pub(super) struct Pieces {
    /// Empty only if there is nothing at all: most stretches are one piece, and need no allocation.
    first: Payload,
    rest: VecDeque<Payload>,
    len: usize,
    cursor: Cursor,
    /// The buffer that the last piece was cut from, if more may be cut from it.
    source: Bytes,
}

/// Where the last slice was found: slices are mostly asked for one behind the other.
#[derive(Clone, Copy, Debug, Default)]
struct Cursor {
    /// A piece: 0 is the first.
    piece: usize,
    /// The offset at which it begins.
    base: usize,
}

impl Pieces {
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    #[inline]
    pub(super) fn push(&mut self, bytes: Payload) {
        self.len += bytes.len();
        if self.first.is_empty() {
            self.first = bytes;
        } else if !bytes.is_empty() {
            self.rest.push_back(bytes);
        }
    }

    /// Takes the first `count` bytes off a buffer. What goes on where the last piece ends in the same buffer makes that piece
    /// longer: then no slice across the cut has to be copied.
    pub(super) fn push_from(&mut self, buffer: &mut Payload, count: usize) {
        if let Some(at) = self.last_in_source(buffer) {
            let len = self.last().len() + count;
            *self.last_mut() = self.source.slice(at..at + len).into();
            self.len += count;
            buffer.advance(count);
        } else if count < buffer.len() {
            self.source = buffer.bytes().cloned().unwrap_or_default();
            self.push(buffer.split_to(count));
        } else {
            self.push(std::mem::take(buffer));
        }
    }

    /// Where the last piece begins in its source, if what is left of that is `rest`.
    fn last_in_source(&self, rest: &Payload) -> Option<usize> {
        let [last, source, rest] = [self.last().bytes()?, &self.source, rest.bytes()?].map(|bytes| bytes.as_ptr_range());
        let goes_on = last.end == rest.start && source.end == rest.end && source.start <= last.start;
        (goes_on && !self.source.is_empty()).then(|| last.start.addr() - source.start.addr())
    }

    fn last(&self) -> &Payload {
        self.rest.back().unwrap_or(&self.first)
    }

    fn last_mut(&mut self) -> &mut Payload {
        self.rest.back_mut().unwrap_or(&mut self.first)
    }

    /// The next piece, or its first `max` bytes.
    pub(super) fn take(&mut self, max: usize) -> Option<Payload> {
        if self.first.is_empty() || max == 0 {
            return None;
        }
        let bytes = if self.first.len() <= max { self.pop() } else { self.first.split_to(max) };
        self.len -= bytes.len();
        self.cursor = Cursor::default();
        Some(bytes)
    }

    /// Drops the first `count` bytes.
    pub(super) fn skip(&mut self, count: usize) {
        let (mut left, mut popped) = (count.min(self.len), 0);
        self.len -= left;
        self.cursor.base = self.cursor.base.saturating_sub(left);
        while left >= self.first.len() && !self.first.is_empty() {
            left -= self.pop().len();
            popped += 1;
        }
        self.first.advance(left);
        if self.first.is_empty() && !self.source.is_empty() {
            self.source = Bytes::new();
        }
        self.cursor.piece = self.cursor.piece.saturating_sub(popped);
        if self.cursor.piece == 0 {
            self.cursor.base = 0;
        }
    }

    fn pop(&mut self) -> Payload {
        std::mem::replace(&mut self.first, self.rest.pop_front().unwrap_or_default())
    }

    /// `count` bytes from offset `at` on; without a copy, unless they lie in several pieces.
    #[inline]
    pub(super) fn slice(&mut self, at: usize, count: usize) -> Payload {
        debug_assert!(at + count <= self.len, "a slice of what is there");
        let piece = self.piece(self.cursor.piece);
        match at.checked_sub(self.cursor.base) {
            Some(skip) if skip + count <= piece.len() => piece.slice(skip..skip + count),
            _ => self.slice_elsewhere(at, count),
        }
    }

    /// A slice that does not lie in the piece where the last one was found.
    #[inline(never)]
    fn slice_elsewhere(&mut self, at: usize, count: usize) -> Payload {
        self.seek(at);
        let skip = at - self.cursor.base;
        let piece = self.piece(self.cursor.piece);
        if skip + count <= piece.len() { piece.slice(skip..skip + count) } else { self.join(skip, count) }
    }

    /// Moves the cursor to the piece with the byte at this offset.
    fn seek(&mut self, at: usize) {
        if at < self.cursor.base {
            self.cursor = Cursor::default();
        }
        let Cursor { mut piece, mut base } = self.cursor;
        while at - base >= self.piece(piece).len() && piece < self.rest.len() {
            base += self.piece(piece).len();
            piece += 1;
        }
        self.cursor = Cursor { piece, base };
    }

    /// The bytes, however they lie in pieces.
    pub(super) fn fingerprint(&self, mut hasher: &mut dyn Hasher) {
        self.len.hash(&mut hasher);
        self.first.write_to(hasher);
        self.rest.iter().for_each(|piece| piece.write_to(hasher));
    }

    fn piece(&self, index: usize) -> &Payload {
        index.checked_sub(1).and_then(|index| self.rest.get(index)).unwrap_or(&self.first)
    }

    fn join(&self, skip: usize, count: usize) -> Payload {
        let (mut parts, mut from, mut left) = (SmallVec::<[Payload; 4]>::new(), skip, count);
        for index in self.cursor.piece..=self.rest.len() {
            let piece = self.piece(index);
            let upto = piece.len().min(from + left);
            parts.push(piece.slice(from..upto));
            left -= upto - from;
            from = 0;
            if left == 0 {
                break;
            }
        }
        Payload::join(&parts)
    }
}
