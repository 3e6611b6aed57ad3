//! Makes a machine's calls: the one door through which steps reach flows.

use crate::choice::Site;
use crate::contract::{Both, Call, Outcome};
use crate::time::Instant;
use crate::trace::{Abort, Place};
use crate::world::{Conn, Op, World};

/// Flows and a clock, as a machine sees them.
pub(super) trait Stage {
    /// The virtual time.
    fn now(&self) -> Instant;
    /// Begins a call. Its outcome may be there at once.
    fn start(&mut self, at: Place, call: Call) -> Op;
    /// A timer, which ends like a call.
    fn sleep(&mut self, until: Instant) -> Op;
    /// Takes the outcome of a call or timer, once there is one.
    fn outcome(&mut self, op: Op) -> Option<Outcome>;
    /// Gives a call or timer up.
    fn cancel(&mut self, op: Op);
    /// The next operation that has an outcome which was not asked for yet.
    fn finished(&mut self) -> Option<Op>;
    /// Aborts an end from outside.
    fn abort(&mut self, at: Place, abort: Abort);
    /// Which of `n` tasks that could go on goes first; 0 is `task`, which waits longest.
    fn pick(&mut self, task: u32, n: u32) -> u32;
}

/// The simulator's own flows, in a world that nothing else runs in.
#[derive(Debug)]
pub(super) struct WorldStage {
    pub(super) world: World,
    /// By flow number.
    pub(super) flows: Vec<Both<Conn>>,
}

impl Stage for WorldStage {
    fn now(&self) -> Instant {
        self.world.now()
    }

    fn start(&mut self, at: Place, call: Call) -> Op {
        self.world.call(self.flows[at.flow as usize][at.end], call)
    }

    fn sleep(&mut self, until: Instant) -> Op {
        self.world.sleep(until)
    }

    fn outcome(&mut self, op: Op) -> Option<Outcome> {
        self.world.poll(op)
    }

    fn cancel(&mut self, op: Op) {
        self.world.cancel(op);
    }

    fn finished(&mut self) -> Option<Op> {
        self.world.finished()
    }

    fn abort(&mut self, at: Place, abort: Abort) {
        self.world.abort(self.flows[at.flow as usize][at.end], abort);
    }

    fn pick(&mut self, task: u32, n: u32) -> u32 {
        self.world.choice_mut().pick_next(task, Site::Step, n)
    }
}
