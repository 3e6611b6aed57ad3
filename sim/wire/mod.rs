//! What travels: sequence numbers, structured segments, packets.
//!
//! A [`Segment`] is structured while nobody looks at bytes; a [`Packet`] is either form. Arithmetic on the circle of sequence
//! numbers stands in [`Seq`] and nowhere else. What this is not: a protocol. Nothing in here knows what a connection is.

mod flags;
mod segment;
mod seq;

pub use flags::Flags;
pub use segment::{Options, Packet, SACK_BLOCKS_MAX, SackBlocks, Segment, Timestamps};
pub use seq::Seq;
