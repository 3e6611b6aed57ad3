//! Packets on their way: whose they are, what became of them, and what the trace says of them.

use bytes::Bytes;
use smallvec::SmallVec;

use crate::contract::End;
use crate::link::{Arrival, Fate, Meaning};
use crate::time::Instant;
use crate::trace::{self, Event, Flags, SynOptions, What, Wire};
use crate::wire::{Options, Packet, Segment};

use super::super::agenda::Due;
use super::super::core::Core;
use super::address;
use super::host::Kind;
use super::post::Post;

/// A packet under way.
#[derive(Clone, Debug)]
pub(super) struct Parcel {
    pub(super) id: u64,
    /// The flow that it belongs to.
    pub(super) index: u32,
    pub(super) packet: Packet,
}

/// Which flow each pair of ports belongs to: the client's port, the server's port. Sorted.
#[derive(Clone, Debug, Default)]
pub(super) struct Ports(SmallVec<[(Pair, u32); 2]>);

/// The client's port and the server's.
type Pair = (u16, u16);

impl Ports {
    /// Stacks hand out one port after the other: mostly a pair stands as far from the first one as its port does.
    #[inline]
    pub(super) fn find(&self, pair: Pair) -> Option<u32> {
        let (first, _) = self.0.first()?;
        match self.0.get(usize::from(pair.0.wrapping_sub(first.0))) {
            Some((known, index)) if *known == pair => Some(*index),
            _ => self.search(pair),
        }
    }

    fn search(&self, pair: Pair) -> Option<u32> {
        let found = self.0.binary_search_by_key(&pair, |(known, _)| *known).ok()?;
        Some(self.0[found].1)
    }

    pub(super) fn insert(&mut self, pair: Pair, index: u32) {
        match self.0.binary_search_by_key(&pair, |(known, _)| *known) {
            Ok(found) => self.0[found].1 = index,
            Err(place) => self.0.insert(place, (pair, index)),
        }
    }
}

/// The ports of a segment that this end sends.
#[inline]
fn pair(from: End, segment: &Segment) -> Pair {
    match from {
        End::Client => (segment.source, segment.target),
        End::Server => (segment.target, segment.source),
    }
}

impl Parcel {
    /// Octets on the wire.
    fn size(&self) -> u32 {
        self.packet.size() as u32 + IP_HEADER
    }

    /// Damages it: bytes get one wrong bit, for a stack that reads bytes. False where nothing is left: the checksum of a structured
    /// segment is right by construction, and so would be found wrong.
    #[cold]
    fn damage(&mut self) -> bool {
        let Packet::Bytes(bytes) = &mut self.packet else { return false };
        let mut damaged = bytes.to_vec();
        let Some(last) = damaged.last_mut() else { return false };
        *last ^= 1;
        *bytes = damaged.into();
        true
    }
}

/// What the world knows of a packet that a stack sends.
struct Label {
    id: u64,
    /// The flow that it belongs to.
    index: u32,
    meaning: Meaning,
}

impl Post<'_> {
    /// The stack sends a packet: whose it is, what becomes of it. What can't be read as a segment of a known flow is lost.
    #[inline(never)]
    pub(super) fn transmit(&mut self, packet: Packet) {
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
            self.dispatch(&label, packet);
        }
    }

    /// What the stack here sends, where it speaks bytes.
    #[cold]
    fn read(&self, bytes: &Bytes) -> Option<Segment> {
        Segment::from_bytes(bytes, address(self.path, self.end), address(self.path, self.end.peer())).ok()
    }

    #[inline]
    fn label(&mut self, segment: &Segment) -> Option<Label> {
        let index = self.owner(segment)?;
        *self.last_id += 1;
        let id = *self.last_id;
        let wired = &mut self.flows[index as usize];
        let meaning = wired.meaning(self.end, segment);
        log(self.core, wired.flow, self.end, id, trace::Fate::Sent, segment);
        Some(Label { id, index, meaning })
    }

    /// Gives a packet to the link.
    #[inline]
    fn dispatch(&mut self, label: &Label, packet: Packet) {
        let (sequence, now) = (self.core.agenda.next_sequence(), self.core.now);
        let before = self.link.next();
        let parcel = Parcel { id: label.id, index: label.index, packet };
        let fate = self.link.send(&mut self.core.choice, now, sequence, label.meaning, Parcel::size, parcel);
        let next = self.link.next();
        if next != before {
            expect(self.core, self.path, self.end, next);
        }
        if fate != Fate::CARRIED {
            log_fate(self.core, fate);
        }
    }

    /// The flow that a segment of this end belongs to.
    #[inline]
    fn owner(&mut self, segment: &Segment) -> Option<u32> {
        let pair = pair(self.end, segment);
        if segment.flags.syn() {
            self.introduce(pair);
        }
        // Ports at which there is nobody, or nobody any more, answer for whoever knocked.
        let is_here = |index: &u32| !segment.flags.rst() || self.lives(*index, false);
        let (here, there) = (self.ports[self.end].find(pair), &self.ports[self.end.peer()]);
        here.filter(is_here).or_else(|| there.find(pair)).or(here)
    }

    /// A SYN that a client sends may be that of the flow which began to connect.
    #[inline(never)]
    fn introduce(&mut self, pair: Pair) {
        if self.end == End::Client && !self.host.connecting.is_empty() {
            let index = self.host.connecting.remove(0);
            self.ports.client.insert(pair, index);
        }
    }

    /// A packet of the other end arrives here.
    pub(super) fn receive(&mut self, Arrival { packet: parcel, is_corrupted }: Arrival<&mut Parcel>) {
        if is_corrupted && !parcel.damage() {
            return;
        }
        if self.core.recording {
            self.log_arrival(parcel);
        }
        if self.host.is_up() {
            self.give(&mut parcel.packet);
            self.settle();
        }
    }

    /// Gives a packet to the stack; what is left of it is nobody's.
    #[inline]
    fn give(&mut self, packet: &mut Packet) {
        let (now, source) = (self.core.now, address(self.path, self.end.peer()));
        match (&mut self.host.stack, packet) {
            (Kind::Own(tcp), Packet::Segment(segment)) => tcp.arrive(now, source, segment),
            (stack, packet) => {
                let packet = std::mem::replace(packet, Packet::Bytes(Bytes::new()));
                stack.get_mut().input(now, source, address(self.path, self.end), packet);
            }
        }
    }

    #[inline(never)]
    fn log_arrival(&mut self, parcel: &Parcel) {
        match &parcel.packet {
            Packet::Segment(segment) => self.log_arrived(parcel, segment),
            Packet::Bytes(bytes) => {
                let (source, target) = (address(self.path, self.end.peer()), address(self.path, self.end));
                if let Ok(segment) = Segment::from_bytes(bytes, source, target) {
                    self.log_arrived(parcel, &segment);
                }
            }
        }
    }

    fn log_arrived(&mut self, parcel: &Parcel, segment: &Segment) {
        let flow = self.flows[self.receiver(parcel, segment) as usize].flow;
        let fate = if self.host.is_up() { trace::Fate::Delivered } else { trace::Fate::Dropped };
        log(self.core, flow, self.end.peer(), parcel.id, fate, segment);
    }

    /// Whose flow a segment is here, where it arrives: that of a connection which still has these ports, while its sender has
    /// come back from a crash and begun another. A SYN that begins a connection is for whoever has its port now, as
    /// [`bind`](Post::bind) has it, though it may have been sent for a flow that had the port before.
    fn receiver(&self, parcel: &Parcel, segment: &Segment) -> u32 {
        let pair = pair(self.end.peer(), segment);
        let begins = self.end == End::Server && segment.flags.syn() && !segment.flags.ack();
        match self.ports[self.end].find(pair) {
            Some(here) if (here == parcel.index && !begins) || self.lives(here, begins) => here,
            _ if begins => self.ports.client.find(pair).unwrap_or(parcel.index),
            _ => parcel.index,
        }
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
        core.agenda.push(time, sequence, Due::Link { path, from });
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

#[inline(never)]
fn record(core: &mut Core, flow: u32, from: End, id: u64, fate: trace::Fate, segment: &Segment) {
    let opts = options(segment);
    let data = (!segment.data.is_empty()).then(|| segment.data.clone());
    let wire = Wire {
        flow,
        from,
        id: Some(id),
        fate,
        seq: segment.seq.0,
        ack: segment.ack.0,
        flags: Flags(segment.flags.0),
        win: u32::from(segment.window),
        len: segment.data.len() as u32,
        opts,
        data,
    };
    core.events.push(Event { t: core.now, what: What::Segment(wire) });
}

#[inline]
fn options(segment: &Segment) -> trace::Options {
    if segment.options.is_empty() { trace::Options::default() } else { some_options(&segment.options) }
}

fn some_options(options: &Options) -> trace::Options {
    if options.timestamps.is_some() || !options.sack.is_empty() {
        return options.spelled().into();
    }
    let (mss, window_scale, sack_permitted) = (options.mss, options.window_scale, options.sack_permitted);
    SynOptions { mss, window_scale, sack_permitted }.into()
}

/// What became of the segment that was logged last.
#[cold]
fn log_fate(core: &mut Core, fate: Fate) {
    let Some(What::Segment(sent)) = core.events.last().map(|event| event.what.clone()) else { return };
    let log = |fate: trace::Fate| core.log(|| What::Segment(Wire { fate, ..sent.clone() }));
    let marks = [
        (fate.dropped.is_some(), trace::Fate::Dropped),
        (fate.corrupted, trace::Fate::Corrupted),
        (fate.duplicated, trace::Fate::Duplicated),
    ];
    marks.into_iter().filter(|(is_so, _)| *is_so).map(|(_, fate)| fate).for_each(log);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    use super::*;

    proptest! {
        #[test]
        fn ports_are_found_whatever_their_order_and_gaps(pairs in prop::collection::vec((0_u16..24, 0_u16..3), 0..40)) {
            let (mut ports, mut model) = (Ports::default(), BTreeMap::new());
            for (index, pair) in pairs.into_iter().enumerate() {
                ports.insert(pair, index as u32);
                model.insert(pair, index as u32);
            }
            for pair in (0..24).flat_map(|client| (0..3).map(move |server| (client, server))) {
                prop_assert_eq!(ports.find(pair), model.get(&pair).copied());
            }
        }
    }
}
