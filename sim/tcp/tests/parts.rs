//! The parts by themselves, against simpler models.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::pieces::Pieces;
use super::super::receive::{Receive, Taken, scale_for};
use super::super::rtt::Rtt;
use super::super::send::{Leave, Send};
use super::super::state::{State, Trigger};
use super::*;

/// The bytes of a payload that has some.
fn known(payload: &Payload) -> &[u8] {
    payload.bytes().expect("known bytes")
}

#[test]
fn every_state_answers_every_event_as_the_diagram_says() {
    use State as S;
    use Trigger as E;
    let events = [E::Open, E::Syn, E::SynAcked, E::Close, E::FinSent, E::FinAcked, E::Fin, E::Refused, E::Delete];
    let rows: [(State, [Option<State>; 9]); 11] = [
        (S::Closed, [Some(S::SynSent), None, None, None, None, None, None, None, None]),
        (S::Listen, [None, Some(S::SynReceived), None, None, None, None, None, None, Some(S::Closed)]),
        (S::SynSent, [None, Some(S::SynReceived), Some(S::Established), None, None, None, None, None, Some(S::Closed)]),
        (S::SynReceived, [None, None, Some(S::Established), None, None, None, None, Some(S::Listen), Some(S::Closed)]),
        (S::Established, [None, None, None, Some(S::FinWait1), None, None, Some(S::CloseWait), None, Some(S::Closed)]),
        (S::FinWait1, [None, None, None, None, None, Some(S::FinWait2), Some(S::Closing), None, Some(S::Closed)]),
        (S::FinWait2, [None, None, None, None, None, None, Some(S::TimeWait), None, Some(S::Closed)]),
        (S::CloseWait, [None, None, None, None, Some(S::LastAck), None, None, None, Some(S::Closed)]),
        (S::Closing, [None, None, None, None, None, Some(S::TimeWait), None, None, Some(S::Closed)]),
        (S::LastAck, [None, None, None, None, None, Some(S::Closed), None, None, Some(S::Closed)]),
        (S::TimeWait, [None, None, None, None, None, None, None, None, Some(S::Closed)]),
    ];
    assert_eq!(rows.map(|(state, _)| state), State::ALL);
    for (state, answers) in rows {
        assert_eq!(events.map(|event| state.after(event)), answers, "{}", state.name());
    }
}

/// RFC 6298 §2, by hand: 1 s before anything is known; R + 4·R/2; then the smoothed values.
#[test]
fn the_timeout_follows_the_samples() {
    let settings = Settings { rto_min: millis(1), ..settings(Contract::modern()) };
    let mut rtt = Rtt::new(&settings);
    let mut now = Instant::ZERO;
    let mut sample = |rtt: &mut Rtt, span: Duration| {
        rtt.sent(Seq(1), now);
        now = now + span;
        rtt.acknowledged(Seq(1), now, &settings);
        rtt.timeout()
    };
    assert_eq!(rtt.timeout(), seconds(1));
    assert_eq!(sample(&mut rtt, millis(100)), millis(300));
    // SRTT 112.5, RTTVAR 37.5 + 25 = 62.5
    assert_eq!(sample(&mut rtt, millis(200)), Duration::from_micros(362_500));
    // SRTT 110.9375, RTTVAR 46.875 + 3.125 = 50
    assert_eq!(sample(&mut rtt, millis(100)), Duration::from_nanos(310_937_500));
    rtt.back_off(&settings);
    assert_eq!(rtt.timeout(), Duration::from_nanos(621_875_000));
    (0..20).for_each(|_| rtt.back_off(&settings));
    assert_eq!(rtt.timeout(), seconds(60));
    rtt.sent(Seq(5), now);
    rtt.sent_again();
    rtt.acknowledged(Seq(5), now, &settings);
    assert_eq!(rtt.timeout(), seconds(60), "what was sent twice is no sample (Karn)");
}

#[test]
fn the_timeout_has_a_floor() {
    let settings = settings(Contract::modern());
    let mut rtt = Rtt::new(&settings);
    rtt.sent(Seq(1), Instant::ZERO);
    rtt.acknowledged(Seq(1), Instant::ZERO + millis(20), &settings);
    assert_eq!(rtt.timeout(), seconds(1));
}

#[test]
fn windows_are_shifted_as_far_as_they_must_be() {
    assert_eq!([1, 65_535, 65_536, 131_071, 131_072, 1 << 30].map(scale_for), [0, 0, 1, 1, 2, 14]);
}

/// A receiver that knows each octet by its number.
#[derive(Default)]
struct ReceiverModel {
    octets: BTreeMap<u32, u8>,
    taken: usize,
}

impl ReceiverModel {
    /// What lies in sequence from the start on.
    fn in_sequence(&self) -> Vec<u8> {
        (0..).map_while(|at| self.octets.get(&at).copied()).collect()
    }
}

proptest! {
    #[test]
    fn overlapping_segments_give_each_octet_once(
        irs in any::<u32>(),
        capacity in 1_usize..600,
        segments in prop::collection::vec((0_u32..700, 0_usize..80, 0_usize..40), 0..80),
    ) {
        let stream: Vec<u8> = (0..1000_u32).map(|at| (at % 251) as u8).collect();
        let mut receive = Receive::new(capacity);
        receive.open(Seq(irs));
        let start = Seq(irs) + 1;
        let mut model = ReceiverModel::default();
        let mut read = Vec::<u8>::new();
        for (offset, len, max) in segments {
            let edge = receive.nxt.since(start) + receive.window();
            let octets = &stream[offset as usize..offset as usize + len];
            let mut data = Payload::from(Bytes::copy_from_slice(octets));
            for (at, octet) in (offset..).zip(octets) {
                if at < edge {
                    model.octets.insert(at, *octet);
                }
            }
            let before = receive.nxt;
            let seq = receive.trim(start + offset, &mut data);
            let taken = receive.take_data(seq, data);
            prop_assert_eq!(receive.nxt == before, taken == Taken::Nothing || (taken == Taken::AroundHole && receive.nxt == before));
            let expected = model.in_sequence();
            prop_assert_eq!(receive.nxt.since(start) as usize, expected.len());
            while let Some(bytes) = receive.unread.take(max) {
                read.extend(known(&bytes));
            }
            model.taken = read.len();
            receive.offer(1);
            prop_assert!(read.as_slice() == &expected[..read.len()]);
            prop_assert!(receive.unread.len() + read.len() == expected.len());
            prop_assert!(receive.buffered() <= capacity + 1, "no more is held than was offered");
        }
    }

    #[test]
    fn slices_are_what_was_pushed(
        pieces in prop::collection::vec(0_usize..20, 0..20),
        steps in prop::collection::vec((any::<bool>(), 0_usize..100, 0_usize..60), 0..60),
    ) {
        let (mut model, mut stretch) = (Vec::<u8>::new(), Pieces::default());
        for len in pieces {
            let piece: Vec<u8> = (0..len).map(|at| (model.len() + at) as u8).collect();
            model.extend(&piece);
            stretch.push(Bytes::from(piece).into());
        }
        for (is_skip, at, count) in steps {
            let at = at.min(model.len());
            let count = count.min(model.len() - at);
            if is_skip {
                stretch.skip(count.min(7));
                model.drain(..count.min(7));
            } else if count > 0 {
                let slice = stretch.slice(at, count);
                prop_assert_eq!(known(&slice), &model[at..at + count]);
            }
            prop_assert_eq!(stretch.len(), model.len());
        }
    }

    #[test]
    fn what_is_cut_from_one_buffer_is_one_piece_however_it_is_cut_and_skipped(
        cuts in prop::collection::vec((1_usize..30, 0_usize..20), 1..12),
        other in any::<bool>(),
    ) {
        let mut buffer = Payload::from(Bytes::from((0..=255).cycle().take(400).collect::<Vec<u8>>()));
        let (mut model, mut stretch) = (Vec::<u8>::new(), Pieces::default());
        for (count, skip) in cuts {
            model.extend(&known(&buffer)[..count]);
            stretch.push_from(&mut buffer, count);
            let skip = skip.min(model.len());
            stretch.skip(skip);
            model.drain(..skip);
            if !model.is_empty() {
                let slice = stretch.slice(0, model.len());
                prop_assert_eq!(known(&slice), &model[..]);
                prop_assert_eq!(known(&slice).as_ptr_range().end, known(&buffer).as_ptr(), "nothing was copied");
            }
            prop_assert_eq!(stretch.len(), model.len());
        }
        if other {
            model.extend([1, 2, 3]);
            stretch.push_from(&mut Bytes::from_static(&[1, 2, 3, 4]).into(), 3);
            let slice = stretch.slice(0, model.len());
            prop_assert_eq!(known(&slice), &model[..]);
        }
    }

    #[test]
    fn what_is_sent_covers_the_stream_and_keeps_to_the_window(
        iss in any::<u32>(),
        mss in 1_u16..50,
        window in 0_u32..300,
        writes in prop::collection::vec(1_usize..60, 0..10),
        steps in prop::collection::vec((0_u32..400, 0_u32..300), 0..30),
    ) {
        let mut send = Send::new(Seq(iss), 10_000, mss);
        send.note_sent(Seq(iss) + 1);
        send.acknowledge(Seq(iss) + 1);
        send.set_window(Seq(0), send.una, window);
        let mut model = Vec::<u8>::new();
        for count in writes {
            let piece: Vec<u8> = (0..count).map(|at| (model.len() + at) as u8).collect();
            model.extend(&piece);
            let len = piece.len();
            send.push(&mut Bytes::from(piece).into(), len);
        }
        send.end();
        let start = Seq(iss) + 1;
        for (acked, window) in steps {
            while let Some(plan) = send.plan(Leave { limit: 1000, nagle: false, forced: true, beyond: 0, only_full: false }) {
                let at = plan.seq.since(start) as usize;
                prop_assert!(plan.len <= u32::from(mss));
                prop_assert!((plan.seq + plan.len + u32::from(plan.fin)).since(send.una) <= send.window());
                let data = send.data(plan);
                prop_assert_eq!(known(&data), &model[at..at + plan.len as usize]);
                prop_assert_eq!(plan.fin, plan.fin && at + plan.len as usize == model.len());
                send.note_sent(plan.seq + plan.len + u32::from(plan.fin));
            }
            let ack = send.una + acked.min(send.max.since(send.una));
            if ack.is_after(send.una) {
                send.acknowledge(ack);
            }
            send.set_window(Seq(0), send.una, window);
            let left = model.len().saturating_sub(send.una.since(start) as usize);
            prop_assert_eq!(send.queued(), left);
        }
    }
}

#[test]
fn a_connection_is_small() {
    let size = size_of::<super::super::connection::Connection>();
    assert!(size <= 640, "{size} bytes");
}

/// What both ends will do from here on, after a story that begins at this time with this number.
fn outlook(start: Duration, isn: u32, text: &str) -> [u64; 2] {
    let mut pair = Pair::with(Settings { isn: Some(isn), ..settings(Contract::modern()) });
    pair.drive_for(start);
    let mut pair = pair.connect();
    pair.lose(CLIENT, Sort::Data);
    pair.write(CLIENT, text);
    pair.write(SERVER, "answer");
    pair.now(SERVER, SHUT_WRITE);
    pair.drive_for(millis(25));
    End::BOTH.map(|end| {
        let mut hasher = xxhash_rust::xxh3::Xxh3::new();
        pair.stacks[end].fingerprint(pair.now, &mut hasher);
        hasher.digest()
    })
}

#[test]
fn a_fingerprint_knows_no_absolute_time_and_no_absolute_number() {
    let usual = outlook(Duration::ZERO, 0, "text");
    assert_eq!(usual, outlook(seconds(77), u32::MAX - 2, "text"));
    assert_ne!(usual[0], outlook(Duration::ZERO, 0, "next")[0], "what is still to be sent counts");
}

#[test]
fn a_stream_that_has_come_around_does_not_begin_anew() {
    let mut send = Send::new(Seq(7), 100, 10);
    let turns = [1, 1 << 30, 2 << 30, 3 << 30, 0].map(|offset| Seq(7) + offset);
    turns.into_iter().for_each(|ack| _ = send.acknowledge(ack));
    send.push(&mut Bytes::from_static(b"on").into(), 2);
    assert_eq!((send.una, send.data_end()), (send.iss, send.iss + 2));
}
