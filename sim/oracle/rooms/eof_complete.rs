//! Judges `eof-complete`: was all read that had been accepted, when EOF came?

use super::scope::{ALL, NO_WAIT, WAITS};
use crate::contract::{AcceptedMeans, Outcome};
use crate::oracle::Stamp;
use crate::oracle::events::{Ending, OvertakenEof, PushedOut, ReadEof, ReturnedWrite};
use crate::oracle::fact::{Fact, Value, fact};
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::state::Asked;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A clean EOF says that nothing is missing: it comes only after all that the peer's writes had accepted before its \
                    shutdown or close took effect. A close that may drop bytes must not let that look like a clean end.",
    source: "hvsock FLOW, read and close; gluten-mirage Mirage_flow.S, shutdown; RFC 9293 §3.6 (a close flushes) and MUST-12",
    premise: "a read returns EOF at an end that was not aborted, did not shut down reading and did not close",
    parameters: &["accepted_means", "cancel_read", "cancel_write"],
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::EofComplete, Section::Safety, Level::BothEnds)
};

pub(in crate::oracle) fn read_eof(scene: &Scene<'_>, read: &ReadEof<'_>) -> Ruling {
    let is_clean = matches!(read.ending, Ending::Clean);
    match read.lost {
        _ if is_clean && read.owed > 0 => incomplete(scene, read),
        true => Ruling::broken(&[read.pending.called], lost_bytes(scene)),
        false => Ruling::kept_if(is_clean && read.cause.is_some()),
    }
}

fn incomplete(scene: &Scene<'_>, read: &ReadEof<'_>) -> Ruling {
    let stream = &scene.flow.streams[scene.end.peer()];
    let because: Vec<Stamp> = read.cause.into_iter().chain(read.unread).collect();
    let said = fact!(
        "the {end}'s read returned EOF after {read} of {accepted}: {lost} lost",
        end = scene.end,
        read = stream.bytes_read,
        accepted = Value::many(stream.bytes_read + read.owed, "accepted byte"),
        lost = read.owed
    );
    Ruling::broken(&because, said)
}

/// The reads that an EOF had overtaken have not brought what was unread.
pub(in crate::oracle) fn overtaken_eof(scene: &Scene<'_>, eof: &OvertakenEof) -> Ruling {
    if eof.missing == 0 {
        return Ruling::Moot;
    }
    let said = fact!(
        "the {end}'s read returned EOF, and the reads that were pending then have ended without {missing} that had been accepted",
        end = scene.end,
        missing = Value::bytes(eof.missing)
    );
    Ruling::broken(&[scene.at], said)
}

/// What is said of a read that took nothing, and was the last that could have.
pub(in crate::oracle) fn lost_bytes(scene: &Scene<'_>) -> Fact {
    fact!(
        "the {end}'s pending read ended without bytes that no other read has returned, and that lie before bytes already read",
        end = scene.end
    )
}

/// A write that was called in time says after the peer's clean EOF how much of it was accepted: did that EOF come without some?
pub(in crate::oracle) fn late_write(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> Ruling {
    let missing = missing_at_eof(scene, write);
    if missing == 0 {
        return Ruling::Moot;
    }
    let said = fact!(
        "the {peer}'s read returned EOF, and the {end}'s write #{op} then returned {result}: {lost} lost",
        peer = scene.end.peer(),
        end = scene.end,
        op = write.pending.op,
        result = write.outcome.word(),
        lost = Value::bytes(missing)
    );
    Ruling::broken(&[write.pending.called, scene.at], said)
}

/// How many bytes that a write says were accepted the peer's clean EOF came without, if the write was called in time for it.
fn missing_at_eof(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> usize {
    let stream = &scene.flow.streams[scene.end];
    let Some((eof, _)) = stream.clean_eof.filter(|(eof, _)| eof.seq > write.called()) else { return 0 };
    // A read that the EOF overtook may still bring the bytes.
    let is_awaited = scene.peer().pending.earliest(Asked::reads).is_some_and(|read| read.seq < eof.seq);
    let in_time = scene.me().halves.write_end_returned().is_none_or(|at| at.seq > write.called());
    if is_awaited || !in_time || write.void {
        return 0;
    }
    let refused = write.len - accepted(scene, write);
    stream.unread_of(write.pending.op).saturating_sub(refused)
}

/// How many bytes of a write were accepted, as far as it says.
fn accepted(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> usize {
    let is_enough = scene.me().contract.accepted_means == AcceptedMeans::Written;
    match (write.outcome, write.accepted) {
        (Outcome::Ok, _) => write.len,
        (_, Some(bytes)) if is_enough => usize::try_from(bytes).map_or(write.len, |bytes| bytes.min(write.len)),
        _ => 0,
    }
}

/// Bytes count as accepted now that were written before: did a clean EOF of the peer's come without them, after the end of writing?
pub(in crate::oracle) fn pushed_out(scene: &Scene<'_>, pushed: &PushedOut) -> Ruling {
    let eof = scene.flow.streams[scene.end].clean_eof.filter(|_| pushed.missing > 0);
    let ended = scene.me().halves.write_end_called();
    if eof.zip(ended).is_none_or(|((eof, _), ended)| ended.seq > eof.seq) {
        return Ruling::Moot;
    }
    let said = fact!(
        "the {peer}'s read returned EOF without {missing} that the {end} had written and flushed",
        peer = scene.end.peer(),
        missing = Value::bytes(pushed.missing),
        end = scene.end
    );
    Ruling::broken(&[scene.at], said)
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            client write "ab" -> ok
            client shutdown write -> done
            server read -> "a"
            server read -> eof"#,
        good: r#"
            client write "ab" -> ok
            client shutdown write -> done
            server read -> "a"
            server read -> "b"
            server read -> eof"#,
    },
    Example {
        contracts: NO_WAIT,
        bad: r#"
            client write "ab" -> ok
            client close -> done
            server read -> "a"
            server read -> eof"#,
        good: r#"
            client write "ab" -> ok
            client close -> done
            server read -> "ab"
            server read -> eof"#,
    },
    Example {
        contracts: WAITS,
        bad: r#"
            client write "ab" -> ok
            client call 2 close
            server read -> "a"
            server read -> eof"#,
        good: r#"
            client write "ab" -> ok
            client call 2 close
            server read -> "ab"
            server read -> eof"#,
    },
    Example {
        contracts: &["v1", "classic", "modern", "strict", "mirage-tcpip", "posix", "pipe", "relay"],
        bad: r#"
            client write "abc" -> ok
            client shutdown write -> done
            server call 1 read
            server call 2 read
            server return 2 eof
            server return 1 "ab""#,
        good: r#"
            client write "abc" -> ok
            client shutdown write -> done
            server call 1 read
            server call 2 read
            server return 2 eof
            server return 1 "abc""#,
    },
    Example {
        contracts: &["classic", "modern", "strict", "posix", "pipe", "relay"],
        bad: r#"
            client call 1 write "abcd"
            client call 2 shutdown write
            server read -> "a"
            server read -> eof
            client return 1 closed accepted 2
            client return 2 done"#,
        good: r#"
            client call 1 write "abcd"
            client call 2 shutdown write
            server read -> "ab"
            server read -> eof
            client return 1 closed accepted 2
            client return 2 done"#,
    },
];

const EXCUSES: &[Excuse] = &[Excuse {
    why: "a write that failed owes nothing beyond what it shows",
    contracts: &["v1", "classic", "modern", "strict", "posix", "async-io", "pipe", "relay"],
    history: r#"
            client call 1 write "ab"
            client call 2 shutdown write
            server read -> "a"
            server read -> eof
            client return 1 error reset
            client return 2 done"#,
}];
