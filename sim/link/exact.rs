//! Defines faults that name the packet that they strike by what it is.

use std::fmt;
use std::time::Duration;

use super::SegmentKind;
use crate::time::span;

/// A fault that strikes once, on the packet that it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExactFault {
    /// The sender of the packet: an end of a flow.
    pub entity: u32,
    /// Which of its packets.
    pub what: PacketName,
    /// What becomes of it.
    pub action: Impairment,
}

/// Names a packet among those of its sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PacketName {
    /// The `nth` segment of a kind, retransmissions included. A FIN with data is the nth FIN and the nth data segment too.
    Nth {
        /// What it is for.
        kind: SegmentKind,
        /// Counted from 1.
        nth: u64,
    },
    /// The segment that carries the octet at this offset of the stream for the nth time.
    Carries {
        /// The octet.
        offset: u64,
        /// Counted from 1: 2 is the first retransmission.
        transmission: u64,
    },
}

/// What an exact fault does. Several that name the same packet all strike: delays add up, and a drop leaves nothing to the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Impairment {
    /// It is lost.
    Drop,
    /// It alone is late by this time: later ones overtake it.
    Delay(Duration),
    /// It is late by this time, and later ones stay behind it: what jitter does.
    Jitter(Duration),
    /// A copy of it arrives this time after it: directly behind it if zero.
    Duplicate(Duration),
    /// It is held back until the next packet has overtaken it.
    ///
    /// It waits beyond its own arrival for the link's delay, at least 1 ms. The first packet sent after it that is itself neither
    /// dropped nor held back and arrives by then overtakes it: it arrives directly behind that one, or when it would have arrived
    /// anyway if that is later. If none comes, it arrives when its wait ends.
    Reorder,
    /// It arrives damaged, and is thrown away by its receiver's checksum.
    Corrupt,
}

/// `1st FIN`, `data at offset 4096, 2nd transmission`.
impl fmt::Display for PacketName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PacketName::Nth { kind, nth } => write!(f, "{} {kind}", Ordinal(*nth)),
            PacketName::Carries { offset, transmission } => write!(f, "data at offset {offset}, {} transmission", Ordinal(*transmission)),
        }
    }
}

/// `drop`, `delay by 300 ms`.
impl fmt::Display for Impairment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Impairment::Drop => f.write_str("drop"),
            Impairment::Delay(by) => write!(f, "delay by {}", span(*by)),
            Impairment::Jitter(by) => write!(f, "jitter by {}", span(*by)),
            Impairment::Duplicate(Duration::ZERO) => f.write_str("duplicate"),
            Impairment::Duplicate(by) => write!(f, "duplicate by {}", span(*by)),
            Impairment::Reorder => f.write_str("reorder"),
            Impairment::Corrupt => f.write_str("corrupt"),
        }
    }
}

/// `1st`, `2nd`, `13th`, `21st`.
struct Ordinal(u64);

impl fmt::Display for Ordinal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ending = match (self.0 % 10, self.0 % 100) {
            (_, 11..=13) => "th",
            (1, _) => "st",
            (2, _) => "nd",
            (3, _) => "rd",
            _ => "th",
        };
        write!(f, "{}{ending}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinals_are_english() {
        let texts = [1, 2, 3, 4, 10, 11, 12, 13, 14, 21, 22, 23, 101, 111, 112, 1003].map(|nth| Ordinal(nth).to_string());
        let expected = "1st 2nd 3rd 4th 10th 11th 12th 13th 14th 21st 22nd 23rd 101st 111th 112th 1003rd";
        assert_eq!(texts.join(" "), expected);
    }

    #[test]
    fn faults_print_as_a_person_says_them() {
        assert_eq!(PacketName::Nth { kind: SegmentKind::SynAck, nth: 2 }.to_string(), "2nd SYN-ACK");
        assert_eq!(PacketName::Carries { offset: 4096, transmission: 1 }.to_string(), "data at offset 4096, 1st transmission");
        let actions =
            [Impairment::Drop, Impairment::Delay(Duration::from_millis(300)), Impairment::Duplicate(Duration::ZERO), Impairment::Reorder];
        assert_eq!(actions.map(|action| action.to_string()), ["drop", "delay by 300 ms", "duplicate", "reorder"]);
    }
}
