//! Judges `keepalive-ends-dead-flow`: do the calls of an end fail, once keep-alive gave its connection up?

use super::scope::has_keepalive;
use crate::contract::EofOnKeepaliveDeath;
use crate::oracle::events::FailedRead;
use crate::oracle::fact::fact;
use crate::oracle::rooms::abort_is_told;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::oracle::waiting::{Due, Waiting};
use crate::rules::{About, Example, Level, Rule, Section};
use crate::trace::Abort;

pub(super) const ABOUT: About = About {
    statement: "With keep-alive on and nothing outstanding, a peer that fell silent ends reads and writes, pending ones too, when the \
                    probes are used up: not before, and at most one interval and a second later.",
    source: "metrics-mirage Tcp.S, create_connection; RFC 9293 §3.8.4",
    premise: "keep-alive is on, and the peer is silent for longer than all probes take",
    parameters: &["eof_on_keepalive_death"],
    applies: has_keepalive,
    breakable: has_keepalive,
    examples: EXAMPLES,
    ..About::later(Rule::KeepaliveEndsDeadFlow, Section::Connections, Level::Network)
};

/// Where the contract wants EOF when keep-alive gave up, an error is none.
pub(in crate::oracle) fn failed_read(scene: &Scene<'_>, read: &FailedRead<'_>) -> Ruling {
    let me = scene.me();
    let dead = me.life.aborted().filter(|abort| abort.kind == Abort::KeepaliveDeath);
    let Some(abort) = dead.filter(|_| me.contract.eof_on_keepalive_death == Some(EofOnKeepaliveDeath::Require)) else {
        return Ruling::Moot;
    };
    let said = fact!(
        "keep-alive gave the {end}'s connection up, and its read returned `{error}` where EOF is asked for",
        end = scene.end,
        error = &read.error
    );
    Ruling::broken(&[abort.at], said)
}

/// Keep-alive gave the connection up, and the call is still pending.
pub(in crate::oracle) fn stuck(call: &Waiting<'_>) -> Option<Due> {
    call.me().life.aborted().filter(|abort| abort.kind == Abort::KeepaliveDeath)?;
    abort_is_told::stuck(call)
}

const EXAMPLES: &[Example] = &[Example {
    contracts: &["classic", "mirage-tcpip"],
    bad: r#"
            env keepalive_death client
            client read -> error timed_out"#,
    good: r#"
            env keepalive_death client
            client read -> eof"#,
}];
