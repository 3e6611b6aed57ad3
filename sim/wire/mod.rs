//! Describes what travels: sequence numbers, structured segments, packets; and the names of a connection's states.
//!
//! A [`Segment`] is structured as long as bytes are not looked at; a [`Packet`] is either form. Arithmetic on the circle of sequence
//! numbers stands in [`Seq`] and nowhere else; the way to bytes and back is [`Segment::to_bytes`] and [`Segment::from_bytes`].
//! What this is not: a protocol. Nothing in here knows what a connection is.
//!
//! **Unstable**: this may change with any version ([what stays stable](crate::changelog#what-stays-stable)), except for what a
//! [`world::Stack`](crate::world::Stack) of bytes meets the network by: [`Datagram`], [`Ecn`], [`State`], and a [`Packet`]'s bytes;
//! and for the fields that a [`trace::SegmentEvent`](crate::trace::SegmentEvent) shows of a [`Segment`].

mod checksum;
mod codec;
mod datagram;
mod ecn;
mod flags;
mod malformed;
mod options;
mod packet;
mod sack;
mod segment;
mod seq;
mod state;

#[cfg(test)]
mod tests;

pub use codec::HEADER_SIZE;
pub use datagram::Datagram;
pub use ecn::Ecn;
pub use flags::Flags;
pub use malformed::Malformed;
pub use options::{Options, Timestamps};
pub use packet::Packet;
pub use sack::{SACK_BLOCKS_MAX, SackBlocks};
pub use segment::Segment;
pub use seq::Seq;
pub use state::State;
