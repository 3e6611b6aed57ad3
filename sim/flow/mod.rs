//! Opens the doors for implementations: what a flow is to a user, and the adapters to and from streams.
//!
//! Start here: [`Flow`] is what users implement, [`Io`] makes a flow of anything that is `AsyncRead + AsyncWrite`, [`stream`] is
//! the way back. [`AnyFlow`] is the same flow as an object with one method, in the trace's own vocabulary; [`Tap`] logs the
//! calls of any flow. What this is not: a simulator. Nothing here knows of a world.
//!
//! # Layers
//!
//! A layer (TLS, a multiplexer, compression, framing) stands on a flow and is one. To test yours, put it on a flow of the simulator and
//! return it: an async closure is a target, and what it makes on the way is taken for what its ends stand on. So there is nothing to
//! declare: the layer is judged as the subject, and the flow below is evidence. What befalls that one (a reset, a partition, a
//! timeout) explains an error or a failed write above, and never an end of stream: where the flow below ends and the layer's own end
//! of stream had not come, the stream was cut, and that must be told.
//!
//! [`Records`] is a layer of our own: it shows what a right one looks like, and stands in the list of targets as `records-pipe` and
//! `records-tcp`.
//!
//! ```
//! use flowsim::contract::Contract;
//! use flowsim::flow::Records;
//! use flowsim::world::{OverNetwork, SetupError, Sim};
//! use flowsim::Scenario;
//!
//! let ends = OverNetwork(async |sim: &Sim| -> Result<_, SetupError> {
//!     let (client, server) = sim.tcp_pair().await?;
//!     // Yours goes here. One that wants `AsyncRead + AsyncWrite` gets `flow::stream(client)`, and is made a flow by `Io::new`.
//!     Ok((Records::over(client), Records::over(server)))
//! });
//! let text = r#"
//!     target = "tcp"
//!     contract = "async-io"
//!     guards = ["eof-complete", "lower-closed-once", "accepted-goes-down"]
//!     link = { delay = "20ms", loss = "5%" }
//!     client.steps = ["write 20KiB", "shutdown write", "read to eof -> 1KiB", "close"]
//!     server.steps = ["read to eof -> 20KiB", "write 1KiB", "close"]
//! "#;
//! let scenario = Scenario::parse("layer.toml", text).unwrap();
//! let run = scenario.run(&ends).unwrap();
//! run.assert_held();
//! // Flow 1, the layer, stands on flow 0.
//! assert_eq!((run.header().layers[0].upper, run.header().layers[0].lower), (1, 0));
//! # assert_eq!(run.contract().client, Contract::async_io());
//! ```
//!
//! A layer that draws chance of its own (TLS: keys and nonces) leaves other bytes below with each run, so that no two traces have the
//! same digest. Where its messages keep their lengths (signatures of Ed25519 do), all else is the same: times, calls, losses, verdict.
//! `tests/peers` runs rustls so, as a workspace of its own: `cargo test --manifest-path tests/peers/Cargo.toml`.
//!
//! A proxy stands between two flows: [`relay`] is one, and `world::proxy` lets yours be judged. A closure that returns the outer ends
//! of two flows which it has made is a proxy between them, too.
//!
//! What is made for the ends counts, so make the flows below inside the closure, and nothing else there. On one flow of its own a layer
//! is held to the five rules of layers. On several, or on one that several share as those of
//! a multiplexer do, it is not: which of them is to end with which is not known. The client's end must stand on the client's
//! end.

mod any;
mod io;
mod records;
mod relay;
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
pub use records::{Records, RecordsQuirk};
pub use relay::relay;
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

    /// Ends the flow by force, so that its peer is told of an error. One that can't be is closed.
    fn reset(&self) -> impl Future<Output = ()> {
        self.close()
    }

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

    fn reset(&self) -> impl Future<Output = ()> {
        (**self).reset()
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
