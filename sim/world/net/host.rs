//! A host: one stack, and whom its connections belong to.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

use smallvec::SmallVec;

use crate::contract::{Call, Outcome};
use crate::tcp::{self, Tcp};
use crate::time::Instant;
use crate::trace::Limits;
use crate::wire::Packet;

use super::super::stack::{Notice, Socket, Stack};

/// A host on a path.
#[derive(Debug)]
pub(super) struct Host {
    pub(super) stack: Kind,
    /// What the stack is set to, where it is the simulator's own: a host that comes back after a crash starts anew.
    settings: Option<tcp::Settings>,
    /// Crashes that have not ended. It is up again when the last of them has.
    pub(super) crashes: u32,
    /// It has left the network, and takes no connections any more.
    pub(super) has_left: bool,
    /// When it is to be woken next, as the agenda knows it. What is to happen later need not stand there yet: it is asked for
    /// again then.
    pub(super) armed: Option<Instant>,
    /// When it is to be woken after that, as the agenda knows it; the next time last.
    pub(super) later: SmallVec<[Instant; 1]>,
    /// Whose end each connection is.
    pub(super) sockets: Sockets,
    /// Ports that calls have asked it to listen on, sorted.
    pub(super) listening: SmallVec<[u16; 4]>,
    /// Flows that have begun to connect and whose SYN was not seen yet.
    pub(super) connecting: SmallVec<[u32; 4]>,
}

/// The flow whose end each connection is. Stacks that number their connections from 0 on, as most do, are looked up by place.
#[derive(Clone, Debug, Default)]
pub(super) struct Sockets {
    dense: SmallVec<[Option<u32>; 2]>,
    sparse: BTreeMap<Socket, u32>,
}

/// So far ahead of its predecessors a number may be and still have a place.
const GAP_MAX: usize = 64;

impl Sockets {
    #[inline]
    pub(super) fn get(&self, socket: Socket) -> Option<u32> {
        match self.dense.get(socket.0 as usize) {
            Some(owner) => *owner,
            None => self.sparse.get(&socket).copied(),
        }
    }

    pub(super) fn insert(&mut self, socket: Socket, owner: u32) {
        let place = socket.0 as usize;
        if place > self.dense.len() + GAP_MAX {
            self.sparse.insert(socket, owner);
            return;
        }
        for place in self.dense.len()..=place {
            let known = self.sparse.remove(&Socket(place as u32));
            self.dense.push(known);
        }
        self.dense[place] = Some(owner);
    }

    pub(super) fn remove(&mut self, socket: Socket) {
        match self.dense.get_mut(socket.0 as usize) {
            Some(owner) => *owner = None,
            None => _ = self.sparse.remove(&socket),
        }
    }
}

/// The simulator's own stack as plain data, or a foreign one behind the same door.
pub(super) enum Kind {
    Own(Box<Tcp>),
    Foreign(Box<dyn Stack>),
}

impl Kind {
    #[inline]
    pub(super) fn get(&self) -> &dyn Stack {
        match self {
            Kind::Own(tcp) => &**tcp,
            Kind::Foreign(stack) => &**stack,
        }
    }

    #[inline]
    pub(super) fn get_mut(&mut self) -> &mut dyn Stack {
        match self {
            Kind::Own(tcp) => &mut **tcp,
            Kind::Foreign(stack) => &mut **stack,
        }
    }

    // What is asked for every packet goes to the simulator's own stack without a detour.

    #[inline]
    pub(super) fn call(&mut self, now: Instant, socket: Socket, call: &mut Call) -> Option<Outcome> {
        match self {
            Kind::Own(tcp) => Stack::call(&mut **tcp, now, socket, call),
            Kind::Foreign(stack) => stack.call(now, socket, call),
        }
    }

    #[inline]
    pub(super) fn is_readable(&self, socket: Socket) -> bool {
        match self {
            Kind::Own(tcp) => Stack::is_readable(&**tcp, socket),
            Kind::Foreign(stack) => stack.is_readable(socket),
        }
    }

    #[inline]
    pub(super) fn notice(&mut self) -> Option<Notice> {
        match self {
            Kind::Own(tcp) => Stack::notice(&mut **tcp),
            Kind::Foreign(stack) => stack.notice(),
        }
    }

    #[inline]
    pub(super) fn output(&mut self, now: Instant) -> Option<(IpAddr, Packet)> {
        match self {
            Kind::Own(tcp) => Stack::output(&mut **tcp, now),
            Kind::Foreign(stack) => stack.output(now),
        }
    }

    #[inline]
    pub(super) fn deadline(&self) -> Option<Instant> {
        match self {
            Kind::Own(tcp) => Stack::deadline(&**tcp),
            Kind::Foreign(stack) => stack.deadline(),
        }
    }

    fn fork(&self) -> Option<Kind> {
        Some(match self {
            Kind::Own(tcp) => Kind::Own(tcp.clone()),
            Kind::Foreign(stack) => Kind::Foreign(stack.fork()?),
        })
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Own(tcp) => tcp.fmt(f),
            Kind::Foreign(_) => f.write_str("a foreign stack"),
        }
    }
}

impl Host {
    pub(super) fn own(settings: &tcp::Settings) -> Self {
        Host { settings: Some(settings.clone()), ..Host::with(Kind::Own(Box::new(Tcp::new(settings.clone())))) }
    }

    pub(super) fn foreign(stack: Box<dyn Stack>) -> Self {
        Host::with(Kind::Foreign(stack))
    }

    /// It has this stack from the start.
    pub(super) fn give(&mut self, stack: Box<dyn Stack>) {
        (self.stack, self.settings) = (Kind::Foreign(stack), None);
    }

    fn with(stack: Kind) -> Self {
        Host {
            stack,
            settings: None,
            crashes: 0,
            has_left: false,
            armed: None,
            later: SmallVec::new(),
            sockets: Sockets::default(),
            listening: SmallVec::new(),
            connecting: SmallVec::new(),
        }
    }

    /// It listens on this port now.
    pub(super) fn note_listening(&mut self, port: u16) {
        if let Err(place) = self.listening.binary_search(&port) {
            self.listening.insert(place, port);
        }
    }

    /// How long its stack tries before it gives up.
    pub(super) fn limits(&self) -> Limits {
        let of = |tcp: &tcp::Settings| Limits { syn: tcp.syn_give_up, data: tcp.give_up, msl: tcp.msl, fin_wait_2: tcp.fin_wait_2 };
        self.settings.as_ref().map(of).unwrap_or_default()
    }

    /// It has not crashed, or has come back.
    #[inline]
    pub(super) const fn is_up(&self) -> bool {
        self.crashes == 0
    }

    /// Its stack forgets everything, and nothing answers any more. Crashes add up: each needs a [`restart`](Host::restart) of its
    /// own.
    pub(super) fn crash(&mut self) {
        self.crashes = self.crashes.saturating_add(1);
        self.armed = None;
        self.later.clear();
        self.sockets = Sockets::default();
        self.listening.clear();
        self.connecting.clear();
    }

    /// One crash has ended. After the last of them it is back, with nothing of what it knew; a foreign stack can't be had again.
    pub(super) fn restart(&mut self) {
        let Some(settings) = &self.settings else { return };
        self.crashes = self.crashes.saturating_sub(1);
        if self.is_up() {
            self.stack = Kind::Own(Box::new(Tcp::new(settings.clone())));
            self.has_left = false;
        }
    }

    pub(super) fn fork(&self) -> Option<Host> {
        Some(Host {
            stack: self.stack.fork()?,
            settings: self.settings.clone(),
            crashes: self.crashes,
            has_left: self.has_left,
            armed: self.armed,
            later: self.later.clone(),
            sockets: self.sockets.clone(),
            listening: self.listening.clone(),
            connecting: self.connecting.clone(),
        })
    }
}
