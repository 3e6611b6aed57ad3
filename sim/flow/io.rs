//! Makes a flow of anything that is `AsyncRead + AsyncWrite`.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use bytes::{Buf, Bytes};
use futures::io::{AsyncRead, AsyncWrite};

use super::Flow;
use crate::contract::{Contract, Error, Mode, Read};

/// The most that one read asks for.
const READ_MAX: usize = 64 * 1024;

/// An `AsyncRead + AsyncWrite` as a flow of the contract `async-io`.
///
/// - A write is the whole buffer and then a flush.
/// - Shutdown of writing is `poll_close`. Shutdown of reading has no counterpart in async IO: the adapter itself reads no more
///   from then on and gives the end of the stream, to pending reads too.
/// - Close is shutdown of writing and then the drop of the stream. Calls after it fail with [`Error::Closed`].
pub struct Io<T> {
    /// Borrowed inside one poll only; empty after close.
    io: RefCell<Option<T>>,
    /// What reads read into, as long as the longest of them asks for; borrowed inside one poll only, between polls all zeros.
    buffer: RefCell<Vec<u8>>,
    shut_read: Cell<bool>,
    waiting: WaitList,
    sending: Arc<Senders>,
    contract: Contract,
}

impl<T: AsyncRead + AsyncWrite + Unpin> Io<T> {
    /// A flow of a stream of the `futures` family.
    pub fn new(io: T) -> Self {
        Io {
            io: RefCell::new(Some(io)),
            buffer: RefCell::default(),
            shut_read: Cell::new(false),
            waiting: WaitList::default(),
            sending: Arc::default(),
            contract: Contract::async_io(),
        }
    }

    /// The same flow, saying that it keeps another contract.
    #[must_use]
    pub fn keeping(self, contract: Contract) -> Self {
        Io { contract, ..self }
    }

    /// A call on the stream: fails once the stream is gone.
    async fn call<R>(&self, mut poll: impl FnMut(Pin<&mut T>, &mut Context<'_>) -> Poll<io::Result<R>>) -> Result<R, Error> {
        let polled = |context: &mut Context<'_>| match self.io.borrow_mut().as_mut() {
            Some(io) => poll(Pin::new(io), context).map_err(Error::from),
            None => Poll::Ready(Err(Error::Closed)),
        };
        self.waiting.while_pending(polled).await
    }

    /// A call on the half of the stream that sends.
    async fn send<R>(&self, mut poll: impl FnMut(Pin<&mut T>, &mut Context<'_>) -> Poll<io::Result<R>>) -> Result<R, Error> {
        self.call(|io, context| self.sending.poll(context, |context| poll(io, context))).await
    }

    /// Reads once, into the common buffer, and copies out what came: what a read gives takes no more room than it has bytes.
    fn poll_read(&self, io: Pin<&mut T>, context: &mut Context<'_>, max: usize) -> Poll<io::Result<Bytes>> {
        if self.shut_read.get() {
            return Poll::Ready(Ok(Bytes::new()));
        }
        let mut buffer = self.buffer.borrow_mut();
        if buffer.len() < max {
            buffer.resize(max, 0);
        }
        io.poll_read(context, &mut buffer[..max]).map_ok(|count| {
            let read = &mut buffer[..count.min(max)];
            let data = Bytes::copy_from_slice(read);
            read.fill(0);
            data
        })
    }

    async fn close_writing(&self) {
        // Whether the stream closed cleanly is nothing that a shutdown can say.
        let _ = self.send(|io, context| io.poll_close(context)).await;
    }
}

/// The wakers of the calls on the half that sends. A stream wakes whoever asked last, and a shutdown may be asked for while a write
/// is pending: then both look again.
#[derive(Default)]
struct Senders(Mutex<Vec<Waker>>);

impl Senders {
    fn poll<R>(self: &Arc<Self>, context: &Context<'_>, poll: impl FnOnce(&mut Context<'_>) -> Poll<R>) -> Poll<R> {
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

impl Wake for Senders {
    fn wake(self: Arc<Self>) {
        let wakers = std::mem::take(&mut *self.wakers());
        wakers.into_iter().for_each(Waker::wake);
    }
}

/// The wakers of pending calls: they are told when the adapter itself ends what is pending.
#[derive(Default)]
struct WaitList {
    wakers: RefCell<BTreeMap<u64, Waker>>,
    next: Cell<u64>,
}

impl WaitList {
    async fn while_pending<R>(&self, mut poll: impl FnMut(&mut Context<'_>) -> Poll<R>) -> R {
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
    fn wake_all(&self) {
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

#[cfg(feature = "tokio")]
impl<T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin> Io<tokio_util::compat::Compat<T>> {
    /// A flow of a stream of the `tokio` family.
    pub fn tokio(io: T) -> Self {
        Io::new(tokio_util::compat::TokioAsyncReadCompatExt::compat(io))
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> Flow for Io<T> {
    async fn read(&self, max: usize) -> Result<Read, Error> {
        // A read of nothing would return nothing, which is async IO's word for the end of the stream.
        let max = max.clamp(1, READ_MAX);
        let data = self.call(|io, context| self.poll_read(io, context, max)).await?;
        Ok(if data.is_empty() { Read::Eof } else { Read::Data(data) })
    }

    async fn write(&self, mut data: Bytes) -> Result<(), Error> {
        while !data.is_empty() {
            let count = self.send(|io, context| io.poll_write(context, &data)).await?;
            if count == 0 {
                return Err(Error::Closed);
            }
            data.advance(count.min(data.len()));
        }
        self.flush().await
    }

    async fn flush(&self) -> Result<(), Error> {
        self.send(|io, context| io.poll_flush(context)).await
    }

    async fn shutdown(&self, mode: Mode) {
        if mode.reads() {
            self.shut_read.set(true);
            self.waiting.wake_all();
        }
        if mode.writes() {
            self.close_writing().await;
        }
    }

    async fn close(&self) {
        self.close_writing().await;
        let gone = self.io.borrow_mut().take();
        self.waiting.wake_all();
        drop(gone);
    }

    fn contract(&self) -> Contract {
        self.contract
    }
}
