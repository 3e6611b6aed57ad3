//! What a pipe does, dialect by dialect. A test says what one end calls and what comes back, in the order in which it happens.

mod abort;
mod close;
mod data;
mod halves;

use std::time::Duration;

use bytes::Bytes;

use super::super::{Conn, Op, PipeSettings, Stepped, World};
use crate::contract::{Both, Call, Contract, End, Error, Mode, Outcome, Payload};
use crate::trace::{Abort, EnvWhat, Event, Resources, What};

const CLIENT: End = End::Client;
const SERVER: End = End::Server;

/// A world with one pipe.
struct PipePair {
    world: World,
    ends: Both<Conn>,
}

impl PipePair {
    fn new(contract: Contract) -> Self {
        PipePair::with(&PipeSettings::new(contract))
    }

    fn with(settings: &PipeSettings) -> Self {
        let mut world = World::new();
        world.record(true);
        let ends = world.pipe(settings);
        PipePair { world, ends }
    }

    /// Room for `capacity` bytes each way.
    fn small(contract: Contract, capacity: usize) -> Self {
        PipePair::with(&PipeSettings { capacity, ..PipeSettings::new(contract) })
    }

    fn delayed(contract: Contract, millis: u64) -> Self {
        PipePair::with(&PipeSettings { delay: Duration::from_millis(millis), ..PipeSettings::new(contract) })
    }

    fn begin(&mut self, end: End, call: Call) -> Op {
        self.world.call(self.ends[end], call)
    }

    fn poll(&mut self, op: Op) -> Option<Outcome> {
        self.world.poll(op)
    }

    /// A call that must end at once.
    #[track_caller]
    fn now(&mut self, end: End, call: Call) -> Outcome {
        let op = self.begin(end, call);
        self.poll(op).expect("ends at once")
    }

    fn read(&mut self, end: End) -> Outcome {
        self.now(end, read(100))
    }

    /// Lets everything happen that is due.
    fn settle(&mut self) {
        while self.world.step() == Stepped::Ran {}
    }

    fn abort(&mut self, end: End, abort: Abort) {
        self.world.abort(self.ends[end], abort);
    }

    fn events(&mut self) -> Vec<Event> {
        self.world.drain_events().collect()
    }

    /// What each end still holds, once nothing is due.
    fn left(&mut self) -> [Resources; 2] {
        self.settle();
        self.events();
        self.world.quiesce();
        let held = self.events().into_iter().filter_map(|event| match event.what {
            What::Env(env) => match env.what {
                EnvWhat::Resources(resources) => Some(resources),
                _ => None,
            },
            _ => None,
        });
        held.collect::<Vec<_>>().try_into().expect("one line for each end")
    }

    #[track_caller]
    fn assert_nothing_left(&mut self) {
        assert_eq!(self.left(), [Resources::default(); 2]);
    }
}

fn bytes(text: &str) -> Payload {
    Payload::Bytes(Bytes::copy_from_slice(text.as_bytes()))
}

fn write(text: &str) -> Call {
    Call::Write(bytes(text))
}

const fn read(max: usize) -> Call {
    Call::Read { max }
}

fn data(text: &str) -> Outcome {
    Outcome::Data(bytes(text))
}

const SHUT_WRITE: Call = Call::Shutdown(Mode::Write);
const SHUT_READ: Call = Call::Shutdown(Mode::Read);
const SHUT_BOTH: Call = Call::Shutdown(Mode::ReadWrite);
