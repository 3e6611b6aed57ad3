//! One run of a scenario: how it goes, and what it leaves behind.

use std::sync::Arc;

use super::log::{Keep, Log, Stats};
use super::machine::{Machine, Miss, Why};
use super::program::Program;
use super::stage::Worldly;
use super::{Expect, Limits, Scenario};
use crate::choice::Choice;
use crate::contract::{Both, Contract};
use crate::oracle::{Exercised, Judgement, Verdict};
use crate::time::{Instant, span};
use crate::trace::{Diagnostic, Digest, Env, EnvWhat, Header, Place, Trace, What};
use crate::world::{PipeSettings, Step, World};

/// What a run may be told beside its scenario.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// What each end promises, whatever the scenario says.
    pub contract: Option<Both<Contract>>,
    /// Where chance starts from, whatever the scenario says.
    pub seed: Option<u64>,
    /// What is kept.
    pub keep: Keep,
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
    target: String,
}

/// Something that the scenario asks for and that did not come: an expectation that was not met, a guard that was not exercised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// Where it stands in the scenario, and what happened instead.
    pub diagnostic: Diagnostic,
    /// When that came out; the end of the run for a guard.
    pub t: Instant,
    /// Whose step it was; nothing for a guard.
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

    /// The name of the target.
    pub fn target(&self) -> &str {
        &self.target
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
            (Judgement::Violated, ..) => self.verdict.why.clone(),
            (_, [unmet], _) => unmet.diagnostic.message.clone(),
            (_, [unmet, rest @ ..], _) => format!("{} (and {} more)", unmet.diagnostic.message, rest.len()),
            (_, [], Some(limit)) => limit.clone(),
            (_, [], None) => self.verdict.why.clone(),
        }
    }
}

/// A run on the simulator's own flows.
pub(super) struct Direct<'a> {
    scenario: &'a Scenario,
    options: Options,
    stage: Worldly,
    machine: Machine,
    log: Log,
    header: Header,
    limit: Option<String>,
}

impl<'a> Direct<'a> {
    pub(super) fn new(scenario: &'a Scenario, contract: Both<Contract>, options: Options) -> Self {
        let seed = options.seed.or(scenario.seed);
        let mut world = World::with_choice(seed.map_or(Choice::benign(), Choice::seeded));
        let settings = PipeSettings { contract, capacity: scenario.pipe.capacity, delay: scenario.pipe.delay };
        let flows = scenario.flows.iter().map(|_| world.pipe(&settings)).collect();
        let header = world.header(contract);
        let log = Log::new(options.keep, &header);
        world.record(log.is_open());
        let machine = Machine::new(Arc::new(Program::new(scenario)));
        Direct { scenario, options, stage: Worldly { world, flows }, machine, log, header, limit: None }
    }

    pub(super) fn run(mut self, target: &str) -> Run {
        self.advance();
        while self.limit.is_none() && self.stage.world.step() == Step::Ran {
            self.advance();
        }
        if self.limit.is_some() {
            self.stage.world.note(What::Env(Env { flow: None, end: None, what: EnvWhat::End }));
        } else {
            self.machine.conclude(self.stage.world.now());
            self.stage.world.quiesce();
        }
        self.drain();
        self.finish(target)
    }

    /// Lets every task go on as far as it can at this moment.
    fn advance(&mut self) {
        let Limits { events, time } = self.scenario.limits;
        if self.stage.world.now() > Instant::ZERO + time {
            self.limit = Some(format!("limit reached: {} of virtual time", span(time)));
            return;
        }
        let is_idle = self.machine.pump(&mut self.stage, events);
        self.drain();
        if !is_idle || self.log.stats.events > events {
            self.limit = Some(format!("limit reached: {events} events by {}", self.stage.world.now()));
        }
    }

    fn drain(&mut self) {
        let log = &mut self.log;
        self.stage.world.drain_events().for_each(|event| log.take(event));
    }

    fn finish(self, target: &str) -> Run {
        let (scenario, now) = (self.scenario, self.stage.world.now());
        let stats = self.log.stats;
        let (oracle, trace) = self.log.into_parts();
        let is_judged = oracle.is_some();
        let verdict = oracle.map_or_else(unjudged, |oracle| oracle.finish(false));
        let mut unmet: Vec<Unmet> = self.machine.misses.iter().filter_map(|miss| missed(scenario, &self.machine, miss)).collect();
        if is_judged && self.limit.is_none() {
            unmet.extend(unexercised(scenario, &verdict, now));
        }
        let seed = self.options.seed.or(scenario.seed);
        let trace = trace.unwrap_or_else(|| Trace { header: self.header.clone(), ..Trace::default() });
        Run { header: self.header, trace, verdict, unmet, limit: self.limit, stats, seed, target: target.to_owned() }
    }
}

/// The guards that this run did not put to the test.
fn unexercised(scenario: &Scenario, verdict: &Verdict, t: Instant) -> impl Iterator<Item = Unmet> {
    let known: Vec<&str> = verdict.exercised.iter().map(|(rule, _)| rule.name()).collect();
    let help = format!("this run exercises: {}", if known.is_empty() { "nothing".to_owned() } else { known.join(", ") });
    scenario.guards.iter().filter(|guard| verdict.exercised.count(guard.rule) == 0).map(move |guard| {
        let message = format!("guard not exercised: {}", guard.rule);
        Unmet { diagnostic: scenario.source.at(guard.spot, message).with_help(help.as_str()), t, at: None }
    })
}

/// What a miss says to a person.
fn missed(scenario: &Scenario, machine: &Machine, miss: &Miss) -> Option<Unmet> {
    let (at, steps) = machine.task(miss.task)?;
    let (step, expect) = (steps.get(miss.step)?, steps.get(miss.step)?.expect.as_ref()?);
    let found = match &miss.why {
        Why::Ended(ended) => format!("got {ended}"),
        Why::Pending(0) => "it never ended".to_owned(),
        Why::Pending(bytes) => format!("it never ended ({bytes} bytes so far)"),
        Why::Unreached(before) => format!("it was never reached: `{}` before it never ended", steps.get(*before)?),
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

/// The verdict where nobody asked for one.
fn unjudged() -> Verdict {
    Verdict {
        judgement: Judgement::Held,
        why: "not judged".to_owned(),
        violations: Vec::new(),
        client_faults: Vec::new(),
        truncations: 0,
        exercised: Exercised::default(),
    }
}
