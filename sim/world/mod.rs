//! Simulates a world, as plain data: flows, clock, timers, pending calls, and the only event loop.
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
mod net;
mod op;
mod pipe;
mod queue;
mod reactor;
mod sim;
mod simflow;
mod simulation;
mod stack;
mod stack_tcp;
mod target;

use std::time::Duration;

use smallvec::SmallVec;

use crate::choice::Choice;
use crate::contract::{Both, Call, Contract, End, Error, Outcome};
use crate::tcp;
use crate::time::Instant;
use crate::trace::{Abort, Env, EnvWhat, Event, Header, Place, Records, What};

pub use crate::exec::Panic;
pub(crate) use net::segment_kind;
pub use net::{NetFault, NetSettings};
pub use op::Op;
pub use pipe::PipeQuirk;
pub use sim::Sim;
pub use simflow::{PipeFlow, SimFlow, TcpFlow};
pub(crate) use simulation::Pause;
pub use simulation::{Simulation, Stuck};
pub use stack::{Notice, Socket, Stack};
pub use target::{Ends, Offering, Offers, Opening, OverNetwork, Proxied, SetupError, Target, proxy, proxy_over_network};

use self::agenda::{AgendaEntry, Occurrence};
use self::core::Core;
use self::net::Net;
use self::op::{OpState, Pending};
use self::pipe::Pipe;

/// One end of a flow in this world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Conn(u32);

impl Conn {
    pub(crate) const fn new(flow: u32, end: End) -> Self {
        Conn(flow * 2 + end as u32)
    }

    /// The end that is this entity.
    pub(crate) const fn of_entity(entity: u32) -> Self {
        Conn(entity)
    }

    /// The number of this end among all in its world, which choices and faults of single packets name it by.
    pub const fn entity(self) -> u32 {
        self.0
    }

    /// The flow that it is an end of, and which end.
    pub const fn place(self) -> Place {
        Place { flow: self.0 / 2, end: End::BOTH[(self.0 % 2) as usize] }
    }
}

/// Did something happen?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stepped {
    /// The next due thing happened.
    Ran,
    /// Nothing is due, and nothing ever will be without another call.
    Quiet,
}

/// What a pipe is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
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

    /// With this dialect of each end.
    #[must_use]
    pub const fn with_contract(self, contract: Both<Contract>) -> Self {
        PipeSettings { contract, ..self }
    }

    /// With room for this many bytes in each direction.
    #[must_use]
    pub const fn with_capacity(self, capacity: usize) -> Self {
        PipeSettings { capacity, ..self }
    }

    /// With this delay in each direction.
    #[must_use]
    pub const fn with_delay(self, delay: Duration) -> Self {
        PipeSettings { delay, ..self }
    }
}

/// Flows, clock, timers and pending calls: plain data.
#[derive(Debug, Default)]
pub struct World {
    core: Core,
    /// By flow number. Most worlds have a single one, and are made by the million.
    flows: SmallVec<[Carrier; 1]>,
    /// Boxed since many worlds have none.
    net: Box<Net>,
    /// What is wrong with the pipes that are made here.
    quirk: Option<PipeQuirk>,
}

/// What carries a flow.
#[derive(Clone, Debug)]
enum Carrier {
    /// It is not the world's own, and only logged here.
    Adopted,
    Pipe(Box<Pipe>),
    /// It crosses the network: its index there.
    Wired(u32),
}

impl World {
    /// An empty world in which every decision is benign.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty world whose decisions come from `choice`.
    pub fn with_choice(choice: Choice) -> Self {
        World { core: Core::new(choice), ..World::default() }
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
        let flow = self.flow_count();
        self.flows.push(Carrier::Pipe(Box::new(Pipe::new(flow, settings, self.quirk))));
        conns(flow)
    }

    /// Gives every pipe that is made from now on a defect.
    pub fn spoil_pipes(&mut self, quirk: PipeQuirk) {
        self.quirk = Some(quirk);
    }

    /// Gives the simulator's own stacks of the network a defect. For a network in which nothing has happened yet.
    pub fn spoil_stacks(&mut self, quirk: tcp::Quirk) {
        self.net.spoil(quirk);
    }

    /// Makes the network that [`World::tcp`] connects over. Without it there is one that carries everything at once.
    pub fn network(&mut self, settings: &NetSettings) {
        if self.net.is_empty() {
            self.net.add_path(settings);
        }
    }

    /// A new flow between the two hosts of the network. Its ends are not connected: that takes [`Call::Connect`] at the client's
    /// and [`Call::Listen`] and [`Call::Accept`] at the server's.
    pub fn tcp(&mut self, settings: &PipeSettings) -> Both<Conn> {
        self.network(&NetSettings::new(settings.contract));
        let path = self.net.own(settings.contract);
        self.wire(path, settings.contract)
    }

    /// As [`World::tcp`], with these stacks on the network's two hosts: the client's, the server's. Where a flow stands on those
    /// already, on two more hosts, with links as theirs between them.
    ///
    /// # Errors
    /// What the network's settings or the faults that are planned want of a stack, and it can't.
    pub fn stacks(&mut self, stacks: [Box<dyn Stack>; 2], contract: Both<Contract>) -> Result<Both<Conn>, SetupError> {
        self.network(&NetSettings::new(contract));
        let path = self.net.place(stacks)?;
        Ok(self.wire(path, contract))
    }

    fn wire(&mut self, path: u32, contract: Both<Contract>) -> Both<Conn> {
        let flow = self.flow_count();
        let wired = Carrier::Wired(self.net.add_flow(flow, path, contract));
        self.flows.push(wired);
        conns(flow)
    }

    /// Lets something go wrong in the network, at its time. A world without a network has nothing that could.
    ///
    /// # Errors
    /// A host is to come back after a crash, and its stack can't be made anew.
    pub fn plan(&mut self, fault: NetFault) -> Result<(), SetupError> {
        if self.net.is_empty() { Ok(()) } else { self.net.plan(&mut self.core, fault) }
    }

    /// Does this fault of a single segment still wait for that segment?
    pub fn awaits(&self, fault: &NetFault) -> bool {
        !self.net.is_empty() && self.net.awaits(fault)
    }

    /// Does the host of this end listen on this port?
    pub fn is_listening(&self, conn: Conn, port: u16) -> bool {
        match self.flows.get(conn.place().flow as usize) {
            Some(Carrier::Wired(index)) => self.net.is_listening(*index, conn.place().end, port),
            _ => false,
        }
    }

    /// Takes the next flow number for a flow that is not the world's own but is logged here.
    pub fn adopt(&mut self) -> u32 {
        let flow = self.flow_count();
        self.flows.push(Carrier::Adopted);
        flow
    }

    /// Whose end this is.
    pub fn place(&self, conn: Conn) -> Place {
        conn.place()
    }

    /// Asks something of an end. Its outcome may be there at once: poll it.
    pub fn call(&mut self, conn: Conn, call: Call) -> Op {
        let Place { flow, end } = conn.place();
        if self.quirk == Some(PipeQuirk::CloseTakesNeighbours) && matches!(call, Call::Close) {
            self.close_neighbours(flow, end);
        }
        match self.flows.get_mut(flow as usize) {
            Some(Carrier::Pipe(pipe)) => pipe.call(&mut self.core, end, call),
            Some(Carrier::Wired(index)) => self.net.call(&mut self.core, *index, end, call),
            Some(Carrier::Adopted) | None => {
                let op = self.core.begin(Some(conn), 0, OpState::Waiting);
                self.core.finish(op, Outcome::Error(Error::NotConnected), None);
                op
            }
        }
    }

    fn close_neighbours(&mut self, flow: u32, end: End) {
        let others = self.flows.iter_mut().enumerate().filter(|(other, _)| *other != flow as usize);
        for (_, carrier) in others {
            if let Carrier::Pipe(pipe) = carrier {
                pipe.close_fully(&mut self.core, end);
            }
        }
    }

    /// Takes the outcome of an operation, once there is one. The trace's return line is written now: when the caller learns it.
    pub fn poll(&mut self, op: Op) -> Option<Outcome> {
        let pending = self.core.ops.get(op)?;
        match pending.state {
            OpState::Waiting => None,
            OpState::Reading { max } => {
                let conn = pending.conn?;
                // Of what comes over a network its end is told first; a pipe may be asked at any time.
                let may_be_there = pending.announced || matches!(self.flows.get(conn.place().flow as usize), Some(Carrier::Pipe(_)));
                if may_be_there { self.take_read(op, conn, max) } else { None }
            }
            OpState::Done { .. } => self.take(op),
        }
    }

    #[inline(never)]
    fn take_read(&mut self, op: Op, conn: Conn, max: usize) -> Option<Outcome> {
        let Place { flow, end } = conn.place();
        match self.flows.get_mut(flow as usize)? {
            Carrier::Pipe(pipe) => pipe.take_read(&mut self.core, end, op, max),
            Carrier::Wired(index) => self.net.take_read(&mut self.core, *index, end, op, max),
            Carrier::Adopted => None,
        }
    }

    /// Gives an operation up. What it had done stays done; a read has consumed nothing. After its outcome was taken: nothing.
    pub fn cancel(&mut self, op: Op) {
        let Some(Pending { conn, number, state, .. }) = self.core.remove(op) else { return };
        let Some(conn) = conn else {
            return if matches!(state, OpState::Waiting) {
                self.core.forget_timer()
            };
        };
        let at = conn.place();
        let Some(flow) = self.flows.get_mut(at.flow as usize).filter(|flow| !matches!(flow, Carrier::Adopted)) else { return };
        self.core.log(|| What::Cancel { at, op: number });
        match flow {
            Carrier::Pipe(pipe) => pipe.cancel(&mut self.core, at.end, op),
            Carrier::Wired(index) => self.net.cancel(&mut self.core, *index, at.end, op),
            Carrier::Adopted => {}
        }
    }

    /// A timer as an operation: its outcome is `Done`, at `until` or at once if that has passed. It is not logged.
    pub fn sleep(&mut self, until: Instant) -> Op {
        let op = self.core.begin(None, 0, OpState::Waiting);
        if until <= self.core.now {
            self.core.finish(op, Outcome::Done, None);
        } else {
            self.core.schedule(until, Occurrence::Timer(op));
        }
        op
    }

    /// Can this end be aborted by fault injection? An end of a stack that can't abort, or of a flow that is not the world's, can't.
    pub fn can_abort(&self, conn: Conn) -> bool {
        let Place { flow, end } = conn.place();
        match self.flows.get(flow as usize) {
            Some(Carrier::Pipe(_)) => true,
            Some(Carrier::Wired(index)) => self.net.can_abort(*index, end),
            Some(Carrier::Adopted) | None => false,
        }
    }

    /// Fault injection: aborts an end and logs it. False where nothing happens: an end whose connection has ended has nothing left
    /// to abort, and one may not be able to.
    pub fn abort(&mut self, conn: Conn, abort: Abort) -> bool {
        let Place { flow, end } = conn.place();
        match self.flows.get_mut(flow as usize) {
            Some(Carrier::Pipe(pipe)) => pipe.fault(&mut self.core, end, abort),
            Some(Carrier::Wired(index)) => self.net.abort(&mut self.core, *index, end, abort),
            Some(Carrier::Adopted) | None => false,
        }
    }

    /// Lets the next due thing happen, at its time.
    pub fn step(&mut self) -> Stepped {
        while let Some(entry) = self.core.agenda.pop() {
            if self.happens(entry) {
                return Stepped::Ran;
            }
        }
        Stepped::Quiet
    }

    /// When the next thing is due, which may come to nothing.
    fn next_due(&self) -> Option<Instant> {
        self.core.agenda.next_due()
    }

    /// Time passes with nothing due before this moment.
    fn pass(&mut self, until: Instant) {
        self.core.now = self.core.now.max(until);
    }

    /// Lets the next thing happen that is due by this moment; false if there is none.
    fn step_until(&mut self, until: Instant) -> bool {
        while self.next_due().is_some_and(|due| due <= until) {
            if self.core.agenda.pop().is_some_and(|entry| self.happens(entry)) {
                return true;
            }
        }
        false
    }

    /// Does what is due; false if it came to nothing.
    fn happens(&mut self, AgendaEntry { time, sequence, due }: AgendaEntry) -> bool {
        match due {
            Occurrence::Arrival { pipe, from } => self.arrive(time, pipe, from),
            Occurrence::Link { path, from } => self.net.arrive(&mut self.core, time, path, from, sequence),
            Occurrence::Host { path, end } => self.net.wake(&mut self.core, time, path, end),
            Occurrence::Timer(op) => self.core.fire(time, op),
            Occurrence::Fault(number) => {
                self.core.now = self.core.now.max(time);
                self.net.strike(&mut self.core, number);
                true
            }
        }
    }

    fn arrive(&mut self, time: Instant, flow: u32, from: End) -> bool {
        let Some(Carrier::Pipe(pipe)) = self.flows.get_mut(flow as usize) else { return false };
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

    /// How many events there are since the last drain.
    fn logged(&self) -> usize {
        self.core.events.len()
    }

    /// The events since the last drain.
    pub fn drain_events(&mut self) -> impl Iterator<Item = Event> + '_ {
        self.core.events.drain(..)
    }

    /// Shows the events since the last drain, and forgets them. None is moved: for callers that keep none.
    #[inline]
    pub fn show_events(&mut self, see: impl FnMut(&Event)) {
        self.core.events.iter().for_each(see);
        self.core.events.clear();
    }

    /// At quiet: logs what each end still holds, then that nothing more can happen.
    pub fn quiesce(&mut self) {
        if !self.core.recording {
            return;
        }
        for (number, flow) in self.flows.iter().enumerate() {
            for end in End::BOTH {
                let resources = match flow {
                    Carrier::Pipe(pipe) => Some(pipe.resources(end)),
                    Carrier::Wired(index) => self.net.resources(*index, end),
                    Carrier::Adopted => None,
                };
                if let Some(resources) = resources {
                    let (flow, what) = (Some(number as u32), EnvWhat::Resources(resources));
                    self.core.log(|| What::Env(Env { flow, end: Some(end), what }));
                }
            }
        }
        self.core.log(|| What::Env(Env { flow: None, end: None, what: EnvWhat::Quiet }));
    }

    /// The header of this world's trace, under this contract.
    pub fn header(&self, contract: Both<Contract>) -> Header {
        let resources = self.net.tells_resources();
        let records = Records { network: true, resources, segments: !self.net.is_empty(), ..Records::default() };
        Header { contract, records, simulated: true, limits: self.net.limits(), ..Header::default() }
    }

    /// A copy to go on from; `None` where a part of the world can't be copied.
    pub fn fork(&self) -> Option<World> {
        Some(World { core: self.core.clone(), flows: self.flows.clone(), net: Box::new(self.net.fork()?), quirk: self.quirk })
    }

    /// How many flows there are, those included that are only logged here.
    pub fn flow_count(&self) -> u32 {
        u32::try_from(self.flows.len()).unwrap_or(u32::MAX)
    }

    /// Is the flow of this number the world's own?
    pub(crate) fn carries(&self, flow: u32) -> bool {
        self.flows.get(flow as usize).is_some_and(|carrier| !matches!(carrier, Carrier::Adopted))
    }

    #[inline(never)]
    fn take(&mut self, op: Op) -> Option<Outcome> {
        let pending = self.core.remove(op)?;
        let OpState::Done { outcome, accepted } = pending.state else { return None };
        if let Some(conn) = pending.conn {
            if let Some(Carrier::Pipe(pipe)) = self.flows.get_mut(conn.place().flow as usize) {
                pipe.note_told(conn.place().end, &outcome);
            }
            self.core.log_return(conn.place(), pending.number, &outcome, accepted);
        }
        Some(outcome)
    }
}

/// The two ends of a flow.
fn conns(flow: u32) -> Both<Conn> {
    Both { client: Conn::new(flow, End::Client), server: Conn::new(flow, End::Server) }
}
