//! Every mistake that the format knows, with the exact bytes that are blamed for it: they stand between ⟦ and ⟧.

use flowsim::trace::{Diagnostic, Trace};

const HEADER: &str = r#"{"flowsim_trace":1}"#;
const WRITE: &str = r#"{"event":"call","t":0,"end":"client","op":1,"call":"write","len":5}"#;

/// Reads the lines without their marks; gives the diagnostic and the place of the marks: line, column, width.
fn read(lines: &[&str]) -> (Result<Trace, Diagnostic>, (u64, u64, usize)) {
    let text = lines.join("\n") + "\n";
    let start = text.find('⟦').expect("a mark");
    let end = text.find('⟧').expect("a second mark") - '⟦'.len_utf8();
    let text = text.replace(['⟦', '⟧'], "");
    let line = text[..start].matches('\n').count();
    let column = start - text[..start].rfind('\n').map_or(0, |at| at + 1);
    (Trace::read_named("f", text.as_bytes()), (line as u64 + 1, column as u64 + 1, end - start))
}

/// The lines are refused at the mark, for this reason.
#[track_caller]
fn refused(lines: &[&str], why: &str) {
    let (read, place) = read(lines);
    let found = read.expect_err(&format!("malformed: {lines:?}"));
    assert_eq!((found.line, found.column, found.width), place, "{found}");
    assert!(found.to_string().contains(why), "{found}\nbut not: {why}");
    assert!(found.render(false).contains(&format!("f:{}:{}", found.line, found.column)));
}

/// One line after a header is refused.
#[track_caller]
fn event(line: &str, why: &str) {
    refused(&[HEADER, line], why);
}

/// One line after a header and the call of a write of five bytes (op 1 of the client) is refused.
#[track_caller]
fn after_write(line: &str, why: &str) {
    refused(&[HEADER, WRITE, line], why);
}

#[test]
fn the_header() {
    let header = |line: &str, why| refused(&[line], why);
    refused(&["⟦⟧"], "the file is empty");
    header(r#"⟦{⟧"contract":"modern"}"#, "the header is missing");
    header(r#"{"event":⟦"call"⟧,"t":0,"end":"client","op":1,"call":"close"}"#, "the header is missing");
    header(r#"{"flowsim_trace":⟦2⟧}"#, "unknown version");
    header(r#"{"flowsim_trace":⟦"1"⟧}"#, "`flowsim_trace` must be a number, not a string");
    header(r#"{"flowsim_trace":1,"contract":⟦"posixx"⟧}"#, "unknown contract `posixx` (did you mean `posix`?)");
    header(r#"{"flowsim_trace":1,"contract":⟦"modern,eof_on_rest=allow"⟧}"#, "did you mean `eof_on_reset`?");
    header(r#"{"flowsim_trace":1,"contract":⟦7⟧}"#, "`contract` must be a name");
    header(r#"{"flowsim_trace":1,"contract":{"client":"v1","server":⟦"v2"⟧}}"#, "did you mean `v1`?");
    header(r#"{"flowsim_trace":1,"contract":{⟦"clint"⟧:"v1"}}"#, "did you mean `client`?");
    header(r#"{"flowsim_trace":1,"clock":⟦"per_end"⟧}"#, "unknown clock `per_end` (did you mean `per-end`?)");
    header(r#"{"flowsim_trace":1,"records":["network",⟦"netwrok"⟧]}"#, "unknown records `netwrok` (did you mean `network`?)");
    header(r#"{"flowsim_trace":1,"records":⟦"network"⟧}"#, "`records` must be an array, not a string");
    header(r#"{"flowsim_trace":1,"note":⟦5⟧}"#, "`note` must be a string, not a number");
    header(r#"{"flowsim_trace":1,"keepalive":⟦{"after":1,"probes":3}⟧}"#, "`interval` is missing");
    header(r#"{"flowsim_trace":1,"keepalive":{"after":1,"interval":⟦-1⟧,"probes":3}}"#, "`interval` must not be negative");
    header(r#"{"flowsim_trace":1,"keepalive":⟦{"after":1,"interval":1,"probes":4294967296}⟧}"#, "`probes` is too large");
    header(r#"{"flowsim_trace":1,"layers":[⟦{"upper":1}⟧]}"#, "`lower` is missing");
    header(r#"{"flowsim_trace":1,"layers":[⟦{"upper":1,"lower":4294967296}⟧]}"#, "32 bits");
    header(r#"{"flowsim_trace":1,"proxies":[{"left":0,"right":⟦true⟧}]}"#, "`right` must be a number, not a boolean");
    header(r#"{"flowsim_trace":1,"proxies":⟦{}⟧}"#, "`proxies` must be an array");
    header(r#"{"flowsim_trace":1,"simulated":⟦1⟧}"#, "`simulated` must be a boolean");
    header(r#"{"flowsim_trace":1,⟦"flowsim_trace"⟧:1}"#, "`flowsim_trace` stands twice");
    refused(&[HEADER, r#"{"flowsim_trace":⟦1⟧}"#], "a second header");
    refused(&["", " ", r#"⟦{⟧}"#], "the header is missing");
}

#[test]
fn the_syntax() {
    event(r#"{"event":"call","t":6,"end":"server","op":1,"call":"read"⟦⟧"#, "the line ends before its JSON object does");
    event(r#"{"event":"call⟦⟧"#, "the line ends before");
    event(r#"⟦"event"⟧"#, "one JSON object");
    event("⟦[]⟧", "one JSON object");
    event("⟦call write 5⟧", "one JSON object");
    event(r#"{"event":"x-a"} ⟦{"event":"x-b"}⟧"#, "nothing after it");
    event(r#"{"event":"x-a"}⟦}⟧"#, "nothing after it");
    event(r#"{⟦e⟧vent:"x-a"}"#, "a name in double quotes is missing before `e`");
    event(r#"{"event"⟦"⟧x-a"}"#, "`:` is missing before");
    event(r#"{"event":"x-a"⟦"⟧t":1}"#, "`,` or `}` is missing before");
    event(r#"{"event":"x-a",⟦}⟧"#, "a name in double quotes is missing before `}`");
    event(r#"{"event":"x-a","a":⟦}⟧"#, "a value is missing before `}`");
    event(r#"{"event":"x-a","a":⟦'⟧b'}"#, "a value is missing before");
    event(r#"{"event":"x-a","a":[1,⟦]⟧}"#, "a value is missing before `]`");
    event(r#"{"event":"x-a","a":[1⟦:⟧2]}"#, "`,` or `]` is missing before `:`");
    event(r#"{"event":"x-a","a":t⟦u⟧re}"#, "a value is missing before `u`");
    event(r#"{"event":"x-a","a":0⟦1⟧}"#, "`,` or `}` is missing before `1`");
    event(r#"{"event":"x-a","a":1.⟦}⟧"#, "a digit is missing before `}`");
    event(r#"{"event":"x-a","a":-⟦i⟧nf}"#, "a digit is missing before `i`");
    event(r#"{"event":"x-a","a":"\⟦x⟧41"}"#, "a known escape is missing before `x`");
    event(r#"{"event":"x-a","a":"\u00⟦g⟧0"}"#, "a hexadecimal digit is missing before `g`");
    event("{\"event\":\"x-a\",\"a\":\"b⟦\t⟧\"}", "the escape of a control character");
    event("{\"event\":\"x-a\",\"a\":\"b⟦\0⟧\"}", "before a NUL byte");
    event("{\"event\":\"x-a\"⟦\0⟧}", "before a NUL byte");
    event(r#"{"event":"x-a","t":0,⟦"t"⟧:0}"#, "`t` stands twice");
    event(r#"{"event":"x-a","t":0,⟦"\u0074"⟧:0}"#, "`t` stands twice");
}

#[test]
fn the_bytes() {
    let read = |bytes: &[u8]| Trace::read_named("f", bytes).expect_err("not text").to_string();
    assert_eq!(read(b"{\"flowsim_trace\":1}\n{\"event\":\"x-\xFF\"}\n"), "f:2:13: this is not UTF-8");
    assert_eq!(read(b"{\"flowsim_trace\":1}\n{\"event\":\"x-\xE2\x82\"}\n"), "f:2:13: this is not UTF-8");
    let utf_16: Vec<u8> = "\u{FEFF}{\"flowsim_trace\":1}\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(read(&utf_16), "f:1:1: the file is UTF-16 (write it as UTF-8)");
    let utf_16: Vec<u8> = "{\"flowsim_trace\":1}\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(read(&utf_16), "f:1:1: a line must be one JSON object (write {\"event\": …})");
    assert!(read(&[0; 100]).starts_with("f:1:1: "));
    assert!(read(b"\x7FELF\x02\x01\x01\x00\n").starts_with("f:1:1: "));
    assert!(read(b"\xEF\xBB\xBF{\"flowsim_trace\":2}").starts_with("f:1:21: "), "the mark's bytes count");
    assert!(read(b"{\"flowsim_trace\":1}\n\xEF\xBB\xBF{}").starts_with("f:2:1: "), "a mark is one only at the start");
}

#[test]
fn the_words() {
    event(r#"{"event":⟦"cal"⟧}"#, "unknown event `cal` (did you mean `call`?)");
    event(r#"{"event":⟦"X-a"⟧}"#, "unknown event");
    event(r#"{"event":⟦3⟧}"#, "`event` must be a string, not a number");
    event(r#"⟦{⟧"t":0}"#, "`event` is missing");
    event(r#"{"event":⟦null⟧}"#, "`event` is missing");
    event(r#"{"event":"call","t":0,"end":"client","op":1,"call":⟦"wirte"⟧}"#, "unknown call `wirte` (did you mean `write`?)");
    event(r#"{"event":"call","t":0,"end":⟦"left"⟧,"op":1,"call":"close"}"#, "unknown end `left`");
    event(r#"{"event":"call","t":0,"end":"client","op":1,"call":"shutdown","mode":⟦"both"⟧}"#, "unknown mode `both`");
    event(r#"{"event":"call","t":0,"end":"client","op":1,"call":⟦"shu\ttdown"⟧}"#, "unknown call `shu\\ttdown`");
    event(r#"{"event":"env","t":0,"what":⟦"rset"⟧}"#, "unknown what `rset` (did you mean `reset`?)");
    event(r#"{"event":"env","t":0,"what":"reset","end":"client","by":⟦"me"⟧}"#, "unknown by `me`");
    event(r#"{"event":"env","t":0,"what":"heal","from":⟦"me"⟧}"#, "unknown from `me`");
    after_write(r#"{"event":"return","t":0,"end":"client","op":1,"result":⟦"okay"⟧}"#, "unknown result `okay` (did you mean `ok`?)");
    let long = format!(r#"{{"event":⟦"{}"⟧}}"#, "z".repeat(1000));
    event(&long, &format!("unknown event `{}…`", "z".repeat(40)));
    event(r#"{"event":⟦"\ud800"⟧}"#, "`event` has an escape that stands for no character");
}

#[test]
fn the_fields() {
    event(r#"{"event":⟦"call"⟧,"end":"client","op":1,"call":"close"}"#, "`t` is missing");
    event(r#"{"event":⟦"call"⟧,"t":0,"op":1,"call":"close"}"#, "`end` is missing");
    event(r#"{"event":⟦"call"⟧,"t":0,"end":"client","call":"close"}"#, "`op` is missing");
    event(r#"{"event":⟦"call"⟧,"t":0,"end":"client","op":1}"#, "`call` is missing");
    event(r#"{"event":⟦"call"⟧,"t":0,"end":"client","op":1,"call":"shutdown"}"#, "`mode` is missing");
    event(r#"{"event":⟦"call"⟧,"t":0,"end":"client","op":1,"call":"accept"}"#, "`port` is missing");
    event(r#"{"event":"call","t":0,"end":"client","op":1,"call":"listen","port":⟦4294967296⟧}"#, "`port` is too large: at most 4294967295");
    event(r#"{"event":"call","t":0,"end":"client","op":1,"call":"unlisten","port":⟦"80"⟧}"#, "`port` must be a number");
    event(r#"{"event":"call","t":0,"end":"client","op":1,"call":"connect","to":⟦80⟧}"#, "`to` must be a string");
    event(r#"{"event":"call","t":0,"end":"client","op":1,"call":"connect","keepalive":⟦5⟧}"#, "`keepalive` must be an object");
    event(r#"{"event":"call","t":0,"end":"client","op":1,"call":"read","max":⟦-5⟧}"#, "`max` must not be negative");
    event(r#"{"event":"call","t":0,"flow":⟦4294967296⟧,"end":"client","op":1,"call":"close"}"#, "`flow` is too large");
    event(r#"{"event":⟦"return"⟧,"t":0,"end":"client","op":1}"#, "`result` is missing");
    event(r#"{"event":⟦"return"⟧,"t":0,"end":"client","op":1,"result":"error"}"#, "`error` is missing");
    event(r#"{"event":⟦"env"⟧,"t":0}"#, "`what` is missing");
    event(r#"{"event":⟦"env"⟧,"t":0,"what":"transmitted","upto":5}"#, "`end` is missing");
    event(r#"{"event":⟦"env"⟧,"t":0,"what":"acknowledged","end":"client"}"#, "`upto` is missing");
    event(r#"{"event":⟦"env"⟧,"t":0,"what":"buffer","end":"client","data":""}"#, "`op` is missing");
    event(r#"{"event":"env","t":0,"what":"resources","timers":⟦[]⟧}"#, "`timers` must be a number, not an array");
    event(r#"{"event":⟦"state"⟧,"t":0,"end":"client","from":"CLOSED"}"#, "`to` is missing");
    event(r#"{"event":⟦"segment"⟧,"t":0,"from":"client","what":"sent"}"#, "`flags` is missing");
    let segment = r#"{"event":"segment","t":0,"from":"client","what":"sent","ack":0,"flags":"#;
    event(&format!(r#"{segment}"S","seq":⟦4294967296⟧,"win":0,"len":0}}"#), "`seq` is too large");
    event(&format!(r#"{segment}⟦"SX"⟧,"seq":1,"win":0,"len":0}}"#), "unknown flags `SX`");
    let carrying = format!(r#"{segment}"A","seq":1,"win":0,"len":5,"#);
    event(&format!(r#"{carrying}"data":⟦"aGVsbA=="⟧}}"#), "`data` has 4 bytes, but `len` is 5");
    event(&format!(r#"{carrying}"data":⟦"aGVsbG8h"⟧}}"#), "`data` has 6 bytes, but `len` is 5");
    event(&format!(r#"{carrying}"data":⟦"aGVsbG8"⟧}}"#), "not standard base64");
    event(&format!(r#"{carrying}"data":"aGVsbG8=","code":⟦0⟧}}"#), "both `data` and `code`");
    event(&format!(r#"{carrying}"code":⟦1048583⟧}}"#), "`code` is too large");
    event(&format!(r#"{segment}"A","seq":1,"win":0,"len":⟦67108865⟧,"code":0}}"#), "more than 67108864 bytes of `code`");
}

#[test]
fn the_numbers() {
    let op = |op: &str| format!(r#"{{"event":"call","t":0,"end":"client","op":⟦{op}⟧,"call":"close"}}"#);
    for (number, why) in [
        ("-1", "`op` must not be negative"),
        ("-0", "`op` must not be negative"),
        ("1.0", "`op` must be a whole number"),
        ("1e3", "`op` must be a whole number"),
        ("18446744073709551616", "`op` is too large: at most 18446744073709551615"),
        ("99999999999999999999999999", "`op` is too large"),
        ("\"1\"", "`op` must be a number, not a string"),
        ("true", "`op` must be a number, not a boolean"),
        ("[1]", "`op` must be a number, not an array"),
        ("{}", "`op` must be a number, not an object"),
        ("null", "`op` is missing"),
    ] {
        event(&op(number), why);
    }
    let (read, _) = read(&[HEADER, &op("18446744073709551615")]);
    assert!(read.is_ok(), "the largest number of 64 bits");
}

#[test]
fn the_payload() {
    let write = |call: &str, rest: &str| format!(r#"{{"event":"call","t":0,"end":"client","op":1,"call":"{call}",{rest}}}"#);
    let one = |rest: &str, why: &str| event(&write("write", rest), why);
    let several = |rest: &str, why: &str| event(&write("writev", rest), why);
    event(r#"{"event":⟦"call"⟧,"t":0,"end":"client","op":1,"call":"write"}"#, "neither `data` nor `len`");
    event(r#"{"event":⟦"call"⟧,"t":0,"end":"client","op":1,"call":"writev"}"#, "neither `data` nor `len`");
    event(r#"{"event":⟦"return"⟧,"t":0,"end":"client","op":1,"result":"data"}"#, "neither `data` nor `len`");
    one(r#""data":"aGVsbG8=","len":⟦5⟧"#, "both `data` and `len`");
    one(r#""len":⟦5⟧,"data":"aGVsbG8=""#, "both `data` and `len`");
    one(r#""code":⟦5⟧"#, "`code` belongs to a `len`");
    one(r#""data":"","code":⟦5⟧"#, "`code` belongs to a `len`");
    one(r#""data":"","len":⟦5⟧,"code":5"#, "both `data` and `len`");
    one(r#""len":⟦-5⟧"#, "`len` must not be negative");
    one(r#""len":⟦1099511627777⟧"#, "`len` is too large: at most 1099511627776");
    one(r#""len":5,"code":⟦1048583⟧"#, "`code` is too large: at most 1048582");
    one(r#""len":⟦67108865⟧,"code":0"#, "more than 67108864 bytes of `code`");
    one(r#""data":⟦["aGVsbG8="]⟧"#, "`data` must be a string, not an array");
    one(r#""len":⟦[5]⟧"#, "`len` must be a number, not an array");
    one(r#""data":⟦"aGVsbG8"⟧"#, "not standard base64");
    one(r#""data":⟦"aGVsb"⟧"#, "not standard base64: it ends within a group");
    one(r#""data":⟦"aGVs!G8="⟧"#, "not standard base64: character 5 of it has no place there");
    one(r#""data":⟦"aGVsbG-_"⟧"#, "not standard base64: character 7");
    one(r#""data":⟦"aGVs\nbG8="⟧"#, "not standard base64: character 5");
    one(r#""data":⟦"aGVsbG9="⟧"#, "not standard base64: its last character");
    one(r#""data":⟦"=GVs"⟧"#, "not standard base64");
    several(r#""data":⟦"aGVsbG8="⟧"#, "`data` must be an array, not a string");
    several(r#""data":["aGVsbG8=",⟦5⟧]"#, "`data` must be a string, not a number");
    several(r#""len":[1,⟦"a"⟧]"#, "`len` must be a number, not a string");
    several(r#""len":[1,2],"code":⟦[1]⟧"#, "`code` has 1 entries, `len` has 2");
    several(r#""len":[67108864,⟦1⟧],"code":[0,0]"#, "more than 67108864 bytes of `code`");
    several(r#""data":["",""],"len":⟦[0,0]⟧"#, "both `data` and `len`");
    let many = format!(r#""len":[{}⟦0⟧]"#, "0,".repeat(65536));
    several(&many, "more than 65536 buffers");
}

#[test]
fn the_operations() {
    after_write(r#"{"event":"call","t":0,"end":"client","op":⟦1⟧,"call":"close"}"#, "op 1 of the client is still pending");
    after_write(r#"{"event":"return","t":0,"end":"server","op":⟦1⟧,"result":"ok"}"#, "op 1 of the server was never called");
    after_write(
        r#"{"event":"return","t":0,"flow":7,"end":"client","op":⟦1⟧,"result":"ok"}"#,
        "op 1 of the client on flow 7 was never called",
    );
    after_write(r#"{"event":"cancel","t":0,"end":"client","op":⟦2⟧}"#, "op 2 of the client was never called");
    let done = r#"{"event":"return","t":0,"end":"client","op":1,"result":"ok"}"#;
    let cancelled = r#"{"event":"cancel","t":0,"end":"client","op":1}"#;
    let after = |first: &str, line: &str, why: &str| refused(&[HEADER, WRITE, first, line], why);
    after(done, r#"{"event":"return","t":0,"end":"client","op":⟦1⟧,"result":"ok"}"#, "op 1 of the client returned before");
    after(done, r#"{"event":"cancel","t":0,"end":"client","op":⟦1⟧}"#, "op 1 of the client returned before");
    after(done, r#"{"event":"call","t":0,"end":"client","op":⟦1⟧,"call":"close"}"#, "op 1 of the client was used before");
    after(cancelled, r#"{"event":"return","t":0,"end":"client","op":⟦1⟧,"result":"ok"}"#, "op 1 of the client was cancelled before");
    after(cancelled, r#"{"event":"cancel","t":0,"end":"client","op":⟦1⟧}"#, "op 1 of the client was cancelled before");
    after(cancelled, r#"{"event":"call","t":0,"end":"client","op":⟦1⟧,"call":"close"}"#, "op 1 of the client was used before");
}

#[test]
fn results_that_fit_no_call() {
    let calls = [
        (r#""read""#, "ok closed done", "data eof error panic"),
        (r#""write","len":1"#, "data done", "ok closed eof error panic"),
        (r#""writev","len":[1]"#, "data done", "ok closed eof error panic"),
        (r#""write_nodelay","len":1"#, "data done", "ok closed eof error panic"),
        (r#""writev_nodelay","len":[]"#, "data done", "ok closed eof error panic"),
        (r#""flush""#, "data eof closed done", "ok error panic"),
        (r#""shutdown","mode":"read_write""#, "ok data eof closed", "done error panic"),
        (r#""close""#, "ok data eof closed", "done error panic"),
        (r#""connect""#, "data eof closed done", "ok error panic"),
        (r#""accept","port":1"#, "data eof closed done", "ok error panic"),
        (r#""listen","port":1"#, "data eof closed done", "ok error panic"),
        (r#""unlisten","port":1"#, "data eof closed done", "ok error panic"),
        (r#""disconnect""#, "ok data eof closed", "done error panic"),
        (r#""destination""#, "data eof closed done", "ok error panic"),
    ];
    for (call, bad, good) in calls {
        let called = format!(r#"{{"event":"call","t":0,"end":"client","op":1,"call":{call}}}"#);
        let returned = |result| format!(r#"{{"event":"return","t":0,"end":"client","op":1,"error":"x","len":1,"result":⟦"{result}"⟧}}"#);
        for result in bad.split(' ') {
            refused(&[HEADER, &called, &returned(result)], &format!("`{result}` is no result of `"));
        }
        for result in good.split(' ') {
            let (read, _) = read(&[HEADER, &called, &returned(result)]);
            assert!(read.is_ok(), "{call} -> {result}: {read:?}");
        }
    }
    let accepted = |count| format!(r#"{{"event":"return","t":0,"end":"client","op":1,"result":"ok","accepted":⟦{count}⟧}}"#);
    after_write(&accepted(6), "6 bytes accepted of a write of 5");
    assert!(read(&[HEADER, WRITE, &accepted(5)]).0.is_ok());
}

#[test]
fn time_that_goes_back() {
    let per_end = r#"{"flowsim_trace":1,"clock":"per-end"}"#;
    let close = |t: &str, place: &str| format!(r#"{{"event":"call","t":{t},{place},"op":1,"call":"close"}}"#);
    let first = close("9", r#""end":"client""#);
    let other_end = close("⟦8⟧", r#""end":"server""#);
    let other_flow = close("⟦8⟧", r#""flow":1,"end":"client""#);
    let reset = r#"{"event":"env","t":⟦8⟧,"what":"reset","end":"client"}"#;
    let state = r#"{"event":"state","t":⟦8⟧,"end":"client","from":"a","to":"b"}"#;
    let quiet = r#"{"event":"env","t":⟦8⟧,"what":"quiet"}"#;
    let segment = r#"{"event":"segment","t":⟦8⟧,"from":"client","what":"sent","seq":0,"ack":0,"flags":"S","win":0,"len":0}"#;
    let lines = [other_end.as_str(), &other_flow, reset, state, quiet, segment];
    for line in lines {
        refused(&[HEADER, &first, line], "`t` goes back from 9 to 8");
        assert!(read(&[HEADER, &first, &line.replace('8', "9")]).0.is_ok());
    }
    for line in [reset, state] {
        refused(&[per_end, &first, line], "`t` goes back from 9 to 8");
    }
    for line in [other_end.as_str(), &other_flow, quiet, segment] {
        assert!(read(&[per_end, &first, line]).0.is_ok(), "{line}");
    }
}
