//! Judges `flows-are-isolated`: does a call fail, or a stream end, since another flow of the stack was ended?

use super::scope::{ALL, FULL};
use crate::oracle::Stamp;
use crate::oracle::events::abort::AbortedByStack;
use crate::oracle::events::{Ending, FailedRead, ReadEof, ReadReturn, ReturnedWrite};
use crate::oracle::fact::fact;
use crate::oracle::rooms::read_error_has_cause::unexplained;
use crate::oracle::rooms::{abort_has_cause, closed_has_cause};
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "Flows of one stack don't touch each other: what happens on one changes nothing on another.",
    source: "gluten-mirage Mirage_flow.S, flow: the state of a single stream; RFC 9293 §3.3.1 (a control block for each connection)",
    premise: "a call returns on a flow while another flow of the same stack was aborted, shut down or closed",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::FlowsAreIsolated, Section::Safety, Level::BothEnds)
};

/// When another flow of the stack had ended badly before this event.
fn premise(scene: &Scene<'_>) -> Option<Stamp> {
    scene.book.trouble_elsewhere(scene.flow.id, scene.at.seq)
}

/// When another flow of the stack was being ended, and no call has gone well here that was made since.
fn ending(scene: &Scene<'_>) -> Option<Stamp> {
    scene.book.ending_elsewhere(scene.flow.id).filter(|at| scene.me().went_on.is_none_or(|called| called < at.seq))
}

/// The end of the stream, which nothing on this flow can have caused.
pub(in crate::oracle) fn read_eof(scene: &Scene<'_>, read: &ReadEof<'_>) -> Ruling {
    match ending(scene).filter(|_| matches!(read.ending, Ending::Clean) && read.cause.is_none()) {
        None => read_on(scene, read),
        Some(ending) => {
            let said = fact!("the {end}'s read returned EOF, but only another flow was being ended, at {t}", end = scene.end, t = ending.t);
            Ruling::broken(&[ending], said)
        }
    }
}

/// Reading has gone on.
pub(in crate::oracle) fn read_on(scene: &Scene<'_>, _: &impl ReadReturn) -> Ruling {
    Ruling::kept_if(premise(scene).is_some())
}

pub(in crate::oracle) fn failed_read(scene: &Scene<'_>, read: &FailedRead<'_>) -> Ruling {
    match premise(scene).or_else(|| ending(scene)) {
        None => Ruling::Moot,
        Some(trouble) if read.unexplained => Ruling::broken(&[trouble], unexplained(scene, read)),
        Some(_) => Ruling::Kept,
    }
}

/// The stack aborted an end without a reason of its own, after it had stopped listening.
pub(in crate::oracle) fn aborted(scene: &Scene<'_>, abort: &AbortedByStack) -> Ruling {
    let unlistened = scene.book.trouble_of_stack().filter(|at| at.seq < scene.at.seq);
    match (unlistened, abort_has_cause::aborted(scene, abort)) {
        (Some(unlistened), Ruling::Broken(_)) => {
            let said = fact!("the {end} was aborted by the stack for what happened elsewhere", end = scene.end);
            Ruling::broken(&[unlistened], said)
        }
        _ => Ruling::Moot,
    }
}

pub(in crate::oracle) fn returned_write(scene: &Scene<'_>, _: &ReturnedWrite<'_>) -> Ruling {
    Ruling::kept_if(premise(scene).is_some())
}

pub(in crate::oracle) fn failed_write(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> Ruling {
    match premise(scene).or_else(|| ending(scene)) {
        None => Ruling::Moot,
        Some(trouble) if write.unexplained => Ruling::broken(&[trouble], closed_has_cause::unexplained(scene, write)),
        Some(_) => Ruling::Kept,
    }
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            client write "a" -> ok
            env reset server/1 by fault
            server read -> error reset"#,
        good: r#"
            client write "a" -> ok
            env reset server/1 by fault
            server read -> "a""#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            env reset client/1 by fault
            client write "a" -> closed"#,
        good: r#"
            env reset client/1 by fault
            client write "a" -> ok"#,
    },
    Example {
        contracts: FULL,
        bad: r#"
            client/1 close -> done
            client write "a" -> closed"#,
        good: r#"
            client/1 close -> done
            client write "a" -> ok"#,
    },
    Example {
        contracts: FULL,
        bad: r#"
            client/1 close -> done
            server read -> eof"#,
        good: r#"
            client write "a" -> ok
            client/1 close -> done
            server read -> "a""#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "the reset concerns every flow",
        contracts: ALL,
        history: r#"
            env reset server by fault
            server read -> error reset
            server/1 read -> error reset"#,
    },
    Excuse {
        why: "what befalls the flow below is a cause above",
        contracts: ALL,
        history: r#"
            layers 1 0
            server/1 call 1 read
            server/0 call 1 read
            env reset server/0 by fault
            server/0 return 1 error reset
            server/1 return 1 error reset
            server/1 write "a" -> error reset"#,
    },
    Excuse {
        why: "the calls of a layer on the flow below are evidence, and nothing is owed to them",
        contracts: ALL,
        history: r#"
            layers 1 0
            client/0 write "a" -> ok
            server/0 call 1 read
            server/0 call 2 write "x"
            quiet"#,
    },
];
