//! A segment as data.

use bytes::Bytes;

use super::{Flags, Options, Seq};

/// A segment, structured. Its checksum is right by construction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Segment {
    /// The sender's port.
    pub source: u16,
    /// The receiver's port.
    pub target: u16,
    /// The number of the first octet, or of the SYN.
    pub seq: Seq,
    /// The next number that the sender expects; counts only with ACK.
    pub ack: Seq,
    /// The control bits.
    pub flags: Flags,
    /// The window field as it stands on the wire, unscaled.
    pub window: u16,
    /// The urgent pointer; counts only with URG.
    pub urgent: u16,
    /// The options.
    pub options: Options,
    /// The payload.
    pub data: Bytes,
}

impl Segment {
    /// How many sequence numbers it takes: its octets, one for SYN and one for FIN (RFC 9293 §3.4, SEG.LEN).
    #[inline]
    pub fn length(&self) -> u32 {
        self.data.len() as u32 + u32::from(self.flags.syn()) + u32::from(self.flags.fin())
    }

    /// The number behind its last one.
    #[inline]
    pub fn end(&self) -> Seq {
        self.seq + self.length()
    }
}
