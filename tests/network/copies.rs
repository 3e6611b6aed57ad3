//! A world with hosts is plain data: a copy goes on as the original does, and worlds that will do the same have one fingerprint.

use std::collections::BTreeSet;
use std::time::Duration;

use flowsim::choice::Choice;
use flowsim::contract::{Both, Call, Contract, End, Mode, Payload};
use flowsim::link::{ExactFault, Impairment, LinkSettings, PacketName, Probability, SegmentKind};
use flowsim::trace::{Abort, Event, pattern};
use flowsim::world::{Conn, NetFault, NetSettings, Op, PipeSettings, Stepped, World};
use proptest::prelude::*;

use super::config;

/// What a random caller does next.
#[derive(Clone, Debug)]
enum Action {
    Read(End, usize),
    Write(End, usize),
    Shutdown(End, Mode),
    Close(End),
    Cancel(usize),
    Abort(End, Abort),
    /// So many due things happen.
    Steps(usize),
    /// Time passes, with all that is due in it.
    Pass(Duration),
}

/// A world with two flows between two hosts, and a caller that takes every outcome as soon as it is told.
struct Run {
    world: World,
    ends: [Both<Conn>; 2],
    writes: u64,
    pending: Vec<Op>,
    events: Vec<Event>,
}

impl Run {
    /// Both flows are being opened, `after` so long.
    fn new(settings: &NetSettings, choice: Choice, after: Duration) -> Self {
        let mut world = World::with_choice(choice);
        world.record(true);
        world.network(settings);
        let pipe = PipeSettings::new(settings.tcp.client.contract);
        let ends = [world.tcp(&pipe), world.tcp(&pipe)];
        let mut run = Run { world, ends, writes: 0, pending: Vec::new(), events: Vec::new() };
        run.pass(after);
        run.call(ends[0].server, Call::Listen { port: 80, keepalive: None });
        for flow in ends {
            run.call(flow.server, Call::Accept { port: 80, keepalive: None });
            run.call(flow.client, Call::Connect { to: None, keepalive: None });
        }
        run.take_all();
        run
    }

    fn fork(&self) -> Run {
        let world = self.world.fork().expect("its stacks can be copied");
        Run { world, ends: self.ends, writes: self.writes, pending: self.pending.clone(), events: self.events.clone() }
    }

    fn act(&mut self, flow: usize, action: &Action) {
        let ends = self.ends[flow % 2];
        match action {
            Action::Read(end, max) => self.call(ends[*end], Call::Read { max: *max }),
            Action::Write(end, len) => {
                self.writes += 1;
                let data = pattern::slice(pattern::start(0, *end, self.writes), *len);
                self.call(ends[*end], Call::Write(Payload::Bytes(data)));
            }
            Action::Shutdown(end, mode) => self.call(ends[*end], Call::Shutdown(*mode)),
            Action::Close(end) => self.call(ends[*end], Call::Close),
            Action::Cancel(index) if !self.pending.is_empty() => {
                let op = self.pending.remove(index % self.pending.len());
                self.world.cancel(op);
            }
            Action::Cancel(_) => {}
            Action::Abort(end, abort) => _ = self.world.abort(ends[*end], *abort),
            Action::Steps(count) => (0..*count).for_each(|_| self.step()),
            Action::Pass(span) => self.pass(*span),
        }
        self.take_all();
    }

    fn step(&mut self) {
        self.world.step();
        self.take_all();
    }

    fn call(&mut self, conn: Conn, call: Call) {
        let op = self.world.call(conn, call);
        self.pending.push(op);
    }

    fn pass(&mut self, span: Duration) {
        let timer = self.world.sleep(self.world.now() + span);
        while self.world.poll(timer).is_none() {
            assert_eq!(self.world.step(), Stepped::Ran, "a timer is due");
            self.take_all_but(Some(timer));
        }
    }

    fn take_all(&mut self) {
        self.take_all_but(None);
    }

    fn take_all_but(&mut self, timer: Option<Op>) {
        while let Some(op) = self.world.finished() {
            if Some(op) != timer && self.world.poll(op).is_some() {
                self.pending.retain(|pending| *pending != op);
            }
        }
        self.events.extend(self.world.drain_events());
    }
}

fn end() -> impl Strategy<Value = End> {
    prop::sample::select(&End::BOTH[..])
}

fn action() -> impl Strategy<Value = (usize, Action)> {
    let mode = prop::sample::select(vec![Mode::Write, Mode::Read, Mode::ReadWrite]);
    let abort = prop::sample::select(vec![Abort::Reset, Abort::Timeout, Abort::KeepaliveDeath]);
    let span = prop_oneof![0..50_000_000_u64, 0..5_000_000_000_u64].prop_map(Duration::from_nanos);
    let action = prop_oneof![
        4 => (end(), prop_oneof![1..20_usize, Just(usize::MAX)]).prop_map(|(end, max)| Action::Read(end, max)),
        4 => (end(), 0..4_000_usize).prop_map(|(end, len)| Action::Write(end, len)),
        2 => (end(), mode).prop_map(|(end, mode)| Action::Shutdown(end, mode)),
        1 => end().prop_map(Action::Close),
        1 => (0..8_usize).prop_map(Action::Cancel),
        1 => (end(), abort).prop_map(|(end, abort)| Action::Abort(end, abort)),
        6 => (1..8_usize).prop_map(Action::Steps),
        3 => span.prop_map(Action::Pass),
    ];
    (0..2_usize, action)
}

fn actions() -> impl Strategy<Value = Vec<(usize, Action)>> {
    prop::collection::vec(action(), 0..30)
}

fn settings() -> impl Strategy<Value = NetSettings> {
    let contracts = prop::sample::select(vec![Contract::modern(), Contract::strict(), Contract::classic(), Contract::posix()]);
    let chance = || prop_oneof![Just(0), 0..u32::MAX / 4].prop_map(Probability);
    let link = (0..20_000_u64, chance(), chance(), chance(), prop::option::of(100_000..10_000_000_u64));
    let room = prop_oneof![2 => Just(64 << 10), 1 => 1..3_000_usize];
    (contracts, link, room).prop_map(|(contract, (delay, loss, duplicate, reorder, rate), room)| {
        let delay = Duration::from_micros(delay);
        let mut settings = NetSettings::new(Both::same(contract));
        let mut link = LinkSettings::default();
        (link.delay, link.loss, link.duplicate, link.reorder, link.rate) = (delay, loss, duplicate, reorder, rate);
        settings.link = Both::same(link);
        settings.tcp.server.receive_buffer = room;
        settings
    })
}

fn choice() -> impl Strategy<Value = Choice> {
    prop_oneof![Just(Choice::benign()), any::<u64>().prop_map(Choice::seeded)]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_fork_goes_on_as_the_original_does(settings in settings(), choice in choice(), actions in actions(), at in 0..30_usize) {
        let (before, after) = actions.split_at(at.min(actions.len()));
        let mut original = Run::new(&settings, choice, Duration::ZERO);
        before.iter().for_each(|(flow, action)| original.act(*flow, action));
        let mut fork = original.fork();
        prop_assert_eq!(original.world.fingerprint(), fork.world.fingerprint());
        for (flow, action) in after {
            original.act(*flow, action);
            fork.act(*flow, action);
            prop_assert_eq!(original.world.fingerprint(), fork.world.fingerprint());
        }
        prop_assert_eq!(&original.events, &fork.events);
    }

    /// Nor does the original notice what its copy does.
    #[test]
    fn a_fork_leaves_the_original_alone(settings in settings(), actions in actions(), elsewhere in actions()) {
        let [mut forked, mut alone] = [(); 2].map(|()| Run::new(&settings, Choice::seeded(1), Duration::ZERO));
        let mut copy = forked.fork();
        elsewhere.iter().for_each(|(flow, action)| copy.act(*flow, action));
        for (flow, action) in &actions {
            forked.act(*flow, action);
            alone.act(*flow, action);
        }
        prop_assert_eq!(&forked.events, &alone.events);
    }

    #[test]
    fn the_fingerprint_knows_neither_the_time_nor_where_numbers_begin(
        mut settings in settings(), actions in actions(), shift in 1..1_000_000_000_u64, key: [u64; 2],
    ) {
        let mut one = Run::new(&settings, Choice::benign(), Duration::ZERO);
        settings.tcp.client.isn_key = key;
        settings.tcp.server.isn_key = key;
        let mut other = Run::new(&settings, Choice::benign(), Duration::from_nanos(shift));
        prop_assert!(one.world.fingerprint().is_some());
        for (flow, action) in &actions {
            prop_assert_eq!(one.world.fingerprint(), other.world.fingerprint());
            one.act(*flow, action);
            other.act(*flow, action);
        }
        prop_assert_eq!(one.world.fingerprint(), other.world.fingerprint());
        prop_assert_eq!(one.events.len(), other.events.len());
    }
}

#[test]
fn what_differs_in_what_it_will_do_differs_in_its_fingerprint() {
    let mut link = LinkSettings::default();
    link.delay = Duration::from_millis(5);
    let settings = NetSettings::new(Both::same(Contract::classic())).with_link(Both::same(link));
    let opened = Action::Pass(Duration::from_millis(50));
    let after = |acts: &[Action]| {
        let mut run = Run::new(&settings, Choice::benign(), Duration::ZERO);
        std::iter::once(&opened).chain(acts).for_each(|action| run.act(0, action));
        run
    };
    let acts = [
        vec![],
        vec![Action::Read(End::Client, 1)],
        vec![Action::Read(End::Client, 2)],
        vec![Action::Read(End::Server, 1)],
        vec![Action::Write(End::Client, 1)],
        vec![Action::Write(End::Client, 2)],
        vec![Action::Write(End::Server, 1)],
        vec![Action::Write(End::Client, 1), Action::Steps(1)],
        vec![Action::Write(End::Client, 1), Action::Pass(Duration::from_millis(1))],
        vec![Action::Shutdown(End::Client, Mode::Write)],
        vec![Action::Shutdown(End::Client, Mode::Read)],
        vec![Action::Shutdown(End::Client, Mode::Write), Action::Steps(1)],
        vec![Action::Close(End::Client)],
        vec![Action::Abort(End::Client, Abort::Reset)],
        vec![Action::Abort(End::Client, Abort::Timeout)],
    ];
    let mut prints: BTreeSet<_> = acts.iter().map(|acts| after(acts).world.fingerprint()).collect();
    assert_eq!(prints.len(), acts.len());
    let fault = |nth| {
        let mut run = after(&[]);
        let exact = ExactFault {
            entity: run.ends[0].client.entity(),
            what: PacketName::Nth { kind: SegmentKind::Fin, nth },
            action: Impairment::Drop,
        };
        run.world.plan(NetFault::Segment { from: End::Client, exact }).expect("no stack has to do anything");
        run.world.fingerprint()
    };
    prints.extend([fault(1), fault(2)]);
    assert_eq!(prints.len(), acts.len() + 2, "a fault that waits counts");
}
