//! Finds the connections of a stack, by socket and by ports.

use std::net::{IpAddr, SocketAddr};

use crate::table::{Table, hash};
use crate::wire::Seq;

use super::calls::EndedConnection;
use super::connection::{Connection, Origin};
use super::notice::Socket;
use super::settings::Settings;

/// What tells the connections of a stack apart. Its own address is not among it: a stack has only one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub local: u16,
    pub remote: SocketAddr,
}

impl Key {
    pub(super) const fn new(local: u16, address: IpAddr, port: u16) -> Self {
        Key { local, remote: SocketAddr::new(address, port) }
    }

    #[inline]
    fn is(&self, local: u16, address: IpAddr, port: u16) -> bool {
        self.local == local && self.remote.port() == port && self.remote.ip() == address
    }

    fn hash(&self) -> u32 {
        let ports = u64::from(self.local) << 16 | u64::from(self.remote.port());
        let address = match self.remote.ip() {
            IpAddr::V4(address) => u64::from(address.to_bits()),
            IpAddr::V6(address) => {
                let bits = address.to_bits();
                u64::from(hash(bits as u64) ^ hash((bits >> 64) as u64))
            }
        };
        hash(address << 32 | ports)
    }
}

/// Every connection that there is or was.
#[derive(Clone, Debug, Default)]
pub(super) struct Connections {
    /// By socket.
    slots: Vec<SocketSlot>,
    /// The sockets of those that there are, by their keys.
    by_key: Table,
    /// The one that was looked up last: most often the next segment is of the same connection.
    last: u32,
}

#[derive(Clone, Debug)]
pub(super) enum SocketSlot {
    Live(Box<Connection>),
    Ended(EndedConnection),
}

impl Connections {
    /// How many there are and were.
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(super) fn slots(&self) -> impl Iterator<Item = &SocketSlot> {
        self.slots.iter()
    }

    pub(super) fn slot(&self, index: usize) -> Option<&SocketSlot> {
        self.slots.get(index)
    }

    #[inline]
    pub(super) fn slot_mut(&mut self, index: usize) -> Option<&mut SocketSlot> {
        self.slots.get_mut(index)
    }

    /// One that has not ended.
    #[inline]
    pub(super) fn live(&self, index: usize) -> Option<&Connection> {
        match self.slots.get(index)? {
            SocketSlot::Live(connection) => Some(connection),
            SocketSlot::Ended(_) => None,
        }
    }

    /// One that has not ended.
    #[inline]
    pub(super) fn live_mut(&mut self, index: usize) -> Option<&mut Connection> {
        match self.slots.get_mut(index)? {
            SocketSlot::Live(connection) => Some(connection),
            SocketSlot::Ended(_) => None,
        }
    }

    /// The one that a segment at this port from that remote end belongs to.
    #[inline]
    pub(super) fn look_up(&mut self, local: u16, address: IpAddr, port: u16) -> Option<u32> {
        match self.live(self.last as usize) {
            Some(last) if last.key.is(local, address, port) => Some(self.last),
            _ => self.search(&Key::new(local, address, port)),
        }
    }

    /// The first at this port, whatever its remote end.
    pub(super) fn at_port(&self, local: u16) -> Option<u32> {
        (0..self.slots.len()).find(|index| self.live(*index).is_some_and(|live| live.key.local == local)).map(|index| index as u32)
    }

    #[inline(never)]
    fn search(&mut self, key: &Key) -> Option<u32> {
        self.last = self.find(key)?;
        Some(self.last)
    }

    fn find(&self, key: &Key) -> Option<u32> {
        self.by_key.find(key.hash(), |index| self.live(index as usize).is_some_and(|live| live.key == *key))
    }

    /// The keys of those that were begun here.
    pub(super) fn begun(&self) -> impl Iterator<Item = &Key> {
        let live = (0..self.slots.len()).filter_map(|index| self.live(index));
        live.filter(|connection| connection.origin == Origin::Active).map(|connection| &connection.key)
    }

    /// Is there one with this key?
    pub(super) fn has(&self, key: &Key) -> bool {
        self.find(key).is_some()
    }

    pub(super) fn begin(&mut self, key: Key, origin: Origin, iss: Seq, settings: &Settings) -> usize {
        let index = self.slots.len();
        let connection = Connection::new(Socket::new(index as u32), key, origin, iss, settings);
        self.slots.push(SocketSlot::Live(Box::new(connection)));
        self.by_key.insert(key.hash(), index as u32);
        index
    }

    /// One ends: what is left of it are the answers to calls. Returns its key, and which end began it.
    pub(super) fn end(&mut self, index: usize) -> Option<(Key, Origin)> {
        let SocketSlot::Live(connection) = self.slots.get_mut(index)? else { return None };
        let (key, origin, ended) = (connection.key, connection.origin, connection.end());
        self.by_key.remove(key.hash(), |number| number as usize == index);
        self.slots[index] = SocketSlot::Ended(ended);
        Some((key, origin))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// What a connection takes that does nothing, beside what was written and not read.
    #[test]
    fn an_idle_connection_takes_little() {
        let bytes = size_of::<Connection>() + size_of::<SocketSlot>();
        assert!(bytes <= 648, "{bytes}");
    }

    fn key(number: u16) -> Key {
        let address = if number.is_multiple_of(2) { IpAddr::from([10, 0, 0, 1]) } else { IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]) };
        Key::new(number % 7, address, number)
    }

    proptest! {
        #[test]
        fn those_that_have_not_ended_are_found(steps in prop::collection::vec((0_u16..40, any::<bool>()), 0..100)) {
            let (mut connections, mut model, settings) = (Connections::default(), BTreeMap::new(), Settings::default());
            for (number, is_in) in steps {
                match model.get(&number).copied() {
                    None if is_in => {
                        let index = connections.begin(key(number), Origin::Active, Seq(0), &settings);
                        model.insert(number, index as u32);
                    }
                    Some(index) if !is_in => {
                        prop_assert_eq!(connections.end(index as usize), Some((key(number), Origin::Active)));
                        prop_assert_eq!(connections.end(index as usize), None);
                        model.remove(&number);
                    }
                    _ => {}
                }
                for number in 0..40 {
                    let (Key { local, remote }, expected) = (key(number), model.get(&number).copied());
                    prop_assert_eq!(connections.has(&key(number)), expected.is_some());
                    prop_assert_eq!(connections.look_up(local, remote.ip(), remote.port()), expected);
                    prop_assert_eq!(connections.look_up(local, remote.ip(), remote.port()), expected);
                }
            }
        }
    }
}
