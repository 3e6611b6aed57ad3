//! What a packet is, as a person would say it.

use std::fmt;
use std::ops::Range;

use super::Kind;

/// What a packet is, as a person would say it: `the client's first FIN`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Meaning {
    /// Who sends: an end of a flow (24 bits count, as in an [`Address`](crate::choice::Address)).
    pub entity: u32,
    /// What it is for.
    pub kind: Kind,
    /// The stream offset of its first octet, where it carries data.
    pub offset: u64,
    /// How many octets of data it carries (a FIN may carry some).
    pub len: u32,
}

impl Meaning {
    /// The octets of the stream that it carries. What a reset carries is no part of the stream (RFC 9293 §3.5.3).
    pub fn stream(&self) -> Range<u64> {
        let len = if self.kind == Kind::Rst { 0 } else { u64::from(self.len) };
        self.offset..self.offset.saturating_add(len)
    }

    /// It carries a part of the stream.
    pub fn is_data(&self) -> bool {
        self.len > 0 && self.kind != Kind::Rst
    }

    /// Is it a segment of this kind, as a fault names it? A FIN with data is both.
    pub fn is(&self, kind: Kind) -> bool {
        self.kind == kind || (kind == Kind::Data && self.is_data())
    }
}

/// `data 4096..5556`, `FIN after data 100..200`, `SYN`.
impl fmt::Display for Meaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Range { start, end } = self.stream();
        match self.kind {
            Kind::Data => write!(f, "data {start}..{end}"),
            Kind::Fin if start < end => write!(f, "FIN after data {start}..{end}"),
            kind if start < end => write!(f, "{kind} with data {start}..{end}"),
            kind => kind.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(kind: Kind, offset: u64, len: u32) -> Meaning {
        Meaning { entity: 0, kind, offset, len }
    }

    #[test]
    fn a_fin_with_data_is_both_and_a_reset_carries_nothing_of_the_stream() {
        let kinds = |meaning: Meaning| Kind::ALL.into_iter().filter(|kind| meaning.is(*kind)).collect::<Vec<_>>();
        assert_eq!(kinds(meaning(Kind::Fin, 9, 0)), [Kind::Fin]);
        assert_eq!(kinds(meaning(Kind::Fin, 9, 1)), [Kind::Data, Kind::Fin]);
        assert_eq!(kinds(meaning(Kind::Data, 9, 1)), [Kind::Data]);
        assert_eq!(kinds(meaning(Kind::Rst, 9, 1)), [Kind::Rst]);
        assert_eq!(kinds(meaning(Kind::SynAck, 0, 0)), [Kind::SynAck]);
    }

    #[test]
    fn prints_as_a_person_says_it() {
        let texts = [(Kind::Data, 4096, 1460), (Kind::Fin, 100, 100), (Kind::Fin, 100, 0), (Kind::Syn, 0, 5), (Kind::Rst, 7, 5)];
        let texts = texts.map(|(kind, offset, len)| meaning(kind, offset, len).to_string());
        assert_eq!(texts, ["data 4096..5556", "FIN after data 100..200", "FIN", "SYN with data 0..5", "RST"]);
    }
}
