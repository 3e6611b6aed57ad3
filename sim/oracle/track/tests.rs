//! Every bound of what segments show, from both sides.

use super::*;
use crate::oracle::Stamp;
use crate::time::Instant;
use crate::trace::Payload;
use crate::wire::{Flags, Segment};

const FIN: u8 = 1;
const SYN: u8 = 2;
const RST: u8 = 4;
const ACK: u8 = 16;

fn at(seq: u64) -> Stamp {
    Stamp::new(seq, seq + 1, Instant(seq))
}

struct Seen {
    tracks: Tracks,
    seq: u64,
}

impl Seen {
    fn new() -> Self {
        Seen { tracks: Tracks::new(false), seq: 0 }
    }

    /// After a handshake: the client's first byte is 101, the server's 501; the windows are 10 and shifted by `ws`.
    fn connected(ws: &str) -> Self {
        let mut seen = Seen::new();
        seen.passes(segment(End::Client, SYN, 100, 0).spelled(10, ws));
        seen.passes(segment(End::Server, SYN | ACK, 500, 101).spelled(10, ws));
        seen.passes(segment(End::Client, ACK, 101, 501));
        seen
    }

    fn fate(&mut self, fate: Fate, event: SegmentEvent) {
        self.seq += 1;
        let (event, at) = (SegmentEvent { fate, ..event }, at(self.seq));
        if fate != Fate::Sent {
            return self.tracks.became(&event, at);
        }
        if event.segment.flags.syn() {
            self.tracks.syn_sent(&event, at, true);
        }
        let sending = self.tracks.weigh(&event, true);
        self.tracks.sent(&event, at, None, &sending, Some(u64::MAX));
    }

    fn passes(&mut self, event: SegmentEvent) {
        self.fate(Fate::Sent, event.clone());
        self.fate(Fate::Delivered, event);
    }

    /// May the server have accepted a reset of this number?
    fn accepts_reset(mut self, seq: u32) -> bool {
        self.passes(segment(End::Client, RST, seq, 0));
        self.tracks.of(End::Client).reset.is_some()
    }
}

fn segment(from: End, flags: u8, seq: u32, ack: u32) -> SegmentEvent {
    let segment = Segment { seq: Seq(seq), ack: Seq(ack), flags: Flags(flags), window: 10, ..Segment::default() };
    SegmentEvent::new(0, from, Fate::Sent, segment)
}

fn data(from: End, seq: u32, ack: u32, len: usize) -> SegmentEvent {
    carrying(segment(from, ACK, seq, ack), len)
}

fn carrying(mut event: SegmentEvent, len: usize) -> SegmentEvent {
    event.segment.data = Payload::Count(len);
    event
}

fn window(mut event: SegmentEvent, window: u16) -> SegmentEvent {
    event.segment.window = window;
    event
}

#[test]
fn bytes_arrive_in_order_and_inside_the_window() {
    let mut seen = Seen::connected("mss=1460");
    let arrived = |seen: &Seen| seen.tracks.arrived_of(End::Client);
    seen.passes(data(End::Client, 101, 501, 4));
    assert_eq!(arrived(&seen), Some(4));
    seen.passes(data(End::Client, 106, 501, 2));
    assert_eq!(arrived(&seen), Some(4), "beyond a hole");
    seen.passes(data(End::Client, 103, 501, 9));
    assert_eq!(arrived(&seen), Some(10), "the window ends at 111");
    seen.passes(window(segment(End::Server, ACK, 501, 112), 20));
    assert_eq!(arrived(&seen), Some(11), "but what is acknowledged was taken");
    seen.passes(carrying(segment(End::Client, ACK | FIN, 112, 501), 3));
    assert!(seen.tracks.fin_arrived(End::Client) && !seen.tracks.fin_arrived(End::Server));
    seen.passes(segment(End::Server, ACK, 501, 116));
    assert_eq!((arrived(&seen), seen.tracks.all_acknowledged(End::Client)), (Some(14), Some(14)), "a FIN is no byte");
}

#[test]
fn data_with_an_unacceptable_acknowledgement_does_not_arrive() {
    let arrives = |ack: u32| {
        let mut seen = Seen::connected("mss=1460");
        seen.passes(data(End::Server, 501, 101, 10));
        seen.passes(window(segment(End::Client, ACK, 101, 511), 0));
        seen.passes(window(segment(End::Client, ACK, 101, 511), 10));
        seen.passes(data(End::Server, 511, 101, 10));
        seen.passes(segment(End::Client, ACK, 101, 521));
        seen.passes(data(End::Client, 101, ack, 4));
        seen.tracks.arrived_of(End::Client)
    };
    assert_eq!(
        [510, 511, 521, 522].map(arrives),
        [Some(0), Some(4), Some(4), Some(0)],
        "as old as the widest window, and as new as what was sent"
    );
}

#[test]
fn a_second_connection_of_one_end_answers_nothing_that_its_peer_waits_for() {
    let mut seen = Seen::connected("");
    seen.fate(Fate::Sent, data(End::Client, 101, 501, 1));
    let waiting = seen.tracks.of(End::Client).waiting;
    seen.passes(segment(End::Server, SYN | ACK, 9000, 101));
    assert_eq!(seen.tracks.of(End::Client).waiting, waiting);
    seen.passes(segment(End::Server, ACK, 501, 102));
    assert_eq!(seen.tracks.of(End::Server).ack_arrived, Some(Seq(102)), "what goes on is heard, though it settles nothing now");
    assert_eq!(seen.tracks.of(End::Client).waiting, waiting);
}

#[test]
fn windows_are_shifted_only_if_both_syns_ask_for_it() {
    let arrived = |mut seen: Seen| {
        seen.passes(segment(End::Server, ACK, 501, 101));
        seen.passes(data(End::Client, 101, 501, 100));
        seen.tracks.arrived_of(End::Client)
    };
    assert_eq!(arrived(Seen::connected("mss=1460,ws=2")), Some(40));
    assert_eq!(arrived(Seen::connected("ws=0")), Some(10));
    let mut one = Seen::new();
    one.passes(segment(End::Client, SYN, 100, 0).spelled(10, "ws=2"));
    one.passes(segment(End::Server, SYN | ACK, 500, 101));
    assert_eq!(arrived(one), Some(10));
}

#[test]
fn numbers_wrap_around() {
    let mut seen = Seen::new();
    seen.passes(segment(End::Client, SYN, u32::MAX - 2, 0));
    seen.passes(segment(End::Server, SYN | ACK, u32::MAX, u32::MAX - 1));
    seen.passes(data(End::Client, u32::MAX - 1, 0, 4));
    assert_eq!(seen.tracks.arrived_of(End::Client), Some(4));
    seen.passes(segment(End::Server, ACK, 0, 2));
    assert_eq!(seen.tracks.all_acknowledged(End::Client), Some(4));
    seen.passes(segment(End::Client, RST, 2, 0));
    assert!(seen.tracks.of(End::Client).reset.is_some());
}

#[test]
fn what_is_damaged_has_not_arrived_and_what_comes_from_nowhere_makes_it_unknown() {
    let mut seen = Seen::connected("");
    let damaged = SegmentEvent { id: Some(7), ..data(End::Client, 101, 501, 4) };
    seen.fate(Fate::Sent, damaged.clone());
    seen.fate(Fate::Corrupted, damaged.clone());
    seen.fate(Fate::Delivered, damaged);
    assert_eq!(seen.tracks.arrived_of(End::Client), Some(0));
    seen.fate(Fate::Corrupted, data(End::Client, 101, 501, 4));
    assert_eq!(seen.tracks.arrived_of(End::Client), None, "without an id it can't be followed");
    let mut seen = Seen::connected("");
    seen.fate(Fate::Injected, data(End::Client, 101, 501, 4));
    assert_eq!(seen.tracks.arrived_of(End::Client), None);
}

#[test]
fn a_stream_that_was_connected_before_begins_with_its_first_segment() {
    let mut seen = Seen::new();
    assert_eq!(seen.tracks.arrived_of(End::Client), None);
    seen.passes(data(End::Client, 101, 501, 4));
    assert_eq!(seen.tracks.arrived_of(End::Client), Some(4));
    let mut middle = Seen::new();
    middle.passes(segment(End::Server, ACK, 501, 90));
    middle.passes(data(End::Client, 101, 501, 4));
    assert_eq!(middle.tracks.arrived_of(End::Client), None, "something was sent before");
}

#[test]
fn a_reset_may_lie_anywhere_in_the_window_and_one_before_it() {
    let accepts = |seq| Seen::connected("").accepts_reset(seq);
    assert!(!accepts(99) && accepts(100) && accepts(101) && accepts(111) && accepts(112) && !accepts(113));
    let scaled = |seq| {
        let mut seen = Seen::connected("ws=3");
        seen.passes(segment(End::Server, ACK, 501, 101));
        seen.accepts_reset(seq)
    };
    assert!(scaled(182) && !scaled(183));
}

#[test]
fn a_syn_is_refused_only_by_a_reset_that_acknowledges_it() {
    let refused = |flags, ack| {
        let mut seen = Seen::new();
        seen.passes(segment(End::Client, SYN, 100, 0));
        seen.passes(segment(End::Server, flags, 0, ack));
        let server = *seen.tracks.of(End::Server);
        (server.reset.is_some(), server.refusal.is_some())
    };
    assert_eq!(refused(RST | ACK, 101), (true, true));
    assert_eq!(refused(RST | ACK, 100), (false, false));
    assert_eq!(refused(RST | ACK, 102), (false, false));
    assert_eq!(refused(RST, 101), (false, false));
    let mut later = Seen::connected("");
    later.passes(segment(End::Server, RST | ACK, 501, 101));
    assert!(later.tracks.of(End::Server).reset.is_some() && later.tracks.of(End::Server).refusal.is_none());
}

#[test]
fn the_newest_segment_tells_the_window() {
    let mut seen = Seen::connected("");
    let window = |seq, ack, size| window(segment(End::Server, ACK, seq, ack), size);
    seen.passes(data(End::Client, 101, 501, 4));
    seen.passes(window(501, 105, 0));
    assert!(seen.tracks.meets_closed_window(End::Client) && !seen.tracks.meets_closed_window(End::Server));
    seen.fate(Fate::Sent, window(501, 105, 4));
    assert!(seen.tracks.meets_closed_window(End::Client), "sent is not delivered");
    seen.fate(Fate::Delivered, window(501, 105, 4));
    assert!(!seen.tracks.meets_closed_window(End::Client));
    seen.passes(window(501, 104, 0));
    assert!(!seen.tracks.meets_closed_window(End::Client), "an older acknowledgement");
    seen.passes(window(501, 105, 0));
    assert!(seen.tracks.meets_closed_window(End::Client));
}

#[test]
fn waiting_begins_with_the_first_unacknowledged_number_and_again_with_progress() {
    let mut seen = Seen::connected("");
    let waiting = |seen: &Seen| seen.tracks.of(End::Client).waiting;
    seen.passes(data(End::Client, 101, 501, 4));
    let first = waiting(&seen);
    assert_eq!(first, Some(Instant(seen.seq - 1)));
    seen.passes(data(End::Client, 105, 501, 4));
    seen.passes(data(End::Client, 101, 501, 4));
    assert_eq!(waiting(&seen), first, "neither more data nor a retransmission is progress");
    seen.passes(segment(End::Server, ACK, 501, 101));
    assert_eq!(waiting(&seen), first, "nor the same acknowledgement again");
    seen.passes(segment(End::Server, ACK, 501, 105));
    assert_eq!(waiting(&seen), Some(Instant(seen.seq)));
}
