//! Judges `delivery`: does a reader get all that its peer was told to be accepted?

use super::scope::ALL;
use crate::contract::AcceptedMeans;
use crate::oracle::events::ReadData;
use crate::oracle::fact::{Value, fact};
use crate::oracle::rooms::no_stuck_call;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::waiting::{Due, Waiting};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "If the peer keeps reading and neither end is aborted, every byte of a write that returned ok is read.",
    source: "gluten-mirage Mirage_flow.S, flow (a reliable stream) and write; RFC 9293 §2.2",
    premise: "bytes of a write that returned ok are unread while a read of the peer is pending, or are read by it",
    parameters: &["accepted_means", "close_sends_pending", "patience"],
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::Delivery, Section::Liveness, Level::BothEnds)
};

/// Something was delivered.
#[inline]
pub(in crate::oracle) fn read_data(_: &Scene<'_>, _: &ReadData<'_>) -> Ruling {
    Ruling::Kept
}

/// Bytes that the peer's writes had accepted have not come, and a read that waits for them is pending.
pub(in crate::oracle) fn stuck(call: &Waiting<'_>) -> Option<Due> {
    let owed = if waits_for_peer(call) { missing(call) } else { 0 };
    // Where another read is thought to hold the bytes, their write is done with.
    let unread = call.flow.streams[call.end.peer()].next_unread();
    let said = || fact!("{owed} that the peer's writes had accepted have not come", owed = Value::bytes(owed));
    (owed > 0).then(|| Due::new(unread.as_slice(), said()))
}

/// A read that only the peer can end: reading goes on here, and nothing stands between the ends.
pub(in crate::oracle) fn waits_for_peer(call: &Waiting<'_>) -> bool {
    let ended = no_stuck_call::is_released(call) || no_stuck_call::stuck(call).is_some();
    call.is_read() && !ended && !call.flow.is_cut() && !call.peer().life.is_gone() && !call.has_lost_ground()
}

/// How many accepted bytes have not been read.
pub(in crate::oracle) fn missing(call: &Waiting<'_>) -> u64 {
    let flushed = call.peer().contract.accepted_means == AcceptedMeans::Flushed;
    call.flow.streams[call.end.peer()].owed(flushed, 0)
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: &["v1", "classic", "modern", "strict", "mirage-tcpip", "posix", "pipe", "relay"],
        bad: r#"
            server call 1 read
            client write "ab" -> ok
            quiet"#,
        good: r#"
            server call 1 read
            client write "ab" -> ok
            server return 1 "ab"
            quiet"#,
    },
    Example {
        contracts: &["async-io"],
        bad: r#"
            server call 1 read
            client write "ab" -> ok
            client flush -> ok
            quiet"#,
        good: r#"
            server call 1 read
            client write "ab" -> ok
            client flush -> ok
            server return 1 "ab"
            quiet"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "a partition still stands between the ends",
        contracts: ALL,
        history: r#"
            server call 1 read
            env partition
            client write "ab" -> ok
            client flush -> ok
            quiet"#,
    },
    Excuse {
        why: "the sender was aborted",
        contracts: ALL,
        history: r#"
            server call 1 read
            client write "ab" -> ok
            env timeout client by fault
            quiet"#,
    },
    Excuse {
        why: "nobody reads",
        contracts: ALL,
        history: r#"
            client write "ab" -> ok
            client flush -> ok
            quiet"#,
    },
    Excuse {
        why: "nothing says that this was all",
        contracts: ALL,
        history: r#"
            client write "ab" -> ok
            client flush -> ok
            server read -> "a""#,
    },
];
