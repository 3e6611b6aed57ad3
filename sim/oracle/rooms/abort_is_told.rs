//! Judges `abort-is-told`.

use super::scope::{ALL, CANCEL_SAFE};
use crate::contract::End;
use crate::contract::ReadAfterEof;
use crate::oracle::fact::fact;
use crate::oracle::state::Flow;
use crate::oracle::state::Pending;
use crate::oracle::waiting::Stuck;
use crate::oracle::waiting::{Due, Waiting};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "An abort is told at once: all pending calls of that end return, and none succeeds any more, except reads of what was \
                    kept. Where the contract says so, a writer also learns in time that the peer is gone for good.",
    source: "RFC 9293 §3.10.7.4 and §3.10.8 (all outstanding calls are answered); metrics-mirage Tcp.S, create_connection; measured: a \
                 stack that gives up and wakes nobody",
    premise: "an end is aborted with calls pending, or a call is made after it; a write comes a second after a write to a closed peer",
    parameters: &["closed_peer_writes", "data_before_abort"],
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::AbortIsTold, Section::Liveness, Level::Network)
};

/// After an abort everything ends; only a read that an earlier EOF released may stay.
pub(in crate::oracle) fn stuck(call: &Waiting<'_>) -> Option<Due> {
    let me = call.me();
    let abort = me.life.aborted().filter(|_| call.asked().is_of_flow())?;
    let released = me.contract.read_after_eof == ReadAfterEof::MayBlock && call.is_read();
    if released && me.reading.eof().is_some_and(|eof| eof.seq > abort.at.seq) {
        return None;
    }
    Some(Due::new(&[abort.at], fact!("this end had been aborted at {t}", t = abort.at.t)))
}

/// The calls of an end that were pending at its abort, and were not ended in the same instant.
pub(in crate::oracle) fn late(flow: &Flow, end: End) -> Vec<(Pending, Stuck)> {
    let Some(abort) = flow.ends[end].life.aborted() else { return Vec::new() };
    let is_late = |pending: &&Pending| pending.called.seq < abort.at.seq && !pending.overdue && pending.asked.is_of_flow();
    let stuck = |pending: &Pending| {
        let mut stuck = Stuck::default();
        stuck.hear(Rule::AbortIsTold, Some(Due::new(&[abort.at], fact!("it was not ended in the instant of the abort"))));
        (*pending, stuck)
    };
    flow.ends[end].pending.heard().filter(is_late).map(stuck).collect()
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            client call 1 read
            env reset client by fault
            quiet"#,
        good: r#"
            client call 1 read
            env reset client by fault
            client return 1 error reset
            client shutdown read_write -> done
            quiet"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            env reset client by fault
            client write "a" -> ok"#,
        good: r#"
            env reset client by fault
            client write "a" -> error reset"#,
    },
    Example {
        contracts: CANCEL_SAFE,
        bad: r#"
            server close -> done
            1s client write "a" -> ok
            2s client write "b" -> ok"#,
        good: r#"
            server close -> done
            1s client write "a" -> ok
            2s client write "b" -> closed"#,
    },
    Example {
        contracts: CANCEL_SAFE,
        bad: r#"
            server close -> done
            1s client write "a" -> ok
            1999ms client write "b" -> ok
            3s client write "c" -> ok"#,
        good: r#"
            server close -> done
            1s client write "a" -> ok
            1999ms client write "b" -> ok
            3s client write "c" -> closed"#,
    },
    Example {
        contracts: CANCEL_SAFE,
        bad: r#"
            records network segments
            server close -> done
            1s client write "a" -> ok
            1500ms client segment passes PA seq 100 ack 500 win 9 len 1
            2500ms client write "b" -> ok"#,
        good: r#"
            records network segments
            server close -> done
            1s client write "a" -> ok
            1500ms client segment passes PA seq 100 ack 500 win 9 len 1
            2499ms client write "b" -> ok
            2500ms server segment sent R seq 500
            server segment dropped R seq 500
            4s client write "c" -> ok
            env reset client by fault
            client write "d" -> error reset"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "a crashed end owes nothing, its calls are void",
        contracts: ALL,
        history: r#"
            client call 1 read
            env crash client by fault
            quiet"#,
    },
    Excuse {
        why: "what was kept is read before the error",
        contracts: ALL,
        history: r#"
            client write "a" -> ok
            env reset server by fault
            server read -> "a"
            server read -> error reset"#,
    },
    Excuse {
        why: "two writes within a second may both come too early to know",
        contracts: &["strict", "posix", "async-io", "pipe"],
        history: r#"
            server close -> done
            1s client write "a" -> ok
            1999ms client write "b" -> ok"#,
    },
];
