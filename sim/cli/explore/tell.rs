//! Tells what exploring a scenario came to, and saves what failed.

use std::path::{Path, PathBuf};

use super::super::args::Format;
use super::super::output::{self, Output};
use super::super::{artifacts, shrink};
use super::{Explored, Failure};
use crate::explore::Shrunk;
use crate::report::words;
use crate::trace::Diagnostic;

/// A file that the target can't run.
pub(super) fn skipped(path: &str, why: &str) -> String {
    format!("{}{}: {}\n", output::verdict("skipped"), words::plain(path), words::plain(why))
}

impl Explored<'_> {
    /// Saves the failures, and prints everything.
    pub(super) fn tell(&self, shrunk: &[Option<Shrunk>], output: &mut Output) -> Result<(), Diagnostic> {
        let mut told = Vec::new();
        for (failure, shrunk) in self.failures.iter().zip(shrunk) {
            let path = self.path_of(failure);
            if let Some(shrunk) = shrunk {
                artifacts::save(&path, shrunk)?;
            }
            told.push((failure, shrunk.as_ref(), path));
        }
        output.print(&match self.args.format {
            Format::Text => self.text(&told),
            Format::Json => self.object(&told),
        });
        Ok(())
    }

    /// `fin-lost-eof-arrives.toml`.
    fn path_of(&self, failure: &Failure) -> PathBuf {
        let stem = Path::new(&self.path).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let what = failure.finding.rule().map_or("unmet", |rule| rule.name());
        self.args.artifacts.join(format!("{stem}-{what}.toml"))
    }

    fn text(&self, told: &[(&Failure, Option<&Shrunk>, PathBuf)]) -> String {
        let word = if self.failures.is_empty() { "held" } else { "violated" };
        let head = format!(
            "{}{}: every schedule with at most {} on {} ({})\n",
            output::verdict(if self.failures.is_empty() && self.is_cut { "inconclusive" } else { word }),
            words::plain(&self.path),
            words::count(self.args.faults.into(), "decision"),
            self.target.name,
            self.contract()
        );
        let failures: String = told.iter().enumerate().map(|(at, (failure, shrunk, path))| one(at + 1, failure, *shrunk, path)).collect();
        head + &self.table() + &failures + &words::paragraph("  ", &self.follows(), words::WIDTH) + "\n"
    }

    /// How many schedules there were on each level.
    fn table(&self) -> String {
        let row = |(decisions, level): (usize, &super::LevelTally)| {
            let failing = if level.failing > 0 { format!(", {} fail", level.failing) } else { String::new() };
            let undecided = if level.undecided > 0 { format!(", {} can't be judged", level.undecided) } else { String::new() };
            let (decisions, schedules) = (words::count(decisions as u64, "decision"), words::count(level.schedules, "schedule"));
            format!("  {decisions:<14}{schedules:>18}{failing}{undecided}\n")
        };
        self.levels.iter().enumerate().map(row).collect()
    }

    /// What follows, and what was taken for granted.
    fn follows(&self) -> String {
        let kinds: Vec<&str> = self.args.kinds().iter().map(|kind| kind.word()).collect();
        let done = match (self.failures.is_empty(), self.is_cut) {
            (_, true) => "There are more schedules than can be held: the last level is not complete.".to_owned(),
            (false, false) if !self.args.keep_going => "It ended with the first level that fails; `--keep-going` goes on.".to_owned(),
            (false, false) => "What fails was not explored beyond that.".to_owned(),
            (true, false) => format!("No schedule with at most {} fails.", words::count(self.args.faults.into(), "decision")),
        };
        format!(
            "{done} Decisions: {}. A delay is 1.5 s, a late copy comes after 5 s, a crash is for ever; all else has the values of the \
             scenario. Each schedule was run from the start; none was taken for another.",
            kinds.join(", ")
        )
    }

    fn object(&self, told: &[(&Failure, Option<&Shrunk>, PathBuf)]) -> String {
        let levels = self.levels.iter().enumerate().map(|(decisions, level)| {
            serde_json::json!({"decisions": decisions, "schedules": level.schedules, "failing": level.failing, "inconclusive": level.undecided})
        });
        let failures = told.iter().map(|(failure, shrunk, path)| {
            serde_json::json!({
                "rule": failure.finding.rule().map(|rule| rule.name()),
                "what": failure.finding.to_string(),
                "schedules": failure.schedules,
                "decisions": failure.decisions,
                "first": failure.said,
                "saved": shrunk.map(|_| path.display().to_string()),
            })
        });
        let verdict = match () {
            () if !self.failures.is_empty() => "violated",
            () if self.exit() == super::Exit::Inconclusive => "inconclusive",
            () => "held",
        };
        let completed = self.levels.len() as i64 - 1 - i64::from(self.is_cut);
        let object = serde_json::json!({
            "file": self.path,
            "verdict": verdict,
            "target": self.target.name,
            "contract": self.contract(),
            "faults": self.args.faults,
            "completed": completed,
            "levels": levels.collect::<Vec<_>>(),
            "failures": failures.collect::<Vec<_>>(),
        });
        format!("{object}\n")
    }
}

fn one(number: usize, failure: &Failure, shrunk: Option<&Shrunk>, path: &Path) -> String {
    let (schedules, decisions) = (words::count(failure.schedules, "schedule"), words::count(failure.decisions as u64, "decision"));
    let first = if failure.said.is_empty() { String::new() } else { format!("; the first: {}", failure.said) };
    let head = words::paragraph(
        &format!("\nfailure {number}: "),
        &format!("{} in {schedules} with {decisions}{first}", failure.finding),
        words::WIDTH,
    );
    let Some(shrunk) = shrunk else { return head + "  a second run did not show it\n\n" };
    let path = words::argument(&path.display().to_string());
    let scenario = words::indented(&shrunk.scenario.to_string(), "    ");
    let summary = shrink::summary(&failure.scenario, shrunk);
    output::report(&format!(
        "{head}{summary}\n{scenario}\n  saved       {path}, with its trace (.jsonl) and report (.txt)\n  replay      flowsim replay {path}\n\n"
    ))
}
