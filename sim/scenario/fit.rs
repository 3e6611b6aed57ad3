//! Decides whether a target can run a scenario, and if not, which part of the scenario it can't.

use super::mistake::Spot;
use super::network::usual_stacks;
use super::step::ActionKind;
use super::{Action, PORT, Scenario, Step};
use crate::contract::{Both, Contract};
use crate::trace::Diagnostic;
use crate::world::{Offers, Target};

impl Scenario {
    /// What in this scenario the target can't do, if anything: then it can only be skipped.
    pub fn unfit(&self, target: &dyn Target) -> Option<Diagnostic> {
        let (name, offers) = (target.name(), target.offers());
        if let Some((spot, what, help)) = self.networked(&offers) {
            return Some(self.source.at(spot, format!("the target `{name}` {what}")).with_help(help));
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

    /// What here needs a network, or ends that can be aborted, where the target does not offer it.
    fn networked(&self, offers: &Offers) -> Option<(Spot, &'static str, &'static str)> {
        const PIPE: &str = "a pipe has `[pipe]` with `capacity` and `delay`; `target = \"tcp\"` has a network, and so has what a test makes \
                            with `sim.tcp_pair()` and wraps in `OverNetwork`";
        const FAULTS: &str = "what can happen to the ends of a pipe: `reset`, `timeout`, `keepalive_death`";
        let (network, is) = (offers.network_faults, |said: bool, spot: Spot| said.then_some(spot));
        let fault = |of_network: bool| self.faults.iter().find(|fault| fault.kind.is_of_network() == of_network).map(|fault| fault.spot);
        let port = is(self.flows.iter().any(|flow| flow.port != PORT), self.spots.port);
        let link = is(self.link != Both::default(), self.spots.link);
        let tcp = is(self.tcp != usual_stacks(&self.link), self.spots.tcp);
        let wants = [
            (offers.connections, port, "has no ports", "its ends are connected from the start"),
            (network, link, "has no link", PIPE),
            (offers.stack_settings, tcp, "has no TCP stack that could be set", PIPE),
            (network, fault(true), "has no network that could do this", FAULTS),
            (offers.aborts, fault(false), "has no ends that could be aborted", "a pipe has"),
        ];
        wants.into_iter().find_map(|(offered, spot, what, help)| Some((spot.filter(|_| !offered)?, what, help)))
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
        action if action.kind() == ActionKind::Setup && !offers.connections => {
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
