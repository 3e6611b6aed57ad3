//! Saves each failure as a scenario, a trace and a report, and tells it.

use std::path::Path;

use super::super::args::{Format, FuzzArgs};
use super::super::output::{self, Output};
use super::super::{artifacts, run, shrink};
use super::Space;
use crate::explore::Failure;
use crate::report::words;
use crate::trace::Diagnostic;

/// Where failures are saved.
pub(super) struct Artifacts<'a> {
    args: &'a FuzzArgs,
    space: &'a Space,
    saved: usize,
}

impl<'a> Artifacts<'a> {
    pub(super) fn new(args: &'a FuzzArgs, space: &'a Space) -> Self {
        Artifacts { args, space, saved: 0 }
    }

    /// Saves one failure and tells it.
    pub(super) fn save(&mut self, failure: &Failure, output: &mut Output) -> Result<(), Diagnostic> {
        let path = self.args.artifacts.join(self.name(failure));
        artifacts::save(&path, &failure.shrunk)?;
        self.saved += 1;
        output.print(&match self.args.format {
            Format::Text => self.text(&path, failure),
            Format::Json => self.object(&path, failure),
        });
        Ok(())
    }

    /// `eof-arrives-case-55.toml`, the seed in it if it is not the usual one.
    fn name(&self, failure: &Failure) -> String {
        let what = failure.shrunk.finding.rule().map_or("unmet", |rule| rule.name());
        let seed = if self.args.seed == 0 { String::new() } else { format!("-seed-{}", self.args.seed) };
        format!("{what}{seed}-case-{}.toml", failure.index)
    }

    fn text(&self, path: &Path, failure: &Failure) -> String {
        let shrunk = &failure.shrunk;
        let (summary, scenario) = (shrink::summary(&failure.case, shrunk), words::indented(&shrunk.scenario.to_string(), "    "));
        let (number, path) = (self.saved, words::argument(&path.display().to_string()));
        let again = format!("flowsim fuzz{} --cases {}", self.space.words, failure.index + 1);
        output::report(&format!(
            "failure {number}: case {}\n{summary}\n{scenario}\n  saved       {path}, with its trace (.jsonl) and report (.txt)\n  \
             replay      flowsim replay {path}\n  found by    {again}\n\n",
            failure.index
        ))
    }

    fn object(&self, path: &Path, failure: &Failure) -> String {
        let path = path.display().to_string();
        let mut record = run::object(&path, &failure.shrunk.run);
        let shrunk = &failure.shrunk;
        record.more.extend([
            ("case", serde_json::json!(failure.index)),
            ("of_seed", serde_json::json!(self.args.seed)),
            ("minimal", serde_json::json!(shrunk.is_minimal)),
            ("shrunk_in", serde_json::json!(shrunk.runs)),
        ]);
        record.line()
    }
}
