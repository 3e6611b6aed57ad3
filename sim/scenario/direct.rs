//! A run on the simulator's own flows: the machine's calls are made straight on a world, with no futures in between.

use super::error::RunError;
use super::log::Keep;
use super::run::{Course, Options, Ready, Run};
use super::stage::Worldly;
use crate::contract::{Both, Contract};
use crate::trace::{Env, EnvWhat, What};
use crate::world::Step;

/// Runs the scenario, if the target can be built on a world.
///
/// # Errors
/// Why what is to go wrong there can't.
pub(super) fn run(ready: &Ready<'_>, contract: Both<Contract>, options: &Options) -> Result<Option<Run>, RunError> {
    let scenario = ready.scenario;
    let (mut world, settings) = (scenario.world(options), scenario.settings(contract));
    if ready.target.offers().network_faults {
        world.network(&scenario.network(contract));
    }
    let flows = scenario.flows.iter().map(|_| ready.target.build(&mut world, &settings)).collect::<Option<Vec<_>>>();
    let Some(flows) = flows else { return Ok(None) };
    // What is planned for the very beginning strikes, and is recorded, at once.
    world.record(options.keep != Keep::Nothing);
    ready.plan(&mut world, &flows)?;
    let mut course = Course::new(ready, world.header(contract), options);
    let mut stage = Worldly { world, flows };
    while course.advance(&mut stage) {
        course.watch(&mut stage.world);
        if !course.is_within(stage.world.now()) || stage.world.step() == Step::Quiet {
            break;
        }
    }
    if course.limit.is_some() {
        stage.world.note(What::Env(Env { flow: None, end: None, what: EnvWhat::End }));
    } else {
        stage.world.quiesce();
    }
    course.watch(&mut stage.world);
    course.note_faults(&stage.world, &stage.flows);
    Ok(Some(course.finish(stage.world.now(), stage.world.choice())))
}
