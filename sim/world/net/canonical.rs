//! Feeds the fingerprint with what counts of a network.

use std::hash::{Hash, Hasher as _};

use crate::contract::{Both, End, Payload};
use crate::wire::{Options, Packet, SackBlocks, Segment, Seq};

use super::super::core::Core;
use super::super::fingerprint::Canon;
use super::super::op::OpState;
use super::wired::{Apart, WiredSide};
use super::{Net, Path};

impl Net {
    /// The calls of a flow that wait.
    pub(in super::super) fn canonical_flow(&self, index: u32, core: &Core, canon: &mut Canon) {
        let wired = &self.flows[index as usize];
        canon.number(wired.path.into());
        for end in End::BOTH {
            wired.ends[end].canonical(core, canon);
        }
    }

    /// Links and hosts; false if a stack can't tell what it will do.
    pub(in super::super) fn canonical(&self, core: &Core, canon: &mut Canon) -> bool {
        self.paths.iter().all(|path| {
            End::BOTH.into_iter().for_each(|from| self.canonical_link(path, from, core, canon));
            End::BOTH.into_iter().all(|end| path.canonical_host(end, core, canon))
        })
    }

    fn canonical_link(&self, path: &Path, from: End, core: &Core, canon: &mut Canon) {
        let link = &path.links[from];
        link.canonical(core.now, canon);
        for flight in link.in_flight(core.now) {
            flight.remaining.hash(canon);
            canon.flags([flight.is_held, flight.is_corrupted]);
            canon.number(flight.packet.ecn.bits().into());
            let wired = &self.flows[flight.packet.index as usize];
            canon.number(u64::from(wired.flow));
            match &flight.packet.packet {
                Packet::Segment(segment) => canonical_segment(segment, wired.starts(from), canon),
                Packet::Bytes(bytes) => canon.bytes(bytes),
            }
        }
    }
}

impl Path {
    fn canonical_host(&self, end: End, core: &Core, canon: &mut Canon) -> bool {
        let host = &self.hosts[end];
        canon.flags([host.has_left]);
        canon.number(host.crashes.into());
        host.listening.hash(canon);
        host.stack.get().fingerprint(core.now, canon)
    }
}

/// A segment with its numbers counted from where each end began.
fn canonical_segment(segment: &Segment, starts: Both<Seq>, canon: &mut Canon) {
    (segment.source, segment.target, segment.flags, segment.window, segment.urgent).hash(canon);
    canon.write_u32(segment.seq.since(starts.client));
    canon.write_u32(if segment.flags.ack() { segment.ack.since(starts.server) } else { 0 });
    let options = &segment.options;
    Options { sack: SackBlocks::new(), ..options.clone() }.hash(canon);
    for (start, end) in &options.sack {
        (start.since(starts.server), end.since(starts.server)).hash(canon);
    }
    canon.number(segment.data.len() as u64);
    segment.data.write_to(canon);
}

impl WiredSide {
    fn canonical(&self, core: &Core, canon: &mut Canon) {
        canon.flags([self.socket.is_some()]);
        let count = |what: fn(&Apart) -> bool| self.apart.iter().filter(|(_, apart)| what(apart)).count();
        let closing = count(|apart| *apart == Apart::Closing);
        let (opening, accepting) = (count(|apart| *apart == Apart::Opening), count(|apart| matches!(apart, Apart::Accepting(_))));
        (self.offered, closing, opening, accepting, self.line.len()).hash(canon);
        for waiting in self.line.iter() {
            canon.bytes(waiting.call.word().as_bytes());
            let buffers = waiting.call.buffers().unwrap_or_default();
            buffers.iter().filter_map(Payload::bytes).for_each(|bytes| canon.bytes(bytes));
        }
        for pending in self.readers.iter().filter_map(|op| core.ops.get(*op)) {
            canon.flags([pending.announced]);
            if let OpState::Reading { max } = pending.state {
                canon.number(max as u64);
            }
        }
    }
}
