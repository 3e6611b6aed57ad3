//! The simulated world as plain data: flows, clock, timers, pending calls, and the only event loop.
//!
//! Start here: [`World::pipe`] makes a flow, [`World::call`] asks something of one of its ends and gives an [`Op`],
//! [`World::step`] lets the next thing happen, [`World::poll`] takes an outcome. Nothing in here is a future, a waker, a
//! closure or a shared pointer, so a world can be copied ([`World::fork`]) and compared ([`World::fingerprint`]). What this is
//! not: asynchronous. The thin shell for users' futures is [`Sim`].
//!
//! Invariants: nothing happens without a call or a due item (idle time costs nothing); what is due happens in the order of
//! (time, sequence); a read takes its bytes only when its caller polls, so a cancelled read has consumed nothing.

mod agenda;
mod core;
mod fingerprint;
mod finished;
mod op;
mod pipe;
mod queue;
mod sim;
mod simflow;
mod simulation;
mod stack;
mod stack_tcp;
mod target;

use std::time::Duration;

use crate::choice::Choice;
use crate::contract::{Both, Call, Contract, End, Error, Outcome};
use crate::time::Instant;
use crate::trace::{Abort, Env, EnvWhat, Event, Header, Place, Records, What};

pub use op::Op;
pub use sim::Sim;
pub use simflow::{PipeFlow, SimFlow};
pub use simulation::{Simulation, Stuck};
pub use stack::{Notice, Socket, Stack};
pub use target::{Ends, Offers, Opening, SetupError, Target};

use self::agenda::Due;
use self::core::Core;
use self::op::{Pending, State};
use self::pipe::Pipe;

/// One end of a flow in this world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Conn(pub u32);

impl Conn {
    const fn new(flow: u32, end: End) -> Self {
        Conn(flow * 2 + end as u32)
    }

    const fn place(self) -> Place {
        Place { flow: self.0 / 2, end: End::BOTH[(self.0 % 2) as usize] }
    }
}

/// Did something happen?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The next due thing happened.
    Ran,
    /// Nothing is due, and nothing ever will be without another call.
    Quiet,
}

/// What a pipe is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PipeSettings {
    /// The dialect of each end.
    pub contract: Both<Contract>,
    /// How many bytes each direction holds between acceptance and reading (at least 1).
    pub capacity: usize,
    /// How long bytes, ends of stream and resets are under way. Room and a peer's full close are seen at once.
    pub delay: Duration,
}

impl PipeSettings {
    /// A pipe whose ends both keep this contract, with 64 KiB of room and no delay.
    pub const fn new(contract: Contract) -> Self {
        PipeSettings { contract: Both { client: contract, server: contract }, capacity: 64 * 1024, delay: Duration::ZERO }
    }
}

/// Flows, clock, timers and pending calls: plain data.
#[derive(Clone, Debug, Default)]
pub struct World {
    core: Core,
    /// By flow number; `None` where the flow is not the world's own.
    flows: Vec<Option<Pipe>>,
}

impl World {
    /// An empty world in which every decision is benign.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty world whose decisions come from `choice`.
    pub fn with_choice(choice: Choice) -> Self {
        World { core: Core::new(choice), flows: Vec::new() }
    }

    /// The virtual time.
    pub fn now(&self) -> Instant {
        self.core.now
    }

    /// What was decided, and how.
    pub fn choice(&self) -> &Choice {
        &self.core.choice
    }

    /// The source of decisions, for a shell that has its own.
    pub fn choice_mut(&mut self) -> &mut Choice {
        &mut self.core.choice
    }

    /// A new flow through memory. Flows are numbered in the order in which they are made.
    pub fn pipe(&mut self, settings: &PipeSettings) -> Both<Conn> {
        let flow = self.next_flow();
        self.flows.push(Some(Pipe::new(flow, settings)));
        Both { client: Conn::new(flow, End::Client), server: Conn::new(flow, End::Server) }
    }

    /// Takes the next flow number for a flow that is not the world's own but is logged here.
    pub fn adopt(&mut self) -> u32 {
        let flow = self.next_flow();
        self.flows.push(None);
        flow
    }

    /// Whose end this is.
    pub fn place(&self, conn: Conn) -> Place {
        conn.place()
    }

    /// Asks something of an end. Its outcome may be there at once: poll it.
    pub fn call(&mut self, conn: Conn, call: Call) -> Op {
        let Some(pipe) = pipe_of(&mut self.flows, conn) else {
            let op = self.core.begin(Some(conn), 0, State::Waiting);
            self.core.finish(op, Outcome::Error(Error::NotConnected), None);
            return op;
        };
        pipe.call(&mut self.core, conn.place().end, call)
    }

    /// Takes the outcome of an operation, once there is one. The trace's return line is written now: when the caller learns it.
    pub fn poll(&mut self, op: Op) -> Option<Outcome> {
        let pending = self.core.ops.get(op)?;
        match pending.state {
            State::Waiting => None,
            State::Reading { max } => {
                let conn = pending.conn?;
                pipe_of(&mut self.flows, conn)?.take_read(&mut self.core, conn.place().end, op, max)
            }
            State::Done { .. } => self.take(op),
        }
    }

    /// Gives an operation up. What it had done stays done; a read has consumed nothing. After its outcome was taken: nothing.
    pub fn cancel(&mut self, op: Op) {
        let Some(Pending { conn, number, state, .. }) = self.core.remove(op) else { return };
        let Some(conn) = conn else {
            return if matches!(state, State::Waiting) {
                self.core.forget_timer()
            };
        };
        let Some(pipe) = pipe_of(&mut self.flows, conn) else { return };
        self.core.log(|| What::Cancel { at: conn.place(), op: number });
        pipe.cancel(&mut self.core, conn.place().end, op);
    }

    /// A timer as an operation: its outcome is `Done`, at `until` or at once if that has passed. It is not logged.
    pub fn sleep(&mut self, until: Instant) -> Op {
        let op = self.core.begin(None, 0, State::Waiting);
        if until <= self.core.now {
            self.core.finish(op, Outcome::Done, None);
        } else {
            self.core.schedule(until, Due::Timer(op));
        }
        op
    }

    /// Fault injection: aborts an end and logs it. An end whose connection has ended has nothing left to abort: nothing happens.
    pub fn abort(&mut self, conn: Conn, abort: Abort) {
        if let Some(pipe) = pipe_of(&mut self.flows, conn) {
            pipe.fault(&mut self.core, conn.place().end, abort);
        }
    }

    /// Lets the next due thing happen, at its time.
    pub fn step(&mut self) -> Step {
        while let Some((time, due)) = self.core.agenda.pop() {
            let happened = match due {
                Due::Arrival { pipe, from } => self.arrive(time, pipe, from),
                Due::Timer(op) => self.core.fire(time, op),
            };
            if happened {
                return Step::Ran;
            }
        }
        Step::Quiet
    }

    fn arrive(&mut self, time: Instant, flow: u32, from: End) -> bool {
        let Some(Some(pipe)) = self.flows.get_mut(flow as usize) else { return false };
        self.core.now = self.core.now.max(time);
        pipe.arrive(&mut self.core, from)
    }

    /// The next operation that got an outcome and was not taken yet; each comes once. Which of several goes first is a choice.
    pub fn finished(&mut self) -> Option<Op> {
        self.core.next_finished()
    }

    /// As [`World::finished`], strictly in order: for a shell whose tasks choose for themselves.
    fn next_finished_in_order(&mut self) -> Option<Op> {
        self.core.next_finished_in_order()
    }

    /// Switches the log on or off; off, it costs nothing.
    pub fn record(&mut self, on: bool) {
        self.core.recording = on;
        if on {
            self.core.events.reserve(32);
        }
    }

    /// Logs what happened on a flow that is not the world's own, now, if the log is on.
    pub fn note(&mut self, what: What) {
        self.core.log(|| what);
    }

    /// The events since the last drain.
    pub fn drain_events(&mut self) -> impl Iterator<Item = Event> + '_ {
        self.core.events.drain(..)
    }

    /// At quiet: logs what each end still holds, then that nothing more can happen.
    pub fn quiesce(&mut self) {
        if !self.core.recording {
            return;
        }
        for pipe in self.flows.iter().flatten() {
            for end in End::BOTH {
                let what = EnvWhat::Resources(pipe.resources(end));
                self.core.log(|| What::Env(Env { flow: Some(pipe.flow()), end: Some(end), what }));
            }
        }
        self.core.log(|| What::Env(Env { flow: None, end: None, what: EnvWhat::Quiet }));
    }

    /// The header of this world's trace, under this contract.
    pub fn header(&self, contract: Both<Contract>) -> Header {
        let records = Records { network: true, resources: true, ..Records::default() };
        Header { contract, records, simulated: true, ..Header::default() }
    }

    /// A copy to go on from; `None` where a part of the world can't be copied.
    pub fn fork(&self) -> Option<World> {
        Some(self.clone())
    }

    fn next_flow(&self) -> u32 {
        u32::try_from(self.flows.len()).unwrap_or(u32::MAX)
    }

    fn take(&mut self, op: Op) -> Option<Outcome> {
        let pending = self.core.remove(op)?;
        let State::Done { outcome, accepted } = pending.state else { return None };
        if let Some(conn) = pending.conn {
            if let Some(pipe) = pipe_of(&mut self.flows, conn) {
                pipe.note_told(conn.place().end, &outcome);
            }
            self.core.log_return(conn.place(), pending.number, &outcome, accepted);
        }
        Some(outcome)
    }
}

fn pipe_of(flows: &mut [Option<Pipe>], conn: Conn) -> Option<&mut Pipe> {
    flows.get_mut(conn.place().flow as usize)?.as_mut()
}
