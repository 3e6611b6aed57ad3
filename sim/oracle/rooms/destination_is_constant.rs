//! Judges `destination-is-constant`.

use super::scope::ALL;
use crate::rules::{About, Example, Excuse, Level, Rule, Section};

pub(super) const ABOUT: About = About {
    statement: "A flow's destination is what was connected to, or where the connection came from, as long as it lives.",
    source: "metrics-mirage Tcp.S, dst",
    premise: "destination says whom the flow is connected to, and something else said it before",
    examples: EXAMPLES,
    excuses: EXCUSES,
    ..About::new(Rule::DestinationIsConstant, Section::Connections, Level::OneEnd)
};

const EXAMPLES: &[Example] = &[
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
