//! Judges `reset-in-window`: did the reset that ended the connection stand at the next number expected?

use super::scope::ALL;
use crate::oracle::events::StateChange;
use crate::oracle::fact::fact;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A reset counts only at exactly the next sequence number expected (Linux after a FIN: also one before).",
    source: "RFC 5961 §3.2; RFC 9293 §3.5.3",
    premise: "a connection ends in the instant in which a reset arrives, in a synchronised state",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::ResetInWindow, Section::Wire, Level::Segments)
};

pub(in crate::oracle) fn state(scene: &Scene<'_>, change: &StateChange<'_>) -> Ruling {
    // The connection ended in the instant in which nothing but a reset arrived.
    let ends = change.from.is_synchronised() && change.to.is_none();
    let is_injected = scene.me().life.aborted().is_some_and(|abort| !abort.by_stack && abort.at.t == scene.at.t);
    let Some(spur) = change.own.spur().filter(|spur| ends && !is_injected && spur.t == scene.at.t) else { return Ruling::Moot };
    let fin = change.far.sent().fin.map(|(fin, _)| fin);
    if !change.own.arrived().excludes(spur.seq, fin) {
        return Ruling::Kept;
    }
    let fact = fact!(
        "the {end} took a reset with sequence number {seq}, which is not the next one that it expected",
        end = scene.end,
        seq = change.far.relative(spur.seq)
    );
    Ruling::broken(&[scene.earlier(spur.line)], fact)
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            client segment passes A seq 101 ack 301
            9ms client segment delivered R seq 150
            9ms server state ESTABLISHED to CLOSED"#,
        good: r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            client segment passes A seq 101 ack 301
            9ms client segment delivered R seq 101
            9ms server state ESTABLISHED to CLOSED"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            records network segments
            client segment passes S seq 4294967295
            server segment passes SA seq 300 ack 0
            client segment passes FA seq 0 ack 301
            server segment passes A seq 301 ack 1
            9ms client segment delivered R seq 4294967295
            9ms server state CLOSE-WAIT to CLOSED"#,
        good: r#"
            records network segments
            client segment passes S seq 4294967295
            server segment passes SA seq 300 ack 0
            client segment passes FA seq 0 ack 301
            server segment passes A seq 301 ack 1
            9ms client segment delivered R seq 0
            9ms server state CLOSE-WAIT to CLOSED"#,
    },
];

const EXCUSES: &[Excuse] = &[
    Excuse {
        why: "the end was aborted from outside in the same instant",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            client segment passes A seq 101 ack 301
            9ms client segment delivered R seq 150
            9ms env reset server by fault
            9ms server state ESTABLISHED to CLOSED"#,
    },
    Excuse {
        why: "it is not known whether the data before it had been taken",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            client segment passes A seq 101 ack 301 len 9
            9ms client segment delivered R seq 110
            9ms server state ESTABLISHED to CLOSED"#,
    },
    Excuse {
        why: "some stacks take a reset with the number of the FIN before it",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            client segment passes FA seq 101 ack 301
            server segment passes A seq 301 ack 102
            9ms client segment delivered R seq 101
            9ms server state CLOSE-WAIT to CLOSED"#,
    },
    Excuse {
        why: "the caller ended the connection in the same instant",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            9ms client segment delivered R seq 150
            9ms server disconnect -> done
            9ms server state SYN-RECEIVED to CLOSED"#,
    },
    Excuse {
        why: "in TIME-WAIT a reset anywhere in the window may count",
        contracts: ALL,
        history: r#"
            records network segments
            client segment passes S seq 100
            server segment passes SA seq 300 ack 101
            9ms client segment delivered R seq 150
            9ms server state TIME-WAIT to CLOSED"#,
    },
];
