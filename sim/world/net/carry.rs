//! Packets on their way: whose they are, what became of them, and what the trace says of them.

use std::borrow::Cow;
use std::net::IpAddr;

use crate::contract::{Both, End};
use crate::link::{Arrival, Fate};
use crate::time::Instant;
use crate::trace::{self, Flags, What, Wire};
use crate::wire::{Packet, Segment};

use super::super::agenda::Due;
use super::super::core::Core;
use super::{Net, address};

/// A packet under way.
#[derive(Clone, Debug)]
pub(super) struct Parcel {
    pub(super) id: u64,
    /// The flow that it belongs to, for its sender.
    pub(super) index: u32,
    pub(super) packet: Packet,
}

/// Which flow each pair of ports belongs to, as either end has it: the client's port, the server's port. Sorted.
///
/// The ends differ where a host came back after a crash and took the same port again, while the old connection lives on at the
/// other end (a half-open connection, RFC 9293 §3.5.1).
#[derive(Clone, Debug, Default)]
pub(super) struct Ports {
    owners: Vec<((u16, u16), Both<u32>)>,
    /// A pair of ports was taken again.
    is_reused: bool,
}

impl Ports {
    pub(super) fn find(&self, client: u16, server: u16) -> Option<Both<u32>> {
        let found = self.owners.binary_search_by_key(&(client, server), |(ports, _)| *ports).ok()?;
        Some(self.owners[found].1)
    }

    /// The client opens a flow; the server has heard nothing of it yet.
    fn insert(&mut self, client: u16, server: u16, flow: u32) {
        match self.owners.binary_search_by_key(&(client, server), |(ports, _)| *ports) {
            Ok(found) => {
                self.owners[found].1.client = flow;
                self.is_reused = true;
            }
            Err(place) => self.owners.insert(place, ((client, server), Both { client: flow, server: flow })),
        }
    }

    /// The server has the flow, too.
    pub(super) fn agree(&mut self, client: u16, server: u16) -> Option<u32> {
        let found = self.owners.binary_search_by_key(&(client, server), |(ports, _)| *ports).ok()?;
        let owners = &mut self.owners[found].1;
        owners.server = owners.client;
        Some(owners.client)
    }
}

impl Parcel {
    /// What is left of it if it was damaged: bytes with one wrong bit for a stack that reads bytes; nothing of a structured
    /// segment, whose checksum is right by construction and so would be found wrong.
    fn damaged(self, is_corrupted: bool) -> Option<Parcel> {
        match self.packet {
            _ if !is_corrupted => Some(self),
            Packet::Segment(_) => None,
            Packet::Bytes(bytes) => {
                let mut bytes = bytes.to_vec();
                *bytes.last_mut()? ^= 1;
                Some(Parcel { packet: Packet::Bytes(bytes.into()), ..self })
            }
        }
    }
}

impl Net {
    /// A stack sends a packet: whose it is, what becomes of it. What can't be read as a segment of a known flow is lost.
    pub(super) fn transmit(&mut self, core: &mut Core, path: usize, from: End, packet: Packet) {
        let Some((index, segment)) = self.read(path, from, &packet) else { return };
        self.last_id += 1;
        let id = self.last_id;
        let wired = &mut self.flows[index as usize];
        let meaning = wired.meaning(from, &segment);
        log(core, wired.flow, from, id, trace::Fate::Sent, &segment);
        let size = segment.size() as u32 + IP_HEADER;
        drop(segment);
        let (sequence, now) = (core.agenda.next_sequence(), core.now);
        let link = &mut self.paths[path].links[from];
        let before = link.next();
        let fate = link.send(&mut core.choice, now, sequence, meaning, size, Parcel { id, index, packet });
        if link.next() != before {
            self.expect(core, path, from);
        }
        if fate != Fate::CARRIED {
            log_fate(core, fate);
        }
    }

    /// Sees to it that the next packet under way arrives.
    fn expect(&self, core: &mut Core, path: usize, from: End) {
        if let Some((time, sequence)) = self.paths[path].links[from].next() {
            core.agenda.push(time, sequence, Due::Link { path: path as u32, from, sequence });
        }
    }

    /// The next packet of a link arrives; false if another one has come first.
    pub(in super::super) fn arrive(&mut self, core: &mut Core, time: Instant, path: u32, from: End, sequence: u64) -> bool {
        let link = &mut self.paths[path as usize].links[from];
        if link.next() != Some((time, sequence)) {
            return false;
        }
        let Some(Arrival { packet, is_corrupted }) = link.arrive() else { return false };
        core.now = core.now.max(time);
        self.expect(core, path as usize, from);
        if let Some(parcel) = packet.damaged(is_corrupted) {
            self.deliver(core, path as usize, from, parcel);
        }
        true
    }

    fn deliver(&mut self, core: &mut Core, path: usize, from: End, parcel: Parcel) {
        let (source, target) = (address(path, from), address(path, from.peer()));
        if !self.paths[path].hosts[from.peer()].is_up {
            return;
        }
        if core.recording
            && let Some(segment) = segment(&parcel.packet, source, target)
        {
            let index = self.receiver(path, from, &parcel, &segment);
            log(core, self.flows[index as usize].flow, from, parcel.id, trace::Fate::Delivered, &segment);
        }
        self.paths[path].hosts[from.peer()].stack.get_mut().input(core.now, source, target, parcel.packet);
        self.settle(core, path, from.peer());
    }

    /// The segment in a packet, and the flow that it belongs to.
    fn read<'a>(&mut self, path: usize, from: End, packet: &'a Packet) -> Option<(u32, Cow<'a, Segment>)> {
        let segment = segment(packet, address(path, from), address(path, from.peer()))?;
        let (client, server) = pair(from, &segment);
        let hosts = &mut self.paths[path].hosts;
        if from == End::Client && segment.flags.syn() && !hosts.client.connecting.is_empty() {
            let index = hosts.client.connecting.remove(0);
            self.paths[path].ports.insert(client, server, index);
        }
        Some((self.owner(path, from, client, server)?, segment))
    }

    /// The flow that this end has at these ports: where the old connection is gone from it, what the client has there.
    fn owner(&self, path: usize, end: End, client: u16, server: u16) -> Option<u32> {
        let owners = self.paths[path].ports.find(client, server)?;
        let socket = self.flows[owners[end] as usize].ends[end].socket;
        let holds = |socket| self.paths[path].hosts[end].sockets.get(socket) == Some((owners[end], end));
        if owners.client == owners.server || socket.is_some_and(holds) { Some(owners[end]) } else { Some(owners.client) }
    }

    /// The flow that a packet concerns where it arrives.
    fn receiver(&self, path: usize, from: End, parcel: &Parcel, segment: &Segment) -> u32 {
        if !self.paths[path].ports.is_reused {
            return parcel.index;
        }
        let (client, server) = pair(from, segment);
        self.owner(path, from.peer(), client, server).unwrap_or(parcel.index)
    }
}

/// The client's port and the server's port.
const fn pair(from: End, segment: &Segment) -> (u16, u16) {
    match from {
        End::Client => (segment.source, segment.target),
        End::Server => (segment.target, segment.source),
    }
}

/// Octets of the header of IPv4.
const IP_HEADER: u32 = 20;

/// A packet as a segment; nothing where it is none.
fn segment(packet: &Packet, source: IpAddr, target: IpAddr) -> Option<Cow<'_, Segment>> {
    match packet {
        Packet::Segment(segment) => Some(Cow::Borrowed(segment)),
        Packet::Bytes(bytes) => Segment::from_bytes(bytes, source, target).ok().map(Cow::Owned),
    }
}

#[inline]
fn log(core: &mut Core, flow: u32, from: End, id: u64, fate: trace::Fate, segment: &Segment) {
    core.log(|| {
        What::Segment(Box::new(Wire {
            flow,
            from,
            id: Some(id),
            fate,
            seq: segment.seq.0,
            ack: segment.ack.0,
            flags: Flags(segment.flags.0),
            win: u32::from(segment.window),
            len: segment.data.len() as u32,
            opts: options(segment),
            data: (!segment.data.is_empty()).then(|| segment.data.clone()),
        }))
    });
}

fn options(segment: &Segment) -> Box<str> {
    if segment.options.is_empty() { Box::default() } else { segment.options.to_string().into() }
}

/// What became of the segment that was logged last.
#[cold]
fn log_fate(core: &mut Core, fate: Fate) {
    let Some(What::Segment(sent)) = core.events.last().map(|event| event.what.clone()) else { return };
    let log = |fate: trace::Fate| core.log(|| What::Segment(Box::new(Wire { fate, ..(*sent).clone() })));
    let marks = [
        (fate.dropped.is_some(), trace::Fate::Dropped),
        (fate.corrupted, trace::Fate::Corrupted),
        (fate.duplicated, trace::Fate::Duplicated),
    ];
    marks.into_iter().filter(|(is_so, _)| *is_so).map(|(_, fate)| fate).for_each(log);
}
