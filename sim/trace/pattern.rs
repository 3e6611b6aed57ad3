//! Makes the payload of simulated writes: slices of one fixed pattern of bytes.
//!
//! A write is made by slicing and checked by comparing, and any eight bytes of it say where in the pattern they stand: so a
//! wrong byte can be named ("bytes 10..20 of write #3, again"). Writes are placed by their number on their (flow, direction),
//! not by stream offset, which is not known after a cancelled or failed write. What this is not: random per run. Positions
//! stand in traces, so pattern and [`start`] must never change; a golden test holds them.

use std::sync::LazyLock;

use bytes::Bytes;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::contract::End;

/// The period of the pattern in bytes: the smallest prime above 2²⁰, so that no power of two, and no usual buffer size, fits into
/// it evenly.
pub const PERIOD: usize = 1_048_583;

/// How many bytes it takes to find their place in the pattern: every window of this size occurs once.
pub const WINDOW: usize = 8;

/// The pattern twice in a row, so that a slice of up to one period is in one piece wherever it starts. Constant data: it is
/// made at first need only because it is too large to write down.
static TWICE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut bytes = vec![0; PERIOD];
    ChaCha8Rng::from_seed(*b"flowsim: payload pattern, once. ").fill_bytes(&mut bytes);
    bytes.extend_from_within(..);
    bytes
});

/// Where each window stands: a hash table with open addressing, of positions plus one (0 = free). Made only if bytes of unknown
/// origin are looked up.
static INDEX: LazyLock<Vec<u32>> = LazyLock::new(|| {
    let mut slots = vec![0; SLOTS];
    let twice: &[u8] = &TWICE;
    for (window, place) in twice.windows(WINDOW).take(PERIOD).zip(1..) {
        let mut slot = first_slot(window);
        while slots[slot] != 0 {
            slot = (slot + 1) % SLOTS;
        }
        slots[slot] = place;
    }
    slots
});

/// Half of the slots stay free.
const SLOTS: usize = 1 << 21;

/// The pattern's own bytes are random, so three of them are a hash.
fn first_slot(window: &[u8]) -> usize {
    (usize::from(window[0]) | usize::from(window[1]) << 8 | usize::from(window[2]) << 16) % SLOTS
}

/// `len` bytes of the pattern from `start` on; it goes round as often as needed. Up to one period nothing is copied.
pub fn slice(start: u64, len: usize) -> Bytes {
    let twice: &'static [u8] = &TWICE;
    let start = position(start);
    if len <= PERIOD {
        return Bytes::from_static(&twice[start..start + len]);
    }
    let mut bytes = Vec::with_capacity(len);
    while bytes.len() < len {
        let at = (start + bytes.len()) % PERIOD;
        bytes.extend_from_slice(&twice[at..at + PERIOD.min(len - bytes.len())]);
    }
    bytes.into()
}

/// Where write `k` (from 0) of the end `from` on `flow` starts.
pub fn start(flow: u32, from: End, k: u64) -> u64 {
    let lane = u64::from(flow) << 1 | u64::from(from == End::Server);
    mix(mix(lane).wrapping_add(k)) % PERIOD as u64
}

/// Spreads its input over all bits (the finaliser of SplitMix64).
const fn mix(seed: u64) -> u64 {
    let z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Where in the pattern these bytes stand; `None` if they are not a piece of it, or fewer than [`WINDOW`].
pub fn find(bytes: &[u8]) -> Option<u64> {
    let window = bytes.get(..WINDOW)?;
    let mut slot = first_slot(window);
    while INDEX[slot] != 0 {
        let at = u64::from(INDEX[slot] - 1);
        if matching(window, at) == WINDOW {
            return (matching(bytes, at) == bytes.len()).then_some(at);
        }
        slot = (slot + 1) % SLOTS;
    }
    None
}

/// How many bytes, from the first on, are those of the pattern from `at` on.
pub fn matching(bytes: &[u8], at: u64) -> usize {
    let mut done = 0;
    while done < bytes.len() {
        let from = (position(at) + done) % PERIOD;
        let piece = &bytes[done..bytes.len().min(done + PERIOD)];
        let wanted = &TWICE[from..from + piece.len()];
        if piece != wanted {
            return done + piece.iter().zip(wanted).take_while(|(a, b)| a == b).count();
        }
        done += piece.len();
    }
    done
}

/// Where in the pattern a payload stands, if it is a piece of it. A slice that was made here is known by its address, however
/// short; other bytes are looked up, which takes at least [`WINDOW`] of them. Empty payloads stand nowhere.
pub fn code_of(bytes: &Bytes) -> Option<u64> {
    if bytes.is_empty() {
        return None;
    }
    let offset = (bytes.as_ptr() as usize).wrapping_sub(TWICE.as_ptr() as usize);
    if offset < TWICE.len() { Some((offset % PERIOD) as u64) } else { find(bytes) }
}

/// A position within the first period.
const fn position(at: u64) -> usize {
    (at % PERIOD as u64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOLDEN_BYTES: [u8; 16] = *b"\xa2\xacy\xaf7+n\xf6\xa3\x92d`/R$k";
    const GOLDEN_STARTS: [u64; 4] = [855_827, 14_365, 946_225, 901_707];
    const GOLDEN_HASH: &str = "67de9f164a003cc50c4c1ef7014098c2";

    #[test]
    fn the_pattern_and_the_starts_never_change() {
        assert_eq!(slice(0, 16), GOLDEN_BYTES[..]);
        let starts = [(0, End::Client, 0), (0, End::Server, 0), (0, End::Client, 1), (7, End::Server, 1 << 40)];
        assert_eq!(starts.map(|(flow, from, k)| start(flow, from, k)), GOLDEN_STARTS);
        assert_eq!(format!("{:032x}", xxhash_rust::xxh3::xxh3_128(&slice(0, PERIOD))), GOLDEN_HASH);
    }

    #[test]
    fn the_period_is_prime() {
        assert!(PERIOD > 1 << 20 && (2..1100).all(|divisor| !PERIOD.is_multiple_of(divisor)), "1100² is above the period");
    }

    #[test]
    fn every_window_occurs_once() {
        let windows = TWICE.windows(WINDOW).take(PERIOD);
        let mut windows: Vec<u64> = windows.map(|window| window.iter().fold(0, |sum, &byte| sum << 8 | u64::from(byte))).collect();
        windows.sort_unstable();
        windows.dedup();
        assert_eq!(windows.len(), PERIOD);
    }

    #[test]
    fn slices_go_round() {
        let last = PERIOD as u64 - 1;
        assert_eq!(slice(last, 2), [slice(last, 1), slice(0, 1)].concat());
        assert_eq!(slice(last + 1, 9), slice(0, 9));
        for len in [PERIOD - 1, PERIOD, PERIOD + 1, 2 * PERIOD, 2 * PERIOD + 1] {
            let long = slice(5, len);
            assert_eq!(long.len(), len);
            assert!((0..len).step_by(1013).chain([len - 1]).all(|i| long[i] == TWICE[(5 + i) % PERIOD]));
            assert_eq!((find(&long), code_of(&long)), (Some(5), Some(5)));
        }
    }

    #[test]
    fn copies_are_found_again_from_one_window_on() {
        for at in [0, 1, 77_777, PERIOD - 9, PERIOD - 8, PERIOD - 7, PERIOD - 1] {
            let copy = Bytes::copy_from_slice(&slice(at as u64, WINDOW));
            assert_eq!(code_of(&copy), Some(at as u64));
            assert_eq!(find(&copy[1..]), None, "too short");
            let mut wrong = slice(at as u64, 100).to_vec();
            wrong[99] ^= 1;
            assert_eq!((find(&wrong), matching(&wrong, at as u64)), (None, 99));
        }
        assert_eq!(find(&[0; 64]), None);
    }

    #[test]
    fn slices_are_known_however_short() {
        assert_eq!(code_of(&slice(12, 1)), Some(12));
        assert_eq!(code_of(&slice(PERIOD as u64 - 1, 4).slice(1..)), Some(0));
        assert_eq!(code_of(&slice(12, 0)), None);
        assert_eq!(code_of(&Bytes::from_static(b"hello, wide world")), None);
    }
}
