//! Judges `eof-keeps-writing`: do own writes go on after an EOF of a peer that has only half closed?

use super::scope::{ALL, FULL, WAITS};
use crate::oracle::events::ReturnedWrite;
use crate::oracle::fact::fact;
use crate::oracle::rooms::half_close_keeps_reading::{is_half_closed_by_peer, peer_half_close};
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "Having read EOF is no reason for own writes to fail, as long as the peer has only ended its writing and this end was \
                    not aborted.",
    source: "hvsock FLOW, close; RFC 9293 §3.6 (CLOSE-WAIT may send); POSIX shutdown(2)",
    premise: "a write that was called after a read of this end gave EOF returns, and the peer has only half closed",
    parameters: &["close_is"],
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::EofKeepsWriting, Section::Safety, Level::BothEnds)
};

pub(in crate::oracle) fn returned_write(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> Ruling {
    let has_read_eof = scene.me().reading.peer_eof().is_some_and(|eof| eof.seq < write.called());
    Ruling::kept_if(has_read_eof && is_half_closed_by_peer(scene))
}

pub(in crate::oracle) fn failed_write(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> Ruling {
    let eof = scene.me().reading.eof().filter(|_| write.unexplained);
    let Some((half, eof)) = peer_half_close(scene).zip(eof) else { return returned_write(scene, write) };
    let said = fact!(
        "the {end}'s write #{op} failed with `{error}`, although the peer had only ended its own writing (EOF read at {t})",
        end = scene.end,
        op = write.pending.op,
        error = &write.error(),
        t = eof.t
    );
    Ruling::broken(&[half, eof], said)
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            client shutdown write -> done
            server read -> eof
            server write "a" -> closed"#,
        good: r#"
            client shutdown write -> done
            server read -> eof
            server write "a" -> ok
            client read -> "a""#,
    },
    Example {
        contracts: WAITS,
        bad: r#"
            client call 1 close
            server read -> eof
            server write "a" -> error reset"#,
        good: r#"
            client call 1 close
            server read -> eof
            server write "a" -> ok"#,
    },
];

const EXCUSES: &[Excuse] = &[Excuse {
    why: "the peer closed for good, not only its writing",
    contracts: FULL,
    history: r#"
            client close -> done
            server read -> eof
            server write "a" -> error broken_pipe"#,
}];
