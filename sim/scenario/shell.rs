//! Runs a scenario on users' flows: each call is a task of its own in a simulation, so that a lost wake-up can't hide behind another
//! call's. The main future drives the machine.
//!
//! Wakers may be used on other threads, which no virtual clock waits for. So before a quiet is believed that would fail the run,
//! other threads get some real time; a quiet that fails nothing is believed at once, since most runs end with calls pending that
//! are owed nothing.

mod below;
mod calls;
mod flows;

use std::error::Error;
use std::future::pending;
use std::pin::pin;

use super::error::RunError;
use super::recorder::Keep;
use super::run::{Execution, Ready, Run, RunOptions};
use super::stage::Stage;
use crate::contract::{Both, Contract};
use crate::flow::Flow;
use crate::time::Instant;
use crate::trace::{Env, EnvWhat, What};
use crate::world::{Conn, Pause, SetupError, Simulation, Stuck, Target};
use below::Opened;
use flows::{FlowStage, conns};

/// How many polls of tasks are allowed for each event that the scenario allows.
const POLLS_PER_EVENT: u64 = 16;

/// After so many events the log is looked at though no call has returned.
const LOG_MAX: usize = 4096;

/// Runs the scenario on the target's flows.
pub(super) fn run(ready: &Ready<'_>, contract: Both<Contract>, options: &RunOptions) -> Result<Run, RunError> {
    let (scenario, target) = (ready.scenario, ready.target);
    let mut world = scenario.world(options);
    // Flows over the network are made first, and so have the first numbers.
    let flows: Vec<_> = (0..scenario.flows.len() as u32).map(conns).collect();
    // Faults at the very beginning strike, and are recorded, at once.
    world.record(options.keep != Keep::Nothing);
    if target.offers().network_faults {
        world.network(&scenario.network(contract));
        ready.plan(&mut world, &flows)?;
    }
    let limit = scenario.limits.events.saturating_mul(POLLS_PER_EVENT);
    let until = Instant::ZERO + scenario.limits.time;
    let mut simulation = Simulation::new(world, scenario.settings(contract)).limit(limit).until(until);
    if target.offers().tokio {
        simulation = simulation.on_tokio().map_err(|why| ready.unmade(why.into_source()))?;
    }
    let opened = open(&mut simulation, target, scenario.flows.len()).map_err(|why| ready.unmade(why))?;
    let said = opened.first().map(|Opened { ends: (client, server), .. }| Both { client: client.contract(), server: server.contract() });
    let contract = options.contract.or(scenario.contract).or(said).unwrap_or(contract);
    let stage = FlowStage::new(simulation.sim(), opened);
    stage.assert_aborts(scenario)?;
    let mut header = simulation.sim().with(|world| world.header(contract));
    header.records.resources &= !stage.has_taps;
    stage.declare(&mut header);
    let execution = Execution::new(ready, header, options).tasked(stage.numbers.clone());
    let run = ShellRun { simulation, execution, stage, has_threads: target.offers().real_time };
    Ok(run.finish(&flows))
}

/// Makes the ends of every flow.
fn open(simulation: &mut Simulation, target: &dyn Target, flows: usize) -> Result<Vec<Opened>, Box<dyn Error + Send + Sync>> {
    let open = |_| {
        let first = simulation.sim().with(|world| world.flow_count());
        let ends = simulation.run(async |sim| target.open(sim).await)?.map_err(SetupError::into_source)?;
        Ok(Opened { ends, made: first..simulation.sim().with(|world| world.flow_count()) })
    };
    (0..flows).map(open).collect()
}

/// A run that is under way.
struct ShellRun<'a> {
    simulation: Simulation,
    execution: Execution<'a>,
    stage: FlowStage,
    /// The subject says that other threads work for it.
    has_threads: bool,
}

impl ShellRun<'_> {
    fn finish(mut self, flows: &[Both<Conn>]) -> Run {
        let ended = self.settle().and_then(|()| self.come_to_rest());
        self.conclude(ended);
        let ShellRun { mut execution, stage, .. } = self;
        stage.sim.with(|world| {
            execution.note_faults(world, flows);
            execution.finish(world.now(), world.choice())
        })
    }

    /// Goes on until every task of the scenario is through, or the run is given up.
    fn settle(&mut self) -> Result<(), Stuck> {
        self.simulation.wake_main();
        loop {
            let paused = self.simulation.advance(pin!(drive(&mut self.execution, &mut self.stage)), LOG_MAX)?;
            let is_within = self.take_events();
            match paused {
                Pause::Done(()) => return Ok(()),
                Pause::LongLog if !is_within => return Ok(()),
                Pause::LongLog => {}
                Pause::Quiet if self.must_wait() && self.simulation.wait_for_foreign_wake() => {}
                Pause::Quiet => return Err(Stuck::Quiet { open: self.simulation.is_open() }),
            }
        }
    }

    /// Goes on until nothing more can happen, or the run is given up.
    fn come_to_rest(&mut self) -> Result<(), Stuck> {
        while self.execution.limit.is_none() {
            let paused = self.simulation.advance(pin!(pending::<()>()), LOG_MAX)?;
            self.take_events();
            if !matches!(paused, Pause::LongLog) {
                break;
            }
        }
        Ok(())
    }

    /// Takes what was logged; false if the run is to be given up.
    fn take_events(&mut self) -> bool {
        self.execution.take(self.stage.events());
        self.execution.is_within(self.stage.now())
    }

    /// Is a quiet believed only after other threads had some time?
    fn must_wait(&self) -> bool {
        self.has_threads || self.simulation.is_open() || self.execution.fails_at_quiet(&self.stage.quiet_events())
    }

    /// What the end means.
    fn conclude(&mut self, ended: Result<(), Stuck>) {
        self.take_events();
        match ended {
            Ok(()) | Err(Stuck::Quiet { .. } | Stuck::Time) => {}
            Err(Stuck::Limit) => self.execution.limit = Some(self.restless()),
            Err(stuck @ Stuck::Panicked(_)) => self.execution.troubles.push(stuck.to_string()),
        }
        self.execution.troubles.extend(self.simulation.panics().iter().map(ToString::to_string));
        let last = self.stage.quiet_events();
        if self.execution.limit.is_none() && self.simulation.is_open() && self.execution.fails_at_quiet(&last) {
            self.execution.limit = Some(OPEN.to_owned());
        }
        match self.execution.limit {
            Some(_) => self.stage.sim.with(|world| world.note(What::Env(Env { flow: None, end: None, what: EnvWhat::End }))),
            None => self.execution.take(last.into_iter()),
        }
        self.execution.take(self.stage.events());
    }

    /// Why a run was given up whose tasks never came to rest.
    fn restless(&self) -> String {
        let busiest = self.simulation.busiest().map(|(task, polls)| format!(" ({} was polled {polls} times)", self.stage.describe(task)));
        format!("limit reached: the tasks never come to rest{}", busiest.unwrap_or_default())
    }
}

/// Why what is still pending proves nothing.
const OPEN: &str = "woken from another thread, so what is pending may still return: only work that is done by tasks of the run \
    (`sim.spawn`) in virtual time (`sim.sleep`) is judged to its end";

/// Goes on whenever a call or a timer has ended, until every task is through. It may be begun anew at any time.
async fn drive(execution: &mut Execution<'_>, stage: &mut FlowStage) {
    while execution.advance(stage, |execution, stage| execution.take(stage.events())) {
        if execution.is_over() {
            break;
        }
        stage.calls.news().await;
    }
}

#[cfg(test)]
mod tests;
