//! Runs users' futures on a single thread: one waker a task, and nothing is polled without a wake.
//!
//! A task that was not woken is not polled, ever: this is what shows a lost wake-up. Which of several runnable tasks goes first
//! is a choice (0: the one that was woken first). A panic is caught in the poll in which it happens and kept; what belongs to
//! users is dropped while nothing is borrowed. What this is not: a reactor, or a clock. Sleeping is the world's business.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, ThreadId};
use std::time::Duration;

use futures::future::LocalBoxFuture;

#[cfg(test)]
mod tests;

/// Names a task: its number in the order of spawning. 0 is the main task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Task(pub u32);

impl Task {
    /// The task that whoever owns the executor polls.
    pub const MAIN: Task = Task(0);
}

/// A panic that was caught.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Panic {
    /// The task that panicked.
    pub(crate) task: Task,
    /// What it said.
    pub message: String,
}

impl fmt::Display for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.task {
            Task::MAIN => write!(f, "the main task panicked: {}", self.message),
            Task(number) => write!(f, "task {number} panicked: {}", self.message),
        }
    }
}

/// What a panic said, as far as it is text, and what to do about it where that is known.
pub(crate) fn panic_message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let text = text.unwrap_or("a value that is not text");
    format!("{text}{}", reactor_hint(text))
}

/// What to do about a runtime that is missed.
fn reactor_hint(message: &str) -> &'static str {
    let is_missed = ["no reactor running", "must be called from the context of", "there is no reactor"];
    match is_missed.iter().any(|text| message.contains(text)) {
        true => " (a simulation has no reactor: sleep with `sim.sleep`, or check with `Check::tokio`, which has; make no real sockets)",
        false => "",
    }
}

/// What became of one turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It is the main task's turn: its owner polls it.
    Main,
    /// A task was polled.
    Ran(Task),
    /// No task can run.
    Idle,
}

/// Tasks, and which of them were woken.
pub struct Executor {
    ready: Arc<WakeQueue>,
    spawned: Rc<Spawned>,
    tasks: Vec<TaskSlot>,
    free: Vec<usize>,
    main: Waker,
    panics: Vec<Panic>,
}

struct TaskSlot {
    running: Option<Running>,
}

struct Running {
    task: Task,
    future: LocalBoxFuture<'static, ()>,
    waker: Waker,
    entry: Arc<QueueEntry>,
    polls: u64,
}

/// A handle to spawn with. It keeps nothing alive.
#[derive(Clone)]
pub struct Spawner(Weak<Spawned>);

/// Futures that were spawned and not yet taken up.
#[derive(Default)]
struct Spawned {
    futures: RefCell<Vec<(Task, LocalBoxFuture<'static, ()>)>>,
    /// The number of the last task that was spawned.
    last: Cell<u32>,
}

impl Spawner {
    /// Hands a task over; nothing (and the future is dropped) if the run is over.
    pub fn spawn(&self, future: impl Future<Output = ()> + 'static) -> Option<Task> {
        let spawned = self.0.upgrade()?;
        let task = Task(spawned.last.get().wrapping_add(1).max(1));
        spawned.last.set(task.0);
        spawned.futures.borrow_mut().push((task, Box::pin(future)));
        Some(task)
    }
}

/// The queue of those that were woken: the only part that other threads may touch.
struct WakeQueue {
    home: ThreadId,
    /// Entries of tasks that have not ended.
    queue: Mutex<VecDeque<Arc<QueueEntry>>>,
    woken_from_afar: AtomicBool,
    arrival: Condvar,
}

impl WakeQueue {
    /// The queue is consistent between any two operations on it, so a panic elsewhere does no harm.
    fn queue(&self) -> MutexGuard<'_, VecDeque<Arc<QueueEntry>>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A task has ended: what is left of its wakers does not bring it back. A task that woke itself last stands at the end.
    fn retire(&self, entry: &Arc<QueueEntry>) {
        let mut queue = self.queue();
        if entry.queued.swap(true, Ordering::Relaxed) {
            let at = queue.iter().rposition(|queued| Arc::ptr_eq(queued, entry));
            at.map(|at| queue.remove(at));
        }
    }
}

/// One task's place in the queue; it stands there at most once.
struct QueueEntry {
    slot: usize,
    task: Task,
    /// It stands in the queue, or its task has ended. It changes only while the queue is locked.
    queued: AtomicBool,
    ready: std::sync::Weak<WakeQueue>,
}

impl Wake for QueueEntry {
    fn wake(self: Arc<Self>) {
        let Some(ready) = self.ready.upgrade() else { return };
        let is_foreign = thread::current().id() != ready.home;
        if is_foreign {
            ready.woken_from_afar.store(true, Ordering::SeqCst);
        }
        let mut queue = ready.queue();
        if !self.queued.swap(true, Ordering::Relaxed) {
            queue.push_back(self);
        }
        drop(queue);
        if is_foreign {
            ready.arrival.notify_all();
        }
    }
}

impl Default for Executor {
    fn default() -> Self {
        Self::new()
    }
}

impl Executor {
    /// No task yet. The thread that calls is the home thread.
    pub fn new() -> Self {
        let ready = Arc::new(WakeQueue {
            home: thread::current().id(),
            queue: Mutex::default(),
            woken_from_afar: AtomicBool::new(false),
            arrival: Condvar::new(),
        });
        let main = QueueEntry { slot: usize::MAX, task: Task::MAIN, queued: AtomicBool::new(false), ready: Arc::downgrade(&ready) };
        Executor {
            ready,
            spawned: Rc::default(),
            tasks: Vec::new(),
            free: Vec::new(),
            main: Waker::from(Arc::new(main)),
            panics: Vec::new(),
        }
    }

    /// A handle to spawn with from inside tasks.
    pub fn spawner(&self) -> Spawner {
        Spawner(Rc::downgrade(&self.spawned))
    }

    /// The main task's waker.
    pub fn main_waker(&self) -> &Waker {
        &self.main
    }

    /// Wakes the main task, behind everything that was spawned before.
    pub fn wake_main(&mut self) {
        self.take_up();
        self.main.wake_by_ref();
    }

    /// Polls the next task that was woken. Where there are several, `pick` is told which stands first and how many there are.
    pub fn turn(&mut self, pick: impl FnOnce(Task, u32) -> u32) -> Turn {
        self.take_up();
        let Some(entry) = self.next_entry(pick) else { return Turn::Idle };
        if entry.task == Task::MAIN {
            return Turn::Main;
        }
        self.poll(entry.slot);
        Turn::Ran(entry.task)
    }

    /// Is there a task that was woken, or one that is new?
    pub fn has_woken(&self) -> bool {
        !self.ready.queue().is_empty() || !self.spawned.futures.borrow().is_empty()
    }

    /// Has a waker been used on another thread? Then this run is not closed: no quiet of it proves anything.
    pub fn is_open(&self) -> bool {
        self.ready.woken_from_afar.load(Ordering::SeqCst)
    }

    /// Waits in real time until some task is woken from another thread; false if none is.
    pub fn wait_for_foreign_wake(&self, patience: Duration) -> bool {
        let queue = self.ready.queue();
        let waited = self.ready.arrival.wait_timeout_while(queue, patience, |queue| queue.is_empty());
        let (queue, _) = waited.unwrap_or_else(PoisonError::into_inner);
        !queue.is_empty()
    }

    /// The panics that were caught so far.
    pub fn panics(&self) -> &[Panic] {
        &self.panics
    }

    /// Keeps a panic of the main task.
    pub fn note_panic(&mut self, task: Task, payload: &(dyn Any + Send)) {
        self.panics.push(Panic { task, message: panic_message(payload) });
    }

    /// Of the tasks that have not ended, the one that was polled most often, and how often.
    pub fn busiest(&self) -> Option<(Task, u64)> {
        let running = self.tasks.iter().filter_map(|slot| slot.running.as_ref());
        running.max_by_key(|running| running.polls).map(|running| (running.task, running.polls))
    }

    /// How many tasks have not ended.
    pub fn live(&self) -> usize {
        self.tasks.iter().filter(|slot| slot.running.is_some()).count() + self.spawned.futures.borrow().len()
    }

    /// Gives every spawned future a task, woken once.
    fn take_up(&mut self) {
        if self.spawned.futures.borrow().is_empty() {
            return;
        }
        let futures = std::mem::take(&mut *self.spawned.futures.borrow_mut());
        for (task, future) in futures {
            self.begin(task, future);
        }
    }

    fn begin(&mut self, task: Task, future: LocalBoxFuture<'static, ()>) {
        let slot = self.free.pop().unwrap_or(self.tasks.len());
        let entry = Arc::new(QueueEntry { slot, task, queued: AtomicBool::new(false), ready: Arc::downgrade(&self.ready) });
        let waker = Waker::from(entry.clone());
        waker.wake_by_ref();
        let running = Some(Running { task, future, waker, entry, polls: 0 });
        match self.tasks.get_mut(slot) {
            Some(free) => free.running = running,
            None => self.tasks.push(TaskSlot { running }),
        }
    }

    /// Takes one of the entries that are woken.
    fn next_entry(&self, pick: impl FnOnce(Task, u32) -> u32) -> Option<Arc<QueueEntry>> {
        let mut queue = self.ready.queue();
        let first = queue.front()?.task;
        let count = u32::try_from(queue.len()).unwrap_or(u32::MAX);
        let index = if count > 1 { pick(first, count) as usize } else { 0 };
        let entry = queue.remove(index)?;
        entry.queued.store(false, Ordering::Relaxed);
        Some(entry)
    }

    fn poll(&mut self, slot: usize) {
        let Some(mut running) = self.tasks.get_mut(slot).and_then(|slot| slot.running.take()) else { return };
        running.polls += 1;
        let mut context = Context::from_waker(&running.waker);
        match catch_unwind(AssertUnwindSafe(|| running.future.as_mut().poll(&mut context))) {
            Ok(Poll::Pending) => self.tasks[slot].running = Some(running),
            Ok(Poll::Ready(())) => self.end(slot, running),
            Err(payload) => {
                self.note_panic(running.task, &*payload);
                self.end(slot, running);
            }
        }
    }

    /// Drops a task's future with nothing borrowed; it may panic once more.
    fn end(&mut self, slot: usize, running: Running) {
        let Running { task, future, entry, .. } = running;
        self.ready.retire(&entry);
        self.free.push(slot);
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(future))) {
            self.note_panic(task, &*payload);
        }
    }
}

/// Ends every task, also those that are spawned while tasks are dropped.
impl Drop for Executor {
    fn drop(&mut self) {
        let spawned = std::mem::take(&mut self.spawned);
        // From here on a spawner finds no executor: what tasks spawn while they are dropped is dropped with them.
        let waiting = Rc::try_unwrap(spawned).map(|spawned| spawned.futures.into_inner()).unwrap_or_default();
        let waiting = waiting.into_iter().map(|(_, future)| future);
        let running = std::mem::take(&mut self.tasks).into_iter().filter_map(|slot| slot.running).map(|running| running.future);
        for future in running.chain(waiting).collect::<Vec<_>>() {
            // The run is over: a panic can't be told any more.
            let _ = catch_unwind(AssertUnwindSafe(|| drop(future)));
        }
    }
}

/// Polls a future once; its panic is caught.
pub(crate) fn poll_caught<T>(future: Pin<&mut impl Future<Output = T>>, waker: &Waker) -> thread::Result<Poll<T>> {
    catch_unwind(AssertUnwindSafe(|| future.poll(&mut Context::from_waker(waker))))
}
