//! Judges `eof-is-final`: does a read bring anything after another one ended the stream?

use super::scope::ALL;
use crate::contract::ReadAfterEof;
use crate::oracle::events::{FailedRead, ReadData, ReadEof, ReadReturn};
use crate::oracle::fact::{Value, fact};
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::{Ordinal, Stamp};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

const LATE: &[&str] = &["mirage-tcpip", "posix", "relay"];

pub(super) const ABOUT: About = About {
    statement: "Once a read gave EOF or an error, no read that is called later brings data; what it gives instead is the \
                    contract's choice.",
    source: "gluten-mirage Mirage_flow.S, read: no later read is successful; measured: one mirage-tcpip EOF and then a hang",
    premise: "a read that was called after another gave EOF or an error returns",
    parameters: &["read_after_eof", "data_after_shutdown_read"],
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::EofIsFinal, Section::Safety, Level::OneEnd)
};

/// When an earlier read had ended the stream before the call of a read.
fn premise(scene: &Scene<'_>, called: Ordinal) -> Option<Stamp> {
    scene.me().reading.ended_before(called)
}

pub(in crate::oracle) fn read_data(scene: &Scene<'_>, read: &ReadData<'_>) -> Ruling {
    let Some(last) = premise(scene, read.called()) else { return Ruling::Moot };
    let said = fact!(
        "the {end}'s read returned {bytes}, but an earlier read had already ended the stream at {t}",
        end = scene.end,
        bytes = Value::bytes(read.len),
        t = last.t
    );
    Ruling::broken(&[last, read.pending.called], said)
}

pub(in crate::oracle) fn read_eof(scene: &Scene<'_>, read: &ReadEof<'_>) -> Ruling {
    Ruling::kept_if(premise(scene, read.called()).is_some())
}

/// `read_after_eof=eof`: once a read gave EOF, later ones give EOF again and no error, aborts apart.
pub(in crate::oracle) fn failed_read(scene: &Scene<'_>, read: &FailedRead<'_>) -> Ruling {
    let me = scene.me();
    let eof = me.reading.peer_eof().filter(|at| me.contract.read_after_eof == ReadAfterEof::Eof && at.seq < read.called());
    let excused = me.life.is_gone() || me.life.below_ended().is_some() || me.halves.full_close_called().is_some();
    let Some(eof) = eof.filter(|_| !excused) else { return Ruling::kept_if(premise(scene, read.called()).is_some()) };
    let said = fact!(
        "the {end}'s read failed with `{error}` after an earlier read had returned EOF at {t}",
        end = scene.end,
        error = &read.error,
        t = eof.t
    );
    Ruling::broken(&[eof, read.pending.called], said)
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            client shutdown write -> done
            server read -> eof
            server read -> "x""#,
        good: r#"
            client shutdown write -> done
            server read -> eof
            server read -> eof"#,
    },
    Example {
        contracts: &["modern", "strict", "mirage-tcpip", "posix", "async-io", "relay"],
        bad: r#"
            env reset server by fault
            server read -> error reset
            client write "x" -> ok
            server read -> "x""#,
        good: r#"
            env reset server by fault
            server read -> error reset
            client write "x" -> ok
            server read -> error reset"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "a read that is refused since another is pending says nothing",
        contracts: &["v1", "classic", "modern", "strict", "mirage-tcpip", "posix", "pipe", "relay"],
        history: r#"
            server call 1 read
            server read -> error busy
            client write "a" -> ok
            server return 1 "a"
            client write "b" -> ok
            server read -> "b""#,
    },
    Excuse {
        why: "both reads were pending before the first EOF",
        contracts: &["v1", "classic", "modern", "strict", "mirage-tcpip", "posix", "pipe", "relay"],
        history: r#"
            server call 1 read
            server call 2 read
            client write "a" -> ok
            client shutdown write -> done
            server return 2 eof
            server return 1 "a""#,
    },
    Excuse {
        why: "that EOF came from own shutdown of reading, and late data can be read",
        contracts: LATE,
        history: r#"
            server shutdown read -> done
            server read -> eof
            client write "x" -> ok
            server read -> "x""#,
    },
];
