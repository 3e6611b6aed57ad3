//! Defines the vocabulary of calls and outcomes that the trace, the tap, the object-safe flow, the world and foreign processes share.

use std::fmt;
use std::ops::{Index, IndexMut};
use std::time::Duration;

use bytes::Bytes;

use super::Payload;

/// One of the two ends of a flow. The client is the one that connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    /// The end that connected.
    Client,
    /// The end that accepted.
    Server,
}

impl End {
    /// Both ends, the client first.
    pub const BOTH: [End; 2] = [End::Client, End::Server];

    /// The other end.
    pub const fn peer(self) -> End {
        match self {
            End::Client => End::Server,
            End::Server => End::Client,
        }
    }

    /// `client` or `server`, as the trace writes it.
    pub const fn word(self) -> &'static str {
        match self {
            End::Client => "client",
            End::Server => "server",
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// One thing for each end, indexed by [`End`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Both<T> {
    /// The client's.
    pub client: T,
    /// The server's.
    pub server: T,
}

impl<T> Both<T> {
    /// The same thing for both ends.
    pub fn same(value: T) -> Self
    where
        T: Clone,
    {
        Both { client: value.clone(), server: value }
    }

    /// This end's, and the other end's.
    pub fn sides_mut(&mut self, end: End) -> (&mut T, &mut T) {
        match end {
            End::Client => (&mut self.client, &mut self.server),
            End::Server => (&mut self.server, &mut self.client),
        }
    }
}

impl<T> Index<End> for Both<T> {
    type Output = T;

    fn index(&self, end: End) -> &T {
        match end {
            End::Client => &self.client,
            End::Server => &self.server,
        }
    }
}

impl<T> IndexMut<End> for Both<T> {
    fn index_mut(&mut self, end: End) -> &mut T {
        match end {
            End::Client => &mut self.client,
            End::Server => &mut self.server,
        }
    }
}

/// Which half (or both) a shutdown ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// This end reads no more.
    Read,
    /// This end writes no more; the peer is told.
    Write,
    /// Both.
    ReadWrite,
}

impl Mode {
    /// Does this shutdown end reading?
    pub const fn reads(self) -> bool {
        matches!(self, Mode::Read | Mode::ReadWrite)
    }

    /// Does this shutdown end writing?
    pub const fn writes(self) -> bool {
        matches!(self, Mode::Write | Mode::ReadWrite)
    }

    /// `read`, `write` or `read_write`, as the trace writes it.
    pub const fn word(self) -> &'static str {
        match self {
            Mode::Read => "read",
            Mode::Write => "write",
            Mode::ReadWrite => "read_write",
        }
    }
}

/// What a successful read gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    /// At least one byte.
    Data(Bytes),
    /// The peer will send no more.
    Eof,
}

/// Why a call failed. The words are those of the trace format.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Error {
    /// The flow no longer takes what was asked of it: the word that the interface documents single out for writes.
    Closed,
    /// What a v1 write returns on a closed flow.
    Eof,
    /// The connection was reset.
    Reset,
    /// The peer did not answer for too long.
    TimedOut,
    /// The peer's port does not listen.
    Refused,
    /// The flow is in no state for this call.
    NotReady,
    /// There is no connection.
    NotConnected,
    /// EPIPE, where a recorder keeps it apart from [`Error::Closed`].
    BrokenPipe,
    /// ECONNABORTED.
    ConnectionAborted,
    /// Any other word.
    Other(Box<str>),
}

impl Error {
    /// The word that stands in a trace.
    pub fn word(&self) -> &str {
        match self {
            Error::Closed => "closed",
            Error::Eof => "eof",
            Error::Reset => "reset",
            Error::TimedOut => "timed_out",
            Error::Refused => "refused",
            Error::NotReady => "not_ready",
            Error::NotConnected => "not_connected",
            Error::BrokenPipe => "broken_pipe",
            Error::ConnectionAborted => "connection_aborted",
            Error::Other(word) => word,
        }
    }

    /// The error for a word of a trace; never fails, since any word is an error.
    pub fn from_word(word: &str) -> Self {
        match word {
            "closed" => Error::Closed,
            "eof" => Error::Eof,
            "reset" => Error::Reset,
            "timed_out" => Error::TimedOut,
            "refused" => Error::Refused,
            "not_ready" => Error::NotReady,
            "not_connected" => Error::NotConnected,
            "broken_pipe" => Error::BrokenPipe,
            "connection_aborted" => Error::ConnectionAborted,
            other => Error::Other(other.into()),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl std::error::Error for Error {}

impl From<std::io::Error> for Error {
    /// `BrokenPipe` and `WriteZero` are what async IO says for [`Error::Closed`].
    fn from(error: std::io::Error) -> Self {
        use std::io::ErrorKind as Kind;
        match error.kind() {
            Kind::BrokenPipe | Kind::WriteZero => Error::Closed,
            Kind::ConnectionReset => Error::Reset,
            Kind::ConnectionAborted => Error::ConnectionAborted,
            Kind::TimedOut => Error::TimedOut,
            Kind::ConnectionRefused => Error::Refused,
            Kind::NotConnected => Error::NotConnected,
            kind => Error::Other(kind.to_string().into()),
        }
    }
}

impl From<Error> for std::io::Error {
    fn from(error: Error) -> Self {
        use std::io::ErrorKind as Kind;
        let kind = match error {
            Error::Closed | Error::Eof | Error::BrokenPipe => Kind::BrokenPipe,
            Error::Reset => Kind::ConnectionReset,
            Error::ConnectionAborted => Kind::ConnectionAborted,
            Error::TimedOut => Kind::TimedOut,
            Error::Refused => Kind::ConnectionRefused,
            Error::NotReady | Error::NotConnected => Kind::NotConnected,
            Error::Other(_) => Kind::Other,
        };
        std::io::Error::new(kind, error)
    }
}

/// Why an end was aborted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Abort {
    /// A reset was accepted or sent.
    Reset,
    /// Retransmission or user timeout.
    Timeout,
    /// Keep-alive gave up.
    KeepaliveDeath,
}

/// When and how often an idle connection is probed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Keepalive {
    /// Idle time before the first probe.
    pub after: Duration,
    /// Time between probes.
    pub interval: Duration,
    /// Unanswered probes that end the connection.
    pub probes: u32,
}

/// What is asked of a flow, or of a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Call {
    /// One read of at most `max` bytes; `usize::MAX` leaves the size to the flow.
    Read {
        /// Most bytes wanted.
        max: usize,
    },
    /// Write the whole buffer.
    Write(Payload),
    /// Write all buffers, in order.
    Writev(Vec<Payload>),
    /// Write, and return only when the bytes have left.
    WriteNodelay(Payload),
    /// Vectored [`Call::WriteNodelay`].
    WritevNodelay(Vec<Payload>),
    /// Push out what was accepted.
    Flush,
    /// End one half or both.
    Shutdown(Mode),
    /// End the flow, or its writing half: as the contract says.
    Close,
    /// Open a connection.
    Connect {
        /// The destination, where it was given.
        to: Option<Box<str>>,
        /// Keep-alive settings of this connection.
        keepalive: Option<Keepalive>,
    },
    /// Take an established connection.
    Accept {
        /// The listening port.
        port: u32,
        /// Keep-alive settings of this connection.
        keepalive: Option<Keepalive>,
    },
    /// Begin to listen.
    Listen {
        /// The port.
        port: u32,
        /// Keep-alive settings of accepted connections.
        keepalive: Option<Keepalive>,
    },
    /// Stop listening.
    Unlisten {
        /// The port.
        port: u32,
    },
    /// Leave the network: end the stack.
    Disconnect,
    /// Ask for the address of the peer.
    Destination,
}

impl Call {
    /// The word that stands in a trace.
    pub const fn word(&self) -> &'static str {
        match self {
            Call::Read { .. } => "read",
            Call::Write(_) => "write",
            Call::Writev(_) => "writev",
            Call::WriteNodelay(_) => "write_nodelay",
            Call::WritevNodelay(_) => "writev_nodelay",
            Call::Flush => "flush",
            Call::Shutdown(_) => "shutdown",
            Call::Close => "close",
            Call::Connect { .. } => "connect",
            Call::Accept { .. } => "accept",
            Call::Listen { .. } => "listen",
            Call::Unlisten { .. } => "unlisten",
            Call::Disconnect => "disconnect",
            Call::Destination => "destination",
        }
    }

    /// The buffers of a call of the write family; `None` for every other call.
    pub fn buffers(&self) -> Option<&[Payload]> {
        match self {
            Call::Write(data) | Call::WriteNodelay(data) => Some(std::slice::from_ref(data)),
            Call::Writev(list) | Call::WritevNodelay(list) => Some(list),
            _ => None,
        }
    }

    /// Can this outcome be the answer to this call at all?
    pub fn admits(&self, outcome: &Outcome) -> bool {
        match outcome {
            Outcome::Error(_) | Outcome::Panic(_) => true,
            Outcome::Ok => !matches!(self, Call::Read { .. } | Call::Shutdown(_) | Call::Close | Call::Disconnect),
            Outcome::Data(_) => matches!(self, Call::Read { .. }),
            Outcome::Eof => matches!(self, Call::Read { .. }) || self.buffers().is_some(),
            Outcome::Closed => self.buffers().is_some(),
            Outcome::Done => matches!(self, Call::Shutdown(_) | Call::Close | Call::Disconnect),
        }
    }
}

/// What a call came back with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The call did what it was asked (writes, flush, and the calls on a stack).
    Ok,
    /// A read's bytes.
    Data(Payload),
    /// A read's end of stream; also the word of a v1 write on a closed flow.
    Eof,
    /// A write that found the flow closed.
    Closed,
    /// A shutdown, close or disconnect that ended.
    Done,
    /// Any other failure.
    Error(Error),
    /// The implementation panicked, and said this; empty where that is not known.
    Panic(Box<str>),
}

impl Outcome {
    /// The word that stands in a trace.
    pub const fn word(&self) -> &'static str {
        match self {
            Outcome::Ok => "ok",
            Outcome::Data(_) => "data",
            Outcome::Eof => "eof",
            Outcome::Closed => "closed",
            Outcome::Done => "done",
            Outcome::Error(_) => "error",
            Outcome::Panic(_) => "panic",
        }
    }

    /// The failure that this outcome is for a caller that expected another one.
    pub fn into_error(self) -> Error {
        match self {
            Outcome::Error(error) => error,
            Outcome::Eof => Error::Eof,
            Outcome::Panic(_) => Error::Other("panic".into()),
            Outcome::Ok | Outcome::Data(_) | Outcome::Closed | Outcome::Done => Error::Closed,
        }
    }
}

impl From<Result<Read, Error>> for Outcome {
    fn from(result: Result<Read, Error>) -> Self {
        match result {
            Ok(Read::Data(bytes)) => Outcome::Data(bytes.into()),
            Ok(Read::Eof) => Outcome::Eof,
            Err(error) => Outcome::Error(error),
        }
    }
}

impl From<Result<(), Error>> for Outcome {
    fn from(result: Result<(), Error>) -> Self {
        match result {
            Ok(()) => Outcome::Ok,
            Err(Error::Closed) => Outcome::Closed,
            Err(Error::Eof) => Outcome::Eof,
            Err(error) => Outcome::Error(error),
        }
    }
}
