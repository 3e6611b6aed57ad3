//! Tells what a packet is, as a person would say it.

use std::fmt;
use std::ops::Range;

use super::SegmentKind;

/// What a packet is, as a person would say it: `the client's first FIN`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Meaning {
    /// The sender: an end of a flow (24 bits count, as in an [`Address`](crate::choice::Address)).
    pub entity: u32,
    /// What it is for.
    pub kind: SegmentKind,
    /// The stream offset of its first octet, where it carries data.
    pub offset: u64,
    /// How many octets of data it carries (a FIN may carry some).
    pub len: u32,
}

impl Meaning {
    /// The octets of the stream that it carries. What a reset carries is no part of the stream (RFC 9293 §3.5.3).
    pub fn stream(&self) -> Range<u64> {
        let len = if self.kind == SegmentKind::Rst { 0 } else { u64::from(self.len) };
        self.offset..self.offset.saturating_add(len)
    }

    /// It carries a part of the stream.
    pub fn is_data(&self) -> bool {
        self.len > 0 && self.kind != SegmentKind::Rst
    }

    /// Is it a segment of this kind, as a fault names it? A FIN with data is both.
    pub fn is(&self, kind: SegmentKind) -> bool {
        self.kind == kind || (kind == SegmentKind::Data && self.is_data())
    }
}

/// `data 4096..5556`, `FIN after data 100..200`, `SYN`.
impl fmt::Display for Meaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Range { start, end } = self.stream();
        match self.kind {
            SegmentKind::Data => write!(f, "data {start}..{end}"),
            SegmentKind::Fin if start < end => write!(f, "FIN after data {start}..{end}"),
            kind if start < end => write!(f, "{kind} with data {start}..{end}"),
            kind => kind.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(kind: SegmentKind, offset: u64, len: u32) -> Meaning {
        Meaning { entity: 0, kind, offset, len }
    }

    #[test]
    fn a_fin_with_data_is_both_and_a_reset_carries_nothing_of_the_stream() {
        let kinds = |meaning: Meaning| SegmentKind::ALL.into_iter().filter(|kind| meaning.is(*kind)).collect::<Vec<_>>();
        assert_eq!(kinds(meaning(SegmentKind::Fin, 9, 0)), [SegmentKind::Fin]);
        assert_eq!(kinds(meaning(SegmentKind::Fin, 9, 1)), [SegmentKind::Data, SegmentKind::Fin]);
        assert_eq!(kinds(meaning(SegmentKind::Data, 9, 1)), [SegmentKind::Data]);
        assert_eq!(kinds(meaning(SegmentKind::Rst, 9, 1)), [SegmentKind::Rst]);
        assert_eq!(kinds(meaning(SegmentKind::SynAck, 0, 0)), [SegmentKind::SynAck]);
    }

    #[test]
    fn prints_as_a_person_says_it() {
        let texts = [
            (SegmentKind::Data, 4096, 1460),
            (SegmentKind::Fin, 100, 100),
            (SegmentKind::Fin, 100, 0),
            (SegmentKind::Syn, 0, 5),
            (SegmentKind::Rst, 7, 5),
        ];
        let texts = texts.map(|(kind, offset, len)| meaning(kind, offset, len).to_string());
        assert_eq!(texts, ["data 4096..5556", "FIN after data 100..200", "FIN", "SYN with data 0..5", "RST"]);
    }
}
