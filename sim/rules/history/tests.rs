//! The notation of histories, line by line.

use std::time::Duration;

use super::*;
use crate::contract::Mode;
use crate::trace::{Abort, By, End, Env, EnvWhat, Error, Fate, Outcome, Payload, Resources, Timeouts};
use crate::wire::{Flags, Seq};

fn read(text: &str) -> Trace {
    parse(text, Contract::modern()).unwrap_or_else(|error| panic!("{error} in\n{text}"))
}

fn whats(text: &str) -> Vec<What> {
    read(text).events.into_iter().map(|event| event.what).collect()
}

fn times(text: &str) -> Vec<u64> {
    read(text).events.iter().map(|event| event.t.0).collect()
}

fn refusal(text: &str) -> String {
    parse(text, Contract::modern()).expect_err(text).to_string()
}

const CLIENT: Place = Place { flow: 0, end: End::Client };
const SERVER: Place = Place { flow: 0, end: End::Server };

fn data(bytes: &'static [u8]) -> Payload {
    bytes::Bytes::from_static(bytes).into()
}

fn ret(at: Place, op: u64, outcome: Outcome) -> What {
    What::Return { at, op, outcome, accepted: None, peer: None, made: None }
}

fn env(flow: Option<u32>, end: Option<End>, what: EnvWhat) -> What {
    What::Env(Env { flow, end, what })
}

#[test]
fn a_line_with_an_arrow_is_a_call_and_its_return_at_one_instant() {
    let text = "client write \"ab\" -> ok\nserver read 10 -> \"ab\"";
    let expected = vec![
        What::Call { at: CLIENT, op: 1, call: Call::Write(data(b"ab")) },
        ret(CLIENT, 1, Outcome::Ok),
        What::Call { at: SERVER, op: 1, call: Call::Read { max: 10 } },
        ret(SERVER, 1, Outcome::Data(data(b"ab"))),
    ];
    assert_eq!(whats(text), expected);
    assert_eq!(times(text), [0, 0, 1_000_000, 1_000_000]);
}

#[test]
fn calls_and_returns_apart_may_overlap_and_numbers_go_on_from_them() {
    let text = "client call 3 shutdown write\nclient write \"x\" -> closed\nclient return 3 done";
    let expected = vec![
        What::Call { at: CLIENT, op: 3, call: Call::Shutdown(Mode::Write) },
        What::Call { at: CLIENT, op: 4, call: Call::Write(data(b"x")) },
        ret(CLIENT, 4, Outcome::Closed),
        ret(CLIENT, 3, Outcome::Done),
    ];
    assert_eq!(whats(text), expected);
}

#[test]
fn every_call_and_every_result_has_a_spelling() {
    let calls = "client writev \"a\" \"\" 3 -> ok\nclient write_nodelay \"a\" -> ok\nclient writev_nodelay -> ok\nclient flush -> ok
        client shutdown read_write -> done\nclient close -> done\nclient connect 10.0.0.1:80 -> ok\nclient connect -> error refused
        server accept 80 -> ok\nserver listen 80 -> ok\nserver unlisten 80 -> ok\nserver disconnect -> done
        server destination -> ok\nserver read -> data 5\nserver read -> panic\nserver read -> error anything
        server write \"ab\" -> error reset accepted 1";
    let trace = read(calls);
    assert_eq!(trace.events.len(), 34);
    let list = vec![data(b"a"), data(b""), Payload::Count(3)];
    assert_eq!(trace.events[0].what, What::Call { at: CLIENT, op: 1, call: Call::Writev(list) });
    let last = Outcome::Error(Error::Reset);
    let expected = What::Return { at: SERVER, op: 9, outcome: last, accepted: Some(1), peer: None, made: None };
    assert_eq!(trace.events[33].what, expected);
}

#[test]
fn the_environment_has_a_spelling() {
    let text = "env reset client by fault\nenv timeout server/2 by stack\nenv crash server\nenv partition\nenv heal from client
        env transmitted client 7\nenv buffer server 1 \"z\"\nenv resources client connections 1 ports 2\nenv quiet\nend";
    let held = Resources { connections: 1, ports: 2, ..Resources::default() };
    let expected = vec![
        env(None, Some(End::Client), EnvWhat::Abort(Abort::Reset, By::Fault)),
        env(Some(2), Some(End::Server), EnvWhat::Abort(Abort::Timeout, By::Stack)),
        env(None, Some(End::Server), EnvWhat::Crash(By::Unknown)),
        env(None, None, EnvWhat::Partition { from: None }),
        env(None, None, EnvWhat::Heal { from: Some(End::Client) }),
        env(Some(0), Some(End::Client), EnvWhat::Transmitted { upto: 7 }),
        env(Some(0), Some(End::Server), EnvWhat::Buffer { op: 1, data: data(b"z") }),
        env(None, Some(End::Client), EnvWhat::Resources(held)),
        env(None, None, EnvWhat::Quiet),
        env(None, None, EnvWhat::End),
    ];
    assert_eq!(whats(text), expected);
}

#[test]
fn the_wire_has_a_spelling() {
    let text = "client segment sent FA seq 100 ack 7 win 9 len 3 id 4 opts ws=7\nserver/1 state ESTABLISHED to CLOSE-WAIT";
    let segment = Segment { seq: Seq(100), ack: Seq(7), flags: Flags(17), data: Payload::Count(3), ..Segment::default() };
    let event = SegmentEvent { id: Some(4), ..SegmentEvent::new(0, End::Client, Fate::Sent, segment).spelled(9, "ws=7") };
    let at = Place { flow: 1, end: End::Server };
    let state = What::State { at, from: "ESTABLISHED".into(), to: "CLOSE-WAIT".into() };
    assert_eq!(whats(text), [What::Segment(event), state]);
}

#[test]
fn a_segment_may_carry_bytes_and_pass_at_once() {
    let text = "client segment passes A seq 1 data \"ab\"\nserver segment lost A";
    assert_eq!(refusal(text), "line 2: `lost` is no fate of a segment");
    let both = whats(text.lines().next().unwrap_or_default());
    let segment = |what: &What| match what {
        What::Segment(event) => (event.fate, event.segment.seq, event.segment.data.clone()),
        other => panic!("{other:?}"),
    };
    let data = Payload::from(bytes::Bytes::from_static(b"ab"));
    assert_eq!(both.iter().map(segment).collect::<Vec<_>>(), [(Fate::Sent, Seq(1), data.clone()), (Fate::Delivered, Seq(1), data)]);
    assert_eq!(times("5 client segment passes A"), [5, 5]);
    assert_eq!(whats("client segment sent A data \"\""), whats("client segment sent A len 0"));
}

#[test]
fn bytes_have_rusts_escapes() {
    let text = r#"client write "\n\r\t\0\\\"\x00\xffé#" -> ok"#;
    let expected = What::Call { at: CLIENT, op: 1, call: Call::Write(data(b"\n\r\t\0\\\"\0\xff\xc3\xa9#")) };
    assert_eq!(whats(text)[0], expected);
}

#[test]
fn times_lead_and_the_next_line_goes_on_from_them() {
    assert_eq!(
        times("5 quiet\nquiet\n3ms quiet\n4000us quiet\n300s end # too late"),
        [5, 1_000_005, 3_000_000, 4_000_000, 300_000_000_000]
    );
}

#[test]
fn a_line_may_be_repeated() {
    assert_eq!(times("5 repeat 3 every 2ns quiet\nquiet"), [5, 7, 9, 1_000_009]);
    assert_eq!(times("repeat 1 every 2s quiet"), [0]);
    assert_eq!(refusal("repeat 3 quiet"), "line 1: expected `every`");
    assert_eq!(refusal("repeat 3 every quiet"), "line 1: expected a time");
    assert_eq!(refusal("repeat 99999 every 1s quiet"), "line 1: `99999` is no number that fits here");
}

#[test]
fn a_result_may_say_who_the_peer_is() {
    let expected = What::Return { at: CLIENT, op: 1, outcome: Outcome::Ok, accepted: None, peer: Some("a:80".into()), made: None };
    assert_eq!(whats("client destination -> ok peer a:80")[1], expected);
    assert_eq!(refusal("client destination -> ok peer"), "line 1: expected more");
    let made = What::Return { at: SERVER, op: 1, outcome: Outcome::Ok, accepted: None, peer: None, made: Some(3) };
    assert_eq!(whats("server accept 80 -> ok made 3")[1], made);
}

#[test]
fn headers_say_what_is_recorded_and_whose_clock_it_is() {
    let trace = read("records segments buffers\nclock per-end\n9 server read -> eof\n3 client read -> eof");
    let records = Records { segments: true, buffers: true, ..Records::default() };
    assert_eq!((trace.header.records, trace.header.clock), (records, Clock::PerEnd));
    assert!(read("").header.records.network);
    assert!(read("simulated").header.simulated && !read("").header.simulated);
    let limits = read("limits server syn 10s msl 5ms").header.limits;
    let set = Timeouts { syn: Duration::from_secs(10), msl: Duration::from_millis(5), ..Timeouts::default() };
    assert_eq!((limits.client, limits.server), (Timeouts::default(), set));
}

#[test]
fn mistakes_name_their_line() {
    let cases = [
        ("\nclient reed -> eof", "line 2: `reed` is no call"),
        ("clint read -> eof", "line 1: expected `client`, `server`, `env`, `quiet` or `end`"),
        ("limits both syn 1s", "line 1: `both` is no end (client, server)"),
        ("limits client rto 1s", "line 1: `rto` is no limit (syn, data, msl, fin_wait_2)"),
        ("limits client syn soon", "line 1: a limit is a time (`10s`)"),
        ("client read", "line 1: expected `-> RESULT`; a call alone is written `call NUMBER …`"),
        ("client read -> ok", "line 1: `ok` is no result of a read"),
        ("client read -> \"a", "line 1: the closing quote is missing"),
        ("client read -> \"\\q\"", "line 1: unknown escape (\\n \\r \\t \\0 \\\\ \\\" \\xNN)"),
        ("client read -> \"\\xg0\"", "line 1: `\\x` needs two hexadecimal digits"),
        ("client read -> eof now", "line 1: `now` is too much"),
        ("client return 1 eof", "line 1: operation 1 is not pending"),
        ("client cancel 1", "line 1: operation 1 is not pending"),
        ("client call 2 read\nclient call 2 read", "line 2: operation 2 does not follow 2"),
        ("client call x read", "line 1: `x` is no number that fits here"),
        ("client/x read -> eof", "line 1: `client/x` names no flow"),
        ("9 quiet\n8 quiet", "line 2: time goes back"),
        ("99999999999999999999s quiet", "line 1: this time is too far off"),
        ("99999999999s quiet", "line 1: this time is too far off"),
        ("env flood", "line 1: `flood` is nothing that the environment does"),
        ("env reset client by chance", "line 1: `chance` does not decide (stack, fault)"),
        ("records everything", "line 1: `everything` is nothing that can be recorded"),
        ("clock broken", "line 1: `broken` is no clock (shared, per-end)"),
        ("client segment sent FX", "line 1: `FX` are no flags"),
        ("client segment flew FA", "line 1: `flew` is no fate of a segment"),
        ("client shutdown all -> done", "line 1: `all` is no mode (read, write, read_write)"),
        ("\"a\"", "line 1: expected a word, found bytes"),
    ];
    for (text, expected) in cases {
        assert_eq!(refusal(text), expected);
    }
}
