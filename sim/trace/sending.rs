//! Follows what each end has sent so far, as far as it takes to tell what is sent again.

use std::collections::BTreeMap;

use super::{Place, SegmentEvent};
use crate::contract::{Both, End};
use crate::wire::{Segment, Seq};

/// Flows with lower numbers are found by their number alone.
const NEAR: u32 = 1 << 16;

/// Follows the sequence numbers of every end. It asks for the segments that were sent, in order.
#[derive(Clone, Debug, Default)]
pub struct Sending {
    near: Vec<Both<SequenceTrack>>,
    far: BTreeMap<u32, Both<SequenceTrack>>,
}

/// One end of one flow.
#[derive(Clone, Copy, Debug, Default)]
struct SequenceTrack {
    /// The number of its SYN.
    initial: Option<Seq>,
    /// The number after the last one that it has sent.
    next: Option<Seq>,
}

impl Sending {
    /// Takes a segment that is sent. True if any of its sequence space (a SYN, data, a FIN) was sent before on this connection.
    pub fn is_again(&mut self, event: &SegmentEvent) -> bool {
        self.line(event.flow, event.from).take(&event.segment)
    }

    /// The number that this end would give to what it has never sent, if it has sent anything.
    pub fn next(&self, at: Place) -> Option<Seq> {
        let ends = if at.flow < NEAR { self.near.get(at.flow as usize) } else { self.far.get(&at.flow) };
        ends.and_then(|ends| ends[at.end].next)
    }

    fn line(&mut self, flow: u32, end: End) -> &mut SequenceTrack {
        if flow >= NEAR {
            return &mut self.far.entry(flow).or_default()[end];
        }
        let index = flow as usize;
        if self.near.len() <= index {
            self.near.resize(index + 1, Both::default());
        }
        &mut self.near[index][end]
    }
}

impl SequenceTrack {
    fn take(&mut self, segment: &Segment) -> bool {
        // Another initial number is another connection (RFC 9293 §3.4.1).
        if segment.flags.syn() && self.initial != Some(segment.seq) {
            *self = SequenceTrack { initial: Some(segment.seq), next: None };
        }
        if segment.flags.rst() {
            return false;
        }
        let (has_length, end) = (segment.length() > 0, segment.end());
        let next = *self.next.get_or_insert(segment.seq);
        if has_length && next.is_before(end) {
            self.next = Some(end);
        }
        has_length && segment.seq.is_before(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{Fate, Payload};
    use crate::wire::Flags;

    fn sent(flow: u32, from: End, flags: &str, seq: u32, len: usize) -> SegmentEvent {
        let flags = Flags::from_letters(flags).expect("letters");
        let segment = Segment { seq: Seq(seq), flags, data: Payload::Count(len), ..Segment::default() };
        SegmentEvent::new(flow, from, Fate::Sent, segment)
    }

    /// Which of these segments of one end are sent again.
    fn again(segments: &[(&str, u32, usize)]) -> Vec<bool> {
        let mut sending = Sending::default();
        segments.iter().map(|(flags, seq, len)| sending.is_again(&sent(0, End::Client, flags, *seq, *len))).collect()
    }

    #[test]
    fn a_syn_data_and_a_fin_are_known_again_and_empty_segments_are_not() {
        let sent = [("S", 9, 0), ("S", 9, 0), ("A", 10, 0), ("A", 10, 0), ("PA", 10, 5), ("PA", 10, 5), ("FA", 15, 0), ("FA", 15, 0)];
        assert_eq!(again(&sent), [false, true, false, false, false, true, false, true]);
    }

    /// From both sides: what begins right behind the last octet is new, what begins on it is not.
    #[test]
    fn one_octet_that_was_sent_before_is_enough() {
        assert_eq!(again(&[("A", 10, 5), ("A", 15, 5), ("A", 19, 9), ("A", 28, 1)]), [false, false, true, false]);
    }

    #[test]
    fn a_fin_after_data_that_is_sent_again_is_counted_once_with_it() {
        assert_eq!(again(&[("A", 10, 5), ("FA", 10, 5), ("FA", 15, 0)]), [false, true, true]);
    }

    #[test]
    fn numbers_wrap_around() {
        let start = u32::MAX - 3;
        assert_eq!(again(&[("S", start, 0), ("A", start + 1, 10), ("A", 7, 3), ("A", start + 1, 10)]), [false, false, false, true]);
        let mut sending = Sending::default();
        sending.is_again(&sent(0, End::Client, "A", start, 10));
        assert_eq!(sending.next(Place { flow: 0, end: End::Client }), Some(Seq(6)));
    }

    /// A reset may have any number, and an empty segment a later one than anything that was sent.
    #[test]
    fn what_carries_nothing_moves_nothing() {
        assert_eq!(again(&[("A", 10, 5), ("RA", 90, 0), ("A", 90, 0), ("A", 15, 5)]), [false; 4]);
    }

    #[test]
    fn another_initial_number_is_another_connection() {
        assert_eq!(again(&[("S", 9, 0), ("A", 10, 5), ("S", 3, 0), ("A", 4, 5), ("A", 4, 1)]), [false, false, false, false, true]);
    }

    #[test]
    fn ends_and_flows_are_told_apart() {
        let mut sending = Sending::default();
        for flow in [0, 1, NEAR - 1, NEAR, u32::MAX] {
            for end in End::BOTH {
                assert!(!sending.is_again(&sent(flow, end, "A", 1, 1)));
                assert!(sending.is_again(&sent(flow, end, "A", 1, 1)));
            }
        }
        assert_eq!(sending.next(Place { flow: 2, end: End::Client }), None);
    }
}
