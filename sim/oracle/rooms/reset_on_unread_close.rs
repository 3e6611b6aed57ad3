//! Judges `reset-on-unread-close`: is the peer told by a reset of bytes that are not read?

use super::scope::{FULL, RESETS_UNREAD, closes_fully};
use crate::contract::{CloseSendsPending, Contract, End};
use crate::oracle::Stamp;
use crate::oracle::events::SentSegment;
use crate::oracle::fact::{Value, fact};
use crate::oracle::ledger::{Ledger, ViolationSite};
use crate::oracle::ruling::{Findings, Ruling};
use crate::oracle::scene::Scene;
use crate::oracle::state::{Aborted, Flow};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};
use crate::trace::Abort;

pub(super) const ABOUT: About = About {
    statement: "Closing for good with bytes unread, or getting bytes after that, resets the connection: the peer learns that they were \
                    not read.",
    source: "RFC 9293 §3.6.1 (MAY-1, SHLD-3); measured on Linux",
    premise: "a full close meets unread or arriving bytes",
    parameters: &["close_is", "close_sends_pending"],
    breakable: closes_fully,
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::ResetOnUnreadClose, Section::Wire, Level::Segments)
};

/// A full close, and how many bytes had arrived that are not read and never will be.
struct Left {
    close: Stamp,
    bytes: u64,
}

/// What this end's close leaves unread for certain, of the bytes that have arrived.
fn left_unread(flow: &Flow, end: End, arrived: Option<u64>) -> Option<Left> {
    let me = &flow.ends[end];
    let close = me.halves.close().called.filter(|_| me.halves.closes_fully())?;
    // Such a read may have taken bytes that no return shows; an end that had shut reading down had given them up before.
    let unclear =
        me.pending.reads() > 0 || me.reading.is_lossy() || me.halves.shut_read().called.is_some() || me.halves.maybe_read().is_some();
    let gone = me.life.is_maybe_dead() || me.life.stack_left().is_some() || me.life.aborted().is_some_and(|abort| !is_own(abort, close));
    let ended = gone || me.is_void() || me.is_opening() || flow.is_unopened() || flow.is_untaken(end);
    let unread = arrived?.saturating_sub(flow.streams[end.peer()].bytes_read);
    let bytes = if minds_what_comes(&me.contract) { unread } else { unread.min(me.reading.left()) };
    (bytes > 0 && !unclear && !ended).then_some(Left { close, bytes })
}

/// Bytes that come after the close draw a reset too.
fn minds_what_comes(contract: &Contract) -> bool {
    contract.close_sends_pending == CloseSendsPending::UnlessUnread
}

/// The stack itself reset the connection, after this close was called: that may be the reset that the peer is owed.
fn is_own(abort: Aborted, close: Stamp) -> bool {
    abort.by_stack && abort.kind == Abort::Reset && abort.at.seq > close.seq
}

/// A FIN says that all was well, where bytes that it acknowledges were thrown away.
#[inline]
pub(in crate::oracle) fn sent(scene: &Scene<'_>, sent: &SentSegment<'_>) -> Ruling {
    if !sent.segment.flags.fin() || sent.own.has_reset() {
        return Ruling::Moot;
    }
    let arrived = scene.flow.tracks().arrived_before(scene.end.peer(), sent.segment.ack);
    let Some(Left { close, bytes }) = left_unread(scene.flow, scene.end, arrived) else { return Ruling::Moot };
    // A FIN that the caller asked for before may have been on its way, and a close that delivers all resets after that.
    if scene.me().contract.close_sends_pending == CloseSendsPending::Yes
        || scene.me().halves.shut_write().called.is_some()
        || sent.own.has_finished_before(close)
    {
        return Ruling::Kept;
    }
    let fact = fact!(
        "the {end} sent a FIN and no reset, although {bytes} were unread when it closed",
        end = scene.end,
        bytes = Value::bytes(bytes)
    );
    Ruling::broken(&[close], fact)
}

/// The peer is told by the first reset.
pub(in crate::oracle) fn sent_reset(scene: &Scene<'_>, sent: &SentSegment<'_>) -> Ruling {
    let tells = || left_unread(scene.flow, scene.end, scene.flow.tracks().arrived_of(scene.end.peer())).is_some();
    Ruling::kept_if(!sent.own.has_reset() && tells())
}

/// At quiet: an end that closed with bytes unread, or got some after that, and has never told its peer.
pub(in crate::oracle) fn at_quiet(flow: &Flow, book: &mut Ledger, end: End, at: Stamp) {
    let (tracks, peer) = (flow.tracks(), end.peer());
    if tracks.end(end).has_reset() {
        return;
    }
    let Some(Left { close, bytes }) = left_unread(flow, end, tracks.arrived_of(peer)) else { return };
    // What was sent since then is another connection's.
    if tracks.end(end).has_begun_after(close) {
        return;
    }
    // Both directions were over when it closed: nothing is left to be reset (RFC 9293 §3.10.5, TIME-WAIT).
    if tracks.end(end).has_finished_before(close) && tracks.fin_arrived(peer) {
        return;
    }
    let fact = fact!(
        "the {end} never sent a reset, although {bytes} that had arrived were unread when it closed, or came after that",
        end,
        bytes = Value::bytes(bytes)
    );
    let mut found = Findings::default();
    found.hear(Rule::ResetOnUnreadClose, Ruling::broken(&[close], fact));
    book.enter(ViolationSite { at: close.seen_at(at), flow: flow.id, end, op: None }, found);
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: &["modern", "strict", "posix", "async-io", "relay"],
        bad: r#"
            records network segments
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 9000
            client write "ab" -> ok
            client segment passes A seq 101 ack 301 win 9000 len 2
            server close -> done
            server segment sent FA seq 301 ack 103"#,
        good: r#"
            records network segments
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 9000
            client write "ab" -> ok
            client segment passes A seq 101 ack 301 win 9000 len 2
            server close -> done
            server segment sent RA seq 301 ack 103"#,
    },
    Example {
        contracts: FULL,
        bad: r#"
            records network segments
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 9000
            client write "ab" -> ok
            client segment passes A seq 101 ack 301 win 9000 len 2
            server close -> done
            server segment passes A seq 301 ack 103 win 9000
            quiet"#,
        good: r#"
            records network segments
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 9000
            client write "ab" -> ok
            client segment passes A seq 101 ack 301 win 9000 len 2
            server close -> done
            server segment passes RA seq 301 ack 103
            quiet"#,
    },
    Example {
        contracts: RESETS_UNREAD,
        bad: r#"
            records network segments
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 9000
            server close -> done
            server segment passes FA seq 301 ack 101 win 9000
            client write "ab" -> ok
            client segment passes A seq 101 ack 302 win 9000 len 2
            server segment passes A seq 302 ack 103 win 9000
            quiet"#,
        good: r#"
            records network segments
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 9000
            server close -> done
            server segment passes FA seq 301 ack 101 win 9000
            client write "ab" -> ok
            client segment passes A seq 101 ack 302 win 9000 len 2
            server segment passes R seq 302
            quiet"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "what comes after the close may be thrown away without a word",
        contracts: &["modern", "strict", "pipe", "relay"],
        history: r#"
            records network segments
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 9000
            server close -> done
            server segment passes FA seq 301 ack 101 win 9000
            client write "ab" -> ok
            client segment passes A seq 101 ack 302 win 9000 len 2
            server segment passes A seq 302 ack 103 win 9000"#,
    },
    Excuse {
        why: "what had arrived was read before the close",
        contracts: RESETS_UNREAD,
        history: r#"
            records network segments
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 9000
            client write "ab" -> ok
            client segment passes A seq 101 ack 301 win 9000 len 2
            server read -> "ab"
            server close -> done
            server segment sent FA seq 301 ack 103"#,
    },
    Excuse {
        why: "the FIN does not acknowledge what the close may not have seen yet",
        contracts: RESETS_UNREAD,
        history: r#"
            records network segments
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 9000
            client write "ab" -> ok
            client segment delivered A seq 101 ack 301 win 9000 len 2
            server close -> done
            server segment sent FA seq 301 ack 101"#,
    },
    Excuse {
        why: "the connection was over in both directions when it was closed",
        contracts: RESETS_UNREAD,
        history: r#"
            records network segments
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 9000
            client write "ab" -> ok
            client segment passes A seq 101 ack 301 win 9000 len 2
            server shutdown write -> done
            server segment passes FA seq 301 ack 103
            client close -> done
            client segment passes FA seq 103 ack 302
            server segment passes A seq 302 ack 104
            server close -> done
            quiet"#,
    },
    Excuse {
        why: "shutting reading down had given the bytes up before",
        contracts: &["posix"],
        history: r#"
            records network segments
            client segment passes S seq 100 win 9000
            server segment passes SA seq 300 ack 101 win 9000
            client write "ab" -> ok
            client segment passes A seq 101 ack 301 win 9000 len 2
            server shutdown read -> done
            server close -> done
            server segment sent FA seq 301 ack 103"#,
    },
];
