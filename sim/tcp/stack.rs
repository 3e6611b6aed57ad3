//! Runs the stack: which connection is meant, which comes next, and what the host is told.

use std::hash::{Hash, Hasher};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::contract::{Abort, Call, Error, Outcome, Resources};
use crate::time::Instant;
use crate::wire::{Packet, Segment, Seq};

use super::connection::{AckDue, Connection, Origin};
use super::connections::{Connections, Key, SocketSlot};
use super::deadlines::Deadlines;
use super::isn;
use super::notice::{Notice, Socket};
use super::ports::Ports;
use super::quirk::Quirk;
use super::segments::{Out, StepContext, reset_for};
use super::settings::Settings;
use super::state::{State, Trigger};

/// A TCP without IO, clock and chance: calls, segments and time go in; segments, notices and a deadline come out.
///
/// After each method that takes `now`: take all of [`notice`](Tcp::notice), then all of [`output`](Tcp::output), then ask for the
/// [`deadline`](Tcp::deadline) again. Time never goes back.
#[derive(Clone, Debug)]
pub struct Tcp {
    settings: Settings,
    address: IpAddr,
    connections: Connections,
    ports: Ports,
    deadlines: Deadlines,
    out: Out,
    /// It has left the network.
    has_left: bool,
}

impl Tcp {
    /// A stack without connections.
    pub fn new(settings: Settings) -> Self {
        Tcp {
            settings,
            address: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            connections: Connections::default(),
            ports: Ports::default(),
            deadlines: Deadlines::default(),
            out: Out::default(),
            has_left: false,
        }
    }

    /// What it is set to.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Where it stands, and the largest packet of the path from there: no segment will be larger. For a stack without connections.
    pub fn attach(&mut self, address: IpAddr, mtu: u16) {
        self.address = address;
        self.settings.mss = self.settings.mss.min(Settings::mss_for(mtu));
    }

    /// Sets it anew; its dialect stays. For a stack without connections.
    pub fn configure(&mut self, settings: &Settings) {
        self.settings = Settings { contract: self.settings.contract, ..settings.clone() };
    }

    /// Where it stands: unspecified until it was told.
    pub fn address(&self) -> IpAddr {
        self.address
    }

    // The user.

    /// Takes connections on this port from now on.
    ///
    /// # Errors
    /// `port_out_of_range` for port 0; `in_use` for one that is listened on, where the contract does not replace; `closed` for a
    /// stack that has left.
    pub fn listen(&mut self, _now: Instant, port: u16) -> Result<(), Error> {
        if self.has_left { Err(Error::Closed) } else { self.ports.listen(port, &self.settings) }
    }

    /// Takes no new connections any more. Handshakes that go on are reset; what is established lives on.
    pub fn unlisten(&mut self, now: Instant, port: u16) {
        self.ports.unlisten(port);
        for index in 0..self.connections.len() {
            let Some(connection) = self.connections.live(index) else { continue };
            if connection.is_greeting(port) {
                self.step(now, index, |connection, step| connection.turn_away(step));
            } else if connection.key.local == port && self.settings.is(Quirk::UnlistenKills) {
                self.step(now, index, |connection, step| connection.abort_with_reset(step, Abort::Reset));
            }
        }
    }

    /// Begins to connect: the connection, and the local port that it has. [`Call::Connect`] on it says how that ended.
    ///
    /// # Errors
    /// `port_out_of_range` for port 0; `no_free_port`; `closed` for a stack that has left.
    pub fn connect(&mut self, now: Instant, remote: SocketAddr) -> Result<(Socket, u16), Error> {
        if self.has_left {
            return Err(Error::Closed);
        }
        if remote.port() == 0 {
            return Err(Error::Other("port_out_of_range".into()));
        }
        let key = self.pick(remote).ok_or_else(|| Error::Other(NO_FREE_PORT.into()))?;
        let iss = isn::initial(&self.settings, now, &key);
        let index = self.connections.begin(key, Origin::Active, iss, &self.settings);
        self.step(now, index, |connection, step| connection.advance(step, Trigger::Open));
        Ok((Socket::new(index as u32), key.local))
    }

    /// The local end of a connection to this remote one.
    fn pick(&mut self, remote: SocketAddr) -> Option<Key> {
        let Tcp { settings, connections, ports, .. } = self;
        let is_taken = |key: &Key| connections.has(key);
        let key = ports.fresh(settings, remote.ip(), remote.port(), is_taken).or_else(|| {
            ports.know(connections.begun());
            ports.free(settings, remote.ip(), remote.port(), is_taken)
        })?;
        ports.note_begun(&key);
        Some(key)
    }

    /// The last close of this connection that had no outcome yet was given up: its caller does not wait any more.
    pub fn give_close_up(&mut self, now: Instant, socket: Socket) {
        if self.connections.live(socket.index()).is_some() {
            self.step(now, socket.index(), Connection::give_close_up);
        }
    }

    /// Starts or goes on with a call. Nothing: it would block; ask again after a [`Notice::Progress`], with the same call. A write
    /// takes what it accepts off the front of the call's buffers.
    pub fn call(&mut self, now: Instant, socket: Socket, call: &mut Call) -> Option<Outcome> {
        match self.connections.slot_mut(socket.index()) {
            None => Some(Outcome::Error(Error::NotConnected)),
            Some(SocketSlot::Ended(ended)) if ended.was_aborted() && self.settings.is(Quirk::ResetWakesNobody) => None,
            Some(SocketSlot::Ended(_)) if self.has_left && is_connect(call) && self.settings.is(Quirk::ConnectForgotten) => None,
            Some(SocketSlot::Ended(ended)) if ended.has_failed() && is_write(call) && self.settings.is(Quirk::RefusedFlowWrites) => {
                Some(Outcome::Ok)
            }
            Some(SocketSlot::Ended(ended)) => Some(ended.call(&self.settings.contract, call)),
            Some(SocketSlot::Live(connection)) => match call {
                Call::Read { max } => {
                    let outcome = connection.read(&self.settings, *max);
                    // Reading changes nothing but the room that is left: only where the peer has to hear of that a step is taken.
                    if connection.ack == AckDue::Now {
                        self.step(now, socket.index(), |_, _| ());
                    }
                    outcome
                }
                _ => self.step(now, socket.index(), |connection, step| connection.call(step, call)).flatten(),
            },
        }
    }

    /// Would a read have an outcome now?
    pub fn is_readable(&self, socket: Socket) -> bool {
        match self.connections.slot(socket.index()) {
            Some(SocketSlot::Live(connection)) => connection.is_readable(),
            Some(SocketSlot::Ended(_)) | None => true,
        }
    }

    /// Leaves the network: closes every connection, takes no new one.
    pub fn disconnect(&mut self, now: Instant) {
        self.has_left = true;
        self.ports.unlisten_all();
        for index in 0..self.connections.len() {
            if let Some(SocketSlot::Ended(ended)) = self.connections.slot_mut(index) {
                ended.close_fully();
                continue;
            }
            self.step(now, index, |connection, step| match connection.state {
                State::SynReceived => connection.turn_away(step),
                _ => connection.close_fully(step),
            });
        }
    }

    /// Fault injection: aborts a connection; false if it has ended.
    pub fn abort(&mut self, now: Instant, socket: Socket, abort: Abort) -> bool {
        self.step(now, socket.index(), |connection, step| connection.suffer(step, abort)).unwrap_or(false)
    }

    /// What is held for this connection.
    pub fn held(&self, socket: Socket) -> Resources {
        self.connections.live(socket.index()).map(Connection::held).unwrap_or_default()
    }

    // The network.

    /// A packet arrives, from one address at another. What is no segment, or one that was damaged, is dropped (RFC 9293 §3.1,
    /// MUST-3).
    pub fn input(&mut self, now: Instant, source: IpAddr, target: IpAddr, packet: Packet) {
        if let Ok(mut segment) = packet.segment(source, target) {
            self.arrive(now, source, &mut segment);
        }
    }

    /// As [`input`](Tcp::input), for a segment that stays where it is: its payload is taken out of it.
    pub fn arrive(&mut self, now: Instant, source: IpAddr, segment: &mut Segment) {
        let first =
            if self.settings.is(Quirk::PortsAlone) && !segment.flags.syn() { self.connections.at_port(segment.target) } else { None };
        match first.or_else(|| self.connections.look_up(segment.target, source, segment.source)) {
            Some(index) if self.is_reopened(index, segment) => self.reopen(now, index as usize, source, segment),
            Some(index) => _ = self.step(now, index as usize, |connection, step| connection.arrive(step, segment)),
            None => self.greet(now, source, segment),
        }
    }

    /// A SYN that is newer than all of a connection in TIME-WAIT may open the next one (RFC 9293 §3.6.1, MAY-2).
    #[inline]
    fn is_reopened(&self, index: u32, segment: &Segment) -> bool {
        if !is_greeting(segment) {
            return false;
        }
        let Some(connection) = self.connections.live(index as usize) else { return false };
        connection.state == State::TimeWait && segment.seq.is_after(connection.receive.nxt) && self.ports.is_listening(segment.target)
    }

    #[inline(never)]
    fn reopen(&mut self, now: Instant, index: usize, source: IpAddr, segment: &mut Segment) {
        let key = Key::new(segment.target, source, segment.source);
        let Some(old) = self.connections.live(index) else { return };
        let above = old.send.max + 1;
        self.step(now, index, |connection, step| connection.delete(step));
        let iss = isn::initial(&self.settings, now, &key).latest(above);
        self.welcome(now, key, iss, segment);
    }

    /// A segment of no connection (RFC 9293 §3.10.7.1 and §3.10.7.2).
    #[inline(never)]
    fn greet(&mut self, now: Instant, source: IpAddr, segment: &mut Segment) {
        let key = Key::new(segment.target, source, segment.source);
        if !is_greeting(segment) || !self.ports.is_listening(key.local) {
            return self.refuse(key, segment);
        }
        let iss = isn::initial(&self.settings, now, &key);
        self.welcome(now, key, iss, segment);
    }

    fn welcome(&mut self, now: Instant, key: Key, iss: Seq, segment: &mut Segment) {
        let index = self.connections.begin(key, Origin::Passive, iss, &self.settings);
        self.out.note(Notice::Incoming { port: key.local, socket: Socket::new(index as u32), remote: key.remote });
        self.step(now, index, |connection, step| connection.greet(step, segment));
    }

    fn refuse(&mut self, key: Key, segment: &Segment) {
        let is_listening = self.ports.is_listening(key.local);
        // RFC 9293 §3.10.7.2: what neither acknowledges nor opens has no meaning for a listener.
        if is_listening && !segment.flags.ack() {
            return;
        }
        if let Some(reset) = reset_for(segment) {
            self.out.send(key.remote.ip(), reset);
        }
    }

    /// The next packet to send, with its addresses.
    #[inline]
    pub fn output(&mut self) -> Option<(IpAddr, Packet)> {
        let (to, segment) = self.out.segments.pop_front()?;
        Some((to, Packet::Segment(segment)))
    }

    /// The next piece of news.
    #[inline]
    pub fn notice(&mut self) -> Option<Notice> {
        self.out.notices.pop_front()
    }

    // Time.

    /// When something happens here by itself; never before it is true.
    #[inline]
    pub fn deadline(&self) -> Option<Instant> {
        self.deadlines.first().map(|(time, _)| time)
    }

    /// Does what is due by now.
    pub fn wake(&mut self, now: Instant) {
        while let Some((time, index)) = self.deadlines.first()
            && time <= now
        {
            self.step(now, index as usize, Connection::expire);
        }
    }

    /// Takes in what it will do from here on: no absolute time, no absolute sequence number.
    pub fn fingerprint(&self, now: Instant, mut hasher: &mut dyn Hasher) {
        (self.has_left, self.connections.len()).hash(&mut hasher);
        self.ports.fingerprint(hasher);
        for slot in self.connections.slots() {
            match slot {
                SocketSlot::Live(connection) => connection.fingerprint(hasher, now),
                SocketSlot::Ended(ended) => ended.fingerprint(hasher),
            }
        }
    }

    // Connections.

    /// Everything that happens to a connection happens in a step, and every step ends in the same way.
    fn step<R>(&mut self, now: Instant, index: usize, what: impl FnOnce(&mut Connection, &mut StepContext<'_>) -> R) -> Option<R> {
        let connection = self.connections.live_mut(index)?;
        let mut step = StepContext { now, settings: &self.settings, out: &mut self.out };
        let result = what(connection, &mut step);
        connection.settle(&mut step);
        let deadline = connection.timers.deadline();
        if connection.armed != deadline {
            connection.armed = deadline;
            self.deadlines.set(index as u32, deadline);
        }
        if connection.state.is_over() {
            self.bury(index);
        }
        Some(result)
    }

    /// What is left of a connection that has ended are the answers to calls.
    #[inline(never)]
    fn bury(&mut self, index: usize) {
        let Some((key, origin)) = self.connections.end(index) else { return };
        if origin == Origin::Active {
            self.ports.note_ended(&key);
        }
        self.out.note(Notice::Gone(Socket::new(index as u32)));
    }
}

/// Why a connection can't be begun where all ports have one to the same remote end.
pub(crate) const NO_FREE_PORT: &str = "no_free_port";

const fn is_connect(call: &Call) -> bool {
    matches!(call, Call::Connect { .. })
}

fn is_write(call: &Call) -> bool {
    call.buffers().is_some()
}

/// A SYN and nothing that speaks against it.
fn is_greeting(segment: &Segment) -> bool {
    segment.flags.syn() && !segment.flags.ack() && !segment.flags.rst()
}
