//! Judges `destination-is-constant`: is the address that an end tells the one that it was connected to?

use super::scope::ALL;
use crate::oracle::events::opening::Destination;
use crate::oracle::fact::fact;
use crate::oracle::ruling::Ruling;
use crate::oracle::scene::Scene;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A flow's destination is what was connected to, or where the connection came from, as long as it lives.",
    source: "metrics-mirage Tcp.S, dst",
    premise: "destination says whom the flow is connected to, and something else said it before",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::DestinationIsConstant, Section::Connections, Level::OneEnd)
};

/// An end says which address it is connected to: has it said another one before?
pub(in crate::oracle) fn told(scene: &Scene<'_>, told: &Destination<'_>) -> Ruling {
    let opening = &scene.me().opening;
    if let Some((asked, port)) = opening.port().zip(port_of(told.address)).filter(|(asked, port)| asked != port) {
        let said = fact!("the {end} was to be connected to port {asked}, and says that it is to port {port}", end = scene.end, asked, port);
        return Ruling::broken(&[told.pending.called], said);
    }
    let Some(before) = opening.destination() else { return Ruling::kept_if(opening.port().is_some()) };
    if before == told.address {
        return Ruling::Kept;
    }
    let said = fact!(
        "the {end} is connected to {now}, it says, but it was to {before} before",
        end = scene.end,
        now = told.address.to_owned(),
        before = before.to_owned()
    );
    Ruling::broken(&[told.pending.called], said)
}

/// The port of an address, where it names one.
fn port_of(address: &str) -> Option<u32> {
    address.rsplit_once(':')?.1.parse().ok()
}

const EXAMPLES: &[Example] = &[
    Example {
        contracts: ALL,
        bad: r#"
            client connect server:80 -> ok
            client destination -> ok peer 10.0.0.2:81"#,
        good: r#"
            client connect server:80 -> ok
            client destination -> ok peer 10.0.0.2:80"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            client connect -> ok peer 10.0.0.2:80
            client destination -> ok peer 10.0.0.3:80"#,
        good: r#"
            client connect -> ok peer 10.0.0.2:80
            client destination -> ok peer 10.0.0.2:80"#,
    },
    Example {
        contracts: ALL,
        bad: r#"
            server destination -> ok peer 10.0.0.1:5000
            server destination -> ok peer 10.0.0.1:5001"#,
        good: r#"
            server destination -> ok peer 10.0.0.1:5000
            server/1 destination -> ok peer 10.0.0.1:5001
            server destination -> ok peer 10.0.0.1:5000"#,
    },
];

const EXCUSES: &[Excuse] = &[Excuse {
    why: "not every answer says whom",
    contracts: ALL,
    history: r#"
            client connect server:80 -> ok peer 10.0.0.2:80
            client destination -> ok
            client destination -> error not_connected"#,
}];
