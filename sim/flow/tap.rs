//! Logs the calls of any flow.

use std::cell::Cell;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;

use futures::FutureExt;
use futures::future::LocalBoxFuture;

use super::AnyFlow;
use crate::contract::{Call, Contract, Outcome};
use crate::exec::panic_message;
use crate::trace::{Place, What};

/// Where a [`Tap`] writes: it adds the time.
pub type Log = Rc<dyn Fn(What)>;

/// Logs the calls of the flow below: the call before it is made, the return after, a cancel where the future is dropped before
/// it returned. A panic of the flow is caught and is the outcome `panic`.
pub struct Tap<F> {
    flow: F,
    at: Place,
    log: Log,
    calls: Cell<u64>,
}

impl<F: AnyFlow> Tap<F> {
    /// Logs the calls of `flow` as those of `at`.
    pub fn new(flow: F, at: Place, log: Log) -> Self {
        Tap { flow, at, log, calls: Cell::new(0) }
    }

    /// The place of these calls in the log.
    pub fn at(&self) -> Place {
        self.at
    }

    async fn logged(&self, call: Call) -> Outcome {
        let op = self.calls.get() + 1;
        self.calls.set(op);
        (self.log)(What::Call { at: self.at, op, call: call.clone() });
        let mut pending = LoggedCall { log: &self.log, at: self.at, op, outcome: None };
        let caught = AssertUnwindSafe(async { self.flow.call(call).await }).catch_unwind().await;
        let outcome = caught.unwrap_or_else(|payload| Outcome::Panic(panic_message(&*payload).into()));
        pending.outcome = Some(outcome.clone());
        outcome
    }
}

impl<F: AnyFlow> AnyFlow for Tap<F> {
    fn call(&self, call: Call) -> LocalBoxFuture<'_, Outcome> {
        Box::pin(self.logged(call))
    }

    fn claims(&self) -> Contract {
        self.flow.claims()
    }

    fn logged_at(&self) -> Option<Place> {
        Some(self.at)
    }
}

/// A call that was logged: how it ended is logged when this is dropped.
struct LoggedCall<'a> {
    log: &'a Log,
    at: Place,
    op: u64,
    outcome: Option<Outcome>,
}

impl Drop for LoggedCall<'_> {
    fn drop(&mut self) {
        let (at, op) = (self.at, self.op);
        (self.log)(match self.outcome.take() {
            Some(outcome) => What::Return { at, op, outcome, accepted: None, peer: None, made: None },
            None => What::Cancel { at, op },
        });
    }
}
