//! Scenarios that nobody wrote: [`scenarios`] is a strategy for proptest, for properties of your own flows.
//!
//! What is generated is a [`Scenario`] like any other: it runs on any target that offers what it asks for, and a shrunk failure is
//! a file that a person reads. What random steps would do is cut by `duty` to what no run makes a client's fault, so that
//! whatever comes out is the flow's own doing. What this is not: a judge, or a search that learns from what it has seen.

mod duty;
mod network;
mod random;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::NewTree;
use proptest::test_runner::TestRunner;

use crate::contract::{Both, Contract, End};
use crate::scenario::{Fault, FaultKind, FlowSteps, Pipe, Scenario, Step};
use crate::world::{Offers, Target};
use crate::{link, tcp};
use duty::{Duties, Wishes};

/// Most flows of a scenario.
const MAX_FLOWS: usize = 3;

/// Scenarios of one flow that fit every target: without aborts, of no particular contract, careful enough for every contract whose
/// close is a full one.
///
/// ```
/// use flowsim::{SetupError, Sim, explore::scenarios, oracle::Judgement};
/// use proptest::prelude::*;
///
/// proptest! {
///     # #![proptest_config(ProptestConfig { failure_persistence: None, cases: 10, ..ProptestConfig::default() })]
///     # /*
///     #[test]
///     # */
///     fn my_flow_keeps_its_contract(scenario in scenarios()) {
///         let ends = async |sim: &Sim| -> Result<_, SetupError> { Ok(sim.pipe()) };
///         let run = scenario.run(&ends).unwrap();
///         prop_assert!(run.judgement() == Judgement::Held, "{}\n{}", run.why(), run.ladder());
///     }
/// }
/// # my_flow_keeps_its_contract();
/// ```
pub fn scenarios() -> Scenarios {
    Scenarios { contracts: Vec::new(), offers: Offers { cancel: true, ..Offers::default() }, careless: false }
}

/// A strategy for scenarios: see [`scenarios`].
///
/// It shrinks towards few short tasks, plain calls, small sizes and spans, one flow, the default pipe or network, and no seed,
/// fault or cancellation.
#[derive(Clone, Debug)]
#[must_use = "a strategy does nothing by itself"]
pub struct Scenarios {
    /// What either end may promise; nothing where the flows say it.
    contracts: Vec<Contract>,
    offers: Offers,
    careless: bool,
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

    fn strategy(&self) -> impl Strategy<Value = Scenario> + use<> {
        let (careless, offers) = (self.careless, self.offers);
        let parts = (self.promises(), random::seed(), medium(&offers), random::aborts(&offers), flows(&offers, careless));
        parts.prop_map(move |(contract, seed, medium, aborts, wishes)| {
            let count = wishes.len() as u32;
            let faults: Vec<Fault> = aborts.into_iter().chain(medium.faults).map(|fault| fault.of_flows(count).into()).collect();
            let is_calm = faults.is_empty() && !offers.network_faults;
            let flow = |(flow, wishes)| FlowSteps { tasks: tasks(flow, contract, is_calm, wishes, careless), ..FlowSteps::default() };
            let (flows, title): (Vec<_>, _) = (wishes.into_iter().enumerate().map(flow).collect(), "As generated".to_owned());
            let Medium { pipe, link, tcp, .. } = medium;
            let ends = if offers.network_faults && offers.aborts { network::ends(&flows, &tcp) } else { Vec::new() };
            let faults = faults.into_iter().chain(ends.into_iter().map(Fault::from)).collect();
            Scenario { title, contract, seed, pipe, link, tcp, faults, flows, ..Scenario::default() }
        })
    }

    /// Mostly the same for both ends.
    fn promises(&self) -> BoxedStrategy<Option<Both<Contract>>> {
        if self.contracts.is_empty() {
            return Just(None).boxed();
        }
        let one = || select(self.contracts.clone());
        let both = (one(), proptest::option::weighted(0.3, one()));
        both.prop_map(|(client, server)| Some(Both { client, server: server.unwrap_or(client) })).boxed()
    }
}

impl Strategy for Scenarios {
    type Tree = <BoxedStrategy<Scenario> as Strategy>::Tree;
    type Value = Scenario;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        self.strategy().boxed().new_tree(runner)
    }
}

/// What is between the ends.
#[derive(Clone, Debug, Default)]
struct Medium {
    pipe: Pipe,
    link: Both<link::Settings>,
    tcp: Both<tcp::Settings>,
    faults: Vec<FaultKind>,
}

/// A network where the target has one, else a pipe.
fn medium(offers: &Offers) -> BoxedStrategy<Medium> {
    if !offers.network_faults {
        return random::pipe().prop_map(|pipe| Medium { pipe, ..Medium::default() }).boxed();
    }
    let sets_stacks = offers.stack_settings;
    let parts = (network::link(), network::tcp(), network::faults(offers.aborts));
    let medium = move |(link, tcp, faults): (_, _, Vec<FaultKind>)| {
        let tcp = if sets_stacks { network::distinct(tcp, &faults) } else { Both::default() };
        let (link, tcp) = network::passable(link, tcp);
        Medium { link, tcp, faults, ..Medium::default() }
    };
    parts.prop_map(medium).boxed()
}

/// What the ends of each flow would do: of more than one only where they share a network, since nothing else is common to them.
fn flows(offers: &Offers, careless: bool) -> impl Strategy<Value = Vec<Both<Wishes>>> + use<> {
    let wishes = || random::wishes(offers, careless);
    let flow = (wishes(), wishes()).prop_map(|(client, server)| Both { client, server });
    let most = if offers.network_faults && offers.several_flows { MAX_FLOWS } else { 1 };
    vec(flow, 1..=most)
}

/// What the ends do. Where nobody says what they promise, each caller keeps off whatever async IO forbids: no contract with a full
/// close forbids more.
fn tasks(flow: usize, contract: Option<Both<Contract>>, is_calm: bool, wishes: Both<Wishes>, careless: bool) -> Both<Vec<Vec<Step>>> {
    let contract = contract.unwrap_or(Both::same(Contract::async_io()));
    let tasks = |end: End, wishes: Wishes| if careless { wishes.lanes } else { wishes.within(&Duties::of(flow, end, &contract, is_calm)) };
    Both { client: tasks(End::Client, wishes.client), server: tasks(End::Server, wishes.server) }
}

#[cfg(test)]
mod tests;
