//! Judges `eof-after-shutdown-read`: what does a read give after own shutdown of reading?

use super::scope::{DISCARD, discards, shuts_read};
use crate::oracle::Ordinal;
use crate::oracle::Stamp;
use crate::oracle::events::{FailedRead, ReadData, ReadEof, ReadReturn};
use crate::oracle::fact::{Value, fact};
use crate::oracle::rooms::read_error_has_cause::unexplained;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A read that is called after own shutdown of reading gives EOF, or the error of an abort, whatever is queued or still \
                    arrives. Where the contract leaves late data readable it may give that too.",
    source: "gluten-mirage Mirage_flow.S, shutdown `read`; POSIX shutdown(2); measured: Linux lets late data be read, BSD does not",
    premise: "a read that was called after own shutdown of reading returned gives something",
    parameters: &["data_after_shutdown_read"],
    applies: shuts_read,
    breakable: discards,
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::EofAfterShutdownRead, Section::Safety, Level::OneEnd)
};

/// When reading had been shut down before the call of a read.
fn premise(scene: &Scene<'_>, called: Ordinal) -> Option<Stamp> {
    let shut = scene.me().halves.shut_read().returned.filter(|at| at.seq < called);
    shut.filter(|_| shuts_read(&scene.me().contract))
}

pub(in crate::oracle) fn read_data(scene: &Scene<'_>, read: &ReadData<'_>) -> Ruling {
    let Some(shut) = premise(scene, read.called()) else { return Ruling::Moot };
    if !discards(&scene.me().contract) {
        return Ruling::Kept;
    }
    let said = fact!(
        "the {end}'s read returned {bytes}, but it was called after its shutdown of reading had returned",
        end = scene.end,
        bytes = Value::bytes(read.len)
    );
    Ruling::broken(&[shut, read.pending.called], said)
}

pub(in crate::oracle) fn read_eof(scene: &Scene<'_>, read: &ReadEof<'_>) -> Ruling {
    Ruling::kept_if(premise(scene, read.called()).is_some())
}

pub(in crate::oracle) fn failed_read(scene: &Scene<'_>, read: &FailedRead<'_>) -> Ruling {
    match premise(scene, read.called()) {
        None => Ruling::Moot,
        Some(shut) if read.unexplained => Ruling::broken(&[shut], unexplained(scene, read)),
        Some(_) => Ruling::Kept,
    }
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: DISCARD,
        bad: r#"
            client write "x" -> ok
            server shutdown read -> done
            server read -> "x""#,
        good: r#"
            client write "x" -> ok
            server shutdown read -> done
            server read -> eof"#,
    },
    Example {
        contracts: DISCARD,
        bad: r#"
            server shutdown read -> done
            client write "x" -> ok
            server read -> "x""#,
        good: r#"
            server shutdown read -> done
            client write "x" -> ok
            server read -> eof"#,
    },
];

const EXCUSES: &[Excuse] = &[Excuse {
    why: "the read was called before shutdown had returned",
    contracts: DISCARD,
    history: r#"
            client write "x" -> ok
            server call 1 shutdown read
            server read -> "x"
            server return 1 done"#,
}];
