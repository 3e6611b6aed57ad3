//! Describes a segment as data.

use super::{Flags, Options, Seq};
use crate::contract::Payload;

/// A segment, structured. Its checksum is right by construction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Segment {
    /// The sender's port; 0 in a trace, which names flows and ends instead.
    pub source: u16,
    /// The receiver's port; 0 in a trace.
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
    /// The payload. Its contents are known but in recordings that keep lengths only.
    pub data: Payload,
}

impl Segment {
    /// How many octets of payload it has.
    #[inline]
    pub fn data_len(&self) -> u32 {
        self.data.len() as u32
    }

    /// How many sequence numbers it takes: its octets, one for SYN and one for FIN (RFC 9293 §3.4, SEG.LEN).
    #[inline]
    pub fn length(&self) -> u32 {
        self.end().since(self.seq)
    }

    /// The number of its first octet of payload.
    #[inline]
    pub fn data_start(&self) -> Seq {
        self.seq + u32::from(self.flags.syn())
    }

    /// The number behind its last octet of payload: that of its FIN, if it has one.
    #[inline]
    pub fn data_end(&self) -> Seq {
        self.data_start() + self.data_len()
    }

    /// The number behind its last one.
    #[inline]
    pub fn end(&self) -> Seq {
        self.data_end() + u32::from(self.flags.fin())
    }
}
