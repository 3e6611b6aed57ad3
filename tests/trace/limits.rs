//! Where a trace may end, what its lines may look like, and how much of it is held.

use std::io::{self, BufRead, BufReader, Read};

use flowsim::contract::{Contract, End};
use flowsim::trace::{Event, MAX_LINE, Reader, Trace, What};

const HEADER: &str = "{\"flowsim_trace\":1}\n";
const CALL: &str = r#"{"event":"call","t":0,"end":"client","op":1,"call":"write","data":"aGVsbG8=","x":"ä\u00e4\n"}"#;

fn read(text: &[u8]) -> Result<(usize, bool), String> {
    Trace::read_named("f", text).map(|trace| (trace.events.len(), trace.cut)).map_err(|error| error.to_string())
}

#[test]
fn a_last_line_counts_when_it_is_whole() {
    let whole = format!("{HEADER}{CALL}");
    assert_eq!(read(whole.as_bytes()), Ok((1, false)));
    for space in ["\n", "\r\n", " ", "\n\n", "\n  \t", "\r"] {
        assert_eq!(read(format!("{whole}{space}").as_bytes()), Ok((1, false)), "{space:?}");
    }
}

#[test]
fn a_last_line_is_cut_wherever_it_ends() {
    let first = format!("{HEADER}{{\"event\":\"env\",\"t\":0,\"what\":\"heal\"}}\n");
    for end in 1..CALL.len() {
        let cut = [first.as_bytes(), &CALL.as_bytes()[..end]].concat();
        assert_eq!(read(&cut), Ok((1, true)), "cut after {end} bytes");
        let refused = read(&[&cut[..], b"\n"].concat()).expect_err("a line with a newline is not cut");
        assert!(refused.starts_with("f:3:"), "{refused}");
    }
    assert_eq!(read(first.as_bytes()), Ok((1, false)));
}

#[test]
fn a_last_line_that_is_wrong_is_not_cut() {
    for wrong in ["{\"event\" \"", "[1,2", "\"abc", "{\"event\":\"call\"}", "{\"event\":\"x-a\"}}", "{\"t\":\u{0}", "tru"] {
        assert!(read(format!("{HEADER}{wrong}").as_bytes()).is_err_and(|error| error.starts_with("f:2:")), "{wrong}");
    }
    assert!(read(&[HEADER.as_bytes(), b"{\"event\":\"x-a\"}\xE2\x82"].concat()).is_err(), "half a character after the object");
    assert!(read(&[HEADER.as_bytes(), b"{\"event\":\"x-\xFF"].concat()).is_err(), "no character begins so");
}

#[test]
fn a_cut_header_is_no_header() {
    let header = HEADER.trim_end();
    for end in 0..header.len() {
        assert!(read(&header.as_bytes()[..end]).is_err_and(|error| error.starts_with("f:1:")), "cut after {end} bytes");
    }
    assert_eq!(read(header.as_bytes()), Ok((0, false)), "a header alone is a trace");
    for empty in ["", "\n", "\u{FEFF}", "\u{FEFF}\r\n \n"] {
        assert!(read(empty.as_bytes()).is_err_and(|error| error.contains("the file is empty")), "{empty:?}");
    }
}

#[test]
fn a_mark_carriage_returns_and_blank_lines_are_accepted() {
    let text = format!("\u{FEFF}\r\n \t\r\n{HEADER}\r\n{CALL}\r\n\n").replace("\n", "\r\n").replace("\r\r", "\r");
    let mut reader = Reader::new("f", text.as_bytes()).expect("a header");
    let lines: Vec<u64> = reader.by_ref().map(|item| item.expect("well formed").0).collect();
    assert_eq!(lines, [5], "blank lines count");
    assert!(!reader.is_cut());
    assert_eq!(read(format!("\u{FEFF}{HEADER}{CALL}").as_bytes()), Ok((1, false)));
}

#[test]
fn what_is_not_known_is_ignored_where_the_format_says_so() {
    let text = [
        r#"{"flowsim_trace":1,"host":{"os":["linux",null]},"note":null}"#,
        r#"{"event":"x-probe","t":"noon","op":-1,"end":7}"#,
        r#"{"event":"x-"}"#,
        r#" { "event" : "call" , "t" : 0 , "end" : "client" , "op" : 1 , "call" : "read" , "max" : null, "flow":null , "tid":1e9 } "#,
        r#"{"result":"eof","accepted":3,"op":1,"end":"client","t":0,"event":"return","errno":-104,"":0,"\ud800":1}"#,
    ];
    let trace = Trace::read(text.join("\n").as_bytes()).expect("well formed");
    let lines: Vec<String> = trace.events.iter().map(Event::to_line).collect();
    let expected = [
        r#"{"event":"call","t":0,"end":"client","op":1,"call":"read"}"#,
        r#"{"event":"return","t":0,"end":"client","op":1,"result":"eof"}"#,
    ];
    assert_eq!(lines, expected);
}

#[test]
fn a_header_says_who_promises_what() {
    let header = |rest: &str| Trace::read(format!("{{\"flowsim_trace\":1{rest}}}").as_bytes()).expect("well formed").header;
    assert_eq!(header("").contract.client, Contract::modern());
    let both = header(r#","contract":{"server":"v1,patience=10s"}"#).contract;
    assert_eq!((both[End::Client].to_string(), both[End::Server].to_string()), ("modern".into(), "v1,patience=10s".into()));
    assert_eq!(header(r#","contract":"posix,eof_on_reset=forbid""#).contract.server.to_string(), "posix,eof_on_reset=forbid");
}

#[test]
fn the_return_of_an_accept_may_name_the_flow_that_it_made() {
    let text = [
        r#"{"flowsim_trace":1}"#,
        r#"{"event":"call","t":0,"end":"server","op":1,"call":"accept","port":80}"#,
        r#"{"event":"call","t":0,"flow":2,"end":"server","op":2,"call":"accept","port":80}"#,
        r#"{"event":"return","t":1,"flow":3,"end":"server","op":1,"result":"ok","peer":"10.0.0.1:49152"}"#,
        r#"{"event":"return","t":1,"flow":2,"end":"server","op":2,"result":"ok"}"#,
        r#"{"event":"call","t":2,"flow":3,"end":"server","op":1,"call":"read"}"#,
    ];
    let trace = Trace::read(text.join("\n").as_bytes()).expect("well formed");
    let flow = |event: &Event| match &event.what {
        What::Call { at, .. } | What::Return { at, .. } => at.flow,
        _ => unreachable!("only calls"),
    };
    assert_eq!(trace.events.iter().map(flow).collect::<Vec<_>>(), [0, 2, 0, 2, 3], "a return stands where its call does");
    let made = |event: &Event| match &event.what {
        What::Return { made, .. } => *made,
        _ => None,
    };
    assert_eq!(trace.events.iter().filter_map(made).collect::<Vec<_>>(), [3], "and says which flow it made, if that is another");
}

/// A header, then a line of `len` bytes, then `end`.
fn long_line(len: usize, end: &'static str) -> impl BufRead {
    let event = "{\"event\":\"env\",\"t\":0,\"what\":\"heal\",\"x\":\"";
    let filling = io::repeat(b'x').take((len - event.len() - 2) as u64);
    BufReader::with_capacity(1 << 20, HEADER.as_bytes().chain(event.as_bytes()).chain(filling).chain(&b"\"}"[..]).chain(end.as_bytes()))
}

#[test]
fn lines_end_at_their_limit() {
    for end in ["\n", "\r\n", ""] {
        assert_eq!(Trace::read(long_line(MAX_LINE, end)).map(|trace| trace.events.len()), Ok(1), "{end:?}");
        let refused = Trace::read_named("f", long_line(MAX_LINE + 1, end)).expect_err("too long");
        assert_eq!(refused.to_string(), "f:2:67108865: a line is longer than 64 MiB");
    }
    let endless = Trace::read_named("f", BufReader::new(io::repeat(b' '))).expect_err("too long");
    assert_eq!(endless.line, 1, "an endless line is given up");
}

#[test]
fn a_source_that_fails_is_named() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    let source = BufReader::new(HEADER.as_bytes().chain(Broken));
    let mut reader = Reader::new("f", source).expect("a header");
    let error = reader.next().expect("an item").expect_err("an error");
    assert_eq!(error.to_string(), "f:2:1: can't be read: the disk is gone");
    assert!(reader.next().is_none(), "after an error nothing comes");
}

/// A long recording, made as it is read.
struct Endless {
    operations: u64,
    next: u64,
    line: Vec<u8>,
}

impl Read for Endless {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.line.is_empty() && self.next < self.operations {
            let op = self.next;
            self.next += 1;
            let call = format!("{{\"event\":\"call\",\"t\":{op},\"end\":\"client\",\"op\":{op},\"call\":\"flush\"}}\n");
            let done = format!("{{\"event\":\"return\",\"t\":{op},\"end\":\"client\",\"op\":{op},\"result\":\"ok\"}}\n");
            self.line = (call + &done).into_bytes();
        }
        let count = into.len().min(self.line.len());
        into[..count].copy_from_slice(&self.line[..count]);
        self.line.drain(..count);
        Ok(count)
    }
}

#[test]
fn a_long_recording_is_streamed() {
    let endless = Endless { operations: 20_000, next: 0, line: HEADER.into() };
    let reader = Reader::new("f", BufReader::new(endless)).expect("a header");
    assert_eq!(reader.map(|item| item.expect("well formed").0).last(), Some(40_001));
}
