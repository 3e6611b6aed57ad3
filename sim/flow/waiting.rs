//! Keeps the wakers of calls that are pending at an adapter or a layer, which may end them itself.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// The wakers of pending calls: they are told when the adapter itself ends what is pending.
#[derive(Default)]
pub(super) struct WaitList {
    wakers: RefCell<BTreeMap<u64, Waker>>,
    next: Cell<u64>,
}

impl WaitList {
    pub(super) async fn while_pending<R>(&self, mut poll: impl FnMut(&mut Context<'_>) -> Poll<R>) -> R {
        let entry = WaitListEntry { waiting: self, key: self.next.replace(self.next.get() + 1) };
        poll_fn(|context| {
            let polled = poll(context);
            if polled.is_pending() {
                entry.remember(context.waker());
            }
            polled
        })
        .await
    }

    /// Pending calls look again. Their wakers run with nothing borrowed.
    pub(super) fn wake_all(&self) {
        let wakers = std::mem::take(&mut *self.wakers.borrow_mut());
        wakers.into_values().for_each(Waker::wake);
    }
}

/// One call's place among those that wait, given up with the call.
struct WaitListEntry<'a> {
    waiting: &'a WaitList,
    key: u64,
}

impl WaitListEntry<'_> {
    fn remember(&self, waker: &Waker) {
        let old = self.waiting.wakers.borrow_mut().insert(self.key, waker.clone());
        drop(old);
    }
}

impl Drop for WaitListEntry<'_> {
    fn drop(&mut self) {
        let waker = self.waiting.wakers.borrow_mut().remove(&self.key);
        drop(waker);
    }
}

/// The wakers of the calls on one half of a stream. It wakes whoever asked last, and a shutdown may be asked for while a write is
/// pending, or a read while another one is: then all look again.
#[derive(Default)]
pub(super) struct HalfWakers(Mutex<Vec<Waker>>);

impl HalfWakers {
    pub(super) fn poll<R>(self: &Arc<Self>, context: &Context<'_>, poll: impl FnOnce(&mut Context<'_>) -> Poll<R>) -> Poll<R> {
        self.wakers().push(context.waker().clone());
        let polled = poll(&mut Context::from_waker(&Waker::from(self.clone())));
        if polled.is_ready() {
            let is_mine = |waker: &Waker| waker.will_wake(context.waker());
            let mine: Vec<Waker> = self.wakers().extract_if(.., |waker| is_mine(waker)).collect();
            drop(mine);
        }
        polled
    }

    /// Nothing runs while they are borrowed, so no panic is missed.
    fn wakers(&self) -> MutexGuard<'_, Vec<Waker>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for HalfWakers {
    fn wake(self: Arc<Self>) {
        let wakers = std::mem::take(&mut *self.wakers());
        wakers.into_iter().for_each(Waker::wake);
    }
}
