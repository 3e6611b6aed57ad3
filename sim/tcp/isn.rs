//! Chooses initial sequence numbers (RFC 9293 §3.4.1, RFC 6528): a clock that ticks every 4 µs, and a keyed hash of the connection.

use std::net::IpAddr;

use xxhash_rust::xxh3::xxh3_64;

use crate::time::Instant;
use crate::wire::Seq;

use super::Settings;
use super::connections::Key;

const TICK_NANOS: u64 = 4_000;

/// The initial sequence number of a connection that begins now.
pub(super) fn initial(settings: &Settings, now: Instant, key: &Key) -> Seq {
    let number = settings.isn.unwrap_or_else(|| ((now.0 / TICK_NANOS) as u32).wrapping_add(secret(settings.isn_key, key)));
    Seq(number)
}

fn secret(keys: [u64; 2], key: &Key) -> u32 {
    let address = match key.remote.ip() {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    };
    let mut input = [0; 36];
    input[..8].copy_from_slice(&keys[0].to_le_bytes());
    input[8..16].copy_from_slice(&keys[1].to_le_bytes());
    input[16..32].copy_from_slice(&address.octets());
    input[32..34].copy_from_slice(&key.local.to_le_bytes());
    input[34..].copy_from_slice(&key.remote.port().to_le_bytes());
    xxh3_64(&input) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Contract;

    fn key(port: u16) -> Key {
        Key::new(80, IpAddr::from([10, 0, 0, 1]), port)
    }

    #[test]
    fn moves_on_by_one_every_four_microseconds() {
        let settings = Settings::new(Contract::modern());
        let at = |nanos| initial(&settings, Instant(nanos), &key(1));
        assert_eq!(at(3_999), at(0));
        assert_eq!(at(4_000), at(0) + 1);
        assert_eq!(at(4_000 << 32), at(0));
    }

    #[test]
    fn depends_on_the_connection_and_on_the_secret() {
        let settings = Settings::new(Contract::modern());
        let other = Settings { isn_key: [1, 2], ..settings.clone() };
        let now = Instant::ZERO;
        assert_ne!(initial(&settings, now, &key(1)), initial(&settings, now, &key(2)));
        assert_ne!(initial(&settings, now, &key(1)), initial(&other, now, &key(1)));
    }

    #[test]
    fn can_be_set() {
        let settings = Settings { isn: Some(7), ..Settings::new(Contract::modern()) };
        assert_eq!(initial(&settings, Instant(1 << 40), &key(1)), Seq(7));
    }
}
