//! Whatever is well formed survives being written and read; whatever else comes is refused with its place, and never with a panic.

use flowsim::trace::{Digest, Event, Reader, Sink, Trace, Writer};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::strategies::trace;

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

fn written(trace: &Trace) -> Vec<u8> {
    let mut bytes = Vec::new();
    trace.write(&mut bytes).expect("memory takes all");
    bytes
}

/// Pieces of which lines that are nearly events are made.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\n",
    "\r",
    "\0",
    "-",
    "1",
    "18446744073709551616",
    "1.5",
    "null",
    "true",
    "\u{FEFF}",
    "ä",
    "\"event\":\"call\",",
    "\"event\":\"return\",",
    "\"event\":\"env\",",
    "\"event\":\"segment\",",
    "\"event\":\"x-\"",
    "\"t\":0,",
    "\"t\":1,",
    "\"flow\":1,",
    "\"end\":\"client\",",
    "\"end\":\"server\",",
    "\"op\":1,",
    "\"op\":2,",
    "\"call\":\"write\",",
    "\"call\":\"read\"",
    "\"call\":\"writev\",",
    "\"data\":\"aGk=\"",
    "\"data\":[\"aGk=\"]",
    "\"len\":5",
    "\"len\":[5]",
    "\"code\":5",
    "\"code\":[5]",
    "\"result\":\"ok\"",
    "\"result\":\"data\",",
    "\"result\":\"eof\"",
    "\"what\":\"reset\"",
    "\"what\":\"sent\",",
    "{\"flowsim_trace\":1}\n",
];

/// Reads bytes to their end. What is refused is refused at a place that exists.
fn survives(bytes: &[u8]) -> Result<(), TestCaseError> {
    let Err(error) = Trace::read_named("f", bytes) else { return Ok(()) };
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    let line = lines.get(error.line as usize - 1).copied();
    // An empty file is refused after its last line.
    let line = line.or((error.line as usize == lines.len() + 1).then_some(&[]));
    prop_assert!(line.is_some_and(|line| (1..=line.len() as u64 + 1).contains(&error.column)), "{error}");
    let place = format!("f:{}:{}", error.line, error.column);
    prop_assert!(error.to_string().starts_with(&place) && error.render(false).contains(&place));
    prop_assert!(error.to_string().lines().count() == 1, "{error}");
    Ok(())
}

/// One change of some bytes.
#[derive(Clone, Debug)]
enum Edit {
    Replace(u8),
    Insert(&'static str),
    Remove(usize),
    Repeat(usize),
    Truncate,
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        any::<u8>().prop_map(Edit::Replace),
        select(PIECES).prop_map(Edit::Insert),
        (1..30_usize).prop_map(Edit::Remove),
        (1..90_usize).prop_map(Edit::Repeat),
        Just(Edit::Truncate),
    ]
}

fn apply(bytes: &mut Vec<u8>, at: Index, edit: &Edit) {
    if bytes.is_empty() {
        return;
    }
    let at = at.index(bytes.len());
    let until = |len: usize| bytes.len().min(at + len);
    match *edit {
        Edit::Replace(byte) => bytes[at] = byte,
        Edit::Insert(piece) => drop(bytes.splice(at..at, piece.bytes())),
        Edit::Remove(len) => drop(bytes.drain(at..until(len))),
        Edit::Repeat(len) => {
            let again = bytes[at..until(len)].to_vec();
            drop(bytes.splice(at..at, again));
        }
        Edit::Truncate => bytes.truncate(at),
    }
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn what_was_written_is_read_again(trace in trace()) {
        let bytes = written(&trace);
        let again = Trace::read(&bytes[..]).map_err(|error| TestCaseError::fail(error.render(false)))?;
        prop_assert_eq!(&written(&again), &bytes);
        prop_assert_eq!(&again, &trace);
        prop_assert_eq!(trace.digest(), Digest::of(&bytes));
    }

    #[test]
    fn all_ways_to_write_are_the_same(trace in trace()) {
        let bytes = written(&trace);
        let mut piecewise = Vec::new();
        let mut writer = Writer::new(&mut piecewise, &trace.header)?;
        let mut events: Vec<Event> = Vec::new();
        for event in &trace.events {
            (&mut writer, &mut events).record(event);
            writer.flush()?;
        }
        prop_assert_eq!(writer.digest(), trace.digest());
        prop_assert_eq!(writer.finish()?, trace.digest());
        prop_assert_eq!(&piecewise, &bytes);
        prop_assert_eq!(events, trace.events);
    }

    #[test]
    fn lines_are_numbered_as_an_editor_does(trace in trace()) {
        let bytes = written(&trace);
        let lines: Vec<u64> = Reader::new("f", &bytes[..]).expect("a header").map(|item| item.expect("well formed").0).collect();
        prop_assert_eq!(lines, (2..).take(trace.events.len()).collect::<Vec<u64>>());
    }

    #[test]
    fn a_trace_is_cut_anywhere_after_its_header(trace in trace(), at in any::<Index>()) {
        let bytes = written(&trace);
        let first = bytes.iter().position(|byte| *byte == b'\n').expect("a header") + 1;
        let end = first + at.index(bytes.len() - first + 1);
        let cut = Trace::read(&bytes[..end]).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let whole = bytes[..end].iter().filter(|byte| **byte == b'\n').count() - 1;
        let ends_early = bytes[end - 1] != b'\n' && bytes.get(end) != Some(&b'\n');
        prop_assert_eq!(cut.cut, ends_early);
        prop_assert_eq!(cut.events.len(), whole + usize::from(!ends_early && bytes[end - 1] != b'\n'));
    }
}

proptest! {
    #![proptest_config(config(1500))]

    #[test]
    fn changed_bytes_never_panic(trace in trace(), edits in prop::collection::vec((any::<Index>(), edit()), 1..4)) {
        let mut bytes = written(&trace);
        edits.iter().for_each(|(at, edit)| apply(&mut bytes, *at, edit));
        survives(&bytes)?;
    }

    #[test]
    fn lines_of_pieces_never_panic(pieces in prop::collection::vec(select(PIECES), 0..24)) {
        survives(pieces.concat().as_bytes())?;
        survives(format!("{{\"flowsim_trace\":1}}\n{{{}}}\n", pieces.concat()).as_bytes())?;
    }

    #[test]
    fn any_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), header in any::<bool>()) {
        let start: &[u8] = if header { b"{\"flowsim_trace\":1}\n" } else { b"" };
        survives(&[start, &bytes].concat())?;
    }
}
