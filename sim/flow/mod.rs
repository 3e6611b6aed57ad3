//! Opens the doors for implementations: what a flow is to a user, and the adapters to and from streams.
//!
//! Start here: [`Flow`] is what users implement, [`Io`] makes a flow of anything that is `AsyncRead + AsyncWrite`, [`stream`] is
//! the way back. [`AnyFlow`] is the same flow as an object with one method, in the trace's own vocabulary; [`Tap`] logs the
//! calls of any flow. What this is not: a simulator. Nothing here knows of a world.

mod any;
mod io;
mod records;
mod stream;
mod tap;
mod waiting;

use std::future::Future;
use std::rc::Rc;

use bytes::Bytes;

use crate::contract::{Call, Contract, Error, Mode, Outcome, Payload, Read};
use crate::trace::Place;

pub use any::{AnyFlow, DynFlow};
pub use io::Io;
pub use records::Records;
pub use stream::{Stream, stream};
pub use tap::{Log, Tap};

/// One end of a reliable, bidirectional stream of bytes. Implement it with `async fn`.
///
/// Calls take `&self` since they overlap: a read is usually pending while a write is made. Dropping the future of a call
/// cancels it.
pub trait Flow {
    /// Reads at least one byte and at most `max`, or the end of the stream. `usize::MAX` leaves the size to the flow.
    fn read(&self, max: usize) -> impl Future<Output = Result<Read, Error>>;

    /// Writes the whole buffer.
    fn write(&self, data: Bytes) -> impl Future<Output = Result<(), Error>>;

    /// Writes all buffers in order, as one write of them joined.
    fn writev(&self, data: Vec<Bytes>) -> impl Future<Output = Result<(), Error>> {
        async move {
            for buffer in data {
                self.write(buffer).await?;
            }
            Ok(())
        }
    }

    /// Writes the whole buffer and returns when it has left, as far as the contract says.
    fn write_nodelay(&self, data: Bytes) -> impl Future<Output = Result<(), Error>> {
        self.write(data)
    }

    /// Vectored [`Flow::write_nodelay`].
    fn writev_nodelay(&self, data: Vec<Bytes>) -> impl Future<Output = Result<(), Error>> {
        self.writev(data)
    }

    /// Pushes out what was accepted; nothing to do for a flow that keeps nothing back.
    fn flush(&self) -> impl Future<Output = Result<(), Error>> {
        async { Ok(()) }
    }

    /// Ends one half or both.
    fn shutdown(&self, mode: Mode) -> impl Future<Output = ()>;

    /// Ends the flow, or its writing half: as the contract says.
    fn close(&self) -> impl Future<Output = ()>;

    /// Any call that the methods above do not stand for. Flows that are no stacks refuse it.
    fn other(&self, call: Call) -> impl Future<Output = Outcome> {
        async move {
            let _ = call;
            Outcome::Error(Error::Other("unsupported".into()))
        }
    }

    /// The contract that this flow says it keeps.
    fn contract(&self) -> Contract {
        Contract::modern()
    }

    /// Where the calls of this flow are logged already, if they are: only for the simulator's own flows.
    fn place(&self) -> Option<Place> {
        None
    }
}

impl<F: Flow> Flow for Rc<F> {
    fn read(&self, max: usize) -> impl Future<Output = Result<Read, Error>> {
        (**self).read(max)
    }

    fn write(&self, data: Bytes) -> impl Future<Output = Result<(), Error>> {
        (**self).write(data)
    }

    fn writev(&self, data: Vec<Bytes>) -> impl Future<Output = Result<(), Error>> {
        (**self).writev(data)
    }

    fn write_nodelay(&self, data: Bytes) -> impl Future<Output = Result<(), Error>> {
        (**self).write_nodelay(data)
    }

    fn writev_nodelay(&self, data: Vec<Bytes>) -> impl Future<Output = Result<(), Error>> {
        (**self).writev_nodelay(data)
    }

    fn flush(&self) -> impl Future<Output = Result<(), Error>> {
        (**self).flush()
    }

    fn shutdown(&self, mode: Mode) -> impl Future<Output = ()> {
        (**self).shutdown(mode)
    }

    fn close(&self) -> impl Future<Output = ()> {
        (**self).close()
    }

    fn other(&self, call: Call) -> impl Future<Output = Outcome> {
        (**self).other(call)
    }

    fn contract(&self) -> Contract {
        (**self).contract()
    }

    fn place(&self) -> Option<Place> {
        (**self).place()
    }
}

pub(crate) fn payloads(data: Vec<Bytes>) -> Vec<Payload> {
    data.into_iter().map(Payload::Bytes).collect()
}
