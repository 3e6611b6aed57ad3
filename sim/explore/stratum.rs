//! Divides cases into strata, so that a search can say of each how much of it there was.

use std::fmt;

use crate::scenario::{FaultKind, Scenario};

/// What a case is like: what its ends promise, and what goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stratum {
    /// The contract of both ends, without its changes: `mixed` where they differ, `the flow's own` where the case says none.
    pub contract: &'static str,
    /// The gravest of what goes wrong.
    pub faults: FaultClass,
}

/// What goes wrong in a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultClass {
    /// Nothing.
    None,
    /// Packets are lost, late, doubled or damaged, or don't pass for a while.
    Network,
    /// Ends are aborted, hosts crash.
    Aborts,
}

impl FaultClass {
    /// All of them.
    pub const ALL: [FaultClass; 3] = [FaultClass::None, FaultClass::Network, FaultClass::Aborts];
}

impl fmt::Display for FaultClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FaultClass::None => "no faults",
            FaultClass::Network => "bad network",
            FaultClass::Aborts => "aborts",
        })
    }
}

impl Stratum {
    /// That of a scenario.
    pub fn of(scenario: &Scenario) -> Self {
        let contract = match &scenario.contract {
            None => "the flow's own",
            Some(both) if both.client.base == both.server.base => both.client.base,
            Some(_) => "mixed",
        };
        let aborts = |kind: &FaultKind| matches!(kind, FaultKind::Abort { .. } | FaultKind::Crash { .. });
        let faults = match (&*scenario.faults, scenario.has_lossy_links()) {
            (faults, _) if faults.iter().any(|fault| aborts(&fault.kind)) => FaultClass::Aborts,
            ([], false) => FaultClass::None,
            _ => FaultClass::Network,
        };
        Stratum { contract, faults }
    }
}
