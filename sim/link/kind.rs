//! What a segment is for, and the words for that.

use std::fmt;
use std::str::FromStr;

/// What a segment is for: the first of these that fits (a FIN with data is a FIN).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Kind {
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

impl Kind {
    /// Every kind, in the order of a connection's life.
    pub const ALL: [Kind; 6] = [Kind::Syn, Kind::SynAck, Kind::Data, Kind::Ack, Kind::Fin, Kind::Rst];

    /// Its word: `SYN`, `SYN-ACK`, `data`, `ACK`, `FIN`, `RST`.
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Rst => "RST",
            Kind::SynAck => "SYN-ACK",
            Kind::Syn => "SYN",
            Kind::Fin => "FIN",
            Kind::Data => "data",
            Kind::Ack => "ACK",
        }
    }
}

/// Words that mean a kind beside its own, in capitals.
const ALIASES: [(&str, Kind); 6] = [
    ("SYNACK", Kind::SynAck),
    ("SYN+ACK", Kind::SynAck),
    ("SYN/ACK", Kind::SynAck),
    ("SYN|ACK", Kind::SynAck),
    ("SYN_ACK", Kind::SynAck),
    ("RESET", Kind::Rst),
];

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// In capitals or not.
impl FromStr for Kind {
    type Err = NoKind;

    fn from_str(text: &str) -> Result<Self, NoKind> {
        let own = Kind::ALL.into_iter().find(|kind| kind.word().eq_ignore_ascii_case(text));
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
        for kind in Kind::ALL {
            let text = kind.to_string();
            for text in [text.clone(), text.to_lowercase(), text.to_uppercase()] {
                assert_eq!(text.parse(), Ok(kind));
            }
        }
    }

    #[test]
    fn aliases_are_read_and_other_words_are_not() {
        let kinds = ["synack", "SYN+ACK", "Syn/Ack", "syn|ack", "reset"].map(str::parse);
        assert_eq!(kinds, [Ok(Kind::SynAck), Ok(Kind::SynAck), Ok(Kind::SynAck), Ok(Kind::SynAck), Ok(Kind::Rst)]);
        for text in ["", "SYN-", "FINACK", "dat", " FIN"] {
            assert_eq!(text.parse::<Kind>(), Err(NoKind), "{text:?}");
        }
    }
}
