//! Runs a scenario on users' flows: each call is a task of its own in a simulation, so that a lost wake-up can't hide behind another
//! call's. The main future drives the machine.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::error::Error;
use std::future::{Future, poll_fn};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use futures::future::LocalBoxFuture;

use super::error::RunError;
use super::recorder::Keep;
use super::run::{Execution, Ready, Run, RunOptions};
use super::stage::Stage;
use super::{Fault, FaultKind, Scenario};
use crate::choice::Site;
use crate::contract::{Both, Call, Contract, End, Outcome};
use crate::flow::{AnyFlow, Flow};
use crate::time::Instant;
use crate::trace::{Abort, By, Env, EnvWhat, Event, Place, What};
use crate::world::{Conn, Ends, Op, SetupError, Sim, Simulation, Stuck, Target, World};

/// How many polls of tasks are allowed for each event that the scenario allows.
const POLLS_PER_EVENT: u64 = 16;

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
    let mut simulation = Simulation::new(world, scenario.settings(contract)).limit(limit);
    let ends = open(&mut simulation, target, scenario.flows.len()).map_err(|why| ready.unmade(why))?;
    let said = ends.first().map(|(client, server)| Both { client: client.contract(), server: server.contract() });
    let contract = options.contract.or(scenario.contract).or(said).unwrap_or(contract);
    let mut stage = FlowStage::new(simulation.sim(), ends);
    stage.assert_aborts(scenario)?;
    let mut header = simulation.sim().with(|world| world.header(contract));
    header.records.resources &= !stage.has_taps;
    let mut execution = Execution::new(ready, header, options).tasked(stage.numbers.clone());
    let ended = simulation.block_on(drive(&mut execution, &mut stage));
    conclude(&mut simulation, &mut execution, ended);
    execution.take(stage.events());
    Ok(stage.sim.with(|world| {
        execution.note_faults(world, &flows);
        execution.finish(world.now(), world.choice())
    }))
}

/// Makes the ends of every flow.
fn open(simulation: &mut Simulation, target: &dyn Target, flows: usize) -> Result<Vec<Ends>, Box<dyn Error + Send + Sync>> {
    (0..flows).map(|_| simulation.run(async |sim| target.open(sim).await)?.map_err(SetupError::into_source)).collect()
}

/// Goes on whenever a call or a timer has ended, until every task is through.
async fn drive(execution: &mut Execution<'_>, stage: &mut FlowStage) {
    while execution.advance(stage) {
        execution.take(stage.events());
        if !execution.is_within(stage.now()) || execution.is_over() {
            break;
        }
        stage.calls.news().await;
    }
}

/// What the end of the driving means, and what is left to happen after it.
fn conclude(simulation: &mut Simulation, execution: &mut Execution<'_>, ended: Result<(), Stuck>) {
    let ended = ended.and_then(|()| if execution.limit.is_none() { simulation.run_until_quiet() } else { Ok(()) });
    let is_open = simulation.is_open();
    match ended {
        Ok(()) => _ = execution.is_within(simulation.sim().now()),
        Err(Stuck::Quiet { open: false }) => {}
        Err(Stuck::Quiet { open: true }) => execution.limit = Some("woken from another thread: nobody can tell what is stuck".to_owned()),
        Err(Stuck::Limit) => execution.limit = Some("limit reached: the tasks never come to rest".to_owned()),
        Err(stuck @ Stuck::Panicked(_)) => execution.troubles.push(stuck.to_string()),
    }
    execution.troubles.extend(simulation.panics().iter().map(ToString::to_string));
    simulation.sim().with(|world| match execution.limit.is_some() || is_open {
        true => world.note(What::Env(Env { flow: None, end: None, what: EnvWhat::End })),
        false => world.quiesce(),
    });
}

/// Users' flows as a stage.
struct FlowStage {
    sim: Sim,
    /// By the scenario's flow number.
    flows: Vec<Both<Rc<dyn AnyFlow>>>,
    /// The number of each in the trace.
    numbers: Vec<u32>,
    /// By the scenario's flow number: the ends of which an abort is an abort of the flow's. Of a flow that is not the simulator's
    /// own these are its ends on the network.
    lower: Vec<Both<Conn>>,
    /// Some flow is not the simulator's own, which logs more.
    has_taps: bool,
    calls: Calls,
}

impl FlowStage {
    fn new(sim: &Sim, ends: Vec<Ends>) -> Self {
        let has_taps = ends.iter().any(|ends| !is_logged(ends));
        let lower = ends.iter().zip(0..).map(|(ends, flow)| conns(own_flow(ends).unwrap_or(flow))).collect();
        let (numbers, flows) = ends.into_iter().map(|ends| logged(sim, ends)).unzip();
        FlowStage { sim: sim.clone(), flows, numbers, lower, has_taps, calls: Calls::default() }
    }

    /// Every end that is to be aborted can be.
    fn assert_aborts(&self, scenario: &Scenario) -> Result<(), RunError> {
        let can_abort = |flow: u32, end: End| self.sim.with(|world| world.can_abort(self.lower[flow as usize][end]));
        let unfit = |fault: &&Fault| matches!(fault.kind, FaultKind::Abort { flow, end, .. } if !can_abort(flow, end));
        let Some(fault) = scenario.faults.iter().find(unfit) else { return Ok(()) };
        let help = "a stack of yours says with `Stack::can_abort` that it can; of other flows only the simulator's own can be aborted";
        Err(RunError::Unfit(scenario.source.at(fault.spot, "this end can't be aborted").with_help(help)))
    }

    fn events(&self) -> impl Iterator<Item = Event> + use<> {
        self.sim.with(|world| world.drain_events().collect::<Vec<_>>()).into_iter()
    }

    fn begin(&mut self, future: impl Future<Output = Outcome> + 'static) -> Op {
        let op = self.calls.insert(Box::pin(future));
        let calls = self.calls.clone();
        self.sim.spawn(poll_fn(move |context| calls.poll(op, context)));
        op
    }
}

/// Are both ends the simulator's own, so that the world logs their calls?
fn is_logged(ends: &Ends) -> bool {
    own_flow(ends).is_some()
}

/// The number of a flow that is the simulator's own.
fn own_flow((client, server): &Ends) -> Option<u32> {
    let flow = |place: Option<Place>| place.map(|place| place.flow);
    flow(client.place()).filter(|client| flow(server.place()) == Some(*client))
}

/// The ends of a flow of the world.
const fn conns(flow: u32) -> Both<Conn> {
    Both { client: Conn::new(flow, End::Client), server: Conn::new(flow, End::Server) }
}

/// The number of a flow in the trace, and its ends as flows that log their calls.
fn logged(sim: &Sim, ends: Ends) -> (u32, Both<Rc<dyn AnyFlow>>) {
    if let Some(flow) = own_flow(&ends) {
        return (flow, Both { client: Rc::new(ends.0), server: Rc::new(ends.1) });
    }
    let flow = sim.adopt();
    let tapped = |end: End, subject| Rc::new(sim.tap(subject, Place { flow, end }));
    (flow, Both { client: tapped(End::Client, ends.0), server: tapped(End::Server, ends.1) })
}

impl Stage for FlowStage {
    fn now(&self) -> Instant {
        self.sim.now()
    }

    fn start(&mut self, at: Place, call: Call) -> Op {
        let flow = Rc::clone(&self.flows[at.flow as usize][at.end]);
        self.begin(async move { flow.call(call).await })
    }

    fn sleep(&mut self, until: Instant) -> Op {
        let timer = self.sim.sleep_until(until);
        self.begin(async move {
            timer.await;
            Outcome::Done
        })
    }

    fn outcome(&mut self, op: Op) -> Option<Outcome> {
        self.calls.take(op)
    }

    fn cancel(&mut self, op: Op) {
        self.calls.remove(op);
    }

    fn finished(&mut self) -> Option<Op> {
        self.calls.0.borrow_mut().finished.pop_front()
    }

    /// A layer on a flow that is aborted is aborted with it.
    fn abort(&mut self, at: Place, abort: Abort) {
        let (conn, flow) = (self.lower[at.flow as usize][at.end], self.numbers[at.flow as usize]);
        self.sim.with(|world| {
            if world.abort(conn, abort) && conn.place().flow != flow {
                world.note(What::Env(Env { flow: Some(flow), end: Some(at.end), what: EnvWhat::Abort(abort, By::Fault) }));
            }
        });
    }

    fn pick(&mut self, task: u32, n: u32) -> u32 {
        self.sim.with(|world: &mut World| world.choice_mut().pick_next(task, Site::Step, n))
    }
}

/// The calls and timers that are under way. Nothing of a user's runs or is dropped while the table is borrowed.
#[derive(Clone, Default)]
struct Calls(Rc<RefCell<CallTable>>);

#[derive(Default)]
struct CallTable {
    slots: Vec<CallSlot>,
    free: Vec<u32>,
    finished: VecDeque<Op>,
    /// Wakes the main future.
    main: Option<Waker>,
}

#[derive(Default)]
struct CallSlot {
    generation: u32,
    /// Away while it is polled.
    future: Option<LocalBoxFuture<'static, Outcome>>,
    outcome: Option<Outcome>,
}

impl CallTable {
    /// The slot of an operation that was not taken or removed yet.
    fn slot(&mut self, op: Op) -> Option<&mut CallSlot> {
        self.slots.get_mut(op.slot()).filter(|slot| slot.generation == op.generation())
    }

    fn release(&mut self, op: Op) -> Option<CallSlot> {
        let slot = self.slot(op)?;
        let next = CallSlot { generation: slot.generation.wrapping_add(1), ..CallSlot::default() };
        let old = std::mem::replace(slot, next);
        self.free.push(op.slot() as u32);
        Some(old)
    }
}

impl Calls {
    fn insert(&self, future: LocalBoxFuture<'static, Outcome>) -> Op {
        let mut table = self.0.borrow_mut();
        let index = table.free.pop().unwrap_or_else(|| {
            table.slots.push(CallSlot::default());
            (table.slots.len() - 1) as u32
        });
        let slot = &mut table.slots[index as usize];
        slot.future = Some(future);
        Op::new(index, slot.generation)
    }

    /// One poll of an operation's task.
    fn poll(&self, op: Op, context: &mut Context<'_>) -> Poll<()> {
        let future = self.0.borrow_mut().slot(op).and_then(|slot| slot.future.take());
        let Some(mut future) = future else { return Poll::Ready(()) };
        let Poll::Ready(outcome) = future.as_mut().poll(context) else {
            return self.put_back(op, future);
        };
        drop(future);
        let waker = self.finish(op, outcome);
        waker.into_iter().for_each(Waker::wake);
        Poll::Ready(())
    }

    fn put_back(&self, op: Op, future: LocalBoxFuture<'static, Outcome>) -> Poll<()> {
        if let Some(slot) = self.0.borrow_mut().slot(op) {
            slot.future = Some(future);
            return Poll::Pending;
        }
        Poll::Ready(())
    }

    fn finish(&self, op: Op, outcome: Outcome) -> Option<Waker> {
        let mut table = self.0.borrow_mut();
        table.slot(op)?.outcome = Some(outcome);
        table.finished.push_back(op);
        table.main.take()
    }

    fn take(&self, op: Op) -> Option<Outcome> {
        let outcome = self.0.borrow_mut().slot(op)?.outcome.take()?;
        self.remove(op);
        Some(outcome)
    }

    /// Forgets an operation; a call that is pending is dropped, which cancels it.
    fn remove(&self, op: Op) {
        let slot = self.0.borrow_mut().release(op);
        drop(slot);
    }

    /// Until some operation has ended.
    async fn news(&self) {
        poll_fn(|context| {
            let mut table = self.0.borrow_mut();
            if !table.finished.is_empty() {
                return Poll::Ready(());
            }
            table.main = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

#[cfg(test)]
mod tests;
