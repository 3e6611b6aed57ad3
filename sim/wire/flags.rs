//! Names the control bits of a segment (RFC 9293 §3.1).

use std::fmt::{self, Write};
use std::ops::BitOr;

/// The control bits of a segment, as the low byte of the header's flags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
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

    /// The letter of each bit, in the order in which they are written.
    const LETTERS: [(Flags, char); 8] = [
        (Flags::FIN, 'F'),
        (Flags::SYN, 'S'),
        (Flags::RST, 'R'),
        (Flags::PSH, 'P'),
        (Flags::ACK, 'A'),
        (Flags::URG, 'U'),
        (Flags::ECE, 'E'),
        (Flags::CWR, 'C'),
    ];

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

    /// It neither begins nor ends anything: neither SYN, FIN nor RST is set.
    #[inline]
    pub const fn is_plain(self) -> bool {
        self.0 & (Flags::SYN.0 | Flags::FIN.0 | Flags::RST.0) == 0
    }

    /// Reads letters in any order (`SA`, `FA`, `.` for ACK, `-` for none).
    pub fn from_letters(letters: &str) -> Option<Self> {
        letters.chars().filter(|&letter| letter != '-').try_fold(Flags::NONE, |flags, letter| {
            let letter = if letter == '.' { 'A' } else { letter };
            let (bit, _) = Self::LETTERS.into_iter().find(|(_, known)| *known == letter)?;
            Some(flags | bit)
        })
    }

    /// The letters of the bits that are set, as a trace has them.
    pub fn letters(self) -> impl Iterator<Item = char> {
        Self::LETTERS.into_iter().filter(move |(bit, _)| self.has(*bit)).map(|(_, letter)| letter)
    }
}

impl BitOr for Flags {
    type Output = Flags;

    #[inline]
    fn bitor(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }
}

/// `SA`; nothing for none.
impl fmt::Display for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.letters().try_for_each(|letter| f.write_char(letter))
    }
}
