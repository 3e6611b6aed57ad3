//! Tracks how an end came to be connected: from the start, unless its first call on the flow is connect or accept.

use crate::contract::Keepalive;
use crate::oracle::{Ordinal, Stamp};

/// How an end came to be connected.
#[derive(Clone, Debug, Default)]
pub(in crate::oracle) struct Opening {
    begun: Option<Stamp>,
    connects: bool,
    opened: Option<(Stamp, u64)>,
    failed: Option<Stamp>,
    used: bool,
    keepalive: Option<Keepalive>,
    destination: Option<Box<str>>,
    /// The port that it was to be connected to, where that was said.
    port: Option<u32>,
}

impl Opening {
    /// With keep-alive as the header has it for all connections.
    pub fn with(keepalive: Option<Keepalive>) -> Self {
        Opening { keepalive, ..Opening::default() }
    }

    /// The first connect or accept, where it is the first call on the flow.
    pub fn begun(&self) -> Option<Stamp> {
        self.begun
    }

    /// A connect was called.
    pub fn connects(&self) -> bool {
        self.connects
    }

    /// When a connect or accept first returned ok, and its operation.
    pub fn opened(&self) -> Option<(Stamp, u64)> {
        self.opened
    }

    /// When a connect or accept first failed.
    pub fn failed(&self) -> Option<Stamp> {
        self.failed
    }

    /// A call on the flow was made, connects and accepts apart.
    pub fn is_used(&self) -> bool {
        self.used
    }

    /// How the connection is probed.
    pub fn keepalive(&self) -> Option<Keepalive> {
        self.keepalive
    }

    /// The address that the end is connected to.
    pub fn destination(&self) -> Option<&str> {
        self.destination.as_deref()
    }

    /// The port that it was to be connected to, where that was said.
    pub fn port(&self) -> Option<u32> {
        self.port
    }

    /// When its connect failed, if none has succeeded: there is no connection, and there will be none.
    pub fn is_hopeless(&self) -> Option<Stamp> {
        self.failed.filter(|_| self.connects && self.begun.is_some() && self.opened.is_none())
    }

    /// It is to be connected to this port.
    pub fn asks_for(&mut self, port: Option<u32>) {
        self.port = self.port.or(port);
    }

    /// Not connected yet when `seq` came, as far as is known.
    pub fn is_closed_to(&self, seq: Ordinal) -> bool {
        self.begun.is_some() && self.opened.is_none_or(|(at, _)| at.seq > seq)
    }

    /// A connect or accept was called.
    pub fn begin(&mut self, at: Stamp, connects: bool) {
        if !self.used {
            self.begun.get_or_insert(at);
        }
        self.connects |= connects;
    }

    /// The end turns out to have had no connection when this call was made.
    pub fn begin_late(&mut self, called: Stamp) {
        self.begun.get_or_insert(called);
    }

    /// What a crash found in the making died with it: the next connect begins on a host that has come back.
    pub fn forget_unfinished(&mut self) {
        if self.opened.is_none() && !self.used {
            let (keepalive, destination) = (self.keepalive, self.destination.take());
            *self = Opening { keepalive, destination, ..Opening::default() };
        }
    }

    /// A call on the flow is made.
    pub fn used(&mut self) {
        self.used = true;
    }

    /// A connect or accept returned ok.
    pub fn open(&mut self, at: Stamp, op: u64) {
        self.opened.get_or_insert((at, op));
    }

    /// A connect or accept failed.
    pub fn fail(&mut self, at: Stamp) {
        self.failed.get_or_insert(at);
    }

    /// Its own settings, where it has some.
    pub fn set_keepalive(&mut self, keepalive: Option<Keepalive>) {
        self.keepalive = keepalive.or(self.keepalive);
    }

    /// It says who it is connected to: the first word counts.
    pub fn leads_to(&mut self, peer: &str) {
        self.destination.get_or_insert_with(|| peer.into());
    }
}
