//! Puts a layer on a flow: records with their length before them, and an empty one that ends the stream.
//!
//! ```text
//!  ┌────────┬───────────────┬────────┬─────────┬───┬────────┐
//!  │ length │ bytes         │ length │ bytes   │ … │ 0 (the │     a length is two bytes, the high one first
//!  │ 1…     │               │ 1…     │         │   │ end)   │
//!  └────────┴───────────────┴────────┴─────────┴───┴────────┘
//! ```
//!
//! Of four ways in which a stream may end here, one is clean: the end record, whether or not the flow below ends, too. Where that ends
//! without it, the stream was cut, and reads fail with `truncated`; where it fails, they fail with its error.
//!
//! What is under way below is never given up with the call that began it: half a record would be lost to the reader, and the rest of
//! it would be taken for a length by the peer. The next call goes on with it.

mod incoming;
mod outgoing;
mod quirk;

use std::cell::Cell;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use bytes::Bytes;
use futures::lock::Mutex;

use super::Flow;
use super::waiting::WaitList;
use crate::contract::{Contract, Error, Mode, Read, YesNo};
use incoming::Incoming;
use outgoing::Outgoing;
pub use quirk::RecordsQuirk;

/// A flow of records over another flow.
///
/// It keeps the contract of the flow below, except that a close needs a reader: it waits until the end record is accepted.
pub struct Records<F> {
    lower: Rc<F>,
    outgoing: Mutex<Outgoing>,
    incoming: Mutex<Incoming>,
    shut_read: Cell<bool>,
    /// Reading was shut down below.
    discards: Cell<bool>,
    closed: Cell<bool>,
    /// Reads that are pending when reading is shut down, or the flow closed.
    readers: WaitList,
}

impl<F: Flow + 'static> Records<F> {
    /// A layer on this flow.
    pub fn over(lower: F) -> Self {
        Records {
            lower: Rc::new(lower),
            outgoing: Mutex::default(),
            incoming: Mutex::default(),
            shut_read: Cell::new(false),
            discards: Cell::new(false),
            closed: Cell::new(false),
            readers: WaitList::default(),
        }
    }

    /// The same layer with a defect, to prove that it is found.
    #[must_use]
    pub fn with_quirk(mut self, quirk: Option<RecordsQuirk>) -> Self {
        (self.outgoing.get_mut().quirk, self.incoming.get_mut().quirk) = (quirk, quirk);
        self
    }

    /// What a read gives that asks for nothing of the peer any more.
    fn is_over(&self) -> Option<Result<Read, Error>> {
        match (self.closed.get(), self.shut_read.get()) {
            (true, _) => Some(Err(Error::Closed)),
            (false, true) => Some(Ok(Read::Eof)),
            (false, false) => None,
        }
    }

    /// The next bytes of a record, or how the stream ended.
    async fn receive(&self, max: usize) -> Result<Read, Error> {
        let mut incoming = self.incoming.lock().await;
        loop {
            if let Some(read) = incoming.take(max) {
                return read;
            }
            incoming.fill(&self.lower).await;
        }
    }

    async fn shut_reading(&self) {
        self.shut_read.set(true);
        self.readers.wake_all();
        self.discard().await;
        self.close_if_over().await;
    }

    /// What still comes is not for this flow: it must not hold the peer up.
    async fn discard(&self) {
        if !(self.closed.get() || self.discards.replace(true)) {
            self.lower.shutdown(Mode::Read).await;
        }
    }

    /// Ends writing, and what else is to end with it: all in the instant in which the end record is begun, so that a call which is given
    /// up has done all of that, or nothing.
    async fn end(&self, with: Ending) {
        let mut outgoing = self.outgoing.lock().await;
        outgoing.settle().await;
        outgoing.end(&self.lower);
        match with {
            Ending::Writing => {}
            Ending::BothHalves => self.shut_read.set(true),
            Ending::Flow => self.closed.set(true),
        }
        self.readers.wake_all();
        if self.shut_read.get() {
            self.discard().await;
        }
        outgoing.settle().await;
        match self.is_over() {
            Some(_) => outgoing.close(&self.lower),
            None => outgoing.shut(&self.lower),
        }
        outgoing.settle().await;
    }

    /// With both halves shut there is nothing to keep the flow below for. A shutdown of reading does not wait for a call that sends.
    async fn close_if_over(&self) {
        if let Some(mut outgoing) = self.outgoing.try_lock().filter(|outgoing| outgoing.is_over()) {
            outgoing.close(&self.lower);
            outgoing.settle().await;
        }
    }
}

/// What ends with the writing.
#[derive(Clone, Copy)]
enum Ending {
    Writing,
    BothHalves,
    Flow,
}

impl<F: Flow + 'static> Flow for Records<F> {
    async fn read(&self, max: usize) -> Result<Read, Error> {
        let mut received = pin!(self.receive(max.max(1)));
        let received = self.readers.while_pending(|context| match self.is_over() {
            Some(over) => Poll::Ready(over),
            None => received.as_mut().poll(context),
        });
        received.await
    }

    async fn write(&self, data: Bytes) -> Result<(), Error> {
        self.writev(vec![data]).await
    }

    async fn writev(&self, data: Vec<Bytes>) -> Result<(), Error> {
        let mut outgoing = self.outgoing.lock().await;
        outgoing.settle().await;
        outgoing.write(&self.lower, data)?;
        outgoing.settle().await;
        outgoing.result()
    }

    async fn flush(&self) -> Result<(), Error> {
        let mut outgoing = self.outgoing.lock().await;
        outgoing.settle().await;
        outgoing.flush(&self.lower);
        outgoing.settle().await;
        outgoing.result()
    }

    async fn shutdown(&self, mode: Mode) {
        match mode {
            Mode::Read => self.shut_reading().await,
            Mode::Write => self.end(Ending::Writing).await,
            Mode::ReadWrite => self.end(Ending::BothHalves).await,
        }
    }

    async fn close(&self) {
        self.end(Ending::Flow).await;
    }

    fn contract(&self) -> Contract {
        Contract { close_needs_reader: Some(YesNo::Yes), ..self.lower.contract() }
    }
}
