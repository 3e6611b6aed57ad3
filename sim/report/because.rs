//! Tells what led to a violation, as one chain of operations with times and byte counts.

use std::collections::BTreeSet;

use crate::contract::Call;
use crate::time::Instant;
use crate::trace::{EnvWhat, Event, Place, Trace, What};

use super::history::{Operation, Operations};
use super::segment::{self, Numbers};
use super::words;

/// The links of the chain, in the order of the trace. The call and the return of one operation make one link.
pub(super) fn because(trace: &Trace, history: &Operations, numbers: &Numbers, lines: &[u64]) -> Vec<String> {
    let lines: BTreeSet<u64> = lines.iter().copied().collect();
    let flows = history.operations().iter().any(|operation| operation.at.flow != 0);
    let mut said = BTreeSet::new();
    let mut links = Vec::new();
    for &line in &lines {
        let Some(event) = line.checked_sub(2).and_then(|index| trace.events.get(usize::try_from(index).ok()?)) else { continue };
        match history.on_line(line) {
            Some(index) if !said.insert(index) => {}
            Some(index) => links.push(operation(&history.operations()[index], &lines, trace, flows)),
            None => links.push(other(event, numbers, flows)),
        }
    }
    links
}

/// `the client's write #1 "hi" → ok (bytes 0..2) at 5.9 ms`; only what the chain's lines say of it.
fn operation(operation: &Operation, lines: &BTreeSet<u64>, trace: &Trace, flows: bool) -> String {
    let verbatim = !trace.header.simulated;
    let subject = format!("the {}'s {}", operation.at.end, asked(operation, verbatim, flows));
    match operation.end.as_ref().filter(|end| lines.contains(&end.line)) {
        None => format!("{subject} called at {}", operation.t),
        Some(end) => {
            let how = end.outcome.as_ref().map_or("cancelled".to_owned(), |outcome| words::outcome(outcome, verbatim));
            let bytes = operation.bytes.as_ref().map(|bytes| format!(" (bytes {}..{})", bytes.start, bytes.end)).unwrap_or_default();
            format!("{subject} → {how}{bytes}{}", when(operation, end.t, lines))
        }
    }
}

/// Both times where the chain holds both lines and time passed between them.
fn when(operation: &Operation, end: Instant, lines: &BTreeSet<u64>) -> String {
    if lines.contains(&operation.line) && operation.t != end {
        format!(", called at {}, at {end}", operation.t)
    } else {
        format!(" at {end}")
    }
}

/// `write #1 "hi"`, `shutdown write #2 of flow 1`: the verb, the operation's name, what it carries.
fn asked(operation: &Operation, verbatim: bool, flows: bool) -> String {
    let name = format!("#{}{}", operation.op, of_flow(operation.at, flows));
    match &operation.call {
        Call::Shutdown(mode) => format!("shutdown {} {name}", words::mode(*mode)),
        call => {
            let said = words::call(call, verbatim);
            match said.split_once(' ') {
                Some((verb, rest)) => format!("{verb} {name} {rest}"),
                None => format!("{said} {name}"),
            }
        }
    }
}

/// ` of flow 1`, where there are several.
fn of_flow(at: Place, flows: bool) -> String {
    if flows { format!(" of flow {}", at.flow) } else { String::new() }
}

/// A link that is no operation.
fn other(event: &Event, numbers: &Numbers, flows: bool) -> String {
    match &event.what {
        What::Env(env) if env.what == EnvWhat::Quiet => format!("at {} nothing more can happen", event.t),
        What::Env(env) => match env.end {
            Some(end) => format!("the {end}: {} at {}", words::environment(&env.what), event.t),
            None => format!("{} at {}", words::environment(&env.what), event.t),
        },
        What::Segment(seen) => {
            let of = of_flow(seen.sender(), flows);
            format!("the {}'s {}{of}, {} at {}", seen.from, segment::said(seen, numbers), segment::became(seen.fate), event.t)
        }
        What::State { at, from, to } => {
            format!("the {}{} from {} to {} at {}", at.end, of_flow(*at, flows), words::plain(from), words::plain(to), event.t)
        }
        What::Call { .. } | What::Return { .. } | What::Cancel { .. } => format!("something at {}", event.t),
    }
}
