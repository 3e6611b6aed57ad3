//! Describes a packet as IP carries it.

use std::net::IpAddr;

use super::{Ecn, Packet};

/// A packet as IP carries it: what the simulator knows of an IP header, and what stands behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Datagram {
    /// The sender's address.
    pub source: IpAddr,
    /// The receiver's address.
    pub target: IpAddr,
    /// The ECN bits.
    pub ecn: Ecn,
    /// What it carries.
    pub packet: Packet,
}

impl Datagram {
    /// A packet whose sender does not understand ECN.
    pub const fn new(source: IpAddr, target: IpAddr, packet: Packet) -> Self {
        Datagram { source, target, ecn: Ecn::NotEct, packet }
    }
}
