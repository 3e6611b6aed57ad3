//! Ladders of traces that are written by hand.

mod folds;
mod segments;

use bytes::Bytes;

use super::*;
use crate::contract::{Call, End, Mode, Outcome, Payload};
use crate::time::Instant;
use crate::trace::{Abort, By, Clock, Env, EnvWhat, Event, Fate, Place, SegmentEvent, What};
use crate::wire::{Flags, Options, Segment, Seq};

const CLIENT: Place = Place { flow: 0, end: End::Client };
const SERVER: Place = Place { flow: 0, end: End::Server };

fn at(millis: u64, what: What) -> Event {
    Event { t: Instant(millis * 1_000_000), what }
}

fn call(millis: u64, at_: Place, op: u64, call: Call) -> Event {
    at(millis, What::Call { at: at_, op, call })
}

fn back(millis: u64, at_: Place, op: u64, outcome: Outcome) -> Event {
    at(millis, What::Return { at: at_, op, outcome, accepted: None, peer: None, made: None })
}

fn env(millis: u64, end: Option<End>, what: EnvWhat) -> Event {
    at(millis, What::Env(Env { flow: None, end, what }))
}

fn data(text: &'static str) -> Payload {
    Bytes::from_static(text.as_bytes()).into()
}

const READ: Call = Call::Read { max: usize::MAX };

fn draw(events: Vec<Event>, view: &LadderView) -> String {
    ladder(&Trace { events, ..Trace::default() }, view)
}

fn half_close() -> Vec<Event> {
    vec![
        call(0, CLIENT, 1, Call::Write(data("hello"))),
        back(0, CLIENT, 1, Outcome::Ok),
        call(0, SERVER, 1, READ),
        call(1, CLIENT, 2, Call::Shutdown(Mode::Write)),
        back(1, CLIENT, 2, Outcome::Done),
        back(10, SERVER, 1, Outcome::Data(data("hello"))),
        call(10, SERVER, 2, READ),
        back(11, SERVER, 2, Outcome::Eof),
    ]
}

/// Compares with a picture that begins and ends with a line break.
#[track_caller]
fn assert_drawn(drawn: &str, picture: &str) {
    assert!(drawn == &picture[1..], "drawn:\n{drawn}");
}

/// A segment, with its flags' letters, without a name.
fn segment(millis: u64, from: End, fate: Fate, seq: u32, ack: u32, flags: &str, len: u32) -> Event {
    let flags = Flags::from_letters(flags).expect("letters");
    let data = Payload::Count(len as usize);
    let segment = Segment { seq: Seq(seq), ack: Seq(ack), flags, window: 65535, data, ..Segment::default() };
    at(millis, What::Segment(SegmentEvent::new(0, from, fate, segment)))
}

/// The same segment as something becomes of it.
fn then(millis: u64, sent: &Event, fate: Fate) -> Event {
    let What::Segment(segment) = &sent.what else { panic!("no segment") };
    at(millis, What::Segment(SegmentEvent { fate, ..segment.clone() }))
}

/// The event, with its segment changed.
fn with(event: Event, change: impl FnOnce(&mut SegmentEvent)) -> Event {
    let What::Segment(mut segment) = event.what else { panic!("no segment") };
    change(&mut segment);
    Event { t: event.t, what: What::Segment(segment) }
}

fn state(millis: u64, place: Place, from: &'static str, to: &'static str) -> Event {
    at(millis, What::State { at: place, from: from.into(), to: to.into() })
}

#[test]
fn a_half_close_reads_like_a_story() {
    assert_drawn(
        &draw(half_close(), &LadderView::default()),
        r#"
                client · modern                                     server · modern
         0 ns   #1 write "hello" → ok
                                                                  ╭ #1 read
         1 ms   #2 shutdown write → done                          │
        10 ms                             ─────── 0..5 ────────▶  ╰ #1 read → "hello"
                                          ──────── EOF ────────▶    #2 read → eof after 1 ms
"#,
    );
}

#[test]
fn pending_calls_draw_lanes_until_they_return_are_cancelled_or_are_stuck() {
    let events = vec![
        call(0, CLIENT, 3, READ),
        call(1, CLIENT, 4, READ),
        at(20, What::Cancel { at: CLIENT, op: 3 }),
        call(21, CLIENT, 5, READ),
        env(25, Some(End::Client), EnvWhat::Abort(Abort::Reset, By::Fault)),
        back(25, CLIENT, 5, Outcome::Error(crate::trace::Error::Reset)),
        env(30, None, EnvWhat::Quiet),
    ];
    let mark = Mark { line: 8, op: Some((CLIENT, 4)), text: "abort-is-told".to_owned() };
    let view = LadderView { marks: vec![mark], ..LadderView::default() };
    assert_drawn(
        &draw(events, &view),
        r#"
                   client · modern                                 server · modern
         0 ns   ╭  #3 read
         1 ms   │╭ #4 read
        20 ms   ╳│ #3 read cancelled
        21 ms   ╭│ #5 read
        25 ms   ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄ client: reset (injected) ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄
                ╰│ #5 read → error reset
        30 ms ✗  ╳ #4 read is stuck
                   ▲ abort-is-told
                ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄ quiet: nothing more can happen ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄
"#,
    );
}

/// A call that nothing owes a return waits; only one that a rule points at is stuck.
#[test]
fn a_call_that_may_wait_for_ever_is_not_called_stuck() {
    let events = vec![call(0, CLIENT, 1, READ), env(30, None, EnvWhat::Quiet)];
    let drawn = draw(events.clone(), &LadderView::default());
    assert!(drawn.contains("#1 read blocks for ever") && !drawn.contains("stuck"), "{drawn}");
    let mark = Mark { line: 3, op: Some((CLIENT, 1)), text: "delivery".to_owned() };
    let drawn = draw(events, &LadderView { marks: vec![mark], ..LadderView::default() });
    assert!(drawn.contains("#1 read is stuck"), "{drawn}");
}

/// A reader that takes 30 bytes in three reads, as one row; a mark on one of them takes it out of the row.
#[test]
fn reads_are_merged_but_for_the_one_that_is_pointed_at() {
    let mut events = vec![call(0, CLIENT, 1, Call::Write(Payload::Count(30))), back(0, CLIENT, 1, Outcome::Ok)];
    for op in 1..=3 {
        events.extend([call(op, SERVER, op, READ), back(op, SERVER, op, Outcome::Data(Payload::Count(10)))]);
    }
    assert_drawn(
        &draw(events.clone(), &LadderView::default()),
        r#"
                client · modern                                 server · modern
         0 ns   #1 write 30 bytes → ok
         1 ms                           ─────── 0..30 ───────▶  #1–#3 read 30 bytes (3 reads) over 2 ms
"#,
    );
    let mark = Mark { line: 7, op: Some((SERVER, 2)), text: "stream-prefix".to_owned() };
    let view = LadderView { marks: vec![mark], ..LadderView::default() };
    assert_drawn(
        &draw(events, &view),
        r#"
                client · modern                                 server · modern
         0 ns   #1 write 30 bytes → ok
         1 ms                           ─────── 0..10 ───────▶  #1 read → 10 bytes
         2 ms ✗                         ────── 10..20 ───────▶  #2 read → 10 bytes
                                                                ▲ stream-prefix
         3 ms                           ────── 20..30 ───────▶  #3 read → 10 bytes
"#,
    );
}

#[test]
fn a_long_run_is_shown_where_it_matters() {
    let mut events = Vec::new();
    for op in 1..=20 {
        events.extend([call(op, CLIENT, op, Call::Flush), back(op, CLIENT, op, Outcome::Ok)]);
    }
    assert_drawn(
        &draw(events.clone(), &LadderView::default().around(&[20, 40], 1)),
        r#"
                client · modern                                 server · modern
            ⋮   8 rows left out
         9 ms   #9 flush → ok
        10 ms   #10 flush → ok
        11 ms   #11 flush → ok
            ⋮   7 rows left out
        19 ms   #19 flush → ok
        20 ms   #20 flush → ok
"#,
    );
    assert_drawn(
        &draw(events, &LadderView::default().at_most(3)),
        r#"
                client · modern                                 server · modern
         1 ms   #1 flush → ok
            ⋮   17 rows left out
        19 ms   #19 flush → ok
        20 ms   #20 flush → ok
"#,
    );
}

/// Where one row would be left out, it is drawn instead: that takes no more room.
#[test]
fn one_row_is_never_left_out_and_two_are() {
    let flushes = |count: u64| -> Vec<Event> {
        (1..=count).flat_map(|op| [call(op, CLIENT, op, Call::Flush), back(op, CLIENT, op, Outcome::Ok)]).collect()
    };
    let left_out = |count| draw(flushes(count), &LadderView::default().at_most(4)).lines().filter(|line| line.contains("left out")).count();
    assert_eq!((left_out(4), left_out(5), left_out(6)), (0, 0, 1));
    assert!(draw(flushes(6), &LadderView::default().at_most(4)).contains("2 rows left out"));
    assert_eq!(draw(flushes(5), &LadderView::default().at_most(4)), draw(flushes(5), &LadderView::default()));
}

/// The row that is pointed at has a second line: leaving it out is shorter.
#[test]
fn a_row_of_two_lines_may_be_left_out_alone() {
    let events: Vec<Event> = (1..=3).flat_map(|op| [call(op, CLIENT, op, Call::Flush), back(op, CLIENT, op, Outcome::Ok)]).collect();
    let mark = Mark { line: 5, op: Some((CLIENT, 2)), text: "flush-returns".to_owned() };
    let view = LadderView { marks: vec![mark], ..LadderView::default() }.at_most(2);
    assert!(draw(events, &view).contains("1 row left out"));
}

/// Offsets keep all their digits, however many these are.
#[test]
fn the_middle_is_as_wide_as_the_longest_offsets() {
    for digits in 1..=13 {
        let start = 10_usize.pow(digits - 1);
        let events = vec![
            call(0, CLIENT, 1, Call::Read { max: 1 }),
            back(0, CLIENT, 1, Outcome::Data(Payload::Count(start))),
            call(0, SERVER, 1, Call::Flush),
            back(0, SERVER, 1, Outcome::Ok),
            call(1, CLIENT, 2, READ),
            back(1, CLIENT, 2, Outcome::Data(Payload::Count(50_880))),
        ];
        let drawn = draw(events, &LadderView::default());
        assert!(drawn.contains(&format!(" {start}..{} ─", start + 50_880)), "{drawn}");
        let columns: Vec<usize> = drawn.lines().filter_map(|line| line.chars().position(|letter| letter == '◀')).collect();
        assert!(columns.len() == 2 && columns[0] == columns[1], "{drawn}");
    }
}

#[test]
fn several_flows_are_told_apart_and_clocks_of_their_own_are_said() {
    let other = Place { flow: 1, ..CLIENT };
    let events = vec![call(0, CLIENT, 1, Call::Close), call(0, other, 1, Call::Close), back(0, other, 1, Outcome::Done)];
    let mut trace = Trace { events, ..Trace::default() };
    trace.header.clock = Clock::PerEnd;
    assert_drawn(
        &ladder(&trace, &LadderView::default()),
        r#"
                  client · modern                                     server · modern
                ┄┄┄┄ each end has its own clock: only the order within one end is known ┄┄┄┄
         0 ns   ╭ [0] #1 close
                │ [1] #1 close → done
                ┊ [0] #1 close still pending
"#,
    );
}

#[test]
fn an_empty_run_has_its_two_ends() {
    assert_drawn(
        &draw(Vec::new(), &LadderView::default()),
        r#"
                client · modern                                 server · modern
"#,
    );
}
