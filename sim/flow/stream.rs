//! Makes an `AsyncRead + AsyncWrite` of a flow, for a layer (TLS, a multiplexer) that stands on one.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker, ready};

use bytes::{Buf, Bytes};
use futures::future::LocalBoxFuture;
use futures::io::{AsyncRead, AsyncWrite};

use super::Flow;
use crate::contract::{Error, Mode, Read};

type Underway<T> = Option<LocalBoxFuture<'static, T>>;

/// A flow as `AsyncRead + AsyncWrite`.
///
/// A write takes the whole buffer at once and is finished by the next write, flush or close: an error shows there, or at a read that
/// would end the stream, and at every write from then on. `poll_close` shuts down writing; dropping the stream begins the flow's
/// close and does not wait for it.
pub struct Stream<F: Flow + 'static> {
    flow: Rc<F>,
    read: Underway<Result<Read, Error>>,
    write: Underway<Result<(), Error>>,
    /// Who waits for that write.
    writer: Option<Waker>,
    /// Why a write failed.
    failed: Option<Error>,
    shutdown: Underway<()>,
    is_shut: bool,
    /// Bytes that a read returned and that were not taken yet.
    rest: Bytes,
}

/// A flow as `AsyncRead + AsyncWrite`.
pub fn stream<F: Flow + 'static>(flow: F) -> Stream<F> {
    Stream { flow: Rc::new(flow), read: None, write: None, writer: None, failed: None, shutdown: None, is_shut: false, rest: Bytes::new() }
}

impl<F: Flow + 'static> Stream<F> {
    fn poll_fill(&mut self, context: &mut Context<'_>, max: usize) -> Poll<Result<Read, Error>> {
        let flow = &self.flow;
        let read = self.read.get_or_insert_with(|| {
            let flow = flow.clone();
            Box::pin(async move { flow.read(max).await })
        });
        let result = ready!(read.as_mut().poll(context));
        self.read = None;
        Poll::Ready(result)
    }

    /// Finishes the write that is under way. What has failed once fails again: of two that ask, one has asked first.
    fn poll_written(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Some(write) = &mut self.write {
            let Poll::Ready(result) = write.as_mut().poll(context) else {
                self.writer = Some(context.waker().clone());
                return Poll::Pending;
            };
            (self.write, self.writer, self.failed) = (None, None, result.err());
        }
        Poll::Ready(self.failed.clone().map_or(Ok(()), |error| Err(error.into())))
    }

    /// The flow has ended. Where it failed, the write that is under way may have got the only word of that.
    fn end_of_stream(&mut self) -> io::Result<usize> {
        let writer = self.writer.clone().unwrap_or_else(|| Waker::noop().clone());
        match self.poll_written(&mut Context::from_waker(&writer)) {
            Poll::Ready(Err(failed)) => Err(failed),
            _ => Ok(0),
        }
    }

    fn begin_write(&mut self, data: Bytes) {
        let flow = self.flow.clone();
        self.write = Some(Box::pin(async move { flow.write(data).await }));
    }
}

impl<F: Flow + 'static> AsyncRead for Stream<F> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let me = self.get_mut();
        if buffer.is_empty() {
            return Poll::Ready(Ok(0));
        }
        if me.rest.is_empty() {
            match ready!(me.poll_fill(context, buffer.len()))? {
                Read::Data(bytes) => me.rest = bytes,
                Read::Eof => return Poll::Ready(me.end_of_stream()),
            }
        }
        let count = buffer.len().min(me.rest.len());
        buffer[..count].copy_from_slice(&me.rest[..count]);
        me.rest.advance(count);
        Poll::Ready(Ok(count))
    }
}

impl<F: Flow + 'static> AsyncWrite for Stream<F> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        let me = self.get_mut();
        ready!(me.poll_written(context))?;
        if me.is_shut {
            return Poll::Ready(Err(Error::Closed.into()));
        }
        if !buffer.is_empty() {
            me.begin_write(Bytes::copy_from_slice(buffer));
            // An error that is there at once is this write's own.
            if let Poll::Ready(result) = me.poll_written(context) {
                result?;
            }
        }
        Poll::Ready(Ok(buffer.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().poll_written(context)
    }

    fn poll_close(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let me = self.get_mut();
        let written = ready!(me.poll_written(context));
        if !std::mem::replace(&mut me.is_shut, true) {
            let flow = me.flow.clone();
            me.shutdown = Some(Box::pin(async move { flow.shutdown(Mode::Write).await }));
        }
        if let Some(shutdown) = &mut me.shutdown {
            ready!(shutdown.as_mut().poll(context));
            me.shutdown = None;
        }
        Poll::Ready(written)
    }
}

impl<F: Flow + 'static> Drop for Stream<F> {
    fn drop(&mut self) {
        (self.read, self.write, self.shutdown) = (None, None, None);
        if std::thread::panicking() {
            return;
        }
        let flow = self.flow.clone();
        let mut close = Box::pin(async move { flow.close().await });
        let _ = close.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    }
}
