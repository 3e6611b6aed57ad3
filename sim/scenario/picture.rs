//! Draws and reports a run for people.

use std::iter;

use super::{Run, Unmet};
use crate::contract::Both;
use crate::oracle;
use crate::oracle::Judgement;
use crate::report::{self, Case, LadderView, Never, exercised, words};

/// How many expectations that were not met are told beside a broken rule.
const UNMET_MAX: usize = 8;

/// The most rows of a ladder that is drawn unasked.
const ROWS: usize = 100;

impl Run {
    /// The run as a ladder, with the violations pointed at. It needs the trace.
    pub fn ladder(&self) -> String {
        report::ladder(self.trace(), &LadderView::of(self.verdict()))
    }

    /// As [`Run::ladder`], of a long run only its begin and its end.
    pub fn brief_ladder(&self) -> String {
        let view = LadderView::of(self.verdict()).at_most(ROWS);
        report::ladder(self.trace(), &view)
    }

    /// What was broken and why, and what was asked for and did not come; `replay` is the command that shows it again. Empty where
    /// everything held. It needs trace and verdict.
    pub fn report(&self, replay: &str, color: bool) -> String {
        let broken = report::text(&Case::new(self.trace(), self.verdict(), replay));
        if !self.verdict().violations.is_empty() {
            return broken + &self.also_unmet();
        }
        let unmet: String = self.unmet().iter().map(|unmet| format!("\n{}\n", unmet.diagnostic.render(color))).collect();
        let held = self.judgement() == Judgement::Held;
        let replay = if held { String::new() } else { "\n".to_owned() + &words::paragraph("  replay      ", replay, words::WIDTH) };
        broken + &unmet + &replay
    }

    /// Expectations that were not met, in a line each: beside a broken rule, which says why.
    fn also_unmet(&self) -> String {
        let rest = self.unmet().len().saturating_sub(UNMET_MAX);
        let more = (rest > 0).then(|| format!("and {rest} more"));
        let said = self.unmet().iter().take(UNMET_MAX).map(brief).chain(more);
        let heads = iter::once("  also unmet  ").chain(iter::repeat("              "));
        let block: String = heads.zip(said).map(|(head, text)| words::paragraph(head, &text, words::WIDTH)).collect();
        if block.is_empty() { block } else { format!("\n{block}") }
    }

    /// What was put to the test, and how much was not.
    pub fn exercised_text(&self) -> String {
        let (Both { client, server }, exercised) = (*self.contract(), &self.verdict().exercised);
        exercised::text(&[client, server], exercised, &oracle::not_judged(self.header(), exercised), Never::Counted)
    }

    /// For tests: everything held.
    ///
    /// # Panics
    /// With the whole report, if a rule was broken, an expectation was not met, or it can't be told.
    #[track_caller]
    pub fn assert_held(&self) {
        if let Some(failure) = self.failure() {
            panic!("{failure}");
        }
    }

    /// All there is to say of a run that did not hold, for a test that fails by it: the verdict, the scenario, what was broken and
    /// why, the ladder, and how to run it again.
    pub fn failure(&self) -> Option<String> {
        if self.judgement() == Judgement::Held {
            return None;
        }
        let drawn = if self.verdict().violations.is_empty() { format!("\n{}", self.brief_ladder()) } else { String::new() };
        let (report, exercised) = (self.report(&self.again(), false), self.exercised_text());
        let origin = words::paragraph("  scenario    ", self.origin(), words::WIDTH);
        Some(format!("{}: {}\n{origin}{drawn}{report}\n{exercised}", self.judgement().word(), self.why()))
    }

    /// How a test shows the same again.
    fn again(&self) -> String {
        match self.seed() {
            Some(seed) => format!("`scenario.run_with(&ends, &RunOptions::default().with_seed({seed}))`: all chance comes from the seed"),
            None => "run this test again: nothing in it is left to chance".to_owned(),
        }
    }
}

/// `line 7: expected eof, but it never ended`.
fn brief(unmet: &Unmet) -> String {
    let message = words::plain(&unmet.diagnostic.message);
    match unmet.diagnostic.line {
        0 => message,
        line => format!("line {line}: {message}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{RunOptions, Scenario};
    use crate::target;

    /// The report of a run whose server waits for bytes that never come.
    fn failure(seed: Option<u64>) -> String {
        let text = "title = \"Waits\"\n[client]\nsteps = [\"write 1\"]\n[server]\nsteps = [\"read 2 -> 2\"]\n";
        let scenario = Scenario::parse("waits.toml", text).expect("a scenario");
        let run = scenario.run_with(target::named("pipe").expect("the pipe"), &RunOptions::default().with_seed(seed)).expect("a run");
        let panic = std::panic::catch_unwind(|| run.assert_held()).expect_err("it does not hold");
        *panic.downcast::<String>().expect("a report")
    }

    #[test]
    fn a_failing_test_names_its_seed() {
        let (plain, seeded) = (failure(None), failure(Some(3)));
        assert!(plain.contains("  replay      run this test again: nothing in it is left to chance\n"), "{plain}");
        assert!(seeded.contains("  replay      `scenario.run_with(&ends, &RunOptions::default().with_seed(3))`: all chance"), "{seeded}");
        for report in [plain, seeded] {
            assert!(report.contains("\n  scenario    waits.toml (Waits)\n"), "{report}");
            assert!(report.contains("error: expected 2 bytes") && !report.contains("also unmet"), "{report}");
            assert!(!report.contains("\n\n\n"), "{report}");
        }
    }
}
