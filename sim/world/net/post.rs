//! Works at one end of a path: everything that happens there stays within what is at hand here.

use crate::contract::{Both, End};
use crate::link::Link;
use crate::time::Instant;
use crate::trace::{By, Env, EnvWhat, What};
use crate::wire::{Ecn, Packet, State};

use super::super::agenda::Occurrence;
use super::super::core::Core;
use super::super::stack::{Notice, Socket};
use super::address;
use super::carry::Parcel;
use super::host::{Host, StackKind};
use super::ports::{PortPair, PortTable, pair};
use super::wired::{Offered, Wired};

/// What a host touches while it works: itself, the link that carries what it sends, and the flows that may end here.
pub(super) struct Post<'a> {
    pub(super) core: &'a mut Core,
    pub(super) flows: &'a mut [Wired],
    pub(super) host: &'a mut Host,
    pub(super) link: &'a mut Link<Parcel>,
    pub(super) ports: &'a mut Both<PortTable>,
    /// Names segments.
    pub(super) last_id: &'a mut u64,
    pub(super) path: u32,
    pub(super) end: End,
}

impl Post<'_> {
    /// Takes from the stack, until there is no more, what it has to say and to send. Whoever gave it something calls this.
    pub(super) fn settle(&mut self) {
        loop {
            if let Some(notice) = self.host.stack.notice() {
                self.hear(notice);
            } else if let Some((ecn, packet)) = self.output() {
                self.transmit(ecn, packet);
            } else {
                break;
            }
        }
        self.arm();
    }

    /// The next packet that the stack sends to the other end of the path. What is sent from or to anywhere else is lost.
    #[inline]
    fn output(&mut self) -> Option<(Ecn, Packet)> {
        let stack = match &mut self.host.stack {
            StackKind::Own(tcp) => return tcp.output().map(|(_, packet)| (Ecn::NotEct, packet)),
            StackKind::Foreign(stack) => stack,
        };
        let way = (address(self.path, self.end), address(self.path, self.end.peer()));
        loop {
            let datagram = stack.output(self.core.now)?;
            if (datagram.source, datagram.target) == way {
                return Some((datagram.ecn, datagram.packet));
            }
        }
    }

    /// Sees to it that the stack is woken at its deadline.
    #[inline]
    pub(super) fn arm(&mut self) {
        let Some(deadline) = self.host.stack.deadline() else { return };
        if self.host.armed.is_none_or(|armed| deadline < armed) {
            self.arm_for(deadline);
        }
    }

    #[inline(never)]
    fn arm_for(&mut self, deadline: Instant) {
        if self.host.is_up() {
            self.host.later.extend(self.host.armed.replace(deadline));
            self.core.schedule(deadline, Occurrence::Host { path: self.path, end: self.end });
        }
    }

    /// The host's time may have come; false if nothing happens (then the clock stands still).
    pub(super) fn wake(&mut self, time: Instant) -> bool {
        if self.host.armed != Some(time) {
            return false;
        }
        self.host.armed = self.host.later.pop();
        if self.host.stack.deadline().is_none_or(|deadline| deadline > time) {
            self.arm();
            return false;
        }
        self.core.now = self.core.now.max(time);
        self.host.stack.get_mut().wake(self.core.now);
        self.settle();
        true
    }

    #[inline(never)]
    fn hear(&mut self, notice: Notice) {
        match notice {
            Notice::Incoming { port, socket, remote } => _ = self.bind(port, socket, remote.port()),
            Notice::Accepted { port, socket, remote } => self.accepted(port, socket, remote.port()),
            Notice::Progress(socket) => {
                if let Some(index) = self.host.sockets.get(socket) {
                    self.ask(index);
                }
            }
            Notice::State { socket, from, to } => {
                if let Some(index) = self.host.sockets.get(socket) {
                    let wired = &mut self.flows[index as usize];
                    wired.ends[self.end].lingers = to == State::TimeWait;
                    let at = wired.place(self.end);
                    self.core.log(|| What::State { at, from: from.name().into(), to: to.name().into() });
                }
            }
            Notice::Aborted { socket, abort } => {
                if let Some(index) = self.host.sockets.get(socket) {
                    let (flow, end) = (Some(self.flows[index as usize].flow), Some(self.end));
                    self.core.log(|| What::Env(Env { flow, end, what: EnvWhat::Abort(abort, By::Stack) }));
                }
            }
            Notice::Gone(socket) => self.host.sockets.remove(socket),
        }
    }

    /// The flow of an incoming connection: that which has its ports at the other end.
    fn bind(&mut self, port: u16, socket: Socket, remote: u16) -> Option<u32> {
        if let Some(index) = self.host.sockets.get(socket) {
            return Some(index);
        }
        let ports = pair(self.end, port, remote);
        let index = self.ports[self.end.peer()].find(ports)?;
        self.own(index, socket, ports);
        Some(index)
    }

    /// The host knows of this end of a flow, which ends with it.
    #[inline]
    pub(super) fn register(&mut self, index: u32) {
        if !std::mem::replace(&mut self.flows[index as usize].ends[self.end].is_guest, true) {
            self.host.guests.push(index);
        }
    }

    /// This end of a flow has a connection now, with these ports. If it was handed one out before, a SYN that came late, or twice,
    /// has made another: it is the flow's to see, and not for its calls.
    pub(super) fn own(&mut self, index: u32, socket: Socket, ports: PortPair) {
        self.register(index);
        self.ports[self.end].insert(ports, index);
        self.host.sockets.insert(socket, index);
        let side = &mut self.flows[index as usize].ends[self.end];
        if !side.offered.is_handed_out() {
            side.socket = Some(socket);
        }
    }

    fn accepted(&mut self, port: u16, socket: Socket, remote: u16) {
        if let Some(index) = self.bind(port, socket, remote) {
            let side = &mut self.flows[index as usize].ends[self.end];
            side.offered = if side.offered.is_handed_out() { Offered::Again(port) } else { Offered::On(port) };
            self.ask(index);
        }
    }
}
