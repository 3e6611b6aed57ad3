//! Runs a scenario on the simulator's own flows: the machine's calls are made straight on a world, with no futures in between.

use super::error::RunError;
use super::recorder::Keep;
use super::run::{Execution, Ready, Run, RunOptions};
use super::stage::WorldStage;
use crate::contract::{Both, Contract};
use crate::trace::{Env, EnvWhat, What};
use crate::world::Stepped;

/// Runs the scenario, if the target can be built on a world.
///
/// # Errors
/// Why a fault of the scenario can't happen there.
pub(super) fn run(ready: &Ready<'_>, contract: Both<Contract>, options: &RunOptions) -> Result<Option<Run>, RunError> {
    let scenario = ready.scenario;
    let (mut world, settings) = (scenario.world(options), scenario.settings(contract));
    if ready.target.offers().network_faults {
        world.network(&scenario.network(contract));
    }
    let flows = scenario.flows.iter().map(|_| ready.target.build(&mut world, &settings)).collect::<Option<Vec<_>>>();
    let Some(flows) = flows else { return Ok(None) };
    // Faults at the very beginning strike, and are recorded, at once.
    world.record(options.keep != Keep::Nothing);
    ready.plan(&mut world, &flows)?;
    let mut execution = Execution::new(ready, world.header(contract), options);
    let mut stage = WorldStage { world, flows };
    while execution.advance(&mut stage, |execution, stage| execution.watch(&mut stage.world)) {
        if stage.world.step() == Stepped::Quiet {
            stage.world.quiesce();
            break;
        }
        if execution.repeats(&stage.world) {
            break;
        }
    }
    if execution.limit.is_some() {
        stage.world.note(What::Env(Env { flow: None, end: None, what: EnvWhat::End }));
    }
    execution.watch(&mut stage.world);
    execution.note_faults(&stage.world, &stage.flows);
    Ok(Some(execution.finish(stage.world.now(), stage.world.choice())))
}
