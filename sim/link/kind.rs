//! Names what a segment is for.

use std::fmt;
use std::str::FromStr;

/// What a segment is for: the first of these that fits (a FIN with data is a FIN).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SegmentKind {
    /// It resets.
    Rst,
    /// It opens, and answers.
    SynAck,
    /// It opens.
    Syn,
    /// It ends the sender's data.
    Fin,
    /// It carries data.
    Data,
    /// It only acknowledges (or probes).
    Ack,
}

impl SegmentKind {
    /// Every kind, in the order of a connection's life.
    pub const ALL: [SegmentKind; 6] =
        [SegmentKind::Syn, SegmentKind::SynAck, SegmentKind::Data, SegmentKind::Ack, SegmentKind::Fin, SegmentKind::Rst];

    /// Its word: `SYN`, `SYN-ACK`, `data`, `ACK`, `FIN`, `RST`.
    pub const fn word(self) -> &'static str {
        match self {
            SegmentKind::Rst => "RST",
            SegmentKind::SynAck => "SYN-ACK",
            SegmentKind::Syn => "SYN",
            SegmentKind::Fin => "FIN",
            SegmentKind::Data => "data",
            SegmentKind::Ack => "ACK",
        }
    }
}

/// Words that mean a kind beside its own, in capitals.
const ALIASES: [(&str, SegmentKind); 6] = [
    ("SYNACK", SegmentKind::SynAck),
    ("SYN+ACK", SegmentKind::SynAck),
    ("SYN/ACK", SegmentKind::SynAck),
    ("SYN|ACK", SegmentKind::SynAck),
    ("SYN_ACK", SegmentKind::SynAck),
    ("RESET", SegmentKind::Rst),
];

impl fmt::Display for SegmentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// In capitals or not.
impl FromStr for SegmentKind {
    type Err = NoKind;

    fn from_str(text: &str) -> Result<Self, NoKind> {
        let own = SegmentKind::ALL.into_iter().find(|kind| kind.word().eq_ignore_ascii_case(text));
        let alias = || ALIASES.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)).map(|(_, kind)| *kind);
        own.or_else(alias).ok_or(NoKind)
    }
}

/// A word that names no kind of segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoKind;

impl fmt::Display for NoKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no kind of segment: one of SYN, SYN-ACK, data, ACK, FIN, RST")
    }
}

impl std::error::Error for NoKind {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_reads_what_it_prints_in_capitals_or_not() {
        for kind in SegmentKind::ALL {
            let text = kind.to_string();
            for text in [text.clone(), text.to_lowercase(), text.to_uppercase()] {
                assert_eq!(text.parse(), Ok(kind));
            }
        }
    }

    #[test]
    fn aliases_are_read_and_other_words_are_not() {
        let kinds = ["synack", "SYN+ACK", "Syn/Ack", "syn|ack", "reset"].map(str::parse);
        assert_eq!(
            kinds,
            [Ok(SegmentKind::SynAck), Ok(SegmentKind::SynAck), Ok(SegmentKind::SynAck), Ok(SegmentKind::SynAck), Ok(SegmentKind::Rst)]
        );
        for text in ["", "SYN-", "FINACK", "dat", " FIN"] {
            assert_eq!(text.parse::<SegmentKind>(), Err(NoKind), "{text:?}");
        }
    }
}
