//! Judges `input-is-total`: did anything panic?

use crate::oracle::events::Panicked;
use crate::oracle::fact::fact;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::rules::{About, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "No input, whatever its bytes and the connection's state, makes a stack panic or touches another flow. What has a bad \
                    checksum or a malformed header is dropped.",
    source: "metrics-mirage Tcp.S, input; RFC 9293 §3.1 (MUST-3, MUST-7)",
    premise: "a segment that is malformed, corrupted or injected arrives",
    ..About::later(Rule::InputIsTotal, Section::Connections, Level::Segments)
};

pub(in crate::oracle) fn panicked(scene: &Scene<'_>, call: &Panicked<'_>) -> Ruling {
    let (end, asked) = (scene.end, call.pending.asked.word());
    let said = match call.said {
        "" => fact!("the {end}'s {call} panicked", end, call = asked),
        said => fact!("the {end}'s {call} panicked: {said}", end, call = asked, said = said.to_owned()),
    };
    Ruling::broken(&[call.pending.called], said)
}
