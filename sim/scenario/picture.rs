//! What a person looks at after a run.

use super::Run;
use crate::oracle::Judgement;
use crate::report::{self, Case, View};

impl Run {
    /// The run as a ladder, with the violations pointed at. It needs the trace.
    pub fn ladder(&self) -> String {
        report::ladder(self.trace(), &View::of(self.verdict()))
    }

    /// What was broken and why, and what was put to the test; `replay` is the command that shows it again. It needs trace and
    /// verdict.
    pub fn report(&self, replay: &str) -> String {
        report::text(&Case { trace: self.trace(), verdict: self.verdict(), lines: &[], replay })
    }

    /// For tests: everything held.
    ///
    /// # Panics
    /// With the whole report, if a rule was broken, an expectation was not met, or it can't be told.
    #[track_caller]
    pub fn assert_held(&self) {
        if self.judgement() == Judgement::Held {
            return;
        }
        let unmet: String = self.unmet().iter().map(|unmet| format!("\n{}\n", unmet.diagnostic.render(false))).collect();
        let drawn = if self.verdict().violations.is_empty() { format!("\n{}", self.ladder()) } else { String::new() };
        let report = self.report("run this test again: nothing in it is left to chance");
        panic!("{}: {}\n{drawn}{report}{unmet}", self.judgement().word(), self.why());
    }
}
