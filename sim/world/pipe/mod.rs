//! Carries a flow through memory, in every dialect: what each end does follows from the parameters of its contract.
//!
//! Two [`Direction`]s carry parcels, two [`PipeSide`]s know what their end has called; [`reading`] and [`writing`] serve the calls
//! of either kind, [`transit`] is what is between them, [`ending`] everything about shutdown, close and abort. What this is not: a network. Nothing is lost or reordered; room is seen at once, and only what a wire
//! would carry (bytes, the end of the stream, a reset) takes the pipe's delay.

mod canonical;
mod direction;
mod ending;
mod invariants;
mod quirk;
mod reading;
mod side;
#[cfg(test)]
mod tests;
mod transit;
mod writing;

use std::time::Duration;

use crate::contract::{Both, Call, End, Error, Outcome};
use crate::trace::{Place, Resources, What};

pub use self::quirk::PipeQuirk;

use self::direction::Direction;
use self::quirk::Broken;
use self::side::PipeSide;
use super::core::Core;
use super::op::OpState;
use super::{Conn, Op, PipeSettings};

#[derive(Clone, Debug)]
pub(super) struct Pipe {
    flow: u32,
    capacity: usize,
    delay: Duration,
    sides: Both<PipeSide>,
    /// By the end that sends.
    directions: Both<Direction>,
    /// A defect.
    broken: Option<Box<Broken>>,
}

impl Pipe {
    pub(super) fn new(flow: u32, settings: &PipeSettings, quirk: Option<PipeQuirk>) -> Self {
        Pipe {
            flow,
            capacity: settings.capacity.max(1),
            delay: settings.delay,
            sides: Both { client: PipeSide::new(settings.contract.client), server: PipeSide::new(settings.contract.server) },
            directions: Both::default(),
            broken: quirk.map(|quirk| Box::new(Broken::new(quirk))),
        }
    }

    fn place(&self, end: End) -> Place {
        Place { flow: self.flow, end }
    }

    fn conn(&self, end: End) -> Conn {
        Conn::new(self.flow, end)
    }

    pub(super) fn call(&mut self, core: &mut Core, end: End, call: Call) -> Op {
        let side = &mut self.sides[end];
        side.calls += 1;
        let (number, at) = (side.calls, self.place(end));
        core.log(|| What::Call { at, op: number, call: call.clone() });
        let state = match call {
            Call::Read { max } => OpState::Reading { max: max.max(1) },
            _ => OpState::Waiting,
        };
        let op = core.begin(Some(self.conn(end)), number, state);
        match self.broken.is_none() {
            true => self.perform(core, end, op, call),
            false => self.perform_bent(core, end, op, call),
        }
        self.check(core);
        op
    }

    /// Here, and not apart, so that the call is not moved: most are made on a pipe without a defect.
    #[inline(always)]
    fn perform(&mut self, core: &mut Core, end: End, op: Op, call: Call) {
        match call {
            Call::Read { .. } => self.read(core, end, op),
            Call::Write(data) => self.write(core, end, op, [data], false),
            Call::Writev(list) => self.write(core, end, op, list, false),
            Call::WriteNodelay(data) => self.write(core, end, op, [data], true),
            Call::WritevNodelay(list) => self.write(core, end, op, list, true),
            Call::Flush => self.flush(core, end, op),
            Call::Shutdown(mode) => self.shutdown(core, end, op, mode),
            Call::Close => self.close(core, end, op),
            Call::Disconnect => self.disconnect(core, end, op),
            Call::Connect { .. } | Call::Accept { .. } | Call::Listen { .. } | Call::Unlisten { .. } | Call::Destination => {
                core.finish(op, Outcome::Error(Error::Other("unsupported".into())), None);
            }
        }
    }

    pub(super) fn cancel(&mut self, core: &mut Core, end: End, op: Op) {
        if self.broken.is_some() {
            self.spoil_cancel(end, op);
        }
        self.directions[end.peer()].readers.retain(|reader| *reader != op);
        self.wake_reader(core, end);
        if self.directions[end].forget(op) {
            self.pump(core, end);
            self.settle(core, end);
        }
        self.sides[end].closing.retain(|closing| *closing != op);
        self.check(core);
    }

    /// What this end still holds.
    pub(super) fn resources(&self, end: End) -> Resources {
        if self.has_ended(end) {
            return Resources::default();
        }
        let buffered = self.directions[end].under_way() + self.directions[end.peer()].unread();
        Resources { connections: 1, buffered: buffered as u64, ..Resources::default() }
    }
}
