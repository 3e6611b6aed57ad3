//! A segment as data.

use bytes::Bytes;
use smallvec::SmallVec;

use super::{Flags, Seq};

/// The most blocks that a SACK option has room for, without timestamps (RFC 2018 §3).
pub const SACK_BLOCKS_MAX: usize = 4;

/// Blocks of received data: from the first number to the one behind the last (RFC 2018).
pub type SackBlocks = SmallVec<[(Seq, Seq); SACK_BLOCKS_MAX]>;

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

/// The options of a segment. Those of an unknown kind are not kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The largest payload that the sender takes (SYN only).
    pub mss: Option<u16>,
    /// By how many bits the sender's windows are shifted (SYN only; RFC 7323).
    pub window_scale: Option<u8>,
    /// SACK may be used (SYN only; RFC 2018).
    pub sack_permitted: bool,
    /// Timestamps (RFC 7323).
    pub timestamps: Option<Timestamps>,
    /// What was received beyond a hole (RFC 2018).
    pub sack: SackBlocks,
}

impl Options {
    /// There are none.
    pub fn is_empty(&self) -> bool {
        *self == Options::default()
    }
}

/// The timestamps option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timestamps {
    /// The sender's clock.
    pub value: u32,
    /// The clock of the other side, as it was heard last; counts only with ACK.
    pub echo: u32,
}

/// What travels on a link: structured while nobody looks at bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Packet {
    /// A segment.
    Segment(Segment),
    /// The bytes of one: TCP header, options and payload.
    Bytes(Bytes),
}
