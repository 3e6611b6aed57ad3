//! Opens the door for packet-level stacks.

use std::hash::Hasher;
use std::net::{IpAddr, SocketAddr};

use crate::contract::{Abort, Call, Error, Outcome};
use crate::tcp;
pub use crate::tcp::{Notice, Socket};
use crate::time::Instant;
use crate::trace::Resources;
use crate::wire::Datagram;

/// A packet-level TCP. The simulator's own has no other door. No IO, no clock, no chance: time comes in, packets and notices go
/// out.
///
/// The host first says where the stack stands ([`attach`](Stack::attach), then [`configure`](Stack::configure) where there is
/// something to say). After each of the methods that take `now` it takes all notices, then all output, and asks for the deadline
/// again.
///
/// # Which calls reach a stack
///
/// [`call`](Stack::call) sees what is asked of one connection: `Read` (with a `max` of at least 1), `Write`, `Writev`,
/// `WriteNodelay`, `WritevNodelay`, `Flush`, `Shutdown`, `Close`; and `Connect` without an address, which asks how the attempt
/// has ended. The host itself answers `Accept` by [`Notice::Accepted`] and `Destination`; `Listen`, `Unlisten`, `Disconnect` and
/// the begin of a `Connect` are methods of their own. Calls on an end that has no connection are answered by the host, with
/// [`Error::NotConnected`].
///
/// Of the writes, flushes and shutdowns of writing of one connection only the first that is pending is asked for: the others wait
/// for their turn. Reads are asked for one at a time and only when the caller is there to take the bytes, so what a read gives
/// counts as read. `Shutdown` of reading, `Close` where it closes the whole flow, and `Connect` wait for no turn. A call that
/// would block is asked for again after a [`Notice::Progress`] of its connection; one that was cancelled never again, and what it
/// had done stays done.
///
/// # What a contract wants to hear
///
/// The stack keeps the contract of its end; the oracle judges what it answers. Whatever the contract:
/// - a shutdown and a close never fail: they give [`Outcome::Done`], also the second and the third time, and also on a connection
///   that was aborted or has ended;
/// - a read after the end of the peer's stream gives [`Outcome::Eof`] (`read_after_eof` says what the next ones give), as does one
///   after an own shutdown of reading or full close;
/// - a write after an own shutdown of writing or close gives what `write_on_closed` and `write_after_full_close` say, a flush after
///   an own full close [`Error::Closed`];
/// - after an abort the pending calls and the next ones fail with its error ([`Error::Reset`], [`Error::TimedOut`]) until one has
///   told it; later ones give it again, [`Error::Closed`] or an end of stream as `eof_on_reset`, `read_after_eof` and
///   `write_error_is_final` say;
/// - `Connect` gives [`Outcome::Ok`], [`Error::Refused`] or [`Error::TimedOut`], the same as often as it is asked; after a failure
///   reads, writes and flushes give [`Error::NotConnected`].
///
/// Calls may come as long as the run goes on, also after [`Notice::Gone`]. `flowsim contracts` lists the parameters.
pub trait Stack {
    /// The host's address, and the largest packet that the path from here takes (octets, IP's header included). The first thing
    /// that a stack hears.
    fn attach(&mut self, address: IpAddr, mtu: u16);

    /// What a scenario says in `[tcp]`, or [`NetSettings`](super::NetSettings) about this host's stack. Heard only where that is
    /// not the default; the settings' `contract` is no part of it.
    ///
    /// # Errors
    /// Why the stack can't be set so: then its ends are not made.
    fn configure(&mut self, settings: &tcp::Settings) -> Result<(), String> {
        let _ = settings;
        Err("it takes no settings (`Stack::configure`)".into())
    }

    /// Takes connections on this port from now on.
    ///
    /// # Errors
    /// Why that is impossible: the port is 0 or taken.
    fn listen(&mut self, now: Instant, port: u16) -> Result<(), Error>;

    /// Takes no new ones any more. Those that exist live on.
    fn unlisten(&mut self, now: Instant, port: u16);

    /// Begins to connect: the connection, and the local port that all its segments come from. How that ends is the outcome of
    /// [`Call::Connect`] on the connection.
    ///
    /// # Errors
    /// Why it can't even begin: no port is free.
    fn connect(&mut self, now: Instant, remote: SocketAddr) -> Result<(Socket, u16), Error>;

    /// Starts or goes on with a call. `None`: it would block, ask again after a [`Notice::Progress`], with the same call. A
    /// write takes what it accepts off the front of the call's buffers.
    fn call(&mut self, now: Instant, socket: Socket, call: &mut Call) -> Option<Outcome>;

    /// The last close of this connection that had no outcome yet was given up: its caller does not wait any more.
    fn give_close_up(&mut self, now: Instant, socket: Socket) {
        let _ = (now, socket);
    }

    /// Would a read have an outcome now? One that can't tell says yes.
    fn is_readable(&self, socket: Socket) -> bool {
        let _ = socket;
        true
    }

    /// A packet arrived.
    fn input(&mut self, now: Instant, datagram: Datagram);

    /// The next packet to send. One that is not between the host's address and its peer's is lost, as is one whose ports are those
    /// of no connection between them.
    fn output(&mut self, now: Instant) -> Option<Datagram>;

    /// The next piece of news.
    fn notice(&mut self) -> Option<Notice>;

    /// When it wants to be woken; never before the last `now`.
    fn deadline(&mut self) -> Option<Instant>;

    /// The deadline has come.
    fn wake(&mut self, now: Instant);

    /// Leaves the network: closes every connection, takes no new one.
    fn disconnect(&mut self, now: Instant);

    /// Can its connections be aborted by fault injection? Where they can't, a scenario that wants it is refused.
    fn can_abort(&self) -> bool {
        false
    }

    /// Fault injection: this connection is aborted now; false where the stack can't, or the connection has ended.
    fn abort(&mut self, now: Instant, socket: Socket, abort: Abort) -> bool {
        let _ = (now, socket, abort);
        false
    }

    /// Another stack as this one was before it was attached: what a host starts with when it is back after a crash. Nothing where
    /// that is impossible: then a scenario that wants it is refused.
    fn renew(&self) -> Option<Box<dyn Stack>> {
        None
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
