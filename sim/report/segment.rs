//! Spells segments as a person reads them: flags as words, numbers counted from each end's initial one, as packet dumps show them.

use std::collections::BTreeMap;

use crate::trace::{Fate, Place, SegmentEvent, Trace, What};
use crate::wire::{Flags, Seq};

/// The initial sequence numbers, by sender.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbers(pub(super) BTreeMap<Place, Seq>);

impl Numbers {
    /// Those of a whole trace; of several connections on one flow, the last one's.
    pub(super) fn of(trace: &Trace) -> Self {
        let mut numbers = Numbers::default();
        trace.events.iter().for_each(|event| numbers.observe(&event.what));
        numbers
    }

    /// Takes the next event. A SYN that is sent begins a connection; one that only arrives may be a late one of an earlier one.
    pub(super) fn observe(&mut self, what: &What) {
        let What::Segment(event) = what else { return };
        if event.segment.flags.syn() {
            let known = self.0.entry(event.sender()).or_insert(event.segment.seq);
            if event.fate == Fate::Sent {
                *known = event.segment.seq;
            }
        }
    }

    /// The sequence number of a segment. It stays absolute where the initial one is not known.
    pub(super) fn seq(&self, event: &SegmentEvent) -> u32 {
        self.relative(event.segment.seq, event.sender())
    }

    /// Its acknowledgement number.
    pub(super) fn ack(&self, event: &SegmentEvent) -> u32 {
        self.relative(event.segment.ack, event.receiver())
    }

    /// A number of that end's.
    fn relative(&self, number: Seq, of: Place) -> u32 {
        number.since(self.0.get(&of).copied().unwrap_or_default())
    }
}

/// `SYN`, `SYN-ACK`, `FIN`, `RST`: what a segment is beside its data. Empty for data and acknowledgements.
pub(super) fn kind(flags: Flags) -> String {
    let words = [
        (flags.syn(), "SYN"),
        (flags.fin(), "FIN"),
        (flags.rst(), "RST"),
        (flags.has(Flags::URG), "URG"),
        (flags.syn() && flags.ack(), "ACK"),
    ];
    words.into_iter().filter(|(set, _)| *set).map(|(_, word)| word).collect::<Vec<_>>().join("-")
}

/// `1:1025 (1024)`: the sequence numbers of data, from the first to the one after the last, and how many bytes these are.
pub(super) fn range(start: u32, bytes: u64) -> String {
    format!("{start}:{} ({bytes})", start.wrapping_add(bytes as u32))
}

/// One segment by itself: `FIN 1025 ack 6`.
pub(super) fn said(event: &SegmentEvent, numbers: &Numbers) -> String {
    let segment = &event.segment;
    let seq = numbers.seq(event);
    let place = if segment.data_len() > 0 { range(seq, segment.data_len().into()) } else { seq.to_string() };
    let bare = segment.data_len() == 0 && segment.flags.ack() && kind(segment.flags).is_empty();
    let ack = format!("ack {}", numbers.ack(event));
    let parts = [(true, kind(segment.flags)), (!bare, place), (segment.flags.ack(), ack)];
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
    use crate::trace::Payload;
    use crate::wire::Segment;

    fn event(from: End, fate: Fate, flags: &str, seq: u32, ack: u32, len: usize) -> SegmentEvent {
        let flags = Flags::from_letters(flags).expect("letters");
        let segment = Segment { seq: Seq(seq), ack: Seq(ack), flags, data: Payload::Count(len), ..Segment::default() };
        SegmentEvent::new(0, from, fate, segment)
    }

    fn numbers() -> Numbers {
        let mut numbers = Numbers::default();
        for (from, seq) in [(End::Client, u32::MAX), (End::Server, 100)] {
            numbers.observe(&What::Segment(event(from, Fate::Sent, "S", seq, 0, 0)));
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
        let said = |flags, seq, ack, len| said(&event(End::Client, Fate::Sent, flags, seq, ack, len), &numbers());
        assert_eq!(said("S", u32::MAX, 0, 0), "SYN 0");
        assert_eq!(said("PA", 0, 101, 5), "1:6 (5) ack 1");
        assert_eq!(said("FA", 5, 101, 0), "FIN 6 ack 1");
        assert_eq!(said("A", 5, 105, 0), "ack 5");
        assert_eq!(said("", 5, 0, 0), "6");
    }

    #[test]
    fn a_late_syn_does_not_move_the_numbers_and_a_sent_one_does() {
        let mut numbers = numbers();
        numbers.observe(&What::Segment(event(End::Server, Fate::Delivered, "SA", 7, 0, 0)));
        assert_eq!(numbers.seq(&event(End::Server, Fate::Sent, "A", 101, 0, 0)), 1);
        numbers.observe(&What::Segment(event(End::Server, Fate::Sent, "SA", 7, 0, 0)));
        assert_eq!(numbers.seq(&event(End::Server, Fate::Sent, "A", 8, 0, 0)), 1);
        assert_eq!(Numbers::default().seq(&event(End::Server, Fate::Sent, "A", 8, 0, 0)), 8);
    }
}
