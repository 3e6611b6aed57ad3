//! Gives users' futures their handle: calls on a world as futures, each woken exactly when its outcome is there.

use std::cell::RefCell;
use std::fmt;
use std::future::Future;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures::future::{Either, select};

use crate::contract::{Both, Call, Contract, End, Error, Outcome};
use crate::exec::{Spawner, Task};
use crate::flow::{AnyFlow, Log, Tap};
use crate::tcp::NO_FREE_PORT;
use crate::time::Instant;
use crate::trace::Place;

use super::simflow::SimFlow;
use super::stack::Stack;
use super::target::SetupError;
use super::{Conn, Op, PipeSettings, World};

/// A handle to a running simulation: cheap to copy around, usable from every task of the run.
#[derive(Clone)]
pub struct Sim(Rc<Shell>);

struct Shell {
    /// Borrowed inside single calls only, never while anything of a user's runs.
    world: RefCell<World>,
    /// By [`Op::slot`].
    wakers: RefCell<Vec<Option<Waker>>>,
    spawner: Spawner,
    settings: PipeSettings,
}

impl Sim {
    pub(super) fn new(world: World, settings: PipeSettings, spawner: Spawner) -> Self {
        Sim(Rc::new(Shell { world: RefCell::new(world), wakers: RefCell::default(), spawner, settings }))
    }

    /// The contract of this run's own flows (the client's, where the ends differ).
    pub fn contract(&self) -> Contract {
        self.contracts().client
    }

    /// The contract of each end of this run's own flows.
    pub fn contracts(&self) -> Both<Contract> {
        self.0.settings.contract
    }

    /// The virtual time.
    pub fn now(&self) -> Instant {
        self.0.world.borrow().now()
    }

    /// Sleeps in virtual time.
    pub fn sleep(&self, span: Duration) -> impl Future<Output = ()> + 'static {
        self.sleep_until(self.now() + span)
    }

    /// Sleeps until this moment of virtual time; not at all if it has passed.
    pub fn sleep_until(&self, until: Instant) -> impl Future<Output = ()> + 'static {
        let sleep = CallFuture { sim: self.clone(), state: CallStage::Sleep(until) };
        async move {
            sleep.await;
        }
    }

    /// Starts a task. It belongs to the run: after its end a new task is dropped at once.
    pub fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        let _ = self.spawn_task(task);
    }

    /// As [`Sim::spawn`]; gives the task's number.
    pub(crate) fn spawn_task(&self, task: impl Future<Output = ()> + 'static) -> Option<Task> {
        self.0.spawner.spawn(task)
    }

    /// A new flow through memory, as the run's settings say: the client's end and the server's.
    pub fn pipe(&self) -> (SimFlow, SimFlow) {
        let settings = self.0.settings;
        self.pipe_with(&settings)
    }

    /// A new flow through memory.
    pub fn pipe_with(&self, settings: &PipeSettings) -> (SimFlow, SimFlow) {
        let ends = self.with(|world| world.pipe(settings));
        let flow = |end: End| SimFlow::new(self.clone(), ends[end], settings.contract[end]);
        (flow(End::Client), flow(End::Server))
    }

    /// A new flow over the run's network, whose ends are connected: the client's and the server's. Both are hosts of the
    /// simulator's own TCP; all flows made so share them.
    ///
    /// # Errors
    /// Why the connection could not be made.
    pub async fn tcp_pair(&self) -> Result<(SimFlow, SimFlow), SetupError> {
        self.tcp_pair_at(PORT).await
    }

    /// As [`Sim::tcp_pair`], through this port of the server's host. A host has ports for 64,512 connections to each.
    ///
    /// # Errors
    /// Why the connection could not be made.
    pub async fn tcp_pair_at(&self, port: u16) -> Result<(SimFlow, SimFlow), SetupError> {
        let settings = self.0.settings;
        let ends = self.with(|world| world.tcp(&settings));
        self.opened(ends, settings.contract, port).await
    }

    /// Two ends connected over the run's network: between two stacks, of which either may be a foreign one. The first two stacks stand
    /// on its hosts, where faults strike too; others on hosts of their own, with the same links between them. Links are as the
    /// scenario or [`World::network`] said before; else they carry everything at once.
    ///
    /// # Errors
    /// Why the connection could not be made; or what the run wants of a stack and it can't: be set as `[tcp]` says
    /// ([`Stack::configure`]), come back after a crash ([`Stack::renew`]).
    pub async fn connect(&self, client: impl Stack + 'static, server: impl Stack + 'static) -> Result<(SimFlow, SimFlow), SetupError> {
        let contract = self.contracts();
        let ends = self.with(|world| world.stacks([Box::new(client), Box::new(server)], contract))?;
        self.opened(ends, contract, PORT).await
    }

    /// Listens (if the server's host does not yet), connects and accepts.
    async fn opened(&self, ends: Both<Conn>, contract: Both<Contract>, port: u16) -> Result<(SimFlow, SimFlow), SetupError> {
        if !self.with(|world| world.is_listening(ends.server, port)) {
            succeeded(self.operation(ends.server, Call::Listen { port: port.into(), keepalive: None }).await)?;
        }
        let accept = self.operation(ends.server, Call::Accept { port: port.into(), keepalive: None });
        let to = (port != PORT).then(|| format!("server:{port}").into());
        let connect = self.operation(ends.client, Call::Connect { to, keepalive: None });
        match select(pin!(accept), pin!(connect)).await {
            Either::Left((accepted, connect)) => {
                succeeded(accepted)?;
                succeeded(connect.await)?;
            }
            Either::Right((connected, accept)) => {
                succeeded(connected)?;
                succeeded(accept.await)?;
            }
        }
        let flow = |end: End| SimFlow::new(self.clone(), ends[end], contract[end]);
        Ok((flow(End::Client), flow(End::Server)))
    }

    /// Takes the next flow number for a flow that is not the simulator's own; [`Sim::tap`] logs its ends.
    pub fn adopt(&self) -> u32 {
        self.with(World::adopt)
    }

    /// Logs the calls of a flow into this run's log, at this run's clock.
    pub fn tap<F: AnyFlow>(&self, flow: F, at: Place) -> Tap<F> {
        Tap::new(flow, at, self.log())
    }

    /// Writes into this run's log, at this run's clock. The log does not keep the run's world alive.
    pub fn log(&self) -> Log {
        let shell = Rc::downgrade(&self.0);
        Rc::new(move |what| {
            if let Some(shell) = shell.upgrade() {
                shell.world.borrow_mut().note(what);
            }
        })
    }

    /// Changes or asks the world, then wakes exactly those whose calls ended by it. The world is borrowed while `change` runs:
    /// it must not use the handle.
    pub fn with<R>(&self, change: impl FnOnce(&mut World) -> R) -> R {
        let result = change(&mut self.0.world.borrow_mut());
        self.wake_finished();
        result
    }

    /// How many events wait in the log.
    pub(super) fn logged(&self) -> usize {
        self.0.world.borrow().logged()
    }

    pub(super) fn operation(&self, conn: Conn, call: Call) -> impl Future<Output = Outcome> + 'static {
        CallFuture { sim: self.clone(), state: CallStage::Call(conn, call) }
    }

    fn wake_finished(&self) {
        loop {
            let Some(op) = self.0.world.borrow_mut().next_finished_in_order() else { return };
            let waker = self.0.wakers.borrow_mut().get_mut(op.slot()).and_then(Option::take);
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }

    fn poll_op(&self, op: Op, waker: &Waker) -> Poll<Outcome> {
        let outcome = self.0.world.borrow_mut().poll(op);
        let old = self.set_waker(op, outcome.is_none().then(|| waker.clone()));
        drop(old);
        match outcome {
            Some(outcome) => {
                self.wake_finished();
                Poll::Ready(outcome)
            }
            None => Poll::Pending,
        }
    }

    fn set_waker(&self, op: Op, waker: Option<Waker>) -> Option<Waker> {
        let mut wakers = self.0.wakers.borrow_mut();
        if wakers.len() <= op.slot() {
            wakers.resize_with(op.slot() + 1, || None);
        }
        std::mem::replace(&mut wakers[op.slot()], waker)
    }

    fn cancel(&self, op: Op) {
        let old = self.set_waker(op, None);
        drop(old);
        self.with(|world| world.cancel(op));
    }
}

impl fmt::Debug for Sim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sim(at {})", self.now())
    }
}

/// Where servers listen that were not told where.
const PORT: u16 = 80;

/// What an outcome means where two connected ends were wanted.
fn succeeded(outcome: Outcome) -> Result<(), SetupError> {
    match outcome {
        Outcome::Ok => Ok(()),
        Outcome::Error(Error::Other(word)) if &*word == NO_FREE_PORT => {
            Err("no_free_port: the client's host is connected from all its ports to this one of the server's; use another".into())
        }
        outcome => Err(outcome.into_error().into()),
    }
}

/// A call or a timer as a future: begun by its first poll, cancelled by its drop.
struct CallFuture {
    sim: Sim,
    state: CallStage,
}

enum CallStage {
    Call(Conn, Call),
    Sleep(Instant),
    Pending(Op),
    Over,
}

impl Future for CallFuture {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        let me = self.get_mut();
        let op = match std::mem::replace(&mut me.state, CallStage::Over) {
            CallStage::Call(conn, call) => me.sim.with(|world| world.call(conn, call)),
            CallStage::Sleep(until) => me.sim.with(|world| world.sleep(until)),
            CallStage::Pending(op) => op,
            CallStage::Over => return Poll::Pending,
        };
        let polled = me.sim.poll_op(op, context.waker());
        if polled.is_pending() {
            me.state = CallStage::Pending(op);
        }
        polled
    }
}

impl Drop for CallFuture {
    fn drop(&mut self) {
        if let CallStage::Pending(op) = self.state {
            self.sim.cancel(op);
        }
    }
}

/// Counts handles, for tests that nothing outlives its run.
#[cfg(test)]
impl Sim {
    pub(super) fn watch(&self) -> std::rc::Weak<impl Sized + use<>> {
        Rc::downgrade(&self.0)
    }
}
