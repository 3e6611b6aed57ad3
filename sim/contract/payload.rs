//! Holds the bytes of a call, an outcome or a segment, or only counts them.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Range;

use bytes::{Buf, Bytes, BytesMut};

/// The bytes of a call, an outcome or a segment; where a recording kept no contents, only how many.
#[derive(Clone)]
#[non_exhaustive]
pub enum Payload {
    /// The bytes themselves.
    Bytes(Bytes),
    /// Only their number is known.
    Count(usize),
}

impl Payload {
    /// No byte at all.
    pub const EMPTY: Payload = Payload::Bytes(Bytes::new());

    /// How many bytes.
    #[inline]
    pub fn len(&self) -> usize {
        match self {
            Payload::Bytes(bytes) => bytes.len(),
            Payload::Count(count) => *count,
        }
    }

    /// No byte at all?
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes, if they are known.
    pub fn bytes(&self) -> Option<&Bytes> {
        match self {
            Payload::Bytes(bytes) => Some(bytes),
            Payload::Count(_) => None,
        }
    }

    /// The bytes in this range of offsets, which must end within the payload. Nothing is copied.
    #[inline]
    pub fn slice(&self, range: Range<usize>) -> Payload {
        match self {
            Payload::Bytes(bytes) => Payload::Bytes(bytes.slice(range)),
            Payload::Count(count) => {
                assert!(range.end <= *count, "a slice of what is there");
                Payload::Count(range.len())
            }
        }
    }

    /// Takes the first `count` bytes off, which must be there.
    #[inline]
    pub fn split_to(&mut self, count: usize) -> Payload {
        match self {
            Payload::Bytes(bytes) => Payload::Bytes(bytes.split_to(count)),
            Payload::Count(left) => {
                *left -= count;
                Payload::Count(count)
            }
        }
    }

    /// Drops the first `count` bytes, which must be there.
    #[inline]
    pub fn advance(&mut self, count: usize) {
        match self {
            Payload::Bytes(bytes) => bytes.advance(count),
            Payload::Count(left) => *left -= count,
        }
    }

    /// Keeps at most the first `len` bytes.
    #[inline]
    pub fn truncate(&mut self, len: usize) {
        match self {
            Payload::Bytes(bytes) => bytes.truncate(len),
            Payload::Count(count) => *count = len.min(*count),
        }
    }

    /// These pieces, one behind the other. Known bytes are copied; if one piece is only counted, so is the whole.
    pub fn join(pieces: &[Payload]) -> Payload {
        let len = pieces.iter().map(Payload::len).sum();
        let Some(known) = pieces.iter().map(Payload::bytes).collect::<Option<Vec<_>>>() else { return Payload::Count(len) };
        let mut joined = BytesMut::with_capacity(len);
        known.into_iter().for_each(|bytes| joined.extend_from_slice(bytes));
        Payload::Bytes(joined.freeze())
    }

    /// Writes the bytes into a hasher; of bytes that are not known, their number. The length apart, which payload they stand in
    /// makes no difference.
    pub(crate) fn write_to(&self, mut hasher: &mut dyn Hasher) {
        match self {
            Payload::Bytes(bytes) => hasher.write(bytes),
            Payload::Count(count) => count.hash(&mut hasher),
        }
    }
}

impl PartialEq for Payload {
    /// Known bytes are equal to known bytes, a number to a number; no byte is no byte, known or not.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Payload::Bytes(one), Payload::Bytes(other)) => one == other,
            (Payload::Count(one), Payload::Count(other)) => one == other,
            (one, other) => one.is_empty() && other.is_empty(),
        }
    }
}

impl Eq for Payload {}

impl Default for Payload {
    fn default() -> Self {
        Payload::EMPTY
    }
}

impl From<Bytes> for Payload {
    fn from(bytes: Bytes) -> Self {
        Payload::Bytes(bytes)
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Payload::Bytes(bytes) if bytes.len() <= 32 => bytes.fmt(f),
            payload => write!(f, "<{} bytes>", payload.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same steps on known bytes and on their number.
    fn stepped(mut payload: Payload, from: usize, len: usize) -> [Payload; 3] {
        let front = payload.split_to(from);
        let slice = payload.slice(0..len);
        payload.advance(len);
        payload.truncate(2);
        [front, slice, payload]
    }

    proptest! {
        #[test]
        fn what_is_counted_is_cut_as_what_is_known(bytes in prop::collection::vec(any::<u8>(), 0..20), from: prop::sample::Index, len: prop::sample::Index) {
            let from = from.index(bytes.len() + 1);
            let len = len.index(bytes.len() - from + 1);
            let counted = stepped(Payload::Count(bytes.len()), from, len);
            let known = stepped(Bytes::from(bytes.clone()).into(), from, len);
            prop_assert_eq!(counted.map(|part| part.len()), known.each_ref().map(Payload::len));
            let rest = &bytes[from + len..];
            let expected = [&bytes[..from], &bytes[from..from + len], &rest[..rest.len().min(2)]];
            for (part, expected) in known.iter().zip(expected) {
                prop_assert_eq!(part.bytes().map(|bytes| &bytes[..]), Some(expected));
            }
        }
    }

    #[test]
    fn pieces_are_joined_and_one_that_is_only_counted_makes_all_of_them_so() {
        let known = |text: &'static str| Payload::from(Bytes::from_static(text.as_bytes()));
        assert_eq!(Payload::join(&[known("ab"), known(""), known("c")]), known("abc"));
        assert_eq!(Payload::join(&[known("ab"), Payload::Count(3)]), Payload::Count(5));
        assert_eq!(Payload::join(&[]), Payload::EMPTY);
    }

    #[test]
    fn no_byte_is_no_byte_known_or_not() {
        assert_eq!(Payload::Count(0), Payload::EMPTY);
        assert_ne!(Payload::Count(1), Bytes::from_static(b"a").into());
        assert_ne!(Payload::Count(1), Payload::Count(2));
    }
}
