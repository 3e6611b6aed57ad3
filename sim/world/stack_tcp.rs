//! The simulator's own TCP behind the door for stacks: nothing but forwarding.

use std::hash::Hasher;
use std::net::{IpAddr, SocketAddr};

use crate::contract::{Abort, Call, Error, Outcome};
use crate::tcp::{self, Tcp};
use crate::time::Instant;
use crate::trace::Resources;
use crate::wire::Packet;

use super::stack::{Notice, Socket, Stack};

impl Stack for Tcp {
    fn listen(&mut self, now: Instant, port: u16) -> Result<(), Error> {
        Tcp::listen(self, now, port)
    }

    fn unlisten(&mut self, now: Instant, port: u16) {
        Tcp::unlisten(self, now, port);
    }

    fn connect(&mut self, now: Instant, remote: SocketAddr) -> Result<Socket, Error> {
        Tcp::connect(self, now, remote)
    }

    fn call(&mut self, now: Instant, socket: Socket, call: &mut Call) -> Option<Outcome> {
        Tcp::call(self, now, socket, call)
    }

    fn is_readable(&self, socket: Socket) -> bool {
        Tcp::is_readable(self, socket)
    }

    fn input(&mut self, now: Instant, source: IpAddr, target: IpAddr, packet: Packet) {
        Tcp::input(self, now, source, target, packet);
    }

    fn output(&mut self, _now: Instant) -> Option<(IpAddr, Packet)> {
        Tcp::output(self)
    }

    fn notice(&mut self) -> Option<Notice> {
        Tcp::notice(self)
    }

    fn deadline(&self) -> Option<Instant> {
        Tcp::deadline(self)
    }

    fn wake(&mut self, now: Instant) {
        Tcp::wake(self, now);
    }

    fn disconnect(&mut self, now: Instant) {
        Tcp::disconnect(self, now);
    }

    fn abort(&mut self, now: Instant, socket: Socket, abort: Abort) -> bool {
        Tcp::abort(self, now, socket, abort)
    }

    fn resources(&self, socket: Socket) -> Option<Resources> {
        let tcp::Held { connections, timers, buffered, ports } = self.held(socket);
        Some(Resources { connections, timers, buffered, ports })
    }

    fn fingerprint(&self, now: Instant, hasher: &mut dyn Hasher) -> bool {
        Tcp::fingerprint(self, now, hasher);
        true
    }

    fn fork(&self) -> Option<Box<dyn Stack>> {
        Some(Box::new(self.clone()))
    }
}
