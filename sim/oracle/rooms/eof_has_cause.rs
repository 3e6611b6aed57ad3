//! Judges `eof-has-cause`: did anything end the stream?

use super::scope::{ALL, SHUTS_READ};
use crate::oracle::Stamp;
use crate::oracle::events::{Ending, ReadEof};
use crate::oracle::fact::fact;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::state::{Doubt, first};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A stream does not end by itself. Somebody must have ended it: the peer by calling shutdown of writing, close or \
                    disconnect, this end by its own shutdown of reading, full close or disconnect, or an abort of this end; where the \
                    contract says so, an abort of the peer too.",
    source: "hvsock FLOW, read: EOF means that the remote end called close; gluten-mirage Mirage_flow.S, shutdown; RFC 9293 §3.6",
    premise: "a read returns EOF for the first time at its end",
    parameters: &["eof_on_peer_abort"],
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::EofHasCause, Section::Safety, Level::BothEnds)
};

pub(in crate::oracle) fn read_eof(scene: &Scene<'_>, read: &ReadEof<'_>) -> Ruling {
    match (&read.ending, read.cause) {
        (Ending::Clean, None) => Ruling::broken(
            &[],
            fact!(
                "the {end}'s read returned EOF, but the peer has not shut down writing or closed, and nothing ended here",
                end = scene.end
            ),
        ),
        _ => Ruling::Kept,
    }
}

/// What the peer, or an earlier EOF, says for an EOF at this end.
pub(in crate::oracle) fn cause(scene: &Scene<'_>) -> Option<Stamp> {
    let (me, peer) = (scene.me(), scene.peer());
    let maybe = peer.halves.maybe_write().filter(|answer| !matches!(answer, Doubt::Refuted(_))).map(Doubt::stamp);
    first([peer.halves.write_end_called(), maybe, me.reading.eof(), peer.life.stack_left()])
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: "server read -> eof",
        good: r#"
            client call 1 shutdown write
            server read -> eof
            client return 1 done"#,
    },
    Example {
        contracts: &["v1", "classic", "modern", "strict", "mirage-tcpip", "posix", "async-io", "pipe"],
        bad: r#"
            env reset client by fault
            server read -> eof"#,
        good: r#"
            client shutdown write -> done
            env reset client by fault
            server read -> eof"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            layers 1 0
            env reset server/0 by fault
            server/1 read -> eof"#,
        good: r#"
            layers 1 0
            client/1 shutdown write -> done
            server/1 read -> eof
            env reset server/0 by fault"#,
    },
    Example {
        contracts: SHUTS_READ,
        bad: r#"
            client shutdown read -> done
            server read -> eof"#,
        good: r#"
            client shutdown read_write -> done
            server read -> eof"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "shutdown had been called, though it had not returned",
        contracts: ALL,
        history: r#"
            client call 1 shutdown read_write
            server read -> eof
            client return 1 done"#,
    },
    Excuse {
        why: "the peer's shutdown was given up, and may have taken place",
        contracts: ALL,
        history: r#"
            client call 1 shutdown write
            client cancel 1
            server read -> eof"#,
    },
    Excuse {
        why: "a relay may turn the abort of the peer into an end of stream",
        contracts: &["relay"],
        history: r#"
            client write "ab" -> ok
            env reset client by fault
            server read -> eof"#,
    },
    Excuse {
        why: "a relay may turn a close with bytes unread into an end of stream",
        contracts: &["relay"],
        history: r#"
            server write "ab" -> ok
            client write "xy" -> ok
            client close -> done
            server read -> eof"#,
    },
    Excuse {
        why: "the flow below had failed, and a read had said so",
        contracts: &["v1", "classic", "modern", "strict", "mirage-tcpip", "posix", "async-io", "relay"],
        history: r#"
            layers 1 0
            env reset server/0 by fault
            server/1 read -> error reset
            server/1 read -> eof"#,
    },
    Excuse {
        why: "a timeout below made the proxy's other end close",
        contracts: &["relay"],
        history: r#"
            records network
            proxies 0 1 2
            env timeout server/0
            server/2 read -> eof"#,
    },
    Excuse {
        why: "each end has its own clock, and the reader's lines stand first",
        contracts: ALL,
        history: r#"
            clock per-end
            server read -> eof
            client shutdown write -> done"#,
    },
];
