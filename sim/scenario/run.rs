//! Conducts one run of a scenario, and keeps what it leaves behind.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;

use super::machine::{Machine, Miss, Why};
use super::mistake::LineNumbers;
use super::program::Program;
use super::recorder::{Keep, Recorder, Stats};
use super::recurrence::Recurrence;
use super::stage::Stage;
use super::units::Size;
use super::{Expect, Fault, Limits, RunError, Scenario};
use crate::choice::{Address, Choice, Deviations};
use crate::contract::{Both, Contract, End};
use crate::oracle::{Exercised, Fact, Judgement, Oracle, Verdict, Violation};
use crate::report::Notes;
use crate::tcp;
use crate::time::{Instant, span};
use crate::trace::{Diagnostic, Digest, Event, Header, Place, Trace};
use crate::world::{Conn, NetSettings, PipeSettings, Target, World};

/// What a run may be told beside its scenario.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct RunOptions {
    /// What each end promises, whatever the scenario says.
    pub contract: Option<Both<Contract>>,
    /// Where chance starts from, whatever the scenario says.
    pub seed: Option<u64>,
    /// What is kept.
    pub keep: Keep,
    /// Which decisions could have been others is listed. Only where nothing is left to chance.
    pub(crate) lists_decisions: bool,
}

impl RunOptions {
    /// With this promise of each end, whatever the scenario says.
    #[must_use]
    pub fn with_contract(self, contract: impl Into<Option<Both<Contract>>>) -> Self {
        RunOptions { contract: contract.into(), ..self }
    }

    /// With chance from this seed on, whatever the scenario says.
    #[must_use]
    pub fn with_seed(self, seed: impl Into<Option<u64>>) -> Self {
        RunOptions { seed: seed.into(), ..self }
    }

    /// With a list of the decisions that could have been others.
    pub(crate) fn listing_decisions(self) -> Self {
        RunOptions { lists_decisions: true, ..self }
    }

    /// With this kept.
    #[must_use]
    pub fn with_keep(self, keep: Keep) -> Self {
        RunOptions { keep, ..self }
    }
}

/// A scenario on a target that can run it.
pub struct Ready<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) target: &'a dyn Target,
    program: Program<'a>,
    /// The oracle of the run before: the next one takes its memory.
    oracle: Cell<Option<Oracle>>,
}

impl<'a> Ready<'a> {
    pub(super) fn new(scenario: &'a Scenario, target: &'a dyn Target) -> Self {
        Ready { scenario, target, program: Program::new(scenario, target.offers().connections), oracle: Cell::new(None) }
    }

    /// Plans the faults of the network, on these flows.
    pub(super) fn plan(&self, world: &mut World, flows: &[Both<Conn>]) -> Result<(), RunError> {
        let mut planned = self.scenario.faults.iter().filter_map(|fault| fault.kind.planned(flows));
        planned.try_for_each(|fault| world.plan(fault)).map_err(|why| self.unmade(why.into_source()))
    }

    /// The target's ends could not be made, for this reason.
    pub(super) fn unmade(&self, source: Box<dyn Error + Send + Sync>) -> RunError {
        let message = format!("the ends of the target `{}` could not be made", self.target.name());
        RunError::Ends { diagnostic: self.scenario.source.whole(&message), source }
    }
}

impl fmt::Debug for Ready<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ready({:?} on {})", self.scenario.title, self.target.name())
    }
}

/// What a run left behind.
#[derive(Clone, Debug)]
pub struct Run {
    header: Header,
    trace: Trace,
    verdict: Verdict,
    unmet: Vec<Unmet>,
    limit: Option<String>,
    stats: Stats,
    seed: Option<u64>,
    decisions: Deviations,
    open_decisions: Vec<(Address, u32)>,
    target: String,
    idle_faults: Vec<String>,
    repeats: Option<Instant>,
    /// The scenario's lines of the steps whose operations broke a rule.
    steps: BTreeMap<(Place, u64), u64>,
    /// The scenario's file and title, where something went wrong.
    origin: String,
}

/// Something that the scenario asks for and that did not come: an expectation that was not met, a guard that was not exercised.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unmet {
    /// Where it stands in the scenario, and what happened instead.
    pub diagnostic: Diagnostic,
    /// When that came out; the end of the run for a guard.
    pub t: Instant,
    /// The end with the step; nothing for a guard.
    pub at: Option<Place>,
}

impl Run {
    /// The events, if they were kept.
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// What the oracle says, if it was asked. Expectations, guards and limits are no part of it: see [`Run::judgement`].
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// The digest of the trace as it would be written.
    pub fn digest(&self) -> Digest {
        self.trace.digest()
    }

    /// Expectations that were not met and guards that were not exercised.
    pub fn unmet(&self) -> &[Unmet] {
        &self.unmet
    }

    /// Why the run was given up, if it was.
    pub fn limit(&self) -> Option<&str> {
        self.limit.as_deref()
    }

    /// What the run amounted to.
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    /// Where chance started from; nothing where every decision was the benign one.
    pub fn seed(&self) -> Option<u64> {
        self.seed
    }

    /// What chance decided otherwise than is benign, if a trace was kept: [`Scenario::exact`] tells the same run by it.
    pub fn decisions(&self) -> &Deviations {
        &self.decisions
    }

    /// The decisions that could have been others, in order, and among how many each was; if they were to be listed.
    pub(crate) fn open_decisions(&self) -> &[(Address, u32)] {
        &self.open_decisions
    }

    /// The name of the target.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The line of the scenario file with the step that broke a rule, where that is known.
    pub fn step_line(&self, violation: &Violation) -> Option<u64> {
        let at = Place { flow: violation.flow, end: violation.end };
        self.steps.get(&(at, violation.op?)).copied()
    }

    /// What should be known of how it was judged, and which faults struck nothing. It needs the trace.
    pub fn notes(&self) -> Vec<String> {
        let judged = Notes::of(&self.header, &self.trace.events).list();
        let repeats = self.repeats.map(|t| format!("the run was ended at {t}: it only repeats itself from there on"));
        judged.into_iter().chain(self.idle_faults.iter().cloned()).chain(repeats).collect()
    }

    /// The faults whose segment was never sent, so that nothing came of them: a sentence each.
    pub fn idle_faults(&self) -> &[String] {
        &self.idle_faults
    }

    /// The header of its trace: the contracts, what is recorded.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The scenario's file and title; empty where everything held.
    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    /// What each end promised.
    pub fn contract(&self) -> &Both<Contract> {
        &self.header.contract
    }

    /// Everything together: violated if a rule was broken or something was asked for that did not come; else inconclusive if
    /// the oracle can't tell or the run was given up.
    pub fn judgement(&self) -> Judgement {
        match self.verdict.judgement {
            Judgement::Violated => Judgement::Violated,
            _ if !self.unmet.is_empty() => Judgement::Violated,
            _ if self.limit.is_some() => Judgement::Inconclusive,
            judgement => judgement,
        }
    }

    /// Why, in one sentence; empty for a plain `held`.
    pub fn why(&self) -> String {
        match (self.verdict.judgement, &*self.unmet, &self.limit) {
            (Judgement::Violated, ..) => self.verdict.reason(),
            (_, [unmet], _) => unmet.diagnostic.message.clone(),
            (_, [unmet, rest @ ..], _) => format!("{} (and {} more)", unmet.diagnostic.message, rest.len()),
            (_, [], Some(limit)) => limit.clone(),
            (_, [], None) => self.verdict.reason(),
        }
    }
}

/// After so many calls that returned at once a run looks whether it is within its limits.
const CALLS: u64 = 4096;

/// A run that is under way, whatever it runs on.
pub(super) struct Execution<'a> {
    scenario: &'a Scenario,
    seed: Option<u64>,
    target: String,
    machine: Machine<'a>,
    recorder: Recorder,
    /// Where the oracle is left for the next run.
    oracle: &'a Cell<Option<Oracle>>,
    header: Header,
    idle_faults: Vec<String>,
    /// The last time that is within the limits.
    until: Instant,
    /// Why it is given up, once it is.
    pub(super) limit: Option<String>,
    recurrence: Recurrence,
    /// When it was ended, since it only repeats itself from there on.
    repeats: Option<Instant>,
    /// What went wrong beside the calls.
    pub(super) troubles: Vec<String>,
    /// The numbers that the flows have in the trace, where each call is a task of its own; else they have the scenario's, and
    /// calls are numbered in the order in which the machine makes them.
    tasked: Option<Vec<u32>>,
}

impl<'a> Execution<'a> {
    pub(super) fn new(ready: &'a Ready<'_>, header: Header, options: &RunOptions) -> Self {
        let scenario = ready.scenario;
        let mut machine = Machine::new(&ready.program);
        if options.keep.records() {
            machine.remember_calls();
        }
        Execution {
            scenario,
            seed: scenario.chance(options.seed),
            target: ready.target.name().to_owned(),
            machine,
            recorder: Recorder::new(options.keep, &header, ready.oracle.take()),
            oracle: &ready.oracle,
            header,
            idle_faults: Vec::new(),
            until: Instant::ZERO + scenario.limits.time,
            limit: None,
            recurrence: Recurrence::default(),
            repeats: None,
            troubles: Vec::new(),
            tasked: None,
        }
    }

    /// Each call is a task of its own, which may overtake another; the flows have these numbers in the trace.
    pub(super) fn tasked(self, flows: Vec<u32>) -> Self {
        Execution { tasked: Some(flows), ..self }
    }

    /// The line of the step whose operation broke a rule, beside that operation.
    fn step_line(&self, lines: &LineNumbers<'_>, violation: &Violation) -> Option<((Place, u64), u64)> {
        let op = violation.op?;
        let flow = match &self.tasked {
            Some(flows) => u32::try_from(flows.iter().position(|flow| *flow == violation.flow)?).ok()?,
            None => violation.flow,
        };
        let step = self.machine.maker(Place { flow, end: violation.end }, op, self.tasked.is_none())?;
        Some(((Place { flow: violation.flow, end: violation.end }, op), lines.of(step.spot)?))
    }

    /// Takes what a world has logged.
    pub(super) fn watch(&mut self, world: &mut World) {
        if self.recorder.is_kept() {
            self.take(world.drain_events());
        } else {
            world.show_events(|event| self.recorder.see(event));
        }
    }

    /// Takes events, in order.
    pub(super) fn take(&mut self, events: impl Iterator<Item = Event>) {
        events.for_each(|event| self.recorder.take(event));
    }

    /// Lets every task go on as far as it can at this moment, and takes what happens; false if the run is to be given up.
    pub(super) fn advance<S: Stage>(&mut self, stage: &mut S, take: impl Fn(&mut Self, &mut S)) -> bool {
        let mut left = self.scenario.limits.events;
        let (mut is_at_rest, mut goes_on) = (false, self.is_in_time(stage.now()));
        while goes_on && !is_at_rest {
            let calls = left.min(CALLS);
            left -= calls;
            is_at_rest = self.machine.pump(stage, calls);
            take(self, stage);
            // Each call is an event, also in a run that keeps none.
            if left == 0 && !is_at_rest {
                self.reached_events(stage.now());
            }
            goes_on = self.is_within(stage.now());
        }
        goes_on
    }

    fn reached_events(&mut self, now: Instant) {
        let Limits { events, .. } = self.scenario.limits;
        self.limit.get_or_insert_with(|| format!("limit reached: {events} events by {now}"));
    }

    /// Is the run within its limits still?
    pub(super) fn is_within(&mut self, now: Instant) -> bool {
        let Limits { events, bytes, .. } = self.scenario.limits;
        if self.recorder.stats.events > events {
            self.reached_events(now);
        }
        if self.limit.is_none() && self.recorder.stats.bytes_to_client + self.recorder.stats.bytes_to_server > bytes {
            self.limit = Some(format!("limit reached: reads returned more than {} by {now}", Size(bytes)));
        }
        self.is_in_time(now)
    }

    fn is_in_time(&mut self, now: Instant) -> bool {
        if self.limit.is_none() && now > self.until {
            self.limit = Some(format!("limit reached: {} of virtual time", span(self.scenario.limits.time)));
        }
        self.limit.is_none()
    }

    /// Does the run only repeat itself from here on? Asked where nothing has happened for so long that whatever is owed is overdue.
    pub(super) fn repeats(&mut self, world: &World) -> bool {
        let (now, last) = (world.now(), self.recorder.stats.last_return);
        let longest = self.header.contract.client.patience.max(self.header.contract.server.patience);
        let may_repeat = now > last + longest.saturating_mul(2) && self.machine.only_calls() && !self.scenario.has_lossy_links();
        if may_repeat && self.recurrence.was_before(world.fingerprint(), last) {
            self.repeats = Some(now);
        }
        self.repeats.is_some()
    }

    /// Has every task ended?
    pub(super) fn is_over(&self) -> bool {
        self.machine.is_over()
    }

    /// Would the run fail, or fail more, if it ended with these events and nothing more could happen?
    pub(super) fn fails_at_quiet(&self, last: &[Event]) -> bool {
        self.machine.is_unmet() || self.recorder.fails_with(last)
    }

    /// Finds out which faults of single segments still wait for theirs in a run that has come to its end.
    pub(super) fn note_faults(&mut self, world: &World, flows: &[Both<Conn>]) {
        if self.limit.is_none() {
            let awaited = |fault: &&Fault| fault.kind.planned(flows).is_some_and(|fault| world.awaits(&fault));
            let lines = self.scenario.source.lines();
            self.idle_faults = self.scenario.faults.iter().filter(awaited).map(|fault| idle(&lines, fault)).collect();
        }
    }

    /// The end: what was never met, then the verdict.
    pub(super) fn finish(mut self, now: Instant, choice: &Choice) -> Run {
        if self.limit.is_none() {
            self.machine.conclude(now);
        }
        let (scenario, stats) = (self.scenario, self.recorder.stats);
        let (mut oracle, trace) = std::mem::take(&mut self.recorder).into_parts();
        let is_judged = oracle.is_some();
        let verdict = oracle.as_mut().map_or_else(unjudged, |oracle| oracle.conclude(false));
        self.oracle.set(oracle);
        let mut unmet: Vec<Unmet> = self.troubles.iter().map(|trouble| Unmet::of_run(scenario, trouble, now)).collect();
        unmet.extend(self.machine.misses.iter().filter_map(|miss| missed(scenario, &self.machine, miss)));
        if is_judged && self.limit.is_none() {
            unmet.extend(unexercised(scenario, &verdict, now));
        }
        let lines = scenario.source.lines();
        let steps = verdict.violations.iter().filter_map(|violation| self.step_line(&lines, violation)).collect();
        let decisions = trace.as_ref().map_or_else(Deviations::new, |_| choice.deviations().clone());
        let trace = trace.unwrap_or_else(|| Trace { header: self.header.clone(), ..Trace::default() });
        let Execution { header, limit, seed, target, idle_faults, repeats, .. } = self;
        let mut run = Run {
            header,
            trace,
            verdict,
            unmet,
            limit,
            stats,
            seed,
            decisions,
            open_decisions: choice.open_decisions().to_vec(),
            target,
            idle_faults,
            repeats,
            steps,
            origin: String::new(),
        };
        if run.judgement() != Judgement::Held {
            run.origin = format!("{} ({})", scenario.source.name, scenario.title);
        }
        run
    }
}

impl Unmet {
    /// Something that concerns the run as a whole.
    fn of_run(scenario: &Scenario, message: &str, t: Instant) -> Self {
        Unmet { diagnostic: scenario.source.whole(message), t, at: None }
    }
}

impl Scenario {
    /// An empty world whose chance is this run's.
    pub(super) fn world(&self, options: &RunOptions) -> World {
        let choice = match self.chance(options.seed) {
            Some(seed) => Choice::seeded(seed),
            None if options.lists_decisions => Choice::replay(self.schedule.clone()).listing(),
            None if self.schedule.is_empty() => Choice::benign(),
            None => Choice::replay(self.schedule.clone()),
        };
        World::with_choice(if options.keep.records() { choice } else { choice.without_record() })
    }

    /// Where chance starts from: what the run was told, else the scenario; seed 0 where a link needs chance and neither says.
    pub(super) fn chance(&self, told: Option<u64>) -> Option<u64> {
        told.or(self.seed).or(self.has_lossy_links().then_some(0))
    }

    /// Is anything left to chance?
    pub(crate) fn has_chance(&self) -> bool {
        self.chance(None).is_some()
    }

    /// Does chance decide what becomes of packets?
    pub(crate) fn has_lossy_links(&self) -> bool {
        self.link.client.has_chance() || self.link.server.has_chance()
    }

    /// What the network between the two hosts is made of in a run in which the ends promise this.
    pub(super) fn network(&self, contract: Both<Contract>) -> NetSettings {
        let stack = |end: End| tcp::Settings { contract: contract[end], ..self.tcp[end].clone() };
        NetSettings { link: self.link.clone(), tcp: Both { client: stack(End::Client), server: stack(End::Server) } }
    }

    /// What the simulator's own flows are made of.
    pub(super) fn settings(&self, contract: Both<Contract>) -> PipeSettings {
        PipeSettings { contract, capacity: self.pipe.capacity, delay: self.pipe.delay }
    }
}

/// The guards that this run did not put to the test.
fn unexercised(scenario: &Scenario, verdict: &Verdict, t: Instant) -> impl Iterator<Item = Unmet> {
    scenario.guards.iter().filter(|guard| verdict.exercised.count(guard.rule) == 0).map(move |guard| {
        let message = format!("guard not exercised: {}", guard.rule);
        Unmet { diagnostic: scenario.source.at(guard.spot, message).with_help(exercised(verdict)), t, at: None }
    })
}

fn exercised(verdict: &Verdict) -> String {
    let known: Vec<&str> = verdict.exercised.iter().map(|(rule, _)| rule.name()).collect();
    format!("this run exercises: {}", if known.is_empty() { "nothing".to_owned() } else { known.join(", ") })
}

/// What a person should know of a fault that struck nothing.
fn idle(lines: &LineNumbers<'_>, fault: &Fault) -> String {
    let place = lines.of(fault.spot).map(|line| format!(" in line {line}")).unwrap_or_default();
    format!("the fault{place} struck nothing, since no such segment was sent: {}", fault.kind)
}

/// What a miss says to a person.
fn missed(scenario: &Scenario, machine: &Machine<'_>, miss: &Miss) -> Option<Unmet> {
    let task = machine.task(miss.task)?;
    let (at, step) = (task.at, task.step(miss.step)?);
    let expect = step.expect.as_ref()?;
    let found = match &miss.why {
        Why::Ended(ended) => format!("got {ended}"),
        Why::Pending(0) => "it never ended".to_owned(),
        Why::Pending(bytes) => format!("it never ended ({bytes} bytes so far)"),
        Why::Unreached(before) => format!("it was never reached: `{}` before it never ended", task.step(*before)?),
    };
    let message = format!("expected {}, but {found}", wanted(expect));
    let help = format!("at {} of the run, {} of flow {}", miss.at, at.end, at.flow);
    Some(Unmet { diagnostic: scenario.source.at(step.spot, message).with_help(help), t: miss.at, at: Some(at) })
}

fn wanted(expect: &Expect) -> String {
    match expect {
        Expect::Bytes(1) => "1 byte".to_owned(),
        Expect::Bytes(bytes) => format!("{bytes} bytes"),
        expect => format!("`{expect}`"),
    }
}

/// The verdict of a run that was not judged.
fn unjudged() -> Verdict {
    Verdict {
        judgement: Judgement::Held,
        why: Some(Fact { sentence: "not judged", values: Vec::new() }),
        violations: Vec::new(),
        client_faults: Vec::new(),
        truncations: 0,
        exercised: Exercised::default(),
        tolerated: Vec::new(),
        searched: 0,
    }
}
