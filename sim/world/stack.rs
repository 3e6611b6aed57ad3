//! The door for packet-level stacks.

use std::hash::Hasher;
use std::net::{IpAddr, SocketAddr};

use crate::contract::{Abort, Call, Error, Outcome};
pub use crate::tcp::{Notice, Socket};
use crate::time::Instant;
use crate::trace::Resources;
use crate::wire::Packet;

/// A packet-level TCP. The simulator's own has no other door. No IO, no clock, no chance: time comes in, packets and notices go
/// out.
///
/// After each of the methods that take `now` the host takes all notices, then all output, and asks for the deadline again.
pub trait Stack {
    /// Takes connections on this port from now on.
    ///
    /// # Errors
    /// Why that is impossible: the port is 0 or taken.
    fn listen(&mut self, now: Instant, port: u16) -> Result<(), Error>;

    /// Takes no new ones any more. Those that exist live on.
    fn unlisten(&mut self, now: Instant, port: u16);

    /// Begins to connect. How that ends is the outcome of [`Call::Connect`] on the connection.
    ///
    /// # Errors
    /// Why it can't even begin: no port is free.
    fn connect(&mut self, now: Instant, remote: SocketAddr) -> Result<Socket, Error>;

    /// Starts or goes on with a call. `None`: it would block, ask again after a [`Notice::Progress`], with the same call. A
    /// write takes what it accepts off the front of the call's buffers.
    fn call(&mut self, now: Instant, socket: Socket, call: &mut Call) -> Option<Outcome>;

    /// Would a read have an outcome now? One that can't tell says yes.
    fn is_readable(&self, socket: Socket) -> bool {
        let _ = socket;
        true
    }

    /// A packet arrived.
    fn input(&mut self, now: Instant, source: IpAddr, target: IpAddr, packet: Packet);

    /// The next packet to send, and to whom.
    fn output(&mut self, now: Instant) -> Option<(IpAddr, Packet)>;

    /// The next piece of news.
    fn notice(&mut self) -> Option<Notice>;

    /// When it wants to be woken; never before the last `now`.
    fn deadline(&self) -> Option<Instant>;

    /// The deadline has come.
    fn wake(&mut self, now: Instant);

    /// Leaves the network: closes every connection, takes no new one.
    fn disconnect(&mut self, now: Instant);

    /// Fault injection: this connection is aborted now; false where the stack can't, or the connection has ended.
    fn abort(&mut self, now: Instant, socket: Socket, abort: Abort) -> bool {
        let _ = (now, socket, abort);
        false
    }

    /// What it holds for this connection; nothing where it can't tell.
    fn resources(&self, socket: Socket) -> Option<Resources> {
        let _ = socket;
        None
    }

    /// Takes in what it will do from here on: no absolute time, no absolute sequence number. False where it can't tell.
    fn fingerprint(&self, now: Instant, hasher: &mut dyn Hasher) -> bool {
        let _ = (now, hasher);
        false
    }

    /// A copy to go on from; nothing where that is impossible.
    fn fork(&self) -> Option<Box<dyn Stack>> {
        None
    }
}
