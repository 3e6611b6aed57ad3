//! Segments between the ends.

use End::{Client, Server};
use Fate::{Corrupted, Delivered, Dropped, Duplicated, Injected, Sent};

use super::*;

/// The handshake over 10 ms each way; both count from 0 afterwards.
fn handshake() -> Vec<Event> {
    let syn = segment(0, Client, Sent, 1000, 0, "S", 0);
    let syn_ack = segment(10, Server, Sent, 9000, 1001, "SA", 0);
    let ack = segment(20, Client, Sent, 1001, 9001, "A", 0);
    vec![
        call(0, SERVER, 1, Call::Accept { port: 80, keepalive: None }),
        call(0, CLIENT, 1, Call::Connect { to: None, keepalive: None }),
        syn.clone(),
        state(0, CLIENT, "CLOSED", "SYN-SENT"),
        then(10, &syn, Delivered),
        state(10, SERVER, "LISTEN", "SYN-RECEIVED"),
        syn_ack.clone(),
        then(20, &syn_ack, Delivered),
        state(20, CLIENT, "SYN-SENT", "ESTABLISHED"),
        ack.clone(),
        back(20, CLIENT, 1, Outcome::Ok),
        then(30, &ack, Delivered),
        state(30, SERVER, "SYN-RECEIVED", "ESTABLISHED"),
        back(30, SERVER, 1, Outcome::Ok),
    ]
}

fn after_handshake(events: Vec<Event>) -> String {
    let drawn = draw([handshake(), events].concat(), &LadderView::default());
    drawn.lines().skip(9).map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_handshake_names_its_segments_and_its_states() {
    assert_drawn(
        &draw(handshake(), &LadderView::default()),
        r#"
                  client · modern                                                     server · modern
         0 ns                                                                       ╭ #1 accept 80
                ╭ #1 connect              ── SYN ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─   │
                │ CLOSED → SYN-SENT                                                 │
        10 ms   │                          ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ SYN ──▶  │ LISTEN → SYN-RECEIVED
                │                         ◀─────────── SYN-ACK · 10 ms ───────────  │
        20 ms   │ SYN-SENT → ESTABLISHED  ── ack 1 ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─   │
                ╰ #1 connect → ok                                                   │
        30 ms                              ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ack 1 ──▶  │ SYN-RECEIVED → ESTABLISHED
                                                                                    ╰ #1 accept → ok
"#,
    );
}

#[test]
fn what_is_lost_is_sent_again() {
    let fin = segment(1000, Client, Sent, 1006, 9001, "FA", 0);
    let segments = [segment(40, Client, Sent, 1001, 9001, "PA", 5), segment(2000, Client, Sent, 1006, 9001, "FA", 0)];
    assert_drawn(
        &after_handshake(vec![
            call(40, CLIENT, 2, Call::Write(data("hello"))),
            segments[0].clone(),
            back(40, CLIENT, 2, Outcome::Ok),
            then(50, &segments[0], Delivered),
            call(50, SERVER, 2, READ),
            back(50, SERVER, 2, Outcome::Data(data("hello"))),
            call(60, CLIENT, 3, Call::Shutdown(Mode::Write)),
            segment(60, Client, Sent, 1006, 9001, "FA", 0),
            segment(60, Client, Dropped, 1006, 9001, "FA", 0),
            state(60, CLIENT, "ESTABLISHED", "FIN-WAIT-1"),
            back(60, CLIENT, 3, Outcome::Done),
            fin.clone(),
            then(1000, &fin, Dropped),
            segments[1].clone(),
            call(2005, SERVER, 3, READ),
            then(2010, &segments[1], Delivered),
            state(2010, SERVER, "ESTABLISHED", "CLOSE-WAIT"),
            segment(2010, Server, Sent, 9001, 1007, "A", 0),
            back(2010, SERVER, 3, Outcome::Eof),
            segment(2020, Server, Delivered, 9001, 1007, "A", 0),
            state(2020, CLIENT, "FIN-WAIT-1", "FIN-WAIT-2"),
        ]),
        r#"
                                                                                      ╰ #1 accept → ok
        40 ms     #2 write "hello" → ok     ─────────── 1:6 (5) · 10 ms ───────────▶
        50 ms                                                                           #2 read → "hello"
        60 ms     #3 shutdown write → done  ── FIN 6 ───────────────✗ lost
                  ESTABLISHED → FIN-WAIT-1
          1 s                               ── FIN 6 again, after 940 ms ──✗ lost
          2 s                               ── FIN 6 again (3rd), after 1 s ─ ─ ─ ─
      2.005 s                                                                         ╭ #3 read
       2.01 s                                ─ ─ ─ ─ FIN 6 again (3rd), after 1 s ──▶  │ ESTABLISHED → CLOSE-WAIT
                                             ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ack 7 ──  │
                                                                                      ╰ #3 read → eof
       2.02 s     FIN-WAIT-1 → FIN-WAIT-2   ◀── ack 7 ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─
"#,
    );
}

#[test]
fn segments_that_cross_have_two_rows() {
    let ours = segment(40, Client, Sent, 1001, 9001, "PA", 5);
    let theirs = segment(41, Server, Sent, 9001, 1001, "PA", 7);
    assert_drawn(
        &after_handshake(vec![ours.clone(), theirs.clone(), then(50, &ours, Delivered), then(51, &theirs, Delivered)]),
        r#"
                                                                                    ╰ #1 accept → ok
        40 ms                             ── 1:6 (5) ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─
        41 ms                              ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ 1:8 (7) ──
        50 ms                              ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ 1:6 (5) ──▶
        51 ms                             ◀── 1:8 (7) ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─
"#,
    );
}

#[test]
fn copies_damage_and_what_comes_from_nowhere_are_said() {
    let id = |event, id| with(event, |event| event.id = Some(id));
    let twice = id(segment(40, Client, Sent, 1001, 9001, "PA", 5), 1);
    let damaged = id(segment(41, Client, Sent, 1006, 9001, "PA", 5), 2);
    let gone = id(segment(42, Client, Sent, 1011, 9001, "PA", 5), 3);
    assert_drawn(
        &after_handshake(vec![
            twice.clone(),
            then(40, &twice, Duplicated),
            damaged.clone(),
            then(41, &damaged, Corrupted),
            gone.clone(),
            then(42, &gone, Corrupted),
            then(50, &twice, Delivered),
            then(51, &damaged, Delivered),
            then(52, &twice, Delivered),
            segment(60, Server, Injected, 9001, 0, "R", 0),
            state(60, CLIENT, "ESTABLISHED", "CLOSED"),
        ]),
        r#"
                                                                                    ╰ #1 accept → ok
        40 ms                             ── 1:6 (5) twice ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─
        41 ms                             ── 6:11 (5) damaged ─ ─ ─ ─ ─ ─ ─ ─ ─ ─
        42 ms                             ── 11:16 (5) ──────────✗ damaged
        50 ms                              ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ 1:6 (5) ──▶
        51 ms                              ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ 6:11 (5) damaged ──▶
        52 ms                              ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ 1:6 (5) copy ──▶
        60 ms     ESTABLISHED → CLOSED    ◀── RST 1 injected ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─
"#,
    );
}

#[test]
fn windows_are_said_where_they_close_open_or_change() {
    let window = |millis, ack, win| with(segment(millis, Server, Sent, 9001, ack, "A", 0), |event| event.segment.window = win);
    assert_drawn(
        &after_handshake(vec![
            window(40, 1001, 60_000),
            window(41, 1002, 30_000),
            window(42, 1003, 29_999),
            window(43, 1004, 0),
            window(44, 1004, 0),
            window(45, 1004, 1),
            window(46, 1005, 2),
            window(47, 1006, 5),
            segment(50, Client, Sent, 1000, 9001, "A", 0),
        ]),
        r#"
                                                                                    ╰ #1 accept → ok
        40 ms                              ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ack 1 ──
        41 ms                              ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ack 2 ──
        42 ms                              ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ack 3 win 29999 ──
        43 ms                              ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ack 4 win 0 ──
        44 ms                              ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ dup ack 4 win 0 ──
        45 ms                              ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ack 4 win 1 ──
        46 ms                              ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ack 5 ──
        47 ms                              ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ack 6 win 5 ──
        50 ms                             ── seq 0 ack 1 ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─
"#,
    );
}

/// An octet behind a closed window, or an old number, asks after it; the same while the window is open, as far as its sender has
/// heard, is data, and an odd acknowledgement.
#[test]
fn what_asks_after_a_closed_window_is_a_probe() {
    let window = |millis, win| with(segment(millis, Server, Sent, 9001, 1001, "A", 0), |event| event.segment.window = win);
    let octet = |millis| segment(millis, Client, Sent, 1001, 9001, "A", 1);
    let bare = |millis| segment(millis, Client, Sent, 1000, 9001, "A", 0);
    assert_drawn(
        &after_handshake(vec![window(40, 0), octet(41), bare(42), then(50, &window(40, 0), Delivered), octet(60), bare(61)]),
        r#"
                                                                                    ╰ #1 accept → ok
        40 ms                              ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ack 1 win 0 ──
        41 ms                             ── 1:2 (1) ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─
        42 ms                             ── seq 0 ack 1 ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─
        50 ms                             ◀── ack 1 win 0 ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─
        60 ms                             ── probe 1:2 (1) again, after 19 ms ─ ─
        61 ms                             ── probe 0 ack 1 ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─
"#,
    );
}

/// A window scale counts where both ends offered one.
#[test]
fn windows_are_scaled_as_both_ends_agreed() {
    let drawn = |theirs: &str| {
        let syn = |from, flags, opts: &str| {
            with(segment(0, from, Sent, 0, 0, flags, 0), |event| event.segment.options = Options::from_text(opts))
        };
        let window = |millis, win| with(segment(millis, Client, Sent, 1, 1, "A", 0), |event| event.segment.window = win);
        draw(vec![syn(Client, "S", "mss=1460,ws=7"), syn(Server, "SA", theirs), window(1, 500), window(2, 100)], &LadderView::default())
    };
    assert!(drawn("ws=2").contains("win 12800"), "{}", drawn("ws=2"));
    assert!(drawn("mss=1460").contains("win 100 "), "{}", drawn("mss=1460"));
}

#[test]
fn long_silences_partitions_and_timeouts_have_their_rows() {
    assert_drawn(
        &after_handshake(vec![
            env(40, None, EnvWhat::Partition { from: None }),
            segment(50, Client, Sent, 1001, 9001, "PA", 5),
            segment(50, Client, Dropped, 1001, 9001, "PA", 5),
            segment(64_050, Client, Sent, 1001, 9001, "PA", 5),
            segment(64_050, Client, Dropped, 1001, 9001, "PA", 5),
            segment(192_050, Client, Sent, 1001, 9001, "PA", 5),
            segment(192_050, Client, Dropped, 1001, 9001, "PA", 5),
            env(300_000, Some(Client), EnvWhat::Abort(Abort::Timeout, By::Stack)),
            env(309_999, None, EnvWhat::Heal { from: None }),
        ]),
        r#"
                                                                                          ╰ #1 accept → ok
        40 ms   ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄ the network is cut ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄
        50 ms                             ── 1:6 (5) ──────────────────✗ lost
      64.05 s                             ── 1:6 (5) again, after 64 s ──────✗ lost
     192.05 s                             ── 1:6 (5) again (3rd), after 128 s ─✗ lost
                ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄ 108 s of silence ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄
        300 s   ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄ client: gave up: timeout (the stack's own decision) ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄
    309.999 s   ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄ the network is whole again ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄
"#,
    );
}

/// What a burst holds is one row while it stays together.
#[test]
fn bursts_are_one_row_each() {
    let burst = |millis, fate| (0..3).map(move |at| segment(millis, Client, fate, 1001 + 1000 * at, 9001, "A", 1000));
    let slowly = |fate| (0..3).map(move |at| segment(70 + u64::from(at), Client, fate, 4001 + 1000 * at, 9001, "A", 1000));
    let mut events: Vec<Event> = burst(40, Sent).chain(burst(50, Delivered)).collect();
    events.extend((0..3).map(|at| segment(60, Client, Sent, 4001 + 1000 * at, 9001, "A", 1000)));
    events.push(state(60, CLIENT, "A", "B"));
    events.extend(slowly(Delivered));
    assert_drawn(
        &after_handshake(events),
        r#"
                                                                                     ╰ #1 accept → ok
        40 ms                             ────── 1:3001 (3000 in 3) · 10 ms ──────▶
        60 ms                             ── 3001:6001 (3000 in 3) ─ ─ ─ ─ ─ ─ ─ ─
                  A → B
        70 ms                              ─ ─ 3001:6001 (3000 in 3) · over 2 ms ──▶
"#,
    );
}

/// The longest labels that there can be: what has no room is left out, and no number loses a digit.
#[test]
fn the_longest_label_keeps_whole_numbers() {
    let most = u32::MAX - 1;
    let one = || segment(0, Client, Sent, most, most, "SFRPAU", u32::MAX);
    let drawn = draw(vec![one(), at(86_400_123, one().what), at(99_400_123, one().what)], &LadderView::default());
    assert!(drawn.contains(&format!(" 0:{} ({0}) ack {most} ", u32::MAX)), "{drawn}");
    assert!(drawn.lines().all(|line| line.chars().count() <= 180), "{drawn}");
}

/// A segment that is pointed at stands alone, and the mark stands at its sender.
#[test]
fn a_mark_on_a_segment_stands_at_its_sender() {
    let mut events: Vec<Event> = (0..3).map(|at| segment(0, Server, Sent, 1 + 10 * at, 1, "A", 10)).collect();
    events.push(call(0, CLIENT, 1, READ));
    let mark = Mark { line: 3, op: None, text: "inside-window".to_owned() };
    let view = LadderView { marks: vec![mark], ..LadderView::default() };
    assert_drawn(
        &draw(events, &view),
        r#"
                  client · modern                                                   server · modern
         0 ns                              ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ 1:11 (10) ack 1 ──
              ✗                            ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ 11:21 (10) ──
                                                                                    ▲ inside-window
                                           ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ 21:31 (10) ──
                ╭ #1 read
                ┊ #1 read still pending
"#,
    );
}
