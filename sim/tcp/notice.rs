//! What a stack tells its host.

use std::net::SocketAddr;

use crate::contract::Abort;

/// A connection: the stack's own number for it, not used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Socket(pub u32);

impl Socket {
    pub(super) const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A piece of news.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A SYN from outside made a connection.
    Incoming {
        /// The listening port.
        port: u16,
        /// The connection.
        socket: Socket,
        /// Who connects.
        remote: SocketAddr,
    },
    /// An incoming connection is established.
    Accepted {
        /// The listening port.
        port: u16,
        /// The connection.
        socket: Socket,
        /// Who connected.
        remote: SocketAddr,
    },
    /// Pending calls of this connection may have an outcome now.
    Progress(Socket),
    /// Its state changed.
    State {
        /// Whose.
        socket: Socket,
        /// The state before.
        from: &'static str,
        /// The state now.
        to: &'static str,
    },
    /// The stack aborted it, by a reset that it took or sent, or by giving up. Neither the end of an attempt to connect nor an
    /// abort that the host itself asked for.
    Aborted {
        /// Which.
        socket: Socket,
        /// Why.
        abort: Abort,
    },
    /// Nothing is held of it any more, beside what was not read.
    Gone(Socket),
}

/// What a stack holds for a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Connections.
    pub connections: u64,
    /// Armed timers.
    pub timers: u64,
    /// Octets that wait to be acknowledged, put in order or read.
    pub buffered: u64,
    /// Ports.
    pub ports: u64,
}
