//! Segments as a person reads them: flags as words, numbers counted from each end's initial one, as packet dumps show them.

use std::collections::BTreeMap;

use crate::trace::{Fate, Flags, Place, Trace, What, Wire};

/// The initial sequence numbers, by sender.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbers(pub(super) BTreeMap<Place, u32>);

impl Numbers {
    /// Those of a whole trace; of several connections on one flow, the last one's.
    pub(super) fn of(trace: &Trace) -> Self {
        let mut numbers = Numbers::default();
        trace.events.iter().for_each(|event| numbers.observe(&event.what));
        numbers
    }

    /// Takes the next event. A SYN that is sent begins a connection; one that only arrives may be a late one of an earlier one.
    pub(super) fn observe(&mut self, what: &What) {
        match what {
            What::Segment(wire) if wire.flags.syn() && wire.fate == Fate::Sent => drop(self.0.insert(sender(wire), wire.seq)),
            What::Segment(wire) if wire.flags.syn() => drop(self.0.entry(sender(wire)).or_insert(wire.seq)),
            _ => {}
        }
    }

    /// The sequence number of a segment. It stays absolute where the initial one is not known.
    pub(super) fn seq(&self, wire: &Wire) -> u32 {
        self.relative(wire.seq, sender(wire))
    }

    /// Its acknowledgement number.
    pub(super) fn ack(&self, wire: &Wire) -> u32 {
        self.relative(wire.ack, Place { end: wire.from.peer(), flow: wire.flow })
    }

    /// A number of that end's.
    fn relative(&self, number: u32, of: Place) -> u32 {
        number.wrapping_sub(self.0.get(&of).copied().unwrap_or(0))
    }
}

/// Who sent it.
pub(super) const fn sender(wire: &Wire) -> Place {
    Place { flow: wire.flow, end: wire.from }
}

/// `SYN`, `SYN-ACK`, `FIN`, `RST`: what a segment is beside its data. Empty for data and acknowledgements.
pub(super) fn kind(flags: Flags) -> String {
    let urg = flags.0 & 32 != 0;
    let words = [(flags.syn(), "SYN"), (flags.fin(), "FIN"), (flags.rst(), "RST"), (urg, "URG"), (flags.syn() && flags.ack(), "ACK")];
    words.into_iter().filter(|(set, _)| *set).map(|(_, word)| word).collect::<Vec<_>>().join("-")
}

/// `1:1025 (1024)`: the sequence numbers of data, from the first to the one after the last, and how many bytes these are.
pub(super) fn range(start: u32, bytes: u64) -> String {
    format!("{start}:{} ({bytes})", start.wrapping_add(bytes as u32))
}

/// One segment by itself: `FIN 1025 ack 6`.
pub(super) fn said(wire: &Wire, numbers: &Numbers) -> String {
    let seq = numbers.seq(wire);
    let place = if wire.len > 0 { range(seq, wire.len.into()) } else { seq.to_string() };
    let bare = wire.len == 0 && wire.flags.ack() && kind(wire.flags).is_empty();
    let ack = format!("ack {}", numbers.ack(wire));
    let parts = [(true, kind(wire.flags)), (!bare, place), (wire.flags.ack(), ack)];
    parts.into_iter().filter(|(said, text)| *said && !text.is_empty()).map(|(_, text)| text).collect::<Vec<_>>().join(" ")
}

/// What became of a segment, as a sentence goes on.
pub(super) const fn became(fate: Fate) -> &'static str {
    match fate {
        Fate::Sent => "sent",
        Fate::Delivered => "arrived",
        Fate::Dropped => "lost",
        Fate::Duplicated => "duplicated",
        Fate::Corrupted => "damaged",
        Fate::Injected => "injected",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::End;

    fn wire(from: End, fate: Fate, flags: &str, seq: u32, ack: u32, len: u32) -> Wire {
        let flags = Flags::from_letters(flags).expect("letters");
        Wire { flow: 0, from, id: None, fate, seq, ack, flags, win: 0, len, data: None, opts: "".into() }
    }

    fn numbers() -> Numbers {
        let mut numbers = Numbers::default();
        for (from, seq) in [(End::Client, u32::MAX), (End::Server, 100)] {
            numbers.observe(&What::Segment(wire(from, Fate::Sent, "S", seq, 0, 0)));
        }
        numbers
    }

    #[test]
    fn flags_are_words() {
        let said = |letters| kind(Flags::from_letters(letters).expect("letters"));
        assert_eq!(
            ["S", "SA", "FPA", "RA", "PA", "A", "", "SF", "UA"].map(said),
            ["SYN", "SYN-ACK", "FIN", "RST", "", "", "", "SYN-FIN", "URG"]
        );
    }

    #[test]
    fn segments_are_said_from_their_initial_numbers() {
        let said = |flags, seq, ack, len| said(&wire(End::Client, Fate::Sent, flags, seq, ack, len), &numbers());
        assert_eq!(said("S", u32::MAX, 0, 0), "SYN 0");
        assert_eq!(said("PA", 0, 101, 5), "1:6 (5) ack 1");
        assert_eq!(said("FA", 5, 101, 0), "FIN 6 ack 1");
        assert_eq!(said("A", 5, 105, 0), "ack 5");
        assert_eq!(said("", 5, 0, 0), "6");
    }

    #[test]
    fn a_late_syn_does_not_move_the_numbers_and_a_sent_one_does() {
        let mut numbers = numbers();
        numbers.observe(&What::Segment(wire(End::Server, Fate::Delivered, "SA", 7, 0, 0)));
        assert_eq!(numbers.seq(&wire(End::Server, Fate::Sent, "A", 101, 0, 0)), 1);
        numbers.observe(&What::Segment(wire(End::Server, Fate::Sent, "SA", 7, 0, 0)));
        assert_eq!(numbers.seq(&wire(End::Server, Fate::Sent, "A", 8, 0, 0)), 1);
        assert_eq!(Numbers::default().seq(&wire(End::Server, Fate::Sent, "A", 8, 0, 0)), 8);
    }
}
