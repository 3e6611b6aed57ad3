//! Makes [`Scenarios`] a strategy for proptest, which shrinks a scenario that fails by editing the numbers that it was drawn from.
//!
//! Fewer numbers are simpler, then smaller ones, the first that differs deciding. Elements of lists are cut out, parts are
//! brought back to what is usual, single numbers are lowered by halves; this is repeated until no edit makes the scenario
//! simpler without losing the failure.

mod record;

use std::cell::RefCell;

use proptest::prelude::Rng;
use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use super::Scenarios;
use super::draws::{Draws, Group};
use crate::choice::CaseNumbers;
use crate::scenario::Scenario;
use record::{Draw, Recorder, length};

impl Strategy for Scenarios {
    type Tree = Shrinking;
    type Value = Scenario;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        Ok(Shrinking::new(self.clone(), CaseNumbers::new(runner.rng().next_u64(), 0)))
    }
}

/// A scenario that was drawn, and the way to simpler ones: towards few short tasks, plain calls, small sizes and spans, one flow, the
/// default pipe or network, and no seed, fault or cancellation.
///
/// ```
/// use flowsim::{SetupError, Sim, explore::scenarios};
/// use proptest::prelude::*;
///
/// proptest! {
///     # #![proptest_config(ProptestConfig { failure_persistence: None, cases: 10, ..ProptestConfig::default() })]
///     # /*
///     #[test]
///     # */
///     fn my_flow_keeps_its_contract(scenario in scenarios()) {
///         let ends = async |sim: &Sim| -> Result<_, SetupError> { Ok(sim.pipe()) };
///         let run = scenario.run(&ends).unwrap();
///         let failure = run.failure().unwrap_or_default();
///         prop_assert!(failure.is_empty(), "{failure}");
///     }
/// }
/// # my_flow_keeps_its_contract();
/// ```
#[derive(Clone, Debug)]
pub struct Shrinking {
    scenarios: Scenarios,
    /// The simplest that is known to fail, once one is.
    best: Drawn,
    /// A simpler one that is being tried.
    trial: Option<Drawn>,
    edits: Edits,
}

/// A scenario, and what it was drawn from.
#[derive(Clone, Debug)]
struct Drawn {
    record: Vec<Draw>,
    /// Until it is given away: most are asked for once, and a copy costs as much as a small run's setting up.
    scenario: RefCell<Option<Scenario>>,
}

impl Drawn {
    fn by(scenarios: &Scenarios, mut recorder: Recorder<'_>) -> Self {
        let scenario = scenarios.draw(&mut Draws::new(&mut recorder));
        Drawn { record: recorder.into_record(), scenario: RefCell::new(Some(scenario)) }
    }

    /// The scenario; drawn again from the record if it was given away.
    fn scenario(&self, scenarios: &Scenarios) -> Scenario {
        self.scenario.take().unwrap_or_else(|| scenarios.draw(&mut Draws::new(&mut Recorder::again(&self.record))))
    }

    /// Sees to it that the scenario is there.
    fn restore(&mut self, scenarios: &Scenarios) {
        let scenario = self.scenario(scenarios);
        self.scenario = RefCell::new(Some(scenario));
    }

    fn is_simpler_than(&self, other: &Drawn) -> bool {
        self.numbers().count().cmp(&other.numbers().count()).then_with(|| self.numbers().cmp(other.numbers())).is_lt()
    }

    fn numbers(&self) -> impl Iterator<Item = u32> {
        self.record.iter().filter_map(|draw| draw.number())
    }
}

impl Shrinking {
    fn new(scenarios: Scenarios, numbers: CaseNumbers) -> Self {
        let best = Drawn::by(&scenarios, Recorder::chance(numbers));
        Shrinking { scenarios, best, trial: None, edits: Edits::default() }
    }

    /// Finds the next simpler scenario to try; false if none is left.
    fn try_next(&mut self) -> bool {
        self.best.restore(&self.scenarios);
        while let Some(edited) = self.edits.next(&self.best.record) {
            let drawn = Drawn::by(&self.scenarios, Recorder::again(&edited));
            if !drawn.is_simpler_than(&self.best) {
                self.edits.reject();
            } else if drawn.scenario == self.best.scenario {
                self.accept(drawn);
            } else {
                self.trial = Some(drawn);
                return true;
            }
        }
        false
    }

    fn accept(&mut self, drawn: Drawn) {
        self.best = drawn;
        self.best.restore(&self.scenarios);
        self.edits.accept();
    }
}

impl ValueTree for Shrinking {
    type Value = Scenario;

    fn current(&self) -> Scenario {
        self.trial.as_ref().unwrap_or(&self.best).scenario(&self.scenarios)
    }

    /// What was tried fails, too.
    fn simplify(&mut self) -> bool {
        if let Some(drawn) = self.trial.take() {
            self.accept(drawn);
        }
        self.try_next()
    }

    /// What was tried does not fail. Once nothing is left to try, the simplest that fails is shown again.
    fn complicate(&mut self) -> bool {
        let was_tried = self.trial.take().is_some();
        if was_tried {
            self.edits.reject();
            self.try_next();
        }
        was_tried
    }
}

/// Which edit of a record comes next.
#[derive(Clone, Debug, Default)]
struct Edits {
    pass: Pass,
    /// The entry of the record whose turn it is.
    at: usize,
    /// The least that the number there can be, as far as is known.
    least: u32,
    /// What the number was lowered to last.
    lowered: u32,
    /// Something came of a pass since the first one began.
    has_helped: bool,
}

#[derive(Clone, Copy, Debug, Default)]
enum Pass {
    /// An element of a list is left out.
    #[default]
    Cut,
    /// All numbers of a group become 0.
    Clear,
    /// A number becomes smaller.
    Lower,
    /// A round of all passes has not helped.
    Over,
}

impl Edits {
    /// The record after the next edit, if there is another.
    fn next(&mut self, record: &[Draw]) -> Option<Vec<Draw>> {
        loop {
            let edited = match self.pass {
                Pass::Cut => self.cut(record),
                Pass::Clear => self.clear(record),
                Pass::Lower => self.lower(record),
                Pass::Over => return None,
            };
            if edited.is_some() {
                return edited;
            }
            self.next_pass();
        }
    }

    fn next_pass(&mut self) {
        (self.at, self.least) = (0, 0);
        self.pass = match self.pass {
            Pass::Cut => Pass::Clear,
            Pass::Clear => Pass::Lower,
            Pass::Lower if std::mem::take(&mut self.has_helped) => Pass::Cut,
            Pass::Lower | Pass::Over => Pass::Over,
        };
    }

    /// The edit made the scenario simpler. What stands in its place now has its turn next.
    fn accept(&mut self) {
        self.has_helped = true;
    }

    /// The edit did not help.
    fn reject(&mut self) {
        match self.pass {
            Pass::Lower => self.least = self.lowered + 1,
            _ => self.at += 1,
        }
    }

    /// Without an element, and without the number before it, which says that it is there.
    fn cut(&mut self, record: &[Draw]) -> Option<Vec<Draw>> {
        self.at += record.get(self.at..)?.iter().position(|draw| *draw == Draw::Enter(Group::Element))?;
        let inner = &record[self.at + 1..];
        Some([&record[..self.at - 1], &inner[length(inner)..]].concat())
    }

    fn clear(&mut self, record: &[Draw]) -> Option<Vec<Draw>> {
        loop {
            self.at += record.get(self.at..)?.iter().position(|draw| matches!(draw, Draw::Enter(_)))?;
            let (before, inner) = record.split_at(self.at + 1);
            let (group, after) = inner.split_at(length(inner));
            if group.iter().any(|draw| draw.number().is_some_and(|number| number > 0)) {
                return Some([before, &[Draw::Leave], after].concat());
            }
            self.at += 1;
        }
    }

    /// To 0 at once, else by half of what it is more than it must be.
    fn lower(&mut self, record: &[Draw]) -> Option<Vec<Draw>> {
        loop {
            match record.get(self.at)?.number() {
                Some(number) if number > self.least => {
                    self.lowered = if self.least == 0 { 0 } else { self.least + (number - self.least) / 2 };
                    let mut edited = record.to_vec();
                    edited[self.at] = Draw::Number(self.lowered);
                    return Some(edited);
                }
                _ => (self.at, self.least) = (self.at + 1, 0),
            }
        }
    }
}

#[cfg(test)]
mod tests;
