//! Keeps the calls and timers that are under way on users' flows. Nothing of a user's runs or is dropped while the table is borrowed.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use futures::future::LocalBoxFuture;

use crate::contract::Outcome;
use crate::exec::Task;
use crate::trace::Place;
use crate::world::Op;

/// The calls and timers that are under way.
#[derive(Clone, Default)]
pub(super) struct Calls(Rc<RefCell<CallTable>>);

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
    /// The task that polls it.
    task: Option<Task>,
    /// Where the call was made, and its word; nothing for a timer.
    call: Option<(Place, &'static str)>,
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
    pub(super) fn insert(&self, call: Option<(Place, &'static str)>, future: LocalBoxFuture<'static, Outcome>) -> Op {
        let mut table = self.0.borrow_mut();
        let index = table.free.pop().unwrap_or_else(|| {
            table.slots.push(CallSlot::default());
            (table.slots.len() - 1) as u32
        });
        let slot = &mut table.slots[index as usize];
        (slot.future, slot.call) = (Some(future), call);
        Op::new(index, slot.generation)
    }

    /// This task polls the operation.
    pub(super) fn assign(&self, op: Op, task: Option<Task>) {
        if let Some(slot) = self.0.borrow_mut().slot(op) {
            slot.task = task;
        }
    }

    /// The call that this task polls.
    pub(super) fn call_of(&self, task: Task) -> Option<(Place, &'static str)> {
        self.0.borrow().slots.iter().find(|slot| slot.task == Some(task))?.call
    }

    /// One poll of an operation's task.
    pub(super) fn poll(&self, op: Op, context: &mut Context<'_>) -> Poll<()> {
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

    pub(super) fn take(&self, op: Op) -> Option<Outcome> {
        let outcome = self.0.borrow_mut().slot(op)?.outcome.take()?;
        self.remove(op);
        Some(outcome)
    }

    /// The next operation that has ended.
    pub(super) fn next_finished(&self) -> Option<Op> {
        self.0.borrow_mut().finished.pop_front()
    }

    /// Forgets an operation; a call that is pending is dropped, which cancels it.
    pub(super) fn remove(&self, op: Op) {
        let slot = self.0.borrow_mut().release(op);
        drop(slot);
    }

    /// Until some operation has ended.
    pub(super) async fn news(&self) {
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
