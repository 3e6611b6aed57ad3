//! The spelling of every line, word by word: other programs write and read it, and digests cover it.

use std::time::Duration;

use bytes::Bytes;
use flowsim::contract::{Both, Contract, Keepalive};
use flowsim::trace::{Clock, Event, Header, Layer, Proxy, Trace, Writer, pattern};

/// Each line is read, and written again just as it was.
const LINES: &[&str] = &[
    r#"{"event":"call","t":0,"end":"client","op":1,"call":"write","data":"aGVsbG8="}"#,
    r#"{"event":"return","t":5,"end":"client","op":1,"result":"ok"}"#,
    r#"{"event":"call","t":6,"end":"server","op":1,"call":"read","max":4096}"#,
    r#"{"event":"return","t":9,"end":"server","op":1,"result":"data","data":"aGVsbG8="}"#,
    r#"{"event":"call","t":9,"end":"client","op":2,"call":"shutdown","mode":"write"}"#,
    r#"{"event":"return","t":9,"end":"client","op":2,"result":"done"}"#,
    r#"{"event":"call","t":9,"end":"server","op":2,"call":"read"}"#,
    r#"{"event":"cancel","t":9,"end":"server","op":2}"#,
    r#"{"event":"env","t":20,"what":"reset","end":"client"}"#,
    r#"{"event":"call","t":21,"end":"server","op":3,"call":"read"}"#,
    r#"{"event":"return","t":21,"end":"server","op":3,"result":"eof"}"#,
    r#"{"event":"call","t":21,"end":"server","op":4,"call":"read","max":0}"#,
    r#"{"event":"return","t":21,"end":"server","op":4,"result":"data","data":""}"#,
    r#"{"event":"call","t":22,"flow":7,"end":"client","op":1,"call":"connect"}"#,
    r#"{"event":"return","t":22,"flow":7,"end":"client","op":1,"result":"error","error":"refused"}"#,
    r#"{"event":"call","t":22,"flow":7,"end":"client","op":2,"call":"connect","to":"server:80","keepalive":{"after":10,"interval":20,"probes":3}}"#,
    r#"{"event":"return","t":22,"flow":7,"end":"client","op":2,"result":"ok","peer":"server:80"}"#,
    r#"{"event":"call","t":22,"end":"server","op":5,"call":"listen","port":80}"#,
    r#"{"event":"return","t":22,"end":"server","op":5,"result":"error","error":"EADDRINUSE"}"#,
    r#"{"event":"call","t":22,"end":"server","op":6,"call":"accept","port":65535,"keepalive":{"after":1,"interval":1,"probes":0}}"#,
    r#"{"event":"call","t":22,"end":"server","op":7,"call":"unlisten","port":0}"#,
    r#"{"event":"call","t":22,"end":"server","op":8,"call":"disconnect"}"#,
    r#"{"event":"call","t":22,"end":"server","op":9,"call":"destination"}"#,
    r#"{"event":"call","t":22,"end":"server","op":10,"call":"flush"}"#,
    r#"{"event":"call","t":22,"end":"server","op":11,"call":"close"}"#,
    r#"{"event":"return","t":22,"end":"server","op":11,"result":"panic"}"#,
    r#"{"event":"call","t":22,"end":"server","op":12,"call":"shutdown","mode":"read"}"#,
    r#"{"event":"call","t":22,"end":"server","op":13,"call":"shutdown","mode":"read_write"}"#,
    r#"{"event":"call","t":22,"end":"server","op":14,"call":"write","len":5}"#,
    r#"{"event":"return","t":22,"end":"server","op":14,"result":"closed","accepted":5}"#,
    r#"{"event":"call","t":22,"end":"server","op":15,"call":"write","len":70000,"code":1048582}"#,
    r#"{"event":"return","t":22,"end":"server","op":15,"result":"eof","accepted":0}"#,
    r#"{"event":"call","t":22,"end":"server","op":16,"call":"writev","data":["aA==","","aGk="]}"#,
    r#"{"event":"call","t":22,"end":"server","op":17,"call":"writev","len":[1,0,1099511627776]}"#,
    r#"{"event":"call","t":22,"end":"server","op":18,"call":"writev_nodelay","len":[3,0,1],"code":[5,0,9]}"#,
    r#"{"event":"call","t":22,"end":"server","op":19,"call":"writev","data":[]}"#,
    r#"{"event":"call","t":22,"end":"server","op":20,"call":"write_nodelay","data":"/+8="}"#,
    r#"{"event":"env","t":22,"flow":0,"what":"timeout","end":"server","by":"stack"}"#,
    r#"{"event":"env","t":22,"what":"keepalive_death","end":"server","by":"fault"}"#,
    r#"{"event":"env","t":22,"what":"crash","end":"server"}"#,
    r#"{"event":"env","t":22,"what":"partition"}"#,
    r#"{"event":"env","t":22,"what":"partition","from":"server"}"#,
    r#"{"event":"env","t":22,"what":"heal","from":"client"}"#,
    r#"{"event":"env","t":22,"flow":3,"what":"transmitted","end":"client","upto":18446744073709551615}"#,
    r#"{"event":"env","t":22,"what":"acknowledged","end":"client","upto":0}"#,
    r#"{"event":"env","t":22,"what":"resources","end":"client","connections":1,"timers":2,"buffered":3,"ports":4}"#,
    r#"{"event":"env","t":22,"what":"buffer","end":"server","op":1,"data":"aGVsbG8="}"#,
    r#"{"event":"segment","t":22,"from":"client","what":"sent","seq":4294967295,"ack":0,"flags":"S","win":5840,"len":0,"opts":""}"#,
    r#"{"event":"segment","t":22,"flow":1,"from":"server","id":7,"what":"delivered","seq":1,"ack":2,"flags":"SA","win":65535,"len":0,"opts":"mss=1460,ws=7,sackok,ts=1:0,sack=1-2"}"#,
    r#"{"event":"segment","t":22,"from":"client","what":"dropped","seq":1,"ack":2,"flags":"FSRPAUEC","win":0,"len":9,"opts":""}"#,
    r#"{"event":"segment","t":22,"from":"client","what":"sent","seq":1,"ack":2,"flags":"PA","win":0,"len":5,"data":"aGVsbG8=","opts":""}"#,
    r#"{"event":"segment","t":22,"from":"client","what":"sent","seq":1,"ack":2,"flags":"A","win":0,"len":1460,"code":1048582,"opts":"ts=1:0"}"#,
    r#"{"event":"segment","t":22,"from":"client","what":"duplicated","seq":1,"ack":2,"flags":"","win":0,"len":9,"opts":""}"#,
    r#"{"event":"segment","t":22,"from":"client","what":"corrupted","seq":1,"ack":2,"flags":"PA","win":0,"len":9,"opts":""}"#,
    r#"{"event":"segment","t":22,"from":"client","what":"injected","seq":1,"ack":2,"flags":"R","win":0,"len":9,"opts":""}"#,
    r#"{"event":"state","t":22,"end":"client","from":"ESTABLISHED","to":"FIN-WAIT-1"}"#,
    r#"{"event":"state","t":22,"flow":4294967295,"end":"client","from":"a \"b\" \\ \n ä 𝄞","to":"\u0001"}"#,
    r#"{"event":"env","t":22,"what":"quiet"}"#,
    r#"{"event":"env","t":18446744073709551615,"what":"end"}"#,
];

#[test]
fn every_line_is_written_as_it_was_read() {
    let text = format!("{{\"flowsim_trace\":1,\"contract\":\"modern\",\"clock\":\"shared\"}}\n{}\n", LINES.join("\n"));
    let trace = Trace::read_named("pinned", text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    let mut written = Vec::new();
    let digest = trace.write(&mut written).expect("memory takes all");
    for (line, expected) in String::from_utf8(written).expect("text").lines().skip(1).zip(LINES) {
        assert_eq!(line, *expected);
    }
    assert_eq!(trace.events.len(), LINES.len());
    assert_eq!(digest, flowsim::trace::Digest::of(text.as_bytes()), "the digest covers exactly the bytes");
    assert_eq!(digest.to_string(), "3db2d44bbd93ea53e402e6a99563fd4d");
}

#[test]
fn every_header_is_written_as_it_was_read() {
    let lines = [
        r#"{"flowsim_trace":1,"contract":"modern","clock":"shared"}"#,
        r#"{"flowsim_trace":1,"contract":"modern","clock":"shared","records":["network"],"note":"free text"}"#,
        r#"{"flowsim_trace":1,"contract":"posix,eof_on_reset=forbid","clock":"per-end","records":["network","transmitted","segments","resources","buffers","lower"]}"#,
        r#"{"flowsim_trace":1,"contract":{"client":"posix","server":"modern,patience=10s"},"clock":"shared"}"#,
        r#"{"flowsim_trace":1,"contract":"v1","clock":"shared","note":"\"","keepalive":{"after":7200000000000,"interval":1,"probes":9},"layers":[{"upper":1,"lower":0},{"upper":2,"lower":1}],"proxies":[{"left":0,"right":1}],"simulated":true}"#,
    ];
    for line in lines {
        let header = Trace::read(line.as_bytes()).unwrap_or_else(|error| panic!("{error}")).header;
        assert_eq!(header.to_line(), line);
    }
    let mut header = Header::default();
    (header.contract, header.clock) = (Both { client: Contract::v1(), server: Contract::pipe() }, Clock::PerEnd);
    header.keepalive = Some(Keepalive { after: Duration::MAX, interval: Duration::ZERO, probes: 0 });
    header.layers = vec![Layer { upper: 1, lower: 0 }];
    header.proxies = vec![Proxy { left: 0, right: 1, outer: None }];
    assert!(
        header
            .to_line()
            .contains(r#""contract":{"client":"v1","server":"pipe"},"clock":"per-end","keepalive":{"after":18446744073709551615"#)
    );
}

#[test]
fn fields_may_stand_in_any_order_and_flags_in_any_spelling() {
    let text = "{\"clock\":\"shared\",\"flowsim_trace\":1}\n\
        {\"len\":0,\"win\":0,\"flags\":\"-\",\"ack\":0,\"seq\":0,\"what\":\"sent\",\"from\":\"client\",\"t\":0,\"event\":\"segment\"}\n\
        {\"event\":\"segment\",\"t\":0,\"from\":\"client\",\"what\":\"sent\",\"seq\":0,\"ack\":0,\"flags\":\".FS\",\"win\":0,\"len\":0}\n";
    let trace = Trace::read(text.as_bytes()).expect("well formed");
    let flags: Vec<String> = trace.events.iter().map(Event::to_line).collect();
    assert!(flags[0].contains("\"flags\":\"\"") && flags[1].contains("\"flags\":\"FSA\""), "{flags:?}");
}

#[test]
fn bytes_of_the_pattern_are_written_as_their_place_whoever_holds_them() {
    let line = |bytes: Bytes| {
        let call = flowsim::contract::Call::Write(bytes.into());
        let at = flowsim::trace::Place { flow: 0, end: flowsim::contract::End::Client };
        Event::new(flowsim::time::Instant(0), flowsim::trace::What::Call { at, op: 1, call }).to_line()
    };
    let slice = pattern::slice(99, 50);
    assert!(line(slice.clone()).ends_with(r#""len":50,"code":99}"#));
    assert_eq!(line(Bytes::copy_from_slice(&slice)), line(slice.clone()));
    let mut wrong = slice.to_vec();
    wrong[49] ^= 1;
    assert!(line(wrong.into()).contains("\"data\":\""));
    assert!(line(Bytes::new()).ends_with(r#""data":""}"#));
}

#[test]
fn a_line_that_no_reader_would_take_is_not_written() {
    let mut header = Header::default();
    header.note = "x".repeat(flowsim::trace::MAX_LINE).into();
    assert!(Writer::new(std::io::sink(), &header).is_err());
}
