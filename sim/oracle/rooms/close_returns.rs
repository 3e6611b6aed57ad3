//! Judges `close-returns`: does a close return that nothing holds up?

use super::scope::HALF;
use crate::contract::YesNo;
use crate::oracle::events::ReturnedEnd;
use crate::oracle::fact::fact;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::state::{Asked, EndState};
use crate::oracle::waiting::{Due, Waiting};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

/// A close ends the flow, and waits for nothing.
const NEEDS_NO_READER: &[&str] = &["modern", "strict", "posix", "pipe", "relay"];

pub(super) const ABOUT: About = About {
    statement: "A full close returns within patience, whatever the peer and the network do. A half close returns once both ends have \
                    called close and each has read to the end or was aborted.",
    source: "gluten-mirage Mirage_flow.S, close; hvsock FLOW, close: it waits for the remote end's close, for nothing else",
    premise: "a full close is called, or both ends called a half close and are at the end of what they read",
    parameters: &["close_is", "close_needs_reader", "close_waits_for_peer", "patience"],
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::CloseReturns, Section::Liveness, Level::BothEnds)
};

/// A full close waits for nothing; a half close for both ends to have called close and read to the end.
pub(in crate::oracle) fn stuck(call: &Waiting<'_>) -> Option<Due> {
    if call.asked() != Asked::Close {
        return None;
    }
    let (me, peer) = (call.me(), call.peer());
    if me.halves.closes_fully() {
        return (!may_wait_for_reader(call)).then(|| Due::new(&[], fact!("a full close waits for nobody")));
    }
    if call.flow.is_cut() || !is_through(me, peer) || !is_through(peer, me) {
        return None;
    }
    let called: Vec<_> = [me, peer].iter().filter_map(|end| end.halves.close().called).collect();
    Some(Due::new(&called, fact!("both ends had called close and read to the end")))
}

/// `close_needs_reader=yes`: what a close still has to write may wait for a peer that neither reads nor closes. Of layers two that close
/// at the same time may wait for each other, with what they have to say of the end.
pub(in crate::oracle) fn may_wait_for_reader(call: &Waiting<'_>) -> bool {
    let needs_reader = |end: &EndState| end.contract.close_needs_reader == Some(YesNo::Yes);
    let peer = call.peer();
    let closed =
        if needs_reader(peer) && call.flow.stands_on_another { peer.halves.close().returned } else { peer.halves.full_close_called() };
    needs_reader(call.me()) && peer.pending.reads() == 0 && closed.is_none()
}

/// Close was called, and all is read or lost. An EOF of own shutdown of reading says nothing of a peer that may have been aborted
/// without a word.
fn is_through(end: &EndState, other: &EndState) -> bool {
    let is_at_end = end.reading.peer_eof().is_some() || end.reading.eof().is_some() && other.life.aborted().is_none();
    end.halves.close().called.is_some() && (is_at_end || end.life.aborted().is_some())
}

/// It did return.
pub(in crate::oracle) fn returned_close(_: &Scene<'_>, _: &ReturnedEnd<'_>) -> Ruling {
    Ruling::Kept
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: &["async-io"],
        bad: r#"
            server call 1 read
            client call 1 close
            server return 1 eof
            server call 2 close
            server return 2 done
            quiet"#,
        good: r#"
            server call 1 read
            client call 1 close
            server return 1 eof
            client return 1 done
            server close -> done
            quiet"#,
    },
    Example {
        contracts: NEEDS_NO_READER,
        bad: r#"
            client call 1 close
            quiet"#,
        good: r#"
            client call 1 close
            client return 1 done
            quiet"#,
    },
    Example {
        contracts: NEEDS_NO_READER,
        bad: r#"
            client call 1 close
            301s client return 1 done
            quiet"#,
        good: r#"
            client call 1 close
            299s client return 1 done
            quiet"#,
    },
    Example {
        contracts: HALF,
        bad: r#"
            client call 1 close
            server call 1 close
            server return 1 done
            client read -> eof
            server read -> eof
            quiet"#,
        good: r#"
            client call 1 close
            server call 1 close
            server return 1 done
            client read -> eof
            server read -> eof
            client return 1 done
            quiet"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "the peer has not called close",
        contracts: HALF,
        history: r#"
            client call 1 close
            server read -> eof
            quiet"#,
    },
    Excuse {
        why: "what a close still writes waits for a peer that does not read",
        contracts: &["async-io"],
        history: r#"
            client call 1 close
            quiet"#,
    },
    Excuse {
        why: "two closes of a layer that still write wait for each other",
        contracts: &["async-io"],
        history: r#"
            layers 1 0
            client/1 call 1 close
            server/1 call 1 close
            quiet"#,
    },
    Excuse {
        why: "the peer was aborted without a word, and reading was shut down here",
        contracts: HALF,
        history: r#"
            server shutdown read -> done
            server read -> eof
            server call 3 close
            env timeout client by fault
            client close -> done
            quiet"#,
    },
];
