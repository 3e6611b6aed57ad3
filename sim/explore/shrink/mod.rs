//! Makes a scenario that fails smaller, as long as a run of it shows the same [`Finding`].
//!
//! What chance decided becomes exact faults and a schedule, and the seed goes. Then `cut` takes elements away (flows, tasks, faults,
//! decisions, steps): many at once, half of them, at last one by one. `settings`, `tasks`, `steps` and `faults` replace what is left
//! by what is simpler, `smaller` says which numbers are smaller. All this is repeated until nothing helps: then the scenario is minimal, and
//! without any one element of it the finding is gone. Any scenario can be shrunk, on any target; see `strategy` for what proptest
//! does instead, which needs the numbers that a scenario was drawn from.

mod cut;
mod faults;
mod settings;
mod smaller;
mod steps;
mod tasks;

use std::collections::BTreeMap;

use super::Finding;
use crate::rules::Rule;
use crate::scenario::{Keep, Run, RunError, RunOptions, Scenario};
use crate::world::Target;
use cut::List;

/// How much a shrinking may cost. It ends early, with the smallest scenario so far, when either is spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Effort {
    /// Runs.
    pub runs: u64,
    /// Events of all runs together.
    pub events: u64,
}

/// Enough for nearly every scenario; some ten seconds at most on the simulator's own flows.
impl Default for Effort {
    fn default() -> Self {
        Effort { runs: 20_000, events: 20_000_000 }
    }
}

impl Effort {
    /// With so many runs.
    #[must_use]
    pub const fn with_runs(self, runs: u64) -> Self {
        Effort { runs, ..self }
    }
}

/// What shrinking came to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Shrunk {
    /// The smallest scenario that shows it. Its title says what; it stands in no file yet.
    pub scenario: Scenario,
    /// A run of it, with its trace.
    pub run: Run,
    /// What it shows.
    pub finding: Finding,
    /// How often a scenario was run.
    pub runs: u64,
    /// Nothing can be taken away or made smaller any more.
    pub is_minimal: bool,
    /// The smallest scenarios met on the way that break other rules, and do not show the finding.
    pub others: BTreeMap<Rule, Scenario>,
}

/// Shrinks a scenario on a target, as [`shrink_by`] does, looking for the first finding of its run; nothing where that shows none.
///
/// ```
/// use flowsim::{explore::{self, Effort}, scenario::Scenario, target};
///
/// let text = r#"
///     target = "tcp"
///     tcp.quirk = "fin-not-retransmitted"
///     link = { delay = "20ms", loss = "5%" }
///     fault = [{ drop = { from = "client", kind = "FIN" } }]
///     client.steps = ["write 4KiB", "sleep 5s", "shutdown write", "read to eof", "close"]
///     server.steps = ["read to eof", "write 2KiB", "close"]
/// "#;
/// let scenario = Scenario::parse("lossy.toml", text)?;
/// let target = target::named("tcp").expect("a known name");
/// let shrunk = explore::shrink(&scenario, target, Effort::default())?.expect("it fails");
/// assert_eq!(shrunk.finding.to_string(), "eof-arrives at the server");
/// println!("{}", shrunk.scenario);
/// # Ok::<(), flowsim::scenario::RunError>(())
/// ```
///
/// # Errors
/// As [`Scenario::run`].
pub fn shrink(scenario: &Scenario, target: &dyn Target, effort: Effort) -> Result<Option<Shrunk>, RunError> {
    let run = |scenario: &Scenario, keep: Keep| scenario.run_with(target, &RunOptions::default().with_keep(keep));
    let Some(finding) = Finding::of(&run(scenario, Keep::Verdict)?) else { return Ok(None) };
    Ok(shrink_by(scenario, &finding, effort, |scenario, keep| run(scenario, keep).ok()))
}

/// Shrinks a scenario, looking for this finding in what `run` gives back; that may be nothing, which shows nothing. Nothing comes
/// back where a run of the scenario as it is does not show it.
///
/// A smaller scenario counts only if its run blames the callers for nothing for which the first run did not blame them.
pub fn shrink_by(
    scenario: &Scenario,
    finding: &Finding,
    effort: Effort,
    run: impl FnMut(&Scenario, Keep) -> Option<Run>,
) -> Option<Shrunk> {
    let mut search = Search::new(scenario, finding, effort, run)?;
    let is_minimal = search.minimise();
    search.conclude(is_minimal)
}

/// Makes variants of a scenario's nth element, each simpler than it; nothing where it has no such element.
type Edit = fn(&Scenario, usize) -> Option<Vec<Scenario>>;

/// How elements are made simpler, the coarse ways first.
const EDITS: [Edit; 6] = [settings::whole, settings::single, tasks::joined, steps::simpler, faults::simpler, settings::less];

/// How many times more events than the first one a run may have before it is given up.
const LONGER: u64 = 4;

struct Search<R> {
    run: R,
    finding: Finding,
    /// What the callers are blamed for anyway: the sentences.
    blamed: Vec<&'static str>,
    best: Scenario,
    /// The most events of a run.
    events_max: u64,
    left: Effort,
    runs: u64,
    others: BTreeMap<Rule, Scenario>,
}

impl<R: FnMut(&Scenario, Keep) -> Option<Run>> Search<R> {
    fn new(scenario: &Scenario, finding: &Finding, effort: Effort, mut run: R) -> Option<Self> {
        let best = scenario.clone().detached();
        let first = run(&best, Keep::Both).filter(|run| finding.is_shown_by(run))?;
        let mut search = Search {
            run,
            finding: finding.clone(),
            blamed: blamed(&first).collect(),
            best,
            events_max: first.stats().events.saturating_mul(LONGER).saturating_add(1_000),
            left: effort,
            runs: 1,
            others: BTreeMap::new(),
        };
        search.leave_nothing_to_chance(&first);
        Some(search)
    }

    /// Without a seed: with every decision benign, else with those that the run took told exactly.
    fn leave_nothing_to_chance(&mut self, run: &Run) {
        let best = &self.best;
        if best.has_chance() && !self.attempt(self.best.exact(&Default::default()).ok()) {
            self.attempt(self.best.exact(run.decisions()).ok());
        }
    }

    /// Takes away and simplifies until a round of all of it has not helped; false if the effort was spent before.
    fn minimise(&mut self) -> bool {
        loop {
            let cut = List::ALL.iter().fold(false, |helped, list| self.cut(list) | helped);
            let helped = EDITS.iter().fold(cut, |helped, edit| self.simplify(*edit) | helped);
            if self.is_spent() {
                return false;
            }
            if !helped {
                return true;
            }
            self.tell_chance();
        }
    }

    /// What chance decided may fit into a file now that less is left.
    fn tell_chance(&mut self) {
        if self.best.has_chance() {
            let best = self.best.clone();
            self.runs += 1;
            if let Some(run) = (self.run)(&best, Keep::Both) {
                self.leave_nothing_to_chance(&run);
            }
        }
    }

    /// Takes elements of a list away, all of them at once, then half as many at a time, at last one by one.
    fn cut(&mut self, list: &List) -> bool {
        let (mut helped, mut size) = (false, (list.count)(&self.best));
        while size > 0 {
            let mut at = 0;
            while at < (list.count)(&self.best) {
                let cut = (list.without)(&self.best, at..at + size);
                match self.attempt(Some(cut)) {
                    true => helped = true,
                    false => at += size,
                }
            }
            size /= 2;
        }
        helped
    }

    /// Replaces each element by the first simpler one that will do, as often as one will.
    fn simplify(&mut self, edit: Edit) -> bool {
        let (mut helped, mut at) = (false, 0);
        while let Some(simpler) = edit(&self.best, at) {
            match simpler.into_iter().any(|scenario| self.attempt(Some(scenario))) {
                true => helped = true,
                false => at += 1,
            }
        }
        helped
    }

    /// Takes this scenario for the best one, if it is another one and shows the finding too.
    fn attempt(&mut self, scenario: Option<Scenario>) -> bool {
        let Some(mut scenario) = scenario.map(Scenario::detached) else { return false };
        if self.is_spent() || scenario == self.best || scenario.check().is_err() {
            return false;
        }
        let events = scenario.limits.events;
        scenario.limits.events = events.min(self.events_max);
        let run = (self.run)(&scenario, Keep::Verdict);
        scenario.limits.events = events;
        self.runs += 1;
        let shows = run.is_some_and(|run| self.is_shown(&run, &scenario));
        if shows {
            self.best = scenario;
        }
        shows
    }

    fn is_shown(&mut self, run: &Run, scenario: &Scenario) -> bool {
        self.left.events = self.left.events.saturating_sub(run.stats().events);
        if blamed(run).any(|sentence| !self.blamed.contains(&sentence)) {
            return false;
        }
        let shows = self.finding.is_shown_by(run);
        let other = Finding::of(run).and_then(|finding| finding.rule()).filter(|rule| !shows && self.finding.rule() != Some(*rule));
        if let Some(rule) = other {
            self.others.insert(rule, scenario.clone());
        }
        shows
    }

    fn is_spent(&self) -> bool {
        self.runs >= self.left.runs || self.left.events == 0
    }

    /// The end: a last run of the scenario as its file will say it.
    fn conclude(mut self, is_minimal: bool) -> Option<Shrunk> {
        let run = (self.run)(&self.best, Keep::Both).filter(|run| self.finding.is_shown_by(run))?;
        let scenario = Scenario { title: self.finding.story(&run), ..self.best };
        let Search { finding, runs, others, .. } = self;
        Some(Shrunk { scenario, run, finding, runs: runs + 1, is_minimal, others })
    }
}

/// What a run blames the callers for.
fn blamed(run: &Run) -> impl Iterator<Item = &'static str> + '_ {
    run.verdict().client_faults.iter().map(|fault| fault.fact.sentence)
}
