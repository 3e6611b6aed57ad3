//! Compares sequence numbers: 32 bits on a circle (RFC 9293 §3.4).

use std::fmt;
use std::ops::{Add, AddAssign, Sub};

/// A sequence number. Two of them can be compared only where they lie less than half the circle apart: hence no `Ord`. Of two that
/// lie exactly half the circle apart neither is before or after the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Seq(pub u32);

impl Seq {
    /// Lies before `other`, going forward by less than half the circle.
    #[inline]
    pub const fn is_before(self, other: Seq) -> bool {
        other.is_after(self)
    }

    /// Lies after `other`.
    #[inline]
    pub const fn is_after(self, other: Seq) -> bool {
        self.0.wrapping_sub(other.0).cast_signed() > 0
    }

    /// Is `other`, or lies before it.
    #[inline]
    pub const fn is_at_most(self, other: Seq) -> bool {
        other.is_at_least(self)
    }

    /// Is `other`, or lies after it.
    #[inline]
    pub const fn is_at_least(self, other: Seq) -> bool {
        self.0.wrapping_sub(other.0).cast_signed() >= 0
    }

    /// Is one of the `length` numbers from `start` on.
    #[inline]
    pub const fn is_within(self, start: Seq, length: u32) -> bool {
        self.0.wrapping_sub(start.0) < length
    }

    /// How far it lies ahead of `earlier` (0 to 2³² − 1), going forward.
    #[inline]
    pub const fn since(self, earlier: Seq) -> u32 {
        self.0.wrapping_sub(earlier.0)
    }

    /// The later of the two.
    #[inline]
    pub const fn latest(self, other: Seq) -> Seq {
        if other.is_after(self) { other } else { self }
    }

    /// The earlier of the two.
    #[inline]
    pub const fn earliest(self, other: Seq) -> Seq {
        if self.is_after(other) { other } else { self }
    }
}

impl Add<u32> for Seq {
    type Output = Seq;

    #[inline]
    fn add(self, count: u32) -> Seq {
        Seq(self.0.wrapping_add(count))
    }
}

impl AddAssign<u32> for Seq {
    #[inline]
    fn add_assign(&mut self, count: u32) {
        *self = *self + count;
    }
}

impl Sub<u32> for Seq {
    type Output = Seq;

    #[inline]
    fn sub(self, count: u32) -> Seq {
        Seq(self.0.wrapping_sub(count))
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
