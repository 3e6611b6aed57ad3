//! What a person looks at after a run.

use super::Run;
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
}
