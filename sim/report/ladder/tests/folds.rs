//! Long stretches.

use End::{Client, Server};
use Fate::{Delivered, Dropped, Sent};

use super::*;

/// Bytes of a segment.
const MSS: u32 = 1000;

/// The client writes `count` segments and the server reads and acknowledges them, one every 10 ms; 5 ms each way.
fn bulk(start: u64, first: u64, count: u64) -> Vec<Event> {
    let piece = |at: u64| {
        let t = start + 10 * (at - first);
        let seq = 1 + MSS * (at as u32 - 1);
        let (segment, ack) = (segment(t, Client, Sent, seq, 1, "PA", MSS), segment(t + 5, Server, Sent, 1, seq + MSS, "A", 0));
        vec![
            call(t, CLIENT, at, Call::Write(Payload::Count(MSS as usize))),
            segment.clone(),
            back(t, CLIENT, at, Outcome::Ok),
            then(t + 5, &segment, Delivered),
            back(t + 5, SERVER, at, Outcome::Data(Payload::Count(MSS as usize))),
            call(t + 5, SERVER, at + 1, READ),
            ack.clone(),
            then(t + 9, &ack, Delivered),
        ]
    };
    std::iter::once(call(start, SERVER, first, READ)).take((first == 1) as usize).chain((first..first + count).flat_map(piece)).collect()
}

#[test]
fn a_thousand_segments_are_two_rows() {
    let mut events = bulk(0, 1, 1000);
    events.extend([call(20_000, CLIENT, 2000, Call::Shutdown(Mode::Write)), back(20_000, CLIENT, 2000, Outcome::Done)]);
    events.push(back(20_000, SERVER, 1001, Outcome::Eof));
    assert_drawn(
        &draw(events, &LadderView::default()),
        r#"
                client · modern                                                            server · modern
         0 ns   #1–#1000 write 1000000 bytes  ── 1000 segments 1:1000001 (1000000) ───▶    #1–#1000 read 1000000 bytes
                                              ◀─── 1000 acks to 1000001 · over 10 s ───
      9.995 s                                                                            ╭ #1001 read
      9.999 s   ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄ 10 s of silence ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄
         20 s   #2000 shutdown write → done                                              │
                                                                                         ╰ #1001 read → eof
"#,
    );
}

/// Only what holds a surprise stands between what was folded.
#[test]
fn what_is_lost_in_a_long_stretch_is_seen() {
    let mut events = bulk(0, 1, 20);
    events.extend([segment(300, Client, Sent, 20_001, 1, "PA", MSS), segment(300, Client, Dropped, 20_001, 1, "PA", MSS)]);
    events.extend([segment(1300, Client, Sent, 20_001, 1, "PA", MSS), segment(1305, Client, Delivered, 20_001, 1, "PA", MSS)]);
    events.extend([back(1305, SERVER, 21, Outcome::Data(Payload::Count(MSS as usize))), call(1305, SERVER, 22, READ)]);
    events.extend(bulk(1400, 22, 20));
    assert_drawn(
        &draw(events, &LadderView::default()),
        r#"
                client · modern                                                                  server · modern
         0 ns   #1–#20 write 20000 bytes   ────────── 20 segments 1:20001 (20000) ──────────▶    #1–#20 read 20000 bytes
                                           ◀───────── 20 acks to 20001 · over 199 ms ────────
       195 ms                                                                                  ╭ #21 read
       300 ms                              ── 20001:21001 (1000) ─────────────✗ lost           │
        1.3 s                              ── 20001:21001 (1000) again, after 1 s · 5 ms ───▶  │
      1.305 s   #22–#41 write 20000 bytes  ──────── 20 segments 21001:41001 (20000) ────────▶  ╰ #21–#41 read 21000 bytes
                                           ◀───────── 20 acks to 41001 · over 294 ms ────────
      1.595 s                                                                                  ╭ #42 read
      1.599 s                                                                                  ┊ #42 read still pending
"#,
    );
}

/// From both sides: one row less, and nothing is folded.
#[test]
fn short_stretches_are_told_in_full() {
    let rows = |count: u64| {
        let flushed = |at: u64| segment(at, if at.is_multiple_of(2) { Client } else { Server }, Sent, at as u32 / 2, 0, "A", 1);
        draw((0..count).map(flushed).collect(), &LadderView::default()).lines().count() - 1
    };
    assert_eq!((rows(15), rows(16)), (15, 2));
}

/// A FIN sent `count` times, once a second.
fn fins(count: u64) -> Vec<Event> {
    let fin = |nth: u64| segment(1000 * nth, Client, Sent, 1, 1, "FA", 0);
    std::iter::once(call(0, CLIENT, 1, Call::Close)).chain((0..count).map(fin)).collect()
}

/// From both sides: the second to the eighth are seven transmissions, and told one by one.
#[test]
fn what_is_sent_over_and_over_is_one_row() {
    let rows = |count: u64| draw(fins(count), &LadderView::default()).matches("FIN 1 again").count();
    assert_eq!((rows(8), rows(9), rows(400)), (7, 1, 1));
    let drawn = draw(fins(400), &LadderView::default());
    assert!(drawn.contains(" FIN 1 again (2nd–400th), each after 1 s · over 398 s "), "{drawn}");
}

/// What comes later than its predecessors did is a row by itself: a timer that backs off is seen to do so.
#[test]
fn what_is_sent_again_at_growing_distances_is_told_in_full() {
    let mut events = fins(1);
    events.extend((1..13).map(|nth| segment(1000 << nth, Client, Sent, 1, 1, "FA", 0)));
    assert_eq!(draw(events, &LadderView::default()).matches("FIN 1 again").count(), 12);
}

/// A run without segments is never folded.
#[test]
fn calls_alone_are_not_folded() {
    let one = |at| [call(at, CLIENT, at, READ), call(at, SERVER, at, READ), back(at, CLIENT, at, Outcome::Data(Payload::Count(1)))];
    let drawn = draw((1..40).flat_map(one).collect(), &LadderView::default());
    assert!(drawn.lines().count() > 100, "{drawn}");
}

/// Rows around what is pointed at stay as they are.
#[test]
fn what_is_pointed_at_is_not_folded() {
    let events = bulk(0, 1, 40);
    let mark = Mark { line: 162, op: None, text: "retransmit-is-same".to_owned() };
    let view = LadderView { marks: vec![mark], ..LadderView::default() };
    assert_drawn(
        &draw(events, &view),
        r#"
                client · modern                                                        server · modern
         0 ns   #1–#19 write 19000 bytes   ───── 19 segments 1:19001 (19000) ─────▶    #1–#19 read 19000 bytes
                                           ◀──── 19 acks to 19001 · over 189 ms ───
       185 ms                                                                        ╭ #20 read
       190 ms   #20 write 1000 bytes → ok  ────── 19001:20001 (1000) · 5 ms ──────▶  │
       195 ms                                                                        ╰ #20 read → 1000 bytes
              ✗                            ◀─────────── ack 20001 · 4 ms ──────────  ╭ #21 read
                                                                                     │ ▲ retransmit-is-same
       200 ms   #21 write 1000 bytes → ok  ────── 20001:21001 (1000) · 5 ms ──────▶  │
       205 ms                                                                        ╰ #21 read → 1000 bytes
                                                                                     ╭ #22 read
                #22–#40 write 19000 bytes  ─── 19 segments 21001:40001 (19000) ───▶  ╰ #22–#40 read 19000 bytes
                                           ◀──── 20 acks to 40001 · over 194 ms ───
       395 ms                                                                        ╭ #41 read
       399 ms                                                                        ┊ #41 read still pending
"#,
    );
}

/// The same event in another flow.
fn in_flow(flow: u32) -> impl Fn(Event) -> Event {
    move |event: Event| {
        let what = match event.what {
            What::Call { at, op, call } => What::Call { at: Place { flow, ..at }, op, call },
            What::Return { at, op, outcome, accepted, peer, made } => {
                What::Return { at: Place { flow, ..at }, op, outcome, accepted, peer, made }
            }
            What::Segment(mut segment) => {
                segment.flow = flow;
                What::Segment(segment)
            }
            other => other,
        };
        Event { t: event.t, what }
    }
}

/// Of several flows no numbers are said: each counts for itself.
#[test]
fn flows_side_by_side_are_counted_together() {
    let mut events: Vec<Event> = (0..3).flat_map(|flow| bulk(0, 1, 20).into_iter().map(in_flow(flow))).collect();
    events.sort_by_key(|event| event.t);
    assert_drawn(
        &draw(events, &LadderView::default()),
        r#"
                client · modern                                                           server · modern
         0 ns   60 calls, 60000 bytes   ── 60 segments (60000 bytes) in 3 flows ───▶      60 calls, 60000 bytes
                                        ◀────────── 60 acks · over 199 ms ──────────
       195 ms                                                                         ╭   [0] #21 read
                                                                                      │╭  [1] #21 read
                                                                                      ││╭ [2] #21 read
       199 ms                                                                         ┊││ [0] #21 read still pending
                                                                                       ┊│ [1] #21 read still pending
                                                                                        ┊ [2] #21 read still pending
"#,
    );
}

/// Where only one of several flows goes on, its numbers are said, and whose they are.
#[test]
fn one_flow_of_several_is_named() {
    let mut events = bulk(0, 1, 20);
    events.extend(bulk(300, 1, 20).into_iter().map(in_flow(7)));
    let view = LadderView { marks: vec![Mark { line: 164, op: None, text: "here".to_owned() }], ..LadderView::default() };
    let drawn = draw(events, &view);
    assert!(drawn.contains("[0] #1–#20 write 20000 bytes") && drawn.contains(" [0] 20 segments 1:20001 (20000) "), "{drawn}");
    assert!(drawn.contains(" [7] 19 segments 1001:20001 (19000) ") && drawn.contains(" [7] 19 acks to 20001 "), "{drawn}");
}
