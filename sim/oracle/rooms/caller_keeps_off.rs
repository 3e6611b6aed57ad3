//! Judges `caller-keeps-off`: does the caller do what it must not do?

use super::scope::{ALL, FULL};
use crate::contract::{ConcurrentReads, ConcurrentWrites};
use crate::oracle::events::{BegunCall, ReturnedEnd};
use crate::oracle::fact::fact;
use crate::oracle::ruling::{CallerDuties, Ruling};
use crate::oracle::scene::Scene;
use crate::oracle::state::{Asked, first};
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

/// Overlaps nothing that must not overlap, and leaves a flow alone that was closed for good.
#[inline]
pub(in crate::oracle) fn begun_call(scene: &Scene<'_>, call: &BegunCall) -> CallerDuties {
    if call.overlaps || call.closes_under || uses_closed_flow(scene, call.asked) {
        return failed(scene, call);
    }
    CallerDuties { tested: forbids_overlaps(scene) && scene.me().pending.is_reading_or_writing(), failed: Vec::new() }
}

#[cold]
fn failed(scene: &Scene<'_>, call: &BegunCall) -> CallerDuties {
    let mut duties = CallerDuties::default();
    if call.overlaps {
        duties.fail(fact!("a {call} was called while another one was pending", call = call.asked.word()));
    }
    if call.closes_under {
        duties.fail(fact!("a {call} was called under a pending call that it ends", call = call.asked.word()));
    }
    if uses_closed_flow(scene, call.asked) {
        duties.fail(fact!("a {call} was called after the flow was closed", call = call.asked.word()));
    }
    duties
}

fn forbids_overlaps(scene: &Scene<'_>) -> bool {
    let contract = &scene.me().contract;
    contract.concurrent_reads == ConcurrentReads::Forbidden || contract.concurrent_writes == ConcurrentWrites::Forbidden
}

fn uses_closed_flow(scene: &Scene<'_>, asked: Asked) -> bool {
    scene.me().halves.strong_close_returned().is_some() && matches!(asked, Asked::Read { .. } | Asked::Write { .. } | Asked::Flush)
}

/// The buffer of a write is seen with other contents than it was given, where it had changed hands.
pub(in crate::oracle) fn changed_buffer(scene: &Scene<'_>) -> CallerDuties {
    let mut duties = CallerDuties::default();
    duties.fail(fact!("the {end} touched the buffer of a write", end = scene.end));
    duties
}

/// After EOF or an error the caller closes or shuts down.
pub(in crate::oracle) fn at_quiet(scene: &Scene<'_>) -> CallerDuties {
    let (me, mut duties) = (scene.me(), CallerDuties::default());
    let Some(last) = first([me.reading.eof(), me.reading.error(), me.writing.error()]) else { return duties };
    // What never was connected need not be closed.
    duties.tested = !me.is_void() && !me.opening.is_closed_to(scene.at.seq);
    let (halves, doubt) = (&me.halves, me.halves.maybe_write().or(me.halves.maybe_read()));
    if duties.tested && halves.any_called().is_none() && doubt.is_none() {
        duties.fail(fact!("the {end} read EOF or an error at {t} and never closed or shut down the flow", end = scene.end, t = last.t));
    }
    duties
}

/// Where close ends the flow, its user must leave it alone from then on.
pub(in crate::oracle) fn returned_close(scene: &Scene<'_>, _: &ReturnedEnd<'_>) -> Ruling {
    Ruling::kept_if(scene.me().halves.closes_fully())
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: &["posix", "async-io", "relay"],
        bad: r#"
            server listen 80 -> ok
            server call 2 accept 80
            server unlisten 80 -> ok"#,
        good: r#"
            server listen 80 -> ok
            server unlisten 80 -> ok
            server listen 80 -> ok
            server close -> done
            server close -> done"#,
    },
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
        contracts: &["posix", "async-io", "relay"],
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
