//! Defines what a stack tells its host.

use std::net::SocketAddr;

use crate::contract::Abort;
use crate::wire::State;

/// A connection of one stack: the stack's own number for it, not used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Socket(u32);

impl Socket {
    /// The connection that its stack gave this number.
    pub const fn new(number: u32) -> Self {
        Socket(number)
    }

    /// The number that its stack gave it.
    pub const fn number(self) -> u32 {
        self.0
    }

    pub(crate) const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a stack tells its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// A connection came into being by a SYN from outside (before any other notice of it).
    Incoming {
        /// The listening port.
        port: u16,
        /// The connection.
        socket: Socket,
        /// The end that connects.
        remote: SocketAddr,
    },
    /// An incoming connection is established. A stack that can't tell when it came into being says only this.
    Accepted {
        /// The listening port.
        port: u16,
        /// The connection.
        socket: Socket,
        /// The end that connected.
        remote: SocketAddr,
    },
    /// Ask the pending calls of this connection again.
    Progress(Socket),
    /// Its state changed.
    State {
        /// The connection.
        socket: Socket,
        /// The state before.
        from: State,
        /// The state now.
        to: State,
    },
    /// The stack aborted it by itself: by a reset that it took or sent, by giving up, by keep-alive. Not told of an abort that
    /// the host asked for, nor of the end of an attempt to connect.
    Aborted {
        /// The connection.
        socket: Socket,
        /// Why.
        abort: Abort,
    },
    /// The stack holds nothing of it any more, and answers calls on it as on a flow that has ended.
    Gone(Socket),
}
