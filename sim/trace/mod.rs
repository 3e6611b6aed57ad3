//! Records what happened, as plain data: events, their JSON-lines codec, the payload pattern, the digest, and where events go.
//!
//! Start here: an [`Event`] is one line of a [`Trace`], its [`Header`] the first. A [`Reader`] streams lines from any source and
//! refuses what is not well formed with a [`Diagnostic`]; a [`Writer`] writes the same format, whose bytes the [`Digest`] covers;
//! a [`Sink`] is anything that takes events. Inside, a line goes through `scan` (syntax), `json` (values), `fields` (by name),
//! `decode` (an event) and `wellformed` (what lines owe each other); `encode` is the way back. What this is not: a judge. Whether a
//! trace keeps a contract is the [`oracle`](crate::oracle)'s business.
#![doc = include_str!("format.md")]

mod decode;
mod diagnostic;
mod digest;
mod encode;
mod fields;
mod intervals;
mod json;
mod line_error;
pub mod pattern;
mod payload;
mod read;
mod scan;
mod segment;
mod sending;
mod sink;
mod timeouts;
mod wellformed;
mod words;
mod write;

use std::borrow::Cow;

pub(crate) use diagnostic::spelled;
pub use diagnostic::{Diagnostic, Excerpt};
pub use digest::Digest;
pub use read::Reader;
pub use segment::{Fate, SegmentEvent, Verbatim};
pub use sending::Sending;
pub use sink::Sink;
pub use timeouts::Timeouts;
pub use words::state_name;
pub use write::Writer;

pub use crate::contract::{Abort, Call, End, Error, Keepalive, Outcome, Payload, Resources};
use crate::contract::{Both, Contract};
use crate::time::Instant;

/// The longest line of a trace, its newline apart (bytes).
pub const MAX_LINE: usize = 64 << 20;

/// Where something happened: one end of one flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The flow, numbered from 0.
    pub flow: u32,
    /// Which of its ends.
    pub end: End,
}

/// One line of a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// When; under a per-end clock on that end's own clock.
    pub t: Instant,
    /// What.
    pub what: What,
}

impl Event {
    /// An event at this time.
    pub const fn new(t: Instant, what: What) -> Self {
        Event { t, what }
    }
}

/// What an event says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum What {
    /// An operation begins.
    Call {
        /// The calling end.
        at: Place,
        /// Names the operation uniquely within the place.
        op: u64,
        /// What is asked.
        call: Call,
    },
    /// An operation ends.
    Return {
        /// The end that called it.
        at: Place,
        /// The operation's name.
        op: u64,
        /// How it ended.
        outcome: Outcome,
        /// Bytes that a write says it accepted.
        accepted: Option<u64>,
        /// The peer, as an accept or connect tells it.
        peer: Option<Box<str>>,
        /// The flow that an accept or connect made, where the call stands on another.
        made: Option<u32>,
    },
    /// The caller gave an operation up.
    Cancel {
        /// The end that called it.
        at: Place,
        /// The operation's name.
        op: u64,
    },
    /// The environment did something, or something became known.
    Env(Env),
    /// A segment on the wire.
    Segment(SegmentEvent),
    /// A connection changed its state.
    State {
        /// The end with the connection.
        at: Place,
        /// The old state, by its RFC 9293 name; see [`state_name`].
        from: Cow<'static, str>,
        /// The new state.
        to: Cow<'static, str>,
    },
}

impl What {
    /// How many bytes of payload it carries in memory.
    pub(crate) fn payload(&self) -> usize {
        let of = |data: &Payload| data.bytes().map_or(0, bytes::Bytes::len);
        match self {
            What::Call { call, .. } => call.buffers().unwrap_or_default().iter().map(of).sum(),
            What::Return { outcome: Outcome::Data(data), .. } => of(data),
            What::Segment(event) => of(&event.segment.data),
            _ => 0,
        }
    }

    /// The flow that it names.
    pub(crate) fn flow(&self) -> Option<u32> {
        match self {
            What::Call { at, .. } | What::Return { at, .. } | What::Cancel { at, .. } | What::State { at, .. } => Some(at.flow),
            What::Segment(event) => Some(event.flow),
            What::Env(env) => env.flow,
        }
    }
}

/// What the environment did. `flow: None` concerns every flow, `end: None` both ends.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Env {
    /// The flow concerned.
    pub flow: Option<u32>,
    /// The end concerned.
    pub end: Option<End>,
    /// What happened.
    pub what: EnvWhat,
}

impl Env {
    /// What happened to an end of a flow, to a whole flow or to all of them.
    pub const fn new(flow: Option<u32>, end: Option<End>, what: EnvWhat) -> Self {
        Env { flow, end, what }
    }
}

/// The kinds of environment events.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EnvWhat {
    /// The end was aborted.
    Abort(Abort, By),
    /// The end's host crashed.
    Crash(By),
    /// The network between the ends was cut; `from`: only what that end sends.
    Partition {
        /// The direction that is cut; both if none.
        from: Option<End>,
    },
    /// A cut was mended.
    Heal {
        /// The direction that is mended; both if none.
        from: Option<End>,
    },
    /// The end's bytes up to this stream offset were transmitted.
    Transmitted {
        /// Stream offset.
        upto: u64,
    },
    /// The end's bytes up to this stream offset were acknowledged.
    Acknowledged {
        /// Stream offset.
        upto: u64,
    },
    /// What the end still holds.
    Resources(Resources),
    /// The buffer that an operation returned, as seen now.
    Buffer {
        /// The operation.
        op: u64,
        /// Its contents now.
        data: Payload,
    },
    /// Nothing more can happen: what is pending is stuck for ever.
    Quiet,
    /// Recording stopped.
    End,
}

/// The origin of an abort or crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum By {
    /// Not said.
    Unknown,
    /// The implementation itself.
    Stack,
    /// It was injected.
    Fault,
}

/// The first line of a trace: what each end promises, and how far the recording can be trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Header {
    /// What each end promises.
    pub contract: Both<Contract>,
    /// The clock of the times.
    pub clock: Clock,
    /// Which kinds of evidence are complete.
    pub records: Records,
    /// Free text.
    pub note: Box<str>,
    /// Keep-alive settings of all flows.
    pub keepalive: Option<Keepalive>,
    /// Flows that stand on another flow.
    pub layers: Vec<Layer>,
    /// Flows that a proxy joins.
    pub proxies: Vec<Proxy>,
    /// Written by the simulator: what must happen at once happens at the same virtual instant.
    pub simulated: bool,
    /// How long the simulator's stacks try before they give up.
    pub limits: Both<Timeouts>,
}

impl Default for Header {
    fn default() -> Self {
        Header {
            contract: Both::same(Contract::modern()),
            clock: Clock::Shared,
            records: Records::default(),
            note: "".into(),
            keepalive: None,
            layers: Vec::new(),
            proxies: Vec::new(),
            simulated: false,
            limits: Both::default(),
        }
    }
}

impl Header {
    /// The flows that others stand on: their calls are evidence of what those do.
    pub fn below(&self) -> impl Iterator<Item = u32> + '_ {
        let proxied = self.proxies.iter().filter(|proxy| proxy.outer.is_some()).flat_map(|proxy| [proxy.left, proxy.right]);
        self.layers.iter().map(|layer| layer.lower).chain(proxied)
    }

    /// Does another flow stand on this one?
    pub fn is_evidence(&self, flow: u32) -> bool {
        self.below().any(|below| below == flow)
    }

    /// Does this flow stand on others?
    pub fn is_upper(&self, flow: u32) -> bool {
        self.layers.iter().any(|layer| layer.upper == flow) || self.proxies.iter().any(|proxy| proxy.outer == Some(flow))
    }
}

/// The clock of a trace's times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Clock {
    /// One clock: the order of the file is the true order, also within one instant.
    Shared,
    /// A clock for each end: the order is known only within one end.
    PerEnd,
}

/// The kinds of evidence that a recording holds completely. A rule that needs a kind that is missing is not judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Records {
    /// Partitions, crashes, aborts.
    pub network: bool,
    /// What was transmitted and acknowledged.
    pub transmitted: bool,
    /// Segments and states.
    pub segments: bool,
    /// What ends still hold.
    pub resources: bool,
    /// Buffers seen again later.
    pub buffers: bool,
    /// Calls on the lower flows of layers.
    pub lower: bool,
}

/// At each end, the calls on `lower` come from `upper`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Layer {
    /// The flow above.
    pub upper: u32,
    /// The flow below.
    pub lower: u32,
}

/// The server end of `left` and the client end of `right` are one proxy's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Proxy {
    /// The flow from the client.
    pub left: u32,
    /// The flow to the server.
    pub right: u32,
    /// The flow whose client's end is that of `left`, and whose server's end is that of `right`: what the proxy makes of the two, seen
    /// from outside. Where there is one, it is the subject, and the other two are evidence.
    pub outer: Option<u32>,
}

/// A whole trace in memory. Long recordings are better streamed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Trace {
    /// The first line.
    pub header: Header,
    /// All others.
    pub events: Vec<Event>,
    /// The last line ended early: the recording was cut.
    pub cut: bool,
}

impl Trace {
    /// A whole recording: its last line was not cut.
    pub const fn new(header: Header, events: Vec<Event>) -> Self {
        Trace { header, events, cut: false }
    }
}

#[cfg(test)]
mod tests;
