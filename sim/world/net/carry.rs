//! Packets on their way: whose they are, what became of them, and what the trace says of them.

use std::borrow::Cow;

use smallvec::SmallVec;

use crate::contract::End;
use crate::link::{Arrival, Fate};
use crate::time::Instant;
use crate::trace::{self, Event, Flags, SynOptions, What, Wire};
use crate::wire::{Options, Packet, Segment};

use super::super::agenda::Due;
use super::super::core::Core;
use super::{Net, address};

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
    /// What is left of it once it was damaged: bytes with one wrong bit for a stack that reads bytes; nothing of a structured
    /// segment, whose checksum is right by construction and so would be found wrong.
    fn damaged(self) -> Option<Parcel> {
        match self.packet {
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
        let Some(read) = segment(&packet, path, from) else { return };
        let segment: &Segment = &read;
        let Some(index) = self.owner(path, from, segment) else { return };
        self.last_id += 1;
        let id = self.last_id;
        let wired = &mut self.flows[index as usize];
        let meaning = wired.meaning(from, segment);
        log(core, wired.flow, from, id, trace::Fate::Sent, segment);
        let size = segment.size() as u32 + IP_HEADER;
        drop(read);
        let (sequence, now) = (core.agenda.next_sequence(), core.now);
        let link = &mut self.paths[path].links[from];
        let before = link.next();
        let fate = link.send(&mut core.choice, now, sequence, meaning, size, Parcel { id, index, packet });
        let next = link.next();
        if next != before {
            expect(core, path, from, next);
        }
        if fate != Fate::CARRIED {
            log_fate(core, fate);
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
        expect(core, path as usize, from, link.next());
        if !is_corrupted {
            self.deliver(core, path as usize, from, packet);
        } else if let Some(damaged) = packet.damaged() {
            self.deliver(core, path as usize, from, damaged);
        }
        true
    }

    fn deliver(&mut self, core: &mut Core, path: usize, from: End, parcel: Parcel) {
        let (source, target) = (address(path, from), address(path, from.peer()));
        let is_up = self.paths[path].hosts[from.peer()].is_up;
        if core.recording
            && let Some(segment) = segment(&parcel.packet, path, from)
        {
            let flow = self.flows[self.receiver(path, from, &parcel, &segment) as usize].flow;
            let fate = if is_up { trace::Fate::Delivered } else { trace::Fate::Dropped };
            log(core, flow, from, parcel.id, fate, &segment);
        }
        if is_up {
            self.paths[path].hosts[from.peer()].stack.get_mut().input(core.now, source, target, parcel.packet);
            self.settle(core, path, from.peer());
        }
    }

    /// Whose flow a segment is at the end where it arrives: that of a connection there which still has these ports, while its
    /// sender has come back from a crash and begun another.
    fn receiver(&self, path: usize, from: End, parcel: &Parcel, segment: &Segment) -> u32 {
        let (path, end) = (&self.paths[path], from.peer());
        match path.ports[end].find(pair(from, segment)) {
            Some(other) if other != parcel.index => {
                let socket = self.flows[other as usize].ends[end].socket;
                let lives = socket.is_some_and(|socket| path.hosts[end].sockets.get(socket).is_some());
                if lives { other } else { parcel.index }
            }
            _ => parcel.index,
        }
    }

    /// The flow that a segment belongs to at the end that sends it.
    fn owner(&mut self, path: usize, from: End, segment: &Segment) -> Option<u32> {
        let pair = pair(from, segment);
        let path = &mut self.paths[path];
        if from == End::Client && segment.flags.syn() && !path.hosts.client.connecting.is_empty() {
            let index = path.hosts.client.connecting.remove(0);
            path.ports.client.insert(pair, index);
        }
        // Ports at which nobody was ever taken answer for whoever knocked.
        path.ports[from].find(pair).or_else(|| path.ports[from.peer()].find(pair))
    }
}

/// Sees to it that the next packet of a link arrives.
#[inline]
fn expect(core: &mut Core, path: usize, from: End, next: Option<(Instant, u64)>) {
    if let Some((time, sequence)) = next {
        core.agenda.push(time, sequence, Due::Link { path: path as u32, from });
    }
}

/// Octets of the header of IPv4.
const IP_HEADER: u32 = 20;

/// What this end sends, as a segment; nothing where it is none.
#[inline]
fn segment(packet: &Packet, path: usize, from: End) -> Option<Cow<'_, Segment>> {
    match packet {
        Packet::Segment(segment) => Some(Cow::Borrowed(segment)),
        Packet::Bytes(bytes) => Segment::from_bytes(bytes, address(path, from), address(path, from.peer())).ok().map(Cow::Owned),
    }
}

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
