//! Computes the digest of a trace: two runs were the same if and only if their digests are equal.

use std::fmt;

use xxhash_rust::xxh3::Xxh3Default;

/// xxh3-128 of exactly the bytes that were written. Printed as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub u128);

impl Digest {
    /// The digest of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Digest(xxhash_rust::xxh3::xxh3_128(bytes))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A digest in the making.
#[derive(Clone)]
pub(super) struct Hasher(Box<Xxh3Default>);

impl Hasher {
    pub(super) fn new() -> Self {
        Hasher(Box::new(Xxh3Default::new()))
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(super) fn digest(&self) -> Digest {
        Digest(self.0.digest128())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_pieces_or_whole_it_is_the_published_hash() {
        assert_eq!(Digest::of(b"").to_string(), "99aa06d3014798d86001c324468d497f");
        let text: Vec<u8> = (0..2000_u16).map(|i| i as u8).collect();
        for size in [1, 7, 64, 256, 1999] {
            let mut hasher = Hasher::new();
            text.chunks(size).for_each(|piece| hasher.update(piece));
            assert_eq!(hasher.digest(), Digest::of(&text));
        }
    }
}
