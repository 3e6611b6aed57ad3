//! The circle of sequence numbers (RFC 9293 §3.4), as plain numbers of a trace.

/// `a` lies after `b`, by less than half the circle.
pub(in crate::oracle) const fn is_after(a: u32, b: u32) -> bool {
    a.wrapping_sub(b).cast_signed() > 0
}

/// `a` lies at `b` or after it.
pub(in crate::oracle) const fn is_at_least(a: u32, b: u32) -> bool {
    a.wrapping_sub(b).cast_signed() >= 0
}

/// The later of the two.
pub(in crate::oracle) const fn latest(a: u32, b: u32) -> u32 {
    if is_after(b, a) { b } else { a }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_goes_round_and_ends_at_half_the_circle() {
        for start in [0, 1, u32::MAX - 1, u32::MAX, 1 << 31] {
            let (near, far) = (start.wrapping_add((1 << 31) - 1), start.wrapping_add(1 << 31));
            assert!(is_after(near, start) && !is_after(start, near) && !is_after(start, start));
            assert!(!is_after(far, start) && !is_at_least(far, start));
            assert!(is_at_least(start, start) && is_at_least(near, start) && !is_at_least(start, near));
            assert_eq!((latest(near, start), latest(start, near), latest(start, start)), (near, near, start));
        }
    }
}
