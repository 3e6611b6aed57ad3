//! Checks an implementation in a test of its own: one call runs it through the scenarios that come with the library and through
//! random ones, judges every run, and hands over the smallest failure as a file.
//!
//! ```
//! # /*
//! #[test]
//! # */
//! fn my_stream_keeps_the_contract() {
//!     flowsim::check(async |sim| Ok(sim.pipe()));
//! }
//! # my_stream_keeps_the_contract();
//! ```
//!
//! The closure makes two connected ends, anew for each run: flows, streams in [`Io`](crate::Io), layers on [`Sim::pipe`] or
//! [`Sim::tcp_pair`], stacks joined by [`Sim::connect`]. Where what it makes stands on the simulated network, the runs lose, delay,
//! double and reorder packets, too. A failure panics with a report, and leaves a scenario file, its trace and the report in
//! `flowsim-failures/`; the panic ends with the command that shows the same again. [`Check`] has settings, and gives a `Result`.
//!
//! The cases are a number, not a time: the same everywhere. The environment may change it for one run of the tests:
//!
//! | variable | does |
//! |---|---|
//! | `FLOWSIM_CASES` | so many random cases |
//! | `FLOWSIM_SEED` | other random cases: those of this seed |
//! | `FLOWSIM_REPLAY` | runs this saved file alone, in the check that it came from; other checks do as ever |
//! | `FLOWSIM_SHRINK` | the same, and makes the file smaller if it can |
//! | `FLOWSIM_ARTIFACTS` | the folder for failures |
//!
//! `shipped` has the scenarios, `ability` takes out of them what a stream can't do, `campaign` runs the cases, `failure` tells what
//! was found, `environment` reads the variables and writes the files.

mod ability;
mod campaign;
mod environment;
mod failure;
mod shipped;

use std::panic::Location;
use std::path::PathBuf;

use crate::contract::Contract;
use crate::explore::Effort;
use crate::flow::Flow;
use crate::rules::Rule;
use crate::world::{self, SetupError, Sim, SimFlow, Target};
use ability::Abilities;
use campaign::Campaign;
use environment::{Environment, TestName};
pub use failure::{Failure, Summary};

/// How many random cases a check runs where nothing else is said: below two seconds for most streams.
const CASES: u64 = 2_000;

/// Checks what this closure makes, as [`Check::run`] does with its usual settings.
///
/// # Panics
/// With the report, if a rule was broken; or if the check proves nothing.
#[track_caller]
pub fn check<A, B>(subject: impl AsyncFn(&Sim) -> Result<(A, B), SetupError>)
where
    A: Flow + 'static,
    B: Flow + 'static,
{
    if let Err(failure) = Check::new().run(subject) {
        panic!("{failure}");
    }
}

/// Checks a relay: what copies between two flows, given its end of the one from the client and its end of the one to the server. It runs
/// between flows through memory, then over the simulated network. The outer ends are judged by the contract
/// [`relay`](Contract::relay), all four by the rule of proxies.
///
/// ```
/// flowsim::check_relay(async |left, right| flowsim::flow::relay(left, right).await);
/// ```
///
/// # Panics
/// As [`check()`].
#[track_caller]
pub fn check_relay<P, R>(relay: P)
where
    P: AsyncFn(SimFlow, SimFlow) -> R + 'static,
{
    if let Err(failure) = Check::new().run_relay(relay) {
        panic!("{failure}");
    }
}

/// A check, with its settings.
///
/// ```
/// use flowsim::{Check, Contract, Sim, rules::Rule};
///
/// let summary = Check::new()
///     .contract(Contract::strict())
///     .without(Rule::CancelledRead)
///     .cases(200)
///     .run(async |sim: &Sim| Ok(sim.tcp_pair().await?))
///     .expect("the simulator's own TCP keeps its word");
/// assert!(summary.cases >= 200 && summary.exercised.count(Rule::EofComplete) > 0);
/// ```
#[derive(Clone, Debug)]
#[must_use = "settings do nothing by themselves: `run` checks"]
pub struct Check {
    contract: Option<Contract>,
    without: Vec<Rule>,
    abilities: Abilities,
    cases: u64,
    tokio: bool,
    faults: u32,
    seed: u64,
    effort: Effort,
    artifacts: PathBuf,
    test: TestName,
}

impl Default for Check {
    #[track_caller]
    fn default() -> Self {
        Check::new()
    }
}

impl Check {
    /// The usual settings. Where this is called is how failures name the check, beside the test's name.
    #[track_caller]
    pub fn new() -> Self {
        Check {
            contract: None,
            without: Vec::new(),
            abilities: Abilities::default(),
            cases: CASES,
            tokio: false,
            faults: 1,
            seed: 0,
            effort: Effort::default(),
            artifacts: PathBuf::from("flowsim-failures"),
            test: TestName::of(Location::caller()),
        }
    }

    /// Both ends are to keep this contract, whatever they promise themselves.
    pub fn contract(self, contract: Contract) -> Self {
        Check { contract: Some(contract), ..self }
    }

    /// Nothing is said if this rule is broken.
    pub fn without(mut self, rule: Rule) -> Self {
        self.without.push(rule);
        self
    }

    /// The stream can't end its writing alone: where a scenario would, it closes if it is done, and goes on else.
    pub fn without_half_close(self) -> Self {
        Check { abilities: Abilities { half_close: false, ..self.abilities }, ..self }
    }

    /// The stream can't end its reading alone.
    pub fn without_shutdown_of_reading(self) -> Self {
        Check { abilities: Abilities { shutdown_read: false, ..self.abilities }, ..self }
    }

    /// Calls of this stream are never given up.
    pub fn without_cancel(self) -> Self {
        Check { abilities: Abilities { cancel: false, ..self.abilities }, ..self }
    }

    /// A close may wait until the peer has read what was written.
    pub fn close_may_wait(self) -> Self {
        Check { abilities: Abilities { close_waits: true, ..self.abilities }, ..self }
    }

    /// The stream needs tokio's runtime: `tokio::spawn`, `tokio::time`. Each run has a fresh one on this thread, whose clock is paused and
    /// follows virtual time, so that waiting costs nothing. Tokio's timers go off at whole milliseconds, rounded up. Use it in a plain
    /// `#[test]`: inside of `#[tokio::test]` there is a runtime already. Needs the feature `tokio`.
    pub fn tokio(self) -> Self {
        Check { tokio: true, ..self }
    }

    /// So many random cases, after the shipped ones.
    pub fn cases(self, cases: u64) -> Self {
        Check { cases, ..self }
    }

    /// Where packets cross the simulated network: every schedule with at most so many faults or turns of a small exchange is run, too; 1
    /// where nothing is said, 0 for none. Two are some thousand runs, three some hundred thousand.
    pub fn exhaustive(self, faults: u32) -> Self {
        Check { faults, ..self }
    }

    /// The random cases of this seed; of 0 where nothing is said.
    pub fn seed(self, seed: u64) -> Self {
        Check { seed, ..self }
    }

    /// How much making a failure smaller may cost.
    pub fn effort(self, effort: Effort) -> Self {
        Check { effort, ..self }
    }

    /// Failures are saved in this folder.
    pub fn artifacts(self, folder: impl Into<PathBuf>) -> Self {
        Check { artifacts: folder.into(), ..self }
    }

    /// Checks what this closure makes.
    ///
    /// # Errors
    /// The first failure, shrunk and saved; or why the check proves nothing: ends that can't be made, or that nothing crosses.
    // The bound is `AsyncFn` itself and not `Target`: so the type of the closure's argument need not be written.
    pub fn run<A, B>(&self, subject: impl AsyncFn(&Sim) -> Result<(A, B), SetupError>) -> Result<Summary, Box<Failure>>
    where
        A: Flow + 'static,
        B: Flow + 'static,
    {
        self.run_target(&subject)
    }

    /// Checks a relay, as [`check_relay`] does. `contract("relay,eof_on_peer_abort=forbid".parse()?)` also forbids it to turn a reset
    /// into an end of stream.
    ///
    /// # Errors
    /// As [`Check::run`].
    pub fn run_relay<P, R>(&self, relay: P) -> Result<Summary, Box<Failure>>
    where
        P: AsyncFn(SimFlow, SimFlow) -> R + 'static,
    {
        let through_memory = world::proxy(relay);
        let summary = self.run_target(&through_memory)?;
        Ok(summary.and(&self.run_target(&through_memory.over_network())?))
    }

    /// As [`Check::run`], of any target.
    ///
    /// # Errors
    /// As [`Check::run`].
    pub fn run_target(&self, target: &dyn Target) -> Result<Summary, Box<Failure>> {
        let environment = Environment::read().map_err(Failure::unusable)?;
        let check = environment.applied_to(self);
        let campaign = Campaign::new(&check, target)?;
        match environment.file_for(&check.test)? {
            Some(saved) => campaign.repeat(&saved),
            None => campaign.run(),
        }
    }
}
