//! Describes what travels on a link, in either form.

use std::net::IpAddr;

use bytes::Bytes;

use super::{Malformed, Segment};

/// What travels on a link: structured as long as bytes are not looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Packet {
    /// A segment.
    Segment(Segment),
    /// The bytes of one: TCP header, options and payload.
    Bytes(Bytes),
}

impl Packet {
    /// How many bytes it takes, without the header of IP.
    #[inline]
    pub fn size(&self) -> usize {
        match self {
            Packet::Segment(segment) => segment.size(),
            Packet::Bytes(bytes) => bytes.len(),
        }
    }

    /// As a segment between these addresses.
    ///
    /// # Errors
    /// It is bytes, and these are none.
    pub fn segment(self, source: IpAddr, target: IpAddr) -> Result<Segment, Malformed> {
        match self {
            Packet::Segment(segment) => Ok(segment),
            Packet::Bytes(bytes) => Segment::from_bytes(&bytes, source, target),
        }
    }

    /// As bytes between these addresses.
    pub fn bytes(self, source: IpAddr, target: IpAddr) -> Bytes {
        match self {
            Packet::Segment(segment) => segment.to_bytes(source, target),
            Packet::Bytes(bytes) => bytes,
        }
    }
}
