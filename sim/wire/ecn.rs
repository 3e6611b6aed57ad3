//! Reads and writes the ECN bits of an IP header.

/// The ECN field of an IP header (RFC 3168 §5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ecn {
    /// Not-ECT (00): the transport does not understand ECN.
    #[default]
    NotEct,
    /// ECT(1) (01): the transport understands ECN.
    Ect1,
    /// ECT(0) (10): the transport understands ECN.
    Ect0,
    /// CE (11): a router was congested.
    Ce,
}

impl Ecn {
    /// By the number that it is on the wire.
    const ALL: [Ecn; 4] = [Ecn::NotEct, Ecn::Ect1, Ecn::Ect0, Ecn::Ce];

    /// The two low bits of the octet that was IPv4's Type of Service; the other bits of it don't matter.
    pub const fn from_bits(octet: u8) -> Self {
        Ecn::ALL[(octet & 3) as usize]
    }

    /// As the two low bits of that octet.
    pub const fn bits(self) -> u8 {
        self as u8
    }
}
