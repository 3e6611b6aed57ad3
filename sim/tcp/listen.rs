//! Listening ports, and the ports that connections are begun from.

use std::hash::{Hash, Hasher};
use std::net::IpAddr;

use smallvec::SmallVec;

use crate::contract::{Error, SecondListen};
use crate::wire::Segment;

use super::connection::Connection;
use super::demux::{Demux, Key};
use super::segments::Step;
use super::send::MSS_DEFAULT;
use super::settings::Settings;
use super::state::Event;

/// The dynamic ports (RFC 6335 §6).
pub(super) const EPHEMERAL_FIRST: u16 = 49_152;

#[derive(Clone, Debug)]
pub(super) struct Ports {
    /// Sorted.
    listening: SmallVec<[u16; 4]>,
    /// Where to look first for a port to connect from.
    next: u16,
}

impl Default for Ports {
    fn default() -> Self {
        Ports { listening: SmallVec::new(), next: EPHEMERAL_FIRST }
    }
}

impl Ports {
    pub(super) fn listen(&mut self, port: u16, settings: &Settings) -> Result<(), Error> {
        if port == 0 {
            return Err(Error::Other("port_out_of_range".into()));
        }
        match self.listening.binary_search(&port) {
            Err(at) => self.listening.insert(at, port),
            Ok(_) if settings.contract.second_listen == Some(SecondListen::Replace) => {}
            Ok(_) => return Err(Error::Other("in_use".into())),
        }
        Ok(())
    }

    pub(super) fn unlisten(&mut self, port: u16) {
        self.listening.retain(|listening| *listening != port);
    }

    pub(super) fn fingerprint(&self, mut hasher: &mut dyn Hasher) {
        (&self.listening, self.next).hash(&mut hasher);
    }

    pub(super) fn unlisten_all(&mut self) {
        self.listening.clear();
    }

    #[inline]
    pub(super) fn is_listening(&self, port: u16) -> bool {
        self.listening.binary_search(&port).is_ok()
    }

    /// The next port from which there is no connection to this remote end yet, one after the other.
    pub(super) fn pick(&mut self, settings: &Settings, connections: &Demux, address: IpAddr, port: u16) -> Result<Key, Error> {
        let last = EPHEMERAL_FIRST + (settings.ports.clamp(1, Settings::PORTS_MAX) - 1);
        for _ in EPHEMERAL_FIRST..=last {
            let local = self.next;
            self.next = if local >= last { EPHEMERAL_FIRST } else { local + 1 };
            let key = Key::new(local, address, port);
            if !self.is_listening(local) && connections.get(&key).is_none() {
                return Ok(key);
            }
        }
        Err(Error::Other("no_free_port".into()))
    }
}

impl Connection {
    /// A SYN makes this connection (RFC 9293 §3.10.7.2, third).
    pub(super) fn greet(&mut self, step: &mut Step<'_>, segment: &mut Segment) {
        self.meet(step, segment);
        self.send.set_window(segment.seq, self.send.iss, u32::from(segment.window));
        self.advance(step, Event::Syn);
        // Data may come with a SYN; it is read once the handshake is over. A FIN comes again.
        let start = self.receive.trim(segment.seq + 1, &mut segment.data);
        self.receive.take_data(start, std::mem::take(&mut segment.data));
    }

    /// Takes what the peer's SYN says: its numbers and its options.
    pub(super) fn meet(&mut self, step: &Step<'_>, syn: &Segment) {
        self.receive.open(syn.seq);
        let most = syn.options.mss.unwrap_or(MSS_DEFAULT).max(1);
        self.send.mss = u32::from(most.min(step.settings.mss.max(1)));
        self.send.set_window(syn.seq, syn.ack, u32::from(syn.window));
        if let (true, Some(shift)) = (step.settings.window_scale, syn.options.window_scale) {
            self.is_scaled = true;
            // RFC 7323 §2.3: a shift above 14 counts as 14.
            self.send.scale = shift.min(14);
            self.receive.scale = super::receive::scale_for(self.receive.capacity());
        }
    }
}
