//! Makes calls on users' flows, each as a task of the run.

use std::future::{Future, poll_fn};
use std::rc::Rc;

use super::super::error::RunError;
use super::super::stage::Stage;
use super::super::{Fault, FaultKind, Scenario};
use super::below::{self, Below, Opened};
use super::calls::Calls;
use crate::choice::Site;
use crate::contract::{Both, Call, End, Outcome};
use crate::exec::Task;
use crate::flow::{AnyFlow, Flow};
use crate::time::Instant;
use crate::trace::{Abort, By, Env, EnvWhat, Event, Header, Place, What};
use crate::world::{Conn, Ends, Op, Sim, World};

/// Users' flows as a stage.
pub(super) struct FlowStage {
    pub(super) sim: Sim,
    /// By the scenario's flow number.
    flows: Vec<Both<Rc<dyn AnyFlow>>>,
    /// The number of each in the trace.
    pub(super) numbers: Vec<u32>,
    /// By the scenario's flow number: what each stands on.
    below: Vec<Below>,
    /// By the scenario's flow number: the ends of which an abort is an abort of the flow's. Of a flow that is not the simulator's
    /// own these are ends of what it stands on.
    lower: Vec<Both<Conn>>,
    /// Some flow is not the simulator's own, which logs more.
    pub(super) has_taps: bool,
    pub(super) calls: Calls,
}

impl FlowStage {
    pub(super) fn new(sim: &Sim, opened: Vec<Opened>) -> Self {
        let mut stage = FlowStage {
            sim: sim.clone(),
            flows: Vec::new(),
            numbers: Vec::new(),
            below: Vec::new(),
            lower: Vec::new(),
            has_taps: opened.iter().any(|opened| !is_logged(&opened.ends)),
            calls: Calls::default(),
        };
        opened.into_iter().for_each(|opened| stage.add(opened));
        stage
    }

    fn add(&mut self, opened: Opened) {
        let number = own_flow(&opened.ends).unwrap_or_else(|| self.sim.adopt());
        let below = self.sim.with(|world| Below::of(&opened, number, self.below.last(), world));
        self.lower.push(below.conns().unwrap_or_else(|| conns(number)));
        self.below.push(below);
        self.numbers.push(number);
        self.flows.push(logged(&self.sim, number, opened.ends));
    }

    /// Writes into the header which flows stand on which.
    pub(super) fn declare(&self, header: &mut Header) {
        below::declare(header, self.numbers.iter().copied().zip(&self.below));
    }

    /// Every end that is to be aborted can be.
    pub(super) fn assert_aborts(&self, scenario: &Scenario) -> Result<(), RunError> {
        let can_abort = |flow: u32, end: End| self.sim.with(|world| world.can_abort(self.lower[flow as usize][end]));
        let unfit = |fault: &&Fault| matches!(fault.kind, FaultKind::Abort { flow, end, .. } if !can_abort(flow, end));
        let Some(fault) = scenario.faults.iter().find(unfit) else { return Ok(()) };
        let help = "a stack of yours says with `Stack::can_abort` that it can; of other flows only the simulator's own can be aborted";
        Err(RunError::Unfit(scenario.source.at(fault.spot, "this end can't be aborted").with_help(help)))
    }

    pub(super) fn events(&self) -> impl Iterator<Item = Event> + use<> {
        self.sim.with(|world| world.drain_events().collect::<Vec<_>>()).into_iter()
    }

    /// What the log would end with if nothing more could happen.
    pub(super) fn quiet_events(&self) -> Vec<Event> {
        self.sim.with(|world| {
            world.quiesce();
            world.drain_events().collect()
        })
    }

    /// What a task does: the call that it makes, or its number.
    pub(super) fn describe(&self, task: Task) -> String {
        match self.calls.call_of(task) {
            Some((Place { end, .. }, call)) => format!("the {end}'s `{call}`"),
            None => format!("task {}", task.0),
        }
    }

    fn begin(&mut self, call: Option<(Place, &'static str)>, future: impl Future<Output = Outcome> + 'static) -> Op {
        let op = self.calls.insert(call, Box::pin(future));
        let calls = self.calls.clone();
        let task = self.sim.spawn_task(poll_fn(move |context| calls.poll(op, context)));
        self.calls.assign(op, task);
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
pub(super) const fn conns(flow: u32) -> Both<Conn> {
    Both { client: Conn::new(flow, End::Client), server: Conn::new(flow, End::Server) }
}

/// The ends of the flow of this number, as flows that log their calls.
fn logged(sim: &Sim, flow: u32, ends: Ends) -> Both<Rc<dyn AnyFlow>> {
    if is_logged(&ends) {
        return Both { client: Rc::new(ends.0), server: Rc::new(ends.1) };
    }
    let tapped = |end: End, subject| Rc::new(sim.tap(subject, Place { flow, end }));
    Both { client: tapped(End::Client, ends.0), server: tapped(End::Server, ends.1) }
}

impl Stage for FlowStage {
    fn now(&self) -> Instant {
        self.sim.now()
    }

    fn start(&mut self, at: Place, call: Call) -> Op {
        let flow = Rc::clone(&self.flows[at.flow as usize][at.end]);
        self.begin(Some((at, call.word())), async move { flow.call(call).await })
    }

    fn sleep(&mut self, until: Instant) -> Op {
        let timer = self.sim.sleep_until(until);
        self.begin(None, async move {
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
        self.calls.next_finished()
    }

    /// A layer on a flow that is aborted is aborted with it. Of what goes through a proxy the oracle finds out itself.
    fn abort(&mut self, at: Place, abort: Abort) {
        let flow = at.flow as usize;
        let (conn, is_layer) = (self.lower[flow][at.end], matches!(self.below[flow], Below::Flows { .. }));
        let what = EnvWhat::Abort(abort, By::Fault);
        self.sim.with(|world| {
            if world.abort(conn, abort) && is_layer {
                world.note(What::Env(Env { flow: Some(self.numbers[flow]), end: Some(at.end), what }));
            }
        });
    }

    fn pick(&mut self, task: u32, n: u32) -> u32 {
        self.sim.with(|world: &mut World| world.choice_mut().pick_next(task, Site::Step, n))
    }
}
