//! Computes the checksum of a segment: ones' complement over the pseudo-header, the header and the payload (RFC 9293 §3.1, RFC 1071).

use std::net::IpAddr;

/// TCP's number among the protocols over IP.
const PROTOCOL: u64 = 6;

/// The checksum of these bytes between these addresses: 0 if they hold their own, and it is right.
pub(super) fn checksum(source: IpAddr, target: IpAddr, bytes: &[u8]) -> u16 {
    let length = bytes.len() as u64;
    // The order and grouping of the parts does not matter to a sum, so one formula does for both versions of IP (RFC 8200 §8.1):
    // the upper half of the length is 0 wherever IPv4 can carry the segment.
    let sum = address(source) + address(target) + PROTOCOL + (length >> 16) + (length & 0xffff) + words(bytes);
    !fold(sum)
}

fn address(address: IpAddr) -> u64 {
    match address {
        IpAddr::V4(address) => words(&address.octets()),
        IpAddr::V6(address) => words(&address.octets()),
    }
}

/// The sum of the 16-bit words; an odd last byte is the upper half of one.
fn words(bytes: &[u8]) -> u64 {
    let pairs = bytes.chunks_exact(2);
    let last = pairs.remainder().first().map_or(0, |byte| u64::from(*byte) << 8);
    pairs.fold(last, |sum, pair| sum + u64::from(u16::from_be_bytes([pair[0], pair[1]])))
}

/// Carries come back in at the other end.
fn fold(mut sum: u64) -> u16 {
    while sum > 0xffff {
        sum = (sum >> 16) + (sum & 0xffff);
    }
    sum as u16
}
