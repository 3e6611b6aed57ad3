//! The world from outside: random lists of actions on pipes of every dialect, and what can be said of every run.

use std::collections::BTreeSet;
use std::time::Duration;

use flowsim::choice::Choice;
use flowsim::contract::{Both, Call, Contract, End, Mode, Outcome, Payload};
use flowsim::oracle::{Judgement, Oracle, Verdict};
use flowsim::time::Instant;
use flowsim::trace::{Abort, Event, What, pattern};
use flowsim::world::{Conn, Op, PipeSettings, Stepped, World};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

/// What a random caller does next. Numbers that name things wrap around what there is.
#[derive(Clone, Debug)]
enum Action {
    Read(End, usize),
    Write(End, usize),
    Writev(End, Vec<usize>),
    Nodelay(End, usize),
    Flush(End),
    Shutdown(End, Mode),
    Close(End),
    Disconnect(End),
    Cancel(usize),
    Abort(End, Abort),
    /// The next due thing happens.
    Step,
    /// Time passes, with all that is due in it.
    Pass(u64),
}

/// A world with one pipe, and a caller that takes every outcome as soon as it is told.
struct Run {
    world: World,
    ends: Both<Conn>,
    contract: Both<Contract>,
    writes: Both<u64>,
    /// In call order.
    pending: Vec<(Op, Conn)>,
    outcomes: Vec<(Conn, Outcome)>,
    events: Vec<Event>,
}

impl Run {
    /// A copy that goes on alike.
    fn fork(&self) -> Run {
        Run {
            world: self.world.fork().expect("pipes can be copied"),
            ends: self.ends,
            contract: self.contract,
            writes: self.writes,
            pending: self.pending.clone(),
            outcomes: self.outcomes.clone(),
            events: self.events.clone(),
        }
    }

    fn new(settings: &PipeSettings, choice: Choice) -> Self {
        let mut world = World::with_choice(choice);
        world.record(true);
        let ends = world.pipe(settings);
        Run {
            world,
            ends,
            contract: settings.contract,
            writes: Both::default(),
            pending: Vec::new(),
            outcomes: Vec::new(),
            events: Vec::new(),
        }
    }

    fn act(&mut self, action: &Action) {
        match action {
            Action::Read(end, max) => self.call(*end, Call::Read { max: *max }),
            Action::Write(end, len) => {
                let data = self.payload(*end, *len);
                self.call(*end, Call::Write(data));
            }
            Action::Writev(end, lens) => {
                let whole = self.payload(*end, lens.iter().sum());
                let list = split(&whole, lens);
                self.call(*end, Call::Writev(list));
            }
            Action::Nodelay(end, len) => {
                let data = self.payload(*end, *len);
                self.call(*end, Call::WriteNodelay(data));
            }
            Action::Flush(end) => self.call(*end, Call::Flush),
            Action::Shutdown(end, mode) => self.call(*end, Call::Shutdown(*mode)),
            Action::Close(end) => self.call(*end, Call::Close),
            Action::Disconnect(end) => self.call(*end, Call::Disconnect),
            Action::Cancel(index) => self.cancel(*index),
            Action::Abort(end, abort) => _ = self.world.abort(self.ends[*end], *abort),
            Action::Step => {
                self.world.step();
            }
            Action::Pass(nanos) => self.pass(Duration::from_nanos(*nanos)),
        }
        self.take_all();
    }

    fn payload(&mut self, end: End, len: usize) -> Payload {
        let k = self.writes[end];
        self.writes[end] += 1;
        Payload::Bytes(pattern::slice(pattern::start(0, end, k), len))
    }

    fn call(&mut self, end: End, call: Call) {
        let op = self.world.call(self.ends[end], call);
        self.pending.push((op, self.ends[end]));
    }

    fn cancel(&mut self, index: usize) {
        if !self.pending.is_empty() {
            let (op, _) = self.pending.remove(index % self.pending.len());
            self.world.cancel(op);
        }
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
            if Some(op) != timer {
                let outcome = self.world.poll(op).expect("told once, and there");
                let index = self.pending.iter().position(|(pending, _)| *pending == op).expect("a pending call");
                let (_, conn) = self.pending.remove(index);
                self.outcomes.push((conn, outcome));
            }
        }
        self.events.extend(self.world.drain_events());
    }

    fn settle(&mut self) {
        while self.world.step() == Stepped::Ran {
            self.take_all();
        }
        self.world.quiesce();
        self.take_all();
    }

    fn judge(&self) -> Verdict {
        let mut oracle = Oracle::with(self.world.header(self.contract));
        for (event, line) in self.events.iter().zip(2..) {
            oracle.observe(line, event);
        }
        oracle.finish(false)
    }

    /// The bytes that an end has read.
    fn read_by(&self, end: End) -> Vec<u8> {
        let reads = self.outcomes.iter().filter(|(conn, _)| *conn == self.ends[end]);
        reads.filter_map(|(_, outcome)| if let Outcome::Data(data) = outcome { data.bytes() } else { None }).flatten().copied().collect()
    }

    /// The bytes that an end has offered, in call order.
    fn offered_by(&self, end: End) -> Vec<u8> {
        let calls = self.events.iter().filter_map(|event| match &event.what {
            What::Call { at, call, .. } if at.end == end => call.buffers(),
            _ => None,
        });
        calls.flatten().filter_map(Payload::bytes).flatten().copied().collect()
    }
}

fn split(whole: &Payload, lens: &[usize]) -> Vec<Payload> {
    let mut rest = whole.bytes().cloned().unwrap_or_default();
    lens.iter().map(|len| Payload::Bytes(rest.split_to(*len))).collect()
}

fn end() -> impl Strategy<Value = End> {
    prop::sample::select(&End::BOTH[..])
}

fn mode() -> impl Strategy<Value = Mode> {
    prop::sample::select(vec![Mode::Read, Mode::Write, Mode::ReadWrite])
}

fn abort() -> impl Strategy<Value = Abort> {
    prop::sample::select(vec![Abort::Reset, Abort::Timeout, Abort::KeepaliveDeath])
}

fn max() -> impl Strategy<Value = usize> {
    prop_oneof![1..20_usize, Just(usize::MAX)]
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        8 => (end(), max()).prop_map(|(end, max)| Action::Read(end, max)),
        6 => (end(), 0..12_usize).prop_map(|(end, len)| Action::Write(end, len)),
        1 => (end(), prop::collection::vec(0..5_usize, 0..4)).prop_map(|(end, lens)| Action::Writev(end, lens)),
        1 => (end(), 0..8_usize).prop_map(|(end, len)| Action::Nodelay(end, len)),
        1 => end().prop_map(Action::Flush),
        2 => (end(), mode()).prop_map(|(end, mode)| Action::Shutdown(end, mode)),
        1 => end().prop_map(Action::Close),
        1 => (0..8_usize).prop_map(Action::Cancel),
        1 => prop_oneof![
            5 => Just(Action::Step),
            1 => (end(), abort()).prop_map(|(end, abort)| Action::Abort(end, abort)),
            1 => end().prop_map(Action::Disconnect),
        ],
        4 => Just(Action::Step),
        3 => (0..3_000_u64).prop_map(Action::Pass),
    ]
}

fn actions() -> impl Strategy<Value = Vec<Action>> {
    prop::collection::vec(action(), 0..40)
}

fn contract() -> impl Strategy<Value = Contract> {
    prop::sample::select(Contract::PRESETS)
}

fn settings() -> impl Strategy<Value = PipeSettings> {
    let contracts =
        prop_oneof![contract().prop_map(Both::same), (contract(), contract()).prop_map(|(client, server)| Both { client, server })];
    let delay = prop_oneof![Just(0), 1..2_000_u64].prop_map(Duration::from_nanos);
    (contracts, 1..16_usize, delay).prop_map(|(contract, capacity, delay)| {
        PipeSettings::new(contract.client).with_contract(contract).with_capacity(capacity).with_delay(delay)
    })
}

fn choice() -> impl Strategy<Value = Choice> {
    prop_oneof![Just(Choice::benign()), any::<u64>().prop_map(Choice::seeded)]
}

fn run(settings: &PipeSettings, choice: Choice, actions: &[Action]) -> Run {
    let mut run = Run::new(settings, choice);
    actions.iter().for_each(|action| run.act(action));
    run
}

/// A counterexample as a person can read it.
fn told(run: &Run, verdict: &Verdict) -> String {
    let lines = run.events.iter().zip(2..).map(|(event, line)| format!("{line}: {} {:?}\n", event.t, event.what));
    let broken =
        verdict.violations.iter().map(|violation| format!("line {}: {} {}\n", violation.line, violation.rule.name(), violation.fact));
    lines.chain(broken).collect()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(400),
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_pipe_keeps_the_contract_of_each_of_its_ends(settings in settings(), choice in choice(), actions in actions()) {
        let mut run = run(&settings, choice, &actions);
        run.settle();
        let verdict = run.judge();
        prop_assert!(verdict.judgement == Judgement::Held, "{}\n{}", verdict.reason(), told(&run, &verdict));
    }

    #[test]
    fn what_is_read_was_written_in_that_order(settings in settings(), actions in actions()) {
        let without = |action: &&Action| !matches!(action, Action::Cancel(_));
        let actions: Vec<_> = actions.iter().filter(without).cloned().collect();
        let mut run = run(&settings, Choice::benign(), &actions);
        run.settle();
        for end in End::BOTH {
            let (read, offered) = (run.read_by(end), run.offered_by(end.peer()));
            prop_assert!(read.len() <= offered.len());
            if !actions.iter().any(|action| matches!(action, Action::Abort(..) | Action::Shutdown(_, Mode::Read))) {
                prop_assert!(offered.starts_with(&read));
            }
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_run_and_its_deviations_replay_it(settings in settings(), seed: u64, actions in actions()) {
        let first = run(&settings, Choice::seeded(seed), &actions);
        let again = run(&settings, Choice::seeded(seed), &actions);
        let replay = run(&settings, Choice::replay(first.world.choice().deviations().clone()), &actions);
        prop_assert_eq!(&first.events, &again.events);
        prop_assert_eq!(&first.events, &replay.events);
    }

    #[test]
    fn a_fork_goes_on_as_the_original_does(settings in settings(), choice in choice(), actions in actions(), at in 0..40_usize) {
        let (before, after) = actions.split_at(at.min(actions.len()));
        let mut original = run(&settings, choice, before);
        let mut fork = original.fork();
        prop_assert_eq!(original.world.fingerprint(), fork.world.fingerprint());
        for action in after {
            original.act(action);
            fork.act(action);
            prop_assert_eq!(original.world.fingerprint(), fork.world.fingerprint());
        }
        prop_assert_eq!(&original.events, &fork.events);
    }

    #[test]
    fn the_fingerprint_does_not_know_what_time_it_is(settings in settings(), actions in actions(), shift in 1..1_000_000_u64) {
        let (mut now, mut later) = (Run::new(&settings, Choice::benign()), Run::new(&settings, Choice::benign()));
        later.pass(Duration::from_nanos(shift));
        for action in &actions {
            now.act(action);
            later.act(action);
            prop_assert_eq!(now.world.fingerprint(), later.world.fingerprint());
        }
        let shifted = now.events.iter().map(|event| Event::new(event.t + Duration::from_nanos(shift), event.what.clone()));
        prop_assert_eq!(shifted.collect::<Vec<_>>(), later.events);
    }

    #[test]
    fn recording_changes_nothing(settings in settings(), choice in choice(), actions in actions()) {
        let recorded = run(&settings, choice.clone(), &actions);
        let mut silent = Run::new(&settings, choice);
        silent.world.record(false);
        actions.iter().for_each(|action| silent.act(action));
        prop_assert_eq!(recorded.outcomes, silent.outcomes);
        prop_assert!(silent.events.is_empty());
    }
}

#[test]
fn calls_on_what_is_not_there_fail_and_harm_nothing() {
    let mut world = World::new();
    let flow = world.adopt();
    let (mut other, settings) = (World::new(), PipeSettings::new(Contract::modern()));
    let strangers: Vec<_> = (0..3).flat_map(|_| End::BOTH.map(|end| other.pipe(&settings)[end])).collect();
    for conn in &strangers {
        let op = world.call(*conn, Call::Read { max: 1 });
        assert!(matches!(world.poll(op), Some(Outcome::Error(_))));
        world.abort(*conn, Abort::Reset);
    }
    for op in strangers.iter().map(|conn| other.call(*conn, Call::Read { max: 1 })) {
        assert_eq!((flow, world.poll(op), world.finished(), world.step()), (0, None, None, Stepped::Quiet));
        world.cancel(op);
    }
}

#[test]
fn timers_fire_in_order_and_cancelled_ones_do_not_move_the_clock() {
    let mut world = World::new();
    let (late, early, gone) = (world.sleep(Instant(9)), world.sleep(Instant(5)), world.sleep(Instant(7)));
    let due = world.sleep(Instant(0));
    assert_eq!((world.poll(due), world.poll(late)), (Some(Outcome::Done), None));
    world.cancel(gone);
    assert_eq!((world.step(), world.now(), world.finished()), (Stepped::Ran, Instant(5), Some(early)));
    assert_eq!((world.step(), world.now(), world.finished()), (Stepped::Ran, Instant(9), Some(late)));
    assert_eq!((world.step(), world.now()), (Stepped::Quiet, Instant(9)));
}

#[test]
fn different_states_have_different_fingerprints() {
    let settings = PipeSettings::new(Contract::classic()).with_delay(Duration::from_nanos(5));
    let acts = [
        vec![],
        vec![Action::Read(End::Client, 1)],
        vec![Action::Read(End::Client, 2)],
        vec![Action::Read(End::Server, 1)],
        vec![Action::Write(End::Client, 1)],
        vec![Action::Write(End::Client, 2)],
        vec![Action::Write(End::Client, 1), Action::Step],
        vec![Action::Write(End::Client, 1), Action::Pass(1)],
        vec![Action::Shutdown(End::Client, Mode::Write)],
        vec![Action::Shutdown(End::Client, Mode::Read)],
        vec![Action::Close(End::Client)],
        vec![Action::Disconnect(End::Client)],
        vec![Action::Abort(End::Client, Abort::Reset)],
        vec![Action::Abort(End::Client, Abort::Timeout)],
    ];
    let prints: BTreeSet<_> = acts.iter().map(|acts| run(&settings, Choice::benign(), acts).world.fingerprint()).collect();
    assert_eq!(prints.len(), acts.len());
}
