//! Judges `abort-is-told`: do calls end, and fail, once their end was aborted, and is a writer told that its peer has closed?

use std::time::Duration;

use super::scope::{ALL, TOLD};
use crate::contract::{CloseSendsPending, ClosedPeerWrites, End, ReadAfterEof};
use crate::oracle::Stamp;
use crate::oracle::events::ReturnedWrite;
use crate::oracle::fact::fact;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::state::{Asked, Flow, Pending};
use crate::oracle::waiting::{Due, StuckRules, Waiting};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};
use crate::time::Instant;
use crate::trace::Clock;

/// So soon a writer learns that its peer has closed for good, from the first bytes on that the peer can't take any more.
const TOLD_WITHIN: Duration = Duration::from_secs(1);

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
pub(in crate::oracle) fn late(flow: &Flow, end: End) -> Vec<(Pending, StuckRules)> {
    let Some(abort) = flow.ends[end].life.aborted() else { return Vec::new() };
    let is_late = |pending: &&Pending| pending.called.seq < abort.at.seq && !pending.overdue && pending.asked.is_of_flow();
    let stuck = |pending: &Pending| {
        let mut stuck = StuckRules::default();
        stuck.hear(Rule::AbortIsTold, Some(Due::new(&[abort.at], fact!("it was not ended in the instant of the abort"))));
        (*pending, stuck)
    };
    flow.ends[end].pending.heard().filter(is_late).map(stuck).collect()
}

/// Any call returns at an end that is known to be aborted.
#[inline]
pub(in crate::oracle) fn returned(scene: &Scene<'_>, _: &Pending) -> Ruling {
    Ruling::kept_if(scene.me().life.aborted().is_some_and(|abort| !abort.by_word))
}

/// No write succeeds that was called after own abort.
pub(in crate::oracle) fn write_ok(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> Ruling {
    let aborted = scene.me().life.aborted_at().filter(|at| at.seq < write.called());
    let Some(aborted) = aborted else { return Ruling::Moot };
    let op = write.pending.op;
    let said = fact!("the {end}'s write #{op} returned ok, but it was called after the {end} had been aborted", end = scene.end, op);
    Ruling::broken(&[aborted], said)
}

/// A write returns that comes long enough after an earlier one to a closed peer.
pub(in crate::oracle) fn returned_write(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> Ruling {
    Ruling::kept_if(told_before(scene, write).is_some())
}

/// A writer learns of the peer's full close within a second.
pub(in crate::oracle) fn write_ok_to_closed_peer(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> Ruling {
    let Some((closed, earlier)) = peer_closed(scene, write).zip(told_before(scene, write)) else { return returned_write(scene, write) };
    let said = fact!(
        "the {end}'s write #{op} returned ok although the peer had closed the flow, and an earlier write had been called at {t}, after that",
        end = scene.end,
        op = write.pending.op,
        t = earlier.t
    );
    Ruling::broken(&[closed, earlier], said)
}

/// When the peer had closed for good before the call of a write.
fn peer_closed(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> Option<Stamp> {
    scene.peer().halves.full_close_returned().filter(|at| at.seq < write.called())
}

/// `closed_peer_writes=told`: the earlier write, called after the peer's full close, by which a writer must have been told when this
/// one was called.
fn told_before(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> Option<Stamp> {
    let me = scene.me();
    let earlier = me.writing.first_to_closed().filter(|_| me.contract.closed_peer_writes == ClosedPeerWrites::Told)?;
    let ago = |since: Instant| write.pending.called.t - since >= TOLD_WITHIN;
    let is_fair = !scene.flow.is_cut() && scene.header.clock == Clock::Shared;
    (is_fair && ago(earlier.t) && word_has_come(scene, ago) && !is_close_under_way(scene)).then_some(earlier)
}

/// Word may take its time, or be lost, on its way: where that can be seen, the peer's stack must have sent none. Where only the flow
/// below shows it, nothing is known here.
fn word_has_come(scene: &Scene<'_>, ago: impl Fn(Instant) -> bool) -> bool {
    let tracks = scene.flow.tracks();
    if !tracks.tells_fates() {
        return !tracks.is_lossy() && !scene.flow.over_network;
    }
    tracks.of(scene.end).late.is_some_and(ago) && !tracks.end(scene.end.peer()).has_reset()
}

/// A close of the peer is still pending; or segments show that one which delivers all has not come to its end: the writer leaves bytes
/// unread, or some are under way.
fn is_close_under_way(scene: &Scene<'_>) -> bool {
    let (tracks, peer) = (scene.flow.tracks(), scene.end.peer());
    // One that waits for this writer's end of stream has shut both halves before it.
    if scene.peer().pending.earliest(|asked| asked == Asked::Close).is_some() {
        return true;
    }
    let is_held_up = || scene.flow.streams[peer].owed(false, 0) > 0 || tracks.is_waiting(peer);
    scene.peer().contract.close_sends_pending == CloseSendsPending::Yes && tracks.tells_fates() && is_held_up()
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
        contracts: TOLD,
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
        contracts: TOLD,
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
        contracts: TOLD,
        bad: r#"
            server write "zz" -> ok
            server close -> done
            1s client write "a" -> ok
            3s client write "b" -> ok"#,
        good: r#"
            server write "zz" -> ok
            server close -> done
            1s client write "a" -> ok
            3s client write "b" -> closed"#,
    },
    Example {
        contracts: &["strict", "posix", "pipe"],
        bad: r#"
            server close -> done
            1s client call 1 write "a"
            3s client write "b" -> ok
            client return 1 ok"#,
        good: r#"
            server close -> done
            1s client call 1 write "a"
            3s client write "b" -> closed
            client return 1 closed"#,
    },
    Example {
        contracts: TOLD,
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
            server segment passes A seq 500 ack 101 win 9
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
        why: "data that had arrived before the close tells the closed end nothing when it comes again",
        contracts: TOLD,
        history: r#"
            records network segments
            client write "a" -> ok
            client segment passes PA seq 100 ack 500 win 9 len 1
            server segment sent A seq 500 ack 101 win 9
            server segment dropped A seq 500 ack 101 win 9
            server read -> "a"
            server close -> done
            200ms client segment passes PA seq 100 ack 500 win 9 len 1
            server segment passes A seq 500 ack 101 win 9
            300ms client write "b" -> ok
            300ms client segment sent PA seq 101 ack 500 win 9 len 1
            1400ms client write "c" -> ok"#,
    },
    Excuse {
        why: "data of a write that was called before the close tells nothing of one that was called after it",
        contracts: TOLD,
        history: r#"
            records network segments
            client call 1 write "a"
            client segment sent PA seq 100 ack 500 win 9 len 1
            client return 1 ok
            server close -> done
            client segment delivered PA seq 100 ack 500 win 9 len 1
            100ms client write "b" -> ok
            100ms client segment sent PA seq 101 ack 500 win 9 len 1
            1200ms client write "c" -> ok"#,
    },
    Excuse {
        why: "a close that waits for the writer's own end is not through, though both halves were shut before it",
        contracts: TOLD,
        history: r#"
            server shutdown read_write -> done
            server call 2 close
            1s client write "a" -> ok
            3s client write "b" -> ok
            3s client close -> done
            3s server return 2 done"#,
    },
    Excuse {
        why: "two writes within a second may both come too early to know",
        contracts: TOLD,
        history: r#"
            server close -> done
            1s client write "a" -> ok
            1999ms client write "b" -> ok"#,
    },
];
