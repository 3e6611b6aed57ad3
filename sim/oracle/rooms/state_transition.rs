//! Judges `state-transition`: is there an arrow from where the connection was to where it is?

use super::scope::ALL;
use crate::oracle::events::StateChange;
use crate::oracle::fact::fact;
use crate::oracle::rooms::time_wait_held;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::rules::transitions;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A connection changes its state only along the arrows of the state diagram and its notes, by reset, abort or timeout.",
    source: "RFC 9293 §3.3.2, figure 5, and §3.10",
    premise: "a change of state is recorded",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::StateTransition, Section::Wire, Level::Segments)
};

pub(in crate::oracle) fn state(scene: &Scene<'_>, change: &StateChange<'_>) -> Ruling {
    let (end, from, to) = (scene.end, change.from.name(), change.to.name());
    if let Some((was, line)) = change.own.chain().broken_by(change.from, change.to) {
        let fact = fact!("the {end} left {from}, but it was in {was}", end, from, was = was.name());
        return Ruling::broken(&[scene.earlier(line)], fact);
    }
    if change.from != change.to && !transitions::allowed(change.from, change.to) {
        return Ruling::broken(&[], fact!("the {end} went from {from} to {to}; the diagram has no such arrow", end, from, to));
    }
    if time_wait_held::is_skipped(scene, change) { Ruling::broken(&[], time_wait_held::skipped(scene, change)) } else { Ruling::Kept }
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client state ESTABLISHED to TIME-WAIT"#,
        good: r#"
            records network segments
            client state CLOSED to SYN-SENT
            client state SYN-SENT to ESTABLISHED
            client state ESTABLISHED to FIN-WAIT-1
            client state FIN-WAIT-1 to FIN-WAIT-2
            client state FIN-WAIT-2 to TIME-WAIT
            client state TIME-WAIT to CLOSED"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client state ESTABLISHED to FIN-WAIT-1
            client state ESTABLISHED to CLOSE-WAIT"#,
        good: r#"
            records network segments
            client state ESTABLISHED to CLOSE-WAIT
            client state CLOSE-WAIT to LAST-ACK"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            client segment passes FA seq 101 ack 301
            server segment passes FA seq 301 ack 101
            client segment passes A seq 102 ack 302
            server segment passes A seq 302 ack 102
            client state CLOSING to CLOSED"#,
        good: r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            client segment passes FA seq 101 ack 301
            server segment passes FA seq 301 ack 101
            client segment passes A seq 102 ack 302
            server segment passes A seq 302 ack 102
            client state CLOSING to TIME-WAIT"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "the listener closes beside the connection that it took",
        contracts: ALL,
        history: r#"
            records network segments
            server state CLOSED to LISTEN
            server state LISTEN to SYN-RECEIVED
            server state SYN-RECEIVED to ESTABLISHED
            server state LISTEN to CLOSED
            server state ESTABLISHED to CLOSE-WAIT"#,
    },
    Excuse {
        why: "a new SYN opens the connection again from TIME-WAIT",
        contracts: ALL,
        history: r#"
            records network segments
            client state FIN-WAIT-2 to TIME-WAIT
            client state TIME-WAIT to SYN-RECEIVED"#,
    },
    Excuse {
        why: "a reset cut CLOSING short",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            client segment passes FA seq 101 ack 301
            server segment passes FA seq 301 ack 101
            client segment passes A seq 102 ack 302
            server segment passes R seq 302
            client state CLOSING to CLOSED"#,
    },
    Excuse {
        why: "both ends open at the same time, and both close",
        contracts: ALL,
        history: r#"
            records network segments
            client state CLOSED to SYN-SENT
            client state SYN-SENT to SYN-RECEIVED
            client state SYN-RECEIVED to ESTABLISHED
            client state ESTABLISHED to FIN-WAIT-1
            client state FIN-WAIT-1 to CLOSING
            client state CLOSING to TIME-WAIT"#,
    },
    Excuse {
        why: "these names are not the standard's",
        contracts: ALL,
        history: r#"
            records network segments
            client state ESTABLISHED to FIN_WAIT1
            client state ESTAB to CLOSE-WAIT"#,
    },
    Excuse {
        why: "segments and states were not recorded as a whole",
        contracts: ALL,
        history: r#"
            client state ESTABLISHED to TIME-WAIT
            client segment sent FA seq 100 ack 1
            client segment sent FA seq 101 ack 1"#,
    },
];
