//! A host at work: everything that happens at one end of a path stays within what is at hand here.

use crate::contract::{Both, End};
use crate::link::Link;
use crate::time::Instant;
use crate::trace::{By, Env, EnvWhat, What};

use super::super::agenda::Due;
use super::super::core::Core;
use super::super::stack::{Notice, Socket};
use super::carry::{Parcel, Ports};
use super::host::Host;
use super::wired::Wired;

/// What a host touches while it works: itself, the link that carries what it sends, and the flows that may end here.
pub(super) struct Post<'a> {
    pub(super) core: &'a mut Core,
    pub(super) flows: &'a mut [Wired],
    pub(super) host: &'a mut Host,
    pub(super) link: &'a mut Link<Parcel>,
    pub(super) ports: &'a mut Both<Ports>,
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
            } else if let Some((_, packet)) = self.host.stack.output(self.core.now) {
                self.transmit(packet);
            } else {
                break;
            }
        }
        self.arm();
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
            self.core.schedule(deadline, Due::Host { path: self.path, end: self.end });
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
                    wired.ends[self.end].lingers = to == "TIME-WAIT";
                    let at = wired.place(self.end);
                    self.core.log(|| What::State { at, from: from.into(), to: to.into() });
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

    /// Finds out whose connection an incoming one is.
    fn bind(&mut self, port: u16, socket: Socket, remote: u16) -> Option<u32> {
        if let Some(index) = self.host.sockets.get(socket) {
            return Some(index);
        }
        let index = self.ports.client.find((remote, port))?;
        self.ports.server.insert((remote, port), index);
        self.host.sockets.insert(socket, index);
        self.flows[index as usize].ends[self.end].socket = Some(socket);
        Some(index)
    }

    fn accepted(&mut self, port: u16, socket: Socket, remote: u16) {
        if let Some(index) = self.bind(port, socket, remote) {
            self.flows[index as usize].ends[self.end].accepted = Some(port);
            self.ask(index);
        }
    }
}
