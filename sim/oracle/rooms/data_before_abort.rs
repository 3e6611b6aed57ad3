//! Judges `data-before-abort`: is what had arrived before an abort read, or never read, as the contract says?

use super::scope::{ALL, keeps_or_drops};
use crate::contract::DataBeforeAbort;
use crate::oracle::events::{Ending, FailedRead, ReadData, ReadEof, ReadReturn};
use crate::oracle::fact::{Value, fact};
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "What had arrived at this end before it was aborted is read before the error or EOF, or never after it, as the \
                    contract says.",
    source: "measured: Linux keeps what is queued, BSD throws it away; RFC 9293 §3.10.7.4 throws it away",
    premise: "an end is aborted with arrived bytes unread, and its arrivals are recorded (a pipe needs no record)",
    parameters: &["data_before_abort"],
    breakable: keeps_or_drops,
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::DataBeforeAbort, Section::Safety, Level::Segments)
};

/// `data_before_abort=drop`: what had arrived before the abort is never read after it.
pub(in crate::oracle) fn read_data(scene: &Scene<'_>, read: &ReadData<'_>) -> Ruling {
    let me = scene.me();
    match me.life.arrived().filter(|(at, _)| at.seq < read.called()) {
        None => Ruling::Moot,
        Some((aborted, _)) if me.contract.data_before_abort == DataBeforeAbort::Drop => {
            let said =
                fact!("the {end}'s read returned bytes that the abort at {t} should have thrown away", end = scene.end, t = aborted.t);
            Ruling::broken(&[aborted], said)
        }
        Some(_) => Ruling::Kept,
    }
}

pub(in crate::oracle) fn failed_read(scene: &Scene<'_>, _: &FailedRead<'_>) -> Ruling {
    kept_data_comes_first(scene)
}

pub(in crate::oracle) fn read_eof(scene: &Scene<'_>, read: &ReadEof<'_>) -> Ruling {
    match read.ending {
        Ending::Aborted(_) => kept_data_comes_first(scene),
        Ending::Own | Ending::Truncated | Ending::Unclear | Ending::Clean => Ruling::Moot,
    }
}

/// `data_before_abort=keep`: what had arrived before the abort is read before the error or EOF.
fn kept_data_comes_first(scene: &Scene<'_>) -> Ruling {
    let me = scene.me();
    let Some((aborted, arrived)) = me.life.arrived().filter(|_| reads_all(scene)) else { return Ruling::Moot };
    let read = scene.flow.streams[scene.end.peer()].bytes_read;
    if read >= arrived || me.contract.data_before_abort != DataBeforeAbort::Keep {
        return Ruling::Kept;
    }
    let lost = Value::bytes(arrived - read);
    let said = fact!(
        "the {end}'s read ended the stream with {lost} unread that had arrived before the abort at {t}",
        end = scene.end,
        lost,
        t = aborted.t
    );
    Ruling::broken(&[aborted], said)
}

/// Reading goes on at this end, and no other read, pending or given up, may have taken the bytes.
fn reads_all(scene: &Scene<'_>) -> bool {
    let me = scene.me();
    let ended = me.halves.full_close_called().is_some() || me.halves.shut_read().called.is_some() || me.halves.maybe_read().is_some();
    !ended && me.pending.reads() == 0 && !me.reading.is_lossy()
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: &["pipe"],
        bad: r#"
            client write "ab" -> ok
            env reset server by fault
            server read -> error reset"#,
        good: r#"
            client write "ab" -> ok
            env reset server by fault
            server read -> "ab"
            server read -> error reset"#,
    },
    Example {
        contracts: &["mirage-tcpip", "posix", "relay"],
        bad: r#"
            records network segments
            client write "ab" -> ok
            client segment passes PA seq 100 ack 500 win 9 len 2
            server segment sent A seq 500 ack 102 win 9
            env reset server by fault
            server read -> error reset"#,
        good: r#"
            records network segments
            client write "ab" -> ok
            client segment passes PA seq 100 ack 500 win 9 len 2
            server segment sent A seq 500 ack 102 win 9
            env reset server by fault
            server read -> "ab"
            server read -> error reset"#,
    },
    Example {
        contracts: &["classic,data_before_abort=drop", "modern,data_before_abort=drop"],
        bad: r#"
            records network segments
            client write "ab" -> ok
            client segment passes PA seq 100 ack 500 win 9 len 2
            env reset server by fault
            server read -> "ab""#,
        good: r#"
            records network segments
            client write "ab" -> ok
            client segment passes PA seq 100 ack 500 win 9 len 2
            env reset server by fault
            server read -> error reset"#,
    },
    Example {
        contracts: &["pipe,data_before_abort=drop"],
        bad: r#"
            client write "ab" -> ok
            env reset server by fault
            server read -> "ab""#,
        good: r#"
            client write "ab" -> ok
            env reset server by fault
            server read -> error reset"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "each end has its own clock, and in the order of the lines the write came after the abort",
        contracts: ALL,
        history: r#"
            clock per-end
            server write "y" -> ok
            client read -> "y"
            env reset client by fault
            client read -> error reset
            server write "x" -> ok"#,
    },
    Excuse {
        why: "what lies beyond a hole has not arrived in order, and may be thrown away",
        contracts: &["mirage-tcpip", "posix", "relay"],
        history: r#"
            records network segments
            client write "abc" -> ok
            client segment passes PA seq 100 ack 500 win 9 len 1
            client segment passes PA seq 102 ack 500 win 9 len 1
            env reset server by fault
            server read -> "a"
            server read -> error reset"#,
    },
    Excuse {
        why: "without a record of segments nobody knows what had arrived",
        contracts: &["mirage-tcpip", "posix", "relay"],
        history: r#"
            client write "ab" -> ok
            env reset server by fault
            server read -> error reset"#,
    },
    Excuse {
        why: "another read has the bytes, and returns later",
        contracts: &["mirage-tcpip", "posix", "relay"],
        history: r#"
            records network segments
            server call 1 read
            server call 2 read
            client write "a" -> ok
            client segment passes PA seq 100 ack 500 win 9 len 1
            env reset server by fault
            server return 2 error reset
            server return 1 "a""#,
    },
];
