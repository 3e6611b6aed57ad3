//! Whether a target can run a scenario, and if not, because of what in it.

use super::step::Kind;
use super::{Action, Fault, Scenario, Step};
use crate::contract::{Both, Contract};
use crate::trace::Diagnostic;
use crate::world::{Offers, Target};

impl Scenario {
    /// What in this scenario the target can't do, if anything: then it can only be skipped.
    pub fn unfit(&self, target: &dyn Target) -> Option<Diagnostic> {
        let (name, offers) = (target.name(), target.offers());
        if let (Some(Fault { spot, .. }), false) = (self.faults.first(), offers.aborts) {
            return Some(self.source.at(*spot, format!("the target `{name}` has no ends that could be aborted")));
        }
        if self.flows.len() > 1 && !offers.several_flows {
            return Some(self.source.whole(&format!("the target `{name}` has one flow, and the scenario has {}", self.flows.len())));
        }
        let mut steps = self.tasks().flat_map(|(_, _, steps)| steps);
        steps.find_map(|step| Some((step, lacking(step, &offers)?))).map(|(step, what)| {
            let message = format!("the target `{name}` {what}");
            self.source.at(step.spot, message).with_help(format!("`{step}` needs another target"))
        })
    }

    /// What each end promises in a run on this target: what the run was told, else the scenario, else the target.
    pub(super) fn promised(&self, told: Option<Both<Contract>>, target: &dyn Target) -> Both<Contract> {
        told.or(self.contract).unwrap_or_else(|| Both::same(usual(target.claims())))
    }
}

/// What a target lacks for this step.
fn lacking(step: &Step, offers: &Offers) -> Option<&'static str> {
    let is_nodelay = matches!(step.action, Action::WriteNodelay(_) | Action::WritevNodelay(_));
    match &step.action {
        action if action.kind() == Kind::Setup && !offers.connections => {
            Some("has no connection setup: its ends are connected from the start")
        }
        _ if step.cancel_after.is_some() && !offers.cancel => Some("can't cancel calls"),
        _ if is_nodelay && !offers.nodelay => Some("has no writes without delay"),
        _ => None,
    }
}

/// The contract of a target that claims several: modern, if it is among them.
fn usual(claims: &[Contract]) -> Contract {
    let modern = claims.iter().find(|claim| **claim == Contract::modern());
    modern.or(claims.first()).copied().unwrap_or(Contract::modern())
}
