use std::time::Duration;

use proptest::prelude::*;

use super::*;

#[test]
fn every_form_is_read_and_printed_in_its_canonical_spelling() {
    let cases = [
        ("read", "read"),
        ("read 4096", "read 4KiB"),
        ("read 5 once", "read 5 once"),
        ("read to eof", "read to eof"),
        ("write 0", "write 0"),
        ("write 1MB by 64KiB", "write 1000000 by 64KiB"),
        ("writev", "writev"),
        ("writev 1 0 3", "writev 1 0 3"),
        ("write nodelay 10", "write nodelay 10"),
        ("writev nodelay 1 2", "writev nodelay 1 2"),
        ("flush", "flush"),
        ("shutdown write", "shutdown write"),
        ("shutdown read", "shutdown read"),
        ("shutdown both", "shutdown both"),
        ("close", "close"),
        ("connect", "connect"),
        ("connect 80", "connect 80"),
        ("accept", "accept"),
        ("listen 80", "listen 80"),
        ("unlisten 65535", "unlisten 65535"),
        ("disconnect", "disconnect"),
        ("sleep 1.5s", "sleep 1500ms"),
        ("at 20ms", "at 20ms"),
        ("signal full", "signal full"),
        ("wait half-way_2.x", "wait half-way_2.x"),
        ("  read\t5   once  ", "read 5 once"),
        ("read|cancel after 5ms", "read | cancel after 5ms"),
        ("read | cancel after 0s -> cancelled", "read | cancel after 0s -> cancelled"),
        ("write 1->closed", "write 1 -> closed"),
        ("read to eof -> 64KiB", "read to eof -> 64KiB"),
        ("close -> blocks", "close -> blocks"),
        ("write 1 -> timed_out", "write 1 -> timed_out"),
        ("close -> error", "close -> error"),
    ];
    for (text, canonical) in cases {
        let step = step(text).unwrap_or_else(|mistake| panic!("{text}: {mistake:?}"));
        assert_eq!(step.to_string(), canonical);
    }
}

/// The marked bytes, the message and the help of a wrong step.
fn mistake(text: &str) -> (&str, String, String) {
    let mistake = step(text).expect_err(text);
    (&text[mistake.span], mistake.message, mistake.help)
}

#[test]
fn mistakes_mark_what_is_wrong() {
    let cases = [
        ("", "", "the step is empty", "one of: read, write"),
        ("   ", "   ", "the step is empty", "one of: read, write"),
        ("-> eof", "->", "the step is empty", "one of: read, write"),
        ("raed 5", "raed", "unknown step `raed`", "did you mean `read`?"),
        ("read 5 onec", "onec", "unexpected `onec`", "`read`, `read N`, `read N once` or `read to eof`"),
        ("read 4kb", "4kb", "`kb` is no unit of size", "one of: B, KiB"),
        ("read till eof -> 5", "till", "unexpected `till`", "did you mean `read to eof`?"),
        ("read eof", "eof", "unexpected `eof`", "did you mean `read to eof`?"),
        ("read twice", "twice", "unexpected `twice`", "`read`, `read N`"),
        ("read 0", "0", "a read asks for at least one byte", "`read`"),
        ("read to end", "end", "unexpected `end`", "`read to eof`"),
        ("read to", "", "`eof` is missing", "`read to eof`"),
        ("write", "", "the number of bytes is missing", "`write N`"),
        ("write -> ok", "->", "the number of bytes is missing", "`write N`"),
        ("write -5", "-5", "`-5` is no size", "a number of bytes"),
        ("write 65MiB", "65MiB", "too large for one call", "at most 64MiB"),
        ("write 4 by 0", "0", "writes of no bytes never end", "`write 4KiB by 1KiB`"),
        ("write 1GiB by 1", "1GiB by 1", "these are 1073741824 calls", "at most 1048576 calls a step"),
        ("writev 40MiB 40MiB", " 40MiB 40MiB", "too large for one call", "at most 64MiB"),
        ("shutdown", "", "the half is missing", "`shutdown write`"),
        ("shutdown wriet", "wriet", "unknown half `wriet`", "did you mean `write`?"),
        ("connect 0", "0", "`0` is no port", "a number from 1 to 65535"),
        ("listen 4294967296", "4294967296", "`4294967296` is no port", "a number from 1 to 65535"),
        ("listen +80", "+80", "`+80` is no port", "a number from 1 to 65535"),
        ("sleep 20", "20", "`20` has no unit", "one of: ns, us, ms"),
        ("at soon", "soon", "`soon` is no span of time", "a number and its unit"),
        ("wait über", "über", "`über` is no name of a signal", "at most 64 letters"),
        ("close now", "now", "unexpected `now`", "`close`"),
        ("sleep 5ms -> ok", "->", "`sleep` has no result", "expect something of a call"),
        ("wait x | cancel after 1s", "|", "`wait` is no call that could be cancelled", "cancel a read"),
        ("read | stop", "stop", "`cancel` is missing", "`| cancel after D`"),
        ("read | cancel", "", "`after` is missing", "`| cancel after D`"),
        ("read | cancel after", "", "the time is missing", "`read`"),
        ("read | cancel after 5", "5", "`5` has no unit", "one of: ns"),
        ("read | cancel after 1s | cancel after 2s", "|", "a step is cancelled once", "ACTION | cancel after D -> RESULT"),
        ("read -> eof | cancel after 5ms", "|", "the expectation comes last", "ACTION | cancel after D -> RESULT"),
        ("read -> eof -> eof", "->", "a step has one expectation", "ACTION | cancel after D -> RESULT"),
        ("read ->", "", "the result is missing", "`read`"),
        ("read -> eoff", "eoff", "unknown result `eoff`", "did you mean `eof`?"),
        ("read -> done", "done", "`done` is no result of `read`", "one of: data, a size, eof, closed, error"),
        ("write 5 -> 5", "5", "`5` is no result of `write 5`", "one of: ok, closed, eof, error"),
        ("close -> ok", "ok", "`ok` is no result of `close`", "one of: done, error"),
        ("read -> cancelled", "cancelled", "`cancelled` is no result of `read`", "blocks"),
        ("read | cancel after 1s -> blocks", "blocks", "`blocks` is no result of `read | cancel after 1s`", "cancelled"),
    ];
    for (text, marked, message, help) in cases {
        let (found_marked, found_message, found_help) = mistake(text);
        assert_eq!((found_marked, found_message.as_str()), (marked, message), "{text}");
        assert!(found_help.contains(help), "{text}: {found_help}");
    }
}

#[test]
fn bounds_hold_from_both_sides() {
    assert!(step("write 64MiB").is_ok() && step("write 67108865").is_err());
    assert!(step("write 1048576 by 1").is_ok() && step("write 1048577 by 1").is_err());
    let buffers = |count: usize| format!("writev{}", " 1".repeat(count));
    assert!(step(&buffers(1024)).is_ok() && step(&buffers(1025)).is_err());
    let name = |length: usize| format!("signal {}", "x".repeat(length));
    assert!(step(&name(64)).is_ok() && step(&name(65)).is_err());
}

fn sizes() -> impl Strategy<Value = u64> {
    prop_oneof![0..2000_u64, Just(4096), Just(1 << 20), Just(64 << 20)]
}

fn spans() -> impl Strategy<Value = Duration> {
    prop_oneof![(0..10_000_u64).prop_map(Duration::from_millis), any::<u64>().prop_map(Duration::from_nanos)]
}

fn actions() -> impl Strategy<Value = Action> {
    let name = || "[A-Za-z0-9_.-]{1,8}".prop_filter("an arrow is none", |name| !name.contains("->")).prop_map(Into::into);
    let buffers = || proptest::collection::vec(0..5000_u64, 0..5);
    prop_oneof![
        Just(Action::Read),
        (sizes(), any::<bool>()).prop_map(|(n, once)| if once { Action::ReadOnce(n + 1) } else { Action::ReadExact(n + 1) }),
        Just(Action::ReadToEof),
        sizes().prop_map(Action::Write),
        (sizes(), 1000..5000_u64).prop_map(|(total, by)| Action::WriteBy { total, by }),
        buffers().prop_map(Action::Writev),
        sizes().prop_map(Action::WriteNodelay),
        buffers().prop_map(Action::WritevNodelay),
        Just(Action::Flush),
        prop_oneof![Just(Mode::Read), Just(Mode::Write), Just(Mode::ReadWrite)].prop_map(Action::Shutdown),
        Just(Action::Close),
        proptest::option::of(1..=u32::MAX).prop_map(Action::Connect),
        proptest::option::of(1..=u32::MAX).prop_map(Action::Accept),
        (1..=u32::MAX).prop_map(Action::Listen),
        (1..=u32::MAX).prop_map(Action::Unlisten),
        Just(Action::Disconnect),
        spans().prop_map(Action::Sleep),
        spans().prop_map(Action::At),
        name().prop_map(Action::Signal),
        name().prop_map(Action::Wait),
    ]
}

fn expectations() -> impl Strategy<Value = Expect> {
    prop_oneof![
        sizes().prop_map(Expect::Bytes),
        proptest::sample::select(vec![Expect::Ok, Expect::Data, Expect::Eof, Expect::Closed, Expect::Done]),
        proptest::sample::select(vec![Expect::Failed, Expect::Cancelled, Expect::Blocks]),
        proptest::sample::select(ERRORS.map(Expect::Error).to_vec()),
    ]
}

/// Any step that can be written.
pub(crate) fn steps() -> impl Strategy<Value = Step> {
    let parts = (actions(), proptest::option::of(spans()), proptest::option::of(expectations()));
    parts.prop_map(|(action, cancel, expect)| {
        let cancel_after = cancel.filter(|_| action.kind() != ActionKind::Timing);
        let fits = |expect: &Expect| action.kind() != ActionKind::Timing && possible(expect, &action, cancel_after.is_some());
        Step { expect: expect.filter(fits), cancel_after, ..Step::from(action) }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_parses_back(written in steps()) {
        let text = written.to_string();
        prop_assert_eq!(step(&text), Ok(written), "{}", text);
    }

    #[test]
    fn any_text_is_a_step_or_a_mistake_inside_it(text in "\\PC{0,40}") {
        if let Err(mistake) = step(&text) {
            prop_assert!(text.get(mistake.span).is_some());
        }
    }

    #[test]
    fn any_words_are_a_step_or_a_mistake_inside_them(words in proptest::collection::vec(
        proptest::sample::select(vec!["read", "write", "writev", "to", "eof", "by", "5", "1KiB", "|", "cancel", "after", "2ms", "->", "é"]), 0..9)) {
        let text = words.join(" ");
        match step(&text) {
            Ok(found) => prop_assert_eq!(step(&found.to_string()), Ok(found)),
            Err(mistake) => prop_assert!(text.get(mistake.span).is_some()),
        }
    }
}
