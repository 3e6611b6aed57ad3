//! Segments and their bytes.

use super::*;

const SOURCE: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
const TARGET: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2));

fn syn() -> Segment {
    let options = Options { mss: Some(1460), window_scale: Some(7), ..Options::default() };
    Segment { source: 49152, target: 80, seq: Seq(0x0102_0304), flags: Flags::SYN, window: 65535, options, ..Segment::default() }
}

/// The ones' complement sum of the words of a segment and of its pseudo-header, as RFC 9293 §3.1 draws it: all ones where the
/// checksum is right. Written apart from the codec, over bytes laid out in full.
fn sum_with_pseudo_header(addresses: &[u8], length: &[u8], bytes: &[u8]) -> u32 {
    let mut all = [addresses, length, bytes].concat();
    all.resize(all.len().next_multiple_of(2), 0);
    let sum = all.chunks(2).fold(0_u32, |sum, word| sum + (u32::from(word[0]) << 8) + u32::from(word[1]));
    let once = (sum & 0xffff) + (sum >> 16);
    (once & 0xffff) + (once >> 16)
}

#[test]
fn a_segment_is_laid_out_as_the_header_format_says() {
    let bytes = syn().to_bytes(SOURCE, TARGET);
    let head = [0xc0, 0x00, 0, 80, 1, 2, 3, 4, 0, 0, 0, 0, 0x70, 0x02, 0xff, 0xff];
    assert_eq!(bytes[..16], head);
    assert_eq!(bytes[18..], [0, 0, 2, 4, 0x05, 0xb4, 3, 3, 7, 0]);
    assert_eq!(syn().size(), 28);
}

#[test]
fn the_checksum_covers_the_pseudo_header_of_ipv4() {
    let bytes = syn().to_bytes(SOURCE, TARGET);
    assert_eq!(sum_with_pseudo_header(&[10, 0, 0, 1, 10, 0, 0, 2], &[0, 6, 0, 28], &bytes), 0xffff);
}

#[test]
fn the_checksum_covers_the_pseudo_header_of_ipv6() {
    let [source, target] = [Ipv6Addr::LOCALHOST, Ipv6Addr::from_bits(u128::MAX / 7)];
    let segment = Segment { data: Bytes::from_static(b"odd").into(), ..syn() };
    let bytes = segment.to_bytes(source.into(), target.into());
    let addresses = [source.octets(), target.octets()].concat();
    assert_eq!(sum_with_pseudo_header(&addresses, &[0, 0, 0, 31, 0, 0, 0, 6], &bytes), 0xffff);
}

#[test]
fn bytes_for_another_address_are_refused() {
    let bytes = syn().to_bytes(SOURCE, TARGET);
    assert_eq!(Segment::from_bytes(&bytes, SOURCE, TARGET), Ok(syn()));
    assert_eq!(Segment::from_bytes(&bytes, SOURCE, Ipv4Addr::new(10, 0, 0, 3).into()), Err(Malformed::Checksum));
}

/// Bytes with their checksum made right.
fn summed(mut bytes: Vec<u8>) -> Bytes {
    bytes[16..18].fill(0);
    let sum = checksum::checksum(SOURCE, TARGET, &bytes);
    bytes[16..18].copy_from_slice(&sum.to_be_bytes());
    bytes.into()
}

/// What 24 bytes are with a data offset of this many words.
fn with_data_offset(words: u8) -> Result<usize, Malformed> {
    let mut bytes = vec![0; 24];
    bytes[12] = words << 4;
    Segment::from_bytes(&summed(bytes), SOURCE, TARGET).map(|segment| segment.data.len())
}

#[test]
fn a_header_is_twenty_octets_at_least() {
    let read = |len: usize| Segment::from_bytes(&Bytes::from(vec![0; len]), SOURCE, TARGET).err();
    assert_eq!([read(0), read(19)], [Some(Malformed::TooShort); 2]);
    assert_eq!(read(20), Some(Malformed::Checksum));
    let bare = Segment::default().to_bytes(SOURCE, TARGET);
    assert_eq!((bare.len(), Segment::from_bytes(&bare, SOURCE, TARGET)), (20, Ok(Segment::default())));
}

#[test]
fn the_data_begins_behind_the_header_and_within_the_segment() {
    let offsets = [0, 4, 5, 6, 7, 15].map(with_data_offset);
    let wrong = Err(Malformed::DataOffset);
    assert_eq!(offsets, [wrong, wrong, Ok(4), Ok(0), wrong, wrong]);
}

#[test]
fn options_that_make_no_sense_make_no_segment() {
    let with_options = |options: [u8; 4]| {
        let mut bytes = vec![0; 20];
        bytes[12] = 6 << 4;
        bytes.extend(options);
        Segment::from_bytes(&summed(bytes), SOURCE, TARGET).err()
    };
    let refused = [[2, 0, 0, 0], [2, 1, 0, 0], [2, 5, 0, 0], [1, 1, 1, 2]].map(with_options);
    let (length, overrun) = (Some(Malformed::OptionLength), Some(Malformed::OptionOverrun));
    assert_eq!(refused, [length, length, overrun, overrun]);
    assert_eq!(with_options([2, 4, 0, 0]), None);
}

#[test]
fn reserved_bits_are_not_kept() {
    let mut bytes = syn().to_bytes(SOURCE, TARGET).to_vec();
    bytes[12] |= 0x0f;
    assert_eq!(Segment::from_bytes(&summed(bytes), SOURCE, TARGET), Ok(syn()));
}

#[test]
fn the_payload_is_a_slice_of_the_bytes() {
    let bytes = Segment { data: Bytes::from_static(b"payload").into(), ..syn() }.to_bytes(SOURCE, TARGET);
    let segment = Segment::from_bytes(&bytes, SOURCE, TARGET).expect("a segment");
    let data = segment.data.bytes().expect("known bytes");
    assert_eq!((data.as_ptr(), &data[..]), (bytes[28..].as_ptr(), &b"payload"[..]));
}

proptest! {
    #[test]
    fn a_segment_survives_its_bytes(segment in segments(), [source, target] in addresses()) {
        let bytes = segment.to_bytes(source, target);
        prop_assert_eq!(bytes.len(), segment.size());
        prop_assert_eq!(Segment::from_bytes(&bytes, source, target), Ok(segment.clone()));
        let packets = [Packet::Segment(segment.clone()), Packet::Bytes(bytes.clone())];
        for packet in packets {
            prop_assert_eq!(packet.size(), bytes.len());
            prop_assert_eq!(packet.clone().segment(source, target), Ok(segment.clone()));
            prop_assert_eq!(packet.bytes(source, target), bytes.clone());
        }
    }

    /// Each bit is worth a power of two, and none of these is a multiple of 2¹⁶ − 1.
    #[test]
    fn one_flipped_bit_is_always_caught(segment in segments(), [source, target] in addresses()) {
        let bytes = segment.to_bytes(source, target);
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes.to_vec();
            damaged[bit / 8] ^= 1 << (bit % 8);
            prop_assert_eq!(Segment::from_bytes(&damaged.into(), source, target), Err(Malformed::Checksum));
        }
    }

    #[test]
    fn any_bytes_are_a_segment_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..120), offset in 0..16_u8, right: bool) {
        let mut bytes = bytes;
        if right && bytes.len() >= 20 {
            bytes[12] = offset << 4;
            bytes = summed(bytes).to_vec();
        }
        // What is read is a segment like any other: its own bytes read back the same.
        if let Ok(segment) = Segment::from_bytes(&bytes.into(), SOURCE, TARGET) {
            prop_assert_eq!(Segment::from_bytes(&segment.to_bytes(SOURCE, TARGET), SOURCE, TARGET), Ok(segment));
        }
    }
}
