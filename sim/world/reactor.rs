//! Lets the runtime that a subject's own tasks and timers need go on beside a run: tokio's, on one thread, its clock paused.
//!
//! Virtual time has one driver, the world. Before the next thing that is due there happens, the runtime's tasks run until none can; then
//! the runtime jumps to the timer of its own that comes first, but never beyond what is due: the world's clock follows. Tokio's timers
//! go off at whole milliseconds, rounded up; the clock is brought to one before a jump, so that both clocks stay the same. What this is
//! not: a reactor. Sockets and files are not there.

use crate::time::Instant;

use super::target::SetupError;

#[cfg(feature = "tokio")]
pub(super) use paused::Paused as Reactor;

/// There is none without the feature `tokio`.
#[cfg(not(feature = "tokio"))]
#[derive(Debug)]
pub(super) enum Reactor {}

#[cfg(not(feature = "tokio"))]
impl Reactor {
    pub fn new() -> Result<Self, SetupError> {
        Err("this needs the feature `tokio` of flowsim".into())
    }

    pub fn enter(&self) {
        match *self {}
    }

    pub fn settle(&mut self) -> bool {
        match *self {}
    }

    pub fn now(&self) -> Instant {
        match *self {}
    }

    pub fn pass(&mut self, _: Option<Instant>) -> bool {
        match *self {}
    }
}

#[cfg(feature = "tokio")]
mod paused {
    use std::future::{Future, poll_fn};
    use std::pin::{Pin, pin};
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
    use std::task::{Context, Poll, Waker};
    use std::time::Duration;

    use tokio::runtime::{Builder, EnterGuard, Handle, Runtime};
    use tokio::time::{Instant as TokioInstant, advance, sleep_until};

    use super::{Instant, SetupError};

    /// A runtime on this thread whose clock stands still.
    #[derive(Debug)]
    pub(in crate::world) struct Paused {
        runtime: Runtime,
        jumping: Arc<Jumping>,
        marker: Arc<Marker>,
        /// The runtime's clock at the world's beginning.
        start: TokioInstant,
    }

    /// Whether a jump is under way, and what is to be woken once the clock has moved.
    #[derive(Debug, Default)]
    struct Jumping(Mutex<Option<Waker>>);

    /// A task that stands behind all tasks that could run when it was woken.
    #[derive(Debug, Default)]
    struct Marker {
        ran: AtomicBool,
        waker: Mutex<Option<Waker>>,
    }

    /// Later than any timer that a run could wait for, and what tokio's wheel holds: two years.
    const FAR: Duration = Duration::from_secs(2 * 365 * 24 * 3600);

    /// A runtime whose tasks were polled so often in a row never comes to rest.
    const POLLS: u32 = 100_000;

    const MILLISECOND: u64 = 1_000_000;

    impl Paused {
        pub fn new() -> Result<Self, SetupError> {
            if Handle::try_current().is_ok() {
                return Err("a run with tokio makes a runtime of its own and can't be inside of another one: use a plain `#[test]`".into());
            }
            let (jumping, marker) = (Arc::new(Jumping::default()), Arc::new(Marker::default()));
            let hook = jumping.clone();
            // After each task the main future has its turn, and what was woken from outside comes first: so the marker is behind it.
            let mut builder = Builder::new_current_thread();
            builder.enable_time().start_paused(true).event_interval(1).global_queue_interval(1);
            let runtime = builder.on_thread_unpark(move || hook.lands()).build()?;
            runtime.spawn(Marking(marker.clone()));
            let start = runtime.block_on(async { TokioInstant::now() });
            let mut paused = Paused { runtime, jumping, marker, start };
            // Before any other task is there the marker runs, so that it can be woken.
            paused.settle();
            Ok(paused)
        }

        /// What is polled under this finds the runtime.
        pub fn enter(&self) -> EnterGuard<'_> {
            self.runtime.enter()
        }

        /// Lets its tasks run until none can, with time standing still; false if they never come to rest.
        pub fn settle(&mut self) -> bool {
            self.runtime.block_on(Settling { marker: &self.marker, polls: 0, others: 1 })
        }

        /// Lets time pass, to the first of its timers or to what is due in the world, whichever comes first; or to the next whole
        /// millisecond on the way there. Its tasks have settled, and do not run. False if nothing waits for any time.
        pub fn pass(&mut self, due: Option<Instant>) -> bool {
            let now = self.now();
            // Its timers go off at whole milliseconds only.
            let next = Instant((now.0 / MILLISECOND + 1) * MILLISECOND);
            match due {
                Some(due) if due <= next => self.advance(due),
                _ if !now.0.is_multiple_of(MILLISECOND) => self.advance(next),
                Some(due) => _ = self.jump(Instant(due.0 / MILLISECOND * MILLISECOND)),
                None if self.jump(now + FAR) => return false,
                None => {}
            }
            true
        }

        /// The time of its clock. It may be behind the world's by what is due there, and ahead of it where nothing came of a timer.
        pub fn now(&self) -> Instant {
            let _entered = self.runtime.enter();
            Instant(u64::try_from(TokioInstant::now().duration_since(self.start).as_nanos()).unwrap_or(u64::MAX))
        }

        fn advance(&self, until: Instant) {
            let span = until - self.now();
            if !span.is_zero() {
                self.runtime.block_on(advance(span));
            }
        }

        /// To the first timer, or to this moment: true if nothing came before it.
        fn jump(&self, until: Instant) -> bool {
            let until = self.start + (until - Instant::ZERO);
            self.runtime.block_on(async {
                let mut sleep = pin!(sleep_until(until));
                let mut is_over = false;
                poll_fn(|context| {
                    // The clock moves when the thread parks, which it does once this was polled and no task can run.
                    if std::mem::replace(&mut is_over, true) {
                        return Poll::Ready(());
                    }
                    _ = sleep.as_mut().poll(context);
                    *lock(&self.jumping.0) = Some(context.waker().clone());
                    Poll::Pending
                })
                .await;
                TokioInstant::now() >= until
            })
        }
    }

    impl Jumping {
        /// The thread was parked, and the clock may have moved: nothing runs before the jump has ended.
        fn lands(&self) {
            let waker = lock(&self.0).take();
            waker.into_iter().for_each(Waker::wake);
        }
    }

    /// Waits to be woken again and again, and notes that it was.
    struct Marking(Arc<Marker>);

    impl Future for Marking {
        type Output = ();

        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            *lock(&self.0.waker) = Some(context.waker().clone());
            self.0.ran.store(true, Ordering::Relaxed);
            Poll::Pending
        }
    }

    /// Wakes the marker until no other task runs before it: ready with false if that takes too long.
    struct Settling<'a> {
        marker: &'a Marker,
        /// How often it was polled: once after each task.
        polls: u32,
        /// How many tasks ran since the marker was woken.
        others: u32,
    }

    impl Future for Settling<'_> {
        type Output = bool;

        fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<bool> {
            self.polls += 1;
            let has_run = self.marker.ran.swap(false, Ordering::Relaxed);
            match (has_run || self.polls == 1, self.others) {
                (true, 0) => return Poll::Ready(true),
                (true, _) => {
                    self.others = 0;
                    let waker = lock(&self.marker.waker).take();
                    waker.into_iter().for_each(Waker::wake);
                }
                (false, _) => self.others += 1,
            }
            if self.polls == POLLS {
                return Poll::Ready(false);
            }
            context.waker().wake_by_ref();
            Poll::Pending
        }
    }

    fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
