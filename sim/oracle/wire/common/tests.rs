//! The short way and the long way are the same way.

use proptest::prelude::*;

use super::*;
use crate::contract::{Both, Contract, End};
use crate::oracle::Stamp;
use crate::oracle::ledger::Ledger;
use crate::oracle::state::Flow;
use crate::oracle::state::Host;
use crate::trace::{Header, Records};
use crate::wire::{Options, Seq};

/// The sizes in which these ends speak: small, so that numbers meet their bounds.
const OPTIONS: &str = "mss=4,ws=1";
const STARTS: Both<Seq> = Both { client: Seq(u32::MAX - 20), server: Seq(1 << 31) };

/// What an end does next.
#[derive(Clone, Copy, Debug)]
struct Move {
    from: End,
    flags: u8,
    len: usize,
    win: u16,
    /// How far the numbers lie from those that are right.
    seq: i8,
    ack: i8,
    /// What becomes of it at once: it may also stay on its way.
    fate: Option<Fate>,
    id: u64,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let from = prop::sample::select(End::BOTH.to_vec());
    let flags = prop_oneof![12 => Just(ACK), 4 => Just(ACK | 8), 1 => Just(ACK | 1), 1 => prop::sample::select(vec![0_u8, 2, 4, 18, 20])];
    let near = || prop_oneof![8 => Just(0_i8), 1 => -5..6_i8];
    let fates = vec![Fate::Dropped, Fate::Duplicated, Fate::Corrupted, Fate::Injected];
    let fate = prop_oneof![8 => Just(Some(Fate::Delivered)), 2 => Just(None), 1 => prop::sample::select(fates).prop_map(Some)];
    let fields = (from, flags, 0..6_usize, prop_oneof![4 => Just(20_u16), 1 => 0..20_u16], near(), near(), fate, 0..3_u64);
    let one = fields.prop_map(|(from, flags, len, win, seq, ack, fate, id)| Move { from, flags, len, win, seq, ack, fate, id });
    prop::collection::vec(one, 1..60)
}

fn moved(seq: Seq, by: i8) -> Seq {
    Seq(seq.0.wrapping_add_signed(by.into()))
}

/// A flow and what is found on it.
#[derive(Clone)]
struct Judged {
    flow: Flow,
    book: Ledger,
    next: Both<Seq>,
    heard: Both<Seq>,
    line: u64,
}

impl Judged {
    fn new(header: &Header) -> Self {
        Judged {
            flow: Flow::new(0, header, &crate::oracle::state::Network::default()),
            book: Ledger::default(),
            next: STARTS,
            heard: Both::default(),
            line: 1,
        }
    }

    fn take(&mut self, header: &Header, event: &SegmentEvent) {
        self.line += 1;
        self.on_scene(header, event, |scene| scene.segment(event));
    }

    fn goes_the_short_way(mut self, header: &Header, event: &SegmentEvent) -> bool {
        self.on_scene(header, event, |scene| scene.is_as_expected(event))
    }

    fn on_scene<T>(&mut self, header: &Header, event: &SegmentEvent, act: impl FnOnce(&mut Judge<'_>) -> T) -> T {
        let at = Stamp::new(self.line, self.line, Instant(self.line / 3));
        let mut hosts = Both::same(Host::default());
        act(&mut Judge { flow: &mut self.flow, book: &mut self.book, header, hosts: &mut hosts, end: event.from, at })
    }

    /// What is known and was found, but for the terms.
    fn state(mut self) -> String {
        self.forget_terms();
        format!("{:?} {:?}", self.flow, self.book)
    }

    fn forget_terms(&mut self) {
        End::BOTH.into_iter().for_each(|end| self.flow.wire[end].terms = None);
    }

    fn sent(&mut self, step: Move) -> SegmentEvent {
        let (from, flags) = (step.from, Flags(step.flags));
        let (seq, ack) = (moved(self.next[from], step.seq), moved(self.heard[from], step.ack));
        let data = bytes::Bytes::from(vec![b'a' + step.seq.unsigned_abs(); step.len]).into();
        let mut segment = Segment { seq, ack, flags, window: step.win, data, ..Segment::default() };
        if flags.syn() {
            segment.options = Options::from_text(OPTIONS);
        }
        if step.seq == 0 {
            self.next[from] = segment.end();
        }
        SegmentEvent { id: Some(step.id), ..SegmentEvent::new(0, from, Fate::Sent, segment) }
    }

    /// The events of a move.
    fn events(&mut self, step: Move) -> Vec<SegmentEvent> {
        let sent = self.sent(step);
        let fate = step.fate.map(|fate| SegmentEvent { fate, ..sent.clone() });
        if step.fate == Some(Fate::Delivered) && step.seq == 0 {
            self.heard[step.from.peer()] = self.next[step.from];
        }
        [Some(sent), fate].into_iter().flatten().collect()
    }
}

fn header() -> Header {
    let records = Records { network: true, segments: true, ..Records::default() };
    Header { contract: Both::same(Contract::modern()), records, simulated: true, ..Header::default() }
}

/// SYN, SYN-ACK, ACK.
fn handshake() -> [Move; 3] {
    let step = |from, flags| Move { from, flags, len: 0, win: 20, seq: 0, ack: 0, fate: Some(Fate::Delivered), id: 9 };
    [step(End::Client, 2), step(End::Server, 2 | ACK), step(End::Client, ACK)]
}

/// Judges each event both ways; how many went the short one.
fn both_ways(steps: impl IntoIterator<Item = Move>) -> usize {
    let header = header();
    let mut judged = Judged::new(&header);
    let mut short = 0;
    for step in steps {
        for event in judged.events(step) {
            let mut long = judged.clone();
            long.forget_terms();
            short += usize::from(judged.clone().goes_the_short_way(&header, &event));
            long.take(&header, &event);
            judged.take(&header, &event);
            assert_eq!(judged.clone().state(), long.state(), "{event:?}");
        }
    }
    short
}

fn say(from: End, len: usize) -> Move {
    Move { from, flags: ACK, len, win: 20, seq: 0, ack: 0, fate: Some(Fate::Delivered), id: 1 }
}

#[test]
fn a_conversation_goes_the_short_way() {
    let talk = [say(End::Server, 0), say(End::Client, 4), say(End::Server, 3), say(End::Client, 4), say(End::Server, 0)];
    assert_eq!(both_ways(handshake().into_iter().chain(talk)), 10, "all but what each end sends first, which brings it to terms");
}

/// The last move after a handshake and one octet of each end, all with this window: is it judged, when it is sent and when it is
/// delivered, the short way?
fn last(win: u16, last: Move) -> usize {
    let before = || handshake().into_iter().chain([say(End::Server, 1), say(End::Client, 1)]).map(move |step| Move { win, ..step });
    both_ways(before().chain([last])) - both_ways(before())
}

#[test]
fn what_is_at_a_bound_goes_the_short_way_and_what_is_beyond_it_the_long_way() {
    let common = say(End::Client, 4);
    assert_eq!(last(20, common), 2);
    assert_eq!(last(20, Move { len: 5, ..common }), 1, "more than the peer takes in one segment");
    assert_eq!(last(20, Move { win: 19, ..common }), 2, "a window that shrinks by no more than it is rounded");
    assert_eq!(last(20, Move { win: 18, ..common }), 1, "a window that shrinks");
    assert_eq!(last(20, Move { seq: 1, ..common }), 0, "a hole");
    assert_eq!(last(20, Move { seq: -1, ..common }), 0, "sent again");
    assert_eq!(last(20, Move { ack: 1, ..common }), 1, "an acknowledgement of what has not arrived");
    assert_eq!(last(20, Move { ack: -1, ..common }), 1, "an acknowledgement that goes back");
    assert_eq!(last(20, Move { flags: ACK | 1, ..common }), 0, "a FIN");
    assert_eq!(last(2, Move { win: 2, len: 3, ..common }), 2, "the window is full");
    assert_eq!(last(2, Move { win: 2, len: 4, ..common }), 1, "beyond the window");
}

proptest! {
    #[test]
    fn both_ways_find_and_keep_the_same(steps in moves()) {
        both_ways(handshake().into_iter().chain(steps));
    }
}
