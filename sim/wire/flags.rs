//! The control bits of a segment (RFC 9293 §3.1).

use std::fmt;
use std::ops::BitOr;

/// The control bits of a segment, as the low byte of the header's flags.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Flags(pub u8);

impl Flags {
    /// No bit at all.
    pub const NONE: Flags = Flags(0);
    /// The sender's data ends here.
    pub const FIN: Flags = Flags(1);
    /// Synchronises sequence numbers.
    pub const SYN: Flags = Flags(2);
    /// Ends the connection at once.
    pub const RST: Flags = Flags(4);
    /// The receiver is to be told of the data without delay.
    pub const PSH: Flags = Flags(8);
    /// The acknowledgement number counts.
    pub const ACK: Flags = Flags(16);
    /// The urgent pointer counts.
    pub const URG: Flags = Flags(32);
    /// ECN echo (RFC 3168).
    pub const ECE: Flags = Flags(64);
    /// Congestion window reduced (RFC 3168).
    pub const CWR: Flags = Flags(128);

    /// All of these bits are set.
    #[inline]
    pub const fn has(self, bits: Flags) -> bool {
        self.0 & bits.0 == bits.0
    }

    /// FIN is set.
    #[inline]
    pub const fn fin(self) -> bool {
        self.has(Flags::FIN)
    }

    /// SYN is set.
    #[inline]
    pub const fn syn(self) -> bool {
        self.has(Flags::SYN)
    }

    /// RST is set.
    #[inline]
    pub const fn rst(self) -> bool {
        self.has(Flags::RST)
    }

    /// ACK is set.
    #[inline]
    pub const fn ack(self) -> bool {
        self.has(Flags::ACK)
    }
}

impl BitOr for Flags {
    type Output = Flags;

    #[inline]
    fn bitor(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }
}

/// `SYN|ACK`; `-` for none.
impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAMES: [&str; 8] = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];
        let set: Vec<&str> = NAMES.into_iter().enumerate().filter(|(bit, _)| self.0 & (1 << bit) != 0).map(|(_, name)| name).collect();
        f.write_str(if set.is_empty() { "-".to_owned() } else { set.join("|") }.as_str())
    }
}
