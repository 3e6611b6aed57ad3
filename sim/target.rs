//! Lists what can be run, by name. [`Target`] itself stands in [`world`]: async closures are targets without a name.

mod defect;
mod mutants;
mod waiting;

use std::fmt;

use crate::contract::{Both, Contract, YesNo};
use crate::flow::{DynFlow, Flow, Records, RecordsQuirk, relay};
use crate::world::{self, Conn, Ends, PipeFlow, PipeSettings, SetupError, Sim, SimFlow, TcpFlow, World};
pub use crate::world::{Offers, Opening, Target};
pub use defect::Defect;
pub use mutants::MUTANTS;
pub use waiting::{WAITING, WaitingMutant};

/// A named target: a row of data.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Named {
    /// What it is asked for by.
    pub name: &'static str,
    /// What it is, in one sentence.
    pub about: &'static str,
    /// The contracts that it keeps.
    pub claims: &'static [Contract],
    /// What it offers.
    pub offers: Offers,
    /// Makes the two ends for users' futures; a layer with this defect.
    pub open: fn(&Sim, Option<RecordsQuirk>) -> Opening<'_>,
    /// Makes the two ends straight on a world, where it is the simulator's own.
    pub build: Option<fn(&mut World, &PipeSettings) -> Both<Conn>>,
    /// What is wrong with it, if it is a mutant.
    pub defect: Option<Defect>,
}

impl fmt::Debug for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Target for Named {
    fn name(&self) -> &str {
        self.name
    }

    fn claims(&self) -> &[Contract] {
        self.claims
    }

    fn offers(&self) -> Offers {
        self.offers
    }

    fn open<'a>(&'a self, sim: &'a Sim) -> Opening<'a> {
        if let Some(defect) = self.defect {
            sim.with(|world| defect.spoil(world));
        }
        (self.open)(sim, self.defect.and_then(Defect::of_records))
    }

    fn build(&self, world: &mut World, settings: &PipeSettings) -> Option<Both<Conn>> {
        if let Some(defect) = self.defect {
            defect.spoil(world);
        }
        self.build.map(|build| build(world, settings))
    }
}

/// The simulator's own flow through memory, in the dialect of the run.
pub async fn pipe(sim: &Sim) -> Result<(PipeFlow, PipeFlow), SetupError> {
    Ok(sim.pipe())
}

/// Two hosts with the simulator's own TCP, in the dialect of the run, and a network between them.
pub async fn tcp(sim: &Sim) -> Result<(TcpFlow, TcpFlow), SetupError> {
    sim.tcp_pair().await
}

/// What both of the simulator's own flows offer.
const OWN: Offers = Offers {
    network_faults: false,
    stack_settings: false,
    aborts: true,
    several_flows: true,
    connections: false,
    cancel: true,
    nodelay: true,
    real_time: false,
    tokio: false,
    fork: true,
};

const PIPE: Named = Named {
    name: "pipe",
    about: "a flow through memory, in the dialect of the contract that is asked for",
    claims: Contract::PRESETS,
    offers: OWN,
    open: |sim, _| Box::pin(async move { pipe(sim).await.map(ends) }),
    build: Some(World::pipe),
    defect: None,
};

const TCP: Named = Named {
    name: "tcp",
    about: "TCP between two hosts over a network, in the dialect of the contract that is asked for",
    claims: &[Contract::modern(), Contract::strict(), Contract::classic(), Contract::posix()],
    offers: Offers { network_faults: true, stack_settings: true, connections: true, ..OWN },
    open: |sim, _| Box::pin(async move { tcp(sim).await.map(ends) }),
    build: Some(World::tcp),
    defect: None,
};

/// What a layer on them offers: it runs on users' futures.
const LAYER: Offers = Offers { nodelay: false, fork: false, ..OWN };

/// A layer that ends its stream with a record keeps what the flow below keeps, if that record finds a reader.
const LAYER_CLAIMS: &[Contract] =
    &[with_reader(Contract::modern()), with_reader(Contract::strict()), with_reader(Contract::posix()), Contract::async_io()];

const RECORDS_PIPE: Named = Named {
    name: "records-pipe",
    about: "a layer on `pipe`: records with a length before each, and an empty one that ends the stream",
    claims: LAYER_CLAIMS,
    offers: LAYER,
    open: |sim, quirk| Box::pin(async move { pipe(sim).await.map(|lower| records(lower, quirk)) }),
    build: None,
    defect: None,
};

const RECORDS_TCP: Named = Named {
    name: "records-tcp",
    about: "the same layer on `tcp`",
    claims: LAYER_CLAIMS,
    offers: Offers { network_faults: true, stack_settings: true, ..LAYER },
    open: |sim, quirk| Box::pin(async move { tcp(sim).await.map(|lower| records(lower, quirk)) }),
    build: None,
    defect: None,
};

/// What a proxy offers: two flows are below it, so that a scenario has one.
const BETWEEN: Offers = Offers { several_flows: false, ..LAYER };

const RELAY_PIPE: Named = Named {
    name: "relay-pipe",
    about: "a proxy between two pipes, seen from their outer ends",
    claims: &[Contract::relay()],
    offers: BETWEEN,
    open: |sim, _| Box::pin(async move { world::proxy(relay).open(sim).await }),
    build: None,
    defect: None,
};

const RELAY_TCP: Named = Named {
    name: "relay-tcp",
    about: "the same proxy between two TCP connections",
    claims: &[Contract::relay()],
    offers: Offers { network_faults: true, stack_settings: true, ..BETWEEN },
    open: |sim, _| Box::pin(async move { world::proxy_over_network(relay).open(sim).await }),
    build: None,
    defect: None,
};

/// Every named target that keeps what it claims.
pub static ALL: &[Named] = &[PIPE, TCP, RECORDS_PIPE, RECORDS_TCP, RELAY_PIPE, RELAY_TCP];

fn ends((client, server): (impl Flow + 'static, impl Flow + 'static)) -> Ends {
    (DynFlow::new(client), DynFlow::new(server))
}

fn records((client, server): (SimFlow, SimFlow), quirk: Option<RecordsQuirk>) -> Ends {
    let layer = |lower| Records::over(lower).with_quirk(quirk);
    ends((layer(client), layer(server)))
}

/// A contract of the flow below, as the layer on it keeps it.
const fn with_reader(contract: Contract) -> Contract {
    Contract { close_needs_reader: Some(YesNo::Yes), ..contract }
}

/// The target of that name, be it a mutant.
pub fn named(name: &str) -> Option<&'static Named> {
    names().find(|target| target.name == name)
}

/// Everything that can be named, the mutants last.
pub fn names() -> impl Iterator<Item = &'static Named> {
    ALL.iter().chain(MUTANTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_found_by_their_names() {
        for target in names() {
            assert_eq!(named(target.name).map(|found| found.about), Some(target.about));
            assert!(!target.claims.is_empty());
        }
        assert!(named("pip").is_none());
    }
}
