//! Carries what a pipe's ends send: bytes, the end of the stream, a reset.

use crate::contract::{End, Outcome};

use super::super::agenda::Occurrence;
use super::super::core::Core;
use super::Pipe;
use super::direction::{Fin, StreamParcel};

impl Pipe {
    pub(super) fn send(&mut self, core: &mut Core, from: End, parcel: StreamParcel) {
        let direction = &mut self.directions[from];
        if self.delay.is_zero() {
            return self.deliver(core, from, parcel);
        }
        let (time, sequence) = (core.now + self.delay, core.agenda.next_sequence());
        if direction.transit.is_empty() {
            core.agenda.push(time, sequence, Occurrence::Arrival { pipe: self.flow, from });
        }
        direction.transit.push((time, sequence, parcel));
    }

    /// The next parcel of a direction arrives; false if there is none any more.
    pub(in super::super) fn arrive(&mut self, core: &mut Core, from: End) -> bool {
        let direction = &mut self.directions[from];
        let Some((_, _, parcel)) = direction.transit.pop() else { return false };
        if let Some(&(time, sequence, _)) = direction.transit.front() {
            core.agenda.push(time, sequence, Occurrence::Arrival { pipe: self.flow, from });
        }
        self.deliver(core, from, parcel);
        self.check(core);
        true
    }

    fn deliver(&mut self, core: &mut Core, from: End, parcel: StreamParcel) {
        let target = from.peer();
        match parcel {
            parcel if self.broken.is_some() && self.swallows(from, &parcel) => {}
            StreamParcel::Data(bytes) => {
                self.note_arrived(core, from, bytes.len());
                if !self.is_deaf(target) || self.waits_on(from) {
                    self.directions[from].ready.push(bytes);
                }
            }
            StreamParcel::Fin => self.directions[from].fin = Fin::Arrived,
            StreamParcel::Reset => return self.abort_by_peer(core, target),
        }
        if self.sides[target].dead.is_some() {
            return self.send(core, target, StreamParcel::Reset);
        }
        self.wake_reader(core, target);
        self.settle_close(core, target);
    }

    /// `write_nodelay` that waits for arrival: everything up to here has arrived.
    fn note_arrived(&mut self, core: &mut Core, from: End, count: usize) {
        let direction = &mut self.directions[from];
        direction.arrived += count as u64;
        while direction.unacknowledged.front().is_some_and(|(upto, _)| *upto <= direction.arrived) {
            if let Some((_, op)) = direction.unacknowledged.pop() {
                core.finish(op, Outcome::Ok, None);
            }
        }
    }
}
