//! The wire: circles against integers, segments against their bytes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::contract::Payload;

mod codec;
mod flags;
mod options;
mod seq;

fn addresses() -> impl Strategy<Value = [IpAddr; 2]> {
    let four = any::<[u32; 2]>().prop_map(|pair| pair.map(|bits| IpAddr::V4(Ipv4Addr::from_bits(bits))));
    let six = any::<[u128; 2]>().prop_map(|pair| pair.map(|bits| IpAddr::V6(Ipv6Addr::from_bits(bits))));
    prop_oneof![four, six]
}

/// Options that have room in a header.
fn any_options() -> impl Strategy<Value = Options> {
    let timestamps = prop::option::of((any::<u32>(), any::<u32>()).prop_map(|(value, echo)| Timestamps { value, echo }));
    let sack = prop::collection::vec((any::<u32>(), any::<u32>()).prop_map(|(from, to)| (Seq(from), Seq(to))), 0..=SACK_BLOCKS_MAX);
    let parts = (any::<Option<u16>>(), any::<Option<u8>>(), any::<bool>(), timestamps, sack);
    parts.prop_map(|(mss, window_scale, sack_permitted, timestamps, sack)| {
        let mut options = Options { mss, window_scale, sack_permitted, timestamps, sack: SackBlocks::new() };
        options.sack = sack.into_iter().take(options.sack_blocks_max()).collect();
        options
    })
}

fn segments() -> impl Strategy<Value = Segment> {
    let data = prop::collection::vec(any::<u8>(), 0..100).prop_map(|bytes| Payload::from(Bytes::from(bytes)));
    let header = (any::<[u16; 4]>(), any::<[u32; 2]>(), any::<u8>());
    (header, any_options(), data).prop_map(|((shorts, longs, flags), options, data)| {
        let ([source, target, window, urgent], [seq, ack]) = (shorts, longs.map(Seq));
        Segment { source, target, seq, ack, flags: Flags(flags), window, urgent, options, data }
    })
}
