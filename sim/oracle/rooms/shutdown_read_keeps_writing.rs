//! Judges `shutdown-read-keeps-writing`: do own writes go on after own shutdown of reading?

use super::scope::{SHUTS_READ, shuts_read};
use crate::oracle::Stamp;
use crate::oracle::events::ReturnedWrite;
use crate::oracle::rooms::closed_has_cause::unexplained;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::rules::{About, Example, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "Shutting down reading is no reason for own writes to fail.",
    source: "gluten-mirage Mirage_flow.S, shutdown: each mode ends its own half; POSIX shutdown(2)",
    premise: "a write that was called after own shutdown of reading returns",
    parameters: &["data_after_shutdown_read"],
    applies: shuts_read,
    breakable: shuts_read,
    examples: EXAMPLES,
    ..About::new(Rule::ShutdownReadKeepsWriting, Section::Safety, Level::OneEnd)
};

/// When this end had asked to end its reading, where that means something.
fn shut(scene: &Scene<'_>) -> Option<Stamp> {
    let me = scene.me();
    me.halves.shut_read().called.filter(|_| shuts_read(&me.contract))
}

pub(in crate::oracle) fn returned_write(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> Ruling {
    Ruling::kept_if(scene.me().writes_on() && shut(scene).is_some_and(|at| at.seq < write.called()))
}

pub(in crate::oracle) fn failed_write(scene: &Scene<'_>, write: &ReturnedWrite<'_>) -> Ruling {
    match shut(scene).filter(|_| write.unexplained) {
        Some(shut) => Ruling::broken(&[shut], unexplained(scene, write)),
        None => returned_write(scene, write),
    }
}

const EXAMPLES: &[Example] = &[Example {
    contracts: SHUTS_READ,
    bad: r#"
            client shutdown read -> done
            client write "a" -> closed"#,
    good: r#"
            client shutdown read -> done
            client write "a" -> ok
            server read -> "a""#,
}];
