//! Offers an end of one of the world's own flows to users' futures.

use std::fmt;

use bytes::Bytes;

use crate::contract::{Call, Contract, Error, Mode, Outcome, Payload, Read};
use crate::flow::{Flow, payloads};
use crate::trace::{Abort, Place};

use super::Conn;
use super::sim::Sim;

/// An end of one of the world's own flows. Its calls are logged by the world.
#[derive(Clone)]
pub struct SimFlow {
    sim: Sim,
    conn: Conn,
    contract: Contract,
}

/// An end of a flow through memory, made by [`Sim::pipe`].
pub type PipeFlow = SimFlow;

/// An end of a flow over the network, made by [`Sim::tcp_pair`].
pub type TcpFlow = SimFlow;

impl SimFlow {
    pub(super) fn new(sim: Sim, conn: Conn, contract: Contract) -> Self {
        SimFlow { sim, conn, contract }
    }

    /// Which end of the world this is.
    pub fn conn(&self) -> Conn {
        self.conn
    }

    /// Fault injection: aborts this end. False where nothing happens, as [`World::abort`](super::World::abort) says.
    pub fn abort(&self, abort: Abort) -> bool {
        self.sim.with(|world| world.abort(self.conn, abort))
    }

    async fn write_call(&self, call: Call) -> Result<(), Error> {
        match self.sim.operation(self.conn, call).await {
            Outcome::Ok => Ok(()),
            outcome => Err(outcome.into_error()),
        }
    }
}

impl Flow for SimFlow {
    async fn read(&self, max: usize) -> Result<Read, Error> {
        match self.sim.operation(self.conn, Call::Read { max }).await {
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
        self.sim.operation(self.conn, Call::Shutdown(mode)).await;
    }

    async fn close(&self) {
        self.sim.operation(self.conn, Call::Close).await;
    }

    async fn reset(&self) {
        self.abort(Abort::Reset);
    }

    async fn other(&self, call: Call) -> Outcome {
        self.sim.operation(self.conn, call).await
    }

    fn contract(&self) -> Contract {
        self.contract
    }

    fn place(&self) -> Option<Place> {
        Some(self.conn.place())
    }
}

impl fmt::Debug for SimFlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { flow, end } = self.conn.place();
        write!(f, "SimFlow(flow {flow}, {end})")
    }
}
