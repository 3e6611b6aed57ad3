//! Puts the simulator's own TCP behind the door for stacks: nothing but forwarding.

use std::hash::Hasher;
use std::net::{IpAddr, SocketAddr};

use crate::contract::{Abort, Call, Error, Outcome};
use crate::tcp::{self, Tcp};
use crate::time::Instant;
use crate::trace::Resources;
use crate::wire::Datagram;

use super::stack::{Notice, Socket, Stack};

impl Stack for Tcp {
    fn attach(&mut self, address: IpAddr, mtu: u16) {
        Tcp::attach(self, address, mtu);
    }

    fn configure(&mut self, settings: &tcp::Settings) -> Result<(), String> {
        Tcp::configure(self, settings);
        Ok(())
    }

    fn listen(&mut self, now: Instant, port: u16) -> Result<(), Error> {
        Tcp::listen(self, now, port)
    }

    fn unlisten(&mut self, now: Instant, port: u16) {
        Tcp::unlisten(self, now, port);
    }

    fn connect(&mut self, now: Instant, remote: SocketAddr) -> Result<(Socket, u16), Error> {
        Tcp::connect(self, now, remote)
    }

    fn call(&mut self, now: Instant, socket: Socket, call: &mut Call) -> Option<Outcome> {
        Tcp::call(self, now, socket, call)
    }

    fn give_close_up(&mut self, now: Instant, socket: Socket) {
        Tcp::give_close_up(self, now, socket);
    }

    fn is_readable(&self, socket: Socket) -> bool {
        Tcp::is_readable(self, socket)
    }

    /// It does not understand ECN.
    fn input(&mut self, now: Instant, datagram: Datagram) {
        Tcp::input(self, now, datagram.source, datagram.target, datagram.packet);
    }

    fn output(&mut self, _now: Instant) -> Option<Datagram> {
        let (target, packet) = Tcp::output(self)?;
        Some(Datagram::new(self.address(), target, packet))
    }

    fn notice(&mut self) -> Option<Notice> {
        Tcp::notice(self)
    }

    fn deadline(&mut self) -> Option<Instant> {
        Tcp::deadline(self)
    }

    fn wake(&mut self, now: Instant) {
        Tcp::wake(self, now);
    }

    fn disconnect(&mut self, now: Instant) {
        Tcp::disconnect(self, now);
    }

    fn can_abort(&self) -> bool {
        true
    }

    fn abort(&mut self, now: Instant, socket: Socket, abort: Abort) -> bool {
        Tcp::abort(self, now, socket, abort)
    }

    fn renew(&self) -> Option<Box<dyn Stack>> {
        Some(Box::new(Tcp::new(self.settings().clone())))
    }

    fn resources(&self, socket: Socket) -> Option<Resources> {
        Some(self.held(socket))
    }

    fn fingerprint(&self, now: Instant, hasher: &mut dyn Hasher) -> bool {
        Tcp::fingerprint(self, now, hasher);
        true
    }

    fn fork(&self) -> Option<Box<dyn Stack>> {
        Some(Box::new(self.clone()))
    }
}
