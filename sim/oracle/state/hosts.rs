//! Tracks each end's stack as a whole: on which ports it listens, and whether it has left the network.
//!
//! All servers' ends are taken for one host, and all clients'. Where destinations name several, nothing is judged by this.

use smallvec::SmallVec;

use crate::contract::Keepalive;
use crate::oracle::{Ordinal, Stamp};
use crate::time::Instant;

/// The most ports of a host that are watched.
const PORTS: usize = 4096;

/// Whether somebody listens on a port.
#[derive(Clone, Copy, Debug, Default)]
struct Port {
    /// Since when somebody listens, beyond doubt: a listen had returned, and no unlisten was called.
    sure: Option<Stamp>,
    /// Since when nobody listens, beyond doubt: an unlisten had returned, and no listen was called.
    gone: Option<Stamp>,
    /// When listen, or unlisten, was last called.
    changed: Ordinal,
    /// The flow on whose end listen was called.
    flow: u32,
    /// It may be a port of several hosts.
    shared: bool,
    /// Of the connections that are accepted there.
    keepalive: Option<Keepalive>,
}

/// What a listen finds when it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::oracle) enum Found {
    /// Nothing that would be certain.
    Unknown,
    /// Somebody listens there.
    Taken,
    /// Somebody listened there, and nobody does now.
    Free,
}

/// One stack.
#[derive(Clone, Debug, Default)]
pub(in crate::oracle) struct Host {
    /// In the order of their numbers: nearly always there is one.
    ports: SmallVec<[(u32, Port); 1]>,
    /// The name by which it was connected to.
    name: Option<Box<str>>,
    /// Its ports tell nothing for certain.
    doubtful: bool,
    /// A disconnect was called.
    pub left: Option<Stamp>,
    /// When a SYN last reached it, on whatever flow.
    pub greeted: Option<Instant>,
    /// It crashed, and no call has returned there since: perhaps it never came back.
    pub down: bool,
}

impl Host {
    /// Listen was called: what it finds. On another flow it may be another host's.
    pub fn listens(&mut self, port: u32, keepalive: Option<Keepalive>, flow: u32, at: Stamp) -> Found {
        let Some(port) = self.port(port) else { return Found::Unknown };
        port.keepalive = keepalive;
        port.shared |= port.changed > 0 && port.flow != flow;
        if port.shared {
            (port.sure, port.gone) = (None, None);
        }
        port.flow = flow;
        let found = match (port.sure, port.gone) {
            (Some(_), _) => Found::Taken,
            (None, Some(_)) => Found::Free,
            (None, None) => Found::Unknown,
        };
        (port.gone, port.changed) = (None, at.seq);
        found
    }

    /// A listen had been called, and returned ok.
    pub fn listening(&mut self, port: u32, called: Stamp, at: Stamp) {
        let (left, now) = (self.left.is_some(), called.seq);
        if let Some(port) = self.port(port)
            && port.changed == now
            && !(left || port.shared)
        {
            port.sure.get_or_insert(at);
        }
    }

    /// Accept was called: perhaps somebody listens there without having said so.
    /// What keep-alive its connections were given by the listen.
    pub fn accepts(&mut self, port: u32) -> Option<Keepalive> {
        self.port(port)?.keepalive
    }

    /// Unlisten was called.
    pub fn unlistens(&mut self, port: u32, at: Stamp) {
        if let Some(port) = self.port(port) {
            (port.sure, port.gone, port.changed) = (None, None, at.seq);
        }
    }

    /// An unlisten had been called, and returned ok.
    pub fn unlistened(&mut self, port: u32, called: Stamp, at: Stamp) {
        if let Some(port) = self.port(port)
            && port.changed == called.seq
            && !port.shared
        {
            port.gone = Some(at);
        }
    }

    /// A listen was given up: whether it took place is not known.
    pub fn doubts(&mut self, port: u32) {
        if let Some(port) = self.port(port) {
            (port.sure, port.gone) = (None, None);
        }
    }

    /// Disconnect was called.
    pub fn leaves(&mut self, at: Stamp) {
        self.left.get_or_insert(at);
        self.ports.iter_mut().for_each(|(_, port)| port.sure = None);
    }

    /// Its host crashed: nobody listens there until somebody does again.
    pub fn crashes(&mut self) {
        self.down = true;
        self.ports.iter_mut().for_each(|(_, port)| (port.sure, port.gone) = (None, None));
    }

    /// Somebody connects to this destination: the port, where that is said.
    pub fn is_named(&mut self, to: Option<&str>) -> Option<u32> {
        let (name, port) = split(to?);
        match (&self.name, name) {
            (Some(known), Some(name)) => self.doubtful |= **known != *name,
            (None, Some(name)) => self.name = Some(name.into()),
            _ => {}
        }
        port
    }

    /// Since when somebody listens there for certain.
    pub fn listener(&self, port: Option<u32>) -> Option<Stamp> {
        self.find(port?).and_then(|port| port.sure).filter(|_| !self.doubtful)
    }

    /// As [`Host::listener`], where it is beyond doubt that this flow's listener is meant.
    pub fn listener_on(&self, port: Option<u32>, flow: u32) -> Option<Stamp> {
        let only = || if let [(only, _)] = self.ports.as_slice() { Some(*only) } else { None };
        let port = port.or_else(only)?;
        self.listener(Some(port)).filter(|_| self.find(port).is_some_and(|port| port.flow == flow))
    }

    /// Somebody listens on some port for certain.
    pub fn is_listening(&self) -> bool {
        !self.doubtful && self.ports.iter().any(|(_, port)| port.sure.is_some())
    }

    /// Nothing says that nobody listens there.
    pub fn is_listening_perhaps(&self, port: Option<u32>) -> bool {
        let there = |port: &Port| port.sure.is_some() || port.changed == 0;
        match port {
            Some(port) => !self.doubtful && self.find(port).is_none_or(there),
            None => !self.doubtful && self.ports.iter().all(|(_, port)| there(port)),
        }
    }

    /// Since when nobody listens there for certain. Where no port was named, there must be no other, nor another flow's host.
    pub fn nobody(&self, port: Option<u32>, flow: u32) -> Option<Stamp> {
        match (port, self.ports.as_slice()) {
            _ if self.doubtful => None,
            (Some(port), _) => self.find(port)?.gone,
            (None, [(_, port)]) => port.gone.filter(|_| port.flow == flow),
            (None, _) => None,
        }
    }

    fn find(&self, number: u32) -> Option<&Port> {
        let place = self.ports.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        Some(&self.ports[place].1)
    }

    fn port(&mut self, number: u32) -> Option<&mut Port> {
        let place = match self.ports.binary_search_by_key(&number, |(number, _)| *number) {
            Ok(place) => place,
            Err(_) if self.ports.len() >= PORTS => {
                self.doubtful = true;
                return None;
            }
            Err(place) => {
                self.ports.insert(place, (number, Port::default()));
                place
            }
        };
        Some(&mut self.ports[place].1)
    }
}

/// The host and the port of a destination, as far as it says them.
fn split(to: &str) -> (Option<&str>, Option<u32>) {
    match to.rsplit_once(':') {
        Some((host, port)) => (Some(host), port.parse().ok()),
        None => match to.parse() {
            Ok(port) => (None, Some(port)),
            Err(_) => (Some(to), None),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Instant;

    fn at(seq: Ordinal) -> Stamp {
        Stamp::new(seq, seq + 1, Instant(seq))
    }

    #[test]
    fn a_port_is_sure_from_the_return_of_listen_to_the_call_of_unlisten() {
        let mut host = Host::default();
        assert_eq!(host.listens(80, None, 0, at(1)), Found::Unknown);
        assert_eq!(host.listener(Some(80)), None);
        host.listening(80, at(1), at(2));
        assert_eq!(host.listener(Some(80)), Some(at(2)));
        assert_eq!(host.listens(80, None, 0, at(3)), Found::Taken);
        host.unlistens(80, at(4));
        assert_eq!((host.listener(Some(80)), host.nobody(Some(80), 9)), (None, None));
        host.unlistened(80, at(4), at(5));
        assert_eq!((host.nobody(Some(80), 0), host.nobody(None, 0)), (Some(at(5)), Some(at(5))));
        assert_eq!(host.listens(80, None, 0, at(6)), Found::Free);
        assert_eq!(host.nobody(Some(80), 9), None);
    }

    #[test]
    fn listen_and_unlisten_that_overlap_leave_it_open() {
        let mut host = Host::default();
        host.listens(80, None, 0, at(1));
        host.unlistens(80, at(2));
        host.listening(80, at(1), at(3));
        assert_eq!(host.listener(Some(80)), None);
        host.listens(80, None, 0, at(4));
        host.unlistened(80, at(2), at(5));
        assert_eq!(host.nobody(Some(80), 9), None);
    }

    #[test]
    fn destinations_that_name_two_hosts_leave_everything_open() {
        let mut host = Host::default();
        assert_eq!(host.is_named(Some("server:80")), Some(80));
        assert_eq!(host.is_named(Some("81")), Some(81));
        assert_eq!(host.is_named(None), None);
        host.listens(80, None, 0, at(1));
        host.listening(80, at(1), at(2));
        assert!(host.listener(Some(80)).is_some());
        assert_eq!(host.is_named(Some("other:80")), Some(80));
        assert_eq!(host.listener(Some(80)), None);
    }

    #[test]
    fn without_a_port_nobody_listens_only_if_nobody_ever_did_anywhere_else() {
        let mut host = Host::default();
        assert_eq!(host.nobody(None, 0), None);
        host.listens(80, None, 0, at(1));
        host.unlistens(80, at(2));
        assert_eq!(host.nobody(None, 0), None);
        host.unlistened(80, at(2), at(3));
        assert_eq!((host.nobody(None, 0), host.nobody(None, 1)), (Some(at(3)), None));
        host.accepts(81);
        assert_eq!(host.nobody(None, 0), None);
    }

    #[test]
    fn a_listen_on_another_flow_may_be_another_hosts() {
        let mut host = Host::default();
        host.listens(80, None, 0, at(1));
        host.listening(80, at(1), at(2));
        assert_eq!((host.listener_on(Some(80), 0), host.listener_on(Some(80), 1)), (Some(at(2)), None));
        assert_eq!((host.listener_on(None, 0), host.listener_on(None, 1)), (Some(at(2)), None));
        assert_eq!(host.clone().listens(80, None, 0, at(3)), Found::Taken);
        assert_eq!(host.listens(80, None, 1, at(3)), Found::Unknown);
        host.unlistens(80, at(5));
        host.unlistened(80, at(5), at(6));
        assert_eq!(host.nobody(Some(80), 0), None);
    }
}
