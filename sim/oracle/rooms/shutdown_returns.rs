//! Judges `shutdown-returns`: does a shutdown return that nothing holds up?

use super::close_returns;
use super::scope::ALL;
use crate::contract::Mode;
use crate::oracle::events::ReturnedEnd;
use crate::oracle::fact::fact;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::state::Asked;
use crate::oracle::waiting::{Due, Waiting};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "Shutting down reading returns, always. Shutting down writing, or both, returns once the peer has read what was \
                    accepted, or this end was aborted; that of a layer, where a close needs a reader, once the peer reads on.",
    source: "gluten-mirage Mirage_flow.S, shutdown; measured: a shutdown of reading that hangs on a full buffer",
    premise: "a shutdown that nothing holds up is pending or returns",
    parameters: &["close_needs_reader", "patience"],
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::ShutdownReturns, Section::Liveness, Level::BothEnds)
};

/// A shutdown of reading waits for nothing; one of writing until the peer has read, or reads on.
pub(in crate::oracle) fn stuck(call: &Waiting<'_>) -> Option<Due> {
    let Asked::Shutdown(mode) = call.asked() else { return None };
    if mode == Mode::Read {
        return Some(Due::new(&[], fact!("a shutdown of reading waits for nobody")));
    }
    if call.is_parted() || may_wait_for_reader(call) {
        return None;
    }
    match (may_be_unread(call), call.peer_reads_on()) {
        (false, _) => Some(Due::new(&[], fact!("the peer has read everything that was accepted"))),
        (true, true) => Some(Due::new(&[], fact!("the peer keeps reading"))),
        (true, false) => None,
    }
}

/// Where a close needs a reader, so does the shutdown of a layer, which has to write that this is the end: until its peer has read it.
fn may_wait_for_reader(call: &Waiting<'_>) -> bool {
    call.flow.stands_on_another && close_returns::may_wait_for_reader(call) && call.peer().reading.clean_eof().is_none()
}

/// The peer has not read all that was accepted, or that a failed or cancelled write may have left to it.
fn may_be_unread(call: &Waiting<'_>) -> bool {
    let written = &call.flow.streams[call.end];
    written.owed(false, 0) > 0 || written.has_doubtful() || call.me().pending.writes() > 0 || may_be_left(call)
}

/// The peer has shut down reading, and need not throw away what it has not read.
fn may_be_left(call: &Waiting<'_>) -> bool {
    let (peer, written) = (call.peer(), &call.flow.streams[call.end]);
    peer.halves.shut_read().called.is_some() && !peer.discards() && written.may_be_unread()
}

/// It did return.
pub(in crate::oracle) fn returned_shutdown(_: &Scene<'_>, _: &ReturnedEnd<'_>) -> Ruling {
    Ruling::Kept
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            client call 1 shutdown read
            quiet"#,
        good: r#"
            client call 1 shutdown read
            client return 1 done
            quiet"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            server call 1 read
            client call 1 shutdown write
            server return 1 eof
            quiet"#,
        good: r#"
            server call 1 read
            client call 1 shutdown write
            server return 1 eof
            client return 1 done
            server shutdown write -> done
            quiet"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "what the shutdown of a layer still writes waits for a peer that does not read",
        contracts: &["async-io"],
        history: r#"
            layers 1 0
            client/1 call 1 shutdown write
            quiet"#,
    },
    Excuse {
        why: "nobody reads what was accepted",
        contracts: ALL,
        history: r#"
            client write "a" -> ok
            client call 2 shutdown write
            quiet"#,
    },
    Excuse {
        why: "the peer has shut down reading, and may keep what was there",
        contracts: &["v1", "classic", "mirage-tcpip", "posix", "async-io", "relay"],
        history: r#"
            client call 1 write "ab"
            server shutdown read -> done
            client cancel 1
            client call 2 shutdown write
            quiet"#,
    },
    Excuse {
        why: "nobody reads what a cancelled write may have left",
        contracts: ALL,
        history: r#"
            client call 1 write "ab"
            client cancel 1
            client call 2 shutdown write
            quiet"#,
    },
];
