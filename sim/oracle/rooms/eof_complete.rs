//! Judges `eof-complete`: was all read that had been accepted, when EOF came?

use super::scope::{ALL, NO_WAIT, WAITS};
use crate::oracle::Stamp;
use crate::oracle::events::{Ending, PushedOut, ReadEof, ReturnedWrite};
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

/// What is said of a read that took nothing, and was the last that could have.
pub(in crate::oracle) fn lost_bytes(scene: &Scene<'_>) -> Fact {
    fact!(
        "the {end}'s pending read ended without bytes that no other read has returned, and that lie before bytes already read",
        end = scene.end
    )
}

/// A write that was called in time returns ok after the peer has read a clean EOF: did that EOF come without bytes of it?
pub(in crate::oracle) fn late_write(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> Ruling {
    let stream = &scene.flow.streams[scene.end];
    let before_eof = stream.clean_eof.is_some_and(|(eof, _)| eof.seq > write.called());
    // A read that the EOF overtook may still bring the bytes.
    let earliest = scene.peer().pending.earliest(|asked| matches!(asked, Asked::Read { .. }));
    let is_awaited = stream.clean_eof.is_some_and(|(eof, _)| earliest.is_some_and(|read| read.seq < eof.seq));
    let in_time = before_eof && !is_awaited && scene.me().halves.write_end_returned().is_none_or(|at| at.seq > write.called());
    let unread = if in_time { stream.unread_of(write.pending.op) } else { 0 };
    if unread == 0 {
        return Ruling::Moot;
    }
    let said = fact!(
        "the {peer}'s read returned EOF, and the {end}'s write #{op} then returned ok: {lost} lost",
        peer = scene.end.peer(),
        end = scene.end,
        op = write.pending.op,
        lost = Value::bytes(unread)
    );
    Ruling::broken(&[write.pending.called, scene.at], said)
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
];

const EXCUSES: &[Excuse] = &[Excuse {
    why: "a write that failed owes nothing beyond what it shows",
    contracts: &["v1", "classic", "modern", "strict", "posix", "async-io", "pipe"],
    history: r#"
            client call 1 write "ab"
            client call 2 shutdown write
            server read -> "a"
            server read -> eof
            client return 1 error reset
            client return 2 done"#,
}];
