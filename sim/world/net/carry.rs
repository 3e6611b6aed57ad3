//! Carries packets: finds the flow that each belongs to, what becomes of it, and what the trace says of it.

use bytes::Bytes;

use crate::contract::{End, Payload};
use crate::link::{Arrival, Meaning, PacketFate};
use crate::tcp::Quirk;
use crate::time::Instant;
use crate::trace::{self, Event, SegmentEvent, What};
use crate::wire::{Datagram, Ecn, Packet, Segment};

use super::super::agenda::Occurrence;
use super::super::core::Core;
use super::address;
use super::host::StackKind;
use super::ports::{PortPair, pair};
use super::post::Post;

/// A packet under way.
#[derive(Clone, Debug)]
pub(super) struct Parcel {
    pub(super) id: u64,
    /// The flow that it was sent for.
    pub(super) index: u32,
    ports: PortPair,
    /// It is a SYN that begins a connection.
    begins: bool,
    /// The ECN bits of IP's header.
    pub(super) ecn: Ecn,
    pub(super) packet: Packet,
}

impl Parcel {
    /// Octets on the wire.
    fn size(&self) -> u32 {
        self.packet.size() as u32 + IP_HEADER
    }

    /// Damages it: bytes get one wrong bit, for a stack that reads bytes. False where nothing is left: the checksum of a structured
    /// segment is right by construction, and so would be found wrong.
    #[cold]
    fn damage(&mut self, is_unnoticed: bool) -> bool {
        let bytes = match &mut self.packet {
            Packet::Segment(Segment { data: Payload::Bytes(bytes), .. }) if is_unnoticed => bytes,
            Packet::Segment(_) => return false,
            Packet::Bytes(bytes) => bytes,
        };
        let mut damaged = bytes.to_vec();
        let Some(last) = damaged.last_mut() else { return false };
        *last ^= 1;
        *bytes = damaged.into();
        true
    }
}

/// What the world knows of a packet that a stack sends.
struct PacketLabel {
    id: u64,
    /// The flow that it belongs to.
    index: u32,
    ports: PortPair,
    begins: bool,
    meaning: Meaning,
}

impl Post<'_> {
    /// The stack sends a packet. One that can't be read as a segment of a known flow is lost.
    #[inline(never)]
    pub(super) fn transmit(&mut self, ecn: Ecn, packet: Packet) {
        let parsed;
        let segment = match &packet {
            Packet::Segment(segment) => segment,
            Packet::Bytes(bytes) => {
                let Some(segment) = self.read(bytes) else { return };
                parsed = segment;
                &parsed
            }
        };
        if let Some(label) = self.label(segment) {
            self.dispatch(&label, ecn, packet);
        }
    }

    /// What the stack here sends, where it speaks bytes.
    #[cold]
    fn read(&self, bytes: &Bytes) -> Option<Segment> {
        Segment::from_bytes(bytes, address(self.path, self.end), address(self.path, self.end.peer())).ok()
    }

    #[inline]
    fn label(&mut self, segment: &Segment) -> Option<PacketLabel> {
        let ports = pair(self.end, segment.source, segment.target);
        let index = self.ports[self.end].find(ports)?;
        *self.last_id += 1;
        let id = *self.last_id;
        let wired = &mut self.flows[index as usize];
        let meaning = wired.meaning(self.end, segment);
        log(self.core, wired.flow, self.end, id, trace::Fate::Sent, segment);
        let begins = segment.flags.syn() && !segment.flags.ack();
        Some(PacketLabel { id, index, ports, begins, meaning })
    }

    /// Gives a packet to the link.
    #[inline]
    fn dispatch(&mut self, label: &PacketLabel, ecn: Ecn, packet: Packet) {
        let (sequence, now) = (self.core.agenda.next_sequence(), self.core.now);
        let before = self.link.next();
        let parcel = Parcel { id: label.id, index: label.index, ports: label.ports, begins: label.begins, ecn, packet };
        let fate = self.link.send(&mut self.core.choice, now, sequence, label.meaning, Parcel::size, parcel);
        let next = self.link.next();
        if next != before {
            expect(self.core, self.path, self.end, next);
        }
        if fate != PacketFate::CARRIED {
            log_fate(self.core, fate);
        }
    }

    /// A packet of the other end arrives here.
    pub(super) fn receive(&mut self, Arrival { packet: parcel, is_corrupted }: Arrival<&mut Parcel>) {
        if is_corrupted && !parcel.damage(self.host.is(Quirk::DamageUnnoticed)) {
            return;
        }
        let index = self.receiver(parcel);
        if self.core.recording {
            self.log_arrival(parcel, index);
        }
        if self.host.is_up() {
            self.give(parcel);
            self.settle();
        }
    }

    /// Gives a packet to the stack, and leaves an empty one.
    #[inline]
    fn give(&mut self, parcel: &mut Parcel) {
        let (now, source) = (self.core.now, address(self.path, self.end.peer()));
        match (&mut self.host.stack, &mut parcel.packet) {
            (StackKind::Own(tcp), Packet::Segment(segment)) => tcp.arrive(now, source, segment),
            (stack, packet) => {
                let packet = std::mem::replace(packet, Packet::Bytes(Bytes::new()));
                let target = address(self.path, self.end);
                stack.get_mut().input(now, Datagram { source, target, ecn: parcel.ecn, packet });
            }
        }
    }

    #[inline(never)]
    fn log_arrival(&mut self, parcel: &Parcel, index: u32) {
        match &parcel.packet {
            Packet::Segment(segment) => self.log_arrived(parcel.id, index, segment),
            Packet::Bytes(bytes) => {
                let (source, target) = (address(self.path, self.end.peer()), address(self.path, self.end));
                if let Ok(segment) = Segment::from_bytes(bytes, source, target) {
                    self.log_arrived(parcel.id, index, &segment);
                }
            }
        }
    }

    fn log_arrived(&mut self, id: u64, index: u32, segment: &Segment) {
        let flow = self.flows[index as usize].flow;
        let fate = if self.host.is_up() { trace::Fate::Delivered } else { trace::Fate::Dropped };
        log(self.core, flow, self.end.peer(), id, fate, segment);
    }

    /// The flow of a packet here, where it arrives. It is seldom another than that for which it was sent.
    #[inline]
    fn receiver(&mut self, parcel: &Parcel) -> u32 {
        match self.ports[self.end].find(parcel.ports) {
            Some(here) if here == parcel.index && !parcel.begins => here,
            here => self.claim(parcel, here),
        }
    }

    /// A connection which still has the ports of a packet keeps them, though its peer may have come back from a crash and begun
    /// another. Else they go to the packet's flow, and what answers it is that flow's. A SYN that begins a connection is for the
    /// flow that has its port now, though it may have been sent for one that had it before.
    #[inline(never)]
    fn claim(&mut self, parcel: &Parcel, here: Option<u32>) -> u32 {
        if let Some(here) = here.filter(|here| self.lives(*here, parcel.begins)) {
            return here;
        }
        let beginner = self.ports[self.end.peer()].find(parcel.ports).filter(|_| parcel.begins);
        let index = beginner.unwrap_or(parcel.index);
        if !here.is_some_and(|here| self.lives(here, false)) {
            self.ports[self.end].insert(parcel.ports, index);
        }
        index
    }

    /// Does the end of this flow here still have a connection? One in TIME-WAIT is over for a SYN that begins another.
    fn lives(&self, index: u32, begins: bool) -> bool {
        let side = &self.flows[index as usize].ends[self.end];
        let is_over = side.lingers && begins;
        !is_over && side.socket.is_some_and(|socket| self.host.sockets.get(socket).is_some())
    }
}

/// Sees to it that the next packet of a link arrives.
#[inline]
pub(super) fn expect(core: &mut Core, path: u32, from: End, next: Option<(Instant, u64)>) {
    if let Some((time, sequence)) = next {
        core.agenda.push(time, sequence, Occurrence::Link { path, from });
    }
}

/// Octets of the header of IPv4.
const IP_HEADER: u32 = 20;

#[inline]
fn log(core: &mut Core, flow: u32, from: End, id: u64, fate: trace::Fate, segment: &Segment) {
    if core.recording {
        record(core, flow, from, id, fate, segment);
    }
}

/// The trace names flow and ends, and so keeps no ports; nor does it keep urgent pointers.
#[inline(never)]
fn record(core: &mut Core, flow: u32, from: End, id: u64, fate: trace::Fate, segment: &Segment) {
    let segment = Segment { source: 0, target: 0, urgent: 0, ..segment.clone() };
    let event = SegmentEvent { id: Some(id), ..SegmentEvent::new(flow, from, fate, segment) };
    core.events.push(Event { t: core.now, what: What::Segment(event) });
}

/// What became of the segment that was logged last.
#[cold]
fn log_fate(core: &mut Core, fate: PacketFate) {
    let Some(What::Segment(sent)) = core.events.last().map(|event| event.what.clone()) else { return };
    let log = |fate: trace::Fate| core.log(|| What::Segment(SegmentEvent { fate, ..sent.clone() }));
    let marks = [
        (fate.dropped.is_some(), trace::Fate::Dropped),
        (fate.corrupted, trace::Fate::Corrupted),
        (fate.duplicated, trace::Fate::Duplicated),
    ];
    marks.into_iter().filter(|(is_so, _)| *is_so).map(|(_, fate)| fate).for_each(log);
}
