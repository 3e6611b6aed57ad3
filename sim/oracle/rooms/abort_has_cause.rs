//! Judges `abort-has-cause`: had a stack that aborted an end a reason to?

use super::scope::{ALL, FULL};
use crate::contract::End;
use crate::oracle::Stamp;
use crate::oracle::events::abort::AbortedByStack;
use crate::oracle::fact::{Fact, fact};
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::state::{EndState, Flow, first};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};
use crate::trace::Abort;

pub(super) const ABOUT: About = About {
    statement: "A stack that gives a connection up of its own accord has a reason: for a reset an acceptable one from outside, a full \
                    close with bytes unread or arriving, the peer's own end, or no such connection; for a timeout no progress for as long \
                    as configured; for keep-alive a peer that stayed silent. A quiet half-closed flow is none.",
    source: "RFC 9293 §3.5.2, §3.5.3, §3.8.3, §3.8.4; RFC 5961 §3.2; measured: a stack that drops half-closed connections after 10 s",
    premise: "an end is aborted, and the stack itself decided that",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::AbortHasCause, Section::Safety, Level::Network)
};

/// The stack itself aborted an end: did it have a reason, as far as calls, the network's record and segments can show it?
pub(in crate::oracle) fn aborted(scene: &Scene<'_>, abort: &AbortedByStack) -> Ruling {
    let wrong = match abort.kind {
        _ if is_beyond_judging(scene) => None,
        Abort::Reset => reset_without_cause(scene),
        Abort::Timeout => timeout_without_cause(scene),
        Abort::KeepaliveDeath => death_without_cause(scene),
    };
    wrong.map_or(Ruling::Kept, |said| Ruling::broken(&[], said))
}

/// A connection that is not established for certain, or that was never taken: a stack may drop it as it likes.
fn is_beyond_judging(scene: &Scene<'_>) -> bool {
    let (me, peer) = (scene.me(), scene.peer());
    let pending = me.is_opening() || peer.is_opening() || !(me.used || peer.used);
    let untaken = scene.flow.is_unopened() || End::BOTH.iter().any(|&end| scene.flow.is_untaken(end));
    pending || untaken || me.is_void() || me.life.is_gone()
}

/// Something happened to the network between the ends, or to the peer.
fn is_network_troubled(scene: &Scene<'_>) -> bool {
    scene.flow.is_cut() || scene.flow.path.was_cut() || scene.peer().life.is_gone()
}

fn reset_without_cause(scene: &Scene<'_>) -> Option<Fact> {
    let (me, peer, end) = (scene.me(), scene.peer(), scene.end);
    let tracks = scene.flow.tracks();
    let over = me.halves.write_end_called().is_some() && peer.halves.write_end_called().is_some();
    let seen = tracks.tells_fates();
    let came = tracks.of(end.peer()).reset.is_some();
    let reads_on = me.halves.shut_read().called.is_none() && me.halves.maybe_read().is_none() || me.discards();
    let left = |end: End| if seen { has_left(&scene.flow.ends[end]) } else { left_bytes(scene, end) };
    if left(end) || over || seen && !reads_on {
        return None;
    }
    if seen && !came {
        return Some(fact!("the {end}'s connection was reset by the stack, although no reset had come that it could accept", end));
    }
    let reason = left(end.peer()) || is_network_troubled(scene) || tracks.injected_reset(end);
    (!reason).then(|| fact!("the {end}'s connection was reset by the stack, although nobody had closed or aborted it", end))
}

fn timeout_without_cause(scene: &Scene<'_>) -> Option<Fact> {
    let (me, end) = (scene.me(), scene.end);
    let idle = || fact!("the {end}'s stack gave the connection up, although nothing it had sent was unanswered", end);
    let tracks = scene.flow.tracks();
    if tracks.tells_fates() {
        if tracks.probes_in_vain(end) {
            return None;
        }
        let written = scene.flow.streams[end].bytes_called as u32;
        let all = tracks.all_acknowledged(end) == Some(written) && !has_left(me);
        return if all { Some(idle()) } else { gave_up_early(scene) };
    }
    let waited = scene.at.t - scene.flow.active >= scene.header.limits[end].data;
    let reason = !is_all_answered(scene.flow, end) || waited || is_network_troubled(scene);
    (!reason).then(idle)
}

/// The simulator's stacks try for as long as they were set to, from the last progress on (R2, RFC 9293 §3.8.3).
fn gave_up_early(scene: &Scene<'_>) -> Option<Fact> {
    let (end, tracks) = (scene.end, scene.flow.tracks());
    // A peer that answers probes of its closed window is alive.
    let alive = tracks.of(end.peer()).answered.filter(|_| tracks.meets_closed_window(end));
    let progress = tracks.of(end).waiting.max(alive)?;
    let tried = scene.at.t - progress;
    let early = scene.header.simulated && tried < scene.header.limits[end].data && !has_left(scene.me());
    early.then(|| fact!("the {end}'s stack gave the connection up, although there was progress as late as {progress}", end, progress))
}

fn death_without_cause(scene: &Scene<'_>) -> Option<Fact> {
    let (end, tracks) = (scene.end, scene.flow.tracks());
    let wrong = || fact!("keep-alive gave the {end}'s connection up, although the peer and the network were alive", end);
    // The peer's own probes are old segments: they show that it lives, but answer nothing.
    let heard = tracks.of(end.peer()).answered.filter(|_| scene.header.records.segments);
    let (me, settings) = (scene.me(), scene.me().opening.keepalive());
    let least = settings.map(|keepalive| keepalive.after.saturating_add(keepalive.interval.saturating_mul(keepalive.probes)));
    // Where segments do not tell, the peer was heard at the latest when it was connected to.
    let last = heard.or(me.opening.opened().filter(|_| me.opening.begun().is_some()).map(|(opened, _)| opened.t));
    if let Some((last, _)) = last.zip(least).filter(|(last, least)| scene.at.t - *last < *least) {
        return Some(fact!("keep-alive gave the {end}'s connection up too early: its peer had been heard at {last}", end, last));
    }
    match (heard, settings) {
        _ if is_network_troubled(scene) => None,
        (Some(_), Some(_)) => None,
        (Some(_), None) if tracks.is_lossy() || tracks.probes_in_vain(end) => None,
        _ => Some(wrong()),
    }
}

/// The peer has read all that this end wrote, and its end of stream if it ended writing.
pub(super) fn is_all_answered(flow: &Flow, end: End) -> bool {
    let (me, stream) = (&flow.ends[end], &flow.streams[end]);
    let ended = me.halves.write_end_called().is_none() || flow.ends[end.peer()].reading.eof().is_some();
    ended && me.pending.writes() == 0 && stream.bytes_read >= stream.bytes_called
}

/// An end that left the network, or closed for good with bytes unread or on their way: its stack resets, and also when it has
/// waited for the other end's FIN as long as it does.
fn left_bytes(scene: &Scene<'_>, end: End) -> bool {
    let (me, written) = (&scene.flow.ends[end], &scene.flow.streams[end.peer()]);
    let waits = scene.header.limits[end].fin_wait_2;
    let closed = me.full_close_possible();
    let has_reason = |closed: Stamp| written.bytes_called > written.bytes_read || scene.at.t - closed.t >= waits;
    me.halves.disconnect().called.is_some() || closed.is_some_and(has_reason)
}

/// An end that closed, or left the network, or perhaps did.
fn has_left(end: &EndState) -> bool {
    first([end.halves.close_begun(), end.full_close_possible(), end.halves.disconnect().called]).is_some()
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            keepalive 4s 1s 2
            server call 1 accept 80
            client connect server:80 -> ok
            server return 1 ok
            env partition
            6s env keepalive_death client by stack"#,
        good: r#"
            keepalive 4s 1s 2
            server call 1 accept 80
            client connect server:80 -> ok
            server return 1 ok
            env partition
            7s env keepalive_death client by stack"#,
    },
    Example {
        contracts: FULL,
        bad: r#"
            client write "request" -> ok
            server read -> "request"
            server write "answer" -> ok
            server close -> done
            env reset client by stack"#,
        good: r#"
            client write "request" -> ok
            server read 3 -> "req"
            server write "answer" -> ok
            server close -> done
            env reset client by stack"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            client write "a" -> ok
            server read -> "a"
            client shutdown write -> done
            server read -> eof
            10s env timeout client by stack"#,
        good: r#"
            client write "a" -> ok
            client shutdown write -> done
            168s env timeout client by stack"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            client write "a" -> ok
            env reset client by stack"#,
        good: r#"
            client write "a" -> ok
            server disconnect -> done
            env reset client by stack"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            client write "a" -> ok
            env keepalive_death client by stack"#,
        good: r#"
            client write "a" -> ok
            env partition
            7875s env keepalive_death client by stack"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client write "a" -> ok
            client segment passes PA seq 100 ack 500 win 9 len 1
            server segment passes A seq 500 ack 101 win 9
            client segment injected R seq 50
            env reset server by stack"#,
        good: r#"
            records network segments
            client write "a" -> ok
            client segment passes PA seq 100 ack 500 win 9 len 1
            server segment passes A seq 500 ack 101 win 9
            client segment injected R seq 101
            env reset server by stack"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            simulated
            records network segments
            client write "ab" -> ok
            1600ms client segment passes PA seq 100 ack 500 win 9 len 2
            2s server segment passes A seq 500 ack 101 win 9
            101s env timeout client by stack"#,
        good: r#"
            simulated
            records network segments
            client write "ab" -> ok
            1600ms client segment passes PA seq 100 ack 500 win 9 len 2
            2s server segment passes A seq 500 ack 101 win 9
            102s env timeout client by stack"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client write "a" -> ok
            client segment passes PA seq 100 ack 500 win 9 len 1
            server segment passes A seq 500 ack 101 win 9
            500s env timeout client by stack"#,
        good: r#"
            records network segments
            client write "a" -> ok
            client segment passes PA seq 100 ack 500 win 9 len 1
            500s env timeout client by stack"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "the peer closed with bytes unread, and its reset came",
        contracts: FULL,
        history: r#"
            records network segments
            client write "a" -> ok
            client segment passes PA seq 100 ack 500 win 9 len 1
            server close -> done
            server segment passes RA seq 500 ack 101
            env reset client by stack"#,
    },
    Excuse {
        why: "nobody had taken the connection from its listener",
        contracts: ALL,
        history: r#"
            server listen 80 -> ok
            client connect server:80 -> ok
            env reset client by stack"#,
    },
    Excuse {
        why: "an injected reset that may lie in the window, whose scale is not known",
        contracts: ALL,
        history: r#"
            records network segments
            client write "a" -> ok
            client segment passes PA seq 100 ack 500 win 9 len 1
            server segment passes A seq 500 ack 101 win 9
            client segment injected R seq 5000
            env reset server by stack"#,
    },
    Excuse {
        why: "the simulator injected it",
        contracts: ALL,
        history: r#"
            client write "a" -> ok
            env reset client by fault"#,
    },
    Excuse {
        why: "all was read, but the acknowledgements were lost",
        contracts: ALL,
        history: r#"
            records network segments
            client write "a" -> ok
            client segment passes PA seq 100 ack 500 win 9 len 1
            server read -> "a"
            server segment sent A seq 500 ack 101 win 9
            server segment dropped A seq 500 ack 101 win 9
            110s env timeout client by stack"#,
    },
    Excuse {
        why: "the probes of both ends cross, but those of one are lost: the peer's answer nothing",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 500 ack 101
            client segment passes A seq 101 ack 501
            env partition client
            75s server segment passes A seq 500 ack 101
            75s client segment dropped A seq 100 ack 501
            150s server segment passes A seq 500 ack 101
            150s client segment dropped A seq 100 ack 501
            151s env keepalive_death client by stack"#,
    },
];
