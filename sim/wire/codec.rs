//! Writes and reads segments as bytes: the TCP header, its options, the payload; no header of IP.

use std::net::IpAddr;

use bytes::Bytes;

use super::checksum::checksum;
use super::{Flags, Malformed, Options, Segment, Seq};
use crate::contract::Payload;

/// The header without options (octets).
pub const HEADER_SIZE: usize = 20;

const CHECKSUM_AT: usize = 16;

impl Segment {
    /// How many bytes it takes, without the header of IP.
    #[inline]
    pub fn size(&self) -> usize {
        HEADER_SIZE + self.options.size() + self.data.len()
    }

    /// Its bytes between these addresses. Two segments that are equal have equal bytes. SACK blocks that have no room beside the
    /// other options are left out, and octets of payload that are only counted are zeros.
    pub fn to_bytes(&self, source: IpAddr, target: IpAddr) -> Bytes {
        let mut bytes = Vec::with_capacity(self.size());
        self.put_header(&mut bytes);
        self.options.put(&mut bytes);
        match &self.data {
            Payload::Bytes(data) => bytes.extend_from_slice(data),
            Payload::Count(count) => bytes.resize(bytes.len() + count, 0),
        }
        let sum = checksum(source, target, &bytes);
        bytes[CHECKSUM_AT..CHECKSUM_AT + 2].copy_from_slice(&sum.to_be_bytes());
        bytes.into()
    }

    /// The fixed part, its checksum still zero.
    fn put_header(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.source.to_be_bytes());
        bytes.extend(self.target.to_be_bytes());
        bytes.extend(self.seq.0.to_be_bytes());
        bytes.extend(self.ack.0.to_be_bytes());
        bytes.push((((HEADER_SIZE + self.options.size()) / 4) << 4) as u8);
        bytes.push(self.flags.0);
        bytes.extend(self.window.to_be_bytes());
        bytes.extend([0; 2]);
        bytes.extend(self.urgent.to_be_bytes());
    }

    /// The segment that these bytes are between these addresses. Its payload is a slice of them.
    ///
    /// # Errors
    /// They are none: damaged, cut short, or never a segment.
    pub fn from_bytes(bytes: &Bytes, source: IpAddr, target: IpAddr) -> Result<Self, Malformed> {
        let header = bytes.first_chunk::<HEADER_SIZE>().ok_or(Malformed::TooShort)?;
        if checksum(source, target, bytes) != 0 {
            return Err(Malformed::Checksum);
        }
        let data_at = usize::from(header[12] >> 4) * 4;
        let options = bytes.get(HEADER_SIZE..data_at).ok_or(Malformed::DataOffset)?;
        let (options, data) = (Options::read(options)?, bytes.slice(data_at..).into());
        Ok(Segment { options, data, ..Segment::from_header(header) })
    }

    fn from_header(header: &[u8; HEADER_SIZE]) -> Self {
        let short = |at: usize| u16::from_be_bytes([header[at], header[at + 1]]);
        let long = |at: usize| Seq(u32::from(short(at)) << 16 | u32::from(short(at + 2)));
        Segment {
            source: short(0),
            target: short(2),
            seq: long(4),
            ack: long(8),
            flags: Flags(header[13]),
            window: short(14),
            urgent: short(18),
            ..Segment::default()
        }
    }
}
