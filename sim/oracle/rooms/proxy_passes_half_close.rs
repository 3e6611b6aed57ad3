//! Judges `proxy-passes-half-close`: does an end of stream on one side of a proxy end the other side's writing, and no more?

use super::scope::{ALL, FULL};
use crate::oracle::Stamp;
use crate::oracle::events::layers::ProxySides;
use crate::oracle::fact::fact;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::state::{EndState, first};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A proxy that reads EOF on one side shuts down writing on the other, and the opposite direction goes on.",
    source: "hvsock FLOW, close: a half close is a state of its own; RFC 9293 §3.6",
    premise: "a proxy that has read EOF on one of its sides closes one, or all is quiet",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::ProxyPassesHalfClose, Section::Layers, Level::BothEnds)
};

/// When the proxy read an end of stream, if its peer has only half closed and nothing has failed.
fn half_closed(sides: &ProxySides<'_>) -> Option<Stamp> {
    let eof = sides.near.reading.clean_eof()?;
    let closed = sides.near_peer.full_close_possible().is_some();
    let gone = [sides.near, sides.near_peer, sides.far, sides.far_peer].into_iter().any(EndState::is_out_of_sight);
    (!closed && !gone).then_some(eof)
}

/// The proxy closes one of its ends for good: was the opposite direction over?
pub(in crate::oracle) fn closes(scene: &Scene<'_>, sides: &ProxySides<'_>) -> Ruling {
    let Some(eof) = half_closed(sides) else { return Ruling::Moot };
    let over = [sides.far.reading.eof(), sides.far.reading.error(), sides.near.writing.error(), sides.near.halves.write_end_called()];
    let is_lost = sides.far.writing.error().is_some();
    if is_lost || first(over).is_some() {
        return Ruling::Kept;
    }
    let said = fact!(
        "the proxy closed the flow after it had read the end of one direction at {t}, although the other one was not over",
        t = eof.t
    );
    Ruling::broken(&[eof, scene.at], said)
}

/// All is quiet: did the end of the stream go on to the other side?
pub(in crate::oracle) fn at_quiet(_: &Scene<'_>, sides: &ProxySides<'_>) -> Ruling {
    let Some(eof) = half_closed(sides) else { return Ruling::Moot };
    let passed = [sides.far.halves.write_end_called(), sides.far.writing.error()];
    if first(passed).is_some() {
        return Ruling::Kept;
    }
    let said = fact!("the proxy read the end of one direction at {t}, and never ended its writing on the other side", t = eof.t);
    Ruling::broken(&[eof], said)
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: FULL,
        bad: r#"
            proxies 0 1
            client/0 call 1 shutdown write
            server/0 read -> eof
            client/1 call 1 close"#,
        good: r#"
            proxies 0 1
            client/0 shutdown write -> done
            server/0 read -> eof
            client/1 shutdown write -> done
            server/1 read -> eof
            server/1 shutdown write -> done
            client/1 read -> eof
            client/1 call 3 close
            client/1 return 3 done"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            proxies 0 1
            server/1 shutdown write -> done
            client/1 read -> eof
            quiet"#,
        good: r#"
            proxies 0 1
            server/1 shutdown write -> done
            client/1 read -> eof
            server/0 shutdown write -> done
            client/1 shutdown write -> done
            quiet"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "the peer had closed for good",
        contracts: FULL,
        history: r#"
            proxies 0 1
            client/0 close -> done
            server/0 read -> eof
            client/1 call 1 close
            client/1 return 1 done"#,
    },
    Excuse {
        why: "a write to the other side had failed",
        contracts: FULL,
        history: r#"
            proxies 0 1
            client/0 close -> done
            server/0 write "a" -> closed
            server/1 shutdown write -> done
            client/1 read -> eof
            client/1 call 2 close
            client/1 return 2 done"#,
    },
    Excuse {
        why: "nobody can write to that side any more",
        contracts: FULL,
        history: r#"
            proxies 0 1
            client/0 shutdown write -> done
            server/0 read -> eof
            env reset server/1 by fault
            client/1 call 1 close
            client/1 return 1 done
            server/0 close -> done
            quiet"#,
    },
];
