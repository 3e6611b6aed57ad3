//! Generates scenarios at random, and makes those that fail smaller: [`Scenarios::case`] is the nth of a seed, [`shrink`] leaves what
//! its [`Finding`] needs, a [`Campaign`] does both for as many cases as are asked for.
//! [`schedules`] makes every schedule of a scenario with few faults.
//!
//! What is generated is a [`Scenario`] like any other: it runs on any target that offers what it asks for, and a shrunk failure is
//! a file that a person reads. `random`, `network` and `ports` draw the parts, each a function or a table of kinds with weights; a
//! case may do without some of the kinds (swarm testing). `duty` cuts random steps to what no run makes a client's fault, so that
//! whatever comes out is the flow's own doing. `portion` keeps them short, `around` varies a scenario that is there. All chance comes
//! out of `draws` as numbers. With the feature `proptest`, [`Scenarios`] is a strategy for properties of your own flows. What this is
//! not: a judge, or a search that learns from what it has seen.

mod around;
mod campaign;
mod draws;
mod duty;
mod finding;
mod kill;
mod network;
mod portion;
mod ports;
mod random;
pub mod schedules;
mod shrink;
#[cfg(feature = "proptest")]
mod strategy;
mod stratum;
mod threads;

use crate::choice::{CaseNumbers, Deviations};
use crate::contract::{Both, Contract, End};
use crate::link::LinkSettings;
use crate::scenario::{Fault, FaultKind, FlowSteps, PipeSpec, Scenario, Step};
use crate::tcp;
use crate::world::{Offers, Target};
pub use campaign::{Campaign, Failure, Searched};
use draws::Draws;
use duty::{Duties, Wishes};
pub use finding::Finding;
pub use kill::{Autopsy, Death, Deaths, KillTable, RuleTally, RuleWorth, killed, waiting};
use ports::PortsFlow;
pub use shrink::{Effort, Shrunk, shrink, shrink_by};
#[cfg(feature = "proptest")]
pub use strategy::Shrinking;
pub use stratum::{FaultClass, Stratum};
pub use threads::in_order;

/// Most flows of a scenario.
const MAX_FLOWS: usize = 3;

/// Scenarios of one flow that fit every target: without aborts, of no particular contract, careful enough for every contract whose
/// close is a full one.
///
/// ```
/// use flowsim::{SetupError, Sim, explore::scenarios};
///
/// let ends = async |sim: &Sim| -> Result<_, SetupError> { Ok(sim.pipe()) };
/// for index in 0..10 {
///     scenarios().case(7, index).run(&ends).unwrap().assert_held();
/// }
/// ```
pub fn scenarios() -> Scenarios {
    Scenarios { contracts: Vec::new(), offers: Offers { cancel: true, ..Offers::default() }, careless: false, around: None }
}

/// A space of scenarios: see [`scenarios`].
#[derive(Clone, Debug)]
#[must_use = "settings do nothing by themselves"]
pub struct Scenarios {
    /// What either end may promise; nothing where the flows say it.
    contracts: Vec<Contract>,
    offers: Offers,
    careless: bool,
    /// What is varied, instead of steps that are random throughout.
    around: Option<Box<Scenario>>,
}

impl Scenarios {
    /// For this target: all that it offers, and each of the contracts that it claims. Where its packets cross a network, that is
    /// random too: links, stacks, what happens to single segments, partitions that heal, and hosts that crash where aborts are
    /// offered; and there are up to three flows.
    pub fn on(self, target: &dyn Target) -> Self {
        Scenarios { contracts: target.claims().to_vec(), offers: target.offers(), ..self }
    }

    /// Both ends keep this contract, and their callers what it asks of them.
    pub fn contract(self, contract: Contract) -> Self {
        Scenarios { contracts: vec![contract], ..self }
    }

    /// Nothing but what is offered here: aborts, cancelled calls, writes without delay, faults of a network.
    pub fn offering(self, offers: Offers) -> Self {
        Scenarios { offers, ..self }
    }

    /// The callers do what they like: they may also overlap calls that must not overlap, go on after their close, or never close.
    pub fn careless(self) -> Self {
        Scenarios { careless: true, ..self }
    }

    /// Variations of this scenario, in place of steps that are random throughout: its network or pipe, its faults and its order are
    /// drawn again, at times a call comes later, is given up or cut to pieces. What it expects and guards does not count, since it
    /// was meant for its own network; its contract does. The case with index 0 is the scenario itself.
    pub fn around(self, scenario: &Scenario) -> Self {
        Scenarios { around: Some(Box::new(scenario.clone().detached())), ..self }
    }

    /// The case with this index of those of a seed: the same on every machine, whichever cases were made before.
    pub fn case(&self, seed: u64, index: u64) -> Scenario {
        match &self.around {
            Some(scenario) if index == 0 => Scenario::clone(scenario),
            _ => self.draw(&mut Draws::new(&mut CaseNumbers::new(seed, index))),
        }
    }

    /// One scenario.
    fn draw(&self, draws: &mut Draws<'_>) -> Scenario {
        match &self.around {
            Some(scenario) => around::variation(scenario, &self.offers, draws),
            None => self.draw_steps(draws),
        }
    }

    /// One scenario whose steps are random.
    fn draw_steps(&self, draws: &mut Draws<'_>) -> Scenario {
        let offers = &self.offers;
        draws.swarm();
        let contract = draws.part(|draws| self.promises(draws));
        let seed = draws.part(random::seed);
        let medium = medium(draws, offers);
        let aborts = if offers.aborts { draws.part(random::aborts) } else { Vec::new() };
        let wishes = self.flows(draws, &medium);
        let Medium { pipe, link, tcp, faults } = medium;
        let is_calm = aborts.is_empty() && !offers.network_faults;
        let steps = |(flow, wishes)| FlowSteps { tasks: self.tasks(flow, contract, is_calm, wishes), ..FlowSteps::default() };
        let mut flows: Vec<FlowSteps> = wishes.into_iter().enumerate().map(steps).collect();
        if let Some(PortsFlow { steps, is_alone }) = offers.connections.then(|| draws.part(ports::flow)).flatten() {
            flows.truncate(if is_alone { 0 } else { flows.len() });
            flows.push(steps);
        }
        let ends = if offers.network_faults && offers.aborts { network::ends(&flows, &tcp) } else { Vec::new() };
        let drawn = aborts.into_iter().chain(faults).map(|fault| fault.of_flows(flows.len() as u32));
        let faults = drawn.chain(ends).map(Fault::from).collect();
        let by_chance = seed.is_some() || link.client.has_chance() || link.server.has_chance();
        let schedule = if by_chance { Deviations::new() } else { draws.part(random::schedule) };
        Scenario { title: "As generated".to_owned(), contract, seed, pipe, link, tcp, schedule, faults, flows, ..Scenario::default() }
    }

    /// Mostly the same for both ends.
    fn promises(&self, draws: &mut Draws<'_>) -> Option<Both<Contract>> {
        if self.contracts.is_empty() {
            return None;
        }
        let client = draws.one_of(&self.contracts);
        let server = draws.maybe(30, |draws| draws.one_of(&self.contracts));
        Some(Both { client, server: server.unwrap_or(client) })
    }

    /// What the ends of each flow would do: mostly of one only where they share no network.
    fn flows(&self, draws: &mut Draws<'_>, medium: &Medium) -> Vec<Both<Wishes>> {
        let most = match (self.offers.several_flows, self.offers.network_faults) {
            (false, _) => 1,
            (true, true) => MAX_FLOWS,
            // Nothing is common to them but what a defect makes common.
            (true, false) => 1 + usize::from(draws.happens(10)),
        };
        let wishes = |draws: &mut Draws<'_>| draws.part(|draws| random::wishes(draws, &self.offers, self.careless));
        let pieces = portion::pieces(draws);
        let mut flows = draws.list(1..=most, |draws| Both { client: wishes(draws), server: wishes(draws) });
        flows.iter_mut().for_each(|ends| portion::shorten(ends, medium, pieces));
        flows
    }

    /// What the ends do. Where no contract is given, each caller keeps off whatever async IO forbids: no contract with a full close
    /// forbids more.
    fn tasks(&self, flow: usize, contract: Option<Both<Contract>>, is_calm: bool, wishes: Both<Wishes>) -> Both<Vec<Vec<Step>>> {
        let contract = contract.unwrap_or(Both::same(Contract::async_io()));
        let tasks = |end: End, wishes: Wishes| match self.careless {
            true => wishes.lanes,
            false => wishes.within(&Duties::of(flow, end, &contract, is_calm)),
        };
        Both { client: tasks(End::Client, wishes.client), server: tasks(End::Server, wishes.server) }
    }
}

/// What is between the ends.
#[derive(Clone, Debug, Default)]
struct Medium {
    pipe: PipeSpec,
    link: Both<LinkSettings>,
    tcp: Both<tcp::Settings>,
    faults: Vec<FaultKind>,
}

/// A network where the target has one, else a pipe.
fn medium(draws: &mut Draws<'_>, offers: &Offers) -> Medium {
    if !offers.network_faults {
        return Medium { pipe: draws.part(random::pipe), ..Medium::default() };
    }
    let link = network::link(draws);
    let tcp = if offers.stack_settings { network::tcp(draws) } else { Both::default() };
    let faults = draws.part(|draws| network::faults(draws, offers.aborts));
    let (link, tcp) = network::passable(link, network::distinct(tcp, &faults));
    Medium { link, tcp, faults, ..Medium::default() }
}

#[cfg(test)]
mod tests;
