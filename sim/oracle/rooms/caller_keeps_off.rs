//! Judges `caller-keeps-off`.

use super::scope::{ALL, FULL};
use crate::contract::End;
use crate::oracle::Stamp;
use crate::oracle::events::ReturnedEnd;
use crate::oracle::fact::fact;
use crate::oracle::ledger::{Ledger, Site};
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::state::{Flow, first};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "The caller's side of the contract: leave a written buffer alone where it changed hands, don't overlap calls where that \
                    is forbidden, don't use a flow after closing it for good, and close or shut down after EOF or an error.",
    source: "gluten-mirage Mirage_flow.S, read and write (close or shutdown should follow; a written buffer must not be reused); \
                 futures AsyncRead and AsyncWrite (one task for each half); POSIX close(2)",
    premise: "a call is made where the contract forbids some overlap, or after own full close; or all is quiet after EOF or an error",
    parameters: &["written_buffer", "concurrent_reads", "concurrent_writes", "blocked_read_at_close"],
    client_duty: true,
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::CallerKeepsOff, Section::Safety, Level::OneEnd)
};

/// After EOF or an error the caller closes or shuts down.
pub(in crate::oracle) fn at_quiet(flow: &Flow, book: &mut Ledger, end: End, at: Stamp) {
    let me = &flow.ends[end];
    let Some(last) = first([me.reading.eof(), me.reading.error(), me.writing.error()]) else { return };
    // What never was connected need not be closed.
    if me.is_void() || me.opening.is_closed_to(at.seq) {
        return;
    }
    book.exercise(Rule::CallerKeepsOff);
    let halves = &me.halves;
    if halves.any_called().is_none() && halves.maybe_write().is_none() && halves.maybe_read().is_none() {
        let site = Site { at, flow: flow.id, end, op: None };
        book.fault(site, fact!("the {end} read EOF or an error at {t} and never closed or shut down the flow", end, t = last.t));
    }
}

/// Where close ends the flow, its user must leave it alone from then on.
pub(in crate::oracle) fn returned_close(scene: &Scene<'_>, _: &ReturnedEnd<'_>) -> Ruling {
    Ruling::kept_if(scene.me().halves.closes_fully())
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            client shutdown write -> done
            server read -> eof
            quiet"#,
        good: r#"
            client shutdown write -> done
            server read -> eof
            server shutdown write -> done
            quiet"#,
    },
    Example {
        contracts: FULL,
        bad: r#"
            client close -> done
            client write "a" -> closed"#,
        good: r#"
            client shutdown write -> done
            server read -> eof
            server close -> done
            quiet"#,
    },
    Example {
        contracts: &["async-io"],
        bad: r#"
            server call 1 read
            server call 2 read"#,
        good: r#"
            server call 1 read
            server call 2 write "a""#,
    },
    Example {
        contracts: &["async-io"],
        bad: r#"
            client call 1 write "a"
            client call 2 write "b""#,
        good: r#"
            client call 1 write "a"
            client call 2 read"#,
    },
    Example {
        contracts: &["posix", "async-io"],
        bad: r#"
            server call 1 read
            server call 2 close"#,
        good: r#"
            client write "a" -> ok
            server read -> "a"
            server close -> done"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "one read and one write may overlap",
        contracts: ALL,
        history: r#"
            server call 1 read
            server call 2 write "b"
            client write "a" -> ok
            server return 1 "a"
            server return 2 ok"#,
    },
    Excuse {
        why: "a connection that was refused is none that could be closed",
        contracts: ALL,
        history: r#"
            client call 1 connect server:80
            client return 1 error refused
            client read -> error not_connected
            quiet"#,
    },
];
