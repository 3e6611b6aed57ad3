//! Judges `resources-freed`.

use super::scope::{ALL, FULL};
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "When an end is done, by its own full close, an abort, or the end of both directions, it holds nothing in the long run: \
                    no connection, timer, buffer or port.",
    source: "gluten-mirage Mirage_flow.S, close (frees all data); hvsock FLOW, close; RFC 9293 §3.6.1 (2·MSL) and §3.8.3",
    premise: "an end's resources are recorded at quiet, or after the give-up time and 2·MSL, when the end is done",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::ResourcesFreed, Section::Liveness, Level::Resources)
};

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            records network resources
            env reset client by fault
            3600s env resources client connections 1
            quiet"#,
        good: r#"
            records network resources
            env reset client by fault
            3600s env resources client
            quiet"#,
    },
    Example {
        contracts: FULL,
        bad: r#"
            records network resources
            client close -> done
            3600s env resources client timers 1
            quiet"#,
        good: r#"
            records network resources
            client close -> done
            3600s env resources client
            quiet"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            records network resources
            client disconnect -> done
            1801s env resources client ports 1"#,
        good: r#"
            records network resources
            client disconnect -> done
            1800s env resources client ports 1
            1801s env resources client"#,
    },
];

const EXCUSES: &[Excuse] = &[Excuse {
    why: "a half-closed end still needs its connection",
    contracts: ALL,
    history: r#"
            records network resources
            client shutdown write -> done
            3600s env resources client connections 1
            quiet"#,
}];
