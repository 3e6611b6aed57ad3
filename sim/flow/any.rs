//! Makes an object of a flow: one method, in the trace's own vocabulary.

use std::fmt;
use std::rc::Rc;

use bytes::Bytes;
use futures::future::LocalBoxFuture;

use super::{Flow, payloads};
use crate::contract::{Call, Contract, Error, Mode, Outcome, Payload, Read};
use crate::trace::Place;

/// A flow as an object, its type forgotten. Taps, runners, mutants, layers and the command line use only this door; every [`Flow`]
/// has it.
pub trait AnyFlow {
    /// Makes a call. Dropping the future cancels it.
    fn call(&self, call: Call) -> LocalBoxFuture<'_, Outcome>;

    /// The contract that the flow says it keeps.
    fn claims(&self) -> Contract;

    /// Where the flow's calls are logged already, if they are.
    fn logged_at(&self) -> Option<Place> {
        None
    }
}

impl<F: Flow> AnyFlow for F {
    fn call(&self, call: Call) -> LocalBoxFuture<'_, Outcome> {
        Box::pin(dispatch(self, call))
    }

    fn claims(&self) -> Contract {
        self.contract()
    }

    fn logged_at(&self) -> Option<Place> {
        self.place()
    }
}

async fn dispatch<F: Flow>(flow: &F, call: Call) -> Outcome {
    match call {
        Call::Read { max } => flow.read(max).await.into(),
        Call::Write(data) => with_contents(contents(data), async |data| flow.write(data).await).await,
        Call::WriteNodelay(data) => with_contents(contents(data), async |data| flow.write_nodelay(data).await).await,
        Call::Writev(list) => with_contents(all_contents(list), async |list| flow.writev(list).await).await,
        Call::WritevNodelay(list) => with_contents(all_contents(list), async |list| flow.writev_nodelay(list).await).await,
        Call::Flush => flow.flush().await.map_or_else(Outcome::Error, |()| Outcome::Ok),
        Call::Shutdown(mode) => {
            flow.shutdown(mode).await;
            Outcome::Done
        }
        Call::Close => {
            flow.close().await;
            Outcome::Done
        }
        call => flow.other(call).await,
    }
}

async fn with_contents<T>(data: Option<T>, write: impl AsyncFnOnce(T) -> Result<(), Error>) -> Outcome {
    match data {
        Some(data) => write(data).await.into(),
        None => Outcome::Error(Error::Other("contents_unknown".into())),
    }
}

fn contents(payload: Payload) -> Option<Bytes> {
    match payload {
        Payload::Bytes(bytes) => Some(bytes),
        Payload::Count(_) => None,
    }
}

fn all_contents(list: Vec<Payload>) -> Option<Vec<Bytes>> {
    list.into_iter().map(contents).collect()
}

/// A flow with its type forgotten, for targets that are found by name: a [`Flow`] again, so that layers stack on it.
#[derive(Clone)]
pub struct DynFlow(Rc<dyn AnyFlow>);

impl DynFlow {
    /// Forgets the type.
    pub fn new(flow: impl AnyFlow + 'static) -> Self {
        DynFlow(Rc::new(flow))
    }

    /// The flow as an object. (As a [`Flow`] it is an object too, but boxes each call once more.)
    pub fn as_any(&self) -> &dyn AnyFlow {
        &*self.0
    }

    async fn write_call(&self, call: Call) -> Result<(), Error> {
        match self.0.call(call).await {
            Outcome::Ok => Ok(()),
            outcome => Err(outcome.into_error()),
        }
    }
}

impl fmt::Debug for DynFlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DynFlow({})", self.0.claims())
    }
}

impl Flow for DynFlow {
    async fn read(&self, max: usize) -> Result<Read, Error> {
        match self.0.call(Call::Read { max }).await {
            Outcome::Data(Payload::Bytes(bytes)) => Ok(Read::Data(bytes)),
            Outcome::Eof => Ok(Read::Eof),
            outcome => Err(outcome.into_error()),
        }
    }

    async fn write(&self, data: Bytes) -> Result<(), Error> {
        self.write_call(Call::Write(data.into())).await
    }

    async fn writev(&self, data: Vec<Bytes>) -> Result<(), Error> {
        self.write_call(Call::Writev(payloads(data))).await
    }

    async fn write_nodelay(&self, data: Bytes) -> Result<(), Error> {
        self.write_call(Call::WriteNodelay(data.into())).await
    }

    async fn writev_nodelay(&self, data: Vec<Bytes>) -> Result<(), Error> {
        self.write_call(Call::WritevNodelay(payloads(data))).await
    }

    async fn flush(&self) -> Result<(), Error> {
        self.write_call(Call::Flush).await
    }

    async fn shutdown(&self, mode: Mode) {
        self.0.call(Call::Shutdown(mode)).await;
    }

    async fn close(&self) {
        self.0.call(Call::Close).await;
    }

    async fn other(&self, call: Call) -> Outcome {
        self.0.call(call).await
    }

    fn contract(&self) -> Contract {
        self.0.claims()
    }

    fn place(&self) -> Option<Place> {
        self.0.logged_at()
    }
}
