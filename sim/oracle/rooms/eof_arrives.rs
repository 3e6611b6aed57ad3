//! Judges `eof-arrives`: does a reader get the EOF that its peer has sent?

use super::scope::{ALL, NO_WAIT};
use crate::oracle::Stamp;
use crate::oracle::events::{Ending, ReadEof};
use crate::oracle::fact::fact;
use crate::oracle::rooms::delivery;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::state::Asked;
use crate::oracle::state::{Doubt, EndState, sooner};
use crate::oracle::waiting::{Due, Waiting};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "If this end keeps reading and is not aborted, it learns that the peer half or fully closed: EOF after the data, or an \
                    error where that close may reset.",
    source: "hvsock FLOW, close: EOF is expected once all is read; gluten-mirage Mirage_flow.S, shutdown (signals the remote end); RFC \
                 9293 §3.6",
    premise: "a read is pending or returns EOF after the peer's shutdown of writing or close returned",
    parameters: &["close_sends_pending", "patience"],
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::EofArrives, Section::Liveness, Level::BothEnds)
};

/// It has come.
pub(in crate::oracle) fn read_eof(scene: &Scene<'_>, read: &ReadEof<'_>) -> Ruling {
    Ruling::kept_if(matches!(read.ending, Ending::Clean) && scene.peer().halves.write_end_called().is_some())
}

/// The peer had ended its writing, and a read that waits for it is pending.
pub(in crate::oracle) fn stuck(call: &Waiting<'_>) -> Option<Due> {
    let ended = ended_writing(call.peer()).filter(|_| delivery::waits_for_peer(call))?;
    let why = match delivery::missing(call) {
        0 => fact!("the peer had ended its writing at {t}", t = ended.t),
        owed => fact!("the peer had ended its writing at {t}, and {owed} accepted bytes have not come either", t = ended.t, owed),
    };
    Some(Due::new(&[ended], why))
}

/// The peer's half or full close, called where a stack was there to take it, and (unless it waits) not cancelled.
fn ended_writing(peer: &EndState) -> Option<Stamp> {
    let ends = |asked| asked == Asked::Close || matches!(asked, Asked::Shutdown(mode) if mode.writes());
    if peer.pending.iter().any(|pending| pending.unheard && ends(pending.asked)) {
        return None;
    }
    let sure = match peer.halves.maybe_write() {
        Some(Doubt::Happened(at)) => Some(at),
        _ => None,
    };
    sooner(peer.halves.write_end_called(), sure)
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            server call 1 read
            client shutdown write -> done
            quiet"#,
        good: r#"
            server call 1 read
            client shutdown write -> done
            server return 1 eof
            server shutdown write -> done
            quiet"#,
    },
    Example {
        contracts: NO_WAIT,
        bad: r#"
            client write "a" -> ok
            client close -> done
            server read -> "a"
            server call 2 read
            quiet"#,
        good: r#"
            client write "a" -> ok
            client close -> done
            server read -> "a"
            server read -> eof
            server close -> done
            quiet"#,
    },
];

const EXCUSES: &[Excuse] = &[Excuse {
    why: "the sender's host crashed",
    contracts: ALL,
    history: r#"
            server call 1 read
            client call 1 shutdown write
            env crash client by fault
            quiet"#,
}];
