//! Runs users' futures on a world.
//!
//! [`Simulation`] owns the run: its tasks live there and nowhere else, so that nothing outlives it; [`Sim`] is the handle that
//! they get. What this is not: a second event loop. Time passes in [`World::step`] alone, and only when no task can run.

use std::fmt;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use crate::choice::Site;
use crate::contract::Contract;
use crate::exec::{Executor, Panic, Task, Turn, panic_message, poll_caught};
use crate::time::Instant;
use crate::trace::Event;

use super::reactor::Reactor;
use super::sim::Sim;
use super::{PipeSettings, SetupError, Stepped, World};

/// Why a run stopped before what it was to do was done.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stuck {
    /// Nothing can happen any more. `open`: a waker was used on another thread, so that this proves nothing.
    Quiet {
        /// The run was woken from another thread.
        open: bool,
    },
    /// The future panicked.
    Panicked(String),
    /// The limit on steps was reached.
    Limit,
    /// The limit on virtual time was reached.
    Time,
}

/// Why a run was left for a while.
pub(crate) enum Pause<T> {
    /// The main future is done.
    Done(T),
    /// Nothing can happen any more.
    Quiet,
    /// The log has become long.
    LongLog,
}

impl fmt::Display for Stuck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stuck::Quiet { open: false } => f.write_str("nothing can happen any more"),
            Stuck::Quiet { open: true } => f.write_str("woken from another thread, then nothing more happened"),
            Stuck::Panicked(message) => write!(f, "panicked: {message}"),
            Stuck::Limit => f.write_str("the limit on steps was reached"),
            Stuck::Time => f.write_str("the limit on virtual time was reached"),
        }
    }
}

impl std::error::Error for Stuck {}

/// Before a quiet that would make a run fail is believed, other threads get this much real time, once.
const FOREIGN_PATIENCE: Duration = Duration::from_millis(50);

/// A run: a world, and the tasks on it. Dropping it drops every task.
pub struct Simulation {
    executor: Executor,
    sim: Sim,
    /// What the subject's own tasks and timers run on, if they need it. It outlives the tasks.
    reactor: Option<Reactor>,
    steps_left: u64,
    /// The last moment at which something may happen.
    until: Instant,
}

impl Simulation {
    /// A run over this world, whose own flows are as `settings` say.
    pub fn new(world: World, settings: PipeSettings) -> Self {
        let executor = Executor::new();
        let sim = Sim::new(world, settings, executor.spawner());
        Simulation { executor, sim, reactor: None, steps_left: u64::MAX, until: Instant(u64::MAX) }
    }

    /// A run over an empty world in which everything is benign, its log on.
    pub fn of(contract: Contract) -> Self {
        let mut world = World::new();
        world.record(true);
        Simulation::new(world, PipeSettings::new(contract))
    }

    /// Stops with [`Stuck::Limit`] after this many polls and events.
    #[must_use]
    pub fn limit(self, steps: u64) -> Self {
        Simulation { steps_left: steps, ..self }
    }

    /// Beside a runtime of tokio's with a paused clock, which follows virtual time: what the tasks of this run spawn and sleep with tokio
    /// belongs to it. Tokio's timers go off at whole milliseconds.
    ///
    /// # Errors
    /// Inside of another runtime; without the feature `tokio`.
    pub fn on_tokio(self) -> Result<Self, SetupError> {
        Ok(Simulation { reactor: Some(Reactor::new()?), ..self })
    }

    /// Stops with [`Stuck::Time`] once this moment has passed.
    #[must_use]
    pub fn until(self, until: Instant) -> Self {
        Simulation { until, ..self }
    }

    /// The handle for subjects.
    pub fn sim(&self) -> &Sim {
        &self.sim
    }

    /// Runs a body that gets a handle, until it is done.
    pub fn run<T>(&mut self, body: impl AsyncFnOnce(&Sim) -> T) -> Result<T, Stuck> {
        let sim = self.sim.clone();
        self.block_on(body(&sim))
    }

    /// Runs until this future is done. Other tasks go on beside it, and are left where they are then. Before it is believed that
    /// nothing can happen any more, other threads get some time.
    pub fn block_on<T>(&mut self, future: impl Future<Output = T>) -> Result<T, Stuck> {
        let mut future = pin!(future);
        self.wake_main();
        loop {
            match self.advance(future.as_mut(), usize::MAX)? {
                Pause::Done(value) => return Ok(value),
                Pause::LongLog => {}
                Pause::Quiet if self.wait_for_foreign_wake() => {}
                Pause::Quiet => return Err(Stuck::Quiet { open: self.is_open() }),
            }
        }
    }

    /// Lets the main future be polled.
    pub(crate) fn wake_main(&mut self) {
        self.executor.wake_main();
    }

    /// Runs until this future, which is polled when the main task is woken, is done, or nothing can happen any more, or more than
    /// `log_max` events wait in the log.
    pub(crate) fn advance<T>(&mut self, mut future: Pin<&mut impl Future<Output = T>>, log_max: usize) -> Result<Pause<T>, Stuck> {
        let waker = self.executor.main_waker().clone();
        while self.sim.logged() <= log_max {
            match self.turn()? {
                Some(Turn::Main) => {}
                Some(_) => continue,
                None => return Ok(Pause::Quiet),
            }
            let _entered = self.reactor.as_ref().map(Reactor::enter);
            match poll_caught(future.as_mut(), &waker) {
                Ok(Poll::Ready(value)) => return Ok(Pause::Done(value)),
                Ok(Poll::Pending) => {}
                Err(payload) => {
                    self.executor.note_panic(Task::MAIN, &*payload);
                    return Err(Stuck::Panicked(panic_message(&*payload)));
                }
            }
        }
        Ok(Pause::LongLog)
    }

    /// Runs until nothing can happen any more: no task runnable, nothing due. That proves a deadlock of whatever is pending
    /// only if the run is not open.
    pub fn run_until_quiet(&mut self) -> Result<(), Stuck> {
        loop {
            if self.turn()?.is_none() {
                return Ok(());
            }
        }
    }

    /// Gives threads that hold a waker 50 ms of real time; true if something was woken. For the moment before a quiet that would make
    /// a run fail is believed.
    pub fn wait_for_foreign_wake(&self) -> bool {
        self.executor.wait_for_foreign_wake(FOREIGN_PATIENCE)
    }

    /// Has a waker been used on another thread?
    pub fn is_open(&self) -> bool {
        self.executor.is_open()
    }

    /// Of the tasks that have not ended, the one that was polled most often, and how often.
    pub(crate) fn busiest(&self) -> Option<(Task, u64)> {
        self.executor.busiest()
    }

    /// The panics of tasks, in order.
    pub fn panics(&self) -> &[Panic] {
        self.executor.panics()
    }

    /// How many tasks have not ended.
    pub fn live_tasks(&self) -> usize {
        self.executor.live()
    }

    /// The log since the last time.
    pub fn drain_events(&self) -> Vec<Event> {
        self.sim.with(|world| world.drain_events().collect())
    }

    /// One poll of a task, or else one event; nothing at quiet.
    fn turn(&mut self) -> Result<Option<Turn>, Stuck> {
        self.steps_left = self.steps_left.checked_sub(1).ok_or(Stuck::Limit)?;
        let Simulation { sim, executor, reactor, .. } = self;
        let turn = {
            let _entered = reactor.as_ref().map(Reactor::enter);
            executor.turn(|task, count| sim.with(|world| world.choice_mut().pick_next(task.0, Site::Task, count)))
        };
        match turn {
            Turn::Idle if self.step()? => Ok(Some(Turn::Idle)),
            Turn::Idle => Ok(None),
            turn => Ok(Some(turn)),
        }
    }

    /// Lets something happen that is no task's turn; false at quiet.
    fn step(&mut self) -> Result<bool, Stuck> {
        let ran = match &mut self.reactor {
            None => self.sim.with(World::step) == Stepped::Ran,
            Some(reactor) => beside(reactor, &self.executor, &self.sim)?,
        };
        if ran && self.sim.now() > self.until { Err(Stuck::Time) } else { Ok(ran) }
    }
}

/// How often in a row time may pass for a runtime's own timers only.
const JUMPS: u32 = 10_000;

/// Lets the runtime's tasks run and time pass, up to what concerns this run first: a task that is woken, or what is due in its
/// world; false at quiet.
fn beside(reactor: &mut Reactor, executor: &Executor, sim: &Sim) -> Result<bool, Stuck> {
    for _ in 0..JUMPS {
        if !reactor.settle() {
            break;
        }
        let now = reactor.now();
        if executor.has_woken() {
            sim.with(|world| world.pass(now));
            return Ok(true);
        }
        if sim.with(|world| world.step_until(now)) {
            return Ok(true);
        }
        if !reactor.pass(sim.with(|world| world.next_due())) {
            return Ok(false);
        }
    }
    Err(Stuck::Limit)
}

impl fmt::Debug for Simulation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Simulation({:?}, {} tasks)", self.sim, self.live_tasks())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use bytes::Bytes;

    use super::*;
    use crate::choice::Choice;
    use crate::contract::{Mode, Read};
    use crate::flow::Flow;

    fn simulation() -> Simulation {
        Simulation::of(Contract::strict())
    }

    #[test]
    fn two_ends_talk_while_others_sleep() {
        let mut run = simulation();
        let got = run.run(async |sim| {
            let (client, server) = sim.pipe();
            let clock = sim.clone();
            sim.spawn(async move {
                clock.sleep(Duration::from_secs(1)).await;
                client.write(Bytes::from_static(b"hi")).await.expect("open");
                client.shutdown(Mode::Write).await;
            });
            (server.read(9).await, server.read(9).await)
        });
        assert_eq!(got, Ok((Ok(Read::Data(Bytes::from_static(b"hi"))), Ok(Read::Eof))));
        assert_eq!(run.sim().now(), Instant(1_000_000_000));
    }

    #[test]
    fn what_waits_for_ever_is_reported_as_quiet() {
        let mut run = simulation();
        let stuck = run.run(async |sim| sim.pipe().0.read(1).await);
        assert_eq!(stuck, Err(Stuck::Quiet { open: false }));
        assert_eq!(run.block_on(async { 7 }), Ok(7), "the run goes on");
    }

    #[test]
    fn a_dropped_call_is_cancelled_and_a_dropped_sleep_does_not_move_the_clock() {
        let mut run = simulation();
        let _ = run.run(async |sim| {
            let (client, server) = sim.pipe();
            assert!(futures::poll!(Box::pin(server.read(9))).is_pending());
            assert!(futures::poll!(Box::pin(sim.sleep(Duration::from_secs(9)))).is_pending());
            client.write(Bytes::from_static(b"a")).await.expect("open");
            assert_eq!(server.read(9).await, Ok(Read::Data(Bytes::from_static(b"a"))));
        });
        assert_eq!(run.run_until_quiet(), Ok(()));
        assert_eq!(run.sim().now(), Instant::ZERO);
        let cancels = run.drain_events().into_iter().filter(|event| matches!(event.what, crate::trace::What::Cancel { .. }));
        assert_eq!(cancels.count(), 1);
    }

    #[test]
    fn a_panic_ends_its_own_task_only() {
        let mut run = simulation();
        run.sim().spawn(async { panic!("one") });
        assert_eq!(run.block_on(async { panic!("two") }), Err::<(), _>(Stuck::Panicked("two".into())));
        assert_eq!(run.run_until_quiet(), Ok(()));
        let panics: Vec<_> = run.panics().iter().map(ToString::to_string).collect();
        assert_eq!(panics, ["task 1 panicked: one", "the main task panicked: two"]);
    }

    #[test]
    fn a_missing_reactor_is_explained() {
        let said = |text: &'static str| simulation().block_on(async move { panic!("{text}") }).map_err(|stuck: Stuck| stuck.to_string());
        let missing = "there is no reactor running, must be called from the context of a runtime";
        assert!(said(missing).is_err_and(|said: String| said.contains(missing) && said.contains("sim.sleep")));
        assert_eq!(said("else"), Err::<(), _>("panicked: else".to_owned()));
    }

    #[test]
    fn the_limit_stops_what_never_ends_from_both_sides() {
        let endless = async |sim: &Sim| {
            loop {
                sim.sleep(Duration::ZERO).await;
                sim.sleep(Duration::from_nanos(1)).await;
            }
        };
        assert_eq!(simulation().limit(100).run(endless), Err::<(), _>(Stuck::Limit));
        assert_eq!(simulation().limit(1).block_on(async { 1 }), Ok(1));
        assert_eq!(simulation().limit(0).block_on(async { 1 }), Err(Stuck::Limit));
    }

    #[test]
    fn a_wake_from_another_thread_opens_the_run() {
        let mut run = simulation();
        let mut was_polled = false;
        let got = run.block_on(std::future::poll_fn(move |context| {
            if std::mem::replace(&mut was_polled, true) {
                return Poll::Ready(5);
            }
            let waker = context.waker().clone();
            std::thread::spawn(move || waker.wake()).join().expect("it only wakes");
            Poll::Pending
        }));
        assert_eq!((got, run.is_open()), (Ok(5), true));
        assert!(!simulation().is_open());
    }

    #[test]
    fn ten_thousand_runs_leave_nothing_behind() {
        let mut worlds = Vec::new();
        for seed in 0..10_000 {
            let mut run = Simulation::new(World::with_choice(Choice::seeded(seed)), PipeSettings::new(Contract::modern()));
            let _ = run.run(async |sim| {
                let (client, server) = sim.pipe();
                let (back, handle) = (client.clone(), sim.clone());
                sim.spawn(async move {
                    let _keeps = (back.read(1).await, handle);
                });
                sim.spawn(async move { while server.read(9).await.is_err() {} });
                client.write(Bytes::from_static(b"x")).await
            });
            worlds.push(run.sim().watch());
        }
        assert_eq!(worlds.iter().filter(|world| world.upgrade().is_some()).count(), 0);
    }

    #[test]
    fn a_task_that_spawns_while_it_is_dropped_leaves_nothing() {
        struct Last(Sim, Rc<Cell<u32>>);
        impl Drop for Last {
            fn drop(&mut self) {
                self.1.set(self.1.get() + 1);
                let kept = (self.0.clone(), self.1.clone());
                self.0.spawn(async move { drop(kept) });
            }
        }
        let (run, drops) = (simulation(), Rc::new(Cell::new(0)));
        let (world, last) = (run.sim().watch(), Last(run.sim().clone(), drops.clone()));
        run.sim().spawn(async move {
            let _last = last;
            std::future::pending::<()>().await;
        });
        drop(run);
        assert_eq!((drops.get(), Rc::strong_count(&drops)), (1, 1));
        assert!(world.upgrade().is_none());
    }

    #[test]
    fn the_order_of_tasks_is_a_choice() {
        let order = |choice| {
            let mut run = Simulation::new(World::with_choice(choice), PipeSettings::new(Contract::strict()));
            let log = Rc::new(std::cell::RefCell::new(Vec::new()));
            for name in 0..4 {
                let log = log.clone();
                run.sim().spawn(async move { log.borrow_mut().push(name) });
            }
            run.run_until_quiet().expect("ends");
            let order = log.borrow().clone();
            (order, run.sim().with(|world| world.choice().deviations().clone()))
        };
        assert_eq!(order(Choice::benign()).0, [0, 1, 2, 3]);
        let (shuffled, deviations) = order(Choice::seeded(3));
        assert_ne!(shuffled, [0, 1, 2, 3]);
        assert_eq!(order(Choice::replay(deviations)).0, shuffled);
    }
}
