//! Runs the cases of a check, one after another, up to the first that fails.

use std::time::Duration;

use super::environment::Saved;
use super::{Check, Failure, Summary, shipped};
use crate::contract::{Both, Contract, End};
use crate::explore::schedules::{DecisionKind, Level};
use crate::explore::{Finding, scenarios, shrink_by};
use crate::scenario::{FaultKind, FlowSteps, Keep, Run, RunError, RunOptions, Scenario};
use crate::trace::Abort;
use crate::world::{Conn, Offers, Opening, PipeSettings, Sim, Target, World};

/// A check that is under way.
pub(super) struct Campaign<'a> {
    check: &'a Check,
    subject: Subject<'a>,
    options: RunOptions,
    summary: Summary,
}

/// What is checked, with what it was found to offer.
struct Subject<'a> {
    target: &'a dyn Target,
    offers: Offers,
}

impl Target for Subject<'_> {
    fn name(&self) -> &str {
        self.target.name()
    }

    fn claims(&self) -> &[Contract] {
        self.target.claims()
    }

    fn offers(&self) -> Offers {
        self.offers
    }

    fn open<'a>(&'a self, sim: &'a Sim) -> Opening<'a> {
        self.target.open(sim)
    }

    fn build(&self, world: &mut World, settings: &PipeSettings) -> Option<Both<Conn>> {
        self.target.build(world, settings)
    }
}

impl<'a> Campaign<'a> {
    /// Makes the ends once, to see what they are.
    pub fn new(check: &'a Check, target: &'a dyn Target) -> Result<Self, Box<Failure>> {
        let mut subject = Subject { target, offers: target.offers() };
        subject.offers.cancel &= check.abilities.cancel;
        subject.offers.tokio |= check.tokio;
        let run = idle().run(&subject).map_err(|error| Failure::refused(&error))?;
        let promised = check.contract.or(check.abilities.close_waits.then_some(run.contract().client));
        let contract = promised.map(|contract| Both::same(check.abilities.of(contract)));
        // The network comes into being with the first stack on it.
        if run.header().records.segments {
            subject.find_offers();
        }
        let summary = Summary::of(contract.unwrap_or(*run.contract()), subject.offers.network_faults);
        Ok(Campaign { check, subject, options: RunOptions::default().with_contract(contract), summary })
    }

    /// The shipped scenarios that fit, then random ones.
    pub fn run(mut self) -> Result<Summary, Box<Failure>> {
        let space = scenarios().on(&self.subject);
        let space = self.options.contract.map_or(space.clone(), |contract| space.contract(contract.client));
        for scenario in shipped::scenarios() {
            self.shipped(scenario)?;
        }
        for index in 0..self.check.cases {
            let scenario = self.check.abilities.within(space.case(self.check.seed, index));
            self.examine(&scenario, &self.options.with_keep(Keep::Both))?;
        }
        if self.subject.offers.network_faults {
            self.schedules()?;
        }
        self.summary.proven()
    }

    /// Every schedule of few faults of an exchange: data both ways, half-close, an answer, close.
    fn schedules(&mut self) -> Result<(), Box<Failure>> {
        let exchange = self.check.abilities.within(shipped::exchange());
        let mut level = Level::first(&exchange, &self.subject, DecisionKind::ALL);
        for depth in 0..=self.check.faults {
            let is_last = depth == self.check.faults;
            let mut deeper = level.deeper();
            for index in 0..level.len() {
                let options = RunOptions { contract: self.options.contract, ..level.options(false) };
                if let Some(run) = self.examine(&level.scenario(index), &options)? {
                    deeper.add(index, &level.outcome(index, &run, is_last));
                }
            }
            level = deeper.done();
        }
        Ok(())
    }

    /// A saved file alone; smaller, if that is asked for.
    pub fn repeat(mut self, saved: &Saved) -> Result<Summary, Box<Failure>> {
        let run = self.try_out(&saved.scenario, Keep::Both).map_err(|error| Failure::refused(&error))?;
        match self.finding(&run) {
            Some(finding) if saved.is_to_shrink => Err(self.shrunk(&saved.scenario, &finding, run)),
            Some(_) => Err(Failure::again(&run, saved)),
            None => {
                self.summary.count(&run);
                self.summary.replayed = true;
                Ok(self.summary)
            }
        }
    }

    /// A shipped scenario, if it can be run here and asks nothing of the callers that the contract forbids them.
    fn shipped(&mut self, scenario: &Scenario) -> Result<(), Box<Failure>> {
        if scenario.unfit(&self.subject).is_none() {
            let scenario = self.check.abilities.within(scenario.clone());
            self.examine(&scenario, &self.options.with_keep(Keep::Both))?;
        }
        Ok(())
    }

    /// Runs a case: its run, if there was one.
    fn examine(&mut self, scenario: &Scenario, options: &RunOptions) -> Result<Option<Run>, Box<Failure>> {
        match scenario.run_with(&self.subject, options) {
            Ok(run) => match self.finding(&run) {
                Some(finding) => Err(self.shrunk(scenario, &finding, run)),
                None => {
                    self.summary.count(&run);
                    Ok(Some(run))
                }
            },
            Err(error) if self.subject.offers.network_faults => {
                self.summary.refuse(&error);
                Ok(None)
            }
            Err(error) => Err(Failure::refused(&error)),
        }
    }

    fn try_out(&self, scenario: &Scenario, keep: Keep) -> Result<Run, RunError> {
        scenario.run_with(&self.subject, &self.options.with_keep(keep))
    }

    /// What is wrong with a run, but for what is not to be said. Once a caller did what it must not, nothing is.
    fn finding(&self, run: &Run) -> Option<Finding> {
        let is_said = |finding: &Finding| finding.rule().is_none_or(|rule| !self.check.without.contains(&rule));
        Finding::all(run).find(is_said).filter(|_| run.verdict().client_faults.is_empty())
    }

    /// The failure, made smaller and saved.
    fn shrunk(&self, scenario: &Scenario, finding: &Finding, run: Run) -> Box<Failure> {
        let shrunk = shrink_by(scenario, finding, self.check.effort, |scenario, keep| self.try_out(scenario, keep).ok());
        match shrunk {
            Some(shrunk) => Failure::found(self.check, shrunk),
            None => Failure::once(self.check, scenario, finding, &run),
        }
    }
}

impl Subject<'_> {
    /// Its packets cross the simulated network: finds out what its stacks let happen to them.
    fn find_offers(&mut self) {
        let known = Offers { network_faults: true, ..self.offers };
        self.offers = Offers { stack_settings: true, aborts: true, ..known };
        let mut set = idle();
        set.tcp.client.mss = 1_000;
        let can_be_set = set.run(self).is_ok();
        let mut aborted = idle();
        let (flow, end, at) = (0, End::Client, Duration::from_secs(1));
        aborted.faults.push(FaultKind::Abort { abort: Abort::Reset, flow, end, at }.into());
        aborted.faults.push(FaultKind::Crash { end, at, lasts: Some(at) }.into());
        let can_abort = aborted.run(self).is_ok();
        self.offers = Offers { stack_settings: known.stack_settings || can_be_set, aborts: known.aborts || can_abort, ..known };
    }
}

/// A scenario in which nothing is done.
fn idle() -> Scenario {
    Scenario { flows: vec![FlowSteps::default()], ..Scenario::default() }
}
