//! Feeds the fingerprint with what counts of a pipe.

use std::hash::Hash;

use crate::contract::End;

use super::super::core::Core;
use super::super::fingerprint::Canon;
use super::super::op::OpState;
use super::Pipe;
use super::direction::{Direction, StreamParcel};
use super::quirk::Broken;
use super::side::PipeSide;

impl Pipe {
    pub(in super::super) fn canonical(&self, core: &Core, canon: &mut Canon) {
        (self.capacity, self.delay).hash(canon);
        for end in End::BOTH {
            self.sides[end].canonical(canon);
            self.directions[end].canonical(core, canon);
        }
        if let Some(broken) = &self.broken {
            broken.canonical(canon);
        }
    }
}

impl Broken {
    fn canonical(&self, canon: &mut Canon) {
        for end in End::BOTH {
            (self.once[end], self.kept[end].len()).hash(canon);
            self.kept[end].iter().for_each(|bytes| canon.bytes(bytes));
        }
    }
}

impl PipeSide {
    fn canonical(&self, canon: &mut Canon) {
        (self.contract, self.dead, self.closing.len()).hash(canon);
        canon.flags([self.shut_read, self.shut_write, self.close_called, self.closed, self.told, self.eof_seen]);
    }
}

impl Direction {
    fn canonical(&self, core: &Core, canon: &mut Canon) {
        (self.fin, self.held, self.ready.len(), self.transit.len(), self.writers.len(), self.readers.len()).hash(canon);
        self.ready.iter().for_each(|bytes| canon.bytes(bytes));
        for (time, _, parcel) in self.transit.iter() {
            canon.number(time.0.saturating_sub(core.now.0));
            parcel.canonical(canon);
        }
        self.canonical_calls(core, canon);
    }

    fn canonical_calls(&self, core: &Core, canon: &mut Canon) {
        for writer in self.writers.iter() {
            canon.number(writer.rest().count() as u64);
            writer.rest().for_each(|bytes| canon.bytes(bytes));
            (writer.accepted, writer.until_arrival).hash(canon);
        }
        for (ahead, is_flush) in self.waiting_behind() {
            (ahead, is_flush).hash(canon);
        }
        self.unacknowledged.iter().for_each(|(upto, _)| canon.number(upto - self.arrived.min(*upto)));
        for pending in self.readers.iter().filter_map(|op| core.ops.get(*op)) {
            canon.flags([pending.announced]);
            if let OpState::Reading { max } = pending.state {
                canon.number(max as u64);
            }
        }
    }
}

impl StreamParcel {
    /// Which kind it is comes first: no kind's encoding can be taken for another's.
    fn canonical(&self, canon: &mut Canon) {
        match self {
            StreamParcel::Data(bytes) => {
                canon.number(0);
                canon.bytes(bytes);
            }
            StreamParcel::Fin => canon.number(1),
            StreamParcel::Reset => canon.number(2),
        }
    }
}
