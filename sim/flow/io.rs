//! Makes a flow of anything that is `AsyncRead + AsyncWrite`.

use std::cell::{Cell, RefCell};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use futures::io::{AsyncRead, AsyncWrite};

use super::Flow;
use super::waiting::{HalfWakers, WaitList};
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
    sending: Arc<HalfWakers>,
    receiving: Arc<HalfWakers>,
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
            receiving: Arc::default(),
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
    async fn send<R>(&self, poll: impl FnMut(Pin<&mut T>, &mut Context<'_>) -> Poll<io::Result<R>>) -> Result<R, Error> {
        self.call_half(&self.sending, poll).await
    }

    /// A call on one half of the stream.
    async fn call_half<R>(
        &self,
        half: &Arc<HalfWakers>,
        mut poll: impl FnMut(Pin<&mut T>, &mut Context<'_>) -> Poll<io::Result<R>>,
    ) -> Result<R, Error> {
        self.call(|io, context| half.poll(context, |context| poll(io, context))).await
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
        let data = self.call_half(&self.receiving, |io, context| self.poll_read(io, context, max)).await?;
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
