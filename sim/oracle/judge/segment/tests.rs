//! Judges segments at their bounds, and just beyond them, between two ends that speak in small sizes.

use crate::contract::{Both, Contract, End};
use crate::oracle::Oracle;
use crate::rules::Rule;
use crate::time::Instant;
use crate::trace::{Event, Fate, Header, Payload, Records, SegmentEvent, What};
use crate::wire::{Flags, Options, Segment, Seq};

const ACK: u8 = 16;

/// What an end does next.
#[derive(Clone, Copy)]
struct Move {
    from: End,
    flags: u8,
    len: usize,
    win: u16,
    /// How far the numbers lie from those that are right.
    seq: i8,
    ack: i8,
}

fn say(from: End, len: usize) -> Move {
    Move { from, flags: ACK, len, win: 20, seq: 0, ack: 0 }
}

fn moved(seq: Seq, by: i8) -> Seq {
    Seq(seq.0.wrapping_add_signed(by.into()))
}

/// Two ends and what is found of them; what one sends reaches the other at once.
struct Judged {
    oracle: Oracle,
    next: Both<Seq>,
    line: u64,
}

impl Judged {
    fn new() -> Self {
        let records = Records { network: true, segments: true, ..Records::default() };
        let header = Header { contract: Both::same(Contract::modern()), records, simulated: true, ..Header::default() };
        let next = Both { client: Seq(u32::MAX - 20), server: Seq(1 << 31) };
        Judged { oracle: Oracle::with(header), next, line: 1 }
    }

    fn take(&mut self, step: Move) {
        let (from, flags) = (step.from, Flags(step.flags));
        let (seq, ack) = (moved(self.next[from], step.seq), moved(self.next[from.peer()], step.ack));
        let mut segment = Segment { seq, ack, flags, window: step.win, data: Payload::Count(step.len), ..Segment::default() };
        if flags.syn() {
            segment.options = Options::from_text("mss=4,ws=1");
        }
        if step.seq == 0 {
            self.next[from] = segment.end();
        }
        for fate in [Fate::Sent, Fate::Delivered] {
            self.line += 1;
            let event = Event { t: Instant(self.line), what: What::Segment(SegmentEvent::new(0, from, fate, segment.clone())) };
            self.oracle.observe(self.line, &event);
        }
    }
}

/// The rules that the last move breaks after a handshake and one octet of each end, all with this window.
fn broken(win: u16, last: Move) -> Vec<Rule> {
    let opening = [(End::Client, 2), (End::Server, 2 | ACK), (End::Client, ACK)].map(|(from, flags)| Move { flags, ..say(from, 0) });
    let mut judged = Judged::new();
    for step in opening.into_iter().chain([say(End::Server, 1), say(End::Client, 1)]) {
        judged.take(Move { win, ..step });
    }
    judged.take(last);
    let verdict = judged.oracle.finish(false);
    verdict.violations.into_iter().flat_map(|violation| [vec![violation.rule], violation.also].concat()).collect()
}

#[test]
fn what_is_at_a_bound_is_kept_and_what_is_beyond_it_is_broken() {
    let common = say(End::Client, 4);
    assert_eq!(broken(20, common), []);
    assert_eq!(broken(20, Move { len: 5, ..common }), [Rule::InsideWindow], "more than the peer takes in one segment");
    assert_eq!(broken(20, Move { win: 19, ..common }), [], "a window that shrinks by no more than it is rounded");
    assert_eq!(broken(20, Move { win: 18, ..common }), [Rule::WindowNotShrunk]);
    assert_eq!(broken(20, Move { seq: 1, ..common }), [], "a hole");
    assert_eq!(broken(20, Move { seq: -1, ..common }), [], "sent again, with contents that are not known");
    assert_eq!(broken(20, Move { ack: 1, ..common }), [Rule::AckIsReceived], "of what has not arrived");
    assert_eq!(broken(20, Move { ack: -1, ..common }), [Rule::AckIsReceived], "it goes back");
    assert_eq!(broken(20, Move { flags: ACK | 1, ..common }), [], "a FIN");
    assert_eq!(broken(2, Move { win: 2, len: 3, ..common }), [], "the window is full");
    assert_eq!(broken(2, Move { win: 2, len: 4, ..common }), [Rule::InsideWindow], "beyond the window");
}
